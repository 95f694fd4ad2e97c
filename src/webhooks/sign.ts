/**
 * Signing by Standard Webhooks 1.0.0, and nothing else: symmetric scheme `v1` (HMAC-SHA256 with a `whsec_` secret) and
 * asymmetric scheme `v1a` (ed25519 with a `whsk_` private key, verified with its `whpk_` public key).
 *
 * The signed text is `{id}.{timestamp}.{body}`: `id` stays the same over all attempts, `timestamp` is the time of
 * this attempt in Unix seconds, `body` is exactly the bytes sent.
 * Source: Standard Webhooks specification 1.0.0, https://www.standardwebhooks.com
 */
import {
  createHmac,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign as signBytes,
} from 'node:crypto';

export const SECRET_PREFIX = 'whsec_';
export const NEW_SECRET_BYTES = 32;
export const MIN_SECRET_BYTES = 24;
export const MAX_SECRET_BYTES = 64;

export const PRIVATE_KEY_PREFIX = 'whsk_';
export const PUBLIC_KEY_PREFIX = 'whpk_';
/** An ed25519 public key, and the seed of a private one. */
const KEY_BYTES = 32;

/** Parsing costs as much as signing, and an installation signs everything with one or two keys. */
const PARSED_KEYS = new Map<string, KeyObject>();
const MAX_PARSED_KEYS = 8;

/** No dot, because dots part the signed text; at most 256 letters that are safe in a header. */
export const WEBHOOK_ID = /^[A-Za-z0-9_-]{1,256}$/;

/** The three headers of one attempt. */
export type WebhookHeaders = Record<'webhook-id' | 'webhook-timestamp' | 'webhook-signature', string>;

/** A fresh secret: `whsec_` and the base64 of 32 random bytes. */
export function newSecret(): string {
  return SECRET_PREFIX + randomBytes(NEW_SECRET_BYTES).toString('base64');
}

/**
 * The key bytes of a secret. Throws a `TypeError` that never repeats the secret when the prefix, the base64 or the
 * length (24 to 64 bytes) is wrong.
 */
export function parseSecret(secret: string): Buffer {
  if (!secret.startsWith(SECRET_PREFIX)) {
    throw new TypeError(`A webhook secret starts with "${SECRET_PREFIX}": pass it whole, as it was issued.`);
  }
  const text = secret.slice(SECRET_PREFIX.length);
  const key = Buffer.from(text, 'base64');
  if (key.toString('base64') !== text) {
    throw new TypeError(
      `A webhook secret is padded base64 after "${SECRET_PREFIX}": copy it again without spaces or line ends.`,
    );
  }
  if (key.length < MIN_SECRET_BYTES || key.length > MAX_SECRET_BYTES) {
    throw new TypeError(
      `A webhook secret has ${MIN_SECRET_BYTES} to ${MAX_SECRET_BYTES} bytes, this one has ${key.length}: issue a new one.`,
    );
  }
  return key;
}

/** A fresh ed25519 pair. The private key is `whsk_` and the base64 of seed and public key, the public one `whpk_`. */
export function newKeyPair(): { private_key: string; public_key: string } {
  const { d, x } = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
  const [seed, raw] = [Buffer.from(d!, 'base64url'), Buffer.from(x!, 'base64url')];
  return {
    private_key: PRIVATE_KEY_PREFIX + Buffer.concat([seed, raw]).toString('base64'),
    public_key: PUBLIC_KEY_PREFIX + raw.toString('base64'),
  };
}

/** Throws a `TypeError` that never repeats the key when prefix, base64 or length (64 bytes) is wrong. */
export function parsePrivateKey(private_key: string): KeyObject {
  const bytes = bytesOf(private_key, PRIVATE_KEY_PREFIX, 2 * KEY_BYTES);
  const d = bytes.subarray(0, KEY_BYTES).toString('base64url');
  const x = bytes.subarray(KEY_BYTES).toString('base64url');
  return createPrivateKey({ key: { kty: 'OKP', crv: 'Ed25519', d, x }, format: 'jwk' });
}

function parsedKey(private_key: string): KeyObject {
  const key = PARSED_KEYS.get(private_key) ?? parsePrivateKey(private_key);
  if (PARSED_KEYS.size >= MAX_PARSED_KEYS) PARSED_KEYS.clear();
  PARSED_KEYS.set(private_key, key);
  return key;
}

/** Throws a `TypeError` when prefix, base64 or length (32 bytes) is wrong. */
export function parsePublicKey(public_key: string): KeyObject {
  const x = bytesOf(public_key, PUBLIC_KEY_PREFIX, KEY_BYTES).toString('base64url');
  return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
}

function bytesOf(key: string, prefix: string, length: number): Buffer {
  const text = key.slice(prefix.length);
  const bytes = Buffer.from(text, 'base64');
  if (!key.startsWith(prefix) || bytes.length !== length || bytes.toString('base64') !== text) {
    throw new TypeError(
      `A webhook key is "${prefix}" and padded base64 of ${length} bytes: copy it again, whole.`,
    );
  }
  return bytes;
}

/** The bytes that both schemes sign; the parts are taken as they are. */
export function signedBytes(id: string, timestamp_s: number, body: string | Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(`${id}.${timestamp_s}.`), Buffer.from(body)]);
}

/** One signature, `v1,<base64>` with a `whsec_` secret or `v1a,<base64>` with a `whsk_` private key. */
export function signature(id: string, timestamp_s: number, body: string | Uint8Array, key: string): string {
  const bytes = signedBytes(id, timestamp_s, body);
  if (key.startsWith(PRIVATE_KEY_PREFIX)) {
    return `v1a,${signBytes(null, bytes, parsedKey(key)).toString('base64')}`;
  }
  return `v1,${createHmac('sha256', parseSecret(key)).update(bytes).digest('base64')}`;
}

/**
 * The value of `webhook-signature`: one signature for each active secret and private key, parted by spaces, so that a
 * receiver holding an old or a new one accepts the event while they rotate.
 * Throws a `TypeError` on an id with a dot, a timestamp that is not whole seconds, or no secret.
 */
export function sign(
  id: string,
  timestamp_s: number,
  body: string | Uint8Array,
  keys: readonly string[],
): string {
  if (!WEBHOOK_ID.test(id)) {
    throw new TypeError(
      'A webhook id has 1 to 256 letters, digits, "_" or "-", and no dot: issue another id.',
    );
  }
  if (!Number.isSafeInteger(timestamp_s) || timestamp_s < 0) {
    throw new TypeError(`A webhook timestamp is whole Unix seconds, not ${timestamp_s}: round it down.`);
  }
  if (keys.length === 0) {
    throw new TypeError('A webhook is signed with at least one secret: issue one for this endpoint.');
  }
  return keys.map((key) => signature(id, timestamp_s, body, key)).join(' ');
}

/** All headers of one signed attempt; errors as in `sign`. */
export function headers(
  id: string,
  timestamp_s: number,
  body: string | Uint8Array,
  keys: readonly string[],
): WebhookHeaders {
  return {
    'webhook-id': id,
    'webhook-timestamp': String(timestamp_s),
    'webhook-signature': sign(id, timestamp_s, body, keys),
  };
}
