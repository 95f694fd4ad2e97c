/** What an owner does with its endpoints: each step as one change, in its audit chain where it alters something. */
import type { Caller } from '../accounts/store.ts';
import { appendAudit } from '../audit/log.ts';
import type { Sql, Transaction } from '../db/client.ts';
import { Problem } from '../errors.ts';
import { faultyField } from '../http/faulty-field.ts';
import { emitEvents, enqueue } from '../outbox/emit.ts';
import { HISTORY_DAYS } from '../outbox/retention.ts';
import type { Service } from '../service.ts';
import type { EventType } from './events.ts';
import { exampleData } from './examples.ts';
import { lockEndpoint, recover, replayMissing, type Span } from './recovery.ts';
import { refuseHeaders, refuseSecret, refuseUrl } from './refuse.ts';
import { say } from './sentences.ts';
import * as store from './store.ts';

export const MAX_ENDPOINTS = 20;

type Tools = Pick<Service, 'vault' | 'clock' | 'guard'>;

export interface NewEndpoint extends store.EndpointChoices {
  url: string;
  description: string;
  event_types?: string[];
}

/**
 * @returns the endpoint and its secret, which is shown this once
 * @throws Problem for an address, header or secret that may not be, and over MAX_ENDPOINTS
 */
export async function createEndpoint(
  tx: Transaction,
  tools: Tools,
  caller: Caller,
  { event_types = [], ...chosen }: NewEndpoint,
): Promise<{ endpoint: store.Endpoint; secret: string }> {
  const { organisation_id, kind } = caller;
  refuseUrl(tools.guard, chosen.url);
  refuseHeaders(chosen.headers ?? {});
  refuseSecret(chosen.secret);
  await store.lockEndpoints(tx, organisation_id);
  const existing = await store.endpointsOf(tx, organisation_id);
  if (existing.length >= MAX_ENDPOINTS)
    throw new Problem('refused', say('endpoints_full', { count: MAX_ENDPOINTS }));
  const on_dead_letter = kind === 'bank' ? ('pause' as const) : ('skip' as const);
  const given = { organisation_id, event_types, on_dead_letter, ...chosen };
  const { endpoint, secret } = await store.insertEndpoint(tx, tools.vault, given, tools.clock.now());
  await audit(tx, tools, caller, 'endpoint.created', endpoint.id, { url: endpoint.url, event_types });
  return { endpoint, secret };
}

export interface EndpointChange {
  state?: store.Endpoint['state'];
  on_dead_letter?: store.Endpoint['on_dead_letter'];
  event_types?: string[];
}

/** @throws Problem `not_found`, as all of these do for an endpoint of somebody else */
export async function changeEndpoint(
  tx: Transaction,
  tools: Tools,
  caller: Caller,
  id: string,
  change: EndpointChange,
): Promise<store.Endpoint> {
  await own(tx, caller, id);
  const { state, on_dead_letter, event_types } = change;
  const reason = state === 'disabled' ? 'endpoint_by_owner' : null;
  if (state !== undefined) await store.setEndpointState(tx, id, state, reason);
  if (on_dead_letter !== undefined) await store.setOnDeadLetter(tx, id, on_dead_letter);
  if (event_types !== undefined) await store.setEventTypes(tx, id, event_types);
  await audit(tx, tools, caller, 'endpoint.changed', id, { ...change });
  return own(tx, caller, id);
}

export async function deleteEndpoint(
  tx: Transaction,
  tools: Tools,
  caller: Caller,
  id: string,
): Promise<void> {
  await own(tx, caller, id);
  await store.deleteEndpoint(tx, id, tools.clock.now());
  await audit(tx, tools, caller, 'endpoint.deleted', id, {});
}

/** @returns the new secret, which is shown this once */
export async function rotateSecret(
  tx: Transaction,
  tools: Tools,
  caller: Caller,
  id: string,
  given?: string,
): Promise<string> {
  const endpoint = await own(tx, caller, id);
  refuseSecret(given);
  await audit(tx, tools, caller, 'endpoint.secret_rotated', id, {});
  return store.rotateSecret(tx, tools.vault, endpoint, given);
}

/** What was put on its way. */
export interface Sent {
  event_id: string;
  delivery_id: string;
}

export async function sendTest(tx: Transaction, tools: Tools, caller: Caller, id: string): Promise<Sent> {
  await own(tx, caller, id);
  const data = { message: 'The endpoint receives and can verify events.' };
  return sendAlone(tx, tools, caller, id, { type: 'endpoint.test', data });
}

/** An example of any event, marked as such, which is in no feed. */
export async function simulate(
  tx: Transaction,
  tools: Tools,
  caller: Caller,
  id: string,
  type: EventType,
): Promise<Sent> {
  await own(tx, caller, id);
  return sendAlone(tx, tools, caller, id, { type, data: exampleData(type) });
}

/** The same event once more: same id, same bytes, signed anew. */
export async function replay(tx: Transaction, caller: Caller, delivery_id: string): Promise<Sent> {
  const { endpoint_id, event_id } = await ownDelivery(tx, caller, delivery_id);
  await own(tx, caller, endpoint_id);
  return { event_id, delivery_id: await enqueueAlone(tx, endpoint_id, event_id) };
}

const NO_END = new Date('9999-12-31T23:59:59Z');
const DAY_MS = 86_400_000;

/** Sends dead letters of a span again; see `recover`. */
export async function recoverEndpoint(
  tx: Transaction,
  caller: Caller,
  id: string,
  { until = NO_END, ...span }: Omit<Span, 'until'> & { until?: Date | undefined },
): ReturnType<typeof recover> {
  await lockEndpoint(tx, caller.organisation_id, id);
  await own(tx, caller, id);
  return recover(tx, id, { ...span, until });
}

/**
 * Sends what was never queued since an instant; see `replayMissing`.
 * @throws Problem `bad_request` for an instant before the records: what arrived then would look as if it had never been sent
 */
export async function replayEndpoint(
  tx: Transaction,
  { clock }: Tools,
  caller: Caller,
  id: string,
  since: Date,
): ReturnType<typeof replayMissing> {
  if (clock.now().getTime() - since.getTime() > HISTORY_DAYS * DAY_MS) {
    throw faultyField('/body/since', say('replay_too_long', { days: HISTORY_DAYS }));
  }
  await lockEndpoint(tx, caller.organisation_id, id);
  await own(tx, caller, id);
  return replayMissing(tx, id, since);
}

/** @throws Problem when the caller has no such endpoint */
export async function own(sql: Sql, caller: Caller, id: string): Promise<store.Endpoint> {
  const endpoint = await store.findEndpoint(sql, caller.organisation_id, id);
  if (!endpoint) throw new Problem('not_found', 'There is no such endpoint.');
  return endpoint;
}

/** @throws Problem when no endpoint of the caller has such a delivery */
export async function ownDelivery(sql: Sql, caller: Caller, id: string): Promise<store.SentDelivery> {
  const delivery = await store.findDelivery(sql, caller.organisation_id, id);
  if (!delivery) throw new Problem('not_found', 'There is no such delivery.');
  return delivery;
}

export async function audit(
  tx: Transaction,
  { clock }: Pick<Tools, 'clock'>,
  { organisation_id, key_id }: Caller,
  action: string,
  subject: string,
  detail: Record<string, unknown>,
): Promise<void> {
  await appendAudit(tx, [{ organisation_id, at: clock.now(), actor: key_id, action, subject, detail }]);
}

/** An event without parties, for one endpoint alone. */
async function sendAlone(
  tx: Transaction,
  { clock }: Tools,
  { organisation_id: owner_id }: Caller,
  endpoint_id: string,
  event: { type: EventType; data: Record<string, unknown> },
): Promise<Sent> {
  const nobody = { pledge_id: null, bank_id: null, firm_id: null, owner_id };
  const [event_id] = await emitEvents(tx, [{ ...event, ...nobody, occurred_at: clock.now() }]);
  return { event_id: event_id!, delivery_id: await enqueueAlone(tx, endpoint_id, event_id!) };
}

/** In a lane of its own, so that it neither waits for others nor holds them up; see `LeasedLane.on_demand`. */
async function enqueueAlone(tx: Transaction, endpoint_id: string, event_id: string): Promise<string> {
  const lane_key = `${event_id} ${crypto.randomUUID()}`;
  await tx`insert into lane (endpoint_id, lane_key, open, due_at, on_demand)
    values (${endpoint_id}, ${lane_key}, 0, now(), true)`;
  const [id] = await enqueue(tx, [{ endpoint_id, lane_key, seq: 0, event_id }]);
  return id!;
}
