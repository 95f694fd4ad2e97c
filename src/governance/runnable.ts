/**
 * The model specifications that this program holds code for. The registry in the database says which of them counts;
 * what stands there without code here can be read, and neither compared nor promoted.
 */
import { FormulaFailure } from '../../models/failure.ts';
import { fitLapse, LAPSE_MODEL } from '../../models/lapse/fit.ts';
import { predictLapse } from '../../models/lapse/predict.ts';
import {
  fitStageRate,
  STAGE_RATE_MODEL,
  type StageRateModel,
  stageRateLapse,
} from '../../models/lapse/stage-rate.ts';
import type { LapseHistory, LapseModel } from '../../models/lapse/types.ts';
import type { Sentence } from '../../models/sentences.ts';
import type { CalendarDate, PatentFacts } from '../../models/types.ts';
import { STANDING_MODEL } from '../../models/value/standing.ts';
import { LAPSE_MODEL_KIND } from '../valuations/models.ts';
import { say } from './sentences.ts';

/** The question that comparisons ask. */
export const LAPSE_TASK = 'annuity-unpaid-12-months';

export interface FittedModel {
  parameters: LapseModel | StageRateModel;
  /** Chance that an annuity falls due within twelve months of a day and stays unpaid. */
  lapseWithinYear(facts: PatentFacts, granted_on: CalendarDate, as_of: CalendarDate): number;
}

export interface RunnableModel {
  kind: string;
  /** @throws FormulaFailure where the histories hold too little */
  fit(histories: readonly LapseHistory[], trained_to: CalendarDate): FittedModel;
}

const RUNNABLE: Record<string, RunnableModel> = {
  [LAPSE_MODEL]: { kind: LAPSE_MODEL_KIND, fit: fitHazard },
  [STAGE_RATE_MODEL]: { kind: 'lapse-stage-rate', fit: fitStages },
};

export function runnableModel(specification_id: string): RunnableModel | null {
  return RUNNABLE[specification_id] ?? null;
}

/** Why valuations cannot run on a specification; null when they can. */
export function valuationFault(specification_id: string): Sentence | null {
  if (specification_id === STANDING_MODEL) return say('standing_unproven', { model: specification_id });
  const model = runnableModel(specification_id);
  if (model === null) return say('model_without_code', { model: specification_id });
  if (model.kind !== LAPSE_MODEL_KIND)
    return say('model_kind_unfit', { needed: LAPSE_MODEL_KIND, model: specification_id, kind: model.kind });
  return null;
}

function fitHazard(histories: readonly LapseHistory[], trained_to: CalendarDate): FittedModel {
  const fit = fitLapse(histories, trained_to);
  if (!fit.ok) throw new FormulaFailure(fit.failure.code, fit.failure.message);
  return {
    parameters: fit.model,
    lapseWithinYear: (facts, granted_on, as_of) =>
      predictLapse(fit.model, facts, granted_on, as_of).lapse_probability_12m.value,
  };
}

function fitStages(histories: readonly LapseHistory[], trained_to: CalendarDate): FittedModel {
  const parameters = fitStageRate(histories, trained_to);
  return {
    parameters,
    lapseWithinYear: (facts, granted_on, as_of) => stageRateLapse(parameters, facts, granted_on, as_of),
  };
}
