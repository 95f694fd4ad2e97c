/**
 * Predicted against observed lapses, fee stage by fee stage.
 *
 *   expected E = sum p, observed O = lapses;  standardised difference (O - E) / sqrt(sum p (1 - p)), about N(0, 1)
 *   where the predictions are right and patents lapse independently (Hosmer and Lemeshow 1980);
 *   expected calibration error = sum over stages of |O - E| / number of predictions, the stages being the bins
 *   (Naeini, Cooper and Hauskrecht 2015 with bins of equal width of p).
 * A whole industry that lapses together makes the standardised difference too large: read it with that in mind.
 * Units: counts and shares. Domain: 0 <= p <= 1, whole stages from 1.
 * Errors: `empty_sample`, `not_finite`, `out_of_range`, `not_whole`. The standardised difference is null where
 * every prediction of the stage is 0 or 1. Cost: linear.
 * Worked: stage 1 with p .2, .4 and one lapse: E .6, O 1, difference .4 / sqrt .4 = .63246, error .4 / 2 = .2.
 */
import { FormulaFailure, requireBetween } from '../failure.ts';

/** One prediction with what came of it. */
export interface StagePrediction {
  stage: number;
  probability: number;
  lapsed: boolean;
}

export interface StageCalibration {
  stage: number;
  predictions: number;
  expected: number;
  observed: number;
  standardised_difference: number | null;
}

export interface Calibration {
  /** The stages that occur, in order. */
  stages: StageCalibration[];
  expected_calibration_error: number;
}

export function calibrationByStage(predictions: readonly StagePrediction[]): Calibration {
  if (predictions.length === 0) {
    throw new FormulaFailure('empty_sample', 'There are 0 predictions; give at least one.');
  }
  for (const [index, prediction] of predictions.entries()) requirePrediction(prediction, index);
  const stages = Map.groupBy(predictions, ({ stage }) => stage);
  const calibrated = [...stages.keys()]
    .sort((a, b) => a - b)
    .map((stage) => calibrationOf(stage, stages.get(stage)!));
  const miss = calibrated.reduce((sum, { expected, observed }) => sum + Math.abs(observed - expected), 0);
  return { stages: calibrated, expected_calibration_error: miss / predictions.length };
}

function calibrationOf(stage: number, predictions: readonly StagePrediction[]): StageCalibration {
  let expected = 0;
  let observed = 0;
  let variance = 0;
  for (const { probability, lapsed } of predictions) {
    expected += probability;
    observed += Number(lapsed);
    variance += probability * (1 - probability);
  }
  const standardised_difference = variance === 0 ? null : (observed - expected) / Math.sqrt(variance);
  return { stage, predictions: predictions.length, expected, observed, standardised_difference };
}

function requirePrediction({ stage, probability }: StagePrediction, index: number): void {
  requireBetween(`probability ${index}`, probability, 0, 1);
  requireBetween(`stage ${index}`, stage, 1, Number.MAX_SAFE_INTEGER);
  if (Number.isInteger(stage)) return;
  throw new FormulaFailure('not_whole', `stage ${index} is ${stage}; give a whole number.`);
}
