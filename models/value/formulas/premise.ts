/**
 * Premise of value: what is left of the value of a patent when it must be sold in a given manner.
 *
 *   expected proceeds = value * liquidation factor * probability of sale
 * The factor is the price reached over the value if a buyer is found; both are reported, since a lender who waits
 * for the mean has nothing in the other cases.
 *
 * Source: forced sale: Ocean Tomo auctions 2006-08, unsold lots 66, 65, 49, 51, 38, 58 %, mean 54.5 %, so .455 sold
 * (read); the factors and the orderly sale are ours. In spring 2009 some 6 of 80 lots sold: a crisis is worse.
 * Units: money in, money out; shares. Domain: value >= 0. Errors: not_finite, out_of_range.
 * Worked: 1,000,000 in a forced sale: price .5, probability .455, expected 227,500.
 */
import { requireNotNegative } from './domain-checks.ts';

export type Premise = 'going_concern' | 'orderly_sale' | 'forced_sale';

export interface PremiseFigure {
  value: number;
  source: string;
  verified: boolean;
}

export interface PremiseTerms {
  /** Price over value when sold. */
  liquidation_factor: PremiseFigure;
  sale_probability: PremiseFigure;
}

const BY_DEFINITION = 'by definition: the patent stays in use, nothing is sold';
const OURS = 'ours: between use and forced sale';

export const PREMISES: Readonly<Record<Premise, PremiseTerms>> = {
  going_concern: {
    liquidation_factor: { value: 1, source: BY_DEFINITION, verified: true },
    sale_probability: { value: 1, source: BY_DEFINITION, verified: true },
  },
  orderly_sale: {
    liquidation_factor: { value: 0.75, source: OURS, verified: false },
    sale_probability: { value: 0.7, source: OURS, verified: false },
  },
  forced_sale: {
    liquidation_factor: { value: 0.5, source: 'ours: at most .5 after the auctions', verified: false },
    sale_probability: {
      value: 0.455,
      source: 'Ocean Tomo auctions 2006-08, mean share sold',
      verified: true,
    },
  },
};

export interface PremiseValue {
  price_if_sold: number;
  sale_probability: number;
  expected_proceeds: number;
}

export function valueUnderPremise(value: number, premise: Premise): PremiseValue {
  requireNotNegative('value', value);
  const { liquidation_factor, sale_probability } = PREMISES[premise];
  const price_if_sold = value * liquidation_factor.value;
  return {
    price_if_sold,
    sale_probability: sale_probability.value,
    expected_proceeds: price_if_sold * sale_probability.value,
  };
}
