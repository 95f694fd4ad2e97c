/** Endpoints and the record of their deliveries: the queries. */
import type { Sql, Transaction } from '../db/client.ts';
import { newId } from '../ids.ts';
import { dropLanes } from '../outbox/lanes.ts';
import { newSecret } from './sign.ts';

/** How long the old secret still signs beside the new one. */
export const ROTATION_OVERLAP_HOURS = 24;

export interface Endpoint {
  id: string;
  organisation_id: string;
  url: string;
  description: string;
  /** Types it receives; empty for all. */
  event_types: string[];
  state: 'enabled' | 'disabled';
  disabled_reason: string | null;
  created_at: Date;
}

export interface Delivery {
  id: string;
  endpoint_id: string;
  event_id: string;
  event_type: string;
  attempts: number;
  created_at: Date;
  outcome: 'pending' | 'delivered' | 'dead';
  reason: string | null;
  finished_at: Date | null;
}

const COLUMNS = [
  'id',
  'organisation_id',
  'url',
  'description',
  'event_types',
  'state',
  'disabled_reason',
  'created_at',
] as const;

/** @returns the endpoint and its secret, which is shown this once */
export async function insertEndpoint(
  tx: Transaction,
  given: Pick<Endpoint, 'organisation_id' | 'url' | 'description' | 'event_types'>,
  now: Date,
): Promise<{ endpoint: Endpoint; secret: string }> {
  const endpoint: Endpoint = {
    id: newId('whe'),
    ...given,
    state: 'enabled',
    disabled_reason: null,
    created_at: now,
  };
  const secret = newSecret();
  await tx`insert into endpoint ${tx({ ...endpoint, secret })}`;
  return { endpoint, secret };
}

/** One more endpoint at a time for each organisation, so that its limit holds. */
export async function lockEndpoints(tx: Transaction, organisation_id: string): Promise<void> {
  await tx`select from organisation where id = ${organisation_id} for no key update`;
}

export async function endpointsOf(sql: Sql, organisation_id: string): Promise<Endpoint[]> {
  return sql<Endpoint[]>`select ${sql(COLUMNS)} from endpoint
    where organisation_id = ${organisation_id} and deleted_at is null order by id`;
}

export async function findEndpoint(
  sql: Sql | Transaction,
  organisation_id: string,
  id: string,
): Promise<Endpoint | null> {
  const [row] = await sql<Endpoint[]>`select ${sql(COLUMNS)} from endpoint
    where id = ${id} and organisation_id = ${organisation_id} and deleted_at is null`;
  return row ?? null;
}

export async function setEndpointState(
  tx: Transaction,
  id: string,
  state: Endpoint['state'],
  reason: string | null,
): Promise<void> {
  await tx`update endpoint set state = ${state}, disabled_reason = ${reason} where id = ${id}`;
}

/** Deliveries still open stay in their lanes; they go out when the endpoint is enabled again. */
export async function disableEndpoint(tx: Transaction, id: string, reason: string): Promise<void> {
  await setEndpointState(tx, id, 'disabled', reason);
}

/** The endpoint takes no more events; what is still open for it is dropped, the record of what went out stays. */
export async function deleteEndpoint(tx: Transaction, id: string, now: Date): Promise<void> {
  await tx`update endpoint set state = 'disabled', disabled_reason = 'deleted by its owner', deleted_at = ${now}
    where id = ${id}`;
  await dropLanes(tx, id, 'endpoint deleted');
}

/** @returns the new secret; the old one signs beside it for the overlap */
export async function rotateSecret(tx: Transaction, id: string): Promise<string> {
  const secret = newSecret();
  await tx`update endpoint set previous_secret = secret, secret = ${secret},
    previous_secret_until = now() + make_interval(hours => ${ROTATION_OVERLAP_HOURS}) where id = ${id}`;
  return secret;
}

/** Newest first, from `before` (exclusive) on. */
export async function deliveriesOf(
  sql: Sql,
  endpoint_id: string,
  before: string | null,
  limit: number,
): Promise<Delivery[]> {
  return sql<Delivery[]>`
    select each.*, event.type as event_type from (
      select id, endpoint_id, event_id, attempts, created_at, 'pending' as outcome, null as reason,
        null::timestamptz as finished_at from delivery where endpoint_id = ${endpoint_id}
      union all
      select id, endpoint_id, event_id, attempts, created_at, outcome, reason, finished_at
      from delivery_history where endpoint_id = ${endpoint_id}) each
    join event on event.id = each.event_id
    where ${before}::text is null or each.id < ${before} order by each.id desc limit ${limit}`;
}

export interface AttemptRow {
  attempt: number;
  started_at: Date;
  duration_ms: number;
  status: number | null;
  error: string | null;
  answer: string | null;
}

export async function attemptsOf(sql: Sql, delivery_id: string): Promise<AttemptRow[]> {
  return sql<AttemptRow[]>`select attempt, started_at, duration_ms, status, error, answer
    from delivery_attempt where delivery_id = ${delivery_id} order by attempt`;
}

/** A delivery of one of the organisation's endpoints, open or done; null when there is none. */
export async function findDelivery(
  sql: Sql | Transaction,
  organisation_id: string,
  id: string,
): Promise<{ id: string; endpoint_id: string; event_id: string } | null> {
  const [row] = await sql<{ id: string; endpoint_id: string; event_id: string }[]>`
    select each.id, each.endpoint_id, each.event_id from (
      select id, endpoint_id, event_id from delivery where id = ${id}
      union all select id, endpoint_id, event_id from delivery_history where id = ${id}) each
    join endpoint on endpoint.id = each.endpoint_id and endpoint.organisation_id = ${organisation_id}`;
  return row ?? null;
}
