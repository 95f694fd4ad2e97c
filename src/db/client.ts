/** The one way to PostgreSQL: a pool whose every query ends in time, and transactions that are tried again. */
import { setTimeout as sleep } from 'node:timers/promises';
import postgres from 'postgres';
import { StartupError } from '../errors.ts';
import { areTraced, traced } from '../telemetry/spans.ts';
// The driver takes what the process speaks.
import '../tls.ts';
import { QueryDeadlineError, watchedSockets, withDeadline } from './deadline.ts';
import { tracedQueries } from './traced.ts';

/** What queries are asked of: the pool or a transaction. */
export type Sql = postgres.ISql;
export type Transaction = postgres.TransactionSql;

export interface ConnectOptions {
  /** Role that the login takes on in each connection. */
  role?: string;
  /** Connections at most. */
  max?: number;
  /** Limit of one statement, kept by the server. */
  statement_timeout_ms?: number;
  /** Limit of one query with its wait for a connection, and of a connection's silence, kept by us. */
  deadline_ms?: number;
}

export interface Database {
  /** int8 is a number (RangeError beyond 2^53), date a 'YYYY-MM-DD' string, timestamptz a Date; the time zone is UTC. */
  sql: Sql;
  /**
   * Runs `work` in a transaction, again when the server gave it up for another (40001, 40P01).
   * @param opening statement without parameters that goes out with `begin`
   */
  transaction<T>(work: (tx: Transaction) => Promise<T>, opening?: string): Promise<T>;
  /** Calls `onNotice` on each NOTIFY of the channel while a connection stands: a hint, not a delivery. */
  listen(channel: string, onNotice: () => void): Promise<{ stop(): Promise<void> }>;
  /**
   * Makes sure, at start-up, that the server answers and is one that we can use.
   * @throws StartupError in one sentence with the remedy, never with the password
   */
  check(): Promise<void>;
  /** A pool of its own on the same server, with other limits. */
  sibling(options: ConnectOptions): Database;
  /** Whether the server answers now. */
  healthy(): Promise<boolean>;
  /** Waits for what runs, then cuts what is left. */
  close(): Promise<void>;
}

export const OLDEST_SERVER_MAJOR = 15;
const STATEMENT_TIMEOUT_ms = 30_000;
const DEADLINE_MARGIN_ms = 5_000;
const LOCK_TIMEOUT_ms = 10_000;
const IDLE_IN_TRANSACTION_TIMEOUT_ms = 10_000;
const CONNECT_TIMEOUT_ms = 5_000;
const HEALTH_LIMIT_ms = 2_000;
const CLOSE_LIMIT_ms = 5_000;
const LISTEN_AGAIN_ms = 2_000;
const TRANSACTION_ATTEMPTS = 5;
/** SQLSTATEs of a transaction that may succeed when it is tried again. */
export const GIVEN_UP_FOR_ANOTHER: readonly string[] = ['40001', '40P01'];

/** Makes a pool; nothing is sent until the first query. */
export function connect(url: string, options: ConnectOptions = {}): Database {
  const pool = openPool(url, options);
  const listeners = new Set<() => Promise<void>>();
  const isTraced = areTraced();
  const transaction = <T>(work: (tx: Transaction) => Promise<T>, opening: string): Promise<T> =>
    again(GIVEN_UP_FOR_ANOTHER, TRANSACTION_ATTEMPTS, async () => (await pool.begin(work, opening)) as never);
  return {
    sql: isTraced ? tracedQueries(pool.sql) : pool.sql,
    transaction: (work, opening = '') =>
      isTraced
        ? traced(
            { kind: 'transaction', name: 'transaction', attributes: { 'db.system.name': 'postgresql' } },
            () => transaction((tx) => work(tracedQueries(tx)), opening),
          )
        : transaction(work, opening),
    async listen(channel, onNotice) {
      const stop = await listenOn(url, options, channel, onNotice);
      listeners.add(stop);
      return { stop };
    },
    check: () => check(pool.sql, url),
    sibling: (other) => connect(url, { ...(options.role && { role: options.role }), ...other }),
    healthy: () => answersWithin(pool.sql, HEALTH_LIMIT_ms),
    async close() {
      for (const stop of listeners) await stop();
      await pool.close();
    },
  };
}

/** Runs `work` again, at most `attempts` times in all, while it fails with one of the SQLSTATE `codes`. */
export async function again<T>(
  codes: readonly string[],
  attempts: number,
  work: () => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (attempt === attempts || !codes.includes((error as { code?: string }).code ?? '')) throw error;
      await sleep(Math.random() * 20 * 2 ** attempt);
    }
  }
}

/** Whether an error says that the database is away or too slow, rather than that a statement is wrong. */
export function isDatabaseAway(error: unknown): boolean {
  if (error instanceof QueryDeadlineError) return true;
  const { code = '', syscall } = error as { code?: string; syscall?: string };
  // Class 08 connection, 53 resources, 57P server going down, 57014 statement over its time, 55P03 lock over its time.
  return (
    /^(CONNECT|08...$|53...$|57P0.$|57014$|55P03$)/.test(code) ||
    syscall === 'connect' ||
    /^(ECONNRESET|EPIPE)$/.test(code)
  );
}

function openPool(url: string, options: ConnectOptions & { onnotify?: () => void }) {
  const { max = 10, statement_timeout_ms = STATEMENT_TIMEOUT_ms, role, onnotify } = options;
  const deadline_ms = options.deadline_ms ?? statement_timeout_ms + DEADLINE_MARGIN_ms;
  const sockets = watchedSockets(deadline_ms);
  const driverOptions = {
    ...(onnotify && { onnotify }),
    ...socketFolder(url),
    max,
    socket: sockets.open,
    connect_timeout: Math.min(CONNECT_TIMEOUT_ms, deadline_ms) / 1000,
    idle_timeout: deadline_ms / 2000,
    backoff: (retries: number) => Math.min(0.01 * 3 ** retries, 1) * (0.5 + Math.random() / 2),
    onnotice: () => undefined,
    types: TYPES,
    connection: {
      application_name: 'pledgewatch',
      ...(role && { role }),
      TimeZone: 'UTC',
      statement_timeout: statement_timeout_ms,
      lock_timeout: LOCK_TIMEOUT_ms,
      idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT_ms,
    },
  };
  const driver = postgres(url, driverOptions as never) as postgres.Sql;
  return {
    begin: beginner(driver),
    sql: withDeadline(driver, deadline_ms),
    async close() {
      await driver.end({ timeout: CLOSE_LIMIT_ms / 1000 });
      sockets.close();
    },
  };
}

/** The driver's begin() makes this text a query before it waits for anything, and would clean an addition of all but letters. */
const DRIVER_BEGIN = 'begin ';

function beginner(driver: postgres.Sql) {
  const unsafe = driver.unsafe as (text: string, ...rest: unknown[]) => unknown;
  let opening = '';
  driver.unsafe = ((text: string, ...rest: unknown[]) =>
    unsafe(text === DRIVER_BEGIN ? `begin; ${opening}` : text, ...rest)) as typeof driver.unsafe;
  return (work: (tx: Transaction) => Promise<unknown>, opened_with: string) => {
    opening = opened_with;
    return driver.begin(work);
  };
}

/** LISTEN is said again and again on one connection of its own: after a lost one that is what restores it. */
async function listenOn(url: string, options: ConnectOptions, channel: string, onnotify: () => void) {
  const { sql, close } = openPool(url, { ...options, max: 1, onnotify });
  const listen = () =>
    sql`listen ${sql(channel)}`.then(
      () => undefined,
      () => undefined,
    );
  await listen();
  const timer = setInterval(listen, LISTEN_AGAIN_ms).unref();
  return async () => {
    clearInterval(timer);
    await close();
  };
}

/** A percent-encoded host that begins with a slash is the folder of the server's Unix socket, as in libpq. */
function socketFolder(url: string): { path?: string } {
  const { hostname, port } = parse(url);
  const host = decodeURIComponent(hostname);
  return host.startsWith('/') ? { path: `${host}/.s.PGSQL.${port || 5432}` } : {};
}

async function check(sql: Sql, url: string): Promise<void> {
  let version = 0;
  try {
    const [row] = await sql`select current_setting('server_version_num')::int as version`;
    version = row!.version;
  } catch (cause) {
    throw new StartupError(startupFault(url, cause as Error & { code?: string }), { cause });
  }
  const major = Math.floor(version / 10_000);
  if (major >= OLDEST_SERVER_MAJOR) return;
  throw new StartupError(
    `The server at ${placeOf(url)} is PostgreSQL ${major}: Pledgewatch needs ${OLDEST_SERVER_MAJOR} or later.`,
  );
}

async function answersWithin(sql: Sql, limit_ms: number): Promise<boolean> {
  const late = new AbortController();
  const answer = sql`select 1`.then(
    () => true,
    () => false,
  );
  const silence = sleep(limit_ms, false, { signal: late.signal }).catch(() => false);
  const healthy = await Promise.race([answer, silence]);
  late.abort();
  return healthy;
}

function startupFault(url: string, error: Error & { code?: string }): string {
  const place = placeOf(url);
  switch (error.code) {
    case '28P01':
    case '28000':
      return `PostgreSQL at ${place} refuses the user or the password: put the right ones into DATABASE_URL.`;
    case '3D000':
      return `PostgreSQL at ${place} has no such database: create it, or name another in DATABASE_URL.`;
  }
  return isDatabaseAway(error) || error.code?.startsWith('E')
    ? `No PostgreSQL answers at ${place} (${error.code}): start it, or put the right address into DATABASE_URL.`
    : `PostgreSQL at ${place} cannot be used (${error.message}): mend that, or name another server in DATABASE_URL.`;
}

/** The address without user and password. */
function placeOf(url: string): string {
  const { hostname, port, pathname } = parse(url);
  return `${decodeURIComponent(hostname)}${port && `:${port}`}${pathname}`;
}

function parse(url: string): URL {
  if (URL.canParse(url)) return new URL(url);
  throw new StartupError(
    'DATABASE_URL is not an address: write postgres://user:password@host:5432/database, with special characters percent-encoded.',
  );
}

const TYPES = {
  int8: { to: 20, from: [20], serialize: String, parse: toSafeInteger },
  date: { to: 1082, from: [1082], serialize: String, parse: (text: string) => text },
  instant: { to: 1184, from: [1114, 1184], serialize: toInstant, parse: (text: string) => new Date(text) },
};

function toSafeInteger(text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value)) return value;
  throw new RangeError(`The database gave the integer ${text}, which is beyond 2^53: read it as text.`);
}

/** What is no instant is left for the server to refuse: not every query may fail here (`single.ts`). */
function toInstant(value: Date | string): string {
  const instant = new Date(value);
  return Number.isNaN(instant.getTime()) ? String(value) : instant.toISOString();
}
