/**
 * Deadlines on our side of the connection, which postgres.js has none of: with a frozen server or a cut line its queries
 * stay pending for ever, whatever the server's own timeouts say.
 */
import { connect, type Socket } from 'node:net';
import type postgres from 'postgres';
import { tell } from '../telemetry/channels.ts';

/** Thrown to the caller of a query that passed its deadline; whether the server ran it is not known. */
export class QueryDeadlineError extends Error {
  readonly code = 'QUERY_DEADLINE';
}

/** What postgres.js keeps in a query, beyond its published types. */
export interface DriverQuery extends Promise<unknown> {
  executed: boolean;
  /** Its text between the values. */
  strings: readonly string[];
  args: readonly unknown[];
  /** null until the query is given to a connection. */
  state: object | null;
  options: { onexecute?: () => boolean | undefined };
  handle(): Promise<void>;
  cancel(): void;
  resolve(rows: unknown): void;
  reject(error: Error): void;
}

/**
 * Gives each query of a pool a deadline, the wait for a connection included, and a connection of its own while it runs:
 * pipelined behind others it would wait for them, and a transaction begun as the hundred-and-first kills the process.
 * Queries inside of a transaction live as long as its connection does, which `watchedSockets` bounds.
 * @returns the pool, to be used in place of the given one
 */
export function withDeadline(sql: postgres.Sql, deadline_ms: number): postgres.Sql {
  const arm = (made: unknown) => {
    if (made instanceof Promise) armQuery(made as DriverQuery, deadline_ms);
    return made;
  };
  const unsafe = sql.unsafe as (...args: unknown[]) => unknown;
  // The driver's own begin() calls this too.
  sql.unsafe = ((...args: unknown[]) => arm(unsafe(...args))) as typeof sql.unsafe;
  return new Proxy(sql, { apply: (target, self, args) => arm(Reflect.apply(target, self, args)) });
}

function armQuery(query: DriverQuery, deadline_ms: number): void {
  query.options.onexecute ??= () => false;
  const handle = query.handle;
  query.handle = () => {
    if (!query.executed) startDeadline(query, deadline_ms);
    return handle.call(query);
  };
}

function startDeadline(query: DriverQuery, deadline_ms: number): void {
  tell('query', { step: 'begun' });
  const timer = setTimeout(() => {
    const waiting = query.state === null;
    tell('query', { step: 'late' });
    const where = waiting ? 'for a connection' : 'for the answer';
    query.reject(new QueryDeadlineError(`The database query waited ${where} longer than ${deadline_ms} ms.`));
    if (waiting) query.cancel();
  }, deadline_ms);
  const clear = () => {
    clearTimeout(timer);
    tell('query', { step: 'ended' });
  };
  Promise.prototype.then.call(query, clear, clear);
}

export interface WatchedSockets {
  /** The driver's `socket` option. */
  open(options: { host: string[]; port: number[]; path?: string | false }): Socket;
  /** Cuts every connection and ends the watch. */
  close(): void;
}

/**
 * Opens the pool's sockets and cuts those on which no byte has passed for `silence_ms`. The pool closes idle connections
 * well before that, and the server ends long statements, so a silent connection is a dead one.
 */
export function watchedSockets(silence_ms: number): WatchedSockets {
  const seen = new Map<Socket, { bytes: number; at_ms: number }>();
  let opened = 0;
  const watch = setInterval(() => {
    const now_ms = performance.now();
    for (const [socket, last] of seen) {
      const bytes = socket.bytesRead + socket.bytesWritten;
      if (bytes !== last.bytes) seen.set(socket, { bytes, at_ms: now_ms });
      else if (now_ms - last.at_ms > silence_ms) socket.destroy();
    }
  }, silence_ms / 8).unref();
  return {
    open({ host, port, path }) {
      const turn = opened++ % host.length;
      const socket = path ? connect(path) : connect(port[turn]!, host[turn]!);
      seen.set(socket, { bytes: 0, at_ms: performance.now() });
      socket.once('close', () => seen.delete(socket));
      // The driver names the server by these in TLS and in its errors.
      return Object.assign(socket, { host: host[turn], port: port[turn] });
    },
    close() {
      clearInterval(watch);
      for (const socket of seen.keys()) socket.destroy();
    },
  };
}
