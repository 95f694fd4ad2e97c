/** Programs of the service, run as a reader would. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** @param script from the root; @returns how it ended, and what it told: of its failure, else of its outcome */
export async function runProgram(
  script: string,
  args: string[],
  environment: Record<string, string>,
): Promise<{ code: number; told: string }> {
  const { PATH = '' } = process.env;
  const command = promisify(execFile)(process.execPath, ['--import=tsx', script, ...args], {
    cwd: ROOT,
    env: { PATH, LOG_LEVEL: 'silent', ...environment },
  });
  return command.then(
    ({ stdout }) => ({ code: 0, told: stdout }),
    ({ code, stderr }) => ({ code: code as number, told: stderr as string }),
  );
}
