/**
 * An undeveloped patent as an option to launch the product (Damodaran [M]).
 *
 *   S = present value of the cash flows if launched now, K = present value of the cost of development,
 *   T = remaining life, q = 1 / T: each year of waiting costs a year's share of the protected cash flows.
 * Launching early often pays when q is that high, so the value is that of the American option on a tree.
 *
 * Units: money in one currency, years, rates a year. Domain and errors: binomial.ts.
 * Worked: S = 50, K = 60, r = .03, s = .4, T = 10: 9.131; waiting to the end 4.641.
 */
import { binomialCall } from './binomial.ts';
import { type CallOption, europeanCall } from './black-scholes-merton.ts';
import { requirePositive } from './domain-checks.ts';

const STEPS = 1000;

export interface UndevelopedPatent {
  /** Present value of the cash flows if launched today. */
  launch_value: number;
  /** Present value of what development costs. */
  development_cost: number;
  remaining_years: number;
  risk_free_rate: number;
  /** Standard deviation of log launch value over a year. */
  volatility: number;
}

export interface PatentOptionValue {
  value: number;
  /** The same, were the launch only possible at the end of the term. */
  value_if_launched_last: number;
}

export function patentOptionValue(patent: UndevelopedPatent): PatentOptionValue {
  requirePositive('remaining_years', patent.remaining_years);
  const option: CallOption = {
    asset_value: patent.launch_value,
    exercise_cost: patent.development_cost,
    years: patent.remaining_years,
    risk_free_rate: patent.risk_free_rate,
    yield_rate: 1 / patent.remaining_years,
    volatility: patent.volatility,
  };
  return { value: binomialCall(option, STEPS, 'any_time'), value_if_launched_last: europeanCall(option) };
}
