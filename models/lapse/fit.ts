/**
 * Fit of the lapse hazard: logit h = x'b at every observed annuity due date.
 *
 * Source: discrete-time survival (Singer and Willett 1993), because owners drop patents at due dates and nowhere
 * else. Penalised maximum likelihood under LAPSE_PRIOR; missing covariates become the training mean (over patents).
 * A covariate that no patent has gets mean 0 and stays with its prior.
 * Errors: `trained_to_invalid`, `no_rows`, or the first fault of person-periods.ts where no sound history is left, as
 * named failures, never a throw.
 * Measured on data/cn_patents.csv, trained to and asked on 1 January of 2009, 2011, 2013: lapses within twelve months
 * expected 128, 91, 65, came 118, 64, 80; AUC .59, .60, .53 (.5 is chance). The level drifts by more than chance and the
 * ranking of patents one year ahead is weak: read the probability as a level for a class, not as a verdict.
 * Worked: see test/models/lapse.test.ts; on data/cn_patents.csv more claims lower the hazard, domestic and individual
 * applicants raise it.
 */
import { isCalendarDate } from '../calendar.ts';
import type { CalendarDate, Failure } from '../types.ts';
import { COVARIATES, centre, dueCovariates, PATENT_COVARIATES, patentCovariates } from './covariates.ts';
import { fitLogit } from './logit.ts';
import { type PersonPeriods, personPeriods } from './person-periods.ts';
import { LAPSE_PRIOR } from './prior.ts';
import type { LapseFit, LapseHistory } from './types.ts';

export const LAPSE_MODEL = 'pledgewatch-lapse/1';

/** Fits the model on what was public on `trained_to`. The order of `histories` fixes the order of sums. */
export function fitLapse(histories: readonly LapseHistory[], trained_to: CalendarDate): LapseFit {
  if (!isCalendarDate(trained_to)) {
    return failed('trained_to_invalid', `trained_to '${trained_to}' is not a date; give YYYY-MM-DD.`);
  }
  const built = personPeriods(histories, trained_to);
  if (built.periods.length === 0) {
    const [fault] = built.faults;
    if (fault) return { ok: false, failure: fault };
    return failed(
      'no_rows',
      `no annuity due date was observable by ${trained_to}; train later or on more patents.`,
    );
  }
  const { means, missing } = imputation(built.periods);
  const { design, outcome } = designMatrix(built.periods, means);
  const fit = fitLogit(design, outcome, LAPSE_PRIOR);
  const rows = outcome.length;
  const events = outcome.reduce((sum, value) => sum + value, 0);
  return {
    ok: true,
    model: {
      id: `${LAPSE_MODEL}:${trained_to}:${built.periods.length}:${rows}:${events}`,
      version: LAPSE_MODEL,
      trained_to,
      covariates: [...COVARIATES],
      coefficients: fit.coefficients,
      covariance: fit.covariance,
      imputation_means: means,
      prior: LAPSE_PRIOR.map((prior) => ({ ...prior })),
      rows,
      events,
      patents: built.periods.length,
      excluded: built.faults.length,
      imputed: missing,
      converged: fit.converged,
      iterations: fit.iterations,
    },
  };
}

function failed(code: string, message: string): { ok: false; failure: Failure } {
  return { ok: false, failure: { code, message } };
}

function imputation(periods: PersonPeriods[]) {
  const means: Record<string, number> = {};
  const missing: Record<string, number> = {};
  const raw = periods.map(({ history }) => patentCovariates(history.facts));
  for (const [index, name] of PATENT_COVARIATES.entries()) {
    const known = raw.map((values) => values[index]!).filter((value) => value !== null);
    means[name] = known.length === 0 ? 0 : known.reduce((sum, value) => sum + value, 0) / known.length;
    missing[name] = raw.length - known.length;
  }
  return { means, missing };
}

function designMatrix(periods: PersonPeriods[], means: Record<string, number>) {
  const rows = periods.reduce((sum, { patent_years }) => sum + patent_years.length, 0);
  const design = new Float64Array(rows * COVARIATES.length);
  const outcome = new Uint8Array(rows);
  let row = 0;
  for (const { history, patent_years, lapsed } of periods) {
    const patent = centre(patentCovariates(history.facts), means);
    for (const [index, patent_year] of patent_years.entries()) {
      design.set(
        [...dueCovariates(history.facts.right_type, patent_year), ...patent],
        row * COVARIATES.length,
      );
      outcome[row] = Number(lapsed && index === patent_years.length - 1);
      row++;
    }
  }
  return { design, outcome };
}
