/**
 * One query in a transaction of its own that begins with another statement: `begin` and that one are a message, the query
 * and `commit` go out together with it. The driver's own transaction would send the four one by one, each waiting for the
 * answer to the last.
 */
import type postgres from 'postgres';
import { areTraced, traced } from '../telemetry/spans.ts';
import { GIVEN_UP_FOR_ANOTHER } from './client.ts';
import type { DriverQuery } from './deadline.ts';
import { querySpan } from './traced.ts';

/** What postgres.js keeps of a connection, beyond its published types. */
interface DriverConnection {
  /** @returns whether another query may follow at once */
  execute(query: DriverQuery): boolean;
  /** Called when the server waits inside of a transaction; the driver takes it back with the transaction's end. */
  reserved: (() => void) | null;
  onclose: ((error: Error) => void) | null;
}

/** The query's answer is worth nothing: its transaction was rolled back, as when the server had to plan it anew. */
class RolledBack extends Error {}

/**
 * @param query not sent yet; it settles with the end of its transaction
 * @param opening makes the statement before it, which has no parameters
 * @param again runs it in an ordinary transaction, for when this one was given up for another or rolled back
 */
export function inItsTransaction(
  sql: postgres.Sql,
  opening: () => string,
  query: DriverQuery,
  again: () => Promise<unknown>,
): void {
  const { resolve, reject } = query;
  query.handle = async () => {
    if (query.executed) return;
    const run = () => runBetween(sql, opening(), query);
    await (areTraced() ? traced(querySpan(query), run) : run())
      .catch((error) => {
        if (error instanceof RolledBack || GIVEN_UP_FOR_ANOTHER.includes(error.code)) return again();
        throw error;
      })
      .then(resolve, reject);
  };
}

function runBetween(sql: postgres.Sql, opening: string, query: DriverQuery): Promise<unknown> {
  const is_plain = query.args.every(isPlain);
  return new Promise((resolve, reject) => {
    let answer: unknown;
    query.resolve = (rows) => {
      answer = rows;
    };
    query.reject = reject;
    const commit = sql.unsafe('commit') as unknown as DriverQuery;
    const steps = [query, commit];
    for (const step of steps) {
      step.executed = true;
      delete step.options.onexecute;
    }
    commit.resolve = (done) =>
      (done as { command: string }).command === 'COMMIT' ? resolve(answer) : reject(new RolledBack());
    commit.reject = reject;
    const onexecute = (connection: DriverConnection) => {
      connection.onclose = reject;
      const send = () => {
        while (steps.length > 0 && connection.execute(steps.shift()!));
      };
      connection.reserved = send;
      // Else when the opening was answered: the driver blames what is under way for a query that it cannot build.
      if (is_plain) send();
      return false;
    };
    sql.unsafe(`begin; ${opening}`, [], { onexecute } as never).catch(reject);
  });
}

/** A value, or part of a statement, that the driver is sure to make a message of. */
function isPlain(value: unknown): boolean {
  if (value instanceof Date) return !Number.isNaN(value.getTime());
  if (Array.isArray(value)) return value.every(isPlain);
  if (isPart(value)) return value.args.every(isPlain);
  return value === null || ['string', 'number', 'boolean'].includes(typeof value);
}

function isPart(value: unknown): value is DriverQuery {
  return value instanceof Promise && 'strings' in value;
}
