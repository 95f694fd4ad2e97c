/** Queries as spans of a trace: their text as it stands in the code, never with a value. */
import type postgres from 'postgres';
import { beginSpan, endSpan, type Span } from '../telemetry/spans.ts';
import type { DriverQuery } from './deadline.ts';

const LITERAL = /'(?:[^']|'')*'/g;
const MAX_TEXT_CHARACTERS = 2_000;

export function querySpan({ strings }: DriverQuery): Span {
  const text = strings.join('?').replaceAll(LITERAL, '?').replaceAll(/\s+/g, ' ').trim();
  const name = /^\w+/.exec(text)?.[0].toLowerCase() ?? 'query';
  const attributes = { 'db.system.name': 'postgresql', 'db.query.text': text.slice(0, MAX_TEXT_CHARACTERS) };
  return { kind: 'query', name, attributes };
}

/** @returns the pool or transaction, each of whose queries is a span from when it is sent or waits to be */
export function tracedQueries<S extends postgres.ISql>(sql: S): S {
  const watch = (made: unknown) => {
    if (made instanceof Promise) watchQuery(made as DriverQuery);
    return made;
  };
  const unsafe = (...args: Parameters<postgres.ISql['unsafe']>) => watch(sql.unsafe(...args));
  return new Proxy(sql, {
    apply: (target, self, args) => watch(Reflect.apply(target as never, self, args)),
    get: (target, name) => (name === 'unsafe' ? unsafe : Reflect.get(target, name)),
  });
}

function watchQuery(query: DriverQuery): void {
  const handle = query.handle;
  query.handle = () => {
    if (!query.executed) {
      const span = querySpan(query);
      beginSpan(span, () => undefined);
      const failed = (error: unknown) => endSpan(Object.assign(span, { error }));
      Promise.prototype.then.call(query, () => endSpan(span), failed);
    }
    return handle.call(query);
  };
}
