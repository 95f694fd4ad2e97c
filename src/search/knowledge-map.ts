/**
 * Fields, owners and years: where patents are, whose they are and what became of them. Sums that are kept up with the search
 * rows: what a patent counted for is taken away before its row is derived anew, and what it counts for then is added.
 */
import type { Sql, Transaction } from '../db/client.ts';
import type { Derivation } from '../patents/derived.ts';

/** Owners that are told by name; all others are one. */
export const MAX_MAP_OWNERS = 50;

export interface MapFilter {
  fields: readonly number[];
  office: string | null;
  /** Beginning of the owner's name, in any letter case. */
  owner: string | null;
  from_year: number;
  to_year: number;
}

interface Counts {
  filings: number;
  grants: number;
  in_force: number;
  ended: number;
}

export interface KnowledgeMap {
  total: Counts;
  /** By field and year, in that order. */
  cells: (Counts & { field: number | null; filing_year: number })[];
  /** Most filings first. */
  owners: (Counts & { owner: string | null; fields: { field: number | null; filings: number }[] })[];
  /** Of all owners that are not told by name. */
  other: Counts;
}

const ENDED = ['lapsed', 'expired', 'surrendered', 'invalidated', 'refused', 'withdrawn'];

export const takeFromMap: Derivation = (tx, patent_ids) => count(tx, patent_ids, -1);
export const addToMap: Derivation = (tx, patent_ids) => count(tx, patent_ids, 1);

async function count(tx: Transaction, patent_ids: readonly string[], sign: 1 | -1): Promise<void> {
  await tx`
    insert into knowledge_cell as cell (field, office, filing_year, owner, filings, grants, in_force, ended)
    ${mapRows(tx, tx`where patent_id = any(${patent_ids as string[]}::uuid[]) and`)}
    on conflict (field, filing_year, office, owner) do update set
      filings = cell.filings + ${sign} * excluded.filings, grants = cell.grants + ${sign} * excluded.grants,
      in_force = cell.in_force + ${sign} * excluded.in_force, ended = cell.ended + ${sign} * excluded.ended`;
}

/** What search rows count for, in the order in which cells are locked. */
export function mapRows(sql: Sql, where: ReturnType<Sql>) {
  return sql`select coalesce(field, 0) as field, office, extract(year from filed_on)::smallint as filing_year,
      upper(coalesce(owners[1], '')) collate "C" as owner, count(*) as filings, count(granted_on) as grants,
      count(*) filter (where legal_state = 'in_force') as in_force,
      count(*) filter (where legal_state = any(${ENDED})) as ended
    from patent_search ${where} filed_on is not null group by 1, 2, 3, 4 order by 1, 3, 2, 4`;
}

const SUMS = `coalesce(sum(filings), 0)::bigint as filings, coalesce(sum(grants), 0)::bigint as grants,
  coalesce(sum(in_force), 0)::bigint as in_force, coalesce(sum(ended), 0)::bigint as ended`;

/** @param owners how many to tell by name, at most MAX_MAP_OWNERS */
export async function knowledgeMap(sql: Sql, filter: MapFilter, owners: number): Promise<KnowledgeMap> {
  const { fields, office, owner, from_year, to_year } = filter;
  const chosen = sql`from knowledge_cell where filing_year between ${from_year} and ${to_year} and filings > 0
    and ${fields.length === 0 ? sql`true` : sql`field = any(${fields as number[]})`}
    and ${office === null ? sql`true` : sql`office = ${office}`}
    and ${owner === null ? sql`true` : sql`starts_with(owner, ${owner.toUpperCase()})`}`;
  const sums = sql.unsafe(SUMS);
  const [total] = await sql<Counts[]>`select ${sums} ${chosen}`;
  const cells = await sql<KnowledgeMap['cells']>`
    select nullif(field, 0) as field, filing_year, ${sums} ${chosen} group by field, filing_year
    order by knowledge_cell.field, filing_year`;
  const named = await sql<(Counts & { owner: string | null })[]>`
    select nullif(owner, '') as owner, ${sums} ${chosen} group by knowledge_cell.owner
    order by filings desc, knowledge_cell.owner limit ${owners}`;
  const by_field = await sql<{ owner: string; field: number | null; filings: number }[]>`
    select owner, nullif(field, 0) as field, sum(filings)::bigint as filings ${chosen}
      and owner = any(${named.map((each) => each.owner ?? '')})
    group by owner, knowledge_cell.field order by owner, knowledge_cell.field`;
  const fieldsOf = Map.groupBy(by_field, (each) => each.owner);
  return {
    total: total!,
    cells: [...cells],
    owners: named.map((each) => ({
      ...each,
      fields: (fieldsOf.get(each.owner ?? '') ?? []).map(({ field, filings }) => ({ field, filings })),
    })),
    other: named.reduce((left, each) => less(left, each), total!),
  };
}

function less(a: Counts, b: Counts): Counts {
  return {
    filings: a.filings - b.filings,
    grants: a.grants - b.grants,
    in_force: a.in_force - b.in_force,
    ended: a.ended - b.ended,
  };
}
