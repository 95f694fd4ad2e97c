/**
 * Who owns a patent, as known at an instant: whom the last transfer names, where one followed the latest document that
 * names owners or applicants; else those of that document, of one source, since each spells names its own way.
 */
import type { CalendarDate } from '../../models/types.ts';
import { dateOf } from '../clock.ts';
import type { Sql } from '../db/client.ts';
import type { PartyRecord } from './sources/record.ts';

/** Few patents have as many citations from and to others. */
const MOST_LINKED = 2_000;

export interface Owner extends Pick<PartyRecord, 'name' | 'country'> {
  role: 'owner' | 'applicant';
  source: string;
  published_on: CalendarDate | null;
}

export async function owners(sql: Sql, patent_id: string, known_at: Date): Promise<Owner[]> {
  return (await ownersByPatent(sql, [patent_id], known_at)).get(patent_id) ?? [];
}

/** See `owners`; by patent id, without the patents of which nobody is named. */
export async function ownersByPatent(
  sql: Sql,
  patent_ids: readonly string[],
  known_at: Date,
): Promise<Map<string, Owner[]>> {
  const found = await ownersOfDocuments(sql, patent_ids, known_at);
  for (const transfer of await lastTransfers(sql, patent_ids, known_at)) {
    const { patent_id, names, source, published_on } = transfer;
    const document_on = found.get(patent_id)?.[0]?.published_on ?? null;
    if (document_on !== null && transfer.on <= document_on) continue;
    const named = names
      .split(/[;；\n]/)
      .map((name) => name.trim())
      .filter((name) => name !== '');
    found.set(
      patent_id,
      named.map((name) => ({ role: 'owner', name, country: null, source, published_on })),
    );
  }
  return found;
}

/** Owners of patents that cite these or are cited by them, as far as both are known here. */
export async function ownersOfLinked(
  sql: Sql,
  patent_ids: readonly string[],
  known_at: Date,
): Promise<Owner[]> {
  const ids = patent_ids as string[];
  const linked = await sql<{ patent_id: string }[]>`
    (select citing_id as patent_id from citation_edge where patent_id = any(${ids}::uuid[])
    union
    select document.patent_id from patent_citation citation join patent_document document
      on (office, number) = (cited_office, cited_number) where citation.patent_id = any(${ids}::uuid[])
    union
    select cited_patent_id from patent_citation where patent_id = any(${ids}::uuid[]) and cited_patent_id is not null)
    order by 1 limit ${MOST_LINKED}`;
  const owned = await ownersByPatent(
    sql,
    linked.map(({ patent_id }) => patent_id),
    known_at,
  );
  return [...owned.values()].flat();
}

async function ownersOfDocuments(
  sql: Sql,
  patent_ids: readonly string[],
  known_at: Date,
): Promise<Map<string, Owner[]>> {
  const rows = await sql<(Owner & { patent_id: string })[]>`
    select patent_id, role, name, country, source, published_on from (
      select *, dense_rank() over (partition by patent_id
        order by published_on desc nulls last, role = 'owner' desc, source collate "C") as place
      from patent_party where patent_id = any(${patent_ids as string[]}::uuid[])
        and role in ('owner', 'applicant') and known_at <= ${known_at}) told
    where place = 1 order by patent_id, sequence, name collate "C"`;
  const found = new Map<string, Owner[]>();
  for (const { patent_id, ...owner } of rows) {
    const named = found.get(patent_id);
    if (named) named.push(owner);
    else found.set(patent_id, [owner]);
  }
  return found;
}

interface Transfer {
  patent_id: string;
  names: string;
  source: string;
  /** Day in law, else that of the gazette: recorded late, it still stands where it belongs among documents and transfers. */
  on: CalendarDate;
  published_on: CalendarDate;
}

/** Sources name the new owners by different members; one taken back by its office is none. */
async function lastTransfers(sql: Sql, patent_ids: readonly string[], known_at: Date): Promise<Transfer[]> {
  return sql<Transfer[]>`
    with told as (
      select * from signal where patent_id = any(${patent_ids as string[]}::uuid[]) and known_at <= ${known_at}
        and kind in ('transferred', 'deleted') and published_on <= ${dateOf(known_at)}),
    transfer as (
      select *, coalesce(effective_on, published_on) as on, coalesce(detail->>'owner', detail->>'owner_after',
        detail->>'change_after', detail->>'assignees') as names
      from told where kind = 'transferred')
    select distinct on (patent_id) patent_id, names, source, "on", published_on from transfer
    where trim(names) <> '' and not exists (
      select from told where told.patent_id = transfer.patent_id and kind = 'deleted'
        and detail->>'undoes_code' = transfer.source_code
        and detail->>'undoes_on' = transfer.published_on::text)
    order by patent_id, "on" desc, published_on desc, signal_id`;
}
