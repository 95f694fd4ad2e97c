/**
 * Assumptions of a valuation that are not facts of the patent: a plain object, part of the hashed inputs.
 *
 * `verified: false` marks what is a choice of ours or memory [M] rather than a source that was read.
 * Rates are a year; shares are between 0 and 1.
 */

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
  royalty_growth: Assumption;
  royalty_decay: Assumption;
  royalty_revenue_share: Assumption;
  tax_rate: Assumption;
  haircut: Assumption;
}

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
    source:
      'les Nouvelles, Nov 2015, exhibit 5: private company cost of capital .10 to .25; our choice within it',
    verified: false,
  },
  royalty_growth: {
    value: 0,
    unit: 'per year',
    source: 'ours: no growth is promised to a lender',
    verified: false,
  },
  royalty_decay: {
    value: 0.109,
    unit: 'per year',
    source: 'ours: half-life of six years, 1 - 2^(-1/6)',
    verified: false,
  },
  royalty_revenue_share: {
    value: 1,
    unit: 'share',
    source: 'ours: the declared revenue is that of covered products',
    verified: false,
  },
  tax_rate: { value: 0.25, unit: 'share', source: 'enterprise income tax of China [M]', verified: false },
  haircut: {
    value: 0.5,
    unit: 'share',
    source:
      'ours: liquidation factor of at most .5 after auction evidence (Ocean Tomo 2006-09: half the lots unsold)',
    verified: false,
  },
};
