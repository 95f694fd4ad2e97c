/**
 * Standardised residuals for the drift charts, scaled by the spread of like patents.
 *
 *   z = (log V - log Vhat) / sigma,  sigma = sample standard deviation of log V - log Vhat in the pool
 * A pool is a field and an age band. A single patent rarely has 30 points of its own: the pool calibrates, the
 * patent is charted. A value scored again on unchanged inputs is no new evidence and would inflate false alarms: only
 * changes count. The pool's mean is reported, not taken off: a mean away from 0 is a bias of the model that the
 * charts are to show.
 * Source: Lucas and Crosier 1982 for charts on standardised values [M]; at least 30 in-control points, a custom.
 * Units: natural logarithm of money; age in years; z in standard deviations. Cost: one pass, one hash a patent.
 * Domain: finite logarithms, age >= 0. Errors: not_finite, out_of_range, pool_too_small, no_spread.
 * Worked: 30 residuals, half .2 and half -.2: sigma = .20342; log V - log Vhat = -.5 gives z = -2.458.
 */
import { FormulaFailure, requireBetween, requireFinite } from '../failure.ts';

export const LEAST_POOL_COUNT = 30;
/** Ours: five-year steps; the last band is open. */
export const AGE_BAND_STARTS_YEARS = [0, 5, 10, 15] as const;
/** Below it the spread is rounding. */
const LEAST_DEVIATION = 1e-9;

export interface ScoredValue {
  patent_id: string;
  field: string;
  /** Since filing. */
  age_years: number;
  /** Equal when nothing that went into the value changed. */
  inputs_hash: string;
  log_value: number;
  expected_log_value: number;
}

export interface ResidualPool {
  count: number;
  mean: number;
  /** Null while the pool holds fewer than LEAST_POOL_COUNT. */
  standard_deviation: number | null;
}

/** By `poolOf`. */
export type ResidualPools = ReadonlyMap<string, ResidualPool>;

/** Of each patent its first value and those whose inputs differ from the value before; `values` in order of time. */
export function changedValues(values: readonly ScoredValue[]): ScoredValue[] {
  const last = new Map<string, string>();
  return values.filter(({ patent_id, inputs_hash }) => {
    const changed = last.get(patent_id) !== inputs_hash;
    last.set(patent_id, inputs_hash);
    return changed;
  });
}

/** Calibrates every pool on the changed among `values`, which should be of a time taken to be in control. */
export function poolResiduals(values: readonly ScoredValue[]): ResidualPools {
  const residuals = new Map<string, number[]>();
  for (const value of changedValues(values)) {
    const pool = poolOf(value);
    const members = residuals.get(pool);
    if (members === undefined) residuals.set(pool, [residualOf(value)]);
    else members.push(residualOf(value));
  }
  return new Map([...residuals].map(([pool, members]) => [pool, summary(members)]));
}

/** z of one value. */
export function standardisedResidual(value: ScoredValue, pools: ResidualPools): number {
  const name = poolOf(value);
  const pool = pools.get(name);
  const deviation = pool?.standard_deviation ?? null;
  if (deviation === null)
    throw new FormulaFailure(
      'pool_too_small',
      `pool '${name}' holds ${pool?.count ?? 0} residuals; at least ${LEAST_POOL_COUNT} are needed: widen the field or wait.`,
    );
  if (deviation < LEAST_DEVIATION)
    throw new FormulaFailure(
      'no_spread',
      `all residuals of pool '${name}' are equal; check the model behind it.`,
    );
  return residualOf(value) / deviation;
}

/** Name of the pool a value belongs to, such as `chemistry, 5 years on`. */
export function poolOf({ field, age_years }: ScoredValue): string {
  requireBetween('age in years', age_years, 0, Number.MAX_VALUE);
  const start = AGE_BAND_STARTS_YEARS.findLast((years) => years <= age_years)!;
  return `${field}, ${start} years on`;
}

function residualOf({ log_value, expected_log_value }: ScoredValue): number {
  return requireFinite('log value', log_value) - requireFinite('expected log value', expected_log_value);
}

function summary(residuals: readonly number[]): ResidualPool {
  const count = residuals.length;
  const mean = residuals.reduce((sum, residual) => sum + residual, 0) / count;
  const squares = residuals.reduce((sum, residual) => sum + (residual - mean) ** 2, 0);
  const enough = count >= LEAST_POOL_COUNT;
  return { count, mean, standard_deviation: enough ? Math.sqrt(squares / (count - 1)) : null };
}
