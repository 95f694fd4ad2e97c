/**
 * Percentile interval of the difference of a metric between two models on the same patents (paired bootstrap).
 *
 * Patents are drawn with replacement, both models see the same draw, and the difference is taken anew; the interval
 * runs between the (1 - c) / 2 and (1 + c) / 2 quantiles of the differences. Pairing takes out the luck of the
 * sample that both share. Source: Efron and Tibshirani 1993, ch. 13 [M].
 * Units: those of the difference. Cost: `resamples` times the metric. A seed gives the same interval again and is
 * part of the result. A failure of the metric on a draw (one class only, say) passes to the caller: such a sample is
 * too small to judge on. Domain: at least two patents. Errors: out_of_range, empty_sample, not_finite, not_whole.
 * Worked: the mean of 0, 1 over 2 patents: estimate .5, interval 0 to 1 at 95 %.
 */
import { quantileSorted } from 'simple-statistics';
import { FormulaFailure, requireBetween, requireFinite } from '../failure.ts';
import { mulberry32 } from '../random.ts';

export const DEFAULT_RESAMPLES = 2000;
export const DEFAULT_CONFIDENCE = 0.95;

export interface BootstrapInterval {
  estimate: number;
  low: number;
  high: number;
  confidence: number;
  resamples: number;
  seed: number;
}

/** `difference` takes the numbers (from 0) of the patents drawn, with repeats, and gives challenger minus champion. */
export function pairedBootstrap(
  count: number,
  difference: (drawn: readonly number[]) => number,
  seed: number,
  resamples: number = DEFAULT_RESAMPLES,
  confidence: number = DEFAULT_CONFIDENCE,
): BootstrapInterval {
  requireSettings(count, seed, resamples, confidence);
  const metric = (drawn: readonly number[]) => requireFinite('metric difference', difference(drawn));
  const everyone = Array.from({ length: count }, (_, i) => i);
  const random = mulberry32(seed);
  const estimate = metric(everyone);
  const differences = Array.from({ length: resamples }, () =>
    metric(everyone.map(() => Math.floor(random() * count))),
  ).sort((a, b) => a - b);
  return {
    estimate,
    low: quantileSorted(differences, (1 - confidence) / 2),
    high: quantileSorted(differences, (1 + confidence) / 2),
    confidence,
    resamples,
    seed,
  };
}

function requireSettings(count: number, seed: number, resamples: number, confidence: number): void {
  if (count < 2)
    throw new FormulaFailure('empty_sample', `${count} patents; a bootstrap needs at least two.`);
  requireBetween('count', count, 2, 2 ** 31);
  requireBetween('seed', seed, 0, 2 ** 32 - 1);
  requireBetween('resamples', resamples, 100, 1e6);
  requireBetween('confidence', confidence, 0.5, 0.999);
  for (const [name, value] of Object.entries({ count, seed, resamples }))
    if (!Number.isInteger(value))
      throw new FormulaFailure('not_whole', `${name} is ${value}; give a whole number.`);
}
