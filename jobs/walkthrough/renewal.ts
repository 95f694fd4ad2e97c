/** The walkthrough's renewal method: spread and level of the returns, their quantiles, the value as a sum. */
import normalCdf from '@stdlib/stats-base-dists-normal-cdf';
import normalQuantile from '@stdlib/stats-base-dists-normal-quantile';
import { CNIPA_FEES, patentYear } from '../../models/annuity/cnipa.ts';
import { addYears, yearsBetween } from '../../models/calendar.ts';
import { dueCovariates } from '../../models/lapse/covariates.ts';
import { logistic } from '../../models/lapse/logit.ts';
import { survivalPath } from '../../models/lapse/predict.ts';
import { LEVELS } from '../../models/quantiles.ts';
import { renewalThresholds } from '../../models/value/renewal.ts';
import { agree, digits, explained, formulas, prose, section, source, sumOf, table, term } from './format.ts';
import type { Subject } from './subject.ts';

/** Patent year of the first annuity of the average patent, as in models/value/renewal-fit.ts. */
const AVERAGE_FIRST_YEAR = 5;
const RETURN_STEP = 'initial yearly return';
const VALUE_STEP = 'renewal option value in force';

export function renewalSection(subject: Subject): string {
  return section(
    '4. Renewal method',
    prose(
      `Who pays an annuity expects a return of at least the fee. Returns r are lognormal and fall by ${decayOf(subject)} a year, so the share still paying at z is S = 1 - Phi((log z - mu) / sigma). With q = Phi^-1(1 - S) that is a line, log z = mu + sigma q, fitted with the weights w = phi(q)^2 / (S (1 - S)), phi being the normal density.`,
    ),
    ...sigmaParts(subject),
    ...muParts(subject),
    ...returnParts(subject),
    ...valueParts(subject),
    source(subject, [RETURN_STEP, VALUE_STEP]),
  );
}

/** Points of the line through the path of hazards from a patent year on. */
function linePoints(
  subject: Subject,
  first_year: number,
  fees: readonly number[],
  hazards: readonly number[],
) {
  const thresholds = renewalThresholds(fees, decayOf(subject));
  return survivalPath(hazards).map((alive, k) => {
    const normit = -normalQuantile(alive, 0, 1);
    const density = Math.exp(-(normit ** 2) / 2) / Math.sqrt(2 * Math.PI);
    const weight = density ** 2 / (alive * (1 - alive));
    const threshold = thresholds[k]!;
    return { patent_year: first_year + k, threshold, log: Math.log(threshold), alive, normit, weight };
  });
}

function sigmaParts(subject: Subject): string[] {
  const { coefficients } = subject.inputs.lapse_model;
  const fees = CNIPA_FEES.invention.fees.slice(AVERAGE_FIRST_YEAR - 1);
  const hazards = fees.map((_, k) => {
    const covariates = dueCovariates('invention', AVERAGE_FIRST_YEAR + k);
    return logistic(sumOf(covariates, (x, index) => x * coefficients[index]!));
  });
  const points = linePoints(subject, AVERAGE_FIRST_YEAR, fees, hazards);
  const total = sumOf(points, ({ weight }) => weight);
  const log = sumOf(points, (point) => point.weight * point.log) / total;
  const normit = sumOf(points, (point) => point.weight * point.normit) / total;
  const squares = sumOf(points, (point) => point.weight * (point.log - log) ** 2);
  const products = sumOf(points, (point) => point.weight * (point.log - log) * (point.normit - normit));
  const sigma = agree('sigma', squares / products, explained(subject, RETURN_STEP, 'sigma'));
  return [
    prose(
      `**sigma** is common to all: from the average patent, whose first annuity is that of patent year ${AVERAGE_FIRST_YEAR} and whose hazards are those of step 2 without the patent's own part.`,
    ),
    table(['N', 'z', 'log z', 'S', 'q', 'w'], points.map(Object.values)),
    formulas(
      `means weighted by w: of log z ${digits(log)}, of q ${digits(normit)}`,
      `sigma = sum w (log z - mean)^2 / sum w (log z - mean)(q - mean) = ${digits(squares)} / ${digits(products)} = ${digits(sigma)}`,
    ),
  ];
}

function muParts(subject: Subject): string[] {
  const { annuities } = subject.lapse;
  const sigma = explained(subject, RETURN_STEP, 'sigma');
  const fees = annuities.map(({ amount }) => amount);
  const hazards = annuities.map(({ hazard }) => hazard);
  const points = linePoints(subject, annuities[0]!.patent_year, fees, hazards).map((point) => ({
    ...point,
    product: point.weight * (point.log - sigma * point.normit),
  }));
  const products = sumOf(points, ({ product }) => product);
  const total = sumOf(points, ({ weight }) => weight);
  const mu = agree('mu', products / total, explained(subject, RETURN_STEP, 'mu'));
  return [
    prose("**mu** is the patent's own: the same weights on its own path (z and S of step 2), sigma given."),
    table(
      ['N', 'log z', 'q', 'w', 'w (log z - sigma q)'],
      points.map(({ patent_year, log, normit, weight, product }) => [
        patent_year,
        log,
        normit,
        weight,
        product,
      ]),
    ),
    formulas(`mu = sum w (log z - sigma q) / sum w = ${digits(products)} / ${digits(total)} = ${digits(mu)}`),
  ];
}

function returnParts(subject: Subject): string[] {
  const { mu, sigma, shown, surviving } = returnsOf(subject);
  const rows = Object.entries(LEVELS).map(([level, p]) => {
    const { upper, normit, r } = returnAt(subject, p);
    const { value } = renewalTerms(subject, r);
    return [p, upper, normit, r, agree(`renewal ${level}`, value, explained(subject, VALUE_STEP, level))];
  });
  return [
    prose(
      `A patent in force has paid its last annuity, so r is cut below the z = ${digits(shown)} of that one; A is the share above:`,
    ),
    formulas(
      `A = Phi((mu - log z) / sigma) = Phi((${digits(mu)} - ${digits(Math.log(shown))}) / ${digits(sigma)}) = ${digits(surviving)}`,
      'r(p) = e^(mu - sigma Phi^-1((1 - p) A)),  V(p) = V(r(p)), since V rises with r',
    ),
    table(['p', '(1 - p) A', 'Phi^-1 of it', 'r', 'V(r)'], rows),
  ];
}

function returnsOf(subject: Subject) {
  const [mu, sigma, shown] = ['mu', 'sigma', 'least_return_shown'].map((name) =>
    explained(subject, RETURN_STEP, name),
  ) as [number, number, number];
  return { mu, sigma, shown, surviving: normalCdf((mu - Math.log(shown)) / sigma, 0, 1) };
}

function returnAt(subject: Subject, p: number) {
  const { mu, sigma, surviving } = returnsOf(subject);
  const upper = (1 - p) * surviving;
  const normit = normalQuantile(upper, 0, 1);
  return { upper, normit, r: Math.exp(mu - sigma * normit) };
}

/** V(r), each term of it. */
function renewalTerms(subject: Subject, r: number) {
  const { inputs, lapse } = subject;
  const { facts, as_of, assumptions } = inputs;
  const kept = 1 - decayOf(subject);
  const fees = lapse.annuities.map(({ amount }) => amount);
  const thresholds = renewalThresholds(fees, decayOf(subject));
  const year = patentYear(facts.filed_on, as_of);
  const share = yearsBetween(as_of, addYears(facts.filed_on, year));
  const since = year - lapse.annuities[0]!.patent_year;
  const running = share * r * kept ** since;
  const paid = lapse.annuities.flatMap(({ due_on, amount }, k) => {
    if (due_on <= as_of || r < thresholds[k]!) return [];
    const ahead = yearsBetween(as_of, due_on);
    const factor = assumptions.renewal_discount_factor.value ** ahead;
    const earned = r * kept ** k;
    return [{ due_on, ahead, factor, k, earned, amount, worth: factor * (earned - amount) }];
  });
  return { share, since, running, paid, value: running + sumOf(paid, ({ worth }) => worth) };
}

function valueParts(subject: Subject): string[] {
  const { r } = returnAt(subject, LEVELS.p50);
  const { share, since, running, paid, value } = renewalTerms(subject, r);
  const factor = subject.inputs.assumptions.renewal_discount_factor.value;
  const kept = digits(1 - decayOf(subject));
  const worths = paid.map(({ worth }) => ` + ${term(worth)}`).join('');
  return [
    prose(
      `V(r) at the median r = ${digits(r)}, written out: what is left of the paid patent year (${digits(share)} of it, k = ${since}), then each annuity ahead with r >= z, discounted by ${factor} a year over the t years to it (whole years, and of the last one the share in days):`,
    ),
    formulas(`running year: ${digits(share)} * ${digits(r)} * ${kept}^${since} = ${digits(running)}`),
    table(
      ['due on', 't', `${factor}^t`, 'k', `r ${kept}^k`, 'fee', `${factor}^t (r ${kept}^k - fee)`],
      paid.map(Object.values),
    ),
    formulas(`V = ${digits(running)}${worths} = ${digits(value)}`),
  ];
}

function decayOf({ inputs }: Subject): number {
  return inputs.assumptions.return_decay.value;
}
