/** Requests drawn from the OpenAPI document of the running service, about half of them broken, and what it answered. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import fc, { type Arbitrary } from 'fast-check';
import { Pool } from 'undici';
import { BODY_LIMIT_BYTES } from '../../../src/http/limits.ts';
import { type Answer, type Fault, judgeOf } from './answers.ts';
import { broken } from './breakages.ts';
import { Known, kindOf } from './known.ts';
import { type Operation, operationsOf } from './operations.ts';
import { addressOf, type Parts, validParts } from './requests.ts';
import type { Asker, Setting } from './setting.ts';

const CONNECTIONS = 8;
const BATCH_REQUESTS = 400;
const VALID_WEIGHT = 11;
const BROKEN_WEIGHT = 9;
/** How often, by method; what is taken away is missed by others. */
const WEIGHTS: Record<string, number> = { GET: 12, DELETE: 1 };
const WRITE_WEIGHT = 5;
/** After so many accepted requests an operation that writes is only asked for by broken ones: the database stays small. */
const MAX_WRITES = 200;
/** Of one that is seconds of work each time, so many are enough. */
const MAX_LONG_WRITES: Record<string, number> = { backtestRules: 5 };
/** Share of the requests after which memory counts as settled. */
const WARM_UP_SHARE = 0.2;
const MAX_FAILURES_SHOWN = 20;
const MAX_CURL_CHARACTERS = 2_000;
const MIN_VALID_SHARE = 0.3;
const MAX_GROWTH_mb = 50;

export interface FuzzOptions {
  requests: number;
  seed: number;
  /** Whether its memory is measured, for which the service must stand still twice for a quarter of a minute. */
  memory: boolean;
}

export interface FuzzReport {
  requests: number;
  /** Answers of 5xx, and requests without an answer. */
  server_errors: number;
  /** Answers whose status, content type or body the document does not have. */
  undeclared: number;
  /** Answers that tell of the process or of somebody's key. */
  leaks: number;
  /** Share of the requests answered 2xx or 3xx. */
  valid_share: number;
  operations: number;
  /** Operations that never accepted a request. */
  never_accepted: string[];
  /** Of the process of the service, from a fifth of the requests to the end, each after a garbage collection; null if not measured. */
  rss_growth_mb: number | null;
  seconds: number;
  seed: number;
  /** The first of each kind; the line asks again, with PLEDGEWATCH an address and KEY a key of that kind of asker. */
  failures: { what: string; curl: string }[];
}

export function holds({ server_errors, undeclared, leaks, valid_share, rss_growth_mb }: FuzzReport): boolean {
  const faults = server_errors + undeclared + leaks;
  return faults === 0 && valid_share >= MIN_VALID_SHARE && (rss_growth_mb ?? 0) < MAX_GROWTH_mb;
}

/** Of one answer. No JSON of the service is so long. */
const MAX_READ_bytes = 16 * 2 ** 20;

interface Ask {
  operation: Operation;
  asker: Asker;
  parts: Parts;
}

export async function runFuzz(
  { requests, seed, memory }: FuzzOptions,
  on_progress: (what: string, done: number) => void,
): Promise<FuzzReport> {
  const started_ms = performance.now();
  const service = await startService();
  const pool = new Pool(service.setting.url, { connections: CONNECTIONS });
  try {
    const document = (await (
      await pool.request({ method: 'GET', path: '/openapi.json' })
    ).body.json()) as object;
    const fuzz = new Fuzz(service.setting, document, pool);
    let settled_bytes = 0;
    for (let sent = 0, batch = 0; sent < requests; batch++) {
      const size = Math.min(BATCH_REQUESTS, requests - sent);
      await fuzz.send(fc.sample(fuzz.asks(), { numRuns: size, seed: seed + batch }));
      sent += size;
      if (memory && settled_bytes === 0 && sent >= requests * WARM_UP_SHARE)
        settled_bytes = await service.rssBytes();
      on_progress(`${sent} requests, ${fuzz.faults()} faults`, sent / requests);
    }
    const rss_growth_mb = memory ? rounded(((await service.rssBytes()) - settled_bytes) / 2 ** 20, 1) : null;
    const seconds = rounded((performance.now() - started_ms) / 1000, 1);
    return { ...fuzz.report(requests), rss_growth_mb, seconds, seed };
  } finally {
    await pool.destroy();
    await service.stop();
  }
}

class Fuzz {
  readonly #known: Known;
  readonly #pool: Pool;
  readonly #operations: Operation[];
  readonly #judge: ReturnType<typeof judgeOf>;
  /** Accepted requests by operation. */
  readonly #accepted = new Map<string, number>();
  /** `operation asker` that were answered 403. */
  readonly #forbidden = new Set<string>();
  readonly #failures = new Map<string, { what: string; curl: string }>();
  readonly #counts = { server_error: 0, undeclared: 0, leak: 0, accepted: 0 };

  constructor(setting: Setting, document: object, pool: Pool) {
    this.#known = new Known(setting);
    this.#pool = pool;
    this.#operations = operationsOf(document);
    this.#judge = judgeOf(document);
  }

  faults(): number {
    return this.#counts.server_error + this.#counts.undeclared + this.#counts.leak;
  }

  report(requests: number) {
    const { server_error, undeclared, leak, accepted } = this.#counts;
    return {
      requests,
      server_errors: server_error,
      undeclared,
      leaks: leak,
      valid_share: rounded(accepted / requests, 3),
      operations: this.#operations.length,
      never_accepted: this.#operations.map(({ id }) => id).filter((id) => !this.#accepted.has(id)),
      failures: [...this.#failures.values()],
    };
  }

  /** What may be asked next, by what is known now. */
  asks(): Arbitrary<Ask> {
    const open = this.#operations.filter(
      ({ id, method }) =>
        method === 'GET' || (this.#accepted.get(id) ?? 0) < (MAX_LONG_WRITES[id] ?? MAX_WRITES),
    );
    const reachable = open.filter((operation) => this.#whoMay(operation).length > 0);
    const valid = (operations: readonly Operation[]) =>
      weighted(operations).chain((operation) => this.#validAsk(operation));
    const invalid = valid(this.#operations).chain(({ parts, ...ask }) =>
      broken(parts, { ...ask, known: this.#known }).map((parts): Ask => ({ ...ask, parts })),
    );
    return fc.oneof(
      { weight: VALID_WEIGHT, arbitrary: valid(reachable) },
      { weight: BROKEN_WEIGHT, arbitrary: invalid },
    );
  }

  /** Askers who may, as far as is known, and who know something that its path can name. */
  #whoMay({ id, kinds, ...operation }: Operation): Asker[] {
    const [named] = operation.path.match(/(?<=\{)\w+/g) ?? [];
    const thing = named && kindOf({ id, kinds, ...operation }, named);
    return this.#known.setting.askers.filter(
      ({ name, kind }) =>
        (kinds.length === 0 || kinds.includes(kind)) &&
        !this.#forbidden.has(`${id} ${name}`) &&
        (thing === undefined || thing === 'org' || this.#known.of(name, thing).length > 0),
    );
  }

  #validAsk(operation: Operation): Arbitrary<Ask> {
    const allowed = this.#whoMay(operation);
    return fc
      .constantFrom(...(allowed.length > 0 ? allowed : this.#known.setting.askers))
      .chain((asker) =>
        validParts({ known: this.#known, asker, operation }).map((parts) => ({ operation, asker, parts })),
      );
  }

  async send(asks: readonly Ask[]): Promise<void> {
    const waiting = [...asks];
    const work = async () => {
      for (let ask = waiting.pop(); ask; ask = waiting.pop()) await this.#sendOne(ask);
    };
    await Promise.all(Array.from({ length: CONNECTIONS }, work));
  }

  async #sendOne(ask: Ask): Promise<void> {
    const { method, headers, body = '' } = ask.parts;
    const path = addressOf(ask.parts);
    try {
      const response = await this.#pool.request({ method: method as 'GET', path, headers, body });
      const text = await beginningOf(response.body);
      const answer = { status: response.statusCode, headers: response.headers, text };
      const fault = this.#judge(ask.operation.id, method, path, answer);
      if (fault) this.#noteFault(ask, fault);
      this.#note(ask, answer);
    } catch (error) {
      // The service closes on a body that it will not read (RFC 9110, 15.5.14); its answer may be lost with the rest.
      if (Buffer.byteLength(body) > BODY_LIMIT_BYTES) return;
      this.#noteFault(ask, { kind: 'server_error', what: `no answer: ${(error as Error).message}` });
    }
  }

  #note({ operation, asker, parts }: Ask, answer: Answer): void {
    const { status } = answer;
    const own = Object.entries(asker.credentials);
    const is_own_key = operation.is_public || own.every(([name, value]) => parts.headers[name] === value);
    if (status === 403 && is_own_key) this.#forbidden.add(`${operation.id} ${asker.name}`);
    if (status >= 400) return;
    this.#counts.accepted += 1;
    if (parts.method !== operation.method || !is_own_key) return;
    this.#accepted.set(operation.id, (this.#accepted.get(operation.id) ?? 0) + 1);
    if (operation.method === 'DELETE') this.#known.forget(Object.values(parts.params).at(-1)!);
    else this.#known.learn(asker, operation, parts.params, answer);
  }

  #noteFault(ask: Ask, { kind, what }: Fault): void {
    this.#counts[kind] += 1;
    const place = `${kind} ${ask.parts.method} ${ask.operation.path}`;
    const like = `${place} ${what.replace(/[0-9a-z]{8,}/g, '')}`;
    if (this.#failures.size < MAX_FAILURES_SHOWN && !this.#failures.has(like))
      this.#failures.set(like, { what: `${place}: ${what}`, curl: curlOf(ask) });
  }
}

/** A file for printers may be of gigabytes: what comes after the limit is not read. */
async function beginningOf(body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > MAX_READ_bytes) break;
  }
  return Buffer.concat(chunks).toString();
}

function weighted(operations: readonly Operation[]): Arbitrary<Operation> {
  return fc.oneof(
    ...operations.map((operation) => ({
      weight: WEIGHTS[operation.method] ?? WRITE_WEIGHT,
      arbitrary: fc.constant(operation),
    })),
  );
}

/** Keys are not shown. */
function curlOf({ asker, parts }: Ask): string {
  const { method, headers, body } = parts;
  const options = Object.entries(headers).map(
    ([name, value]) => `-H ${quoted(`${name}: ${shortened(value)}`)}`,
  );
  if (body !== undefined) options.push(`--data-binary ${quoted(shortened(body))}`);
  const line = ['curl -sS', `-X ${method}`, `"$PLEDGEWATCH"${quoted(addressOf(parts))}`, ...options];
  return `${line.join(' ').replaceAll(asker.key, `'"$KEY"'`)} # ${asker.name}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function shortened(text: string): string {
  return text.length <= MAX_CURL_CHARACTERS ? text : `${text.slice(0, MAX_CURL_CHARACTERS)}...`;
}

function rounded(value: number, digits: number): number {
  return Math.round(value * 10 ** digits) / 10 ** digits;
}

interface RunningService {
  setting: Setting;
  rssBytes(): Promise<number>;
  stop(): Promise<void>;
}

async function startService(): Promise<RunningService> {
  const child = fork(fileURLToPath(new URL('service.ts', import.meta.url)), [], {
    execArgv: ['--import=tsx', '--expose-gc'],
    // As it is started everywhere: see docs/operate.md.
    env: { ...process.env, MALLOC_ARENA_MAX: '1', MALLOC_MMAP_THRESHOLD_: '1048576' },
  });
  const { setting } = (await told(child)) as { setting: Setting };
  return {
    setting,
    async rssBytes() {
      child.send('rss');
      return ((await told(child)) as { rss_bytes: number }).rss_bytes;
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      child.send('stop');
      await exited;
    },
  };
}

/** @throws when the process ends instead */
async function told(child: ChildProcess): Promise<unknown> {
  const over = new AbortController();
  const { signal } = over;
  try {
    return await Promise.race([
      once(child, 'message', { signal }).then(([message]) => message),
      once(child, 'exit', { signal }).then(([code]) => {
        throw new Error(`the service under test ended with ${code}`);
      }),
    ]);
  } finally {
    over.abort();
  }
}
