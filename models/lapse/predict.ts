/**
 * What a fitted lapse model says of one patent without a termination notice on `as_of`.
 *
 * Hazard of an annuity: h = logistic(x'b), standard error h (1 - h) sqrt(x'Vx) (delta method).
 * Undisclosed lapse: over the due dates d <= as_of, alive = prod (1 - h_d), hidden = sum of
 * prod_{before d} (1 - h) * h_d * (1 - F(as_of - d)) with F the measured share of lapses published by then;
 * P(in force | no notice) = alive / (alive + hidden) (Bayes). A due date older than NOTICE_DELAY_days adds nothing.
 * Lapse within twelve months: P(in force) * h at the one due date in (as_of, as_of + 12 months], else 0; its
 * standard error carries the gradient of both factors.
 * An annuity proven to be paid (`paid_through`) hides no lapse and can cause none.
 * A hazard is held between LEAST_HAZARD and MOST_HAZARD.
 * Domain: granted right with CNIPA annuities; finite covariates; errors: dates that are no dates throw RangeError.
 * Worked: h = .1 at a due date one month old, F = 0: P(in force) = .9; with h = .1 next, P(lapse in 12 months) = .09.
 */
import { type Annuity, annuities } from '../annuity/cnipa.ts';
import { addYears, daysBetween } from '../calendar.ts';
import type { CalendarDate, PatentFacts, RightType } from '../types.ts';
import { centre, DUE_COVARIATES, dueCovariates, PATENT_COVARIATES, patentCovariates } from './covariates.ts';
import { logistic } from './logit.ts';
import { NOTICE_DELAY_days, publishedShare } from './notice.ts';
import type { AnnuityHazard, LapseModel, LapsePrediction } from './types.ts';

/**
 * Bounds of a hazard, against absurd covariates: over a whole life survival stays above 1e-12 and below 1, where the
 * normal quantile of value/renewal-fit.ts is finite and exact to 1e-8.
 */
const LEAST_HAZARD = 1e-6;
const MOST_HAZARD = 0.75;

interface DueHazard extends AnnuityHazard {
  /** Derivative of the hazard in the coefficients. */
  gradient: number[];
}

/** A probability with its derivative in the coefficients. */
interface Estimate {
  value: number;
  gradient: number[];
}

/** Predicts from facts known on `as_of`; `granted_on` on or before it. */
export function predictLapse(
  model: LapseModel,
  facts: PatentFacts,
  granted_on: CalendarDate,
  as_of: CalendarDate,
): LapsePrediction {
  const raw = patentCovariates(facts);
  const patent = centre(raw, model.imputation_means);
  const due = annuities(facts.right_type, facts.filed_on, granted_on).map((annuity) =>
    dueHazard(model, facts, patent, annuity),
  );
  const in_force = stillInForce(due, as_of, model.coefficients.length);
  const year_end = addYears(as_of, 1);
  const next = due.find(({ due_on }) => due_on > as_of && due_on <= year_end);
  const lapse =
    next === undefined || next.paid
      ? constant(0, model.coefficients.length)
      : product(in_force, estimate(next));
  return {
    annuities: due.map(({ gradient: _, ...hazard }) => hazard),
    in_force_probability: in_force.value,
    lapse_probability_12m: {
      value: lapse.value,
      standard_error: deltaError(model.covariance, lapse.gradient),
    },
    imputed: PATENT_COVARIATES.filter((_, index) => raw[index] === null),
  };
}

/** Survival through each annuity of a path of hazards: prod (1 - h). */
export function survivalPath(hazards: readonly number[]): number[] {
  let alive = 1;
  return hazards.map((hazard) => {
    alive *= 1 - hazard;
    return alive;
  });
}

/** Log odds of what an annuity's patent year alone tells: the same for all patents of a type of right. */
export function dueScore({ coefficients }: LapseModel, right: RightType, patent_year: number): number {
  return dot(dueCovariates(right, patent_year), coefficients);
}

/** @param patent covariates of the patent, centred */
export function annuityHazard(
  due_score: number,
  patent: readonly number[],
  { coefficients }: LapseModel,
): number {
  let score = due_score;
  for (let index = 0; index < patent.length; index++)
    score += patent[index]! * coefficients[DUE_COVARIATES.length + index]!;
  return Math.min(MOST_HAZARD, Math.max(LEAST_HAZARD, logistic(score)));
}

/**
 * Chance that a right is in force though no notice has come.
 * @param hazards of the unproven annuities of which a notice may still be under way, in order of time
 * @param unpublished share of lapses at each whose notice has not been published yet
 */
export function inForceProbability(hazards: readonly number[], unpublished: readonly number[]): number {
  let alive = 1;
  let hidden = 0;
  for (let index = 0; index < hazards.length; index++) {
    const unpaid = alive * hazards[index]!;
    hidden += unpaid * unpublished[index]!;
    alive -= unpaid;
  }
  return alive / (alive + hidden);
}

/** Share of lapses `elapsed` days after the due date that are still unpublished; null where that no longer matters. */
export function unpublishedShare(elapsed: number): number | null {
  return elapsed < 0 || elapsed >= NOTICE_DELAY_days ? null : 1 - publishedShare(elapsed);
}

function dueHazard(model: LapseModel, facts: PatentFacts, patent: number[], annuity: Annuity): DueHazard {
  const x = [...dueCovariates(facts.right_type, annuity.patent_year), ...patent];
  const due_score = dueScore(model, facts.right_type, annuity.patent_year);
  const hazard = annuityHazard(due_score, patent, model);
  const slope = hazard * (1 - hazard);
  const gradient = x.map((value) => slope * value);
  const { patent_year, due_on, amount } = annuity;
  return {
    patent_year,
    due_on,
    amount,
    hazard,
    standard_error: deltaError(model.covariance, gradient),
    paid: patent_year <= (facts.paid_through ?? 0),
    gradient,
  };
}

function stillInForce(due: DueHazard[], as_of: CalendarDate, width: number): Estimate {
  let alive = constant(1, width);
  let hidden = constant(0, width);
  const open = due.flatMap((annuity) => {
    const share = annuity.paid ? null : unpublishedShare(daysBetween(annuity.due_on, as_of));
    return share === null ? [] : [{ annuity, share }];
  });
  for (const { annuity, share } of open) {
    const unpaid = product(alive, estimate(annuity));
    hidden = combine(hidden, 1, unpaid, share);
    alive = combine(alive, 1, unpaid, -1);
  }
  const total = alive.value + hidden.value;
  return {
    value: inForceProbability(
      open.map(({ annuity }) => annuity.hazard),
      open.map(({ share }) => share),
    ),
    gradient: alive.gradient.map(
      (slope, index) => (slope * hidden.value - alive.value * hidden.gradient[index]!) / total ** 2,
    ),
  };
}

function estimate({ hazard, gradient }: DueHazard): Estimate {
  return { value: hazard, gradient };
}

function constant(value: number, width: number): Estimate {
  return { value, gradient: Array<number>(width).fill(0) };
}

function product(a: Estimate, b: Estimate): Estimate {
  return {
    value: a.value * b.value,
    gradient: a.gradient.map((slope, index) => slope * b.value + a.value * b.gradient[index]!),
  };
}

function combine(a: Estimate, share: number, b: Estimate, other: number): Estimate {
  return {
    value: share * a.value + other * b.value,
    gradient: a.gradient.map((slope, index) => share * slope + other * b.gradient[index]!),
  };
}

function deltaError(covariance: number[][], gradient: number[]): number {
  return Math.sqrt(
    dot(
      gradient,
      covariance.map((row) => dot(row, gradient)),
    ),
  );
}

function dot(a: readonly number[], b: readonly number[]): number {
  let sum = 0;
  for (let index = 0; index < a.length; index++) sum += a[index]! * b[index]!;
  return sum;
}
