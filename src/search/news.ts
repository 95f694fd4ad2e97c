/** What was published of patents in a period, as sums by office and technology field. */
import type { CalendarDate } from '../../models/types.ts';
import type { Sql } from '../db/client.ts';

export interface Period {
  from_on: CalendarDate;
  /** The first day after it. */
  until_on: CalendarDate;
  /** What was known by then. */
  known_at: Date;
}

export interface PatentNews {
  office: string;
  /** WIPO technology field; 0: none is known. */
  field: number;
  /** Patents whose application, grant or end was published. */
  filings: number;
  grants: number;
  lapses: number;
}

const ENDS = ['lapsed', 'expired', 'surrendered', 'invalidated'];

/** One reading of the signals, whoever asks for which office and field. */
export async function patentNews(sql: Sql, { from_on, until_on, known_at }: Period): Promise<PatentNews[]> {
  const rows = await sql<PatentNews[]>`
    select office, coalesce(field, 0) as field, count(distinct patent_id) filter (where kind = 'published') as filings,
      count(distinct patent_id) filter (where kind = 'granted') as grants,
      count(distinct patent_id) filter (where kind = any(${ENDS})) as lapses
    from signal join patent_search using (patent_id)
    where signal.published_on >= ${from_on} and signal.published_on < ${until_on} and signal.known_at <= ${known_at}
      and kind = any(${['published', 'granted', ...ENDS]})
    group by 1, 2 order by 1, 2`;
  return [...rows];
}
