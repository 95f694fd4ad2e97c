/**
 * The feed: what each organisation's endpoints are sent, to be read in order, at leisure.
 *
 * An event gets its number in a stream after its commit, when the stream is read: numbering one stream is done by one
 * reader at a time, and each sees all that was numbered before. So a reader at the head passes nothing, and writers
 * wait for nobody. See docs/decisions/0009-feed-numbered-when-read.md.
 */
import type { Caller } from '../accounts/store.ts';
import type { Database, Sql, Transaction } from '../db/client.ts';

/** Staff read every event but those between two parties alone. */
export const STAFF_STREAM = 'staff';
const NUMBERED_AT_ONCE_ROWS = 10_000;

export interface FedEvent {
  /** Place in the stream, from 1 without gaps. */
  seq: number;
  id: string;
  type: string;
  /** The exact bytes that its webhooks carry. */
  body: string;
}

export function streamOf({ kind, organisation_id }: Caller): string {
  return kind === 'staff' ? STAFF_STREAM : organisation_id;
}

/** Part of the statement that writes the events `told`: puts them into the streams of their readers. */
export function feeding(sql: Sql) {
  return sql`insert into event_feed (stream, event_id)
    select stream, id from told cross join lateral (
      values (bank_id), (firm_id), (case when not between_parties then ${STAFF_STREAM} end)) reader (stream)
    where stream is not null order by id
    on conflict do nothing`;
}

/** Numbers what was committed to a stream and has no number yet. */
export async function numberStream(database: Database, stream: string): Promise<void> {
  for (let numbered = NUMBERED_AT_ONCE_ROWS; numbered === NUMBERED_AT_ONCE_ROWS; )
    numbered = (await isNumbered(database.sql, stream))
      ? 0
      : await database.transaction((tx) => numberNext(tx, stream));
}

async function isNumbered(sql: Sql, stream: string): Promise<boolean> {
  const waiting = await sql`select from event_feed where stream = ${stream} and seq is null limit 1`;
  return waiting.count === 0;
}

async function numberNext(tx: Transaction, stream: string): Promise<number> {
  await tx`select pg_advisory_xact_lock(hashtextextended(${`event_feed ${stream}`}, 0))`;
  // Not before the lock is held: this statement must see what its last holder numbered.
  const numbered = await tx`
    with waiting as (select event_id, row_number() over (order by place) as number from (
      select event_id, place from event_feed where stream = ${stream} and seq is null
      order by place limit ${NUMBERED_AT_ONCE_ROWS}) first)
    update event_feed set seq = number + (select coalesce(max(seq), 0) from event_feed where stream = ${stream})
    from waiting where event_feed.stream = ${stream} and event_feed.event_id = waiting.event_id`;
  return numbered.count;
}

/** Numbers every stream, so that one seldom read does not leave a long work to its next reader. */
export async function numberStreams(database: Database): Promise<{ streams_numbered: number }> {
  const waiting = await database.sql<{ stream: string }[]>`
    select distinct stream from event_feed where seq is null`;
  for (const { stream } of waiting) await numberStream(database, stream);
  return { streams_numbered: waiting.length };
}

/** The number of an event in a numbered stream; null when it is not there. */
export async function seqOf(sql: Sql, stream: string, event_id: string): Promise<number | null> {
  const [row] = await sql<{ seq: number | null }[]>`
    select seq from event_feed where stream = ${stream} and event_id = ${event_id}`;
  return row?.seq ?? null;
}

/** The number of the newest event of a numbered stream; 0 when it is empty. */
export async function headOf(sql: Sql, stream: string): Promise<number> {
  const [row] = await sql<{ head: number }[]>`
    select coalesce(max(seq), 0) as head from event_feed where stream = ${stream}`;
  return row!.head;
}

/** Events of a stream after a number, of one type or of all. */
export async function readStream(
  sql: Sql,
  stream: string,
  after: number,
  type: string | null,
  limit: number,
): Promise<FedEvent[]> {
  return sql<FedEvent[]>`
    select seq, id, type, body from event_feed join event on id = event_id
    where stream = ${stream} and seq > ${after} and (${type}::text is null or type = ${type})
    order by seq limit ${limit}`;
}
