/** Seconds of arithmetic on a thread of their own, one run at a time, so that they hold up no request. */
import { Worker } from 'node:worker_threads';
import { Problem } from './errors.ts';

export interface ThreadWork {
  /** Takes its task from `workerData` and posts one message, the answer. */
  module: URL;
  /** What it is called in an error. */
  name: string;
  limit_ms: number;
  /** What to ask for instead of what takes too long. */
  remedy: string;
}

/**
 * @returns runs a task on a new thread.
 *   Throws Problem `conflict` while another run is under way in this process, `refused` when it takes over its limit.
 */
export function onThread<Task, Answer>({ module, name, limit_ms, remedy }: ThreadWork) {
  let under_way = false;
  return async (task: Task): Promise<Answer> => {
    if (under_way)
      throw new Problem('conflict', `Another ${name} is under way here; ask again in some seconds.`);
    under_way = true;
    const worker = new Worker(module, {
      workerData: task,
      execArgv: ['--import', import.meta.resolve('tsx')],
    });
    let deadline: NodeJS.Timeout | undefined;
    try {
      return await new Promise((resolve, reject) => {
        deadline = setTimeout(
          () =>
            reject(new Problem('refused', `The ${name} took over ${limit_ms / 1000} seconds; ${remedy}.`)),
          limit_ms,
        );
        worker.once('message', resolve);
        worker.once('error', reject);
        worker.once('exit', () => reject(new Error(`the ${name} ended without an answer`)));
      });
    } finally {
      clearTimeout(deadline);
      await worker.terminate();
      under_way = false;
    }
  };
}
