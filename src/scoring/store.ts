/** Indicator tables that organisations loaded, and scores of pledged patents: the queries. Rows are never changed. */
import type { IndicatorTable } from '../../models/scoring/table.ts';
import type { TreeScore } from '../../models/scoring/tree.ts';
import type { Sql, Transaction } from '../db/client.ts';

export interface TableSummary {
  standard_version: string;
  scenarios: string[];
  /** Nodes of each level, the first level first. */
  level_counts: number[];
  /** Share of the nodes that were read in the standard itself. */
  verified_share: number;
  sources: string[];
}

export interface ListedTable {
  /** SHA-256 of the content. */
  id: string;
  /** Null for the shipped table, as is `loaded_at`. */
  organisation_id: string | null;
  summary: TableSummary;
  loaded_at: Date | null;
}

export interface ScoringTable extends ListedTable {
  content: IndicatorTable;
}

export interface PledgeScore extends TreeScore {
  pledge_id: string;
  /** From 1, within the pledge. */
  number: number;
  patent_id: string;
  table_id: string;
  /** Null for the shipped table. */
  table_owner_id: string | null;
  input_sha256: string;
  /** Who scored. */
  organisation_id: string;
  scored_at: Date;
}

/** @returns false when the organisation has the table already */
export async function insertTable(
  tx: Transaction,
  { content, summary, ...table }: ScoringTable & { key_id: string },
): Promise<boolean> {
  const row = { ...table, summary: tx.json(summary as never), content: tx.json(content as never) };
  const inserted = await tx`insert into scoring_table ${tx(row)} on conflict do nothing`;
  return inserted.count === 1;
}

export async function ownTable(
  sql: Sql | Transaction,
  organisation_id: string,
  id: string,
): Promise<ScoringTable | null> {
  const [row] = await sql<ScoringTable[]>`
    select id, organisation_id, summary, content, loaded_at from scoring_table
    where organisation_id = ${organisation_id} and id = ${id}`;
  return row ?? null;
}

/** In order of id, those after `after`. */
export async function ownTables(
  sql: Sql,
  organisation_id: string,
  after: string,
  limit: number,
): Promise<ListedTable[]> {
  return sql<ListedTable[]>`
    select id, organisation_id, summary, loaded_at from scoring_table
    where organisation_id = ${organisation_id} and id > ${after} order by id limit ${limit}`;
}

/** The caller holds the pledge's lock, which makes the number its own. */
export async function insertScore(
  tx: Transaction,
  score: Omit<PledgeScore, 'number'> & { key_id: string },
): Promise<PledgeScore> {
  const { key_id, ...shown } = score;
  const [last] = await tx<{ number: number }[]>`
    select coalesce(max(number), 0) as number from pledge_score where pledge_id = ${score.pledge_id}`;
  const stored = { ...shown, number: last!.number + 1 };
  const row = {
    ...stored,
    key_id,
    missing: tx.json(score.missing),
    contributions: tx.json(score.contributions as never),
    input_sha256: Buffer.from(score.input_sha256, 'hex'),
  };
  await tx`insert into pledge_score ${tx(row)}`;
  return stored;
}

/** Newest first, those before the number `before`. */
export async function scoresOf(
  sql: Sql,
  pledge_id: string,
  before: number | null,
  limit: number,
): Promise<PledgeScore[]> {
  return sql<PledgeScore[]>`
    select pledge_id, number, patent_id, table_id, table_owner_id, standard_version, scenario, score, verified,
      leaf_count, missing, contributions, encode(input_sha256, 'hex') as input_sha256, organisation_id, scored_at
    from pledge_score where pledge_id = ${pledge_id} and (${before}::integer is null or number < ${before})
    order by number desc limit ${limit}`;
}
