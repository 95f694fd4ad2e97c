/**
 * What is told of a borrower, and the reports that the borrower rules read of it. Of several facts about one thing the
 * one of the latest day counts; but the borrower's own word may add a risk, never take one away that others told of: the
 * reports are the worse of those with and without it.
 *
 * rating: grades below the one that stood when the pledge was requested, or else the first that is known; of several
 * agencies the worst fall. revenue: fall against the same period a year before, of the latest period for which both are
 * known, the longer one where two end together.
 * Source: grades of long-term ratings as S&P and Fitch write them [M]; the kinds are those of the rules.
 * Units: minor units, notches, basis points. Domain: facts effective by the day asked.
 * Worked: revenue of 2008 1,000, of 2009 650: 3,500 basis points. AA- at the request, A now: 2 notches.
 */
import { addYears, daysBetween } from '../calendar.ts';
import type { CalendarDate } from '../types.ts';
import type { PledgeRisk, Report, ReportKind } from './facts.ts';

/** From the best to the worst; a notch is a step. */
export const RATING_GRADES = [
  ...['AAA', 'AA+', 'AA', 'AA-', 'A+', 'A', 'A-', 'BBB+', 'BBB', 'BBB-', 'BB+', 'BB', 'BB-', 'B+', 'B', 'B-'],
  ...['CCC+', 'CCC', 'CCC-', 'CC', 'C', 'D'],
] as const;
export type RatingGrade = (typeof RATING_GRADES)[number];

export const REGISTRATION_STATUSES = [
  'in_business',
  'listed_abnormal',
  'licence_revoked',
  'deregistered',
] as const;

/** By kind, what a fact says. */
export interface FactDetails {
  /** From `period_from` to the day on which the fact is effective, both included. */
  revenue: { period_from: CalendarDate; amount_minor: number; currency: string };
  /** 0: nothing is owed any more. */
  tax_arrears: { amount_minor: number; currency: string };
  rating: { agency: string; grade: RatingGrade };
  registration: { status: (typeof REGISTRATION_STATUSES)[number] };
  key_inventor: { inventor: string; left: boolean };
  insured_employees: { employees: number };
  /** About who owns the patent. */
  litigation: { patent_id: string; pending: boolean };
}

export type FactKind = keyof FactDetails;

export const FACT_KINDS = [
  'revenue',
  'tax_arrears',
  'rating',
  'registration',
  'key_inventor',
  'insured_employees',
  'litigation',
] as const satisfies readonly FactKind[];

export type BorrowerFact = {
  [Kind in FactKind]: {
    kind: Kind;
    effective_on: CalendarDate;
    /** Recorded by the borrower. */
    own_word: boolean;
    detail: FactDetails[Kind];
  };
}[FactKind];

type Told<Kind extends FactKind> = Extract<BorrowerFact, { kind: Kind }>;
type Reports = PledgeRisk['reports'];

/**
 * @param facts in order of their day; of one day the later counts
 * @param requested_on of the pledge
 * @param patent_ids under the pledge
 */
export function borrowerReports(
  facts: readonly BorrowerFact[],
  requested_on: CalendarDate,
  patent_ids: readonly string[],
): Reports {
  const all = reportsOf(facts, requested_on, patent_ids);
  const of_others = reportsOf(
    facts.filter(({ own_word }) => !own_word),
    requested_on,
    patent_ids,
  );
  const worse = Object.entries(of_others).filter(
    ([kind, { amount }]) => amount > all[kind as ReportKind]!.amount,
  );
  return { ...all, ...Object.fromEntries(worse) };
}

function reportsOf(
  facts: readonly BorrowerFact[],
  requested_on: CalendarDate,
  patent_ids: readonly string[],
): Reports {
  const arrears = ofKind(facts, 'tax_arrears').at(-1);
  const registration = ofKind(facts, 'registration').at(-1);
  const inventors = ofKind(facts, 'key_inventor');
  const disputes = ofKind(facts, 'litigation').filter(({ detail }) => patent_ids.includes(detail.patent_id));
  const reports: Partial<Record<ReportKind, Report | undefined>> = {
    tax_arrears: arrears && so(arrears.detail.amount_minor > 0, arrears),
    deregistered: registration && so(registration.detail.status !== 'in_business', registration),
    key_inventor_left: anySo(
      inventors,
      ({ inventor }) => inventor,
      ({ left }) => left,
    ),
    litigation: anySo(
      disputes,
      ({ patent_id }) => patent_id,
      ({ pending }) => pending,
    ),
    rating_notches_down: ratingFall(ofKind(facts, 'rating'), requested_on),
    revenue_fall_bp: revenueFall(ofKind(facts, 'revenue')),
  };
  return Object.fromEntries(Object.entries(reports).filter(([, report]) => report !== undefined)) as Reports;
}

/** Since when the loan is in arrears, by the bank's word or as it matured with a balance; undefined while neither tells. */
export function overdueReport(
  stated: { since: CalendarDate; amount_minor: number } | null,
  { matures_on, outstanding_minor }: { matures_on: CalendarDate; outstanding_minor: number },
  as_of: CalendarDate,
): Report | undefined {
  const since = [
    ...(stated !== null && stated.amount_minor > 0 ? [stated.since] : []),
    ...(outstanding_minor > 0 && matures_on < as_of ? [matures_on] : []),
  ].sort()[0];
  if (since !== undefined) return { amount: 1, effective_on: since };
  return stated === null ? undefined : { amount: 0, effective_on: stated.since };
}

function ofKind<Kind extends FactKind>(facts: readonly BorrowerFact[], kind: Kind): Told<Kind>[] {
  return facts.filter((fact): fact is Told<Kind> => fact.kind === kind);
}

function so(is_so: boolean, { effective_on }: { effective_on: CalendarDate }): Report {
  return { amount: is_so ? 1 : 0, effective_on };
}

/** Whether it is so of any subject, by the last fact about each. */
function anySo<Detail>(
  facts: readonly { effective_on: CalendarDate; detail: Detail }[],
  subjectOf: (detail: Detail) => string,
  isSo: (detail: Detail) => boolean,
): Report | undefined {
  const latest = [...new Map(facts.map((fact) => [subjectOf(fact.detail), fact])).values()];
  const first_so = latest.find(({ detail }) => isSo(detail));
  const told = first_so ?? facts.at(-1);
  return told && so(first_so !== undefined, told);
}

function ratingFall(ratings: readonly Told<'rating'>[], requested_on: CalendarDate): Report | undefined {
  const falls = [...Map.groupBy(ratings, ({ detail }) => detail.agency).values()].map((own) => {
    const first = own.findLast(({ effective_on }) => effective_on <= requested_on) ?? own[0]!;
    const last = own.at(-1)!;
    const notches = rankOf(last) - rankOf(first);
    return { amount: Math.max(0, notches), effective_on: last.effective_on };
  });
  return falls.sort((a, b) => b.amount - a.amount)[0];
}

function rankOf({ detail }: Told<'rating'>): number {
  return RATING_GRADES.indexOf(detail.grade);
}

function revenueFall(revenues: readonly Told<'revenue'>[]): Report | undefined {
  const periods = [...new Map(revenues.map((each) => [periodOf(each), each])).values()];
  const latest_first = periods.toSorted(
    (a, b) =>
      daysBetween(a.effective_on, b.effective_on) || daysBetween(b.detail.period_from, a.detail.period_from),
  );
  for (const now of latest_first) {
    const before = periods.find((each) => isYearBefore(each, now));
    if (!before || before.detail.amount_minor === 0) continue;
    const fall = 1 - now.detail.amount_minor / before.detail.amount_minor;
    return { amount: Math.max(0, Math.round(10_000 * fall)), effective_on: now.effective_on };
  }
  return undefined;
}

function periodOf({ effective_on, detail }: Told<'revenue'>): string {
  return `${detail.period_from} ${effective_on} ${detail.currency}`;
}

/** A February may be a day longer than the year before. */
function isYearBefore(one: Told<'revenue'>, other: Told<'revenue'>): boolean {
  return (
    one.detail.currency === other.detail.currency &&
    one.detail.period_from === addYears(other.detail.period_from, -1) &&
    Math.abs(daysBetween(one.effective_on, addYears(other.effective_on, -1))) <= 1
  );
}
