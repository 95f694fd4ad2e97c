/**
 * Tax amortisation benefit: the factor by which a buyer's tax relief on the purchase price lifts that price.
 *
 *   factor = 1 / (1 - (t / n) A),  A = (1 - (1 + k)^-n) / k, times sqrt(1 + k) when relief comes at mid-year
 * It solves the circle price -> relief -> price at once.
 *
 * Use it for a transfer only: a pledge or liquidation value has no buyer who is sure to have the relief.
 * Source: annuity formula as commonly published; years: USA section 197, 15; China, article 67, ten or more [M].
 * Units: t a share, k a year, n whole years. Domain: 0 <= t <= 1, k > 0, n >= 1; then A < n and the factor is finite.
 * Errors: not_finite, not_whole, out_of_range.
 * Worked (golden G10): t = .25, n = 10, k = .18: 1.126573 at year end, 1.139011 at mid-year.
 */
import { requireBetween } from '../../failure.ts';
import { requirePositive, requireWhole } from './domain-checks.ts';

/** When in a year its cash flow is taken to arrive. */
export type CashTiming = 'mid_year' | 'year_end';

export function taxAmortisationFactor(
  tax: number,
  amortisation_years: number,
  discount: number,
  timing: CashTiming,
): number {
  requireBetween('tax', tax, 0, 1);
  requireWhole('amortisation_years', amortisation_years, 1);
  requirePositive('discount', discount);
  const year_end = (1 - (1 + discount) ** -amortisation_years) / discount;
  const annuity = timing === 'mid_year' ? year_end * Math.sqrt(1 + discount) : year_end;
  return 1 / (1 - (tax / amortisation_years) * annuity);
}
