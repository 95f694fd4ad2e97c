/** A valuation of a pledge's value flow, made again from what was kept of it. */
import type { Sentence } from '../../models/sentences.ts';
import type { CalendarDate, DeclaredUse, PatentFacts } from '../../models/types.ts';
import type { Caller } from '../accounts/store.ts';
import type { Sql } from '../db/client.ts';
import { Problem } from '../errors.ts';
import { findPledge } from '../pledges/store.ts';
import { inputSha256, inputsWith, type ModelSet } from './models.ts';
import { contentOf, firstDifference, type ReceiptContent } from './receipt.ts';
import { say } from './sentences.ts';
import { modelsById } from './store.ts';

/** A valuation as it was stored. */
interface StoredRow {
  valuation_id: string;
  as_of: CalendarDate;
  known_at: Date;
  /** Hexadecimal. */
  input_sha256: string;
  status: string;
  currency: string;
  low_minor: number | null;
  mid_minor: number | null;
  high_minor: number | null;
  collateral_minor: number | null;
  detail: { facts: PatentFacts; declared: DeclaredUse | null } & Record<string, unknown>;
  /** Null in what was made before its inputs were kept whole. */
  model_set_id: string | null;
}

/** @throws Problem `not_found` where the caller sees none, `conflict` where it does not come out as it was stored */
export async function valuationAgain(
  sql: Sql,
  caller: Caller,
  pledge_id: string,
  valuation_id: string,
): Promise<ReceiptContent> {
  const pledge = await findPledge(sql, pledge_id, caller);
  if (!pledge) throw new Problem('not_found', 'There is no such pledge.');
  const stored = await valuationOfPledge(sql, pledge_id, valuation_id);
  if (!stored) throw new Problem('not_found', 'There is no such valuation in this pledge’s value flow.');
  const { model_set_id } = stored;
  const [models] = (await modelsById(sql, model_set_id === null ? [] : [model_set_id])).values();
  return recomputed(stored, models);
}

async function valuationOfPledge(
  sql: Sql,
  pledge_id: string,
  valuation_id: string,
): Promise<StoredRow | undefined> {
  const [row] = await sql<StoredRow[]>`
    select valuation_id, valuation.as_of, valuation.known_at, encode(input_sha256, 'hex') as input_sha256,
      valuation.status, currency, valuation.low_minor, valuation.mid_minor, valuation.high_minor,
      valuation.collateral_minor, detail, model_set_id
    from pledge_valuation
    cross join lateral jsonb_to_recordset(pledge_valuation.patents) as part (patent_id uuid, valuation_id text)
    join valuation using (patent_id, valuation_id)
    where pledge_id = ${pledge_id} and valuation_id = ${valuation_id} limit 1`;
  return row;
}

/** @throws Problem `conflict` when it is not, to the last bit, what was stored */
function recomputed(row: StoredRow, models: ModelSet | undefined): ReceiptContent {
  if (!models) throw changed(row, say('valuation_older'));
  const { facts, declared, ...kept } = row.detail;
  const own = { as_of: row.as_of, facts, declared };
  if (inputSha256(models, own) !== row.input_sha256) throw changed(row, say('valuation_inputs'));
  const content = contentOf(inputsWith(models, own), row.known_at.toISOString());
  const difference = firstDifference(storedContent(row, models, kept, content), content);
  if (difference === null) return content;
  throw changed(row, say('valuation_result', difference));
}

/** The content with all that is stored of it in its place; the collateral in major units is not, its minor units are. */
function storedContent(row: StoredRow, models: ModelSet, kept: object, content: ReceiptContent) {
  const { valuation_id, low_minor, mid_minor, high_minor, collateral_minor, status, currency } = row;
  const { id: model_set_id, lapse: lapse_model, market, calibration, assumptions } = models;
  const { collateral } = content.result.valuation;
  const valuation = { collateral, ...kept, status, currency };
  return {
    ...content,
    lapse_model,
    market,
    calibration,
    assumptions,
    model_set_id,
    valuation_id,
    result: { valuation, low_minor, mid_minor, high_minor, collateral_minor },
  };
}

function changed({ valuation_id, known_at }: StoredRow, reason: Sentence): Problem {
  return new Problem(
    'conflict',
    say('valuation_changed', { valuation_id, known_at: known_at.toISOString(), reason }),
  );
}
