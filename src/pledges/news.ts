/** Pledges and deals of a period, told so that nobody is told apart (models/disclosure.ts). */
import { disclosed } from '../../models/disclosure.ts';
import type { Sql } from '../db/client.ts';
import type { Period } from '../search/news.ts';

export interface DisclosedNews {
  /** Pledges that were registered on patents of the office and field; null: of too few firms to be told. */
  pledges: number | null;
  /** Prices that were paid for such patents; null: told by too few organisations. */
  deals: number | null;
}

/** @param field 0: all. For jobs: it reads what belongs to all. */
export async function disclosedNews(
  sql: Sql,
  { from_on, until_on, known_at }: Period,
  office: string,
  field: number,
): Promise<DisclosedNews> {
  interface Counted {
    count: number;
    parties: number;
  }
  const about = sql`patent_search.office = ${office} and (${field} = 0 or field = ${field})`;
  const [pledged, dealt] = await Promise.all([
    sql<Counted[]>`select count(distinct pledge_id) as count, count(distinct firm_id) as parties
      from pledge_move join pledge on pledge.id = pledge_id join pledge_patent using (pledge_id)
        join patent_search using (patent_id)
      where to_state = 'registered' and moved_on >= ${from_on} and moved_on < ${until_on} and moved_at <= ${known_at}
        and not demonstration and ${about}`,
    sql<Counted[]>`select count(*) as count, count(distinct organisation_id) as parties
      from deal join patent_search using (patent_id)
      where dealt_on >= ${from_on} and dealt_on < ${until_on} and deal.known_at <= ${known_at} and ${about}`,
  ]);
  return {
    pledges: disclosed(pledged[0]!.count, pledged[0]!.parties),
    deals: disclosed(dealt[0]!.count, dealt[0]!.parties),
  };
}
