/** A process of its own that is asked and answers, one question at a time. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export interface Child<Ready> {
  /** The message that it sent when it was ready. */
  ready: Ready;
  /** Settles when the process has ended, however. */
  ended: Promise<unknown>;
  /** @returns its next message. @throws when it ends instead */
  ask<Answer>(question: object): Promise<Answer>;
  /** SIGKILL. */
  kill(): Promise<void>;
  /** Lets go of it; it ends by itself when what it does is done. */
  end(): Promise<void>;
}

/**
 * @param script file beside this one, which sends a message once it is ready
 * @param has_pages whether it needs the loader that reads them
 */
export async function startChild<Ready>(
  script: string,
  args: readonly string[],
  has_pages = false,
): Promise<Child<Ready>> {
  const file = fileURLToPath(new URL(script, import.meta.url));
  // Node strips the types by itself: a loader would double the time of each start.
  const execArgv = has_pages ? ['--import', import.meta.resolve('tsx')] : [];
  const child = fork(file, args, { execArgv, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const endWithUs = () => void child.kill('SIGKILL');
  process.once('exit', endWithUs);
  const ended = once(child, 'exit').then(() => process.off('exit', endWithUs));
  const next = async <Message>(): Promise<Message> => {
    const no_more = ended.then(() => {
      throw new Error(`${script} ended without an answer.`);
    });
    const [message] = await Promise.race([once(child, 'message'), no_more]);
    return message as Message;
  };
  return {
    ready: await next<Ready>(),
    ended,
    ask<Answer>(question: object) {
      const answer = next<Answer>();
      child.send(question, () => undefined);
      return answer;
    },
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
    async end() {
      if (child.connected) child.disconnect();
      await ended;
    },
  };
}
