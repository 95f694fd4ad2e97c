/**
 * The series of a patent's value, kept small. The last point lies with the value; one that a later point follows goes into
 * corpus_value_history, cut into years, of which HISTORY_years are kept.
 */
import type { CalendarDate } from '../../models/types.ts';
import type { Sql } from '../db/client.ts';

/** A value that has moved by less since its last point is none itself, unless the patent is followed. */
export const POINT_SHARE = 0.1;
export const HISTORY_years = 10;

export interface Point {
  as_of: CalendarDate;
  /** Null while unknown. */
  mid_minor: number | null;
}

/**
 * Whether the value of a later day is a point of its own.
 * @param followed pledged or watched by anybody: every value that is one is kept
 */
export function isPoint(last: Point, now: Point, followed: boolean): boolean {
  if (last.mid_minor === null || now.mid_minor === null) return last.mid_minor !== now.mid_minor;
  if (followed && now.mid_minor > 0) return true;
  const moved = Math.abs(now.mid_minor - last.mid_minor);
  return moved > 0 && moved >= POINT_SHARE * last.mid_minor;
}

/** Makes room for the points up to a day and lets go of the years that are too old. @returns how many were let go of */
export async function keepHistory(sql: Sql, as_of: CalendarDate): Promise<number> {
  const year = Number(as_of.slice(0, 4));
  const [row] = await sql<{ dropped: number }[]>`
    select keep_corpus_history(${year - HISTORY_years}, ${year}) as dropped`;
  return row!.dropped;
}

/** First day of the years that are kept. */
export function keptFrom(as_of: CalendarDate): CalendarDate {
  return `${String(Number(as_of.slice(0, 4)) - HISTORY_years).padStart(4, '0')}-01-01`;
}

export interface HistorySize {
  history_points: number;
  /** Indexes included, over the years from the first point on; null while there is none. */
  history_bytes_per_patent_year: number | null;
}

export async function historySize(sql: Sql): Promise<HistorySize> {
  const [row] = await sql<{ points: number; bytes: number; years: number | null; patents: number }[]>`
    select (select count(*) from corpus_value_history) as points,
      (select coalesce(sum(pg_total_relation_size(inhrelid)), 0)::bigint from pg_inherits
        where inhparent = 'corpus_value_history'::regclass) as bytes,
      (select (max(recorded_on) - (select min(as_of) from corpus_value_history)) / 365.25 from corpus_value)::float
        as years,
      (select count(*) from corpus_value) as patents`;
  const { points, bytes, years, patents } = row!;
  const known = points > 0 && years !== null && years > 0 && patents > 0;
  const each = known ? Number((bytes / patents / years).toFixed(1)) : null;
  return { history_points: points, history_bytes_per_patent_year: each };
}
