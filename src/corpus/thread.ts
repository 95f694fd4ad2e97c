/** One worker of a run, on a thread of its own: claims chunk after chunk until none is open. Its failures are counted by full.ts. */
import { setTimeout as sleep } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { connect, type Database, isDatabaseAway } from '../db/client.ts';
import { modelsById } from '../valuations/store.ts';
import {
  type ChunkCounts,
  type ChunkRange,
  type CorpusRun,
  claimChunk,
  valueChunk,
  valuerOf,
} from './chunk.ts';
import type { RowValuer } from './rows.ts';

export interface ThreadTask {
  url: string;
  role: string | undefined;
  run: CorpusRun;
}

export type ThreadMessage =
  | { kind: 'chunk'; chunk: number; counts: ChunkCounts }
  /** `chunk` is 0 when it failed before it had one. */
  | { kind: 'failure'; chunk: number; away: boolean; code: string; message: string };

/** What one chunk may take on a busy machine. */
export const CHUNK_LIMIT_ms = 120_000;
const RETRY_ms = 1_000;

/** Claims and values one chunk. @returns null when none is open */
async function workOne(
  database: Database,
  run: CorpusRun,
  valuer: RowValuer,
  claimed: (chunk: ChunkRange) => void,
) {
  return database.transaction(async (tx) => {
    const range = await claimChunk(tx, run.id);
    if (range === null) return null;
    claimed(range);
    return { chunk: range.chunk, counts: await valueChunk(tx, run.id, range, valuer) };
  });
}

async function work({ url, role, run }: ThreadTask, tell: (message: ThreadMessage) => void): Promise<void> {
  let valuer: RowValuer | null = null;
  for (let failed = 1; ; failed++) {
    const database = connect(url, { max: 1, statement_timeout_ms: CHUNK_LIMIT_ms, ...(role && { role }) });
    let chunk = 0;
    try {
      valuer ??= valuerOf(run, (await modelsById(database.sql, [run.model_set_id])).get(run.model_set_id)!);
      for (;;) {
        chunk = 0;
        const done = await withinLimit(workOne(database, run, valuer, (range) => (chunk = range.chunk)));
        if (done === null) return;
        failed = 1;
        tell({ kind: 'chunk', ...done });
      }
    } catch (error) {
      const { code = '', message } = error as Error & { code?: string };
      tell({ kind: 'failure', chunk, away: isDatabaseAway(error), code, message });
      await sleep(RETRY_ms * failed);
    } finally {
      await database.close();
    }
  }
}

/** A connection that dies under COPY may leave its promise pending for ever. */
async function withinLimit<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    const over = () => reject(new Error(`the chunk took over ${CHUNK_LIMIT_ms / 1000} seconds`));
    timer = setTimeout(over, CHUNK_LIMIT_ms);
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}

await work(workerData as ThreadTask, (message) => parentPort!.postMessage(message));
