/**
 * The renewal method: what the owner's renewals so far, and those that are likely, say of the value.
 *
 * Formulas: renewal.ts and renewal-fit.ts. Quantiles of the value in force, major units of CNIPA_CURRENCY.
 * An annuity proven to be paid shows at least the return that justified it, and costs nothing any more.
 * Worked: docs/models/walkthrough.md.
 */
import { patentYear } from '../annuity/cnipa.ts';
import { addYears, yearsBetween } from '../calendar.ts';
import { survivalPath } from '../lapse/predict.ts';
import type { LapsePrediction } from '../lapse/types.ts';
import type { CalendarDate, MethodResult, PatentFacts } from '../types.ts';
import { type RenewalPosition, renewalMean, renewalQuantiles, renewalThresholds } from './renewal.ts';
import { commonSigma, fitReturnLocation } from './renewal-fit.ts';
import type { MethodInputs } from './requirements.ts';

/**
 * A return that renewals have shown is no further above mu than this (one patent in 10^9): beyond, the lapse model is
 * wrong about the patent, and the tail would be taken where a double holds no digits.
 */
const MOST_SURPRISE_sd = 6;

export function renewalMethod({
  as_of,
  facts,
  lapse_model,
  lapse,
  assumptions,
}: MethodInputs): Extract<MethodResult, { ok: true }> {
  const decay = assumptions.return_decay.value;
  const discount_factor = assumptions.renewal_discount_factor.value;
  const { annuities } = lapse!;
  const thresholds = renewalThresholds(
    annuities.map(({ amount }) => amount),
    decay,
  );
  const sigma = commonSigma(lapse_model, decay);
  const fitted_mu = fitReturnLocation(survivalPath(annuities.map(({ hazard }) => hazard)), thresholds, sigma);
  const position = renewalPosition(as_of, facts, lapse!, thresholds);
  const mu = Math.max(fitted_mu, Math.log(position.paid_threshold) - MOST_SURPRISE_sd * sigma);
  const returns = { mu, sigma };
  const quantiles = renewalQuantiles(position, returns, decay, discount_factor);
  const mean = renewalMean(position, returns, decay, discount_factor);
  return {
    ok: true,
    quantiles,
    steps: [
      {
        what: 'initial yearly return',
        formula: 'log r ~ N(mu, sigma^2), probit(1 - S) = (log z - mu) / sigma fitted to predicted survival',
        values: { mu, sigma, median_return: Math.exp(mu), least_return_shown: position.paid_threshold },
        source: 'Schankerman and Pakes 1986; minimum normit weights',
      },
      {
        what: 'renewal option value in force',
        formula: 'sum of discounted return less fee while return covers the fee',
        values: { decay, discount_factor, renewals_ahead: position.future.length, ...quantiles, mean },
        source: 'Pakes and Schankerman 1984; decay and discount [M]',
      },
    ],
  };
}

function renewalPosition(
  as_of: CalendarDate,
  { filed_on }: PatentFacts,
  { annuities }: LapsePrediction,
  thresholds: number[],
): RenewalPosition {
  const year = patentYear(filed_on, as_of);
  const due = annuities.filter(({ due_on }) => due_on <= as_of).length;
  const shown = annuities.findLastIndex(({ due_on, paid }) => due_on <= as_of || paid);
  return {
    remaining_share: yearsBetween(as_of, addYears(filed_on, year)),
    years_since_first: year - annuities[0]!.patent_year,
    paid_threshold: shown < 0 ? 0 : thresholds[shown]!,
    future: annuities.slice(due).map(({ amount, due_on, paid }, index) => ({
      fee: paid ? 0 : amount,
      years_ahead: yearsBetween(as_of, due_on),
      years_since_first: due + index,
      threshold: thresholds[due + index]!,
    })),
  };
}
