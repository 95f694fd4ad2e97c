/** Requests over HTTP, as many as are answered or as many as are asked for a second, and how long each took. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'undici';
import { monotonicMs } from './arrivals.ts';
import { quantile, rounded } from './figures.ts';

export interface Request {
  method: 'GET' | 'POST';
  path: string;
  headers: Record<string, string>;
  body?: string;
}

export interface Load {
  address: string;
  /** The next request; null when there is none left, which ends the load. */
  next: () => Request | null;
  /** What each must be answered with. */
  status: number;
}

/** Connections, each with one request at a time. */
const CONNECTIONS = 16;

/** Asks on all connections without a pause. @returns requests a second */
export async function mostPerSecond(load: Load, seconds: number): Promise<number> {
  const { ask, close } = openPool(load);
  const started_ms = monotonicMs();
  let answered = 0;
  const askOn = async () => {
    while (monotonicMs() - started_ms < seconds * 1000 && (await ask())) answered++;
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, askOn));
  const took_ms = monotonicMs() - started_ms;
  await close();
  return (1000 * answered) / took_ms;
}

/**
 * Asks so often a second, whatever became of the requests before.
 * @returns milliseconds at 99 of 100, each from when it was to be sent
 */
export async function waitAt(per_second: number, load: Load, seconds: number): Promise<number> {
  const { ask, close } = openPool(load);
  const start_ms = monotonicMs();
  const took_ms: number[] = [];
  const asked: Promise<void>[] = [];
  for (let n = 0; n < seconds * per_second; n++) {
    const due_ms = start_ms + (n * 1000) / per_second;
    const early_ms = due_ms - monotonicMs();
    if (early_ms > 0) await sleep(early_ms);
    asked.push(ask().then((was_asked) => void (was_asked && took_ms.push(monotonicMs() - due_ms))));
  }
  await Promise.all(asked);
  await close();
  return rounded(quantile(took_ms, 0.99), 1);
}

function openPool({ address, next, status }: Load) {
  const pool = new Pool(address, { connections: CONNECTIONS });
  return {
    /** @returns false when there was nothing left to ask */
    async ask(): Promise<boolean> {
      const request = next();
      if (request === null) return false;
      const { statusCode, body } = await pool.request(request);
      const text = await body.text();
      if (statusCode !== status) throw new Error(`${request.method} ${request.path}: ${statusCode} ${text}`);
      return true;
    },
    close: () => pool.close(),
  };
}
