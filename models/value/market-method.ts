/**
 * The market method: what comparable patents fetched in recorded deals.
 *
 * Formula: formulas/hedonic.ts on the features of dealFeatures. Quantiles of the price of a patent in force, major units
 * of CNIPA_CURRENCY.
 * Worked: 7 claims and 8 remaining years give the features log 8 = 2.0794 and 8.
 */
import { expiresOn } from '../annuity/cnipa.ts';
import { yearsBetween } from '../calendar.ts';
import type { CalendarDate, MethodResult, ValuedFacts } from '../types.ts';
import { type HedonicPrior, hedonicPrice } from './formulas/hedonic.ts';
import type { MethodInputs } from './requirements.ts';

/** Where the price of a patent is thought to lie before any deal: the survey of Chinese inventors, very wide. */
export const MARKET_PRIOR: HedonicPrior = {
  intercept: { mean: Math.log(750_000), sd: 2 },
  coefficients: [
    { mean: 0, sd: 0.5 },
    { mean: 0, sd: 0.1 },
  ],
  index_step_sd: 0.2,
  noise_sd: 2.178,
  worth_in_deals: 4,
};

/** Claims as log(1 + n), unknown ones as the 7 of the median patent of data/cn_patents.csv; remaining years. */
export function dealFeatures(facts: ValuedFacts, as_of: CalendarDate): number[] {
  const remaining_years = yearsBetween(as_of, expiresOn(facts.right_type, facts.filed_on));
  return [Math.log1p(facts.claims ?? 7), remaining_years];
}

export function marketMethod({ as_of, facts, market }: MethodInputs): Extract<MethodResult, { ok: true }> {
  const features = dealFeatures(facts, as_of);
  const quantiles = hedonicPrice(market!, features);
  return {
    ok: true,
    quantiles,
    steps: [
      {
        what: 'price of comparable patents',
        formula: 'log price = intercept + features * coefficients + year index, shrunk to the prior',
        values: {
          deals_own: market!.deals.own,
          deals_imported: market!.deals.imported,
          log1p_claims: features[0]!,
          remaining_years: features[1]!,
          ...quantiles,
        },
        source:
          'conjugate Bayesian regression; prior level of the Chinese inventor survey, spread of its lognormal',
      },
    ],
  };
}
