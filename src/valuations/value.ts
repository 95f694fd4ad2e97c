/** One patent's valuation: facts and models in, a row to store out. No I/O. */

import { toMajor, toMinor } from '../../models/money.ts';
import type { CalendarDate, CohortRanks, DeclaredUse } from '../../models/types.ts';
import { type Valuation, type ValuationInputs, valuePatent } from '../../models/valuation.ts';
import type { KnownPatent } from '../patents/facts.ts';
import { inputSha256, inputsWith, type ModelSet, valuationId } from './models.ts';
import type { ValuationRow } from './store.ts';

/** What the pledgor declares of a patent's use, in minor units of the pledge's currency; null where it says nothing. */
export interface DeclaredUseMinor {
  annual_revenue_minor: number | null;
  industry: string | null;
  launch_value_minor: number | null;
  development_cost_minor: number | null;
  reproduction_cost_minor: number | null;
}

export interface Valued {
  row: ValuationRow;
  inputs: ValuationInputs;
  valuation: Valuation;
}

/**
 * @param use declared by the pledgor, in minor units of `currency`
 * @param standing left out where nothing is known of it
 */
export function value(
  patent: KnownPatent,
  use: DeclaredUseMinor,
  currency: string,
  models: ModelSet,
  as_of: CalendarDate,
  standing?: CohortRanks,
): Valued {
  const facts = standing ? { ...patent.facts, standing } : patent.facts;
  const declared = declaredUse(use, currency);
  const own = { as_of, facts, declared };
  const inputs = inputsWith(models, own);
  const valuation = valuePatent(inputs);
  const input_sha256 = inputSha256(models, own);
  const minor = (major: number | undefined | null) =>
    major === undefined || major === null ? null : toMinor(major, valuation.currency);
  const { status, weighted, collateral, ...detail } = valuation;
  return {
    inputs,
    valuation,
    row: {
      patent_id: patent.patent_id,
      valuation_id: valuationId(input_sha256),
      as_of,
      model_version_id: models.lapse.id,
      model_set_id: models.id,
      input_sha256: `\\x${input_sha256}`,
      status,
      currency: valuation.currency,
      low_minor: minor(weighted?.p10),
      mid_minor: minor(weighted?.p50),
      high_minor: minor(weighted?.p90),
      collateral_minor: minor(collateral),
      detail: { ...detail, weighted, facts, declared },
    },
  };
}

/** In major units; null when the pledgor declares nothing at all. */
function declaredUse(use: DeclaredUseMinor, currency: string): DeclaredUse | null {
  const major = (minor: number | null) => (minor === null ? null : toMajor(minor, currency));
  const annual_revenue = major(use.annual_revenue_minor);
  const reproduction_cost = major(use.reproduction_cost_minor);
  const value = major(use.launch_value_minor);
  const development_cost = major(use.development_cost_minor);
  const launch = value === null || development_cost === null ? null : { value, development_cost };
  const nothing = annual_revenue === null && reproduction_cost === null && launch === null;
  return nothing ? null : { currency, annual_revenue, industry: use.industry, launch, reproduction_cost };
}
