/**
 * A thread of a run: each of its lanes has a connection of its own and claims chunk after chunk until none is open. While the
 * server reads or writes for one lane the thread values for the other. Their failures are counted by full.ts.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { connect, type Database, isDatabaseAway } from '../db/client.ts';
import type { ModelSet } from '../valuations/models.ts';
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
  models: ModelSet;
}

export type ThreadMessage =
  | { kind: 'chunk'; lane: number; chunk: number; counts: ChunkCounts }
  /** `chunk` is 0 when it failed before it had one. */
  | { kind: 'failure'; lane: number; chunk: number; away: boolean; code: string; message: string };

const LANES_A_THREAD = 2;
/** A chunk whose commit is lost with the server is still open; publishing waits for the disk, and what lies before it does. */
const OPENING = 'set local synchronous_commit = off';

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
  }, OPENING);
}

async function work(lane: number, valuer: RowValuer): Promise<void> {
  const { url, role, run } = task;
  for (let failed = 1; ; failed++) {
    const database = connect(url, { max: 1, statement_timeout_ms: CHUNK_LIMIT_ms, ...(role && { role }) });
    let chunk = 0;
    try {
      for (;;) {
        chunk = 0;
        const done = await withinLimit(workOne(database, run, valuer, (range) => (chunk = range.chunk)));
        if (done === null) return;
        failed = 1;
        tell({ kind: 'chunk', lane, ...done });
      }
    } catch (error) {
      const { code = '', message } = error as Error & { code?: string };
      tell({ kind: 'failure', lane, chunk, away: isDatabaseAway(error), code, message });
      await sleep(RETRY_ms * failed);
    } finally {
      await database.close();
    }
  }
}

function tell(message: ThreadMessage): void {
  parentPort!.postMessage(message);
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

const task = workerData as ThreadTask;
const valuer = valuerOf(task.run, task.models);
await Promise.all(Array.from({ length: LANES_A_THREAD }, (_, lane) => work(lane, valuer)));
