/**
 * Which terms the ranking rests on: the fall of the AUC when one term's contributions are shuffled among patents.
 *
 *   importance_t = AUC - mean over shuffles of AUC with the log odds of term t taken from another patent
 * Terms that say the same thing share their importance, so a small number does not mean that the fact is idle.
 * Source: permutation importance, Breiman 2001; Fisher, Rudin and Dominici 2019. Units: AUC.
 * Domain: examples that the model was not fitted on. Errors: those of metrics/auc.ts.
 * Worked: a model of one covariate that ranks perfectly has importance near .5 there and 0 elsewhere.
 */
import { areaUnderCurve } from '../metrics/auc.ts';
import { contributions, type TerminationModel } from './model.ts';
import { shuffled } from './split.ts';
import type { Example } from './types.ts';

export interface Importance {
  term: string;
  auc_fall: number;
}

const SHUFFLES = 20;

/** Every term in order of importance. */
export function importances(
  model: TerminationModel,
  examples: readonly Example[],
  random: () => number,
): Importance[] {
  const outcomes = examples.map(({ outcome }) => outcome);
  const terms = examples.map(
    ({ facts }) => new Map(contributions(model, facts).map(({ term, log_odds }) => [term, log_odds])),
  );
  const totals = terms.map((row) => [...row.values()].reduce((sum, x) => sum + x, 0));
  const whole = areaUnderCurve(totals, outcomes);
  const names = [...new Set(terms.flatMap((row) => [...row.keys()]))].filter((name) => name !== 'constant');
  const found = names.map((term) => {
    const own = terms.map((row) => row.get(term) ?? 0);
    let sum = 0;
    for (let k = 0; k < SHUFFLES; k++) {
      const others = shuffled(own, random);
      sum += areaUnderCurve(
        totals.map((total, i) => total - own[i]! + others[i]!),
        outcomes,
      );
    }
    return { term, auc_fall: whole - sum / SHUFFLES };
  });
  return found.sort((a, b) => b.auc_fall - a.auc_fall);
}
