/** Events into the outbox, in the transaction of what they tell of: a rollback sends nothing. */
import type { Transaction } from '../db/client.ts';
import { acrossTenants } from '../db/tenancy.ts';
import { newId } from '../ids.ts';
import type { EventType } from '../webhooks/events.ts';
import { feeding } from './feed.ts';

export interface NewEvent {
  type: EventType;
  /** The lane: events of one pledge reach each endpoint in order. Null for an event of an endpoint alone. */
  pledge_id: string | null;
  /** Organisations that may read it and whose endpoints receive it. */
  bank_id: string | null;
  firm_id: string | null;
  /** Whose endpoint alone is sent it: an event without parties, in nobody's feed. */
  owner_id?: string;
  /** Not for staff to read. */
  between_parties?: true;
  occurred_at: Date;
  data: Record<string, unknown>;
}

/** Of an event that is told to one organisation alone: a firm reads it where firms do, any other where banks do. */
export function toldTo({ id, kind }: { id: string; kind: string }): Pick<NewEvent, 'bank_id' | 'firm_id'> {
  return kind === 'firm' ? { bank_id: null, firm_id: id } : { bank_id: id, firm_id: null };
}

interface StoredEvent extends NewEvent {
  id: string;
  pledge_seq: number | null;
}

/**
 * @param except_endpoint_id an endpoint that is not told, as when the events are about it
 * @returns the ids of the events, in the order given
 */
export async function emitEvents(
  tx: Transaction,
  events: readonly NewEvent[],
  except_endpoint_id: string | null = null,
): Promise<string[]> {
  if (events.length === 0) return [];
  return acrossTenants(tx, () => emitToAll(tx, events, except_endpoint_id));
}

async function emitToAll(
  tx: Transaction,
  events: readonly NewEvent[],
  except_endpoint_id: string | null,
): Promise<string[]> {
  const stored = await numberInPledge(tx, events);
  const rows = stored.map((event) => ({ ...event, data: undefined, body: bodyOf(event) }));
  const targets = await tx<{ endpoint_id: string; lane_key: string; seq: number; event_id: string }[]>`
    with told as (
      insert into event (id, type, pledge_id, pledge_seq, bank_id, firm_id, owner_id, between_parties, occurred_at, body)
      select id, type, pledge_id, pledge_seq, bank_id, firm_id, owner_id, coalesce(between_parties, false), occurred_at, body
      from jsonb_to_recordset(${tx.json(rows as never)}) as row (id text, type text, pledge_id text, pledge_seq bigint,
        bank_id text, firm_id text, owner_id text, between_parties boolean, occurred_at timestamptz, body text)
      returning *),
    fed as (${feeding(tx)})
    select endpoint.id as endpoint_id, coalesce(told.pledge_id, told.id) as lane_key,
      coalesce(told.pledge_seq, 0) as seq, told.id as event_id
    from told join endpoint on endpoint.organisation_id in (told.bank_id, told.firm_id)
    where endpoint.state = 'enabled' and endpoint.id is distinct from ${except_endpoint_id}
      and (endpoint.event_types = '{}' or told.type = any(endpoint.event_types))
    order by endpoint.id, told.pledge_id, told.pledge_seq`;
  await enqueue(tx, targets);
  return stored.map((event) => event.id);
}

/**
 * The row lock on the pledge makes the numbers follow the order of commits, without gaps. Locks are taken in order of id,
 * so that two transactions over the same pledges wait for each other instead of deadlocking.
 */
async function numberInPledge(tx: Transaction, events: readonly NewEvent[]): Promise<StoredEvent[]> {
  const counts = new Map<string, number>();
  for (const { pledge_id } of events) if (pledge_id) counts.set(pledge_id, (counts.get(pledge_id) ?? 0) + 1);
  const ids = [...counts.keys()];
  const numbered = await tx<{ id: string; next: number }[]>`
    with held as materialized (
      select pledge.id, row.count from unnest(${ids}::text[], ${[...counts.values()]}::bigint[]) as row (id, count)
      join pledge using (id) order by id for no key update of pledge)
    update pledge set last_event_seq = last_event_seq + held.count from held where pledge.id = held.id
    returning pledge.id, last_event_seq - held.count as next`;
  const next = new Map(numbered.map((row) => [row.id, row.next]));
  return events.map((event) => {
    const pledge_seq = event.pledge_id === null ? null : next.get(event.pledge_id)! + 1;
    if (event.pledge_id !== null) next.set(event.pledge_id, pledge_seq!);
    return { ...event, id: newId('evt'), pledge_seq };
  });
}

/** The exact bytes that every copy of the event carries (Standard Webhooks: type, timestamp, data). */
function bodyOf(event: StoredEvent): string {
  const { id, type, occurred_at, pledge_id, pledge_seq, data } = event;
  return JSON.stringify({
    type,
    timestamp: occurred_at.toISOString(),
    data: { event_id: id, pledge_id, pledge_seq, ...data },
  });
}

/** Puts deliveries at the end of their lanes and wakes the deliverers. */
export async function enqueue(
  tx: Transaction,
  targets: readonly { endpoint_id: string; lane_key: string; seq: number; event_id: string }[],
): Promise<string[]> {
  if (targets.length === 0) return [];
  const rows = targets.map((target) => ({ ...target, id: newId('dlv') }));
  await Promise.all([
    tx`insert into lane (endpoint_id, lane_key, open, due_at)
    select endpoint_id, lane_key, count(*), now()
    from jsonb_to_recordset(${tx.json(rows)}) as row (endpoint_id text, lane_key text)
    group by endpoint_id, lane_key order by endpoint_id, lane_key
    on conflict (endpoint_id, lane_key) do update set open = lane.open + excluded.open`,
    tx`insert into delivery (id, endpoint_id, lane_key, seq, event_id)
    select id, endpoint_id, lane_key, seq, event_id
    from jsonb_to_recordset(${tx.json(rows)}) as row
      (id text, endpoint_id text, lane_key text, seq bigint, event_id text)`,
    tx`notify outbox`,
  ]);
  return rows.map((row) => row.id);
}
