/**
 * Discount rate of a patent's income by build-up, and the published bands it falls into.
 *
 *   k = risk-free + equity premium + size premium + patent premium
 * The weighted average of the returns on a firm's assets is its cost of capital, and a patent is among the riskier of
 * them: a rate below the firm's cost of capital is refused.
 *
 * Source: build-up method [M]; bands: les Nouvelles, November 2015, exhibit 5; Razgaitis's classes [M].
 * Units: rates a year as shares, nominal, after tax. Domain: -.05 <= risk-free <= .5; premiums 0 to 1.
 * Errors: not_finite, out_of_range, below_cost_of_capital.
 * Worked: .02 + .06 + .04 + .06 = .18: the top of public equity, the foot of venture capital,
 * within private company capital and licensing at very low risk.
 */
import { FormulaFailure, requireBetween } from '../../failure.ts';

export interface RateBand {
  id: string;
  least: number;
  greatest: number;
  source: string;
  verified: boolean;
}

const EXHIBIT = 'les Nouvelles, November 2015, exhibit 5';
const RAZGAITIS = 'Razgaitis, risk classes of licensing [M]';

export const RATE_BANDS: readonly RateBand[] = [
  { id: 'public_debt', least: 0.03, greatest: 0.07, source: EXHIBIT, verified: true },
  { id: 'public_company_capital', least: 0.05, greatest: 0.1, source: EXHIBIT, verified: true },
  { id: 'public_equity', least: 0.12, greatest: 0.18, source: EXHIBIT, verified: true },
  { id: 'private_company_capital', least: 0.1, greatest: 0.25, source: EXHIBIT, verified: true },
  { id: 'venture_capital', least: 0.18, greatest: 0.48, source: EXHIBIT, verified: true },
  { id: 'licensing', least: 0.15, greatest: 0.7, source: EXHIBIT, verified: true },
  { id: 'licensing_very_low_risk', least: 0.15, greatest: 0.2, source: RAZGAITIS, verified: false },
  { id: 'licensing_low_risk', least: 0.2, greatest: 0.3, source: RAZGAITIS, verified: false },
  { id: 'licensing_moderate_risk', least: 0.25, greatest: 0.35, source: RAZGAITIS, verified: false },
  { id: 'licensing_high_risk', least: 0.3, greatest: 0.4, source: RAZGAITIS, verified: false },
  { id: 'licensing_very_high_risk', least: 0.4, greatest: 0.5, source: RAZGAITIS, verified: false },
  { id: 'licensing_extreme_risk', least: 0.5, greatest: 0.7, source: RAZGAITIS, verified: false },
];

export interface RateComponents {
  risk_free: number;
  equity_premium: number;
  size_premium: number;
  /** For what is uncertain about the patent beyond the firm: technology, market, law. */
  patent_premium: number;
}

export interface DiscountRate {
  rate: number;
  /** Ids of the RATE_BANDS that hold the rate; empty when it is outside all. */
  bands: string[];
}

/** @param cost_of_capital of the firm that uses the patent; null when not known, and then not compared */
export function buildUpDiscountRate(
  components: RateComponents,
  cost_of_capital: number | null,
): DiscountRate {
  const { risk_free, equity_premium, size_premium, patent_premium } = components;
  requireBetween('risk_free', risk_free, -0.05, 0.5);
  requireBetween('equity_premium', equity_premium, 0, 1);
  requireBetween('size_premium', size_premium, 0, 1);
  requireBetween('patent_premium', patent_premium, 0, 1);
  const rate = risk_free + equity_premium + size_premium + patent_premium;
  if (cost_of_capital !== null && rate < requireBetween('cost_of_capital', cost_of_capital, 0, 1)) {
    throw new FormulaFailure(
      'below_cost_of_capital',
      `The rate ${rate} is below the firm's cost of capital, ${cost_of_capital}; raise the patent premium.`,
    );
  }
  return { rate, bands: bandsOf(rate) };
}

/** Rates are compared to the millionth, so that a sum of decimals meets the edge of its band. */
function bandsOf(rate: number): string[] {
  const rounded = Math.round(rate * 1e6) / 1e6;
  return RATE_BANDS.filter(({ least, greatest }) => rounded >= least && rounded <= greatest).map(
    ({ id }) => id,
  );
}
