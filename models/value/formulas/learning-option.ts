/**
 * Renewal as an option with learning (Pakes 1986; Lanjouw 1998): a return may turn out better than it looks now.
 *
 *   V_t(r) = max(0, r - c_t + b theta E[V_{t+1}(max((1 - d) r, z))]),  V after the last fee 0
 *   P(z <= x) = 1 - exp(-(g + x) / s_t) for x >= -g,  s_t = s phi^(t-1);  with chance 1 - theta all is lost
 * Since the better of a sure x and the chance z is V(x) plus what the tail adds,
 *   E[V(max(x, z))] = V(x) + integral from x of V'(z) exp(-(g + z) / s_t) dz,
 * which is exact for the broken line that V is on its grid: no quadrature. The grid is even in log r.
 * The patent is renewed at age t from the cut-off return on; cut-offs rise with age when fees do not
 * fall and phi <= 1.
 * z is shifted by g itself, as in Pakes; the public program RenewalInference.jl shifts by g / s_t, which is another
 * model. What is lost is lost for good. Pakes lets theta depend on r; here it is constant, as in Lanjouw.
 * As s -> 0 with theta = 1 this is ../renewal.ts. For a patent of age t pass its fees from t on and s phi^(t-1).
 *
 * Source: the two papers [M], structure confirmed in J. Blevins's reading notes; no parameters are published here.
 * Units: returns, fees, s, g in one major currency unit, real; d, b, theta, phi a year. A fee at the start of each
 * year, the first one now. Domain: fees >= 0, one of them above 0; 0 <= d <= .99; 0 < b, phi <= 1; 0 <= theta <= 1;
 * s > 0; g >= 0. Errors: empty, not_finite, out_of_range.
 * Accuracy: the line cuts the corner at a cut-off, by at most 3e-4 of it. Cost: GRID_POINTS steps a fee, once for
 * all patents of a kind.
 * Worked: fees 1, 1; d = .5, b = 1, theta = 1, s = 1, g = 0: V_2 = max(0, r - 1); from r = 2, next to a sure 1,
 * E[V_2] = e^-1, so V_1(2) = 2 - 1 + .367879 = 1.367879; the cut-off at age 1 is 1 - .367879 = .632121.
 */
import { FormulaFailure, requireBetween } from '../../failure.ts';
import { requireNotNegative, requirePositive } from './domain-checks.ts';

const GRID_POINTS = 16_000;
/** Lowest return of the grid above 0, as a share of the highest. */
const GRID_REACH = 1e-8;

export interface LearningProcess {
  /** c: fee of each age from the first decision on. */
  fees: readonly number[];
  /** b. */
  discount_factor: number;
  /** d: loss of return in a year in which nothing is learnt. */
  decay: number;
  /** theta: chance that the return is not lost altogether in a year. */
  continuation_probability: number;
  /** s: scale of what may be learnt in the first year. */
  learning_scale: number;
  /** phi: scale of a year over that of the year before. */
  learning_scale_ratio: number;
  /** g: how far below 0 what is learnt may fall; the larger, the rarer a gain. */
  learning_shift: number;
}

export interface LearningSolution {
  /** Least return at which the patent is renewed, by age. */
  cut_offs: number[];
  /** Grid of returns, rising from 0, and the value at each before the first fee. */
  returns: Float64Array;
  values: Float64Array;
}

/** Backward induction; `greatest_return` is the highest that will be asked for. */
export function solveLearningOption(learning: LearningProcess, greatest_return: number): LearningSolution {
  requireProcess(learning);
  requirePositive('greatest_return', greatest_return);
  const { fees, discount_factor, continuation_probability, learning_scale, learning_scale_ratio } = learning;
  const returns = returnGrid(Math.max(greatest_return, 2 * Math.max(...fees), 50 * learning_scale));
  const cut_offs: number[] = [];
  let values = new Float64Array(returns.length);
  for (let age = fees.length - 1; age >= 0; age--) {
    const expected = expectedNext(returns, values, learning, learning_scale * learning_scale_ratio ** age);
    const renewed = returns.map(
      (r, i) => r - fees[age]! + discount_factor * continuation_probability * expected[i]!,
    );
    cut_offs.unshift(firstRoot(returns, renewed));
    values = renewed.map((value) => Math.max(0, value));
  }
  return { cut_offs, returns, values };
}

/** Value before the first fee of a patent with this return. */
export function learningOptionValue({ returns, values }: LearningSolution, initial_return: number): number {
  requireBetween('initial_return', initial_return, 0, returns.at(-1)!);
  return interpolate(returns, values, initial_return);
}

/** 0, then even steps in the logarithm. */
function returnGrid(greatest: number): Float64Array {
  return Float64Array.from({ length: GRID_POINTS }, (_, i) =>
    i === 0 ? 0 : greatest * GRID_REACH ** (1 - (i - 1) / (GRID_POINTS - 2)),
  );
}

/** E[V(max((1 - d) r, z))] at each return r of the grid. */
function expectedNext(returns: Float64Array, values: Float64Array, learning: LearningProcess, scale: number) {
  const exceeds = (z: number) => Math.exp(-(learning.learning_shift + z) / scale);
  const slope = (i: number) => (values[i + 1]! - values[i]!) / (returns[i + 1]! - returns[i]!);
  const last = returns.length - 1;
  // What the tail beyond each grid point adds; past the grid V goes on with its last slope.
  const added = new Float64Array(returns.length);
  added[last] = slope(last - 1) * scale * exceeds(returns[last]!);
  for (let i = last - 1; i >= 0; i--) {
    added[i] = added[i + 1]! + slope(i) * scale * (exceeds(returns[i]!) - exceeds(returns[i + 1]!));
  }
  return returns.map((r) => {
    const kept = (1 - learning.decay) * r;
    const i = segmentOf(returns, kept);
    const within = slope(i) * scale * (exceeds(kept) - exceeds(returns[i + 1]!));
    return interpolate(returns, values, kept) + within + added[i + 1]!;
  });
}

function interpolate(returns: Float64Array, values: Float64Array, at: number): number {
  const i = segmentOf(returns, at);
  const share = (at - returns[i]!) / (returns[i + 1]! - returns[i]!);
  return values[i]! + share * (values[i + 1]! - values[i]!);
}

/** Segment [i, i + 1] of the grid that holds a return. */
function segmentOf(returns: Float64Array, at: number): number {
  if (at <= returns[1]!) return 0;
  const step = -Math.log(GRID_REACH) / (GRID_POINTS - 2);
  const steps_up = Math.floor(Math.log(at / returns[1]!) / step);
  return Math.min(1 + steps_up, returns.length - 2);
}

/** Where the rising line through the points crosses 0; 0 when it starts above. */
function firstRoot(returns: Float64Array, renewed: Float64Array): number {
  const i = renewed.findIndex((value) => value >= 0);
  if (i === 0) return 0;
  const share = renewed[i - 1]! / (renewed[i - 1]! - renewed[i]!);
  return returns[i - 1]! + share * (returns[i]! - returns[i - 1]!);
}

function requireProcess(learning: LearningProcess): void {
  if (learning.fees.length === 0)
    throw new FormulaFailure('empty', 'fees are empty; give the fees from the first decision on.');
  for (const fee of learning.fees) requireNotNegative('fee', fee);
  requirePositive('greatest fee', Math.max(...learning.fees));
  requireBetween('discount_factor', requirePositive('discount_factor', learning.discount_factor), 0, 1);
  requireBetween('decay', learning.decay, 0, 0.99);
  requireBetween('continuation_probability', learning.continuation_probability, 0, 1);
  requirePositive('learning_scale', learning.learning_scale);
  requireBetween('ratio', requirePositive('learning_scale_ratio', learning.learning_scale_ratio), 0, 1);
  requireNotNegative('learning_shift', learning.learning_shift);
}
