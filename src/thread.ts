/** Seconds of arithmetic on a thread of their own, one run at a time, so that they hold up no request. */
import { parentPort, Worker } from 'node:worker_threads';
import { Problem } from './errors.ts';

export interface ThreadWork {
  /** Calls `answerTasks`. */
  module: URL;
  /** What it is called in an error. */
  name: string;
  limit_ms: number;
  /** What to ask for instead of what takes too long. */
  remedy: string;
}

/** A thread without a task waits so long for the next one: to load its modules is more work than to set a page. */
export const THREAD_KEPT_ms = 10_000;

/**
 * @returns runs a task on a thread, the one of the last run if that was lately.
 *   Throws Problem `conflict` while another run is under way in this process, `refused` when it takes over its limit.
 */
export function onThread<Task, Answer>({ module, name, limit_ms, remedy }: ThreadWork) {
  let under_way = false;
  let idle: { worker: Worker; end: NodeJS.Timeout } | null = null;
  const take = (): Worker => {
    if (!idle) return new Worker(module, { execArgv: ['--import', import.meta.resolve('tsx')] });
    const { worker, end } = idle;
    clearTimeout(end);
    idle = null;
    worker.removeAllListeners().ref();
    return worker;
  };
  const keep = (worker: Worker) => {
    const forget = () => {
      if (idle?.worker === worker) idle = null;
      void worker.terminate();
    };
    const end = setTimeout(forget, THREAD_KEPT_ms).unref();
    idle = { worker, end };
    worker.removeAllListeners().once('error', forget).once('exit', forget).unref();
  };
  return async (task: Task): Promise<Answer> => {
    if (under_way)
      throw new Problem('conflict', `Another ${name} is under way here; ask again in some seconds.`);
    under_way = true;
    const worker = take();
    let deadline: NodeJS.Timeout | undefined;
    try {
      const answer = await new Promise<Answer>((resolve, reject) => {
        deadline = setTimeout(
          () =>
            reject(new Problem('refused', `The ${name} took over ${limit_ms / 1000} seconds; ${remedy}.`)),
          limit_ms,
        );
        worker.once('message', resolve);
        worker.once('error', reject);
        worker.once('exit', () => reject(new Error(`the ${name} ended without an answer`)));
        worker.postMessage(task);
      });
      keep(worker);
      return answer;
    } catch (error) {
      await worker.terminate();
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
