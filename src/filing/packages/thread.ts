/** A package, on a thread of its own: setting the pages of a long application takes seconds. */
import { parentPort, workerData } from 'node:worker_threads';
import { Problem } from '../../errors.ts';
import { makeArchive } from './make.ts';
import type { PackageAnswer, PackageTask } from './service.ts';

const { draft, text } = workerData as PackageTask;
parentPort!.postMessage(await answer());

async function answer(): Promise<PackageAnswer> {
  try {
    return { ok: true, made: await makeArchive(draft, text) };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { ok: false, refusal: error.message };
  }
}
