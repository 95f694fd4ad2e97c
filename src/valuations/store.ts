/** Fitted models and the valuations made with them. Both are append-only. */

import type { LapseModel } from '../../models/lapse/types.ts';
import type { CalendarDate } from '../../models/types.ts';
import { canonicalJson, sha256 } from '../canonical.ts';
import type { Sql, Transaction } from '../db/client.ts';

export const LAPSE_MODEL_KIND = 'lapse-hazard';

export interface StoredModel {
  id: string;
  model: LapseModel;
}

/** @returns the model with an id derived from its content: fitting the same data again is the same version */
export async function storeModel(sql: Sql, model: LapseModel, now: Date): Promise<StoredModel> {
  const parameters = canonicalJson(model);
  const digest = sha256(`${LAPSE_MODEL_KIND}|${parameters}`);
  const id = `mdl_${digest.toString('hex').slice(0, 24)}`;
  await sql`insert into model_version (id, kind, parameters, parameters_sha256, trained_to, created_at)
    values (${id}, ${LAPSE_MODEL_KIND}, ${parameters}::text::jsonb, ${digest}, ${model.trained_to}, ${now})
    on conflict (id) do nothing`;
  return { id, model };
}

/** The latest model that was fitted by an instant; null when there is none. */
export async function latestModel(sql: Sql, known_at: Date): Promise<StoredModel | null> {
  const [row] = await sql<{ id: string; parameters: LapseModel }[]>`
    select id, parameters from model_version where kind = ${LAPSE_MODEL_KIND} and created_at <= ${known_at}
    order by trained_to desc, created_at desc limit 1`;
  return row ? { id: row.id, model: row.parameters } : null;
}

export interface ValuationRow {
  patent_id: string;
  valuation_id: string;
  as_of: CalendarDate;
  model_version_id: string;
  input_sha256: string;
  status: 'valued' | 'worthless' | 'unknown';
  currency: string;
  low_minor: number | null;
  mid_minor: number | null;
  high_minor: number | null;
  collateral_minor: number | null;
  detail: Record<string, unknown>;
}

/** @returns how many were new; equal inputs under an equal model are there already */
export async function appendValuations(tx: Transaction, rows: ValuationRow[], now: Date): Promise<number> {
  const inserted = await tx`insert into valuation (patent_id, valuation_id, as_of, known_at, model_version_id,
      input_sha256, status, currency, low_minor, mid_minor, high_minor, collateral_minor, detail)
    select patent_id, valuation_id, as_of, ${now}::timestamptz, model_version_id, input_sha256, status, currency,
      low_minor, mid_minor, high_minor, collateral_minor, detail
    from jsonb_to_recordset(${tx.json(rows as never)}) as row (patent_id uuid, valuation_id text, as_of date,
      model_version_id text, input_sha256 bytea, status text, currency text, low_minor bigint, mid_minor bigint,
      high_minor bigint, collateral_minor bigint, detail jsonb)
    on conflict (patent_id, input_sha256, model_version_id) do nothing`;
  return inserted.count;
}
