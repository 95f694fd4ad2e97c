/** Desks, their clients and what is done for them. Who sees which is the database's to say: each query sees what its caller may. */
import type { ClientKind, Stage } from '../../../models/desk/pipeline.ts';
import type { Sql, Transaction } from '../../db/client.ts';
import { Problem } from '../../errors.ts';

export interface Desk {
  id: string;
  name: string;
  region: string;
  made_at: Date;
  /** Whether the caller works there; staff at all. */
  own: boolean;
}

export interface Seat {
  desk_id: string;
  organisation_id: string;
  person_id: string | null;
  since: Date;
}

export interface ClientRow {
  id: string;
  desk_id: string;
  name: string;
  name_key: string;
  kind: ClientKind;
  region: string;
  registration_number: string | null;
  account_id: string | null;
  stage: Stage;
  /** Sealed. */
  contact: string | null;
  version: number;
  made_at: Date;
  made_by: string;
}

export interface Entry {
  id: string;
  desk_id: string;
  desk_client_id: string;
  kind: 'moved' | 'noted' | 'changed' | 'handed_over';
  detail: Record<string, unknown>;
  note: string;
  at: Date;
  actor: string;
}

export interface Task {
  id: string;
  desk_id: string;
  desk_client_id: string | null;
  title: string;
  due_on: string;
  made_at: Date;
  made_by: string;
  done_at: Date | null;
  done_by: string | null;
}

const OWN = 'is_staff() or id = any (own_desks())';

/** All desks: where they are is for everybody to know. */
export async function listDesks(sql: Sql): Promise<Desk[]> {
  const rows = await sql<Desk[]>`
    select id, name, region, made_at, ${sql.unsafe(OWN)} as own from desk order by region, id`;
  return [...rows];
}

/** @throws Problem `not_found` for a desk at which the caller does not sit */
export async function requireDesk(sql: Sql, id: string): Promise<Desk> {
  const [desk] = await sql<Desk[]>`
    select id, name, region, made_at, true as own from desk where id = ${id} and (${sql.unsafe(OWN)})`;
  if (!desk) throw new Problem('not_found', 'There is no such desk.');
  return desk;
}

export async function seatsOf(sql: Sql, desk_id: string): Promise<Seat[]> {
  const rows = await sql<Seat[]>`select desk_id, organisation_id, person_id, since from desk_staff
    where desk_id = ${desk_id} order by organisation_id, person_id nulls first`;
  return [...rows];
}

export interface ClientFilter {
  stage?: Stage | undefined;
  kind?: ClientKind | undefined;
  /** What the name holds, as it is compared. */
  name_key?: string | undefined;
}

/** In order of id. */
export async function listClients(
  sql: Sql,
  desk_id: string,
  { stage, kind, name_key }: ClientFilter,
  after: string,
  limit: number,
): Promise<ClientRow[]> {
  const rows = await sql<ClientRow[]>`select * from desk_client where desk_id = ${desk_id} and id > ${after}
    ${stage === undefined ? sql`` : sql`and stage = ${stage}`}
    ${kind === undefined ? sql`` : sql`and kind = ${kind}`}
    ${name_key === undefined ? sql`` : sql`and strpos(name_key, ${name_key}) > 0`}
    order by id limit ${limit}`;
  return [...rows];
}

/** @throws Problem `not_found` unless the desk has the client now */
export async function requireClient(sql: Sql, desk_id: string, id: string, lock = false): Promise<ClientRow> {
  const [row] = await sql<ClientRow[]>`select * from desk_client where id = ${id} and desk_id = ${desk_id}
    ${lock ? sql`for update` : sql``}`;
  if (!row) throw noClient();
  return row;
}

export function noClient(): Problem {
  return new Problem('not_found', 'The desk has no such client.');
}

export async function insertEntry(tx: Transaction, entry: Entry): Promise<void> {
  await tx`insert into desk_entry ${tx({ ...entry, detail: tx.json(entry.detail as never) })}`;
}

/** What was done for a client, as far as the caller may see it, in order. */
export async function entriesOf(
  sql: Sql,
  desk_client_id: string,
  after: string,
  limit: number,
): Promise<Entry[]> {
  const rows = await sql<Entry[]>`select * from desk_entry
    where desk_client_id = ${desk_client_id} and id > ${after} order by id limit ${limit}`;
  return [...rows];
}

export interface TaskFilter {
  state: 'open' | 'overdue' | 'done' | 'all';
  today: string;
  desk_client_id?: string | undefined;
}

/** In order of id. */
export async function listTasks(
  sql: Sql,
  desk_id: string,
  { state, today, desk_client_id }: TaskFilter,
  after: string,
  limit: number,
): Promise<Task[]> {
  const chosen = {
    open: sql`and done_at is null`,
    overdue: sql`and done_at is null and due_on < ${today}`,
    done: sql`and done_at is not null`,
    all: sql``,
  }[state];
  const rows = await sql<
    Task[]
  >`select * from desk_task where desk_id = ${desk_id} and id > ${after} ${chosen}
    ${desk_client_id === undefined ? sql`` : sql`and desk_client_id = ${desk_client_id}`}
    order by id limit ${limit}`;
  return [...rows];
}
