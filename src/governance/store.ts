/** The registry of models: specifications, and their versions, reviews and comparisons, which are append-only. */
import type { Materiality } from '../../models/governance/registry.ts';
import type { CalendarDate } from '../../models/types.ts';
import { canonicalJson, sha256 } from '../canonical.ts';
import type { Sql, Transaction } from '../db/client.ts';
import { versionOf } from '../valuations/models.ts';
import { storeVersion } from '../valuations/store.ts';
import type { Compared, Comparison, RegisteredMetric } from './comparison.ts';
import type { FittedModel } from './runnable.ts';

/** Versions, reviews and comparisons shown of one model, newest first. */
export const SHOWN_ROWS = 120;

export type Role = 'champion' | 'challenger' | 'retired';

export interface Specification extends RegisteredMetric {
  id: string;
  task: string;
  kind: string;
  role: Role;
  author: string;
  materiality: Materiality;
  limits: string;
  review_triggers: string[];
}

export interface Version {
  id: string;
  specification_id: string;
  trained_to: CalendarDate;
  created_at: Date;
  parameters_sha256: string;
  /** Annuity due dates that it was fitted to, and how many of them stayed unpaid. */
  rows: number;
  events: number;
}

export interface Review {
  specification_id: string;
  decision: 'approved' | 'refused';
  note: string;
  organisation_id: string;
  key_id: string;
  reviewed_at: Date;
}

export interface StoredComparison {
  id: string;
  champion_id: string;
  challenger_id: string;
  champion_version_id: string;
  challenger_version_id: string;
  compared_at: Date;
  promote: boolean;
  result: Comparison;
}

/** Champions first, then by id. */
export async function listSpecifications(sql: Sql): Promise<Specification[]> {
  return sql<Specification[]>`select * from model_specification
    order by array_position(array['champion', 'challenger', 'retired'], role), task, id`;
}

/** Every specification of the task that one belongs to, held until the end of the transaction; none when it is unknown. */
export async function lockTask(tx: Transaction, specification_id: string): Promise<Specification[]> {
  return tx<Specification[]>`select * from model_specification
    where task = (select task from model_specification where id = ${specification_id}) order by id for update`;
}

export async function setRole(tx: Transaction, specification_id: string, role: Role): Promise<void> {
  await tx`update model_specification set role = ${role} where id = ${specification_id}`;
}

/** Newest first. */
export async function versionsOf(sql: Sql, specification_id: string): Promise<Version[]> {
  return sql<Version[]>`select ${versionColumns(sql)} from model_version
    where specification_id = ${specification_id} order by trained_to desc, created_at desc limit ${SHOWN_ROWS}`;
}

/** The last version of each specification. */
export async function latestVersions(sql: Sql): Promise<Version[]> {
  return sql<Version[]>`select distinct on (specification_id) ${versionColumns(sql)} from model_version
    order by specification_id, trained_to desc, created_at desc`;
}

function versionColumns(sql: Sql) {
  return sql`id, specification_id, trained_to, created_at, encode(parameters_sha256, 'hex') as parameters_sha256,
    (parameters ->> 'rows')::bigint as rows, (parameters ->> 'events')::bigint as events`;
}

export async function reviewsOf(sql: Sql, specification_id: string): Promise<Review[]> {
  return sql<Review[]>`select * from model_review where specification_id = ${specification_id}
    order by id desc limit ${SHOWN_ROWS}`;
}

export async function latestReviews(sql: Sql): Promise<Review[]> {
  return sql<
    Review[]
  >`select distinct on (specification_id) * from model_review order by specification_id, id desc`;
}

export async function insertReview(tx: Transaction, review: Review): Promise<void> {
  await tx`insert into model_review ${tx(review)}`;
}

/** Of a specification on either side. */
export async function comparisonsOf(sql: Sql, specification_id: string): Promise<StoredComparison[]> {
  return sql<StoredComparison[]>`select * from model_comparison
    where champion_id = ${specification_id} or challenger_id = ${specification_id}
    order by number desc limit ${SHOWN_ROWS}`;
}

export async function findComparison(sql: Sql, id: string): Promise<StoredComparison | null> {
  const [row] = await sql<StoredComparison[]>`select * from model_comparison where id = ${id}`;
  return row ?? null;
}

/** The last comparison of two specifications in these roles. */
export async function latestComparison(
  sql: Sql,
  champion_id: string,
  challenger_id: string,
): Promise<StoredComparison | null> {
  const [row] = await sql<StoredComparison[]>`select * from model_comparison
    where champion_id = ${champion_id} and challenger_id = ${challenger_id} order by number desc limit 1`;
  return row ?? null;
}

/** When a champion last lost a comparison, by its id. */
export async function lastDefeats(sql: Sql): Promise<Map<string, Date>> {
  const rows = await sql<{ champion_id: string; at: Date }[]>`
    select champion_id, max(compared_at) as at from model_comparison where promote group by champion_id`;
  return new Map(rows.map(({ champion_id, at }) => [champion_id, at]));
}

/** Stores a comparison with both fitted versions. @returns the row; the same result is stored once */
export async function storeComparison(
  tx: Transaction,
  champion: Specification,
  challenger: Specification,
  compared: Compared,
  now: Date,
): Promise<StoredComparison> {
  const champion_version_id = await storeFitted(tx, champion.kind, compared.champion, now);
  const challenger_version_id = await storeFitted(tx, challenger.kind, compared.challenger, now);
  const content = {
    champion_id: champion.id,
    challenger_id: challenger.id,
    champion_version_id,
    challenger_version_id,
    promote: compared.comparison.promote,
    result: compared.comparison,
  };
  const id = `cmp_${sha256(canonicalJson(content)).toString('hex').slice(0, 24)}`;
  const row = { id, ...content, result: tx.json(content.result as never), compared_at: now };
  await tx`insert into model_comparison ${tx(row)} on conflict (id) do nothing`;
  return (await findComparison(tx, id))!;
}

/** Valuations name versions alike, so a monthly refit and a comparison on the same data share one. */
async function storeFitted(
  tx: Transaction,
  kind: string,
  { parameters }: FittedModel,
  now: Date,
): Promise<string> {
  const version = versionOf(kind, parameters);
  await storeVersion(tx, kind, version, parameters.trained_to, now);
  return version.id;
}
