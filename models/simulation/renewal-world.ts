/**
 * A world in which the value of every patent is known, because its owner's return is.
 *
 *   log r = mu + x'b + N(0, sigma^2),  r the yearly return at the first annuity after grant; mu and sigma of the field
 * x: log((1 + claims) / 8), natural person, domestic, agency, IPC symbols less 3. Decay and discount are those that the
 * valuation assumes. Medical technology has golden G6's mu and sigma; the other fields' and all effects are ours, effects
 * with the signs found on Chinese patents. Median returns differ by a factor of five between the fields.
 * The lapse model knows no field, fits a logit in age and fee step where here the hazard is a probit in the threshold of
 * the fee, and its one sigma stands for five: it is wrong in this world, as in any.
 *
 * Source: Schankerman and Pakes 1986, with covariates in the mean. Units: CNY, real, major units; b in their logarithm.
 * Domain: facts with known claims and a field of FIELDS. Errors: unknown_field.
 * Worked: field 13, 7 claims, a firm from abroad without agency, 3 symbols: mu = log 6,000 = 8.6995, sigma = 1.8.
 */
import { DEFAULT_ASSUMPTIONS } from '../assumptions.ts';
import { FormulaFailure } from '../failure.ts';
import type { PatentFacts } from '../types.ts';
import type { ReturnDistribution } from '../value/renewal.ts';

export const DECAY = DEFAULT_ASSUMPTIONS.return_decay.value;
export const DISCOUNT_FACTOR = DEFAULT_ASSUMPTIONS.renewal_discount_factor.value;

/** By WIPO field: computers, semiconductors, medical technology, pharmaceuticals, furniture and games. */
export const FIELDS: ReadonlyMap<number, ReturnDistribution> = new Map([
  [6, { mu: Math.log(6000) - 0.5, sigma: 1.5 }],
  [8, { mu: Math.log(6000) + 0.3, sigma: 1.8 }],
  [13, { mu: Math.log(6000), sigma: 1.8 }],
  [16, { mu: Math.log(6000) + 0.8, sigma: 2.3 }],
  [33, { mu: Math.log(6000) - 0.8, sigma: 1.4 }],
]);

const MEDIAN_CLAIMS = 7;
const MIDDLE_IPC_SYMBOLS = 3;

/** Distribution of the return among patents of these facts. */
export function returnsOf(facts: PatentFacts): ReturnDistribution {
  const field = FIELDS.get(facts.technology_field ?? 0);
  if (field === undefined)
    throw new FormulaFailure(
      'unknown_field',
      `field ${facts.technology_field} is not of this world; give one of ${[...FIELDS.keys()].join(', ')}.`,
    );
  const mu =
    field.mu +
    0.35 * Math.log((1 + facts.claims!) / (1 + MEDIAN_CLAIMS)) -
    0.4 * Number(facts.individual_applicant) -
    0.3 * Number(facts.domestic_applicant) +
    0.2 * Number(facts.agency) +
    0.05 * (facts.ipc.length - MIDDLE_IPC_SYMBOLS);
  return { mu, sigma: field.sigma };
}
