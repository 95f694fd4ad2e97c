import type { Sql } from '../db/client.ts';

export interface Encumbrance {
  bank_id: string;
  bank_name: string;
  patent_ids: string[];
}

/** Banks to which patents of a firm are pledged by live contracts, with those patents. */
export async function encumbrancesOf(sql: Sql, firm_id: string): Promise<Encumbrance[]> {
  return sql<Encumbrance[]>`
    select bank_id, organisation.name as bank_name, array_agg(distinct patent_id order by patent_id) as patent_ids
    from pledge join organisation on organisation.id = bank_id join pledge_patent on pledge_id = pledge.id
    where firm_id = ${firm_id} and live and removed_at is null
    group by bank_id, organisation.name order by bank_id`;
}
