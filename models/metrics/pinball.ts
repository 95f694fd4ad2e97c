/**
 * Pinball loss of a predicted quantile: smallest on average at the true quantile.
 *
 *   mean of max(tau (y - q), (tau - 1)(y - q)); at tau = .5 half the mean absolute error
 * Source: Koenker and Bassett 1978 [M].
 * Units: those of y (on log values: natural logarithm). Domain: 0 < tau < 1, one prediction a value, at least one.
 * Errors: not_finite, out_of_range, lengths_differ, empty_sample.
 * Worked: y = 1, 3 with q = 2 and tau = .9: (.1 + .9) / 2 = .5.
 */
import { FormulaFailure, requireBetween, requireFinite } from '../failure.ts';

export function pinballLoss(values: readonly number[], quantiles: readonly number[], level: number): number {
  requireBetween('quantile level tau', level, 1e-9, 1 - 1e-9);
  if (values.length !== quantiles.length)
    throw new FormulaFailure(
      'lengths_differ',
      `${values.length} values and ${quantiles.length} predicted quantiles; give one a value.`,
    );
  if (values.length === 0) throw new FormulaFailure('empty_sample', 'no value; give at least one.');
  const sum = values.reduce((sum, value, i) => {
    const error = requireFinite('value', value) - requireFinite('predicted quantile', quantiles[i]!);
    return sum + Math.max(level * error, (level - 1) * error);
  }, 0);
  return sum / values.length;
}
