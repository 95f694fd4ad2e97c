/** Stored valuations with everything that went into them, as the models take it. */
import { DEFAULT_ASSUMPTIONS } from '../../models/assumptions.ts';
import type { LapseModel } from '../../models/lapse/types.ts';
import type { CalendarDate, DeclaredUse, PatentFacts } from '../../models/types.ts';
import type { ValuationInputs } from '../../models/valuation.ts';
import type { Sql } from '../db/client.ts';

export interface StoredValuation {
  patent_id: string;
  valuation_id: string;
  mid_minor: number | null;
  inputs: ValuationInputs;
}

interface Row {
  patent_id: string;
  valuation_id: string;
  as_of: CalendarDate;
  mid_minor: number | null;
  facts: PatentFacts;
  declared: DeclaredUse | null;
  lapse_model: LapseModel;
}

/**
 * By valuation id. Assumptions are those of today: what they have changed since shows as a difference to the stored
 * figures. Valuations of a model older than pledgewatch-valuation/2 are left out: their inputs are of another form.
 */
export async function storedValuations(
  sql: Sql,
  valuation_ids: readonly string[],
): Promise<Map<string, StoredValuation>> {
  const rows = await sql<Row[]>`
    select patent_id, valuation_id, as_of, mid_minor, detail -> 'facts' as facts, detail -> 'declared' as declared,
      parameters as lapse_model
    from valuation join model_version on model_version.id = model_version_id
    where valuation_id = any(${valuation_ids as string[]}) and detail ? 'declared'`;
  return new Map(rows.map((row) => [row.valuation_id, storedValuation(row)]));
}

function storedValuation({ patent_id, valuation_id, mid_minor, ...inputs }: Row): StoredValuation {
  return {
    patent_id,
    valuation_id,
    mid_minor,
    inputs: { ...inputs, market: null, calibration: null, assumptions: DEFAULT_ASSUMPTIONS },
  };
}
