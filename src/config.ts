import path from 'node:path';
import { Ajv } from 'ajv';
import Type from 'typebox';
import { StartupError } from './errors.ts';

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
  HOST: Type.String({ default: '127.0.0.1', minLength: 1, description: 'address to listen on' }),
  PORT: Type.Integer({
    default: 8080,
    minimum: 0,
    maximum: 65535,
    description: 'a port from 0 (any) to 65535',
  }),
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
});

/** Frozen settings of one process, passed down, never imported as a global. */
export interface Config {
  readonly database_url: string | null;
  /** For `npm run migrate` alone. */
  readonly database_owner_url: string | null;
  readonly host: string;
  readonly port: number;
  readonly log_level: string;
  /** Absolute path of the folder that holds the embedded server's data, keys and inbox. */
  readonly home: string;
  readonly webhook_allowed_hosts: readonly string[];
  readonly fetch_allowed_hosts: readonly string[];
}

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
    const shown = name.startsWith('DATABASE_') ? 'its value' : `"${environment[name]}"`;
    const rule = (Environment.properties[name] as { description?: string }).description;
    throw new StartupError(`Environment variable ${name}: ${shown} does not fit; it must be ${rule}.`);
  }
  const read = values as Type.Static<typeof Environment>;
  const embedded = read.DATABASE_URL === undefined;
  return Object.freeze({
    database_url: read.DATABASE_URL ?? null,
    database_owner_url: read.DATABASE_OWNER_URL ?? null,
    host: read.HOST,
    port: read.PORT,
    log_level: read.LOG_LEVEL,
    home: path.resolve(read.PLEDGEWATCH_HOME),
    webhook_allowed_hosts: Object.freeze(
      read.WEBHOOK_ALLOWED_HOSTS?.split(',') ?? (embedded ? ['127.0.0.1', 'localhost'] : []),
    ),
    fetch_allowed_hosts: Object.freeze(read.FETCH_ALLOWED_HOSTS?.split(',') ?? []),
  });
}
