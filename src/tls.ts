/**
 * TLS as the service speaks it to others: 1.2 and 1.3, with forward secrecy and authenticated encryption alone, the strongest
 * first. It holds for whatever the process connects to, whatever Node was
 * started with; receivers, sources and providers are told it by name too.
 */
import tls, { type ConnectionOptions } from 'node:tls';

export const OUTWARD_TLS = {
  minVersion: 'TLSv1.2',
  ciphers: [
    'TLS_AES_256_GCM_SHA384',
    'TLS_CHACHA20_POLY1305_SHA256',
    'TLS_AES_128_GCM_SHA256',
    'ECDHE-ECDSA-AES256-GCM-SHA384',
    'ECDHE-RSA-AES256-GCM-SHA384',
    'ECDHE-ECDSA-CHACHA20-POLY1305',
    'ECDHE-RSA-CHACHA20-POLY1305',
    'ECDHE-ECDSA-AES128-GCM-SHA256',
    'ECDHE-RSA-AES128-GCM-SHA256',
  ].join(':'),
} as const satisfies ConnectionOptions;

tls.DEFAULT_MIN_VERSION = OUTWARD_TLS.minVersion;
tls.DEFAULT_CIPHERS = OUTWARD_TLS.ciphers;
