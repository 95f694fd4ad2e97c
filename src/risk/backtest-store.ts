/** Backtests of rule sets: the queries. */
import type { SetFigures } from '../../models/risk/backtest.ts';
import type { Period } from '../../models/risk/measure.ts';
import type { RuleSet } from '../../models/risk/rule-set.ts';
import { canonicalJson, sha256 } from '../canonical.ts';
import type { Sql, Transaction } from '../db/client.ts';

export interface BacktestResult extends Period {
  /** With it and the same database the same patents are drawn. */
  seed: number;
  patents: number;
  /** Of these, under the bank's own live pledges. */
  own_patents: number;
  /** Patents of its own pledges that took no part. */
  left_out: number;
  proposed: SetFigures;
  /** The set in force, 0 for the default. */
  in_force: SetFigures & { version: number };
}

export interface StoredBacktest {
  id: string;
  settings: RuleSet;
  /** Hexadecimal, of their canonical JSON. */
  settings_sha256: string;
  /** It rests on what was known of the patents by then. */
  known_at: Date;
  made_by: string;
  result: BacktestResult;
}

export function settingsHash(settings: RuleSet): string {
  return sha256(canonicalJson(settings)).toString('hex');
}

export async function insertBacktest(
  tx: Transaction,
  bank_id: string,
  { id, settings, settings_sha256, known_at, made_by, result }: StoredBacktest,
): Promise<void> {
  await tx`insert into rule_backtest (bank_id, id, settings, settings_sha256, known_at, made_by, result)
    values (${bank_id}, ${id}, ${tx.json(settings as never)}, ${Buffer.from(settings_sha256, 'hex')}, ${known_at},
      ${made_by}, ${tx.json(result as never)})`;
}

/** Who of a bank had exactly these settings tested on what was known in a span. */
export async function testersOf(
  tx: Transaction,
  bank_id: string,
  settings: RuleSet,
  { since, until }: { since: Date; until: Date },
): Promise<string[]> {
  const hash = Buffer.from(settingsHash(settings), 'hex');
  const rows = await tx<{ made_by: string }[]>`select distinct made_by from rule_backtest
    where bank_id = ${bank_id} and settings_sha256 = ${hash} and known_at between ${since} and ${until}`;
  return rows.map(({ made_by }) => made_by);
}

/** Newest first. @param before only those made before that one */
export async function backtestsOf(
  sql: Sql,
  bank_id: string,
  limit: number,
  before: string | undefined,
): Promise<StoredBacktest[]> {
  return sql<StoredBacktest[]>`
    select id, settings, encode(settings_sha256, 'hex') as settings_sha256, known_at, made_by, result
    from rule_backtest where bank_id = ${bank_id} ${before === undefined ? sql`` : sql`and id < ${before}`}
    order by id desc limit ${limit}`;
}

/** @returns null where the bank has no such backtest */
export async function findBacktest(sql: Sql, bank_id: string, id: string): Promise<StoredBacktest | null> {
  const [stored] = await sql<StoredBacktest[]>`
    select id, settings, encode(settings_sha256, 'hex') as settings_sha256, known_at, made_by, result
    from rule_backtest where bank_id = ${bank_id} and id = ${id}`;
  return stored ?? null;
}
