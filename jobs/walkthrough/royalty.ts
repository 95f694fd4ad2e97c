/** The walkthrough's income method: relief from royalty year by year, one draw, and how the draws make quantiles. */
import normalQuantile from '@stdlib/stats-base-dists-normal-quantile';
import { yearsBetween } from '../../models/calendar.ts';
import { survivalPath } from '../../models/lapse/predict.ts';
import { LEVELS } from '../../models/quantiles.ts';
import { mulberry32 } from '../../models/random.ts';
import { quasiRandomPoints, radicalInverse } from '../../models/value/formulas/quasi-random.ts';
import {
  industryRoyaltyQuantile,
  ROYALTY_PRIORS,
  royaltyRateLognormal,
} from '../../models/value/formulas/royalty-prior.ts';
import { type Triangular, triangularQuantile } from '../../models/value/formulas/triangular.ts';
import {
  type RoyaltyStream,
  reliefFromRoyalty,
  royaltyBase,
} from '../../models/value/relief-from-royalty.ts';
import { agree, digits, explained, formulas, prose, section, source, sumOf, table, term } from './format.ts';
import type { Subject } from './subject.ts';

const BASE_STEP = 'present value of covered revenue after tax';
const VALUE_STEP = 'relief from royalty in force';
/** Of the draws' coordinates, in the order of the method's inputs. */
const BASES = [2, 3, 5, 7, 11];
/** The draw that is written out. */
const WRITTEN_OUT = 1;

export function royaltySection(subject: Subject): string {
  const { growth, decay, tax, discount } = streamOf(subject);
  return section(
    '5. Relief from royalty',
    prose(
      `Royalties that the owner need not pay, after tax, while the patent lives. First at the central inputs: next year's revenue R, growth ${growth}, decay ${decay}, tax ${tax}, discount ${discount}. Year j starts at s = j - 1 and counts with its share w of a year, at its middle m = s + w / 2. S is the chance that all annuities due after the valuation date and until m are paid.`,
    ),
    ...yearParts(subject),
    ...drawParts(subject),
    source(
      subject,
      [BASE_STEP, VALUE_STEP],
      'Quantiles between sorted values: type 7 of Hyndman and Fan 1996 [M].',
    ),
  );
}

function streamOf({ inputs, lapse, valuation }: Subject): RoyaltyStream {
  const { as_of, declared, assumptions } = inputs;
  const ahead = lapse.annuities.filter(({ due_on }) => due_on > as_of);
  const survival = survivalPath(ahead.map(({ hazard }) => hazard));
  return {
    revenue: declared!.annual_revenue! * assumptions.royalty_revenue_share.value,
    growth: assumptions.royalty_growth.value,
    decay: assumptions.royalty_decay.value,
    tax: assumptions.tax_rate.value,
    discount: assumptions.royalty_discount_rate.value,
    years: yearsBetween(as_of, valuation.expires_on!),
    annuities: ahead.map(({ due_on, amount }, k) => ({
      years_ahead: yearsBetween(as_of, due_on),
      fee: amount,
      survival: survival[k]!,
    })),
  };
}

/** Each year and each annuity of the two sums, in the order of the columns. */
function termsOf({ revenue, growth, decay, tax, discount, years, annuities }: RoyaltyStream) {
  const yearly = Array.from({ length: Math.ceil(years) }, (_, start) => {
    const share = Math.min(1, years - start);
    const middle = start + share / 2;
    const alive = annuities.findLast(({ years_ahead }) => years_ahead <= middle)?.survival ?? 1;
    const earned = revenue * ((1 + growth) * (1 - decay)) ** start;
    const factor = (1 + discount) ** -middle;
    return {
      start,
      share,
      middle,
      alive,
      earned,
      factor,
      worth: share * alive * earned * (1 - tax) * factor,
    };
  });
  const fees = annuities.map(({ years_ahead, fee, survival }) => {
    const factor = (1 + discount) ** -years_ahead;
    return { years_ahead, fee, survival, factor, worth: survival * fee * (1 - tax) * factor };
  });
  return { yearly, fees };
}

function yearParts(subject: Subject): string[] {
  const stream = streamOf(subject);
  const { yearly, fees } = termsOf(stream);
  const { industry } = subject.inputs.declared!;
  const worth = (terms: readonly { worth: number }[]) => sumOf(terms, (at) => at.worth);
  const taxed = agree('taxed revenue', worth(yearly), explained(subject, BASE_STEP, 'taxed_revenue'));
  const cost = agree('taxed fees', worth(fees), explained(subject, BASE_STEP, 'taxed_fees'));
  const { low, high } = ROYALTY_PRIORS[industry!]!.range!;
  const rate = agree('median rate', Math.sqrt(low * high), explained(subject, VALUE_STEP, 'median_rate'));
  const central = agree(
    'central value',
    rate * taxed - cost,
    explained(subject, VALUE_STEP, 'at_central_inputs'),
  );
  const left = digits(1 - stream.tax);
  const earned = `R ${digits((1 + stream.growth) * (1 - stream.decay))}^s`;
  const factor = digits(1 + stream.discount);
  return [
    table(
      ['s', 'w', 'm', 'S', earned, `${factor}^-m`, `w S ${earned} ${left} ${factor}^-m`],
      yearly.map(Object.values),
    ),
    table(
      ['years y to the annuity', 'fee', 'S', `${factor}^-y`, `S fee ${left} ${factor}^-y`],
      fees.map(Object.values),
    ),
    formulas(
      `taxed revenue B = ${digits(taxed)}, taxed fees C = ${digits(cost)}: the sums of the last columns`,
      `median royalty rate of ${industry} = sqrt(${low} * ${high}) = ${digits(rate)}`,
      `value at central inputs = rate * B - C = ${digits(rate)} * ${digits(taxed)} - ${digits(cost)} = ${digits(central)}`,
    ),
  ];
}

/** Least, likeliest and greatest of the two inputs that an expert would state so. */
function trianglesOf({ inputs }: Subject): { discount: Triangular; decay: Triangular } {
  const of = inputs.assumptions;
  return {
    discount: {
      least: of.royalty_discount_rate_least.value,
      likeliest: of.royalty_discount_rate.value,
      greatest: of.royalty_discount_rate_greatest.value,
    },
    decay: {
      least: of.royalty_decay_least.value,
      likeliest: of.royalty_decay.value,
      greatest: of.royalty_decay_greatest.value,
    },
  };
}

/** What the five coordinates of a draw make of the inputs. */
function drawnInputs(subject: Subject, point: readonly number[]) {
  const [rate, growth, revenue, discount, decay] = point as [number, number, number, number, number];
  const { declared, assumptions } = subject.inputs;
  const stream = streamOf(subject);
  const triangles = trianglesOf(subject);
  return {
    rate: industryRoyaltyQuantile(declared!.industry, rate),
    stream: {
      ...stream,
      growth: normalQuantile(growth, stream.growth, assumptions.royalty_growth_sd.value),
      revenue:
        stream.revenue * Math.exp(normalQuantile(revenue, 0, assumptions.royalty_revenue_log_sd.value)),
      discount: triangularQuantile(discount, triangles.discount),
      decay: triangularQuantile(decay, triangles.decay),
    },
  };
}

function drawParts(subject: Subject): string[] {
  const draws = explained(subject, VALUE_STEP, 'draws');
  const seed = explained(subject, VALUE_STEP, 'seed');
  const drawn = quasiRandomPoints(draws, BASES.length, seed).map((point) => drawnInputs(subject, point));
  const values = drawn
    .map(({ stream, rate }) => reliefFromRoyalty(royaltyBase(stream), rate))
    .sort((a, b) => a - b);
  const rows = Object.entries(LEVELS).map(([level, p]) => {
    const place = (draws - 1) * p;
    const [below, above] = [values[Math.floor(place)]!, values[Math.ceil(place)]!];
    const value = below + (place - Math.floor(place)) * (above - below);
    return [
      p,
      1 + place,
      below,
      above,
      agree(`royalty ${level}`, value, explained(subject, VALUE_STEP, level)),
    ];
  });
  return [
    prose(
      `No input is known exactly: ${draws} draws take five of them from their distributions. Draw i has in each the coordinate u = fraction of (radical inverse of i in base p + shift); the shifts come from seed ${seed} and are the same for every patent. Draw ${WRITTEN_OUT}:`,
    ),
    drawTable(subject, seed),
    ...drawValue(drawn[WRITTEN_OUT - 1]!),
    prose(
      `The ${draws} values in rising order, v_1 to v_${draws}, give the p-quantile at place 1 + ${draws - 1} p, linear between the two neighbours:`,
    ),
    table(['p', 'place', 'v below', 'v above', 'quantile'], rows),
  ];
}

function drawTable(subject: Subject, seed: number): string {
  const random = mulberry32(seed);
  const coordinates = BASES.map((base) => {
    const inverse = radicalInverse(WRITTEN_OUT, base);
    const shift = random();
    return { base, inverse, shift, u: inverse + shift - Math.floor(inverse + shift) };
  });
  const { rate, stream } = drawnInputs(
    subject,
    coordinates.map(({ u }) => u),
  );
  const { declared, assumptions: of } = subject.inputs;
  const { mu, sigma } = royaltyRateLognormal(declared!.industry!);
  const triangles = trianglesOf(subject);
  const triangle = (given: Triangular) => `triangle ${Object.values(given).join(', ')}`;
  const inputs: [string, string, number][] = [
    ['royalty rate', `e^(${digits(mu)} + ${digits(sigma)} Phi^-1(u))`, rate],
    ['growth', `${of.royalty_growth.value} + ${of.royalty_growth_sd.value} Phi^-1(u)`, stream.growth],
    ['revenue', `R e^(${of.royalty_revenue_log_sd.value} Phi^-1(u))`, stream.revenue],
    ['discount', triangle(triangles.discount), stream.discount],
    ['decay', triangle(triangles.decay), stream.decay],
  ];
  return table(
    ['p', 'inverse', 'shift', 'u', 'input', 'distribution', 'drawn'],
    inputs.map((input, index) => [...Object.values(coordinates[index]!), ...input]),
  );
}

function drawValue({ rate, stream }: ReturnType<typeof drawnInputs>): string[] {
  const { revenue, fees } = royaltyBase(stream);
  const value = reliefFromRoyalty({ revenue, fees }, rate);
  return [
    prose(
      'A triangle a, m, b has the quantile a + sqrt(u (b - a)(m - a)) for u <= (m - a) / (b - a), else b - sqrt((1 - u)(b - a)(b - m)). With these inputs the two tables above add up to the B and C of this draw:',
    ),
    formulas(
      `max(0, rate * B - C) = ${digits(rate)} * ${digits(revenue)} - ${term(fees)} = ${digits(value)}`,
    ),
  ];
}
