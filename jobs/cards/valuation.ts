/** The figures of docs/models/valuation.md: assumptions, methods, and what they give for three real patents. Pure. */
import { expiresOn } from '../../models/annuity/cnipa.ts';
import { type Assumptions, DEFAULT_ASSUMPTIONS } from '../../models/assumptions.ts';
import { yearsBetween } from '../../models/calendar.ts';
import type { Materiality } from '../../models/governance/registry.ts';
import type { LapseHistory } from '../../models/lapse/types.ts';
import type { DeclaredUse } from '../../models/types.ts';
import { valuePatent } from '../../models/valuation.ts';
import { PREMISES } from '../../models/value/formulas/premise.ts';
import { CHALLENGE_LIKELIHOOD_RATIOS } from '../../models/value/formulas/validity.ts';
import { METHODS } from '../../models/value/methods.ts';
import { digits, prose, sumOf, table } from '../walkthrough/format.ts';
import { sensitivityPart } from './sensitivity.ts';
import { AS_OF, chooseSubjects, LAUNCH, type Subject, USE } from './subjects.ts';
import { materialityPart, moneyText, part, shareText, yesOrNo } from './text.ts';

export const VALUATION_MATERIALITY: Materiality = {
  exposure: 3,
  purpose: 3,
  complexity: 3,
  assumptions: 3,
  data_quality: 3,
};

export function valuationFigures(histories: readonly LapseHistory[]): string {
  const subjects = chooseSubjects(histories);
  return [
    materialityPart(VALUATION_MATERIALITY),
    methodsPart(),
    subjectsPart(subjects),
    sensitivityPart(subjects[0]!),
    assumptionsPart(DEFAULT_ASSUMPTIONS),
    validityPart(),
    premisesPart(),
  ].join('\n\n');
}

function methodsPart(): string {
  const precisionOf = (log_error: keyof Assumptions | null) =>
    log_error === null ? 0 : DEFAULT_ASSUMPTIONS[log_error].value ** -2;
  const total = sumOf(METHODS, ({ log_error }) => precisionOf(log_error));
  return part(
    'Methods',
    'The weight is that when all joined methods run; without one, the others share its part in proportion.',
    table(
      ['id', 'version', 'role', 'requires', 'log error', 'weight'],
      METHODS.map(({ id, version, role, requires, log_error }) => [
        id,
        String(version),
        role,
        requires.join(', '),
        log_error === null ? 'none' : String(DEFAULT_ASSUMPTIONS[log_error].value),
        log_error === null ? 'none' : shareText(precisionOf(log_error) / total),
      ]),
    ),
  );
}

/** Invented uses; the patents are real. */
const USES: readonly [string, DeclaredUse | null][] = [
  ['nothing', null],
  ['revenue', USE],
  ['revenue and launch', { ...USE, launch: LAUNCH }],
];

function subjectsPart(subjects: readonly Subject[]): string {
  return part(
    `Three patents as on ${AS_OF}`,
    prose(
      `The first of the file without a notice by that day, by kind of owner, so that none is chosen for its value. Declared uses are invented: revenue of CNY ${moneyText(USE.annual_revenue!)} in the next twelve months, industry not named; a launch worth CNY ${moneyText(LAUNCH.value)} for CNY ${moneyText(LAUNCH.development_cost)} of development. Money in CNY, three digits. The 80 % interval is that of the models alone.`,
    ),
    table(
      [
        'patent',
        'owner',
        'years left',
        'declared',
        'median by method',
        'if valid: median',
        'if valid: 80 % interval',
        'P(in force)',
        'P(valid)',
        'weighted median',
      ],
      subjects.flatMap((subject) => USES.map(([name, declared]) => subjectRow(subject, name, declared))),
    ),
  );
}

function subjectRow({ owner, inputs }: Subject, declaration: string, declared: DeclaredUse | null): string[] {
  const { facts, as_of } = inputs;
  const { methods, if_valid, weighted, in_force_probability, validity_probability } = valuePatent({
    ...inputs,
    declared,
  });
  const medians = Object.entries(methods).flatMap(([id, result]) =>
    result.ok ? [`${id} ${moneyText(result.quantiles.p50)}`] : [],
  );
  return [
    `CN ${facts.application_number}`,
    owner,
    yearsBetween(as_of, expiresOn(facts.right_type, facts.filed_on)).toFixed(1),
    declaration,
    medians.join('; '),
    moneyText(if_valid!.p50),
    `${moneyText(if_valid!.p10)} to ${moneyText(if_valid!.p90)}`,
    shareText(in_force_probability!),
    shareText(validity_probability!),
    moneyText(weighted!.p50),
  ];
}

function assumptionsPart(assumptions: Assumptions): string {
  return part(
    'Assumptions',
    'Verified means that a source was read which gives the figure; [M] is memory.',
    table(
      ['assumption', 'value', 'unit', 'source', 'verified'],
      Object.entries(assumptions).map(([name, { value, unit, source, verified }]) => [
        name,
        digits(value),
        unit,
        source,
        yesOrNo(verified),
      ]),
    ),
  );
}

function validityPart(): string {
  return part(
    'Likelihood ratios of a challenge',
    table(
      ['event', 'ratio', 'source', 'verified'],
      Object.entries(CHALLENGE_LIKELIHOOD_RATIOS).map(([event, { value, source, verified }]) => [
        event,
        digits(value, 4),
        source,
        yesOrNo(verified),
      ]),
    ),
  );
}

function premisesPart(): string {
  return part(
    'Manners of sale',
    table(
      ['premise', 'figure', 'value', 'source', 'verified'],
      Object.entries(PREMISES).flatMap(([premise, terms]) =>
        Object.entries(terms).map(([name, { value, source, verified }]) => [
          premise,
          name,
          digits(value),
          source,
          yesOrNo(verified),
        ]),
      ),
    ),
  );
}
