/** A process that is started again as soon as it ends, and the ways to harm it. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/** A process asked to end that has not done so by then is killed. */
const STOP_LIMIT_ms = 10_000;

export interface Supervised {
  /** It runs and is not frozen. */
  isAtWork(): boolean;
  isFrozen(): boolean;
  /** How often it ended though nobody had harmed it. */
  endedUnharmed(): number;
  send(message: object): void;
  /** SIGKILL. */
  kill(): void;
  /** SIGSTOP, and SIGCONT after the time. */
  freeze(milliseconds: number): Promise<void>;
  /** SIGTERM, without another start. */
  stop(): Promise<void>;
}

export interface SupervisedOptions {
  /** File beside this one. The process sends 'ready' once it works. */
  script: string;
  args: readonly string[];
  on_ready?: () => void;
  on_message?: (message: unknown) => void;
}

export function supervise({ script, args, on_ready, on_message }: SupervisedOptions): Supervised {
  const file = fileURLToPath(new URL(script, import.meta.url));
  let child: ChildProcess;
  let state: 'starting' | 'at work' | 'frozen' | 'killed' = 'starting';
  let ended_unharmed = 0;
  let stopping = false;
  const start = () => {
    state = 'starting';
    // Node strips the types by itself: a loader would double the time of each start.
    child = fork(file, args, { execArgv: [], stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
    createInterface(child.stderr!).on('line', (line) => process.stderr.write(`${script}: ${line}\n`));
    child.on('message', (message) => {
      if (message !== 'ready') return on_message?.(message);
      if (state === 'starting') state = 'at work';
      on_ready?.();
    });
    child.once('exit', () => {
      if (stopping) return;
      if (state !== 'killed') ended_unharmed += 1;
      start();
    });
  };
  start();
  const endWithUs = () => void child.kill('SIGKILL');
  process.once('exit', endWithUs);
  return {
    isAtWork: () => state === 'at work',
    isFrozen: () => state === 'frozen',
    endedUnharmed: () => ended_unharmed,
    // Nothing is lost on one that has just ended: the next is told when it is ready.
    send: (message) => void child.send(message, () => undefined),
    kill() {
      state = 'killed';
      child.kill('SIGKILL');
    },
    async freeze(milliseconds) {
      state = 'frozen';
      child.kill('SIGSTOP');
      await sleep(milliseconds);
      child.kill('SIGCONT');
      state = 'at work';
    },
    async stop() {
      stopping = true;
      process.off('exit', endWithUs);
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      const overdue = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_ms);
      child.kill('SIGTERM');
      await exited;
      clearTimeout(overdue);
    },
  };
}
