/**
 * Conformalised quantile regression (CQR): predicted quantiles of the log value, corrected to hold their coverage.
 *
 * Both sides alike:  s_i = max(qlo_i - y_i, y_i - qhi_i), Q = conformal quantile of s at alpha; [qlo - Q, qhi + Q].
 * Each side alone:   s_i = qlo_i - y_i below and y_i - qhi_i above, each at alpha / 2, so neither end misses more
 * than alpha / 2; wider, but the low end is the one a lender asks about.
 * A negative correction narrows. Ends that would cross meet in their middle, which holds all that is between them.
 * Source: Romano, Patterson and Candes 2019 [M]. Exchangeability and too few scores: conformal.ts.
 * Units: natural logarithm of money in, major money units out. Domain: qlo <= qhi, 0 < alpha < 1.
 * Errors: not_finite, out_of_range, empty_sample, crossed_quantiles.
 * Worked: 9 patents with y = 1, ..., 9, quantiles 2 and 8, alpha = .1: scores from -3 to 1, so Q = 1.
 */
import { FormulaFailure, requireFinite } from '../failure.ts';
import { type ConformalInterval, conformalQuantile, moneyOf, TOO_FEW } from './conformal.ts';

export interface LogQuantiles {
  log_low: number;
  log_high: number;
}

export interface CalibrationCase extends LogQuantiles {
  log_value: number;
}

/** What is taken from the low and added to the high quantile; null: no finite amount is enough. */
export interface QuantileCorrection {
  below: number | null;
  above: number | null;
}

/** The same correction on both sides. */
export function symmetricCorrection(
  cases: readonly CalibrationCase[],
  miss_rate: number,
): QuantileCorrection {
  const correction = conformalQuantile(
    cases.map((patent) => Math.max(missBelow(patent), missAbove(patent))),
    miss_rate,
  );
  return { below: correction, above: correction };
}

/** A correction for each side, with half of the miss rate each. */
export function oneSidedCorrections(
  cases: readonly CalibrationCase[],
  miss_rate: number,
): QuantileCorrection {
  return {
    below: conformalQuantile(cases.map(missBelow), miss_rate / 2),
    above: conformalQuantile(cases.map(missAbove), miss_rate / 2),
  };
}

export function correctedInterval(
  quantiles: LogQuantiles,
  { below, above }: QuantileCorrection,
): ConformalInterval {
  requireOrdered(quantiles);
  const log_low = below === null ? Number.NEGATIVE_INFINITY : quantiles.log_low - below;
  const log_high = above === null ? Number.POSITIVE_INFINITY : quantiles.log_high + above;
  const middle = (log_low + log_high) / 2;
  const crossed = log_low > log_high;
  return {
    low: moneyOf(crossed ? middle : log_low),
    high: above === null ? null : moneyOf(crossed ? middle : log_high),
    note: below === null || above === null ? TOO_FEW : null,
  };
}

function missBelow(patent: CalibrationCase): number {
  requireOrdered(patent);
  return patent.log_low - requireFinite('log value', patent.log_value);
}

function missAbove(patent: CalibrationCase): number {
  requireOrdered(patent);
  return requireFinite('log value', patent.log_value) - patent.log_high;
}

function requireOrdered({ log_low, log_high }: LogQuantiles): void {
  requireFinite('low quantile', log_low);
  requireFinite('high quantile', log_high);
  if (log_low > log_high)
    throw new FormulaFailure(
      'crossed_quantiles',
      `the low quantile ${log_low} is above the high one ${log_high}; sort the predicted quantiles.`,
    );
}
