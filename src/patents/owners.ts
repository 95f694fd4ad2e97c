/**
 * Who owns a patent, as known at an instant: whom the last transfer names, where one followed the latest document that
 * names owners or applicants; else those of that document, of one source, since each spells names its own way.
 */
import type { CalendarDate } from '../../models/types.ts';
import { dateOf } from '../clock.ts';
import type { Sql } from '../db/client.ts';
import type { PartyRecord } from './sources/record.ts';

export interface Owner extends Pick<PartyRecord, 'name' | 'country'> {
  role: 'owner' | 'applicant';
  source: string;
  published_on: CalendarDate | null;
}

export async function owners(sql: Sql, patent_id: string, known_at: Date): Promise<Owner[]> {
  const named = await ownersOfDocument(sql, patent_id, known_at);
  const transfer = await lastTransfer(sql, patent_id, known_at);
  const document_on = named[0]?.published_on ?? null;
  if (!transfer || (document_on !== null && transfer.on <= document_on)) return named;
  const { names, source, published_on } = transfer;
  return names
    .split(/[;；\n]/)
    .map((name) => name.trim())
    .filter((name) => name !== '')
    .map((name) => ({ role: 'owner', name, country: null, source, published_on }));
}

async function ownersOfDocument(sql: Sql, patent_id: string, known_at: Date): Promise<Owner[]> {
  const rows = await sql<Owner[]>`
    select role, name, country, source, published_on from (
      select *, dense_rank() over (order by published_on desc nulls last, role = 'owner' desc, source collate "C") as place
      from patent_party
      where patent_id = ${patent_id} and role in ('owner', 'applicant') and known_at <= ${known_at}) told
    where place = 1 order by sequence, name collate "C"`;
  return [...rows];
}

interface Transfer {
  names: string;
  source: string;
  /** Day in law, else that of the gazette: recorded late, it still stands where it belongs among documents and transfers. */
  on: CalendarDate;
  published_on: CalendarDate;
}

/** Sources name the new owners by different members; one taken back by its office is none. */
async function lastTransfer(sql: Sql, patent_id: string, known_at: Date): Promise<Transfer | null> {
  const [last] = await sql<Transfer[]>`
    with told as (
      select * from signal where patent_id = ${patent_id} and known_at <= ${known_at}
        and published_on <= ${dateOf(known_at)}),
    transfer as (
      select *, coalesce(effective_on, published_on) as on, coalesce(detail->>'owner', detail->>'owner_after',
        detail->>'change_after', detail->>'assignees') as names
      from told where kind = 'transferred')
    select names, source, "on", published_on from transfer
    where trim(names) <> '' and not exists (
      select from told where kind = 'deleted' and detail->>'undoes_code' = transfer.source_code
        and detail->>'undoes_on' = transfer.published_on::text)
    order by "on" desc, published_on desc, signal_id limit 1`;
  return last ?? null;
}
