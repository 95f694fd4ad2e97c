/** The walkthrough's first part: facts, lapse model, hazards by year, chance that the patent is still in force. */
import { patentYear } from '../../models/annuity/cnipa.ts';
import { daysBetween } from '../../models/calendar.ts';
import {
  centre,
  DUE_COVARIATES,
  dueCovariates,
  PATENT_COVARIATES,
  patentCovariates,
} from '../../models/lapse/covariates.ts';
import { logistic } from '../../models/lapse/logit.ts';
import { NOTICE_DELAY_days, publishedShare } from '../../models/lapse/notice.ts';
import { survivalPath } from '../../models/lapse/predict.ts';
import { renewalThresholds } from '../../models/value/renewal.ts';
import { agree, digits, formulas, prose, section, source, sumOf, table, term } from './format.ts';
import type { Subject } from './subject.ts';

/** Points of the measured delay of notices, as models/lapse/notice.ts has them. */
const DELAY_POINTS_days = [379, 408, 417, 422, 426, 430, 441, 458, NOTICE_DELAY_days];

export function factsSection({ inputs, valuation }: Subject): string {
  const { facts, declared, as_of, assumptions } = inputs;
  const flags = [facts.individual_applicant, facts.domestic_applicant, facts.agency].map(yesNo);
  const state = `${facts.legal_state} since ${facts.legal_state_since}; register seen on ${facts.register_seen_on}`;
  const classes = `${facts.ipc.join('; ')}; technology field ${facts.technology_field}`;
  const rows = [
    ['application', `CN ${facts.application_number}, ${facts.right_type}`, 'file'],
    ['filed, granted', `${facts.filed_on}, ${facts.granted_on}`, 'file'],
    ['IPC', classes, 'file; WIPO concordance'],
    ['claims', `${facts.claims}`, 'file'],
    ['natural person, domestic, agency', flags.join(', '), 'file'],
    ['valuation date', `${as_of}, in patent year ${patentYear(facts.filed_on, as_of)}`, 'chosen'],
    ['end of the term', `${valuation.expires_on}`, 'Patent Law of China, Art. 42 [M]'],
    ['legal state', state, 'file; the day seen is assumed'],
    ['annuities proven paid, challenges', 'none known', 'the file is silent'],
    [
      'revenue of the next twelve months',
      `${declared!.currency} ${declared!.annual_revenue}`,
      '**invented**',
    ],
    ['industry', `${declared!.industry}`, '**invented**'],
  ];
  return section(
    '1. Facts',
    table(['fact', 'value', 'told by'], rows),
    prose(
      `In force, and the register has been heard of within ${assumptions.register_stale_after.value} days: the legal gate is open. An ended right would be worth 0 here, an unknown state would give no number.`,
    ),
  );
}

export function lapseSection(subject: Subject): string {
  const { facts, lapse_model: model } = subject.inputs;
  const raw = patentCovariates(facts);
  const centred = centre(raw, model.imputation_means);
  const own = model.coefficients.slice(DUE_COVARIATES.length);
  const part = sumOf(centred, (x, index) => x * own[index]!);
  const rows = PATENT_COVARIATES.map((name, index) => {
    const [x, b] = [centred[index]!, own[index]!];
    return [name, raw[index]!, model.imputation_means[name]!, x, b, x * b];
  });
  return section(
    '2. Lapse model and hazards',
    prose(
      `Fitted on what was public on ${model.trained_to} of every granted patent in data/cn_patents.csv: ${model.patents} patents and ${model.rows} annuities, ${model.events} of them left unpaid. logit h = x'b, by penalised maximum likelihood in ${model.iterations} steps of Newton's method; the ${model.coefficients.length} coefficients are taken as given here. How little the model can rank patents is told in [decision 8](../decisions/0008-lapse-constants-chosen-on-whole-file.md).`,
    ),
    table(
      ['of the due date', 'b'],
      DUE_COVARIATES.map((name, index) => [name, model.coefficients[index]!]),
    ),
    table(['of the patent', 'value', 'training mean', 'x, centred', 'b', 'x b'], rows),
    prose(
      `The last column adds up to ${digits(part)}, the same at every due date. log1p_claims is log(1 + ${facts.claims}).`,
    ),
    ...hazardParts(subject, part),
    source(subject, ['lapse risk'], 'Fees: CNIPA table (read). Decay of the returns: [M].'),
  );
}

function hazardParts({ inputs, lapse }: Subject, part: number): string[] {
  const { facts, lapse_model: model, as_of, assumptions } = inputs;
  const decay = assumptions.return_decay.value;
  const fees = lapse.annuities.map(({ amount }) => amount);
  const thresholds = renewalThresholds(fees, decay);
  const survival = survivalPath(lapse.annuities.map(({ hazard }) => hazard));
  const [b0, b1, b2, b3] = model.coefficients as [number, number, number, number];
  const due = lapse.annuities.map(({ patent_year, due_on, amount, hazard }, k) => {
    const covariates = dueCovariates(facts.right_type, patent_year) as [number, number, number, number];
    const [, age, square, step] = covariates;
    const xb = b0 + b1 * age + b2 * square + b3 * step + part;
    agree(`hazard of year ${patent_year}`, logistic(xb), hazard);
    return { k, patent_year, due_on, amount, z: thresholds[k]!, age, step, xb, hazard, alive: survival[k]! };
  });
  const next = due.find(({ due_on }) => due_on > as_of)!;
  const products = `${term(b1)} * ${term(next.age)} + ${term(b2)} * ${term(next.age)}^2 + ${term(b3)} * ${term(next.step)}`;
  return [
    prose(
      `At the due date of patent year N: age = (N - 10) / 10, log_fee_step = log(fee of N / fee of N - 1). For N = ${next.patent_year}:`,
    ),
    formulas(
      `x'b = ${digits(b0)} + ${products} + ${term(part)} = ${digits(next.xb)}`,
      `h   = 1 / (1 + e^-x'b) = 1 / (1 + e^${digits(-next.xb)}) = ${digits(next.hazard)}`,
    ),
    prose(
      `Every annuity after grant; k counts them from 0. S_k = S_(k-1) (1 - h_k) is the chance that all up to it are paid, and z_k = max over i <= k of fee_i / (1 - ${decay})^i the least initial return at which an owner pays it (step 4).`,
    ),
    table(['k', 'N', 'due on', 'fee', 'z', 'age', 'log_fee_step', "x'b", 'h', 'S'], due.map(Object.values)),
  ];
}

export function inForceSection(subject: Subject): string {
  const { inputs, lapse, valuation } = subject;
  const { rows, alive, hidden } = recentDueDates(subject);
  const { value, standard_error } = valuation.lapse_probability_12m!;
  const next = lapse.annuities.find(({ due_on }) => due_on > inputs.as_of)!;
  const chance = agree('P(in force)', alive / (alive + hidden), valuation.in_force_probability!);
  agree('lapse within twelve months', chance * next.hazard, value);
  return section(
    '3. Is it still in force?',
    prose(
      `A lapse is published more than a year after the unpaid due date, so the newest due dates may hide one. F is the share of lapses published that many days after the due date, linear between the measured points, 0 before the first:`,
    ),
    table(['days', ...DELAY_POINTS_days.map(String)], [['F', ...DELAY_POINTS_days.map(publishedShare)]]),
    prose(
      'Older due dates hide nothing. hidden = chance that all newer ones before were paid, times h (1 - F); alive = chance that this one was paid too:',
    ),
    table(['due on', 'days ago', 'F', 'h', 'hidden', 'alive'], rows),
    formulas(
      'P(in force | no notice) = alive / (alive + sum of hidden)',
      `                        = ${digits(alive)} / (${digits(alive)} + ${digits(hidden)}) = ${digits(chance)}`,
      `P(lapse in 12 months)   = P(in force) * h(${next.due_on}) = ${digits(chance)} * ${digits(next.hazard)} = ${digits(value)}`,
    ),
    prose(
      `The standard error of the last number, ${digits(standard_error)}, comes from the covariance of the coefficients, which is not printed; it enters no value.`,
    ),
    source(subject, ['lapse risk'], 'The delays were measured on the whole file, to 2017 (decision 8).'),
  );
}

function recentDueDates({ inputs, lapse }: Subject) {
  let alive = 1;
  let hidden = 0;
  const rows: (number | string)[][] = [];
  for (const { due_on, hazard } of lapse.annuities) {
    const elapsed = daysBetween(due_on, inputs.as_of);
    if (elapsed < 0 || elapsed >= NOTICE_DELAY_days) continue;
    const published = publishedShare(elapsed);
    const unseen = alive * hazard * (1 - published);
    hidden += unseen;
    alive *= 1 - hazard;
    rows.push([due_on, elapsed, published, hazard, unseen, alive]);
  }
  return { rows, alive, hidden };
}

function yesNo(value: boolean | null): string {
  return value === null ? 'unknown' : value ? 'yes' : 'no';
}
