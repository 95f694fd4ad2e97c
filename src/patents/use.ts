/**
 * Evidence of the use of patents, from parts of the service that learn of it: counts by month and class, beside what the owner
 * declares. No value is computed from it.
 */
import type { CalendarDate } from '../../models/types.ts';
import type { Sql, Transaction } from '../db/client.ts';

/** Goods whose hidden code a buyer brought; scans of marks on goods; marks that were most likely copied. */
export const USE_CLASSES = ['sale_verified', 'mark_scanned', 'mark_copied'] as const;
export type UseClass = (typeof USE_CLASSES)[number];

export interface PatentUse {
  patent_id: string;
  organisation_id: string;
  /** Its first day. */
  month: CalendarDate;
  class: UseClass;
  count: number;
}

/** Puts the counts of months in the place of those that were told before. @returns how many changed */
export async function recordUse(tx: Transaction, uses: readonly PatentUse[], now: Date): Promise<number> {
  const told = await tx`
    insert into patent_use as kept (patent_id, organisation_id, month, class, count, known_at)
    select patent_id, organisation_id, month, class, count, ${now}
    from jsonb_to_recordset(${tx.json(uses as never)}) as row (patent_id uuid, organisation_id text, month date, class text,
      count integer)
    on conflict (patent_id, organisation_id, month, class) do update set count = excluded.count, known_at = excluded.known_at
    where kept.count <> excluded.count`;
  return told.count;
}

/** What the caller may see, newest month first. */
export async function useOfPatent(
  sql: Sql,
  patent_id: string,
  known_at: Date,
): Promise<(PatentUse & { known_at: Date })[]> {
  const rows = await sql<(PatentUse & { known_at: Date })[]>`
    select patent_id, organisation_id, month, class, count, known_at from patent_use
    where patent_id = ${patent_id} and known_at <= ${known_at} order by month desc, organisation_id, class`;
  return [...rows];
}
