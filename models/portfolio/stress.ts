/**
 * A portfolio of pledges one year on, simulated with what its patents share.
 *
 * In each draw, for patent i of field f with stated value m, chance in force a, lapse chance q (seen or unseen, within
 * twelve months) and validity v:
 *   lapsed      if sqrt(r) L + sqrt(1 - r) e < Phi^-1(min(1, k q)), one-factor latent variable L common to all
 *   challenged  with chance c; then the value counts with the validity after a filing instead of v
 *   stated      = m / a * (1 - common fall) * (1 - fall of f), 0 when lapsed
 *   true        = stated * exp(s (sqrt(p) M + sqrt(p_f) F_f + sqrt(1 - p - p_f) e')), s the spread of the estimate
 * k lapse multiplier, c chance of a challenge, M and F_f common and field factors. A pledge is breached when its
 * outstanding is over the limit of its stated value, uncovered by what is outstanding beyond its true value.
 *
 * Source: one-factor lapses after Vasicek 1987; factor model of log values ours; shares in assumptions.ts.
 * Units: minor units of one currency; shares. Domain: at least one pledge and patent, 1 to MAX_DRAWS draws.
 * Errors: FormulaFailure. Deterministic: the same seed gives the same figures; with and without shocks the same seed
 * meets the same fate, so that differences are the shock's own.
 * Worked: one patent of 100 that cannot lapse, spread 0, fall .3, outstanding 30, limit 40 %: stated 70, ratio 42.9 %.
 */
import normalQuantile from '@stdlib/stats-base-dists-normal-quantile';
import { FormulaFailure, requireBetween } from '../failure.ts';
import { mulberry32 } from '../random.ts';
import { validityProbability } from '../value/formulas/validity.ts';
import { PORTFOLIO_ASSUMPTIONS } from './assumptions.ts';
import { normalPairs } from './normal-pairs.ts';

export const MAX_DRAWS = 10_000;
const FIELDS = 36;
const LEAST_IN_FORCE = 1e-6;

export interface PortfolioPatent {
  /** Place of its pledge in the list of pledges. */
  pledge: number;
  /** WIPO technology field, 1 to 35; null where unknown. */
  field: number | null;
  /** Stated median, weighted with both chances. */
  value_minor: number;
  /** Spread of the log of the estimate. */
  log_sd: number;
  in_force_probability: number;
  /** That it has lapsed unseen or will within twelve months. */
  lapse_probability: number;
  validity_probability: number;
}

export interface PortfolioPledge {
  outstanding_minor: number;
  ltv_breach_bp: number;
}

export interface Shocks {
  /** Share by which every value falls. */
  value_fall: number;
  /** Share by which values of a field fall besides, by WIPO field. */
  field_falls: Readonly<Record<number, number>>;
  /** Every lapse chance times this, at most 1. */
  lapse_multiplier: number;
  /** Chance that a patent is challenged within the year. */
  challenge_probability: number;
}

export const NO_SHOCKS: Shocks = {
  value_fall: 0,
  field_falls: {},
  lapse_multiplier: 1,
  challenge_probability: PORTFOLIO_ASSUMPTIONS.challenge_probability.value,
};

/** A figure a draw, in the order of the draws. */
export interface StressDraws {
  value_minor: Float64Array;
  breaches: Float64Array;
  uncovered_minor: Float64Array;
  /** Share of the draws in which each pledge was breached. */
  breach_share: Float64Array;
}

export function simulatePortfolio(
  pledges: readonly PortfolioPledge[],
  patents: readonly PortfolioPatent[],
  shocks: Shocks,
  draws: number,
  seed: number,
): StressDraws {
  requirePortfolio(pledges, patents, shocks, draws);
  const book = columnsOf(patents, shocks);
  const outstanding = Float64Array.from(pledges, (pledge) => pledge.outstanding_minor);
  const least = Float64Array.from(
    pledges,
    (pledge) => (10_000 * pledge.outstanding_minor) / pledge.ltv_breach_bp,
  );
  const normal = normalPairs(mulberry32(seed));
  const result: StressDraws = {
    value_minor: new Float64Array(draws),
    breaches: new Float64Array(draws),
    uncovered_minor: new Float64Array(draws),
    breach_share: new Float64Array(pledges.length),
  };
  const stated = new Float64Array(pledges.length);
  const actual = new Float64Array(pledges.length);
  for (let draw = 0; draw < draws; draw++) {
    stated.fill(0);
    actual.fill(0);
    drawPatents(book, normal, stated, actual);
    tally(result, draw, { stated, actual, outstanding, least });
  }
  for (let i = 0; i < pledges.length; i++) result.breach_share[i]! /= draws;
  return result;
}

/** Patents as columns: the loop over draws reads them tens of millions of times. */
interface Columns {
  pledge: Int32Array;
  field: Uint8Array;
  /** Value if not lapsed, after the shocks. */
  kept: Float64Array;
  log_sd: Float64Array;
  lapse_threshold: Float64Array;
  challenge_threshold: number;
  /** What a challenge leaves of the value. */
  challenged: Float64Array;
}

function columnsOf(patents: readonly PortfolioPatent[], shocks: Shocks): Columns {
  const fall = (field: number | null) =>
    (1 - shocks.value_fall) * (1 - (field === null ? 0 : (shocks.field_falls[field] ?? 0)));
  const validity = patents.map((patent) => patent.validity_probability);
  return {
    pledge: Int32Array.from(patents, (patent) => patent.pledge),
    field: Uint8Array.from(patents, (patent) => patent.field ?? 0),
    kept: Float64Array.from(
      patents,
      ({ value_minor, in_force_probability, field }) =>
        (value_minor / Math.max(LEAST_IN_FORCE, in_force_probability)) * fall(field),
    ),
    log_sd: Float64Array.from(patents, (patent) => patent.log_sd),
    lapse_threshold: Float64Array.from(patents, ({ lapse_probability }) =>
      normalQuantile(Math.min(1, lapse_probability * shocks.lapse_multiplier), 0, 1),
    ),
    challenge_threshold: normalQuantile(shocks.challenge_probability, 0, 1),
    challenged: Float64Array.from(validity, (prior) =>
      prior === 0 || prior === 1 ? 1 : validityProbability(prior, ['challenge_filed']) / prior,
    ),
  };
}

/** One draw of all patents, added up by pledge. Every patent takes three normal numbers, whatever becomes of it. */
function drawPatents(book: Columns, normal: () => number, stated: Float64Array, actual: Float64Array): void {
  const { common_value_share, field_value_share, common_lapse_share } = PORTFOLIO_ASSUMPTIONS;
  const own_share = 1 - common_value_share.value - field_value_share.value;
  const [common_weight, field_weight, own_weight] = [
    Math.sqrt(common_value_share.value),
    Math.sqrt(field_value_share.value),
    Math.sqrt(own_share),
  ];
  const lapse_common = Math.sqrt(common_lapse_share.value) * normal();
  const lapse_weight = Math.sqrt(1 - common_lapse_share.value);
  const value_common = common_weight * normal();
  const field_factors = Float64Array.from({ length: FIELDS }, () => field_weight * normal());
  for (let i = 0; i < book.pledge.length; i++) {
    const latent = lapse_common + lapse_weight * normal();
    const challenge = normal();
    const own = normal();
    if (latent < book.lapse_threshold[i]!) continue;
    const left = challenge < book.challenge_threshold ? book.challenged[i]! : 1;
    const value = book.kept[i]! * left;
    const factor = value_common + field_factors[book.field[i]!]! + own_weight * own;
    stated[book.pledge[i]!]! += value;
    actual[book.pledge[i]!]! += value * Math.exp(book.log_sd[i]! * factor);
  }
}

interface DrawnPledges {
  stated: Float64Array;
  actual: Float64Array;
  outstanding: Float64Array;
  /** Stated value below which a pledge is breached. */
  least: Float64Array;
}

function tally(
  result: StressDraws,
  draw: number,
  { stated, actual, outstanding, least }: DrawnPledges,
): void {
  for (let i = 0; i < stated.length; i++) {
    result.value_minor[draw]! += actual[i]!;
    result.uncovered_minor[draw]! += Math.max(0, outstanding[i]! - actual[i]!);
    if (outstanding[i] === 0 || stated[i]! > least[i]!) continue;
    result.breaches[draw]! += 1;
    result.breach_share[i]! += 1;
  }
}

function requirePortfolio(
  pledges: readonly PortfolioPledge[],
  patents: readonly PortfolioPatent[],
  shocks: Shocks,
  draws: number,
): void {
  if (pledges.length === 0 || patents.length === 0)
    throw new FormulaFailure('empty_portfolio', 'there is no pledge with a value; give at least one.');
  if (!Number.isInteger(draws))
    throw new FormulaFailure('not_whole', `draws is ${draws}; give a whole number.`);
  requireBetween('draws', draws, 1, MAX_DRAWS);
  requireBetween('value_fall', shocks.value_fall, 0, 1);
  for (const [field, fall] of Object.entries(shocks.field_falls)) {
    requireBetween('field', Number(field), 1, FIELDS - 1);
    requireBetween(`fall of field ${field}`, fall, 0, 1);
  }
  requireBetween('challenge_probability', shocks.challenge_probability, 0, 1);
  if (!(shocks.lapse_multiplier >= 0 && Number.isFinite(shocks.lapse_multiplier)))
    throw new FormulaFailure(
      'out_of_range',
      `lapse_multiplier is ${shocks.lapse_multiplier}; give 0 or more.`,
    );
  for (const patent of patents)
    if (pledges[patent.pledge] === undefined)
      throw new FormulaFailure(
        'no_such_pledge',
        `a patent names pledge ${patent.pledge}; give a place in the list.`,
      );
}
