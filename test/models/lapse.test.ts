import fc from 'fast-check';
import t from 'tap';
import { addDays, addYears } from '../../models/calendar.ts';
import { COVARIATES } from '../../models/lapse/covariates.ts';
import { fitLapse } from '../../models/lapse/fit.ts';
import { fitLogit } from '../../models/lapse/logit.ts';
import { dueDateOfNotice, NOTICE_DELAY_days, publishedShare } from '../../models/lapse/notice.ts';
import { personPeriods } from '../../models/lapse/person-periods.ts';
import { predictLapse } from '../../models/lapse/predict.ts';
import type { LapseFit, LapseHistory, LapseModel } from '../../models/lapse/types.ts';
import { cnHistories } from './cn-patents.ts';

const histories = cnHistories();
const first = histories[0]!;
const TRAINED_TO = '2011-01-01';
const model = fitted(fitLapse(histories, TRAINED_TO));

function fitted(fit: LapseFit): LapseModel {
  if (!fit.ok) throw new Error(fit.failure.message);
  return fit.model;
}

function coefficient(of: LapseModel, name: string): number {
  return of.coefficients[COVARIATES.indexOf(name)]!;
}

function failureOf(changes: Partial<LapseHistory>): string {
  const fit = fitLapse([{ ...first, ...changes }], TRAINED_TO);
  return fit.ok ? 'none' : fit.failure.code;
}

t.test('a notice speaks of the anniversary before the last, and the delay holds 99 % of them', async (t) => {
  t.equal(dueDateOfNotice('2001-08-09', '2011-10-12'), '2010-08-09');
  t.equal(publishedShare(0), 0);
  t.equal(publishedShare(426), 0.5);
  t.equal(publishedShare(NOTICE_DELAY_days), 1);
  const delays = histories
    .filter((history) => history.terminated_notice_on !== null)
    .map(({ facts, terminated_notice_on: notice }) => ({
      notice: notice!,
      due: dueDateOfNotice(facts.filed_on, notice!),
    }));
  const within = delays.filter(({ notice, due }) => notice <= addDays(due, NOTICE_DELAY_days)).length;
  t.equal(delays.length, 1184);
  t.ok(within / delays.length >= 0.99 && within < delays.length);
});

t.test('a history with a fault is left out and counted, so that it holds up no other', async (t) => {
  const faulty = { ...first, granted_on: '1980-01-01' };
  const mixed = fitted(fitLapse([...histories, faulty], TRAINED_TO));
  t.equal(model.excluded, 0);
  t.same(mixed, { ...model, excluded: 1 });
  t.match(fitLapse([faulty], TRAINED_TO), { ok: false, failure: { code: 'grant_before_filing' } });
});

t.test('person-periods hold each observable annuity once, the unpaid one last', async (t) => {
  const history = { ...first, facts: { ...first.facts, filed_on: '2001-08-09' }, granted_on: '2004-02-11' };
  const lapsed = { ...history, terminated_notice_on: '2011-10-12' };
  const years = (of: LapseHistory, to: string) => personPeriods([of], to).periods[0];
  t.match(years(lapsed, '2015-01-01'), { patent_years: [4, 5, 6, 7, 8, 9, 10], lapsed: true });
  t.match(
    years(lapsed, '2011-10-11'),
    { patent_years: [4, 5, 6, 7, 8, 9], lapsed: false },
    'not yet published',
  );
  t.match(
    years(lapsed, '2011-10-12'),
    { patent_years: [4, 5, 6, 7, 8, 9], lapsed: false },
    'held back with its peers',
  );
  const surrendered = { ...history, otherwise_ended_on: '2006-01-01' };
  t.match(years(surrendered, '2015-01-01'), { patent_years: [4, 5], lapsed: false });
  const expired = { ...history, terminated_notice_on: '2021-10-12' };
  t.equal(years(expired, '2025-01-01')!.lapsed, false, 'a notice after the term is no lapse');
  t.equal(years(history, '2004-09-01'), undefined, 'nothing observable yet');
});

t.test('the fit on Chinese patents has the published signs and converges', async (t) => {
  const all = fitted(fitLapse(histories, '2017-12-31'));
  for (const of of [model, all]) {
    t.ok(of.converged && of.events > 500);
    t.ok(coefficient(of, 'log1p_claims') < 0, 'more claims, longer life');
    t.ok(coefficient(of, 'domestic_applicant') > 0);
    t.ok(coefficient(of, 'individual_applicant') > 0);
    t.ok(coefficient(of, 'log_fee_step') > 0, 'owners drop where the fee steps up');
  }
  t.same(JSON.parse(JSON.stringify(model)), model, 'the model is plain data');
});

t.test('nothing after the training day moves the fit', async (t) => {
  const planted: LapseHistory[] = histories.map((history) => ({
    ...history,
    terminated_notice_on:
      history.terminated_notice_on !== null && history.terminated_notice_on <= TRAINED_TO
        ? history.terminated_notice_on
        : addDays(TRAINED_TO, 1),
    otherwise_ended_on: history.otherwise_ended_on ?? addDays(TRAINED_TO, 1),
  }));
  planted.splice(10, 0, {
    ...first,
    facts: { ...first.facts, claims: Number.NaN },
    granted_on: addDays(TRAINED_TO, 1),
  });
  t.same(fitted(fitLapse(planted, TRAINED_TO)), model);
  const later = fitted(fitLapse(histories, addYears(TRAINED_TO, 2)));
  t.notSame(later.coefficients, model.coefficients, 'facts count once their day has come');
});

t.test('the expected number still in force agrees with what came, within 5 %', async (t) => {
  for (const as_of of ['2009-01-01', TRAINED_TO, '2013-01-01']) {
    const trained = fitted(fitLapse(histories, as_of));
    const silent = histories.filter(
      ({ granted_on, terminated_notice_on: notice, otherwise_ended_on: end }) =>
        granted_on <= as_of && (notice === null || notice > as_of) && (end === null || end > as_of),
    );
    const predictions = silent.map(({ facts, granted_on }) =>
      predictLapse(trained, facts, granted_on, as_of),
    );
    const expected = predictions.reduce((sum, { in_force_probability }) => sum + in_force_probability, 0);
    const came = silent.filter(
      ({ facts, terminated_notice_on: notice }) =>
        notice === null || dueDateOfNotice(facts.filed_on, notice) > as_of,
    ).length;
    t.ok(Math.abs(expected / came - 1) < 0.05, `${as_of}: expected ${expected}, came ${came}`);
    t.ok(came < silent.length, 'some had lapsed in silence');
    const probabilities = predictions.map(({ lapse_probability_12m }) => lapse_probability_12m);
    t.ok(probabilities.every(({ value, standard_error }) => value >= 0 && value < 1 && standard_error >= 0));
    const hazards = predictions.flatMap(({ annuities }) => annuities);
    t.ok(hazards.every(({ hazard, standard_error }) => hazard > 0 && hazard < 1 && standard_error > 0));
  }
});

t.test('more claims lower the hazard, and a longer silence speaks for life', async (t) => {
  const hazardOf = (claims: number) =>
    predictLapse(model, { ...first.facts, claims }, first.granted_on, TRAINED_TO).annuities[0]!.hazard;
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 200 }), (claims, more) => {
      return hazardOf(claims + more) < hazardOf(claims);
    }),
  );
  const due = '2010-07-02';
  const inForce = (days: number) =>
    predictLapse(model, { ...first.facts, filed_on: '2001-07-02' }, '2009-08-01', addDays(due, days))
      .in_force_probability;
  t.equal(inForce(-1), 1, 'before its first annuity nothing can be hidden');
  t.ok(inForce(0) < 1);
  t.ok(
    inForce(364) === inForce(0) && inForce(364) > inForce(366),
    'one year on, a second annuity adds its doubt',
  );
  t.ok(inForce(440) > inForce(380), 'most notices would have come by now');
});

t.test('a standard error is the slope of the probability through the covariance', async (t) => {
  const lapse = (of: LapseModel) =>
    predictLapse(of, first.facts, first.granted_on, TRAINED_TO).lapse_probability_12m;
  const h = 1e-6;
  const slope = model.coefficients.map((_, j) => {
    const shifted = (by: number) => ({
      ...model,
      coefficients: model.coefficients.map((b, k) => b + (k === j ? by : 0)),
    });
    return (lapse(shifted(h)).value - lapse(shifted(-h)).value) / (2 * h);
  });
  const variance = model.covariance.reduce(
    (sum, row, j) => sum + row.reduce((inner, value, k) => inner + value * slope[j]! * slope[k]!, 0),
    0,
  );
  t.ok(Math.abs(lapse(model).standard_error / Math.sqrt(variance) - 1) < 1e-5);
});

t.test('the fit stays finite without events, and the prior carries it', async (t) => {
  const paid = histories.slice(0, 5).map((history) => ({ ...history, terminated_notice_on: null }));
  const few = fitted(fitLapse(paid, TRAINED_TO));
  t.equal(few.events, 0);
  t.ok([...few.coefficients, ...few.covariance.flat()].every(Number.isFinite) && few.converged);
  const none = fitLogit(new Float64Array(), new Uint8Array(), [{ mean: -2, sd: 0.5 }]);
  t.same([none.coefficients, none.covariance], [[-2], [[0.25]]]);
  const separated = fitLogit(Float64Array.of(1, 1, 1), Uint8Array.of(1, 1, 1), [{ mean: 0, sd: 100 }]);
  t.ok(separated.converged && Number.isFinite(separated.coefficients[0]));
});

t.test('a missing covariate is imputed by the mean and said so', async (t) => {
  const unknown = { ...first.facts, claims: null, agency: null };
  const prediction = predictLapse(model, unknown, first.granted_on, TRAINED_TO);
  t.same(prediction.imputed, ['log1p_claims', 'agency']);
  const gap = fitted(fitLapse([{ ...first, facts: unknown }, ...histories.slice(1)], TRAINED_TO));
  t.match(gap.imputed, { log1p_claims: 1, agency: 1, domestic_applicant: 0 });
});

t.test('unusable input is a named failure', async (t) => {
  t.equal(failureOf({ facts: { ...first.facts, claims: Number.NaN } }), 'covariate_invalid');
  t.equal(failureOf({ facts: { ...first.facts, office: 'DE' } }), 'office_unsupported');
  t.equal(failureOf({ granted_on: '1999-01-01' }), 'grant_before_filing');
  t.equal(failureOf({ granted_on: 'NA' }), 'date_invalid');
  t.equal(failureOf({ terminated_notice_on: first.granted_on }), 'notice_before_due');
  for (const [given, to, code] of [
    [[], TRAINED_TO, 'no_rows'],
    [histories, 'today', 'trained_to_invalid'],
  ] as const) {
    const fit = fitLapse(given, to);
    t.equal(fit.ok ? 'none' : fit.failure.code, code);
  }
});
