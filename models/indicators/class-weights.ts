/**
 * How much each IPC subclass weighs among a set of patents, every patent weighing the same.
 *
 *   w_j = sum_i b_ji,  b_ji = symbols of patent i in subclass j / symbols of patent i.
 * So a citing patent with many classes counts no more than one with a single class. Patents without classes are left
 * out and counted; the weights sum to the number of the others.
 * Source: OECD generality and originality (Squicciarini, Dernis and Criscuolo 2013), weighting [M].
 * Unit: patents. Errors: FormulaFailure `ipc_invalid`.
 * Worked: {A61K31/00, A61K9/20, C07D1/00} and {A61K31/00}: A61K 5/3, C07D 1/3, two patents.
 */
import { ipcSubclass } from './subclass.ts';

export interface ClassWeights {
  /** In the order in which the subclasses first appear. */
  weights: number[];
  /** Patents with classes. */
  patents: number;
  patents_without_classes: number;
}

export function classWeights(patents: readonly (readonly string[])[]): ClassWeights {
  const weights = new Map<string, number>();
  const classified = patents.filter((ipc) => ipc.length > 0);
  for (const ipc of classified) {
    for (const symbol of ipc) {
      const subclass = ipcSubclass(symbol);
      weights.set(subclass, (weights.get(subclass) ?? 0) + 1 / ipc.length);
    }
  }
  return {
    weights: [...weights.values()],
    patents: classified.length,
    patents_without_classes: patents.length - classified.length,
  };
}
