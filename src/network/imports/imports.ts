/**
 * A desk brings its list of clients in: read and judged first, put in force by a second step, taken back as a whole by a third,
 * which keeps what was worked on since and says what.
 */
import { setImmediate as breathe } from 'node:timers/promises';
import type { Caller } from '../../accounts/store.ts';
import { sha256 } from '../../canonical.ts';
import type { Sql, Transaction } from '../../db/client.ts';
import { Problem } from '../../errors.ts';
import { newId } from '../../ids.ts';
import { deskContactPlace, deskImportRowPlace } from '../../secrets/columns.ts';
import { INSTALLATION, type Vault } from '../../secrets/vault.ts';
import { audit, MAX_CLIENTS } from '../desks/clients.ts';
import { type ClientRow, requireDesk } from '../desks/store.ts';
import { say } from '../sentences.ts';
import { type Columns, columnsIn, type Field } from './columns.ts';
import { type Encoding, readCsv } from './csv-file.ts';
import { type Defaults, type GivenRow, Judge, type Judged, type Known } from './judge.ts';
import { MAX_FILE_BYTES, MAX_OPEN_PREVIEWS } from './limits.ts';
import { bounded } from './table.ts';
import { isSpreadsheet, readXlsx } from './xlsx-file.ts';

export interface ImportFile {
  file_name: string;
  bytes: Buffer;
  encoding: Encoding | null;
  columns: Partial<Record<Field, string>>;
  kind: Defaults['kind'];
}

export interface Import {
  id: string;
  desk_id: string;
  file_name: string;
  file_sha256: Buffer;
  format: 'csv' | 'xlsx';
  encoding: string;
  /** The column's name in the file, by field. */
  columns: Partial<Record<Field, string>>;
  state: 'previewed' | 'committed' | 'undone';
  made_at: Date;
  made_by: string;
  committed_at: Date | null;
  undone_at: Date | null;
  rows: number;
  accepted: number;
  duplicate: number;
  refused: number;
}

export interface ImportRow extends Omit<Judged, 'given'> {
  client_id: string | null;
  kept: 'changed' | 'tasks' | 'handed_over' | null;
}

/** A list as it was read, before anything of it is stored. */
export interface ReadList {
  read: Pick<Import, 'file_name' | 'file_sha256' | 'format' | 'encoding' | 'columns'>;
  judged: Judged[];
}

/** Rows that are judged before others get a turn. */
const TURN_ROWS = 200;

/** @throws Problem `refused` for a file that cannot be read, or is over a limit */
export async function readList(sql: Sql, desk_id: string, file: ImportFile): Promise<ReadList> {
  const desk = await requireDesk(sql, desk_id);
  const { bytes, encoding, file_name } = file;
  if (bytes.length === 0) throw new Problem('refused', say('list_empty'));
  if (bytes.length > MAX_FILE_BYTES)
    throw new Problem('refused', say('list_too_large', { bytes: MAX_FILE_BYTES }));
  const table = isSpreadsheet(bytes) ? readXlsx(bytes) : readCsv(bytes, encoding);
  const known = await sql<Known[]>`
    select id, name, name_key, region, registration_number from desk_client where desk_id = ${desk_id} order by id`;
  let header: string[] | null = null;
  let columns: Columns = {};
  let judge: Judge | null = null;
  const judged: Judged[] = [];
  for await (const row of bounded(table.rows)) {
    if (judge === null) {
      header = row.cells.map(({ text }) => text);
      columns = columnsIn(header, file.columns);
      judge = new Judge(columns, { kind: file.kind, region: desk.region }, known);
      continue;
    }
    judged.push(judge.judge(row));
    if (judged.length % TURN_ROWS === 0) await breathe();
  }
  if (judged.length === 0) throw new Problem('refused', say('list_rowless'));
  const named = Object.fromEntries(Object.entries(columns).map(([field, at]) => [field, header![at]!]));
  const { format, encoding: found } = table;
  return { read: { file_name, file_sha256: sha256(bytes), format, encoding: found, columns: named }, judged };
}

/** @throws Problem `refused` while too many previews of the desk are open */
export async function storePreview(
  tx: Transaction,
  vault: Vault,
  desk_id: string,
  { read, judged }: ReadList,
  caller: Caller,
  now: Date,
): Promise<Import> {
  await requireDesk(tx, desk_id);
  const open = await tx`select from desk_import where desk_id = ${desk_id} and state = 'previewed'`;
  if (open.count >= MAX_OPEN_PREVIEWS)
    throw new Problem('refused', say('imports_open', { count: MAX_OPEN_PREVIEWS }));
  const id = newId('imp');
  const count = (outcome: Judged['outcome']) => judged.filter((row) => row.outcome === outcome).length;
  const made: Import = {
    id,
    desk_id,
    ...read,
    state: 'previewed',
    made_at: now,
    made_by: caller.key_id,
    committed_at: null,
    undone_at: null,
    rows: judged.length,
    accepted: count('accepted'),
    duplicate: count('duplicate'),
    refused: count('refused'),
  };
  await tx`insert into desk_import ${tx({ ...made, columns: tx.json(read.columns) })}`;
  const kept = judged.filter(({ given }) => given !== null);
  const sealed = await vault.sealAll(
    INSTALLATION,
    kept.map(({ line, given }) => ({
      place: deskImportRowPlace(`${id}/${line}`),
      text: JSON.stringify(given),
    })),
  );
  const texts = new Map(kept.map(({ line }, index) => [line, sealed[index]!]));
  const rows = judged.map((row) => ({ ...row, given: texts.get(row.line) ?? null }));
  await tx`insert into desk_import_row (import_id, line, outcome, name, reason, about, given)
    select ${id}, line, outcome, name, reason, about, given from jsonb_to_recordset(${tx.json(rows as never)})
      as row (line integer, outcome text, name text, reason text, about text, given text)`;
  const { rows: read_rows, accepted, duplicate, refused } = made;
  await audit(
    tx,
    caller,
    'desk.import.previewed',
    id,
    { desk_id, rows: read_rows, accepted, duplicate, refused },
    now,
  );
  return made;
}

/**
 * Its rows become clients.
 * @param also lines whose names are near to others', and are clients of their own
 * @throws Problem `not_found`, `conflict` for one that is in force or taken back, `refused` at the desk's limit
 */
export async function commitImport(
  tx: Transaction,
  vault: Vault,
  place: { desk_id: string; import_id: string },
  also: readonly number[],
  caller: Caller,
  now: Date,
): Promise<Import> {
  const { desk_id, import_id } = place;
  const found = await requireImport(tx, place, ['previewed']);
  const taken = await tx<{ line: number; given: string }[]>`select line, given from desk_import_row
    where import_id = ${import_id} and (outcome = 'accepted' or (reason = 'near_name' and line = any(${also as number[]})))
    order by line`;
  const odd = also.find((line) => !taken.some((row) => row.line === line));
  if (odd !== undefined)
    throw new Problem(
      'refused',
      `Line ${odd} of the file is none whose name is near to another's; leave it out.`,
    );
  const [{ count } = { count: 0 }] = await tx<{ count: number }[]>`
    select count(*) from desk_client where desk_id = ${desk_id}`;
  if (count + taken.length > MAX_CLIENTS)
    throw new Problem('refused', say('import_clients_full', { count: MAX_CLIENTS }));
  const clients = await clientsOf(vault, place, taken, caller, now);
  const made = await tx<{ id: string }[]>`
    insert into desk_client (id, desk_id, name, name_key, kind, region, registration_number, stage, contact, made_at, made_by)
    select id, desk_id, name, name_key, kind, region, registration_number, stage, contact, made_at, made_by
    from jsonb_to_recordset(${tx.json(clients as never)}) as row (id text, desk_id text, name text, name_key text,
      kind text, region text, registration_number text, stage text, contact text, made_at timestamptz, made_by text)
    on conflict do nothing returning id`;
  const ids = new Set(made.map(({ id }) => id));
  const became = clients.map(({ id, line }) => ({ line, id: ids.has(id) ? id : null }));
  // Somebody added the same client since it was read.
  await tx`update desk_import_row set client_id = row.id,
      outcome = case when row.id is null then 'duplicate' else 'accepted' end,
      reason = case when row.id is null then 'same_name' else reason end
    from jsonb_to_recordset(${tx.json(became)}) as row (line integer, id text)
    where import_id = ${import_id} and desk_import_row.line = row.line`;
  await tx`update desk_import_row set given = null where import_id = ${import_id}`;
  const accepted = made.length;
  const changes = {
    state: 'committed',
    committed_at: now,
    accepted,
    duplicate: found.rows - found.refused - accepted,
  } as const;
  await tx`update desk_import set ${tx(changes)} where id = ${import_id}`;
  await audit(tx, caller, 'desk.import.committed', import_id, { desk_id, accepted }, now);
  return { ...found, ...changes };
}

async function clientsOf(
  vault: Vault,
  { desk_id, import_id }: { desk_id: string; import_id: string },
  rows: readonly { line: number; given: string }[],
  { key_id: made_by }: Caller,
  made_at: Date,
): Promise<(Omit<ClientRow, 'version' | 'account_id'> & { line: number })[]> {
  const clients = [];
  for (const { line, given } of rows) {
    const text = await vault.open(INSTALLATION, deskImportRowPlace(`${import_id}/${line}`), given);
    const row = JSON.parse(text) as GivenRow;
    clients.push({ ...row, id: newId('dcl'), desk_id, stage: 'lead' as const, made_at, made_by, line });
  }
  const reached = clients.filter(({ contact }) => contact !== null);
  const sealed = await vault.sealAll(
    INSTALLATION,
    reached.map(({ id, contact }) => ({ place: deskContactPlace(id), text: contact! })),
  );
  reached.forEach((client, index) => {
    client.contact = sealed[index]!;
  });
  return clients;
}

export interface Undone {
  removed: number;
  kept: number;
}

/** Of what it brought in stays what was changed, worked on or handed over since; each row says why. */
export async function undoImport(
  tx: Transaction,
  place: { desk_id: string; import_id: string },
  caller: Caller,
  now: Date,
): Promise<Import & Undone> {
  const { desk_id, import_id } = place;
  const found = await requireImport(tx, place, ['previewed', 'committed']);
  const removed = await tx`delete from desk_client using desk_import_row row
    where row.import_id = ${import_id} and row.client_id = desk_client.id and desk_client.desk_id = ${desk_id}
      and version = 1 and not exists (select from desk_entry where desk_entry.desk_client_id = desk_client.id)
      and not exists (select from desk_task where desk_task.desk_client_id = desk_client.id)
      and not exists (select from desk_handover where desk_handover.desk_client_id = desk_client.id)`;
  const kept = await tx`update desk_import_row row set kept = case
      when client.id is null or client.desk_id <> ${desk_id} then 'handed_over'
      when exists (select from desk_task where desk_task.desk_client_id = client.id) then 'tasks'
      when exists (select from desk_handover where desk_handover.desk_client_id = client.id) then 'handed_over'
      else 'changed' end
    from desk_import_row old left join desk_client client on client.id = old.client_id
    where row.import_id = ${import_id} and old.import_id = row.import_id and old.line = row.line
      and old.client_id is not null and (client.id is not null or exists (
        select from desk_handover where desk_handover.desk_client_id = old.client_id))`;
  await tx`update desk_import_row set given = null where import_id = ${import_id}`;
  await tx`update desk_import set state = 'undone', undone_at = ${now} where id = ${import_id}`;
  const counts = { removed: removed.count, kept: kept.count };
  await audit(tx, caller, 'desk.import.undone', import_id, { desk_id, ...counts }, now);
  return { ...found, state: 'undone', undone_at: now, ...counts };
}

/** @throws Problem `not_found`; `conflict` where it is in none of the states */
export async function requireImport(
  sql: Sql,
  { desk_id, import_id }: { desk_id: string; import_id: string },
  states: readonly Import['state'][] | null = null,
): Promise<Import> {
  const [found] = await sql<
    Import[]
  >`select * from desk_import where id = ${import_id} and desk_id = ${desk_id}
    ${states === null ? sql`` : sql`for update`}`;
  if (!found) throw new Problem('not_found', 'The desk has no such import.');
  if (states !== null && !states.includes(found.state))
    throw new Problem('conflict', say('import_over', { import_state: found.state }));
  return found;
}

/** Newest first. */
export async function listImports(
  sql: Sql,
  desk_id: string,
  before: string,
  limit: number,
): Promise<Import[]> {
  const rows = await sql<Import[]>`select * from desk_import where desk_id = ${desk_id}
    and (${before} = '' or id < ${before}) order by id desc limit ${limit}`;
  return [...rows];
}

export async function rowsOf(
  sql: Sql,
  import_id: string,
  outcome: Judged['outcome'] | undefined,
  after: number,
  limit: number,
): Promise<ImportRow[]> {
  const rows = await sql<ImportRow[]>`
    select line, outcome, name, reason, about, client_id, kept from desk_import_row
    where import_id = ${import_id} and line > ${after} ${outcome === undefined ? sql`` : sql`and outcome = ${outcome}`}
    order by line limit ${limit}`;
  return [...rows];
}
