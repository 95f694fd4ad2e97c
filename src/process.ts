/** What both entry points share: logger, context of the jobs, and an orderly end. */
import pino, { type Logger } from 'pino';
import type { Config } from './config.ts';
import { type OpenDatabase, openDatabase } from './db/open.ts';
import { openLog } from './log.ts';

/** An ended process that has not finished by then is cut. */
const SHUTDOWN_LIMIT_MS = 25_000;
/** Signals this close together are one. */
const SAME_WISH_MS = 1000;
const STANDARD_OUTPUT = 1;
const STANDARD_ERROR = 2;

export function createLogger({ log_level }: Config, destination = STANDARD_OUTPUT): Logger {
  return openLog(log_level, pino.destination({ dest: destination, sync: true }));
}

/** The database of a command, whose standard output is its answer and nothing else: it logs to standard error. */
export function openForCommand(config: Config): Promise<OpenDatabase> {
  return openDatabase(config.database_url, config.home, createLogger(config, STANDARD_ERROR));
}

/**
 * Runs the phases one after the other on SIGTERM or SIGINT, then ends the process; a later signal ends it at once. One
 * that follows on the heels of the first is the same wish, passed on by npm.
 * A failure outside of any request ends it too: what was under way is in the database and is taken up again.
 */
export function endInOrder(
  log: Logger,
  phases: readonly (readonly [name: string, end: () => Promise<void>])[],
): void {
  let asked_ms: number | null = null;
  const end = async (cause: string, exit_code: number) => {
    if (asked_ms !== null) {
      if (performance.now() - asked_ms > SAME_WISH_MS) process.exit(1);
      return;
    }
    asked_ms = performance.now();
    log.info({ cause }, 'ending');
    setTimeout(() => process.exit(1), SHUTDOWN_LIMIT_MS).unref();
    for (const [name, phase] of phases) {
      try {
        await phase();
      } catch (error) {
        log.error({ error, phase: name }, 'this phase of the shutdown failed');
      }
    }
    process.exit(exit_code);
  };
  process.on('SIGTERM', () => void end('SIGTERM', 0));
  process.on('SIGINT', () => void end('SIGINT', 0));
  process.on('uncaughtException', (error) => {
    log.fatal({ error }, 'uncaught');
    void end('uncaught exception', 1);
  });
}
