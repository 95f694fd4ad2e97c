/**
 * Life table of patents over fee stages: the share that lapses at each fee, of those that face it.
 *
 *   h_k = lapses at stage k / patents that faced it;  standard error sqrt(h (1 - h) / n);  S_k = prod_{i <= k} (1 - h_i)
 * A patent counts at every stage whose outcome is known by now and is censored after the last of them.
 * Source: discrete-time survival, Singer and Willett 1993; S and its error: product-limit.ts.
 * Units: stages are numbered from 1; h is a share a stage, not a year. Domain: whole numbers of stages from 0.
 * Errors: `empty_sample`, `not_finite`, `out_of_range`, `not_whole`, `no_stages`. Cost: linear.
 * Worked: four patents face 2, 2, 2, 1 fees; the second lapses at 2, the fourth at 1: h = 1/4, 1/3; S = .75, .5.
 */
import { FormulaFailure, requireBetween } from '../failure.ts';
import { productLimit } from './product-limit.ts';

/** One patent as far as its fees are known. */
export interface StageHistory {
  /** Fees of which it is known whether they were paid. */
  stages_faced: number;
  /** The last of them was not. */
  lapsed: boolean;
}

export interface StageHazard {
  stage: number;
  at_risk: number;
  lapses: number;
  hazard: number;
  standard_error: number;
  /** Share still in force after this stage. */
  survival: number;
  /** Greenwood's; null once survival is 0. */
  survival_standard_error: number | null;
}

/**
 * Share of US patents still in force after the fees due 4, 8 and 12 years from grant: 2,229 patents of one issue
 * of 1996 (Patently-O 2009). Their hazards are .16, .25, .2222.
 */
export const US_SURVIVAL_BY_STAGE: readonly number[] = [0.84, 0.63, 0.49];

/** Above any fee schedule; a larger number is a day or a year in the wrong field. */
const MOST_STAGES = 100;

export function hazardByStage(histories: readonly StageHistory[]): StageHazard[] {
  const counts = countStages(histories);
  const survival = productLimit(counts.map(({ at_risk, lapses }) => ({ at_risk, events: lapses })));
  return counts.map(({ at_risk, lapses }, index) => {
    const hazard = lapses / at_risk;
    return {
      stage: index + 1,
      at_risk,
      lapses,
      hazard,
      standard_error: Math.sqrt((hazard * (1 - hazard)) / at_risk),
      survival: survival[index]!.survival,
      survival_standard_error: survival[index]!.standard_error,
    };
  });
}

/** h_k = 1 - S_k / S_(k-1) of a published survival by stage. @throws FormulaFailure `out_of_range` where S rises or is 0 */
export function hazardsOfSurvival(survival: readonly number[]): number[] {
  let before = 1;
  return survival.map((share, index) => {
    requireBetween(`survival ${index}`, share, Number.MIN_VALUE, before);
    const hazard = 1 - share / before;
    before = share;
    return hazard;
  });
}

function countStages(histories: readonly StageHistory[]) {
  if (histories.length === 0) {
    throw new FormulaFailure('empty_sample', 'There are 0 histories; give at least one.');
  }
  for (const [index, history] of histories.entries()) requireHistory(history, index);
  const most = histories.reduce((stages, { stages_faced }) => Math.max(stages, stages_faced), 0);
  if (most === 0) {
    throw new FormulaFailure(
      'no_stages',
      `None of ${histories.length} patents has faced a fee; wait for one.`,
    );
  }
  const ended = Array<number>(most + 1).fill(0);
  const lapses = Array<number>(most + 1).fill(0);
  for (const { stages_faced, lapsed } of histories) {
    ended[stages_faced]!++;
    if (lapsed) lapses[stages_faced]!++;
  }
  let at_risk = histories.length;
  return lapses.slice(1).map((count, index) => {
    at_risk -= ended[index]!;
    return { at_risk, lapses: count };
  });
}

function requireHistory({ stages_faced, lapsed }: StageHistory, index: number): void {
  requireBetween(`stages_faced ${index}`, stages_faced, lapsed ? 1 : 0, MOST_STAGES);
  if (Number.isInteger(stages_faced)) return;
  throw new FormulaFailure('not_whole', `stages_faced ${index} is ${stages_faced}; give a whole number.`);
}
