/**
 * Distribution of initial returns from the survival that the lapse model predicts.
 *
 * In the renewal model probit(1 - S_k) = (log z_k - mu) / sigma, a straight line in log z_k. Weighted least squares
 * with the minimum-normit weights phi(q)^2 / (S (1 - S)), q = probit(1 - S) (Berkson 1955), gives sigma and mu.
 * sigma is common to all patents: fitted once on the path of the average patent, because a single path of hazards
 * says little about the spread between patents. mu belongs to the patent: with sigma given, the same weights
 * average log z_k - sigma q_k over its own path, so its covariates move it through the hazard.
 *
 * Units: thresholds in major currency units; mu in their logarithm. Domain: 0 < S < 1, at least two different z.
 * Errors: none; outside the domain the result is NaN.
 * Worked: S of golden G6 gives back mu = log 6000 and sigma = 1.8.
 */
import normalQuantile from '@stdlib/stats-base-dists-normal-quantile';
import { CNIPA_FEES } from '../annuity/cnipa.ts';
import { dueCovariates } from '../lapse/covariates.ts';
import { logistic } from '../lapse/logit.ts';
import { survivalPath } from '../lapse/predict.ts';
import type { LapseModel } from '../lapse/types.ts';
import { type ReturnDistribution, renewalThresholds } from './renewal.ts';

/** Patent year of the first annuity after grant of the median patent in data/cn_patents.csv. */
const REFERENCE_FIRST_PATENT_YEAR = 5;

/** mu and sigma of the line through all points. */
export function fitReturns(survival: readonly number[], thresholds: readonly number[]): ReturnDistribution {
  const points = normitPoints(survival, thresholds);
  const weight = sumOf(points, (point) => point.weight);
  const meanLog = sumOf(points, (point) => point.weight * point.log_threshold) / weight;
  const meanNormit = sumOf(points, (point) => point.weight * point.normit) / weight;
  const covariance = sumOf(
    points,
    (point) => point.weight * (point.log_threshold - meanLog) * (point.normit - meanNormit),
  );
  const variance = sumOf(points, (point) => point.weight * (point.log_threshold - meanLog) ** 2);
  const sigma = variance / covariance;
  return { mu: meanLog - sigma * meanNormit, sigma };
}

/** mu of one patent for the common sigma. */
export function fitReturnLocation(
  survival: readonly number[],
  thresholds: readonly number[],
  sigma: number,
): number {
  let weights = 0;
  let weighted = 0;
  for (let index = 0; index < survival.length; index++) {
    const normit = normitOf(survival[index]!);
    const weight = normitWeight(normit, survival[index]!);
    weights += weight;
    weighted += weight * (Math.log(thresholds[index]!) - sigma * normit);
  }
  return weighted / weights;
}

/** Common sigma: the average patent of the lapse model, an invention on the CNIPA schedule. */
export function commonSigma(model: LapseModel, decay: number): number {
  const fees = CNIPA_FEES.invention.fees.slice(REFERENCE_FIRST_PATENT_YEAR - 1);
  const hazards = fees.map((_, k) => {
    const x = dueCovariates('invention', REFERENCE_FIRST_PATENT_YEAR + k);
    return logistic(x.reduce((sum, value, index) => sum + value * model.coefficients[index]!, 0));
  });
  return fitReturns(survivalPath(hazards), renewalThresholds(fees, decay)).sigma;
}

interface NormitPoint {
  log_threshold: number;
  normit: number;
  weight: number;
}

function normitPoints(survival: readonly number[], thresholds: readonly number[]): NormitPoint[] {
  return survival.map((alive, index) => {
    const normit = normitOf(alive);
    return { log_threshold: Math.log(thresholds[index]!), normit, weight: normitWeight(normit, alive) };
  });
}

function normitOf(alive: number): number {
  return -normalQuantile(alive, 0, 1);
}

function normitWeight(normit: number, alive: number): number {
  const density = Math.exp(-(normit ** 2) / 2) / Math.sqrt(2 * Math.PI);
  return density ** 2 / (alive * (1 - alive));
}

function sumOf(points: NormitPoint[], term: (point: NormitPoint) => number): number {
  return points.reduce((sum, point) => sum + term(point), 0);
}
