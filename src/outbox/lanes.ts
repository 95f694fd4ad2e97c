/**
 * The queue of deliveries: all its SQL. A lane is one endpoint and one pledge; its deliveries go out one after the
 * other, lanes do not wait for each other.
 *
 * A worker leases a lane with a token; every completion is conditional on it, so that a worker frozen past its lease
 * changes nothing. Time is the database's alone. `open` moves relatively, in the statement that finishes a delivery:
 * recounting it would miss a concurrent insert and strand an event.
 */
import type { Sql, Transaction } from '../db/client.ts';
import { openHeaders } from '../secrets/headers.ts';
import { SealedTextError } from '../secrets/seal.ts';
import type { Vault } from '../secrets/vault.ts';
import { PAYLOAD_VERSION_HEADER } from '../webhooks/payload-versions.ts';
import { endpointPlace, headersPlace } from '../webhooks/sealed.ts';
import { signingKeys } from '../webhooks/signing-keys.ts';

export const LEASE_SECONDS = 60;
/** Deliveries handed out with one lease; with the send timeout of 15 s a lane gives up its rest in time. */
export const LANE_BATCH_DELIVERIES = 20;
/** The breaker of an endpoint opens after this many failures in a row; then one lane at a time probes it. */
export const BREAKER_FAILURES = 5;
export const PROBE_SECONDS = 60;
/** Of one endpoint in one worker: one that hangs leaves room for the others. */
export const CONCURRENT_LANES_AN_ENDPOINT = 8;

export interface DueDelivery {
  id: string;
  event_id: string;
  pledge_id: string | null;
  attempts: number;
  body: string;
}

export interface LeasedLane {
  endpoint_id: string;
  lane_key: string;
  token: string;
  url: string;
  /** What each delivery carries besides its signature. */
  headers: Record<string, string>;
  /** What signs: the endpoint's active secrets, newest first, then the private keys of the installation. */
  keys: string[];
  /** Why its headers or secrets do not open: both are empty then, and nothing can be sent. */
  unopened: SealedTextError | null;
  /** Asked for by the endpoint's owner: one attempt, also while the endpoint is disabled or its breaker open. */
  on_demand: boolean;
  /** What a dead letter means for what waits behind it. */
  on_dead_letter: 'skip' | 'pause';
  deliveries: DueDelivery[];
}

type Opened = 'headers' | 'keys' | 'unopened';

/** As the database has it. */
interface SealedLane extends Omit<LeasedLane, Opened | 'deliveries'> {
  organisation_id: string;
  payload_version: string;
  headers: string | null;
  /** Active ones, newest first. */
  secrets: string[];
}

/**
 * Leases up to `limit` due lanes with their oldest deliveries, those first that are due the longest, and one lane of each
 * endpoint whose breaker is open and whose probe is due. Lanes leased elsewhere are passed over. A paused lane is due at
 * infinity.
 * @param under_way how many lanes of each endpoint this worker is at
 */
export async function leaseLanes(
  sql: Sql,
  vault: Vault,
  limit: number,
  under_way: ReadonlyMap<string, number> = new Map(),
): Promise<LeasedLane[]> {
  const lanes = await sql<SealedLane[]>`
    with next as materialized (
      select endpoint.id as endpoint_id, lane.lane_key
      from endpoint left join endpoint_health health on health.endpoint_id = endpoint.id
      cross join lateral (
        select lane_key from lane
        where lane.endpoint_id = endpoint.id and ${isDue(sql)} and (lane.on_demand
          or (endpoint.state = 'enabled' and coalesce(health.failures, 0) < ${BREAKER_FAILURES}))
        order by lane.due_at limit greatest(0, ${CONCURRENT_LANES_AN_ENDPOINT}
          - coalesce((${sql.json(Object.fromEntries(under_way))} ->> endpoint.id)::integer, 0))) lane),
    due as (
      select endpoint_id, lane_key from next join lane using (endpoint_id, lane_key)
      where ${isDue(sql)}
      order by lane.due_at limit ${limit} for update of lane skip locked),
    probed as (
      update endpoint_health set probe_at = now() + make_interval(secs => ${PROBE_SECONDS})
      where endpoint_id in (select health.endpoint_id
        from endpoint_health health join endpoint on endpoint.id = health.endpoint_id and endpoint.state = 'enabled'
        where health.failures >= ${BREAKER_FAILURES} and health.probe_at <= now()
          and exists (select from lane
            where lane.endpoint_id = health.endpoint_id and not lane.on_demand and ${isDue(sql)})
        for update of health skip locked)
      returning endpoint_id),
    probes as (
      select lane.endpoint_id, lane.lane_key from probed cross join lateral (
        select endpoint_id, lane_key from lane
        where lane.endpoint_id = probed.endpoint_id and not lane.on_demand and ${isDue(sql)}
        order by lane.due_at limit 1 for update skip locked) lane)
    update lane set token = gen_random_uuid(), lease_until = now() + make_interval(secs => ${LEASE_SECONDS})
    from (select * from due union all select * from probes) ready, endpoint
    where lane.endpoint_id = ready.endpoint_id and lane.lane_key = ready.lane_key and endpoint.id = lane.endpoint_id
    returning lane.endpoint_id, lane.lane_key, lane.token, lane.on_demand, endpoint.on_dead_letter, endpoint.url,
      endpoint.organisation_id, endpoint.payload_version, endpoint.headers,
      array_remove(array[endpoint.secret, case when endpoint.previous_secret_until > now()
        then endpoint.previous_secret end], null) as secrets`;
  if (lanes.length === 0) return [];
  const private_keys = (await signingKeys(sql, vault)).map(({ private_key }) => private_key);
  const keys = lanes.map(({ endpoint_id, lane_key }) => ({ endpoint_id, lane_key }));
  const heads = await sql<(DueDelivery & { endpoint_id: string; lane_key: string })[]>`
    select key.endpoint_id, key.lane_key, head.id, head.event_id, head.attempts, event.pledge_id, event.body
    from jsonb_to_recordset(${sql.json(keys)}) as key (endpoint_id text, lane_key text)
    join lateral (select * from delivery where delivery.endpoint_id = key.endpoint_id
      and delivery.lane_key = key.lane_key order by seq limit ${LANE_BATCH_DELIVERIES}) head on true
    join event on event.id = head.event_id
    order by key.endpoint_id, key.lane_key, head.seq`;
  const byLane = Map.groupBy(heads, (head) => `${head.endpoint_id} ${head.lane_key}`);
  return Promise.all(
    lanes.map(async (lane) => ({
      ...lane,
      ...(await opened(vault, lane, private_keys)),
      deliveries: byLane.get(`${lane.endpoint_id} ${lane.lane_key}`) ?? [],
    })),
  );
}

/** One that does not open fails alone: the others are sent. @throws what the database fails with */
async function opened(
  vault: Vault,
  lane: SealedLane,
  private_keys: readonly string[],
): Promise<Pick<LeasedLane, Opened>> {
  const { endpoint_id: id, organisation_id, payload_version } = lane;
  try {
    const headers = await openHeaders(vault, organisation_id, headersPlace(id), lane.headers);
    const secrets = await Promise.all(
      lane.secrets.map((secret) => vault.open(organisation_id, endpointPlace(id), secret)),
    );
    return {
      headers: { ...headers, [PAYLOAD_VERSION_HEADER]: payload_version },
      keys: [...secrets, ...private_keys],
      unopened: null,
    };
  } catch (error) {
    if (error instanceof SealedTextError) return { headers: {}, keys: [], unopened: error };
    throw error;
  }
}

function isDue(sql: Sql) {
  return sql`lane.open > 0 and lane.due_at <= now() and (lane.lease_until is null or lane.lease_until < now())`;
}

export interface Attempt {
  delivery_id: string;
  attempt: number;
  started_at: Date;
  duration_ms: number;
  status: number | null;
  error: string | null;
  answer: string | null;
}

export interface LaneOutcome {
  /** Deliveries that arrived, oldest first. */
  delivered: string[];
  attempts: Attempt[];
  /** What became of the first delivery that did not arrive, if any. */
  failure: {
    delivery_id: string;
    next: { retry_after_seconds: number } | { dead_reason: string; pause_lane: boolean };
  } | null;
}

/** Writes what happened to a leased lane and gives the lease back. Does nothing when the lease was lost. */
export async function settleLane(tx: Transaction, lane: LeasedLane, outcome: LaneOutcome): Promise<boolean> {
  const { failure } = outcome;
  const dead = failure && 'dead_reason' in failure.next ? failure.next.dead_reason : null;
  const pause = failure && 'dead_reason' in failure.next ? failure.next.pause_lane : false;
  const retry = failure && 'retry_after_seconds' in failure.next ? failure.next.retry_after_seconds : 0;
  const finished = [...outcome.delivered, ...(dead === null ? [] : [failure!.delivery_id])];
  const held = await tx`
    update lane set open = open - ${finished.length}, token = null, lease_until = null,
      due_at = case when ${pause} then 'infinity' else now() + make_interval(secs => ${retry}) end
    where endpoint_id = ${lane.endpoint_id} and lane_key = ${lane.lane_key} and token = ${lane.token}`;
  if (held.count === 0) return false;
  await tx`insert into delivery_attempt (delivery_id, attempt, started_at, duration_ms, status, error, answer)
    select * from jsonb_to_recordset(${tx.json(outcome.attempts as never)}) as row (delivery_id text, attempt integer,
      started_at timestamptz, duration_ms integer, status integer, error text, answer text)`;
  await tx`with finished as (delete from delivery where id = any(${finished}) returning *)
    insert into delivery_history (id, endpoint_id, lane_key, seq, event_id, attempts, created_at, finished_at,
      outcome, reason)
    select id, endpoint_id, lane_key, seq, event_id, attempts + 1, created_at, now(),
      case when id = any(${outcome.delivered}) then 'delivered' else 'dead' end,
      case when id = any(${outcome.delivered}) then null else ${dead} end from finished`;
  if (failure && dead === null)
    await tx`update delivery set attempts = attempts + 1 where id = ${failure.delivery_id}`;
  return true;
}

/** Gives up every delivery still open for an endpoint. A worker at one of its lanes loses the lease, and so settles nothing. */
export async function dropLanes(tx: Transaction, endpoint_id: string, reason: string): Promise<void> {
  await tx`update lane set open = 0, token = null, lease_until = null where endpoint_id = ${endpoint_id}`;
  await tx`with dropped as (delete from delivery where endpoint_id = ${endpoint_id} returning *)
    insert into delivery_history (id, endpoint_id, lane_key, seq, event_id, attempts, created_at, finished_at,
      outcome, reason)
    select id, endpoint_id, lane_key, seq, event_id, attempts, created_at, now(), 'dead', ${reason} from dropped`;
}

/** Lets the paused lanes of an endpoint go on. */
export async function releaseLanes(tx: Transaction, endpoint_id: string): Promise<void> {
  await tx`update lane set due_at = now() where endpoint_id = ${endpoint_id} and due_at = 'infinity'`;
  await tx`notify outbox`;
}

/** The same for those whose dead letters have all arrived or wait again. */
export async function releaseRecoveredLanes(tx: Transaction, endpoint_id: string): Promise<void> {
  await tx`update lane set due_at = now() where endpoint_id = ${endpoint_id} and due_at = 'infinity'
    and not exists (select from dead_letter where dead_letter.endpoint_id = lane.endpoint_id
      and dead_letter.lane_key = lane.lane_key)`;
  await tx`notify outbox`;
}

/** Deliveries still to be made, and how many of them are due now. */
export async function backlog(sql: Sql): Promise<{ open: number; due: number }> {
  const [row] = await sql<{ open: number; due: number }[]>`
    select coalesce(sum(open), 0)::integer as open,
      coalesce(sum(open) filter (where due_at <= now()), 0)::integer as due from lane where open > 0`;
  return row!;
}
