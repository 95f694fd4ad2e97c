import type { Sql } from '../db/client.ts';
import { flagsAt } from '../risk/store.ts';

/**
 * SHA-256 of all that a value flow is made of, taken where the rows are: what stays the same need not be read. Of the points,
 * which are the most, how many there are and which transactions wrote them.
 * @returns null when the pledge is not there for whoever asks
 */
export async function flowDigest(sql: Sql, pledge_id: string, known_at: Date): Promise<string | null> {
  const [row] = await sql<{ digest: string }[]>`
    select encode(sha256(convert_to(concat_ws(E'\n', pledge,
      (select concat(count(*), ' ', sum(xmin::text::bigint)) from pledge_valuation
        where pledge_id = pledge.id and known_at <= ${known_at}),
      (select string_agg(move::text, E'\n' order by moved_at, id) from pledge_move move
        where pledge_id = pledge.id and moved_at <= ${known_at}),
      (select string_agg(standing::text, E'\n' order by id) from (${flagsAt(sql, pledge_id, known_at)}) standing)
    ), 'UTF8')), 'hex') as digest
    from pledge where pledge.id = ${pledge_id}`;
  return row?.digest ?? null;
}
