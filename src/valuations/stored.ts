/** Stored valuations with everything that went into them, as the models take it. */
import type { ValuationInputs } from '../../models/valuation.ts';
import type { Sql } from '../db/client.ts';
import { inputsWith, type ModelSet, type OwnInputs } from './models.ts';
import { modelsById } from './store.ts';

export interface StoredValuation {
  patent_id: string;
  valuation_id: string;
  mid_minor: number | null;
  inputs: ValuationInputs;
}

interface Row extends OwnInputs {
  patent_id: string;
  valuation_id: string;
  mid_minor: number | null;
  model_set_id: string;
}

/** By valuation id. Those whose inputs were not kept whole, because they were made before that began, are left out. */
export async function storedValuations(
  sql: Sql,
  valuation_ids: readonly string[],
): Promise<Map<string, StoredValuation>> {
  const rows = await sql<Row[]>`
    select patent_id, valuation_id, as_of, mid_minor, detail -> 'facts' as facts, detail -> 'declared' as declared,
      model_set_id
    from valuation where valuation_id = any(${valuation_ids as string[]}) and model_set_id is not null`;
  const sets = await modelsById(sql, [...new Set(rows.map(({ model_set_id }) => model_set_id))]);
  return new Map(rows.map((row) => [row.valuation_id, storedValuation(row, sets.get(row.model_set_id)!)]));
}

function storedValuation(row: Row, models: ModelSet): StoredValuation {
  const { patent_id, valuation_id, mid_minor } = row;
  return { patent_id, valuation_id, mid_minor, inputs: inputsWith(models, row) };
}
