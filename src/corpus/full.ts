/** Everything valued, by this thread and further ones, and published at once. */
import { availableParallelism } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { Database } from '../db/client.ts';
import { StartupError } from '../errors.ts';
import type { ModelSet } from '../valuations/models.ts';
import { modelsById } from '../valuations/store.ts';
import type { CorpusRun } from './chunk.ts';
import { type LaneMessage, type LaneTask, workLanes } from './lanes.ts';
import { dropRun, openRun, publishRun, type RunProgress, runProgress } from './run.ts';

/** Patents a chunk: what a thread holds in memory, and what is done again after a failure. */
export const CHUNK_patents = 20_000;
export const MOST_CHUNK_patents = 200_000;
/** A chunk that fails so often will fail for ever. */
export const ATTEMPTS = 3;
/** The server takes as long as a thread does, and each thread but the first its time to start. */
export const DEFAULT_THREADS = Math.ceil(availableParallelism() / 2);
/** What a thread holds is bounded by its chunk and its tables; it is made to collect its garbage before it has much. */
const THREAD_LIMITS = { maxOldGenerationSizeMb: 192, maxYoungGenerationSizeMb: 24 };
/** Building the indexes of a billion values. */
const PUBLISH_LIMIT_ms = 3_600_000;
const TAKEN_POLL_ms = 1_000;
const DISK_FULL = '53100';

export interface Place {
  /** Of the database, for the threads. */
  url: string;
  role?: string;
  database: Database;
}

export interface FullOptions {
  chunk_patents?: number;
  threads?: number;
  /** Told after each chunk. */
  on_progress?: (progress: RunProgress) => void;
}

export interface FullReport extends RunProgress {
  as_of: string;
  /** Chunks that an earlier call had done. */
  resumed: number;
}

/**
 * Goes on with the open run, or opens one.
 * @throws StartupError when a chunk fails for the third time, or the disk is full; nothing is published then
 */
export async function revalueAll(
  place: Place,
  models: ModelSet,
  now: Date,
  { chunk_patents = CHUNK_patents, threads = DEFAULT_THREADS, on_progress = () => {} }: FullOptions = {},
): Promise<FullReport> {
  const { database } = place;
  const patient = database.sibling({ max: 1, statement_timeout_ms: PUBLISH_LIMIT_ms });
  try {
    const run = await openRun(patient, models, now, chunk_patents);
    // Those that it was opened under.
    const under = (await modelsById(database.sql, [run.model_set_id])).get(run.model_set_id)!;
    const task: LaneTask = { url: place.url, role: place.role, run, models: under };
    const before = await runProgress(database.sql, run.id);
    for (let progress = before; progress.done < progress.chunks; ) {
      await workOff(place, task, progress, threads, on_progress);
      progress = await runProgress(database.sql, run.id);
      // The rest is in the hands of another process.
      if (progress.done < progress.chunks) await sleep(TAKEN_POLL_ms);
    }
    await publishRun(patient, run, now);
    return { as_of: run.as_of, resumed: before.done, ...(await runProgress(database.sql, run.id)) };
  } finally {
    await patient.close();
  }
}

async function workOff(
  { database }: Place,
  task: LaneTask,
  before: RunProgress,
  threads: number,
  on_progress: (progress: RunProgress) => void,
): Promise<void> {
  const progress = { ...before };
  const failures = new Map<string, number>();
  const hear = (message: LaneMessage, thread: number) => {
    // Without a chunk it is the lane's own: each waits for the database by itself.
    const lane = `lane ${thread} ${message.lane}`;
    const subject = message.chunk === 0 ? lane : `chunk ${message.chunk}`;
    if (message.kind === 'failure') return fail(task.run, progress, message, failures, subject);
    failures.delete(lane);
    progress.done++;
    for (const name of ['patents', 'valued', 'points'] as const) progress[name] += message.counts[name];
    on_progress({ ...progress });
  };
  const further = Array.from({ length: Math.min(threads, before.chunks - before.done) - 1 }, () =>
    startThread(task),
  );
  const stop = new AbortController();
  const own = workLanes(task, (message) => hear(message, 0), stop.signal);
  try {
    await Promise.all([
      own,
      ...further.map((thread, index) => ended(thread, (message) => hear(message, index + 1))),
    ]);
  } catch (error) {
    stop.abort();
    await Promise.allSettled([own, ...further.map((thread) => thread.terminate())]);
    if (isDiskFull(error)) await dropRun(database, task.run);
    throw error;
  }
}

/** Node strips the types by itself: a loader would double the time of each start. */
function startThread(workerData: LaneTask): Worker {
  const file = new URL('./thread.ts', import.meta.url);
  return new Worker(file, { workerData, execArgv: [], resourceLimits: THREAD_LIMITS });
}

function ended(thread: Worker, hear: (message: LaneMessage) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    thread.on('message', (message: LaneMessage) => {
      try {
        hear(message);
      } catch (error) {
        reject(error);
      }
    });
    thread.once('error', (cause) =>
      reject(
        new StartupError(`A thread ended: ${cause.message}. Run the same command again to go on.`, { cause }),
      ),
    );
    thread.once('exit', () => resolve());
  });
}

function isDiskFull(error: unknown): boolean {
  return error instanceof StartupError && (error.cause as { code?: string } | undefined)?.code === DISK_FULL;
}

function fail(
  { id }: CorpusRun,
  { done, chunks }: RunProgress,
  cause: Extract<LaneMessage, { kind: 'failure' }>,
  failures: Map<string, number>,
  subject: string,
): void {
  const { chunk, away, code, message } = cause;
  if (code === DISK_FULL)
    throw new StartupError(
      `The database has no room left for the values of the corpus: ${message}. Nothing was published and what was written is given back. Free or add disk, then run the same command again.`,
      { cause },
    );
  const times = (failures.get(subject) ?? 0) + 1;
  failures.set(subject, times);
  if (times < ATTEMPTS) return;
  const where = chunk === 0 ? 'The database' : `Chunk ${chunk} of run ${id}`;
  const remedy = away ? 'Bring the database back' : 'Mend what it says';
  throw new StartupError(
    `${where} failed ${ATTEMPTS} times, with ${done} of ${chunks} chunks done: ${message}. Nothing was published. ${remedy}, then run the same command again: it goes on where this one stopped.`,
    { cause },
  );
}
