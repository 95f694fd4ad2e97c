/** A package, on a thread of its own: setting the pages of a long application takes seconds. */
import { Problem } from '../../errors.ts';
import { answerTasks } from '../../thread.ts';
import { makeArchive } from './make.ts';
import type { PackageAnswer, PackageTask } from './service.ts';

answerTasks(async ({ draft, text }: PackageTask): Promise<PackageAnswer> => {
  try {
    return { ok: true, made: await makeArchive(draft, text) };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { ok: false, refusal: error.sentence ?? error.message };
  }
});
