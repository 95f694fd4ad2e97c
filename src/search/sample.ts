/**
 * A fixed share of all patents, one of 32, which has an index of its own beside that of all (migrations/0071_search_sample.sql):
 * where that share already holds as many patents as a question looks at, the index of all is not asked, which would first
 * tell every patent that meets it. Ids are hashes, so those that begin lowest are a fair share of anything.
 */
import type postgres from 'postgres';
import type { Sql } from '../db/client.ts';

/** Every id of the share is below it. */
export const SHARE_ENDS = '08000000-0000-0000-0000-000000000000';

/**
 * The first `limit` rows of a question about `patent_search`: those of the share, and of the others as many as are still read.
 * @param ask the question, which holds the condition that it is given
 */
export function shareFirst(
  sql: Sql,
  ask: (whose: postgres.Fragment) => postgres.Fragment,
  limit: number,
): postgres.Fragment {
  // Written out, not as parameters: a plan for any value would not know the index, and take a tenth of the rows to be enough.
  const below = sql.unsafe(`patent_id < '${SHARE_ENDS}'`);
  const above = sql.unsafe(`patent_id >= '${SHARE_ENDS}'`);
  const few = sql.unsafe(`limit ${limit}`);
  return sql`(${ask(below)} ${few}) union all (${ask(above)} ${few}) ${few}`;
}
