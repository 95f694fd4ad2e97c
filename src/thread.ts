/** Seconds of arithmetic on a thread of their own, one run at a time, so that they hold up no request. */
import { parentPort, Worker } from 'node:worker_threads';
import type { Sentence } from '../models/sentences.ts';
import { Problem } from './errors.ts';
import { say } from './http/sentences.ts';

export interface ThreadWork {
  /** Calls `answerTasks`. */
  module: URL;
  /** What it is called in an error. */
  name: string;
  limit_ms: number;
  /** What to ask for instead of what takes too long. */
  remedy: Sentence;
}

/** A thread without a task waits so long for the next one: to load its modules is more work than to set a page. */
export const THREAD_KEPT_ms = 5_000;

/**
 * @returns runs a task on a thread, the one of the last run if that was lately.
 *   Throws Problem `conflict` while another run is under way in this process, `refused` when it takes over its limit.
 */
export function onThread<Task, Answer>({ module, name, limit_ms, remedy }: ThreadWork) {
  let under_way = false;
  let thread: Worker | null = null;
  let run = Promise.withResolvers<Answer>();
  let end: NodeJS.Timeout | undefined;
  const start = (): Worker => {
    const started = new Worker(module, { execArgv: ['--import', import.meta.resolve('tsx')] });
    const failed = (error: Error) => {
      if (thread !== started) return;
      thread = null;
      run.reject(error);
    };
    started.on('message', (answer: Answer) => run.resolve(answer));
    started.on('error', failed);
    started.on('exit', () => failed(new Error(`the ${name} ended without an answer`)));
    return started;
  };
  const stop = async () => {
    const stopped = thread;
    thread = null;
    await stopped?.terminate();
  };
  return async (task: Task): Promise<Answer> => {
    if (under_way) throw new Problem('conflict', say('another_run', { run: name }));
    under_way = true;
    clearTimeout(end);
    run = Promise.withResolvers();
    thread ??= start();
    thread.ref();
    const late = () => {
      const seconds = limit_ms / 1000;
      run.reject(new Problem('refused', say('run_too_long', { run: name, seconds, remedy })));
    };
    const deadline = setTimeout(late, limit_ms);
    try {
      thread.postMessage(task);
      const answer = await run.promise;
      thread?.unref();
      end = setTimeout(stop, THREAD_KEPT_ms).unref();
      return answer;
    } catch (error) {
      await stop();
      throw error;
    } finally {
      clearTimeout(deadline);
      under_way = false;
    }
  };
}

/** For the module of a thread: answers each task that is sent to it; what `answer` throws ends the thread. */
export function answerTasks<Task, Answer>(answer: (task: Task) => Answer | Promise<Answer>): void {
  parentPort!.on('message', async (task: Task) => parentPort!.postMessage(await answer(task)));
}
