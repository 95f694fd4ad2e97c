/**
 * Composite quality indices 4 and 6: the mean of normalised indicators.
 *
 *   index 4 = mean of forward citations (5 years), family size, claims, generality;
 *   index 6 = mean of those four, backward citations and the grant-lag index.
 * The mean runs over the indicators that are there; how many is stored, and a missing one is never 0. Defined for
 * granted patents. Definition of the OECD database; another published tool takes originality and radicalness as the
 * fifth and sixth.
 * Source: Squicciarini, Dernis and Criscuolo 2013 [M]. Unit: 0 to 1.
 * Errors: FormulaFailure `no_components`, `not_finite`, `out_of_range`.
 * Worked (golden G5): .5, .5, .5, .6111 give .528.
 */
import { FormulaFailure, requireBetween } from '../failure.ts';

export const INDEX_4 = ['forward_citations_5', 'family_size', 'claims', 'generality'] as const;
export const INDEX_6 = [...INDEX_4, 'backward_citations', 'grant_lag_days'] as const;

export interface Composite {
  value: number;
  n_available: number;
  missing: string[];
}

/** Mean of the named components, each 0 to 1 with higher better; null or absent where missing. */
export function composite(
  names: readonly string[],
  components: Readonly<Record<string, number | null>>,
): Composite {
  const available = names.flatMap((name) => {
    const value = components[name] ?? null;
    return value === null ? [] : [requireBetween(name, value, 0, 1)];
  });
  if (available.length === 0)
    throw new FormulaFailure('no_components', `None of ${names.join(', ')} is known; give at least one.`);
  return {
    value: available.reduce((sum, value) => sum + value, 0) / available.length,
    n_available: available.length,
    missing: names.filter((name) => (components[name] ?? null) === null),
  };
}
