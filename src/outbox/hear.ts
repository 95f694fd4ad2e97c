/**
 * Listeners: parts of the service that do something when an event happened elsewhere in it. Each hears every event of its
 * types once, in the order of the feed of all events, from the first; what it does and that it did it are one transaction.
 */
import type { Database, Sql, Transaction } from '../db/client.ts';
import type { EventType } from '../webhooks/events.ts';
import { headOf, numberStream, STAFF_STREAM } from './feed.ts';

/** An event on which a listener fails so often is set aside in `listener_failure`, and it goes on with the next. */
export const MAX_ATTEMPTS = 5;

/** What an event tells: its data as in src/webhooks/events.ts, and whom it concerns. */
export interface HeardEvent {
  seq: number;
  id: string;
  type: EventType;
  pledge_id: string | null;
  bank_id: string | null;
  firm_id: string | null;
  occurred_at: Date;
  data: Record<string, unknown>;
}

export interface Listener {
  /** Kept with its place in the feed: a listener of another name begins anew. */
  name: string;
  types: readonly EventType[];
  /** Across all tenants. May fail: it is tried again, after longer and longer waits. */
  hear(tx: Transaction, event: HeardEvent): Promise<void>;
}

/**
 * Lets every listener hear what it has not heard yet. Several workers may run it at once: each listener is with one.
 * @param at by which waits after a failure are counted
 */
export async function hearEvents(
  database: Database,
  listeners: readonly Listener[],
  at: Date,
): Promise<{ events_heard: number; events_given_up: number }> {
  const sum = { events_heard: 0, events_given_up: 0 };
  if (listeners.length === 0) return sum;
  await numberStream(database, STAFF_STREAM);
  for (const listener of listeners) {
    await database.sql`insert into listener (name) values (${listener.name}) on conflict do nothing`;
    for (let step: Step = 'heard'; step === 'heard' || step === 'given_up'; ) {
      step = await hearNext(database, listener, at);
      if (step === 'heard') sum.events_heard++;
      if (step === 'given_up') sum.events_given_up++;
    }
  }
  return sum;
}

/** What became of the next event: none is left, or another worker or a wait after a failure has the listener. */
type Step = 'heard' | 'failed' | 'given_up' | 'none';

async function hearNext(database: Database, listener: Listener, at: Date): Promise<Step> {
  let next: HeardEvent | null = null;
  try {
    return await database.transaction(async (tx) => {
      const [place] = await tx<{ after_seq: number }[]>`
        select after_seq from listener where name = ${listener.name} and (due_at is null or due_at <= ${at})
        for update skip locked`;
      if (!place) return 'none';
      // Before the next one is looked for: what is numbered meanwhile must not be passed.
      const head = await headOf(tx, STAFF_STREAM);
      if (head === place.after_seq) return 'none';
      next = await nextEvent(tx, listener.types, place.after_seq);
      if (next !== null) await listener.hear(tx, next);
      await moveTo(tx, listener.name, next?.seq ?? head);
      return next === null ? 'none' : 'heard';
    });
  } catch (error) {
    // A database that went away in between events is nobody's failure to hear one.
    if (next === null) throw error;
    return noteFailure(database, listener.name, next, String(error).slice(0, 1000), at);
  }
}

async function nextEvent(sql: Sql, types: readonly EventType[], after: number): Promise<HeardEvent | null> {
  const [row] = await sql<(Omit<HeardEvent, 'data'> & { body: string })[]>`
    select seq, id, type, pledge_id, bank_id, firm_id, occurred_at, body
    from event_feed join event on id = event_id
    where stream = ${STAFF_STREAM} and seq > ${after} and type = any(${types as string[]}) order by seq limit 1`;
  if (!row) return null;
  const { body, ...event } = row;
  return { ...event, data: JSON.parse(body).data };
}

async function moveTo(sql: Sql, name: string, seq: number): Promise<void> {
  await sql`update listener set after_seq = ${seq}, attempts = 0, error = null, due_at = null
    where name = ${name} and after_seq <= ${seq}`;
}

async function noteFailure(
  database: Database,
  name: string,
  { id, seq }: HeardEvent,
  error: string,
  at: Date,
): Promise<Step> {
  return database.transaction(async (tx) => {
    const [row] = await tx<{ attempts: number }[]>`
      update listener set attempts = attempts + 1, error = ${error},
        due_at = ${at}::timestamptz + make_interval(secs => 2 ^ attempts)
      where name = ${name} and after_seq < ${seq} returning attempts`;
    if (!row || row.attempts < MAX_ATTEMPTS) return 'failed';
    await tx`insert into listener_failure (name, event_id, error, failed_at) values (${name}, ${id}, ${error}, ${at})
      on conflict do nothing`;
    await moveTo(tx, name, seq);
    return 'given_up';
  });
}
