/**
 * What a set of predictions is worth: size, base rate, ranking, squared error and calibration, beside two baselines.
 *
 * The baselines are learnt from the same training part: `base_rate` gives every patent the training part's share,
 * `stage_hazard` what its annuities alone say (stage-hazard.ts).
 * Errors: those of metrics/: `one_class` where all outcomes are equal.
 * Worked: see test/models/termination.test.ts.
 */
import { areaUnderCurve } from '../metrics/auc.ts';
import { brierScore } from '../metrics/brier.ts';
import { calibrationError, calibrationNoise } from '../metrics/calibration-error.ts';
import { aucStandardError } from '../metrics/hanley-mcneil.ts';
import { fitTermination, predictTermination } from './model.ts';
import type { Split } from './split.ts';
import { learnStageHazard, stageProbability } from './stage-hazard.ts';
import type { Example } from './types.ts';

/** One patent that was predicted by models that had not seen it. */
export interface Predicted {
  example: Example;
  probability: number;
  baseline: { base_rate: number; stage_hazard: number };
}

export interface Measures {
  auc: number;
  brier: number;
  /** Expected calibration error, ten bins of equal width. */
  ece: number;
}

export interface Assessment extends Measures {
  n: number;
  base_rate: number;
  /** Hanley-McNeil. */
  auc_se: number;
  /** The calibration error that exact probabilities would show on so many patents. */
  ece_noise: number;
  baseline: { base_rate: Measures; stage_hazard: Measures };
}

export function predictSplit({ train, test }: Split<Example>): Predicted[] {
  const model = fitTermination(train);
  const stages = learnStageHazard(train);
  const base_rate = shareOf(train);
  return test.map((example) => ({
    example,
    probability: predictTermination(model, example.facts),
    baseline: { base_rate, stage_hazard: stageProbability(stages, example.facts) },
  }));
}

export function assess(predicted: readonly Predicted[]): Assessment {
  const outcomes = predicted.map(({ example }) => example.outcome);
  const probabilities = predicted.map(({ probability }) => probability);
  const events = outcomes.filter((outcome) => outcome === 1).length;
  const measures = measure(probabilities, outcomes);
  const baseline = (name: keyof Predicted['baseline']) =>
    measure(
      predicted.map((one) => one.baseline[name]),
      outcomes,
    );
  return {
    n: predicted.length,
    base_rate: events / predicted.length,
    ...measures,
    auc_se: aucStandardError(measures.auc, events, predicted.length - events),
    ece_noise: calibrationNoise(probabilities),
    baseline: { base_rate: baseline('base_rate'), stage_hazard: baseline('stage_hazard') },
  };
}

function measure(probabilities: readonly number[], outcomes: readonly number[]): Measures {
  return {
    auc: areaUnderCurve(probabilities, outcomes),
    brier: brierScore(probabilities, outcomes),
    ece: calibrationError(probabilities, outcomes),
  };
}

function shareOf(examples: readonly Example[]): number {
  return examples.filter(({ outcome }) => outcome === 1).length / examples.length;
}
