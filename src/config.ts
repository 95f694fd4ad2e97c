import path from 'node:path';
import { Ajv } from 'ajv';
import ipaddr from 'ipaddr.js';
import Type from 'typebox';
import { StartupError } from './errors.ts';

const MAX_RATE_PER_MINUTE = 1_000_000_000;
const MAX_HSTS_AGE_SECONDS = 63_072_000;

const rate = (default_per_minute: number, what: string) =>
  Type.Integer({
    default: default_per_minute,
    minimum: 1,
    maximum: MAX_RATE_PER_MINUTE,
    description: `a number from 1 to ${MAX_RATE_PER_MINUTE}: ${what}`,
  });

/** Base64 of 32 bytes: the last letter has four bits of them. */
const MASTER_KEY_PATTERN = '^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$';

const masterKey = (what: string) =>
  Type.String({
    pattern: MASTER_KEY_PATTERN,
    description: `32 random bytes in base64, as "openssl rand -base64 32" prints them: ${what}`,
  });

const Environment = Type.Object({
  DATABASE_URL: Type.Optional(
    Type.String({
      pattern: '^postgres(ql)?://',
      description: 'postgres:// address of a PostgreSQL 15 or later',
    }),
  ),
  DATABASE_OWNER_URL: Type.Optional(
    Type.String({
      pattern: '^postgres(ql)?://',
      description: 'postgres:// address with the login that owns the database, for npm run migrate alone',
    }),
  ),
  MASTER_KEY: Type.Optional(masterKey('the key that the secrets in the database are sealed under')),
  PREVIOUS_MASTER_KEY: Type.Optional(masterKey('the one before, for npm run secrets:rewrap alone')),
  HOST: Type.String({ default: '127.0.0.1', minLength: 1, description: 'address to listen on' }),
  PORT: Type.Integer({
    default: 8080,
    minimum: 0,
    maximum: 65535,
    description: 'a port from 0 (any) to 65535',
  }),
  METRICS_PORT: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: 65535,
      description: 'a port from 0 (any) to 65535, on which GET /metrics is answered to whoever reaches it',
    }),
  ),
  METRICS_HOST: Type.String({
    default: '127.0.0.1',
    minLength: 1,
    description: 'address to answer GET /metrics on',
  }),
  OTEL_EXPORTER_OTLP_ENDPOINT: Type.Optional(
    Type.String({
      pattern: '^https?://[^\\s]+$',
      description:
        'address of an OpenTelemetry collector that takes OTLP over HTTP, such as http://127.0.0.1:4318',
    }),
  ),
  LOG_LEVEL: Type.String({
    default: 'info',
    pattern: '^(trace|debug|info|warn|error|fatal|silent)$',
    description: 'trace, debug, info, warn, error, fatal or silent',
  }),
  PLEDGEWATCH_HOME: Type.String({ default: '.pledgewatch', minLength: 1, description: 'folder for data' }),
  WEBHOOK_ALLOWED_HOSTS: Type.Optional(
    Type.String({
      pattern: '^[^\\s/]+(,[^\\s/]+)*$',
      description: 'host or host:port, comma between: webhook receivers that need not be public https',
    }),
  ),
  FETCH_ALLOWED_HOSTS: Type.Optional(
    Type.String({
      pattern: '^[^\\s/]+(,[^\\s/]+)*$',
      description: 'host or host:port, comma between: mirrors of registers that need not be public https',
    }),
  ),
  TRUSTED_PROXIES: Type.Optional(
    Type.String({
      pattern: '^[^\\s,]+(,[^\\s,]+)*$',
      description: 'addresses or CIDR blocks, comma between, such as 10.0.0.0/8,fd00::/8',
    }),
  ),
  CORS_ORIGINS: Type.Optional(
    Type.String({
      pattern: '^https?://[^\\s/,*]+(,https?://[^\\s/,*]+)*$',
      description: 'origins without a path, comma between, such as https://desk.bank.example',
    }),
  ),
  PUBLIC_URL: Type.Optional(
    Type.String({
      pattern: '^https?://[^\\s/?#@]+$',
      description:
        'the origin under which browsers reach the service, such as https://pledgewatch.bank.example; http for localhost alone',
    }),
  ),
  FILING_DROP_FOLDER: Type.Optional(
    Type.String({
      pattern: '^(/|[A-Za-z]:[\\\\/])',
      description:
        'absolute path of a folder that is there, into which packages of applications are handed in for another program to take',
    }),
  ),
  HSTS_MAX_AGE_SECONDS: Type.Integer({
    default: 0,
    minimum: 0,
    maximum: MAX_HSTS_AGE_SECONDS,
    description: `seconds from 0 (the header is not sent) to ${MAX_HSTS_AGE_SECONDS}`,
  }),
  KEY_REQUESTS_PER_MINUTE: rate(6_000, 'requests of one key'),
  ADDRESS_REQUESTS_PER_MINUTE: rate(600, 'requests of one address that need no key'),
  REFUSED_KEYS_PER_MINUTE: rate(60, 'requests of one address whose key is missing or refused'),
});

/** What the HTTP server is told of its surroundings, and its rates. */
export interface HttpConfig {
  /** Addresses and CIDR blocks whose X-Forwarded-For is believed. */
  readonly trusted_proxies: readonly string[];
  /** Origins whose pages may read answers. */
  readonly cors_origins: readonly string[];
  /** Where browsers reach the service: what passkeys are for, and where identity providers send people back to. */
  readonly public_url: string;
  /** 0: Strict-Transport-Security is not sent. */
  readonly hsts_max_age_seconds: number;
  /** Where packages of applications are handed in; null: nowhere. */
  readonly filing_drop_folder: string | null;
  readonly key_requests_per_minute: number;
  readonly address_requests_per_minute: number;
  readonly refused_keys_per_minute: number;
}

/** Frozen settings of one process, passed down, never imported as a global. */
export interface Config extends HttpConfig {
  readonly database_url: string | null;
  /** For `npm run migrate` alone. */
  readonly database_owner_url: string | null;
  /** Null: with the embedded database a file holds it (src/secrets/master-key.ts). */
  readonly master_key: Buffer | null;
  /** For `npm run secrets:rewrap` alone. */
  readonly previous_master_key: Buffer | null;
  readonly host: string;
  readonly port: number;
  /** Null: figures are neither counted nor shown. */
  readonly metrics_port: number | null;
  readonly metrics_host: string;
  /** Where traces are posted to; null: nothing is traced. */
  readonly traces_url: string | null;
  readonly log_level: string;
  /** Absolute path of the folder that holds the embedded server's data, keys and inbox. */
  readonly home: string;
  readonly webhook_allowed_hosts: readonly string[];
  readonly fetch_allowed_hosts: readonly string[];
}

/** Their values are in no error. */
const SECRET_SETTINGS = /^DATABASE_|MASTER_KEY$/;

const validate = new Ajv({ coerceTypes: true, useDefaults: true, allErrors: true }).compile(Environment);

/**
 * Reads the settings from environment variables; an empty one counts as not set.
 * @throws StartupError naming the variable, the rule and an example.
 */
export function loadConfig(environment: NodeJS.ProcessEnv): Config {
  const values: Record<string, unknown> = {};
  for (const name of Object.keys(Environment.properties))
    if (environment[name]) values[name] = environment[name];
  if (!validate(values)) {
    const name = validate.errors![0]!.instancePath.slice(1) as keyof typeof Environment.properties;
    throw misfit(name, SECRET_SETTINGS.test(name) ? 'its value' : `"${environment[name]}"`);
  }
  const read = values as Type.Static<typeof Environment>;
  const embedded = read.DATABASE_URL === undefined;
  return Object.freeze({
    database_url: read.DATABASE_URL ?? null,
    database_owner_url: read.DATABASE_OWNER_URL ?? null,
    master_key: masterKeyFrom(read.MASTER_KEY),
    previous_master_key: masterKeyFrom(read.PREVIOUS_MASTER_KEY),
    host: read.HOST,
    port: read.PORT,
    metrics_port: read.METRICS_PORT ?? null,
    metrics_host: read.METRICS_HOST,
    traces_url: read.OTEL_EXPORTER_OTLP_ENDPOINT?.replace(/\/*$/, '/v1/traces') ?? null,
    log_level: read.LOG_LEVEL,
    home: path.resolve(read.PLEDGEWATCH_HOME),
    webhook_allowed_hosts: Object.freeze(
      read.WEBHOOK_ALLOWED_HOSTS?.split(',') ?? (embedded ? ['127.0.0.1', 'localhost'] : []),
    ),
    fetch_allowed_hosts: Object.freeze(read.FETCH_ALLOWED_HOSTS?.split(',') ?? []),
    trusted_proxies: Object.freeze(read.TRUSTED_PROXIES?.split(',').map(addressBlock) ?? []),
    cors_origins: Object.freeze(read.CORS_ORIGINS?.split(',') ?? []),
    public_url: publicUrl(read.PUBLIC_URL ?? `http://localhost:${read.PORT}`),
    filing_drop_folder: read.FILING_DROP_FOLDER ?? null,
    hsts_max_age_seconds: read.HSTS_MAX_AGE_SECONDS,
    key_requests_per_minute: read.KEY_REQUESTS_PER_MINUTE,
    address_requests_per_minute: read.ADDRESS_REQUESTS_PER_MINUTE,
    refused_keys_per_minute: read.REFUSED_KEYS_PER_MINUTE,
  });
}

/** @returns the 32 bytes, or null for a text that is no master key */
export function masterKeyFrom(text = ''): Buffer | null {
  return new RegExp(MASTER_KEY_PATTERN).test(text) ? Buffer.from(text, 'base64') : null;
}

/** @throws StartupError for what is neither an address nor a CIDR block, such as a name */
function addressBlock(text: string): string {
  if (ipaddr.isValidCIDR(text) || ipaddr.IPv4.isValidFourPartDecimal(text) || ipaddr.IPv6.isValid(text))
    return text;
  throw misfit('TRUSTED_PROXIES', `"${text}"`);
}

/** @throws StartupError for http elsewhere than on this machine */
function publicUrl(text: string): string {
  const { protocol, hostname, origin } = new URL(text);
  if (protocol === 'https:' || hostname === 'localhost') return origin;
  throw misfit('PUBLIC_URL', `"${text}"`);
}

function misfit(name: keyof typeof Environment.properties, shown: string): StartupError {
  const { description: rule } = Environment.properties[name] as { description?: string };
  return new StartupError(`Environment variable ${name}: ${shown} does not fit; it must be ${rule}.`);
}
