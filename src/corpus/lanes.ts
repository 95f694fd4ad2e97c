/**
 * The lanes of one thread of a run: each has a connection of its own and claims chunk after chunk until none is open. While
 * the server reads or writes for one lane the thread values for the other. Their failures are counted by full.ts.
 */
import { setTimeout as sleep } from 'node:timers/promises';
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

export interface LaneTask {
  url: string;
  role: string | undefined;
  run: CorpusRun;
  models: ModelSet;
}

export type LaneMessage =
  | { kind: 'chunk'; lane: number; chunk: number; counts: ChunkCounts }
  /** `chunk` is 0 when it failed before it had one. */
  | { kind: 'failure'; lane: number; chunk: number; away: boolean; code: string; message: string };

/** @throws what ends the run */
export type TellOfLane = (message: LaneMessage) => void;

const LANES = 2;
/** A chunk whose commit is lost with the server is still open; publishing waits for the disk, and what lies before it does. */
const OPENING = 'set local synchronous_commit = off';

/** What one chunk may take on a busy machine. */
export const CHUNK_LIMIT_ms = 120_000;
const RETRY_ms = 1_000;

/**
 * Works until no chunk is open.
 * @param stop ends it before
 * @throws what `tell` threw, once no lane has its connection any more
 */
export async function workLanes(
  task: LaneTask,
  tell: TellOfLane,
  stop: AbortSignal = new AbortController().signal,
): Promise<void> {
  const valuer = valuerOf(task.run, task.models);
  const failing = new AbortController();
  const stopping = AbortSignal.any([stop, failing.signal]);
  const lanes = Array.from({ length: LANES }, async (_, lane) => {
    try {
      await workLane(task, lane, valuer, tell, stopping);
    } catch (error) {
      failing.abort();
      throw error;
    }
  });
  for (const ended of await Promise.allSettled(lanes)) if (ended.status === 'rejected') throw ended.reason;
}

async function workLane(
  { url, role, run }: LaneTask,
  lane: number,
  valuer: RowValuer,
  tell: TellOfLane,
  stopping: AbortSignal,
): Promise<void> {
  for (let failed = 1; !stopping.aborted; failed++) {
    const database = connect(url, { max: 1, statement_timeout_ms: CHUNK_LIMIT_ms, ...(role && { role }) });
    let chunk = 0;
    try {
      while (!stopping.aborted) {
        chunk = 0;
        const working = workOne(database, run, valuer, (range) => (chunk = range.chunk));
        const done = await withinLimit(working, stopping);
        if (done === null) return;
        failed = 1;
        tell({ kind: 'chunk', lane, ...done });
      }
    } catch (error) {
      if (stopping.aborted) return;
      const { code = '', message } = error as Error & { code?: string };
      tell({ kind: 'failure', lane, chunk, away: isDatabaseAway(error), code, message });
      await sleep(RETRY_ms * failed, null, { signal: stopping }).catch(() => undefined);
    } finally {
      await database.close();
    }
  }
}

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

/** A connection that dies under COPY may leave its promise pending for ever. */
async function withinLimit<T>(work: Promise<T>, stopping: AbortSignal): Promise<T> {
  const ended = new AbortController();
  const signal = AbortSignal.any([stopping, ended.signal]);
  const over = sleep(CHUNK_LIMIT_ms, null, { signal }).then(() => {
    throw new Error(`the chunk took over ${CHUNK_LIMIT_ms / 1000} seconds`);
  });
  try {
    return await Promise.race([work, over]);
  } finally {
    ended.abort();
  }
}
