/**
 * Assumptions of a valuation that are not facts of the patent: a plain object, part of the hashed inputs.
 *
 * `verified: false` marks what is a choice of ours or memory [M] rather than a source that was read.
 * Rates are a year; shares are between 0 and 1.
 */
import type { RightType } from './types.ts';
import { UNCHALLENGED_VALIDITY } from './value/formulas/validity.ts';

export interface Assumption {
  value: number;
  unit: string;
  source: string;
  verified: boolean;
}

export interface Assumptions {
  renewal_discount_factor: Assumption;
  return_decay: Assumption;
  royalty_discount_rate: Assumption;
  royalty_discount_rate_least: Assumption;
  royalty_discount_rate_greatest: Assumption;
  royalty_growth: Assumption;
  royalty_growth_sd: Assumption;
  royalty_decay: Assumption;
  royalty_decay_least: Assumption;
  royalty_decay_greatest: Assumption;
  royalty_revenue_share: Assumption;
  royalty_revenue_log_sd: Assumption;
  tax_rate: Assumption;
  launch_volatility: Assumption;
  launch_value_log_sd: Assumption;
  risk_free_rate: Assumption;
  unchallenged_validity: Assumption;
  register_stale_after: Assumption;
  renewal_log_error: Assumption;
  royalty_log_error: Assumption;
  option_log_error: Assumption;
  market_log_error: Assumption;
  haircut: Assumption;
}

/** What a place in the cohort does to the value (value/standing.ts). */
export interface StandingEffects {
  citation_effect: Assumption;
  family_effect: Assumption;
}

/** Haircuts that were adopted for a class of liquidity (haircut.ts); a class without one has `haircut`. */
export type ClassHaircuts = Record<`haircut_${RightType}`, Assumption>;

const PRIVATE_COMPANY = 'les Nouvelles, Nov 2015, exhibit 5: private company cost of capital .10 to .25';

export const DEFAULT_ASSUMPTIONS: Assumptions = {
  renewal_discount_factor: {
    value: 0.9,
    unit: 'per year',
    source: 'illustrative in the renewal literature, .90 to .95 [M]',
    verified: false,
  },
  return_decay: {
    value: 0.15,
    unit: 'per year',
    source: 'renewal models: .10 to .25 [M]',
    verified: false,
  },
  royalty_discount_rate: {
    value: 0.18,
    unit: 'per year',
    source: `${PRIVATE_COMPANY}; our choice within it`,
    verified: false,
  },
  royalty_discount_rate_least: { value: 0.1, unit: 'per year', source: PRIVATE_COMPANY, verified: true },
  royalty_discount_rate_greatest: { value: 0.25, unit: 'per year', source: PRIVATE_COMPANY, verified: true },
  royalty_growth: {
    value: 0,
    unit: 'per year',
    source: 'ours: no growth is promised to a lender',
    verified: false,
  },
  royalty_growth_sd: {
    value: 0.05,
    unit: 'per year',
    source: 'ours: two in three firms grow within 5 % of none',
    verified: false,
  },
  royalty_decay: {
    value: 0.109,
    unit: 'per year',
    source: 'ours: half-life of six years, 1 - 2^(-1/6)',
    verified: false,
  },
  royalty_decay_least: {
    value: 0.083,
    unit: 'per year',
    source: 'ours: half-life of eight years',
    verified: false,
  },
  royalty_decay_greatest: {
    value: 0.159,
    unit: 'per year',
    source: 'ours: half-life of four years',
    verified: false,
  },
  royalty_revenue_share: {
    value: 1,
    unit: 'share',
    source: 'ours: the declared revenue is that of covered products',
    verified: false,
  },
  royalty_revenue_log_sd: {
    value: 0.2,
    unit: 'log',
    source: 'ours: declared revenue is met within a fifth in two of three years',
    verified: false,
  },
  tax_rate: { value: 0.25, unit: 'share', source: 'enterprise income tax of China [M]', verified: false },
  launch_volatility: {
    value: 0.4,
    unit: 'per square root of a year',
    source: 'worked example of Damodaran [M]',
    verified: false,
  },
  launch_value_log_sd: {
    value: 0.5,
    unit: 'log',
    source: 'ours: what is not yet sold is known within a factor of 1.6',
    verified: false,
  },
  risk_free_rate: {
    value: 0.03,
    unit: 'per year',
    source: 'worked example of Damodaran [M]',
    verified: false,
  },
  unchallenged_validity: { ...UNCHALLENGED_VALIDITY, unit: 'probability' },
  register_stale_after: {
    value: 90,
    unit: 'days',
    source: 'ours: gazettes are weekly; bank practice revalues every half year',
    verified: false,
  },
  renewal_log_error: {
    value: 1.8,
    unit: 'log',
    source: 'spread of protection-only values in renewal studies [M]',
    verified: false,
  },
  royalty_log_error: {
    value: 0.9,
    unit: 'log',
    source: 'Parr: .1 and .9 quantile of royalty rates lie .01 and .098 apart, a log spread of .89',
    verified: true,
  },
  option_log_error: {
    value: 1.2,
    unit: 'log',
    source: 'ours: a launch value is known less well than revenue',
    verified: false,
  },
  market_log_error: {
    value: 1.5,
    unit: 'log',
    source: 'ours: within the 2.2 of surveyed values, less what the features tell',
    verified: false,
  },
  haircut: {
    value: 0.5,
    unit: 'share',
    source:
      'ours: liquidation factor of at most .5 after auction evidence (Ocean Tomo 2006-09: half the lots unsold)',
    verified: false,
  },
};
