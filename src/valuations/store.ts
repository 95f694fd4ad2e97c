/** What valuations are made with, and the valuations. All of it is append-only. */
import type { CalendarDate } from '../../models/types.ts';
import { canonicalJson } from '../canonical.ts';
import type { Sql, Transaction } from '../db/client.ts';
import { recent } from '../recent.ts';
import { assumptionsKnown } from './assumptions.ts';
import { type ModelSet, modelSet, PART_KINDS, type Part, type PartName, partOf } from './models.ts';

/** Some hundred kilobytes each. */
const KEPT_SETS = 4;
/** By id, which follows from what is in them. */
const sets = recent<ModelSet>(KEPT_SETS);

/** Fitting the same data again is the same version. */
export async function storeVersion(
  sql: Sql | Transaction,
  kind: string,
  { id, parameters, parameters_sha256 }: Part<unknown>,
  trained_to: CalendarDate,
  now: Date,
): Promise<void> {
  const digest = Buffer.from(parameters_sha256, 'hex');
  await sql`insert into model_version (id, kind, parameters, parameters_sha256, trained_to, created_at)
    values (${id}, ${kind}, ${canonicalJson(parameters)}::text::jsonb, ${digest}, ${trained_to}, ${now})
    on conflict (id) do nothing`;
}

/** Stores a set with its parts. Ids follow from content: fitting the same data again is the same set. */
export async function storeModels(sql: Sql, models: ModelSet, now: Date): Promise<ModelSet> {
  const { trained_to } = models.lapse.parameters;
  for (const [name, kind] of Object.entries(PART_KINDS) as [PartName, string][]) {
    const part = models[name];
    if (part === null) continue;
    await storeVersion(sql, kind, part, trained_to, now);
  }
  const { id, lapse, market, calibration, assumptions } = models;
  await sql`insert into model_set (id, lapse_id, market_id, calibration_id, assumptions_id, created_at)
    values (${id}, ${lapse.id}, ${market?.id ?? null}, ${calibration?.id ?? null}, ${assumptions.id}, ${now})
    on conflict (id) do nothing`;
  return models;
}

/**
 * The latest models that were fitted by an instant, with the assumptions of this program and the haircuts adopted by then,
 * which are stored when they are first used; null when there are none.
 */
export async function latestModels(sql: Sql, now: Date): Promise<ModelSet | null> {
  const [rows, known] = await Promise.all([
    sql<SetRow[]>`select * from model_set where created_at <= ${now}
      order by created_at desc, number desc limit 1`,
    assumptionsKnown(sql, now),
  ]);
  const latest = rows[0] ? await sets(rows[0].id, async () => (await withParts(sql, rows))[0]!) : null;
  const assumptions = partOf('assumptions', known);
  if (latest === null || latest.assumptions.id === assumptions.id) return latest;
  return storeModels(sql, modelSet({ ...latest, assumptions }), now);
}

/** By id, as they were stored. */
export async function modelsById(sql: Sql, ids: readonly string[]): Promise<Map<string, ModelSet>> {
  const rows = await sql<SetRow[]>`select * from model_set where id = any(${ids as string[]})`;
  return new Map((await withParts(sql, rows)).map((models) => [models.id, models]));
}

interface SetRow {
  id: string;
  lapse_id: string;
  market_id: string | null;
  calibration_id: string | null;
  assumptions_id: string;
}

async function withParts(sql: Sql, rows: readonly SetRow[]): Promise<ModelSet[]> {
  const ids = rows.flatMap((row) => [row.lapse_id, row.market_id, row.calibration_id, row.assumptions_id]);
  const stored = await sql<Part<never>[]>`
    select id, encode(parameters_sha256, 'hex') as parameters_sha256, parameters from model_version
    where id = any(${[...new Set(ids)] as string[]})`;
  const parts = new Map(stored.map((part) => [part.id, part]));
  return rows.map((row) => ({
    id: row.id,
    lapse: parts.get(row.lapse_id)!,
    market: parts.get(row.market_id ?? '') ?? null,
    calibration: parts.get(row.calibration_id ?? '') ?? null,
    assumptions: parts.get(row.assumptions_id)!,
  }));
}

export interface ValuationRow {
  patent_id: string;
  valuation_id: string;
  as_of: CalendarDate;
  model_version_id: string;
  model_set_id: string;
  input_sha256: string;
  status: 'valued' | 'worthless' | 'unknown';
  currency: string;
  low_minor: number | null;
  mid_minor: number | null;
  high_minor: number | null;
  collateral_minor: number | null;
  detail: Record<string, unknown>;
}

/** @returns how many were new; equal inputs under equal models are there already */
export async function appendValuations(tx: Transaction, rows: ValuationRow[], now: Date): Promise<number> {
  const inserted = await tx`insert into valuation (patent_id, valuation_id, as_of, known_at, model_version_id,
      model_set_id, input_sha256, status, currency, low_minor, mid_minor, high_minor, collateral_minor, detail)
    select patent_id, valuation_id, as_of, ${now}::timestamptz, model_version_id, model_set_id, input_sha256, status,
      currency, low_minor, mid_minor, high_minor, collateral_minor, detail
    from jsonb_to_recordset(${tx.json(rows as never)}) as row (patent_id uuid, valuation_id text, as_of date,
      model_version_id text, model_set_id text, input_sha256 bytea, status text, currency text, low_minor bigint,
      mid_minor bigint, high_minor bigint, collateral_minor bigint, detail jsonb)
    on conflict (patent_id, input_sha256, model_version_id) do nothing`;
  return inserted.count;
}

/** What a patent was last valued at. */
export type LastValue = Pick<
  ValuationRow,
  | 'patent_id'
  | 'valuation_id'
  | 'as_of'
  | 'status'
  | 'low_minor'
  | 'mid_minor'
  | 'high_minor'
  | 'collateral_minor'
>;

/** @returns null when the reader may see no such valuation */
export async function findValue(sql: Sql, valuation_id: string): Promise<LastValue | null> {
  const [row] = await sql<LastValue[]>`
    select patent_id, valuation_id, as_of, status, low_minor, mid_minor, high_minor, collateral_minor
    from valuation where valuation_id = ${valuation_id} limit 1`;
  return row ?? null;
}

/** The last valuations up to a day that the reader may see, by patent id; the latest known of one day counts. */
export async function lastValues(
  sql: Sql,
  patent_ids: readonly string[],
  up_to: CalendarDate,
): Promise<Map<string, LastValue>> {
  const rows = await sql<LastValue[]>`
    select distinct on (patent_id) patent_id, valuation_id, as_of, status, low_minor, mid_minor, high_minor, collateral_minor
    from valuation where patent_id = any(${patent_ids as string[]}::uuid[]) and as_of <= ${up_to}
    order by patent_id, as_of desc, known_at desc, valuation_id`;
  return new Map(rows.map((row) => [row.patent_id, row]));
}
