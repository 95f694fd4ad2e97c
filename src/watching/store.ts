/** Watch lists: patents that an organisation wants to hear of. */
import type { Caller } from '../accounts/store.ts';
import { appendAudit } from '../audit/log.ts';
import type { Sql, Transaction } from '../db/client.ts';
import { Problem } from '../errors.ts';
import { newId } from '../ids.ts';
import { say } from './sentences.ts';

export const MAX_WATCH_LISTS = 100;
export const MAX_WATCHED_PATENTS = 1_000;

export interface WatchList {
  id: string;
  name: string;
  created_at: Date;
  patents: number;
}

export interface WatchedPatent {
  patent_id: string;
  office: string;
  application_number: string;
  added_at: Date;
}

export async function watchLists(sql: Sql, organisation_id: string): Promise<WatchList[]> {
  const rows = await sql<WatchList[]>`
    select id, name, created_at, (select count(*) from watch_list_patent where list_id = id) as patents
    from watch_list where organisation_id = ${organisation_id} order by id`;
  return [...rows];
}

/** @throws Problem `refused` at the limit */
export async function addWatchList(
  tx: Transaction,
  name: string,
  patent_ids: readonly string[],
  caller: Caller,
  now: Date,
): Promise<WatchList> {
  const { organisation_id } = caller;
  // Two requests at once must not both pass the limit.
  await tx`select from organisation where id = ${organisation_id} for update`;
  if ((await watchLists(tx, organisation_id)).length >= MAX_WATCH_LISTS)
    throw new Problem('refused', say('watch_lists_full', { count: MAX_WATCH_LISTS }));
  const id = newId('wls');
  await tx`insert into watch_list ${tx({ id, organisation_id, name, created_at: now })}`;
  await tell(tx, caller, 'watch_list.added', id, { name }, now);
  const patents = await watchPatents(tx, id, patent_ids, caller, now);
  return { id, name, created_at: now, patents };
}

/** @throws Problem `not_found` unless the list is the caller's own */
export async function ownWatchList(
  sql: Sql,
  id: string,
  { organisation_id }: Caller,
  lock = false,
): Promise<void> {
  const [own] = await sql`select from watch_list where id = ${id} and organisation_id = ${organisation_id}
    ${lock ? sql`for update` : sql``}`;
  if (!own) throw new Problem('not_found', 'There is no such watch list.');
}

export async function watchedPatents(sql: Sql, list_id: string): Promise<WatchedPatent[]> {
  const rows = await sql<WatchedPatent[]>`
    with listed as materialized (
      select patent_id, added_at from watch_list_patent where list_id = ${list_id})
    select patent_id, office, application_number, added_at from listed join patent using (patent_id) order by patent_id`;
  return [...rows];
}

/**
 * @returns how many patents the list has then; those that it had keep the day since when they are watched
 * @throws Problem `refused` for a patent that is not known, or over the limit
 */
export async function watchPatents(
  tx: Transaction,
  list_id: string,
  patent_ids: readonly string[],
  caller: Caller,
  now: Date,
): Promise<number> {
  const [unknown] = await tx<{ patent_id: string }[]>`
    select unnest(${patent_ids as string[]}::uuid[]) as patent_id
    except select patent_id from patent where patent_id = any(${patent_ids as string[]}::uuid[]) limit 1`;
  if (unknown)
    throw new Problem(
      'refused',
      `Patent ${unknown.patent_id} is not in the database; look it up with GET /v1/patents first.`,
    );
  await tx`insert into watch_list_patent (list_id, patent_id, added_at)
    select distinct ${list_id}, patent_id, ${now}::timestamptz from unnest(${patent_ids as string[]}::uuid[]) as patent_id
    on conflict do nothing`;
  const [row] = await tx<
    { count: number }[]
  >`select count(*) from watch_list_patent where list_id = ${list_id}`;
  if (row!.count > MAX_WATCHED_PATENTS)
    throw new Problem('refused', say('watched_full', { count: row!.count, most: MAX_WATCHED_PATENTS }));
  if (patent_ids.length > 0) await tell(tx, caller, 'watch_list.patents_added', list_id, { patent_ids }, now);
  return row!.count;
}

export async function unwatchPatent(
  tx: Transaction,
  list_id: string,
  patent_id: string,
  caller: Caller,
  now: Date,
): Promise<void> {
  const removed =
    await tx`delete from watch_list_patent where list_id = ${list_id} and patent_id = ${patent_id}`;
  if (removed.count === 0) throw new Problem('not_found', 'The list has no such patent.');
  await tell(tx, caller, 'watch_list.patent_removed', list_id, { patent_id }, now);
}

export async function removeWatchList(tx: Transaction, id: string, caller: Caller, now: Date): Promise<void> {
  await tx`delete from watch_list where id = ${id}`;
  await tell(tx, caller, 'watch_list.removed', id, {}, now);
}

function tell(tx: Transaction, caller: Caller, action: string, subject: string, detail: object, at: Date) {
  const { organisation_id, key_id: actor } = caller;
  return appendAudit(tx, [{ organisation_id, at, actor, action, subject, detail: { ...detail } }]);
}
