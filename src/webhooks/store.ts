/** Endpoints and the record of their deliveries: the queries. */
import type { Sql, Transaction } from '../db/client.ts';
import { newId } from '../ids.ts';
import { dropLanes, releaseLanes } from '../outbox/lanes.ts';
import { type OwnHeaders, sealHeaders } from '../secrets/headers.ts';
import type { Vault } from '../secrets/vault.ts';
import { resetHealth } from './health.ts';
import { NEWEST_PAYLOAD_VERSION, type PayloadVersion } from './payload-versions.ts';
import { endpointPlace, headersPlace } from './sealed.ts';
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
  /** The version of the events' bodies that it is pinned to. */
  payload_version: string;
  /** Names of the owner's own headers; their values are never read back. */
  header_names: string[];
  /** What a dead letter means for the later events of its pledge: they go on, or wait for the owner. */
  on_dead_letter: 'skip' | 'pause';
  state: 'enabled' | 'disabled';
  disabled_reason: string | null;
  /** Failures in a row, whatever the event; 0 when it took the last one. */
  failures: number;
  failing_since: Date | null;
  /** Pledges whose events wait behind a dead letter. */
  paused_pledge_ids: string[];
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
  'payload_version',
  'header_names',
  'on_dead_letter',
  'state',
  'disabled_reason',
  'created_at',
] as const;

const columns = (sql: Sql) =>
  sql`${sql(COLUMNS)},
    coalesce((select failures from endpoint_health where endpoint_id = endpoint.id), 0) as failures,
    (select failing_since from endpoint_health where endpoint_id = endpoint.id) as failing_since,
    array(select lane_key from lane where endpoint_id = endpoint.id and open > 0 and due_at = 'infinity'
      order by 1) as paused_pledge_ids`;

/** What the owner may choose; left out, the newest version, no headers, `skip`, and a secret of ours. */
export interface EndpointChoices {
  payload_version?: PayloadVersion;
  headers?: OwnHeaders;
  on_dead_letter?: Endpoint['on_dead_letter'];
  secret?: string;
}

/** @returns the endpoint and its secret, which is shown this once */
export async function insertEndpoint(
  tx: Transaction,
  vault: Vault,
  given: Pick<Endpoint, 'organisation_id' | 'url' | 'description' | 'event_types'> & EndpointChoices,
  now: Date,
): Promise<{ endpoint: Endpoint; secret: string }> {
  const { headers: given_headers = {}, secret = newSecret(), ...rest } = given;
  const headers = lowerCase(given_headers);
  const row = {
    id: newId('whe'),
    payload_version: NEWEST_PAYLOAD_VERSION,
    header_names: Object.keys(headers).sort(),
    on_dead_letter: 'skip' as const,
    ...rest,
    state: 'enabled' as const,
    disabled_reason: null,
    created_at: now,
  };
  const sealed = {
    secret: await vault.seal(row.organisation_id, endpointPlace(row.id), secret),
    headers: await sealHeaders(vault, row.organisation_id, headersPlace(row.id), headers),
  };
  await tx`insert into endpoint ${tx({ ...row, ...sealed })}`;
  const health = { failures: 0, failing_since: null, paused_pledge_ids: [] };
  return { endpoint: { ...row, ...health }, secret };
}

/** Puts these headers in the place of all that it had. */
export async function setHeaders(
  tx: Transaction,
  vault: Vault,
  { id, organisation_id }: Pick<Endpoint, 'id' | 'organisation_id'>,
  given: OwnHeaders,
): Promise<void> {
  const headers = lowerCase(given);
  const sealed = await sealHeaders(vault, organisation_id, headersPlace(id), headers);
  await tx`update endpoint set headers = ${sealed}, header_names = ${Object.keys(headers).sort()}
    where id = ${id}`;
}

function lowerCase(headers: OwnHeaders): OwnHeaders {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

/** One more endpoint at a time for each organisation, so that its limit holds. */
export async function lockEndpoints(tx: Transaction, organisation_id: string): Promise<void> {
  await tx`select from organisation where id = ${organisation_id} for no key update`;
}

export async function endpointsOf(sql: Sql, organisation_id: string): Promise<Endpoint[]> {
  return sql<Endpoint[]>`select ${columns(sql)} from endpoint
    where organisation_id = ${organisation_id} and deleted_at is null order by id`;
}

export async function findEndpoint(
  sql: Sql | Transaction,
  organisation_id: string,
  id: string,
): Promise<Endpoint | null> {
  const [row] = await sql<Endpoint[]>`select ${columns(sql)} from endpoint
    where id = ${id} and organisation_id = ${organisation_id} and deleted_at is null`;
  return row ?? null;
}

/** The owner's decision; what was counted of the endpoint's failures is forgotten. */
export async function setEndpointState(
  tx: Transaction,
  id: string,
  state: Endpoint['state'],
  reason: string | null,
): Promise<void> {
  await tx`update endpoint set state = ${state}, disabled_reason = ${reason} where id = ${id}`;
  await resetHealth(tx, id);
  await tx`notify outbox`;
}

/** From the next event on; what is queued already is sent. */
export async function setEventTypes(tx: Transaction, id: string, event_types: string[]): Promise<void> {
  await tx`update endpoint set event_types = ${event_types} where id = ${id}`;
}

/** With `skip`, lanes that wait behind a dead letter go on. */
export async function setOnDeadLetter(
  tx: Transaction,
  id: string,
  on_dead_letter: Endpoint['on_dead_letter'],
): Promise<void> {
  await tx`update endpoint set on_dead_letter = ${on_dead_letter} where id = ${id}`;
  if (on_dead_letter === 'skip') await releaseLanes(tx, id);
}

/** The endpoint takes no more events; what is still open for it is dropped, the record of what went out stays. */
export async function deleteEndpoint(tx: Transaction, id: string, now: Date): Promise<void> {
  await tx`update endpoint set state = 'disabled', disabled_reason = 'deleted by its owner', deleted_at = ${now}
    where id = ${id}`;
  await dropLanes(tx, id, 'endpoint deleted');
  await resetHealth(tx, id);
}

/** @returns the new secret; the old one signs beside it for the overlap */
export async function rotateSecret(
  tx: Transaction,
  vault: Vault,
  { id, organisation_id }: Pick<Endpoint, 'id' | 'organisation_id'>,
  secret = newSecret(),
): Promise<string> {
  const sealed = await vault.seal(organisation_id, endpointPlace(id), secret);
  await tx`update endpoint set previous_secret = secret, secret = ${sealed},
    previous_secret_until = now() + make_interval(hours => ${ROTATION_OVERLAP_HOURS}) where id = ${id}`;
  return secret;
}

const deliveries = (sql: Sql) => sql`
  select id, endpoint_id, event_id, attempts, created_at, 'pending' as outcome, null as reason,
    null::timestamptz as finished_at from delivery
  union all
  select id, endpoint_id, event_id, attempts, created_at, outcome, reason, finished_at from delivery_history`;

/** Newest first, from `before` (exclusive) on. */
export async function deliveriesOf(
  sql: Sql,
  endpoint_id: string,
  before: string | null,
  limit: number,
): Promise<Delivery[]> {
  return sql<Delivery[]>`
    select each.*, event.type as event_type from (${deliveries(sql)}) each
    join event on event.id = each.event_id
    where each.endpoint_id = ${endpoint_id} and (${before}::text is null or each.id < ${before})
    order by each.id desc limit ${limit}`;
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

export interface SentDelivery extends Delivery {
  /** The bytes that the receiver gets, JSON. */
  body: string;
}

/** A delivery of one of the organisation's endpoints, open or done; null when there is none. */
export async function findDelivery(
  sql: Sql | Transaction,
  organisation_id: string,
  id: string,
): Promise<SentDelivery | null> {
  const [row] = await sql<SentDelivery[]>`
    select each.*, event.type as event_type, event.body from (${deliveries(sql)}) each
    join event on event.id = each.event_id
    join endpoint on endpoint.id = each.endpoint_id and endpoint.organisation_id = ${organisation_id}
    where each.id = ${id}`;
  return row ?? null;
}
