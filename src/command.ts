/** How every command line program of the house ends: 0 done, 1 failed, 2 called wrongly; one sentence on failure. */
import { StartupError } from './errors.ts';

/** A command was called with arguments that it does not take. */
export class UsageError extends Error {}

export async function run(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const { code, message, stack } = error as Error & { code?: string };
    const usage = error instanceof UsageError || code?.startsWith('ERR_PARSE_ARGS');
    process.stderr.write(`${usage || error instanceof StartupError ? message : stack}\n`);
    process.exitCode = usage ? 2 : 1;
  }
}
