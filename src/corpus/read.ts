/** What is told of one patent's value as the corpus has it: without anything that a pledgor declared. */
import type { CalendarDate } from '../../models/types.ts';
import type { Sql } from '../db/client.ts';
import type { Point } from './history.ts';

export interface IndicativeValue {
  /** The day of the valuation that it comes from. */
  as_of: CalendarDate;
  status: 'valued' | 'worthless' | 'unknown';
  currency: string;
  low_minor: number | null;
  mid_minor: number | null;
  high_minor: number | null;
  collateral_minor: number | null;
  /** Next day on which it changes by itself; null when nothing ever does. */
  changes_on: CalendarDate | null;
  /** Earliest first: each where the value had moved by a tenth, or every one of a patent that is followed. */
  series: Point[];
}

/** @returns null for a patent that the last valuation of the corpus had not */
export async function indicativeValue(sql: Sql, patent_id: string): Promise<IndicativeValue | null> {
  const [row] = await sql<IndicativeValue[]>`
    select as_of, status, currency, low_minor, mid_minor, high_minor, collateral_minor, changes_on,
      (select coalesce(jsonb_agg(jsonb_build_object('as_of', point.as_of, 'mid_minor', point.mid_minor)
          order by point.as_of), '[]')
        from (select as_of, mid_minor from corpus_value_history where patent_id = last.patent_id
          union select last.recorded_on, last.recorded_mid_minor) point) as series
    from corpus_value last where patent_id = ${patent_id}`;
  return row ?? null;
}
