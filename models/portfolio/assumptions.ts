/**
 * What moves the patents of a portfolio together. `verified: false` marks what is ours rather than a source that was read.
 *
 * Units: shares of the variance of log values, or of the latent lapse variable. Domain: each from 0 to 1, and the two of
 * values together at most 1. Worked: common .2 and field .2 leave .6 of the variance to the patent itself.
 */
import type { Assumption } from '../assumptions.ts';

export const PORTFOLIO_ASSUMPTIONS = {
  common_value_share: {
    value: 0.2,
    unit: 'share of variance',
    source: 'ours: every value rests on the same models and the same economy',
    verified: false,
  },
  field_value_share: {
    value: 0.2,
    unit: 'share of variance',
    source: 'ours: a technology is superseded as a whole',
    verified: false,
  },
  common_lapse_share: {
    value: 0.1,
    unit: 'share of variance',
    source: 'ours, near the .12 that Basel gives to small retail exposures at low default rates [M]',
    verified: false,
  },
  challenge_probability: {
    value: 0.01,
    unit: 'probability a year',
    source: 'ours: of the order of one patent in a hundred is ever litigated, and what is pledged is used',
    verified: false,
  },
} satisfies Record<string, Assumption>;
