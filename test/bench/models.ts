/** `npm run bench -- models`: how long one valuation takes, by the methods that run and by the years left. */
import { DEFAULT_ASSUMPTIONS } from '../../models/assumptions.ts';
import { addYears } from '../../models/calendar.ts';
import { fitLapse } from '../../models/lapse/fit.ts';
import type { LapseHistory } from '../../models/lapse/types.ts';
import type { DeclaredUse, PatentFacts } from '../../models/types.ts';
import { type ValuationInputs, valuePatent } from '../../models/valuation.ts';
import { fitHedonic } from '../../models/value/formulas/hedonic.ts';
import { dealFeatures, MARKET_PRIOR } from '../../models/value/market-method.ts';
import type { OnProgress } from '../chaos/run.ts';
import { cnHistories } from '../models/cn-patents.ts';
import { median, rounded } from './figures.ts';

export interface ModelsReport {
  /** Median microseconds of one valuation: nothing declared, so that the renewal method alone runs. */
  valuation_us: number;
  /** With a declared revenue: relief from royalty too. */
  valuation_with_revenue_us: number;
  /** With deals, a launch and a cost: every method. */
  valuation_all_methods_us: number;
  /** Time of a patent with 16 years left over one with 2, each with a declared revenue. */
  growth_with_life: number;
  by_remaining_years: { years: number; us: number }[];
  /** On one core, as valuation_us. */
  patents_per_second: number;
  patents: number;
  /** Rounds before the measured ones; a round values the patents once in each way. */
  warmup: number;
  repeats: number;
}

const AS_OF = '2011-01-01';
const PATENTS = 100;
/** Of these with every method, of which some are slow. */
const PATENTS_ALL_METHODS = 10;
const WARM_UP_ROUNDS = 5;
const ROUNDS = 41;
const TERM_years = 20;
/** Years from filing to grant of those valued by years left; with most of them left, the grant is just over. */
const PENDING_years = 3;
const REMAINING_years = [2, 4, 8, 12, 16];
const DEALS = 100;

const REVENUE: DeclaredUse = {
  currency: 'CNY',
  annual_revenue: 10_000_000,
  industry: 'pharma_and_biotech',
  launch: null,
  reproduction_cost: null,
};
const EVERYTHING: DeclaredUse = {
  ...REVENUE,
  launch: { value: 5_000_000, development_cost: 6_000_000 },
  reproduction_cost: 800_000,
};

export function benchModels(on_progress: OnProgress): ModelsReport {
  const ways = waysToValue();
  const took_us: number[][] = ways.map(() => []);
  for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round++) {
    // All ways in each round: what else the machine does weighs on them alike.
    for (const [index, inputs] of ways.entries()) {
      const each_us = inputs.map(timeOne);
      if (round >= 0) took_us[index]!.push(...each_us);
    }
    on_progress('rounds', (round + 1 + WARM_UP_ROUNDS) / (ROUNDS + WARM_UP_ROUNDS));
  }
  const [renewal, revenue, all, ...by_years] = took_us.map(median) as [number, number, number, ...number[]];
  return {
    valuation_us: rounded(renewal, 1),
    valuation_with_revenue_us: rounded(revenue, 1),
    valuation_all_methods_us: rounded(all, 1),
    growth_with_life: rounded(by_years.at(-1)! / by_years[0]!, 2),
    by_remaining_years: REMAINING_years.map((years, index) => ({ years, us: rounded(by_years[index]!, 1) })),
    patents_per_second: Math.round(1e6 / renewal),
    patents: PATENTS,
    warmup: WARM_UP_ROUNDS,
    repeats: ROUNDS,
  };
}

/** Renewal alone, with revenue, all methods, then with revenue by years left. */
function waysToValue(): ValuationInputs[][] {
  const histories = cnHistories();
  const fit = fitLapse(histories, AS_OF);
  if (!fit.ok) throw new Error(fit.failure.message);
  const patents = histories
    .filter(inForce)
    .slice(0, PATENTS)
    .map(({ facts }) => facts);
  const nothing = {
    as_of: AS_OF,
    lapse_model: fit.model,
    declared: null,
    market: null,
    calibration: null,
    assumptions: DEFAULT_ASSUMPTIONS,
  };
  const market = fitHedonic(deals(patents), MARKET_PRIOR, Number(AS_OF.slice(0, 4)));
  const all = (changes: Partial<ValuationInputs>, change = (facts: PatentFacts) => facts) =>
    patents.map((facts) => ({ ...nothing, ...changes, facts: change(facts) }));
  return [
    all({}),
    all({ declared: REVENUE }),
    all({ declared: EVERYTHING, market }).slice(0, PATENTS_ALL_METHODS),
    ...REMAINING_years.map((years) => all({ declared: REVENUE }, (facts) => withYearsLeft(facts, years))),
  ].map(checked);
}

function inForce({ granted_on, terminated_notice_on, otherwise_ended_on }: LapseHistory): boolean {
  const end = terminated_notice_on ?? otherwise_ended_on;
  return granted_on <= AS_OF && (end === null || end > AS_OF);
}

function withYearsLeft(facts: PatentFacts, years: number): PatentFacts {
  const filed_on = addYears(AS_OF, years - TERM_years);
  return { ...facts, filed_on, granted_on: addYears(filed_on, PENDING_years) };
}

/** Invented deals in these patents. */
function deals(patents: readonly PatentFacts[]) {
  return patents.slice(0, DEALS).map((facts, index) => ({
    price: 500_000 + 10_000 * index,
    year: 2006 + (index % 5),
    features: dealFeatures(facts, AS_OF),
    source: 'own' as const,
  }));
}

/** What ends in a failure would be quick for nothing. */
function checked(inputs: ValuationInputs[], way: number): ValuationInputs[] {
  const LEAST_METHODS = [1, 2, 5];
  for (const given of inputs) {
    const ran = Object.values(valuePatent(given).methods).filter(({ ok }) => ok).length;
    const least = LEAST_METHODS[way] ?? 2;
    if (ran !== least)
      throw new Error(`${ran} methods ran for ${given.facts.application_number} instead of ${least}.`);
  }
  return inputs;
}

/** Microseconds. Singly, so that a valuation during which the machine did other work is one outlier for the median. */
function timeOne(inputs: ValuationInputs): number {
  const started_ms = performance.now();
  valuePatent(inputs);
  return 1000 * (performance.now() - started_ms);
}

export function modelsText(report: ModelsReport): string {
  const years = report.by_remaining_years.map(({ years, us }) => `${years}: ${us}`).join(', ');
  return [
    `Valuation   ${report.valuation_us} us by renewals alone, ${report.patents_per_second} patents a second on one core`,
    `Methods     ${report.valuation_with_revenue_us} us with revenue, ${report.valuation_all_methods_us} us with every method`,
    `Years left  ${years} us; 16 take ${report.growth_with_life} times as long as 2`,
    `Measured    medians over ${report.patents} patents, ${report.repeats} times each, after ${report.warmup} to warm up`,
    '',
  ].join('\n');
}
