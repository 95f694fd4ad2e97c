/** The figures of docs/models/lapse.md: what the lapse hazard has learnt, and how it has done. Pure. */
import { annuityDue, CNIPA_FEES, expiresOn } from '../../models/annuity/cnipa.ts';
import { addYears } from '../../models/calendar.ts';
import type { Materiality } from '../../models/governance/registry.ts';
import { fitLapse } from '../../models/lapse/fit.ts';
import { dueDateOfNotice } from '../../models/lapse/notice.ts';
import { predictLapse } from '../../models/lapse/predict.ts';
import { fitStageRate, stageRateLapse } from '../../models/lapse/stage-rate.ts';
import type { LapseHistory, LapseModel } from '../../models/lapse/types.ts';
import { areaUnderCurve } from '../../models/metrics/auc.ts';
import { brierScore } from '../../models/metrics/brier.ts';
import { aucStandardError } from '../../models/metrics/hanley-mcneil.ts';
import type { CalendarDate } from '../../models/types.ts';
import { silentOn } from '../bundled-file.ts';
import { digits, prose, sumOf, table } from '../walkthrough/format.ts';
import { materialityPart, part, shareText } from './text.ts';

/** After the last notice of the file. */
const TRAINED_TO = '2018-01-01';
const ASKED_ON = ['2009-01-01', '2011-01-01', '2013-01-01'];

/** Patents of the United States issued on 1996-12-31 still paid for after each of the three fees. */
const US_STILL_PAID = [0.84, 0.63, 0.49];
const US_STAGE_years = 4;

/** As migrations/0014_model_governance.sql registers it. */
export const LAPSE_MATERIALITY: Materiality = {
  exposure: 3,
  purpose: 2,
  complexity: 2,
  assumptions: 2,
  data_quality: 3,
};

/** What was said of one patent on the day, and what came. */
interface Answer {
  /** Of the annuity due within the twelve months; null without one. */
  patent_year: number | null;
  probability: number;
  /** Of the plain model, by patent year alone. */
  plain_probability: number;
  lapsed: 0 | 1;
}

export function lapseFigures(histories: readonly LapseHistory[]): string {
  const asked = ASKED_ON.map((day) => ({ day, answers: answersOn(histories, day) }));
  return [
    materialityPart(LAPSE_MATERIALITY),
    coefficientsPart(fittedTo(histories, TRAINED_TO)),
    askedPart(asked),
    calibrationPart(asked),
    stagePart(histories),
  ].join('\n\n');
}

function fittedTo(histories: readonly LapseHistory[], day: CalendarDate): LapseModel {
  const fit = fitLapse(histories, day);
  if (!fit.ok) throw new Error(fit.failure.message);
  return fit.model;
}

function answersOn(histories: readonly LapseHistory[], day: CalendarDate): Answer[] {
  const model = fittedTo(histories, day);
  const plain = fitStageRate(histories, day);
  return silentOn(histories, day).map((history) => {
    const { facts, granted_on } = history;
    const due = annuityDue(facts.right_type, facts.filed_on, granted_on, day);
    return {
      patent_year: due !== null && due.due_on <= addYears(day, 1) ? due.patent_year : null,
      probability: predictLapse(model, facts, granted_on, day).lapse_probability_12m.value,
      plain_probability: stageRateLapse(plain, facts, granted_on, day),
      lapsed: lapsedWithinYear(history, day) ? 1 : 0,
    };
  });
}

/** A notice after the end of the term tells of that end and of no fee. */
function lapsedWithinYear({ facts, terminated_notice_on }: LapseHistory, day: CalendarDate): boolean {
  if (terminated_notice_on === null) return false;
  if (terminated_notice_on >= expiresOn(facts.right_type, facts.filed_on)) return false;
  const unpaid_on = dueDateOfNotice(facts.filed_on, terminated_notice_on);
  return unpaid_on > day && unpaid_on <= addYears(day, 1);
}

function coefficientsPart({
  covariates,
  coefficients,
  covariance,
  imputation_means,
  ...model
}: LapseModel): string {
  const { trained_to, patents, rows, events, excluded, converged, iterations } = model;
  return part(
    `Coefficients, trained to ${trained_to} on the whole file`,
    prose(
      `${patents} patents, ${rows} annuities seen, ${events} of them left unpaid; ${excluded} histories left out for a fault. ${converged ? `Converged after ${iterations} steps` : 'Did not converge'}. A patent's covariates are centred at their mean. The standard error is that of the posterior.`,
    ),
    table(
      ['covariate', 'mean', 'coefficient', 'standard error', 'odds ratio'],
      covariates.map((name, j) => [
        name,
        name in imputation_means ? digits(imputation_means[name]!, 4) : 'not centred',
        digits(coefficients[j]!, 4),
        digits(Math.sqrt(covariance[j]![j]!), 3),
        Math.exp(coefficients[j]!).toFixed(2),
      ]),
    ),
  );
}

interface Asked {
  day: CalendarDate;
  answers: readonly Answer[];
}

function askedPart(asked: readonly Asked[]): string {
  return part(
    'Asked on 1 January: which annuities due within twelve months will stay unpaid?',
    prose(
      'Trained to the same day, on patents without a notice by then. Scatter is one standard deviation of the number of lapses if every probability were exact. Brier: less is better; the plain model knows the patent year alone.',
    ),
    table(
      ['asked on', 'patents', 'expected', 'came', 'scatter', 'AUC (se)', 'Brier', 'plain AUC', 'plain Brier'],
      asked.map(askedRow),
    ),
  );
}

function askedRow({ day, answers }: Asked): string[] {
  const outcomes = answers.map(({ lapsed }) => lapsed);
  const said = answers.map(({ probability }) => probability);
  const plain = answers.map(({ plain_probability }) => plain_probability);
  const { expected, came, scatter } = counted(answers);
  const auc = areaUnderCurve(said, outcomes);
  return [
    day,
    String(answers.length),
    expected.toFixed(1),
    String(came),
    scatter.toFixed(1),
    `${shareText(auc)} (${shareText(aucStandardError(auc, came, answers.length - came))})`,
    brierScore(said, outcomes).toFixed(4),
    shareText(areaUnderCurve(plain, outcomes)),
    brierScore(plain, outcomes).toFixed(4),
  ];
}

function counted(answers: readonly Answer[]) {
  return {
    expected: sumOf(answers, ({ probability }) => probability),
    came: sumOf(answers, ({ lapsed }) => lapsed),
    scatter: Math.sqrt(sumOf(answers, ({ probability }) => probability * (1 - probability))),
  };
}

/** Patent years of one fee: where it steps up, owners drop. */
const BANDS = feeBands(CNIPA_FEES.invention.fees);

interface Band {
  from: number;
  to: number;
}

function feeBands(fees: readonly number[]): Band[] {
  const starts = fees.flatMap((fee, index) => (fee === fees[index - 1] ? [] : [index + 1]));
  return starts.map((from, index) => ({ from, to: (starts[index + 1] ?? fees.length + 1) - 1 }));
}

function calibrationPart(asked: readonly Asked[]): string {
  const rows = asked.flatMap(({ day, answers }) =>
    BANDS.flatMap(({ from, to }) => {
      const within = answers.filter(
        ({ patent_year }) => patent_year !== null && patent_year >= from && patent_year <= to,
      );
      if (within.length === 0) return [];
      const { expected, came, scatter } = counted(within);
      return [
        [
          day,
          `${from} to ${to}`,
          String(within.length),
          expected.toFixed(1),
          String(came),
          scatter.toFixed(1),
        ],
      ];
    }),
  );
  return part(
    'Calibration by patent year of the annuity',
    'Bands are those of one fee; patents without an annuity within the twelve months are in none.',
    table(['asked on', 'patent years', 'patents', 'expected', 'came', 'scatter'], rows),
  );
}

/** Here by the model's own rule of what was observed; there as published. */
function stagePart(histories: readonly LapseHistory[]): string {
  const { rates } = fitStageRate(histories, TRAINED_TO);
  const here = BANDS.flatMap(({ from, to }) => {
    const within = rates.filter(({ patent_year }) => patent_year >= from && patent_year <= to);
    const due = sumOf(within, (rate) => rate.due);
    const unpaid = sumOf(within, (rate) => rate.unpaid);
    return due === 0 ? [] : [[`${from} to ${to}`, String(due), String(unpaid), shareText(unpaid / due)]];
  });
  const there = US_STILL_PAID.map((paid, index) => {
    const kept = paid / (US_STILL_PAID[index - 1] ?? 1);
    const hazard = -Math.log(kept) / US_STAGE_years;
    return [String(index + 1), shareText(paid), shareText(1 - kept), shareText(hazard)];
  });
  return part(
    'Hazards by stage, here and in the United States',
    `This file to ${TRAINED_TO}, before any model:`,
    table(['patent years', 'annuities', 'unpaid', 'share unpaid a year'], here),
    prose(
      'United States, patents issued on 1996-12-31 (Patently-O 2009, read): three fees, each for four years. They are where the prior of the constant comes from, and no measure of this model.',
    ),
    table(['fee', 'still paid', 'dropped at the fee', 'hazard a year'], there),
  );
}
