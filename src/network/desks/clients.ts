/** Clients of a desk: added, changed, moved along the pipeline, noted on, with tasks that fall due. */
import { type ClientKind, mayMove, STAGE_MOVES, type Stage } from '../../../models/desk/pipeline.ts';
import { isRegistrationNumber, registrationKey } from '../../../models/desk/registration-number.ts';
import { nameKey } from '../../../models/party-name.ts';
import type { Sentence } from '../../../models/sentences.ts';
import { type Caller, findOrganisation } from '../../accounts/store.ts';
import { appendAudit } from '../../audit/log.ts';
import type { Transaction } from '../../db/client.ts';
import { acrossTenants } from '../../db/tenancy.ts';
import { fieldFault, Problem } from '../../errors.ts';
import { newId } from '../../ids.ts';
import { monthOf } from '../../quotas/months.ts';
import { deskContactPlace } from '../../secrets/columns.ts';
import { INSTALLATION, type Vault } from '../../secrets/vault.ts';
import { say } from '../sentences.ts';
import { type ClientRow, insertEntry, requireClient, requireDesk, type Task } from './store.ts';

/** Clients of one desk. */
export const MAX_CLIENTS = 50_000;
/** Open ones of one desk. */
export const MAX_OPEN_TASKS = 10_000;

export interface GivenClient {
  name: string;
  kind: ClientKind;
  region: string;
  registration_number: string | null;
  account_id: string | null;
  contact: string | null;
}

export type Client = Omit<ClientRow, 'name_key'>;

/** @throws Problem `bad_request` for a name without letters or a number that is none */
export function keysOf({ name, registration_number }: GivenClient) {
  const name_key = nameKey(name);
  if (name_key === '') throw fault('name', say('client_nameless'), 'Give the name of the client');
  if (registration_number === null) return { name_key, registration_number };
  const number = registrationKey(registration_number);
  if (!isRegistrationNumber(number))
    throw fault(
      'registration_number',
      say('client_number_wrong'),
      'Copy it from the business licence, or give null',
    );
  return { name_key, registration_number: number };
}

function fault(field: string, sentence: Sentence, remedy: string): Problem {
  const pointer = `/body/${field}`;
  const said = say('client_faulty', { pointer, fault: sentence, remedy });
  return new Problem('bad_request', said, [fieldFault(pointer, sentence)]);
}

/** @throws Problem `conflict` when the desk has the client already, `refused` at the limit or for an account that is none */
export async function addClient(
  tx: Transaction,
  vault: Vault,
  desk_id: string,
  given: GivenClient,
  caller: Caller,
  now: Date,
): Promise<Client> {
  await requireDesk(tx, desk_id);
  const keys = keysOf(given);
  await requireAccount(tx, given.account_id);
  await refuseTwin(tx, desk_id, { ...given, ...keys }, null);
  const [{ count } = { count: 0 }] = await tx<{ count: number }[]>`
    select count(*) from desk_client where desk_id = ${desk_id}`;
  if (count >= MAX_CLIENTS) throw new Problem('refused', say('clients_full', { count: MAX_CLIENTS }));
  const id = newId('dcl');
  const row: ClientRow = {
    ...given,
    ...keys,
    id,
    desk_id,
    stage: 'lead',
    contact: given.contact && (await vault.seal(INSTALLATION, deskContactPlace(id), given.contact)),
    version: 1,
    made_at: now,
    made_by: caller.key_id,
  };
  await tx`insert into desk_client ${tx(row)} on conflict do nothing`.then(({ count }) => {
    if (count === 0) throw new Problem('conflict', say('client_again'));
  });
  await audit(tx, caller, 'desk.client.added', id, { desk_id, name: given.name }, now);
  return shown(row, given.contact);
}

/** @param version as the caller read it. @throws Problem `stale` when it is another by now */
export async function changeClient(
  tx: Transaction,
  vault: Vault,
  place: { desk_id: string; client_id: string },
  { version, ...given }: GivenClient & { version: number },
  caller: Caller,
  now: Date,
): Promise<Client> {
  const { desk_id, client_id: id } = place;
  const found = await requireClient(tx, desk_id, id, true);
  if (found.version !== version)
    throw new Problem('stale', `The client was changed since version ${version}; read it again.`);
  const keys = keysOf(given);
  await requireAccount(tx, given.account_id);
  await refuseTwin(tx, desk_id, { ...given, ...keys }, id);
  const contact = given.contact && (await vault.seal(INSTALLATION, deskContactPlace(id), given.contact));
  const changes = { ...given, ...keys, contact, version: version + 1 };
  await tx`update desk_client set ${tx(changes)} where id = ${id}`;
  const changed = (['name', 'kind', 'region', 'registration_number', 'account_id'] as const).filter(
    (field) => found[field] !== changes[field],
  );
  const detail = { changed, from_name: found.name };
  await note(tx, place, { kind: 'changed', detail, note: '' }, caller, now);
  await audit(tx, caller, 'desk.client.changed', id, { desk_id, changed }, now);
  return shown({ ...found, ...changes }, given.contact);
}

/** @throws Problem `conflict` for a step that does not lead on from where the client is */
export async function moveClient(
  tx: Transaction,
  place: { desk_id: string; client_id: string },
  step: { to: Stage; note: string },
  caller: Caller,
  now: Date,
): Promise<{ from: Stage; to: Stage; version: number }> {
  const { desk_id, client_id: id } = place;
  const { stage: from, version } = await requireClient(tx, desk_id, id, true);
  if (!mayMove(from, step.to))
    throw new Problem(
      'conflict',
      say('client_out_of_order', {
        pipeline: from,
        next_pipeline: STAGE_MOVES[from],
        to_pipeline: step.to,
      }),
    );
  await tx`update desk_client set stage = ${step.to}, version = version + 1 where id = ${id}`;
  const detail = { from, to: step.to };
  const entry = await note(tx, place, { kind: 'moved', detail, note: step.note }, caller, now);
  if (step.to === 'served')
    await tx`insert into desk_outcome (came_of, client_of, kind, desk_id, month)
      values (${entry.id}, ${id}, 'served', ${desk_id}, ${monthOf(now)})`;
  await audit(tx, caller, 'desk.client.moved', id, { desk_id, ...detail }, now);
  return { from, to: step.to, version: version + 1 };
}

export async function noteClient(
  tx: Transaction,
  place: { desk_id: string; client_id: string },
  text: string,
  caller: Caller,
  now: Date,
) {
  const { desk_id, client_id } = place;
  await requireClient(tx, desk_id, client_id, true);
  await tx`update desk_client set version = version + 1 where id = ${client_id}`;
  const entry = await note(tx, place, { kind: 'noted', detail: {}, note: text }, caller, now);
  await audit(tx, caller, 'desk.client.noted', client_id, { desk_id, entry_id: entry.id }, now);
  return entry;
}

/** Writes down what was done, by the desk that did it. */
export async function note(
  tx: Transaction,
  { desk_id, client_id }: { desk_id: string; client_id: string },
  said: {
    kind: 'moved' | 'noted' | 'changed' | 'handed_over';
    detail: Record<string, unknown>;
    note: string;
  },
  { key_id: actor }: Caller,
  now: Date,
) {
  const entry = { id: newId('den'), desk_id, desk_client_id: client_id, ...said, at: now, actor };
  await insertEntry(tx, entry);
  return entry;
}

export async function addTask(
  tx: Transaction,
  desk_id: string,
  { client_id, ...given }: { title: string; due_on: string; client_id: string | null },
  caller: Caller,
  now: Date,
): Promise<Task> {
  await requireDesk(tx, desk_id);
  if (client_id !== null) await requireClient(tx, desk_id, client_id);
  const [{ count } = { count: 0 }] = await tx<{ count: number }[]>`
    select count(*) from desk_task where desk_id = ${desk_id} and done_at is null`;
  if (count >= MAX_OPEN_TASKS) throw new Problem('refused', say('tasks_full', { count: MAX_OPEN_TASKS }));
  const made = { id: newId('dtk'), desk_id, desk_client_id: client_id, ...given };
  const task: Task = { ...made, made_at: now, made_by: caller.key_id, done_at: null, done_by: null };
  await tx`insert into desk_task ${tx(task)}`;
  await audit(tx, caller, 'desk.task.added', task.id, { desk_id, client_id, ...given }, now);
  return task;
}

/** @throws Problem `not_found`, `conflict` for one that is done */
export async function doTask(
  tx: Transaction,
  desk_id: string,
  id: string,
  caller: Caller,
  now: Date,
): Promise<Task> {
  const [task] = await tx<Task[]>`
    select * from desk_task where id = ${id} and desk_id = ${desk_id} for update`;
  if (!task) throw new Problem('not_found', 'The desk has no such task.');
  if (task.done_at) throw new Problem('conflict', say('task_done', { at: task.done_at.toISOString() }));
  const done = { done_at: now, done_by: caller.key_id };
  await tx`update desk_task set ${tx(done)} where id = ${id}`;
  await audit(tx, caller, 'desk.task.done', id, { desk_id }, now);
  return { ...task, ...done };
}

/** @returns a client as its desk sees it */
export async function opened(vault: Vault, row: ClientRow): Promise<Client> {
  return shown(row, row.contact && (await vault.open(INSTALLATION, deskContactPlace(row.id), row.contact)));
}

function shown({ name_key: _compared, ...row }: ClientRow, contact: string | null): Client {
  return { ...row, contact };
}

async function requireAccount(tx: Transaction, id: string | null): Promise<void> {
  if (id === null || (await acrossTenants(tx, () => findOrganisation(tx, id)))) return;
  throw new Problem('refused', `The field account_id must name an organisation; ${id} is none.`);
}

/** Within the desk alone: whom another desk has is not told. */
async function refuseTwin(
  tx: Transaction,
  desk_id: string,
  { region, name_key, registration_number }: Pick<ClientRow, 'region' | 'name_key' | 'registration_number'>,
  except: string | null,
): Promise<void> {
  const [found] = await tx<{ id: string; same_number: boolean }[]>`
    select id, coalesce(registration_number = ${registration_number}, false) as same_number from desk_client
    where desk_id = ${desk_id} and id is distinct from ${except}
      and (registration_number = ${registration_number} or (region = ${region} and name_key = ${name_key})) limit 1`;
  if (!found) return;
  const of = found.same_number ? 'client_number_again' : 'client_name_again';
  throw new Problem('conflict', say(of, { client_id: found.id }));
}

export function audit(
  tx: Transaction,
  { organisation_id, key_id: actor }: Caller,
  action: string,
  subject: string,
  detail: Record<string, unknown>,
  at: Date,
): Promise<void> {
  return appendAudit(tx, [{ organisation_id, at, actor, action, subject, detail }]);
}
