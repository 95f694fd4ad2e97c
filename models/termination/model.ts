/**
 * Probability that a patent gets its termination notice within five years of grant, and what moved it.
 *
 *   logit P(notice within h years) = constant_h + sum of covariate effects + sum of the effects of the patent's groups
 * Proportional odds over the horizons 3, 4, 5, 6 and 8 years: a patent dropped after six years tells about the
 * one dropped after five, which the answer to the one question of five years would throw away. Only horizons that a
 * patent was followed for count. Penalised with partial pooling (design.ts), fitted by sparse-logit.ts. The rows of one
 * patent are not independent: the priors, chosen by cross-validation, make up for that, and no standard errors are given.
 * Every term is a number of log odds that can be shown to whoever asks, and they add up.
 * Source: McCullagh 1980 (proportional odds); Gelman and Hill 2007, ch. 14. Measured: docs/models/termination.md.
 * Domain: examples of both outcomes. Errors: FormulaFailure `one_class`, `not_converged`.
 * Worked: a thousand equal patents, 300 of them terminated in the fourth year: probability .300.
 */
import { FormulaFailure } from '../failure.ts';
import { logistic } from '../lapse/logit.ts';
import { type Cell, constantOf, type Encoding, encode, learnEncoding } from './design.ts';
import { daysOf, endedWithin, HORIZON_years } from './outcome.ts';
import { fitSparseLogit, type SparseRows } from './sparse-logit.ts';
import type { Example, GrantFacts } from './types.ts';

export const TERMINATION_MODEL = 'pledgewatch-termination/1';
const HORIZONS_years = [3, 4, HORIZON_years, 6, 8] as const;
const ASKED = HORIZONS_years.indexOf(HORIZON_years);

export interface TerminationModel {
  encoding: Encoding;
  coefficients: Float64Array;
}

/** The order of `examples` fixes the order of sums. */
export function fitTermination(examples: readonly Example[]): TerminationModel {
  const events = examples.filter(({ outcome }) => outcome === 1).length;
  if (events === 0 || events === examples.length)
    throw new FormulaFailure(
      'one_class',
      `${events} of ${examples.length} training patents were terminated within five years; give some of both kinds.`,
    );
  const encoding = learnEncoding(
    examples.map(({ facts }) => facts),
    HORIZONS_years.length,
  );
  const rows: Cell[][] = [];
  const outcomes: number[] = [];
  for (const example of examples) {
    const cells = encode(encoding, example.facts);
    for (const [horizon, years] of HORIZONS_years.entries()) {
      if (example.followed_days < daysOf(years)) continue;
      rows.push([constantOf(horizon), ...cells]);
      outcomes.push(endedWithin(example, years));
    }
  }
  const coefficients = fitSparseLogit(pack(rows, encoding.columns), Uint8Array.from(outcomes));
  return { encoding, coefficients };
}

export function predictTermination(model: TerminationModel, facts: GrantFacts): number {
  return logistic(contributions(model, facts).reduce((sum, { log_odds }) => sum + log_odds, 0));
}

export interface Contribution {
  term: string;
  log_odds: number;
}

/** What each term adds to the log odds, the constant first; groups not seen in training are left out. */
export function contributions(model: TerminationModel, facts: GrantFacts): Contribution[] {
  return [constantOf(ASKED), ...encode(model.encoding, facts)].map(({ term, column, value }) => ({
    term,
    log_odds: value * model.coefficients[column]!,
  }));
}

function pack(rows: readonly Cell[][], width: number): SparseRows {
  const starts = new Int32Array(rows.length + 1);
  for (const [i, cells] of rows.entries()) starts[i + 1] = starts[i]! + cells.length;
  const cells = rows.flat();
  return {
    starts,
    columns: Int32Array.from(cells, ({ column }) => column),
    values: Float64Array.from(cells, ({ value }) => value),
    width,
  };
}
