/**
 * One POST of one attempt through the address guard. It follows no redirect, unpacks nothing, reads little, ends in
 * time, and reports what happened instead of throwing.
 *
 * Connections are kept alive: an open one was vetted when it connected and cannot move to another address.
 */
import { Agent, type buildConnector, type Dispatcher } from 'undici';
import { createAddressGuard, RefusedAddress, type Resolver, UnresolvedName } from './address-guard.ts';

/** Whole attempt: resolving, connecting, sending and reading the answer. */
export const TIMEOUT_MS = 15_000;
/** Reading stops with the chunk that passes this. */
export const MAX_ANSWER_BYTES = 20_000;
export const MAX_EXCERPT_BYTES = 1_024;
export const MAX_CONNECTIONS_PER_ORIGIN = 64;
export const MAX_RETRY_AFTER_SECONDS = 86_400;

/**
 * Where an attempt failed: `secret` before it, when the endpoint's secrets do not open, `refused_address` by the guard before anything was sent, `redirect` for 3xx, `response`
 * for any other answer than 2xx and for a connection that broke or spoke no HTTP after it was made.
 */
export type ErrorClass =
  | 'secret'
  | 'dns'
  | 'refused_address'
  | 'connect'
  | 'tls'
  | 'timeout'
  | 'redirect'
  | 'response';

export interface PostResult {
  started_at: Date;
  duration_ms: number;
  /** `null` when no answer came. */
  status: number | null;
  /** `null` when the receiver took the event: a 2xx answer, read to its end or to its limit. */
  error_class: ErrorClass | null;
  error_message: string | null;
  /** At most 1 kB of the answer as text, without NUL, which PostgreSQL cannot store. */
  answer_excerpt: string;
  /** The answer's `Retry-After` as it came. */
  retry_after: string | null;
}

export interface SenderOptions {
  /** See `AddressGuardOptions`. */
  allowed_hosts: readonly string[];
  resolver?: Resolver;
  timeout_ms?: number;
}

export interface Sender {
  /** Never throws for trouble on the network; throws a `TypeError` on headers that HTTP cannot carry. */
  post(
    url: string,
    headers: Readonly<Record<string, string>>,
    body: string | Uint8Array,
  ): Promise<PostResult>;
  /** Waits for posts under way, then closes every connection. */
  close(): Promise<void>;
}

/** A failure that knows its class. */
class AttemptFailure extends Error {
  readonly error_class: ErrorClass;
  constructor(error_class: ErrorClass, message: string, cause?: unknown) {
    super(message, { cause });
    this.error_class = error_class;
  }
}

export function createSender({ timeout_ms = TIMEOUT_MS, ...guard_options }: SenderOptions): Sender {
  const guard = createAddressGuard(guard_options);
  const agent = new Agent({
    connect: classified(guard.connector(timeout_ms)),
    allowH2: false,
    connections: MAX_CONNECTIONS_PER_ORIGIN,
    // The deadline of the whole attempt stands in for both.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  return {
    async post(url, headers, body) {
      const started_at = new Date();
      const start_ms = performance.now();
      const refusal = guard.urlRefusal(url);
      const outcome = refusal
        ? failed(new AttemptFailure('refused_address', refusal.text))
        : await attempt(agent, new URL(url), headers, body, timeout_ms);
      return { started_at, duration_ms: performance.now() - start_ms, ...outcome };
    },
    close: () => agent.close(),
  };
}

type Outcome = Omit<PostResult, 'started_at' | 'duration_ms'>;

async function attempt(
  agent: Agent,
  url: URL,
  headers: Readonly<Record<string, string>>,
  body: string | Uint8Array,
  timeout_ms: number,
): Promise<Outcome> {
  const deadline = new AbortController();
  const { signal } = deadline;
  const timer = setTimeout(() => {
    deadline.abort(
      new AttemptFailure('timeout', `The receiver did not finish answering in ${timeout_ms} ms.`),
    );
  }, timeout_ms);
  let answer: Dispatcher.ResponseData | null = null;
  try {
    answer = await Promise.race([
      agent.request({
        origin: url.origin,
        path: url.pathname + url.search,
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers, host: url.host },
        body,
        signal,
      }),
      // The agent hears the signal only once the request has a connection.
      aborted(signal),
    ]);
    const answer_excerpt = await readExcerpt(answer.body);
    return { ...verdict(answer.statusCode), answer_excerpt, retry_after: retryAfterHeader(answer) };
  } catch (error) {
    return { ...failed(error), status: answer?.statusCode ?? null };
  } finally {
    clearTimeout(timer);
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

function verdict(status: number): Pick<Outcome, 'status' | 'error_class' | 'error_message'> {
  if (status < 300) return { status, error_class: null, error_message: null };
  if (status < 400) {
    const error_message = `The receiver redirected with ${status}; redirects are not followed: save its final URL.`;
    return { status, error_class: 'redirect', error_message };
  }
  return {
    status,
    error_class: 'response',
    error_message: `The receiver answered ${status} instead of 2xx.`,
  };
}

function failed(error: unknown): Outcome {
  const { code, message } = error as Error & { code?: string };
  if (code === 'UND_ERR_INVALID_ARG')
    throw new TypeError(`The webhook's headers: ${message}.`, { cause: error });
  return {
    status: null,
    error_class: error instanceof AttemptFailure ? error.error_class : 'response',
    error_message: message,
    answer_excerpt: '',
    retry_after: null,
  };
}

async function readExcerpt(body: Dispatcher.ResponseData['body']): Promise<string> {
  let read_bytes = 0;
  let kept = Buffer.alloc(0);
  for await (const chunk of body as AsyncIterable<Buffer>) {
    if (kept.length < MAX_EXCERPT_BYTES) kept = Buffer.concat([kept, chunk]).subarray(0, MAX_EXCERPT_BYTES);
    read_bytes += chunk.length;
    if (read_bytes > MAX_ANSWER_BYTES) break;
  }
  // `stream` leaves out a letter that the cut has split.
  return new TextDecoder().decode(kept, { stream: true }).replaceAll('\0', '');
}

function retryAfterHeader({ headers }: Dispatcher.ResponseData): string | null {
  const value = headers['retry-after'];
  return typeof value === 'string' ? value : null;
}

/** Tells the failures before the connection stood from those after. */
function classified(connect: buildConnector.connector): buildConnector.connector {
  return (options, callback) => {
    connect(options, (...result) => {
      const [error] = result;
      if (!error) return callback(...result);
      callback(new AttemptFailure(connectErrorClass(error, options.protocol), describe(error), error), null);
    });
  };
}

function connectErrorClass(error: Error & { code?: string; syscall?: string }, protocol: string): ErrorClass {
  if (error instanceof RefusedAddress) return 'refused_address';
  if (error instanceof UnresolvedName) return 'dns';
  if (error.code === 'UND_ERR_CONNECT_TIMEOUT') return 'timeout';
  const before_handshake = error.syscall === 'connect' || error instanceof AggregateError;
  return protocol === 'https:' && !before_handshake ? 'tls' : 'connect';
}

/** Node leaves the message empty when several addresses of one name failed. */
function describe(error: Error): string {
  return error instanceof AggregateError
    ? error.errors.map((each: Error) => each.message).join('; ')
    : error.message;
}

/**
 * The receiver's wish in seconds from the end of the attempt, between 0 and one day, from `Retry-After` as seconds
 * or as an HTTP date (RFC 9110, 10.2.3); `null` when there is none or it is neither.
 */
export function retryAfterSeconds({ retry_after, started_at, duration_ms }: PostResult): number | null {
  if (retry_after === null) return null;
  const seconds = /^\d+$/.test(retry_after)
    ? Number(retry_after)
    : (httpDate(retry_after) - started_at.getTime() - duration_ms) / 1_000;
  return Number.isNaN(seconds) ? null : Math.min(Math.max(Math.ceil(seconds), 0), MAX_RETRY_AFTER_SECONDS);
}

/** Milliseconds since 1970, or NaN. */
function httpDate(text: string): number {
  return /^[A-Z][a-z]{2,8}, .* GMT$/.test(text) ? Date.parse(text) : Number.NaN;
}
