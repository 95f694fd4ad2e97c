/**
 * Weibull curve through a few published survival shares, by least squares on the log-log scale.
 *
 *   S(t) = exp(-(t / scale)^shape);  log(-log S) = shape log t - shape log scale, a straight line in log t
 * Source: the Weibull plot, e.g. Lawless 2003 [M]. For shares without counts: with observations use weibull.ts.
 * Units: scale and median in those of time. Domain: t > 0, 0 < S < 1, at least two different t, S falling overall.
 * Errors: `length_mismatch`, `too_few_points`, `not_finite`, `out_of_range`, `not_falling`.
 * Worked (golden G25): S(4, 8, 12) = .84, .63, .49: shape 1.2957, scale 15.156, median 11.42 years.
 */
import { linearRegression } from 'simple-statistics';
import { FormulaFailure, requireBetween } from '../failure.ts';

export interface WeibullCurve {
  shape: number;
  scale: number;
  median: number;
}

export function weibullThrough(times: readonly number[], survival: readonly number[]): WeibullCurve {
  if (times.length !== survival.length) {
    throw new FormulaFailure(
      'length_mismatch',
      `There are ${times.length} times for ${survival.length} shares; give one each.`,
    );
  }
  if (new Set(times).size < 2) {
    throw new FormulaFailure('too_few_points', `The times are ${times.join(', ')}; give two different ones.`);
  }
  const points = times.map((time, index) => [
    Math.log(requireBetween(`time ${index}`, time, Number.MIN_VALUE, Number.MAX_VALUE)),
    Math.log(-Math.log(requireBetween(`survival ${index}`, survival[index]!, LEAST_SHARE, 1 - LEAST_SHARE))),
  ]);
  const { m: shape, b: intercept } = linearRegression(points);
  if (!(shape > 0)) {
    throw new FormulaFailure(
      'not_falling',
      `The line through the shares ${survival.join(', ')} has slope ${shape}; survival must fall with time.`,
    );
  }
  const scale = Math.exp(-intercept / shape);
  return { shape, scale, median: scale * Math.LN2 ** (1 / shape) };
}

/** Nearer to 0 or 1 the logarithm of a logarithm says nothing about the curve. */
const LEAST_SHARE = 1e-12;
