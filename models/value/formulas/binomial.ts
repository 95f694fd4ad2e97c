/**
 * Call that may be exercised at any time before its end, on a binomial tree (Cox, Ross and Rubinstein 1979).
 *
 *   u = e^(s sqrt(dt)),  down = 1 / u,  p = (e^((r - q) dt) - down) / (u - down),  dt = T / n
 *   value = max(S - K, e^(-r dt) (p value_up + (1 - p) value_down)), from the end backwards
 *
 * Source: the paper [M]. Units and fields: black-scholes-merton.ts. Cost: n^2 / 2 steps, one row of n + 1 numbers.
 * Domain: as there, and 0 < p < 1, else there are too few steps for so strong a drift. 1 <= n <= 5000.
 * Errors: not_finite, not_whole, out_of_range, too_few_steps.
 * Worked (golden G11): S = 50, K = 60, r = .03, s = .4, T = 10, q = .1, n = 1000: 9.131; European on the tree 4.642.
 */
import { FormulaFailure, requireFinite } from '../../failure.ts';
import { type CallOption, requireCallOption } from './black-scholes-merton.ts';
import { requireWhole } from './domain-checks.ts';

const GREATEST_STEPS = 5000;

export type Exercise = 'at_end' | 'any_time';

export function binomialCall(option: CallOption, steps: number, exercise: Exercise): number {
  requireCallOption(option);
  requireWhole('steps', steps, 1, GREATEST_STEPS);
  const { asset_value, exercise_cost, years, risk_free_rate, yield_rate, volatility } = option;
  const step_years = years / steps;
  const up = Math.exp(volatility * Math.sqrt(step_years));
  const rise = (Math.exp((risk_free_rate - yield_rate) * step_years) - 1 / up) / (up - 1 / up);
  if (!(rise > 0 && rise < 1)) {
    throw new FormulaFailure('too_few_steps', `${steps} steps are too few for this drift; give more.`);
  }
  const discount = Math.exp(-risk_free_rate * step_years);
  const payoff = (net_rises: number) => asset_value * up ** net_rises - exercise_cost;
  requireFinite('highest price on the tree', payoff(steps));
  // By net rises + steps: all nodes of the tree share these 2 n + 1 prices.
  const payoffs = Float64Array.from({ length: 2 * steps + 1 }, (_, index) => payoff(index - steps));
  const values = Float64Array.from({ length: steps + 1 }, (_, rises) => Math.max(0, payoffs[2 * rises]!));
  for (let step = steps - 1; step >= 0; step--) {
    for (let rises = 0; rises <= step; rises++) {
      const held = discount * (rise * values[rises + 1]! + (1 - rise) * values[rises]!);
      const exercised = payoffs[2 * rises - step + steps]!;
      values[rises] = exercise === 'any_time' && exercised > held ? exercised : held;
    }
  }
  return values[0]!;
}
