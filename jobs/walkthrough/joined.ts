/** The walkthrough's last part: the methods joined, both chances, haircut, minor units, and what came. */
import normalQuantile from '@stdlib/stats-base-dists-normal-quantile';
import { annualFee } from '../../models/annuity/cnipa.ts';
import type { Assumptions } from '../../models/assumptions.ts';
import { yearsBetween } from '../../models/calendar.ts';
import { dueDateOfNotice } from '../../models/lapse/notice.ts';
import { survivalPath } from '../../models/lapse/predict.ts';
import { formatMinor, toMinor } from '../../models/money.ts';
import { LEVELS, type Level } from '../../models/quantiles.ts';
import { PREMISES, type Premise } from '../../models/value/formulas/premise.ts';
import { agree, digits, explained, formulas, prose, section, source, table } from './format.ts';
import type { Subject } from './subject.ts';

const JOINED_STEP = 'reconciled value in force';
const NAMES = Object.keys(LEVELS) as Level[];
/** Enough digits for the cent. */
const CENT_DIGITS = 14;

/** The assumptions that entered this value. */
const ENTERED: (keyof Assumptions)[] = [
  'renewal_discount_factor',
  'return_decay',
  'royalty_discount_rate',
  'royalty_discount_rate_least',
  'royalty_discount_rate_greatest',
  'royalty_growth',
  'royalty_growth_sd',
  'royalty_decay',
  'royalty_decay_least',
  'royalty_decay_greatest',
  'royalty_revenue_share',
  'royalty_revenue_log_sd',
  'tax_rate',
  'unchallenged_validity',
  'register_stale_after',
  'renewal_log_error',
  'royalty_log_error',
  'haircut',
];

export function joinedSection(subject: Subject): string {
  const { renewal_log_error, royalty_log_error } = subject.inputs.assumptions;
  const [e1, e2] = [renewal_log_error.value, royalty_log_error.value];
  const [w1, w2] = [e1 ** -2 / (e1 ** -2 + e2 ** -2), e2 ** -2 / (e1 ** -2 + e2 ** -2)];
  agree('weight of renewal', w1, explained(subject, JOINED_STEP, 'weight_renewal'));
  const { rows, y1, y2, middle, between } = joinedRows(subject, w1, w2);
  return section(
    '6. Joined',
    prose('Each method weighs by the inverse square of its own log error e, the same for every patent:'),
    formulas(
      `w1 (renewal, e = ${e1}) = ${e1}^-2 / (${e1}^-2 + ${e2}^-2) = ${digits(w1)},  w2 (relief from royalty, e = ${e2}) = ${digits(w2)}`,
      `y1 = log V1(0.5) = ${digits(y1)},  y2 = log V2(0.5) = ${digits(y2)}`,
      `y  = w1 y1 + w2 y2 = ${digits(w1)} * ${digits(y1)} + ${digits(w2)} * ${digits(y2)} = ${digits(middle)}`,
      `joined median = e^y = ${digits(Math.exp(middle))}`,
      `between = w1 (y1 - y)^2 + w2 (y2 - y)^2 = ${digits(between)}`,
    ),
    prose(
      'The other quantiles lie off the median by the spread within the methods and between them, z = Phi^-1(p):',
    ),
    formulas(
      'within(p) = w1 (log V1(p) - y1)^2 + w2 (log V2(p) - y2)^2',
      'joined(p) = e^(y -+ sqrt(within(p) + z^2 between)), minus below the median, plus above',
    ),
    table(['p', 'V1 renewal', 'V2 relief from royalty', 'within', 'z', 'joined'], rows),
    prose(
      'No deals are recorded, no launch is declared and no cost: those methods gave no number, and there is no floor beside the value.',
    ),
    source(subject, [JOINED_STEP]),
  );
}

function joinedRows(subject: Subject, w1: number, w2: number) {
  const renewal = (level: Level) => Math.log(explained(subject, 'renewal option value in force', level));
  const royalty = (level: Level) => Math.log(explained(subject, 'relief from royalty in force', level));
  const [y1, y2] = [renewal('p50'), royalty('p50')];
  const middle = w1 * y1 + w2 * y2;
  const between = w1 * (y1 - middle) ** 2 + w2 * (y2 - middle) ** 2;
  const rows = NAMES.map((level) => {
    const within = w1 * (renewal(level) - y1) ** 2 + w2 * (royalty(level) - y2) ** 2;
    const z = normalQuantile(LEVELS[level], 0, 1);
    const joined = Math.exp(middle + Math.sign(z) * Math.sqrt(within + z ** 2 * between));
    agree(`joined ${level}`, joined, explained(subject, JOINED_STEP, level));
    return [LEVELS[level], Math.exp(renewal(level)), Math.exp(royalty(level)), within, z, joined];
  });
  return { rows, y1, y2, middle, between };
}

/** To the cent. */
function full(value: number): string {
  return digits(value, CENT_DIGITS);
}

export function collateralSection(subject: Subject): string {
  const { inputs, valuation } = subject;
  const { weighted, collateral, currency } = valuation;
  const { haircut, unchallenged_validity } = inputs.assumptions;
  agree('collateral', weighted!.p50 * (1 - haircut.value), collateral!);
  const minor = toMinor(collateral!, currency);
  return section(
    '7. From the joined value to the collateral',
    prose(
      '**Interval.** A conformal correction would come here. There is none yet, since no value became known to correct by: the quantiles stay as they are.',
    ),
    ...weightedParts(subject),
    prose(
      'What weighted(0.5) would bring, by the manner of the sale: price = value * factor, expected = price * chance.',
    ),
    table(
      ['premise', 'factor', 'price if sold', 'chance of a sale', 'expected'],
      Object.entries(valuation.premises!).map(([name, at]) => [
        name,
        PREMISES[name as Premise].liquidation_factor.value,
        full(at.price_if_sold),
        at.sale_probability,
        full(at.expected_proceeds),
      ]),
    ),
    source(
      subject,
      ['interval'],
      `Validity: ${unchallenged_validity.source}. Haircut: ${haircut.source}. Chance in a forced sale: Ocean Tomo auctions (read); the other factors of a sale are ours, unverified.`,
    ),
    prose(
      `**Haircut** ${haircut.value} (ours, unverified), then integer minor units of ${currency}, rounded half to even:`,
    ),
    formulas(
      `collateral = ${full(weighted!.p50)} * (1 - ${haircut.value}) = ${full(collateral!)}`,
      `in minor units: ${minor}, that is ${formatMinor(minor, currency)}`,
    ),
  );
}

function weightedParts({ valuation }: Subject): string[] {
  const { if_valid, weighted, currency } = valuation;
  const [alive, validity] = [valuation.in_force_probability!, valuation.validity_probability!];
  const factor = alive * validity;
  for (const level of NAMES) agree(`weighted ${level}`, if_valid![level] * factor, weighted![level]);
  return [
    prose(
      `**Validity.** Nobody has challenged the patent, so the prior stays: ${validity} (ours, unverified). **Weighted** is the value times both chances: what a lender may reckon with, but its ends are no quantiles of the mixture with a worthless patent.`,
    ),
    formulas(
      `P(in force) * P(valid) = ${full(alive)} * ${validity} = ${full(factor)}`,
      `weighted(0.5) = ${full(if_valid!.p50)} * ${full(factor)} = ${full(weighted!.p50)}`,
    ),
    table(
      ['p', 'if valid', 'weighted', 'minor units'],
      NAMES.map((level) => [
        LEVELS[level],
        full(if_valid![level]),
        full(weighted![level]),
        String(toMinor(weighted![level], currency)),
      ]),
    ),
  ];
}

export function aftermathSection({ inputs, lapse, later_notice_on }: Subject): string {
  const { facts, as_of } = inputs;
  const due_on = dueDateOfNotice(facts.filed_on, later_notice_on!);
  const unpaid = lapse.annuities.find((annuity) => annuity.due_on === due_on)!;
  const paid = lapse.annuities.filter((annuity) => annuity.due_on > as_of && annuity.due_on < due_on);
  const kept = survivalPath(paid.map(({ hazard }) => hazard)).at(-1)!;
  const before = annualFee(facts.right_type, unpaid.patent_year - 1);
  const years = digits(yearsBetween(as_of, later_notice_on!), 3);
  return section(
    '8. What really happened',
    prose(
      `On ${later_notice_on}, ${years} years after the valuation, the gazette published that the right had ended for an unpaid annuity: by the rule of models/lapse/notice.ts that of patent year ${unpaid.patent_year}, due on ${due_on}, whose fee of CNY ${unpaid.amount} followed one of CNY ${before}. By that reading the patent was in force on ${as_of}, and ${paid.length} more annuities were paid. Of a patent in force the model had given this course, ${paid.length} paid and the next one not, the chance ${digits(kept)} * ${digits(unpaid.hazard)} = ${digits(kept * unpaid.hazard)}. One case proves nothing, and what the patent would have fetched is not known.`,
    ),
  );
}

export function assumptionsSection({ inputs }: Subject): string {
  return section(
    '9. Assumptions that entered',
    prose(
      '[M] is memory, not read. What no source that was read gives is unverified: memory, or a choice of ours.',
    ),
    table(
      ['assumption', 'value', 'unit', 'source', ''],
      ENTERED.map((name) => {
        const { value, unit, source: given, verified } = inputs.assumptions[name];
        return [name, value, unit, given, verified ? 'verified' : 'unverified'];
      }),
    ),
  );
}
