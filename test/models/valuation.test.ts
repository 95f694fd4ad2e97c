import normalQuantile from '@stdlib/stats-base-dists-normal-quantile';
import fc from 'fast-check';
import t from 'tap';
import {
  amountPayable,
  annualFee,
  annuities,
  annuityDue,
  CNIPA_FEES,
  expiresOn,
  termYears,
} from '../../models/annuity/cnipa.ts';
import {
  EUROPEAN_APPLICATION,
  GERMANY,
  UNITARY_PATENT,
  UNITED_KINGDOM,
} from '../../models/annuity/europe.ts';
import { JAPAN, KOREA } from '../../models/annuity/japan-korea.ts';
import { feeOf, totalFees } from '../../models/annuity/schedule.ts';
import { maintenanceFee } from '../../models/annuity/uspto.ts';
import { type Assumptions, DEFAULT_ASSUMPTIONS } from '../../models/assumptions.ts';
import {
  addDays,
  addMonths,
  addYears,
  daysBetween,
  isCalendarDate,
  parseDate,
  wholeYearsBetween,
  yearsBetween,
} from '../../models/calendar.ts';
import {
  collateralValue,
  cureAmount,
  fallToBreach,
  loanToValue,
  loanToValueBp,
} from '../../models/collateral.ts';
import { calibrateIntervals, calibrationCell } from '../../models/interval/calibration.ts';
import { fitLapse } from '../../models/lapse/fit.ts';
import { formatMinor, toMajor, toMinor } from '../../models/money.ts';
import { type Quantiles, quantilesOf, scaleQuantiles } from '../../models/quantiles.ts';
import type { ChallengeEvent, DeclaredUse, LegalState, PatentFacts } from '../../models/types.ts';
import { type Valuation, type ValuationInputs, valuePatent } from '../../models/valuation.ts';
import { fitHedonic } from '../../models/value/formulas/hedonic.ts';
import { MARKET_PRIOR } from '../../models/value/market-method.ts';
import { reconcile } from '../../models/value/reconcile.ts';
import { reliefFromRoyalty, royaltyBase } from '../../models/value/relief-from-royalty.ts';
import {
  type RenewalPosition,
  renewalMean,
  renewalQuantiles,
  renewalSurvival,
  renewalThresholds,
  renewalValue,
  returnQuantiles,
  scheduleOf,
} from '../../models/value/renewal.ts';
import { commonSigma, fitReturnLocation, fitReturns } from '../../models/value/renewal-fit.ts';
import { royaltyRateQuantile } from '../../models/value/royalty-rates.ts';
import { STANDING_EFFECTS, standingShift } from '../../models/value/standing.ts';
import { ValuationTables } from '../../models/value/tables.ts';
import { worthOf } from '../../models/value-at.ts';
import { addWaterfalls, waterfall } from '../../models/waterfall.ts';
import { cnHistories } from './cn-patents.ts';

const AS_OF = '2011-01-01';
const RIGHTS = ['invention', 'utility_model', 'design'] as const;
const fit = fitLapse(cnHistories(), AS_OF);
if (!fit.ok) throw new Error(fit.failure.message);
const lapse_model = fit.model;

const FACTS: PatentFacts = {
  office: 'CN',
  application_number: '01122136.4',
  right_type: 'invention',
  filed_on: '2001-07-02',
  granted_on: '2005-05-11',
  legal_state: 'in_force',
  legal_state_since: '2005-05-11',
  claims: 8,
  ipc: ['A44C5/00'],
  individual_applicant: false,
  domestic_applicant: true,
  agency: true,
  technology_field: 34,
  paid_through: null,
  challenges: [],
  register_seen_on: AS_OF,
};
const DECLARED: DeclaredUse = {
  currency: 'CNY',
  annual_revenue: 10_000_000,
  industry: null,
  launch: null,
  reproduction_cost: null,
};

function valued(facts: Partial<PatentFacts> = {}, changes: Partial<ValuationInputs> = {}): Valuation {
  const assumptions = DEFAULT_ASSUMPTIONS;
  return valuePatent({
    as_of: AS_OF,
    facts: { ...FACTS, ...facts },
    lapse_model,
    declared: DECLARED,
    market: null,
    calibration: null,
    assumptions,
    ...changes,
  });
}

function near(actual: number, expected: number, relative = 1e-3): boolean {
  return Math.abs(actual / expected - 1) <= relative;
}

function failureOf(valuation: Valuation, method: string): string {
  const result = valuation.methods[method]!;
  return result.ok ? 'none' : result.failure.code;
}

const dates = fc
  .tuple(
    fc.integer({ min: 1900, max: 2100 }),
    fc.integer({ min: 1, max: 12 }),
    fc.integer({ min: 1, max: 28 }),
  )
  .map(([year, month, day]) => `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`);

t.test('calendar arithmetic agrees with the proleptic Gregorian calendar', async (t) => {
  t.equal(addYears('2000-02-29', 1), '2001-02-28');
  t.equal(addMonths('2023-08-31', 6), '2024-02-29');
  t.equal(daysBetween('2000-02-28', '2000-03-01'), 2);
  t.equal(wholeYearsBetween('2001-08-09', '2010-08-08'), 8);
  t.equal(wholeYearsBetween('2001-08-09', '2010-08-09'), 9);
  t.equal(yearsBetween('2001-01-01', '2003-07-02'), 2 + 182 / 365);
  for (const text of ['2023-02-29', '2023-13-01', '2023-1-1', '2023-01-01T00:00Z', '']) {
    t.notOk(isCalendarDate(text));
    t.throws(() => parseDate(text), /is not a calendar date/);
  }
  fc.assert(
    fc.property(dates, fc.integer({ min: -40_000, max: 40_000 }), (date, days) => {
      const moved = addDays(date, days);
      const expected = new Date(Date.parse(`${date}T00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
      return moved === expected && daysBetween(date, moved) === days;
    }),
  );
});

t.test('money keeps exact minor units and rounds half to even', async (t) => {
  t.equal(toMinor(1.005, 'CNY'), 100);
  t.equal(toMinor(1.015, 'CNY'), 102);
  t.equal(toMinor(-1.005, 'CNY'), -100);
  t.equal(toMinor(1e-7, 'CNY'), 0);
  t.equal(toMinor(1234, 'JPY'), 1234);
  t.equal(formatMinor(-105, 'CNY'), 'CNY -1.05');
  t.equal(formatMinor(7, 'JPY'), 'JPY 7');
  t.equal(formatMinor(7, 'KWD'), 'KWD 0.007');
  t.throws(() => toMinor(1, 'XXX'), /currency 'XXX' is not known/);
  t.throws(() => toMinor(1e15, 'CNY'), /whole number of minor units/);
  t.throws(() => toMinor(Number.NaN, 'CNY'), /whole number of minor units/);
  t.throws(() => toMajor(0.5, 'CNY'), /whole number of minor units/);
  /** The rule on the decimal text, digit by digit. */
  const exact = (units: number, four: string) => {
    const scaled = BigInt(`${units}${four.slice(0, 2)}`);
    const rest = four.slice(2);
    return Number(rest > '50' || (rest === '50' && scaled % 2n === 1n) ? scaled + 1n : scaled);
  };
  const halves = fc.nat({ max: 99 }).map((cents) => 100 * cents + 50);
  fc.assert(
    fc.property(fc.nat({ max: 1e9 }), fc.oneof(fc.nat({ max: 9_999 }), halves), (units, rest) => {
      const four = String(rest).padStart(4, '0');
      return toMinor(Number(`${units}.${four}`), 'CNY') === exact(units, four);
    }),
  );
  fc.assert(
    fc.property(
      fc.integer({ min: -1e12, max: 1e12 }),
      fc.constantFrom('CNY', 'JPY', 'KWD'),
      (minor, currency) => {
        return toMinor(toMajor(minor, currency), currency) === minor;
      },
    ),
  );
});

t.test('CNIPA annuities: sums, due dates, grace and late fees (G20, G21)', async (t) => {
  const sum = (fees: readonly number[], years: number) => fees.slice(0, years).reduce((a, b) => a + b, 0);
  t.equal(sum(CNIPA_FEES.invention.fees, 10), 16_300);
  t.equal(sum(CNIPA_FEES.invention.fees, 20), 82_300);
  t.equal(sum(CNIPA_FEES.utility_model.fees, 10), 11_200);
  t.equal(sum(CNIPA_FEES.design.fees, 15), 26_200);
  t.equal(annualFee('utility_model', 11), null);
  const year8 = annuityDue('invention', '2001-07-02', '2005-05-11', '2007-07-02')!;
  t.match(year8, { patent_year: 8, due_on: '2008-07-02', grace_until: '2009-01-02', amount: 2000 });
  t.equal(amountPayable(year8, '2008-07-02'), 2000);
  t.equal(amountPayable(year8, '2008-10-02'), 2300);
  t.equal(amountPayable(year8, '2009-01-02'), 2600);
  t.equal(amountPayable(year8, '2009-01-03'), null);
  t.equal(annuityDue('invention', '2001-07-02', '2005-05-11', '2020-07-02'), null);
  t.equal(annuities('invention', '2001-07-02', '2005-05-11').length, 16);
  t.equal(termYears('design', '2021-05-31'), 10);
  t.equal(expiresOn('design', '2021-06-01'), '2036-06-01');
});

t.test('fee schedules of other offices (G22)', async (t) => {
  t.equal(feeOf(JAPAN, 10, 10), 105_400);
  t.equal(totalFees(JAPAN, 20, 10), 1_367_600);
  t.equal(feeOf(KOREA, 4, 11), 282_000);
  t.equal(feeOf(EUROPEAN_APPLICATION, 10, 1), 1775);
  t.equal(feeOf(EUROPEAN_APPLICATION, 20, 1), 1775);
  t.equal(totalFees(UNITARY_PATENT, 20, 1), 35_555);
  t.equal(totalFees(UNITARY_PATENT, 10, 1), 4685);
  t.equal(totalFees(GERMANY, 20, 1), 13_170);
  t.equal(totalFees(UNITED_KINGDOM, 20, 1), 4640);
  for (const [size, total] of [
    ['large', 14_470],
    ['small', 5788],
    ['micro', 2894],
  ] as const)
    t.equal(
      [1, 2, 3].reduce((sum, stage) => sum + maintenanceFee(stage, size, false), 0),
      total,
    );
  t.equal(maintenanceFee(1, 'small', true), 860 + 216);
  t.throws(() => feeOf(GERMANY, 2, 1), { code: 'no_fee' });
  t.throws(() => feeOf(JAPAN, 4, Number.NaN), { code: 'not_finite' });
  t.throws(() => feeOf(JAPAN, 4, 0), { code: 'out_of_range' });
  t.throws(() => maintenanceFee(4, 'large', false), { code: 'no_fee' });
});

t.test('renewal model: closed-form survival and value quantiles (G6)', async (t) => {
  const decay = 0.15;
  const returns = { mu: Math.log(6000), sigma: 1.8 };
  const fees = CNIPA_FEES.invention.fees.slice(3);
  const thresholds = renewalThresholds(fees, decay);
  const survival = renewalSurvival(thresholds, returns);
  for (const [year, share] of [
    [4, 0.8144],
    [7, 0.6329],
    [10, 0.3758],
    [13, 0.2082],
    [16, 0.1069],
    [20, 0.0543],
  ] as const) {
    t.ok(Math.abs(survival[year - 4]! - share) < 5e-5, `year ${year}`);
  }
  const fitted = fitReturns(survival, thresholds);
  t.ok(
    near(fitted.mu, returns.mu, 1e-9) && near(fitted.sigma, 1.8, 1e-9),
    'the fit gives the parameters back',
  );
  t.ok(near(fitReturnLocation(survival, thresholds, 1.8), returns.mu, 1e-9));
  const position: RenewalPosition = {
    remaining_share: 0,
    years_since_first: -1,
    paid_threshold: 0,
    future: fees.map((fee, k) => ({ fee, years_ahead: k, years_since_first: k, threshold: thresholds[k]! })),
  };
  const schedule = scheduleOf(position, decay, 0.9);
  const { p25, p50, p75, p90, p95 } = renewalQuantiles(schedule, returnQuantiles(0, returns));
  const simulated = [942, 13_279, 65_457, 226_950, 458_710];
  for (const [index, value] of [p25, p50, p75, p90, p95].entries())
    t.ok(near(value, simulated[index]!, 0.015), 'within simulation error');
  t.ok(near(renewalMean(schedule, returns), 114_584, 0.02));
});

t.test('log spread of published values (G23) is near the spread that lapses imply', async (t) => {
  t.ok(
    near(Math.sqrt(2 * Math.log(10)), 2.14597, 1e-5) &&
      near(Math.sqrt(2 * Math.log(8.04 / 0.75)), 2.17812, 1e-5),
  );
  const sigma = commonSigma(lapse_model, DEFAULT_ASSUMPTIONS.return_decay.value);
  t.ok(sigma > 1.5 && sigma < 3, `sigma ${sigma}`);
});

t.test('an older patent of equal return is worth no more', async (t) => {
  const fees = CNIPA_FEES.invention.fees.slice(4);
  const thresholds = renewalThresholds(fees, 0.15);
  const at = (paid: number): RenewalPosition => ({
    remaining_share: 1,
    years_since_first: paid - 1,
    paid_threshold: paid === 0 ? 0 : thresholds[paid - 1]!,
    future: fees.slice(paid).map((fee, index) => ({
      fee,
      years_ahead: index + 1,
      years_since_first: paid + index,
      threshold: thresholds[paid + index]!,
    })),
  });
  t.doesNotThrow(() =>
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 14 }),
        fc.double({ min: 1, max: 1e7, noNaN: true }),
        (paid, now) => {
          const value = (n: number) => renewalValue(scheduleOf(at(n), 0.15, 0.9), now / 0.85 ** (n - 1));
          return value(paid) >= value(paid + 1) - 1e-9 * value(paid) && value(paid + 1) >= 0;
        },
      ),
    ),
  );
});

t.test('relief from royalty (G9) and the rates it takes', async (t) => {
  const stream = {
    revenue: 1e7,
    growth: 0.05,
    decay: 0.1,
    tax: 0.25,
    discount: 0.18,
    years: 8,
    annuities: [],
  };
  t.ok(near(reliefFromRoyalty(royaltyBase(stream), 0.04), 1_152_103, 1e-6));
  const annuity = { years_ahead: 0.4, fee: 4000, survival: 0.5 };
  const risky = royaltyBase({ ...stream, annuities: [annuity] });
  t.ok(near(risky.revenue, royaltyBase(stream).revenue / 2, 1e-12), 'every year is behind the annuity');
  t.ok(near(risky.fees, (0.5 * 4000 * 0.75) / 1.18 ** 0.4, 1e-12));
  t.equal(reliefFromRoyalty({ revenue: 1, fees: 10 }, 0.04), 0, 'the owner may drop the patent');
  t.ok(
    near(royaltyRateQuantile(0.5), 0.04 + (0.01 * 0.07) / 0.24, 1e-9) &&
      near(royaltyRateQuantile(0.9), 0.098, 1e-9),
  );
  t.equal(royaltyRateQuantile(0.1), 0.01);
  t.throws(() => royaltyRateQuantile(0.95), /outside 0 to .92/);
});

/** Quantiles of a lognormal. */
const lognormal = (median: number, sd: number) =>
  quantilesOf((p) => median * Math.exp(sd * normalQuantile(p, 0, 1)));

t.test('reconciliation: one method is itself, agreement keeps the width, disagreement widens', async (t) => {
  const one = { quantiles: lognormal(1000, 1.8), log_error: 1.8 };
  t.same(reconcile([one]).quantiles, one.quantiles);
  const agreed = reconcile([one, one]).quantiles;
  for (const level of Object.keys(agreed) as (keyof Quantiles)[])
    t.ok(near(agreed[level], one.quantiles[level], 1e-9));
  const apart = (log_error: number) => [
    { quantiles: lognormal(10, 0.5), log_error: 1 },
    { quantiles: lognormal(1000, 0.5), log_error },
  ];
  const even = reconcile(apart(1));
  t.ok(near(even.quantiles.p50, 100, 1e-9) && near(even.disagreement, Math.log(10), 1e-9));
  t.ok(even.quantiles.p10 < 10 && even.quantiles.p90 > 1000);
  t.ok(near(reconcile(apart(2)).quantiles.p50, 10 ** 1.4, 1e-9));
  t.throws(() => reconcile([]), /pass at least one/);
  const anyQuantiles = fc
    .array(fc.double({ min: 0, max: 1e9, noNaN: true }), { minLength: 7, maxLength: 7 })
    .map((values) => values.sort((a, b) => a - b))
    .map((values) => {
      let next = 0;
      return quantilesOf(() => values[next++]!);
    });
  fc.assert(
    fc.property(fc.array(anyQuantiles, { minLength: 1, maxLength: 4 }), (given) => {
      const methods = given.map((quantiles, index) => ({ quantiles, log_error: 1 + index }));
      const values = Object.values(reconcile(methods).quantiles);
      return values.every((value, index) => Number.isFinite(value) && value >= (values[index - 1] ?? 0));
    }),
  );
});

t.test('loan cover in whole minor units (G18, G19)', async (t) => {
  t.ok(near(fallToBreach(0.3, 0.4), 0.25, 1e-12));
  t.equal(cureAmount(300_000_000, 700_000_000, 0.3), 90_000_000);
  t.equal(cureAmount(100, 700_000_000, 0.3), 0);
  t.equal(cureAmount(10, 7, 0.3), 8, 'rounded so that the cure suffices');
  t.equal(loanToValue(30, 100), 0.3);
  t.equal(loanToValue(1, 0), Number.POSITIVE_INFINITY);
  t.equal(loanToValue(0, 0), 0);
  t.equal(loanToValueBp(30, 100), 3000);
  t.equal(loanToValueBp(30, 0), null);
  t.equal(loanToValueBp(Number.MAX_SAFE_INTEGER, 1), 1_000_000_000);
  t.equal(collateralValue(100, 0.5), 50);
  t.throws(() => cureAmount(1.5, 1, 0.3), /outstanding_minor is 1.5/);
  t.throws(() => collateralValue(1, 1.5), /haircut is 1.5/);
});

t.test('a patent in force is valued with its outlook and an explanation', async (t) => {
  const valuation = valued();
  t.match(valuation, { status: 'valued', currency: 'CNY', failure: null, expires_on: '2021-07-02' });
  t.match(valuation.next_annuity, { patent_year: 11, due_on: '2011-07-02', amount: 4000 });
  t.equal(valuation.collateral, valuation.weighted!.p50 * 0.5);
  t.equal(valuation.validity_probability, 0.85);
  t.ok(
    near(valuation.weighted!.p50, valuation.if_valid!.p50 * valuation.in_force_probability! * 0.85, 1e-12),
  );
  t.match(valuation.premises, { going_concern: { expected_proceeds: valuation.weighted!.p50 } });
  t.ok(valuation.in_force_probability! > 0.7 && valuation.in_force_probability! < 1);
  t.same(
    valuation.explanation.map(({ what }) => what),
    [
      'legal state',
      'lapse risk',
      'initial yearly return',
      'renewal option value in force',
      'present value of covered revenue after tax',
      'relief from royalty in force',
      'reconciled value in force',
      'interval',
      'validity',
      'collateral value',
    ],
  );
  const { renewal, relief_from_royalty: royalty } = valuation.methods;
  t.ok(renewal?.ok && royalty?.ok && renewal.quantiles.p50 < royalty.quantiles.p50);
  t.equal(JSON.stringify(valued()), JSON.stringify(valuation), 'bit for bit');
});

t.test('assumptions reach the method they are named for', async (t) => {
  const median = (name: keyof Assumptions, value: number, method: string) => {
    const assumptions = { ...DEFAULT_ASSUMPTIONS, [name]: { ...DEFAULT_ASSUMPTIONS[name], value } };
    const result = valued({}, { assumptions }).methods[method]!;
    if (!result.ok) throw new Error(result.failure.message);
    return result.quantiles.p50;
  };
  const royalty = median('tax_rate', 0.25, 'relief_from_royalty');
  t.ok(near(median('tax_rate', 0.5, 'relief_from_royalty'), (royalty * 2) / 3, 1e-9));
  t.ok(median('royalty_discount_rate', 0.25, 'relief_from_royalty') < royalty);
  t.ok(median('royalty_decay', 0.15, 'relief_from_royalty') < royalty);
  t.ok(median('royalty_growth', 0.1, 'relief_from_royalty') > royalty);
  t.ok(median('royalty_revenue_share', 0.5, 'relief_from_royalty') < royalty);
  t.equal(median('return_decay', 0.3, 'relief_from_royalty'), royalty);
  const renewal = median('renewal_discount_factor', 0.9, 'renewal');
  t.ok(median('renewal_discount_factor', 0.95, 'renewal') > renewal);
  t.not(median('return_decay', 0.2, 'renewal'), renewal);
});

t.test('what has ended is worth nothing, and the unknown stays unknown', async (t) => {
  const ended: LegalState[] = ['lapsed', 'expired', 'refused', 'withdrawn', 'surrendered', 'invalidated'];
  for (const legal_state of ended) {
    t.match(valued({ legal_state }), {
      status: 'worthless',
      weighted: { p10: 0, p50: 0, p90: 0 },
      collateral: 0,
    });
  }
  t.equal(valued({ register_seen_on: '2021-07-01' }, { as_of: '2021-07-01' }).status, 'valued');
  t.match(valued({}, { as_of: '2021-07-02' }), { status: 'worthless', collateral: 0 }, 'term over');
  const unknowns: [Partial<PatentFacts>, string][] = [
    [{ legal_state: 'unknown' }, 'legal_state_unknown'],
    [{ legal_state: 'pending', granted_on: null }, 'not_granted'],
    [{ granted_on: null }, 'not_granted'],
    [{ granted_on: '2012-01-01' }, 'not_granted'],
    [{ granted_on: '2001-01-01' }, 'grant_before_filing'],
    [{ office: 'DE' }, 'no_fee_schedule'],
    [{ claims: Number.NaN }, 'claims_invalid'],
    [{ claims: -3 }, 'claims_invalid'],
    [{ claims: Number.POSITIVE_INFINITY }, 'covariate_invalid'],
    [{ register_seen_on: '2010-10-02' }, 'register_stale'],
  ];
  for (const [facts, code] of unknowns) {
    const valuation = valued(facts);
    t.match(valuation, { status: 'unknown', weighted: null, collateral: null, failure: { code } }, code);
    t.equal(failureOf(valuation, 'relief_from_royalty'), code);
  }
});

t.test('a method without its facts fails by name while the other stands', async (t) => {
  const without = valued({}, { declared: null });
  t.equal(failureOf(without, 'relief_from_royalty'), 'revenue_missing');
  t.equal(without.status, 'valued');
  const { renewal } = without.methods;
  t.ok(renewal?.ok && near(without.if_valid!.p50, renewal.quantiles.p50, 1e-12));
  const cases: [Partial<DeclaredUse>, string, string][] = [
    [{ currency: 'USD' }, 'relief_from_royalty', 'currency_mismatch'],
    [{ annual_revenue: 0 }, 'relief_from_royalty', 'revenue_not_positive'],
    [{ annual_revenue: Number.NaN }, 'relief_from_royalty', 'revenue_not_positive'],
    [{ industry: 'magic' }, 'relief_from_royalty', 'industry_unknown'],
    [{ launch: { value: 1, development_cost: 0 } }, 'option_to_launch', 'development_cost_not_positive'],
    [{}, 'option_to_launch', 'launch_missing'],
    [{ reproduction_cost: -1 }, 'reproduction_cost', 'reproduction_cost_not_positive'],
    [{}, 'market', 'deals_missing'],
  ];
  for (const [change, method, code] of cases)
    t.equal(failureOf(valued({}, { declared: { ...DECLARED, ...change } }), method), code, code);
  const late = { right_type: 'utility_model', filed_on: '2001-07-02', granted_on: '2010-12-01' } as const;
  t.equal(failureOf(valued(late), 'renewal'), 'no_renewal_decision');
  t.equal(valued(late).status, 'valued');
});

t.test('for any patent: no negative value, an ordered range, finite probabilities', async (t) => {
  const inputs = fc.record({
    filed_on: fc.integer({ min: 0, max: 6900 }).map((days) => addDays('1992-01-01', days)),
    lag: fc.integer({ min: 0, max: 3000 }),
    right_type: fc.constantFrom('invention', 'utility_model', 'design'),
    claims: fc.option(fc.nat()),
    symbols: fc.nat({ max: 2000 }),
    flag: fc.option(fc.boolean()),
    annual: fc.option(fc.double({ min: 0, max: 1e11, noNaN: true })),
  });
  t.doesNotThrow(() =>
    fc.assert(
      fc.property(inputs, ({ filed_on, lag, right_type, claims, symbols, flag, annual }) => {
        const facts = {
          filed_on,
          granted_on: addDays(filed_on, lag),
          right_type,
          claims,
          ipc: Array<string>(symbols).fill('A61K35/78'),
          individual_applicant: flag,
          agency: flag,
        };
        const { status, weighted, collateral, in_force_probability, lapse_probability_12m } = valued(facts, {
          declared: annual === null ? null : { ...DECLARED, annual_revenue: annual },
        });
        if (status === 'unknown') return weighted === null && collateral === null;
        const values = Object.values(weighted!);
        const ordered = values.every(
          (value, index) => Number.isFinite(value) && value >= (values[index - 1] ?? 0),
        );
        const lapse = lapse_probability_12m?.value ?? 0;
        return (
          ordered &&
          collateral! >= 0 &&
          in_force_probability! >= 0 &&
          lapse >= 0 &&
          lapse <= in_force_probability!
        );
      }),
      { numRuns: 500 },
    ),
  );
});

const anyPatent = fc.record({
  filed_on: fc.integer({ min: 0, max: 5000 }).map((days) => addDays('1993-01-01', days)),
  lag: fc.integer({ min: 100, max: 1500 }),
  claims: fc.option(fc.nat({ max: 60 })),
  annual_revenue: fc.option(fc.double({ min: 1, max: 1e10, noNaN: true })),
});

/** Value of a patent drawn by `anyPatent`, with other facts and inputs. */
function valuationOf(
  {
    filed_on,
    lag,
    claims,
    annual_revenue,
  }: typeof anyPatent extends fc.Arbitrary<infer Patent> ? Patent : never,
  facts: Partial<PatentFacts> = {},
  changes: Partial<ValuationInputs> = {},
): Valuation {
  const declared = annual_revenue === null ? null : { ...DECLARED, annual_revenue };
  return valued({ filed_on, granted_on: addDays(filed_on, lag), claims, ...facts }, { declared, ...changes });
}

const noHigher = (a: Quantiles, b: Quantiles) =>
  (Object.keys(a) as (keyof Quantiles)[]).every((level) => a[level] <= b[level] * (1 + 1e-9) + 1e-9);

t.test('a patent of many is worth what it is worth alone, to the last bit', async (t) => {
  const deals = Array.from({ length: 12 }, (_, index) => ({
    price: 500_000 + 10_000 * index,
    year: 2006 + (index % 5),
    features: [Math.log1p(index), 5 + index / 2],
    source: 'own' as const,
  }));
  const known = Array.from({ length: 60 }, (_, index) => ({
    cell: calibrationCell(34, 10),
    quantiles: lognormal(100_000, 1.5),
    value: 20_000 * (index + 1),
  }));
  const settings = [
    { market: null, calibration: null },
    { market: fitHedonic(deals, MARKET_PRIOR, 2011), calibration: calibrateIntervals(known, 'test') },
  ].map((parts) => {
    const setting = { as_of: AS_OF, lapse_model, assumptions: DEFAULT_ASSUMPTIONS, ...parts };
    return { setting, tables: new ValuationTables(setting) };
  });
  const flag = fc.constantFrom(true, false, null);
  const mostly = <T>(usual: T, ...others: T[]) =>
    fc.oneof({ weight: 12, arbitrary: fc.constant(usual) }, fc.constantFrom(...others));
  const anyFacts = fc
    .record({
      ...{ office: mostly('CN', 'JP'), right_type: fc.constantFrom(...RIGHTS) },
      legal_state: mostly<LegalState>('in_force', 'lapsed', 'pending', 'unknown'),
      filed_on: fc.integer({ min: 0, max: 7500 }).map((days) => addDays('1990-01-01', days)),
      lag: fc.option(fc.integer({ min: -20, max: 1500 }), { freq: 20 }),
      // Some beyond what the tables keep.
      claims: fc.option(fc.oneof({ weight: 4, arbitrary: fc.nat({ max: 60 }) }, fc.nat({ max: 600 }))),
      ipc: fc.array(fc.constant('A44C5/00'), { maxLength: 40 }),
      ...{ individual_applicant: flag, domestic_applicant: flag, agency: flag },
      technology_field: fc.option(fc.integer({ min: 1, max: 35 })),
      paid_through: fc.option(fc.integer({ min: 1, max: 22 })),
      challenges: fc.array(fc.constant<ChallengeEvent>('challenge_filed'), { maxLength: 2 }),
      register_seen_on: mostly<string | null>(AS_OF, '2001-01-01', null),
    })
    .map(({ lag, ...facts }) => ({
      ...FACTS,
      ...facts,
      granted_on: lag === null ? null : addDays(facts.filed_on, lag),
    }));
  const seen = new Map<string, number>();
  fc.assert(
    fc.property(anyFacts, fc.constantFrom(...settings), (facts, { setting, tables }) => {
      const alone = valuePatent({ ...setting, facts, declared: null });
      const { status, weighted, collateral, changes_on } = worthOf(facts, tables);
      seen.set(status, (seen.get(status) ?? 0) + 1);
      t.strictSame([status, weighted, collateral], [alone.status, alone.weighted, alone.collateral]);
      if (status === 'valued') t.ok(changes_on! > AS_OF && changes_on! <= alone.expires_on!);
      return t.passing();
    }),
    { numRuns: 1500 },
  );
  for (const status of ['valued', 'worthless', 'unknown'])
    t.ok(seen.get(status)! > 100, `${seen.get(status)} ${status}`);
});

t.test(
  'between two days on which something changes, status and annuity ahead stay as they are',
  async (t) => {
    const facts = { ...FACTS, register_seen_on: null };
    const on = (as_of: string) =>
      new ValuationTables({
        as_of,
        lapse_model,
        assumptions: DEFAULT_ASSUMPTIONS,
        market: null,
        calibration: null,
      });
    const ahead = (as_of: string) => valued(facts, { as_of }).next_annuity?.patent_year;
    const days: string[] = [AS_OF];
    for (let next = worthOf(facts, on(AS_OF)).changes_on; next !== null; ) {
      const eve = addDays(next, -1);
      t.equal(worthOf(facts, on(eve)).changes_on, next);
      t.equal(worthOf(facts, on(eve)).status, 'valued');
      t.equal(ahead(eve), ahead(days.at(-1)!));
      days.push(next);
      next = worthOf(facts, on(next)).changes_on;
    }
    t.same(days.slice(1, 4), ['2011-02-02', '2011-07-02', '2011-07-16']);
    t.equal(days.at(-1), '2021-07-02', 'the end of the term');
  },
);

t.test('a paid fee never lowers the value', async (t) => {
  t.doesNotThrow(() =>
    fc.assert(
      fc.property(anyPatent, fc.integer({ min: 1, max: 20 }), (patent, paid_through) => {
        const before = valuationOf(patent);
        const after = valuationOf(patent, { paid_through });
        if (before.status !== 'valued') return after.status === before.status;
        return (
          before.weighted!.p50 <= after.weighted!.p50 * (1 + 1e-9) &&
          before.in_force_probability! <= after.in_force_probability! + 1e-12
        );
      }),
      { numRuns: 300 },
    ),
  );
  const [unpaid, paid] = [valued(), valued({ paid_through: 11 })];
  t.ok(paid.weighted!.p50 > unpaid.weighted!.p50);
  t.equal(paid.in_force_probability, 1);
  t.equal(paid.lapse_probability_12m!.value, 0);
});

t.test('an added claim of invalidity never raises the value', async (t) => {
  const event = fc.constantFrom<ChallengeEvent>(
    'challenge_withdrawn',
    'challenge_survived',
    'challenge_filed',
  );
  t.doesNotThrow(() =>
    fc.assert(
      fc.property(anyPatent, fc.array(event, { maxLength: 4 }), (patent, challenges) => {
        const before = valuationOf(patent, { challenges });
        const after = valuationOf(patent, { challenges: [...challenges, 'challenge_filed'] });
        if (before.status !== 'valued') return after.status === before.status;
        return noHigher(after.weighted!, before.weighted!);
      }),
      { numRuns: 200 },
    ),
  );
  t.ok(near(valued({ challenges: ['challenge_filed'] }).validity_probability!, 0.5, 1e-12));
});

t.test('a value never exceeds what survival allows', async (t) => {
  const chances = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 16 });
  t.doesNotThrow(() =>
    fc.assert(
      fc.property(chances, fc.double({ min: 0, max: 0.1, noNaN: true }), (kept, rate) => {
        let alive = 1;
        const annuities = kept.map((chance, index) => {
          alive *= chance;
          return { years_ahead: index + 0.4, fee: 2000, survival: alive };
        });
        const years = kept.length + 1;
        const stream = { revenue: 1e6, growth: 0, decay: 0.1, tax: 0.25, discount: 0.18, years, annuities };
        const base = royaltyBase(stream);
        const lived = annuities.reduce((sum, { survival }) => sum + survival, 1);
        return (
          base.revenue <= stream.revenue * lived * (1 + 1e-12) &&
          reliefFromRoyalty(base, rate) <= rate * base.revenue * (1 + 1e-12)
        );
      }),
    ),
  );
  t.doesNotThrow(() =>
    fc.assert(
      fc.property(anyPatent, (patent) => {
        const { status, weighted, if_valid, in_force_probability, validity_probability } =
          valuationOf(patent);
        if (status !== 'valued') return true;
        const chance = in_force_probability! * validity_probability!;
        return chance <= 1 && noHigher(weighted!, scaleQuantiles(if_valid!, chance));
      }),
    ),
  );
  const [constant, ...others] = lapse_model.coefficients;
  const riskier = (by: number) =>
    valued({}, { lapse_model: { ...lapse_model, coefficients: [constant! + by, ...others] } }).if_valid!.p50;
  t.ok(
    riskier(0) > riskier(0.5) && riskier(0.5) > riskier(2) && riskier(2) > riskier(4),
    'riskier, worth less',
  );
});

t.test('a launch and a cost are valued by their own methods; the cost stays a floor', async (t) => {
  const launch = { value: 5_000_000, development_cost: 6_000_000 };
  const declared = { ...DECLARED, annual_revenue: null, launch, reproduction_cost: 1_000_000 };
  const valuation = valued({}, { declared });
  const { option_to_launch: option, reproduction_cost: cost, renewal } = valuation.methods;
  t.ok(option?.ok && option.quantiles.p50 > 0 && option.quantiles.p50 < launch.value);
  t.ok(cost?.ok && cost.quantiles.p05 === 1_000_000);
  t.equal(valuation.floor, 1_000_000);
  t.ok(option?.ok && renewal?.ok);
  const without = valued({}, { declared: { ...declared, reproduction_cost: null } });
  t.same(without.if_valid, valuation.if_valid, 'a cost is not part of the value');
});

t.test('known values correct the intervals, and the median stays', async (t) => {
  const plain = valued();
  const cell = calibrationCell(34, 10);
  t.same(cell, ['34', '6-10']);
  const known = Array.from({ length: 199 }, (_, index) => ({
    cell,
    quantiles: plain.if_valid!,
    value: index < 198 ? plain.if_valid!.p95 * Math.exp(0.1) : plain.if_valid!.p50,
  }));
  const calibration = calibrateIntervals(known, 'test');
  const corrected = valued({}, { calibration });
  t.ok(near(corrected.if_valid!.p95, plain.if_valid!.p95 * Math.exp(0.1), 1e-9));
  t.equal(corrected.if_valid!.p50, plain.if_valid!.p50);
  t.match(corrected.explanation.find(({ what }) => what === 'interval')?.values, {
    pool: '34/6-10',
    pool_size: 199,
    known_values: 199,
  });
  const parsed = JSON.parse(JSON.stringify(calibration)) as typeof calibration;
  t.same(valued({}, { calibration: parsed }), corrected, 'stored as JSON');
});

t.test('a place in the cohort moves a value by its effect, and none without one', async (t) => {
  const standing = { citation_rank: 0.975, family_rank: null };
  const effects = { ...DEFAULT_ASSUMPTIONS, ...STANDING_EFFECTS };
  const shift = standingShift(standing, effects);
  t.ok(near(shift.citations, 1.96 * 0.25));
  t.equal(shift.family, 0);
  t.equal(standingShift({ citation_rank: 0.5, family_rank: 0.5 }, effects).factor, 1);
  t.equal(
    standingShift({ ...standing, citation_rank: 1 }, effects).factor,
    standingShift({ ...standing, citation_rank: 0.99 }, effects).factor,
    'the ends are held',
  );
  const [bare, unmoved] = [valued(), valued({ standing })];
  t.same(unmoved.weighted, bare.weighted, 'the champion has no effect');
  t.ok(near(valued({ standing }, { assumptions: effects }).weighted!.p50, bare.weighted!.p50 * shift.factor));
  t.same(valued({}, { assumptions: effects }).weighted, bare.weighted, 'nothing is known of it');
});

t.test('a waterfall between any two valuations adds up exactly', async (t) => {
  const later = fitLapse(cnHistories(), '2012-01-01');
  t.ok(later.ok);
  const share = fc.integer({ min: 0, max: 100 }).map((hundredths) => hundredths / 100);
  const state = fc.record({
    as_of: fc.integer({ min: 0, max: 3000 }).map((days) => addDays('2006-01-01', days)),
    refitted: fc.boolean(),
    claims: fc.option(fc.nat({ max: 60 })),
    paid_through: fc.option(fc.integer({ min: 1, max: 20 })),
    challenges: fc.array(fc.constantFrom<ChallengeEvent>('challenge_filed', 'challenge_survived'), {
      maxLength: 2,
    }),
    legal_state: fc.constantFrom<LegalState>('in_force', 'in_force', 'in_force', 'lapsed'),
    annual_revenue: fc.option(fc.integer({ min: 1, max: 1e9 })),
    drift_minor: fc.integer({ min: -5, max: 5 }),
    standing: fc.option(fc.record({ citation_rank: fc.option(share), family_rank: fc.option(share) }), {
      nil: undefined,
    }),
    moved_by_standing: fc.boolean(),
  });
  const stateOf = ({
    as_of,
    refitted,
    annual_revenue,
    drift_minor,
    standing,
    moved_by_standing,
    ...facts
  }: typeof state extends fc.Arbitrary<infer S> ? S : never) => {
    const inputs: ValuationInputs = {
      as_of,
      facts: { ...FACTS, ...facts, register_seen_on: as_of, ...(standing && { standing }) },
      lapse_model: refitted && later.ok ? later.model : lapse_model,
      declared: annual_revenue === null ? null : { ...DECLARED, annual_revenue },
      market: null,
      calibration: null,
      assumptions: moved_by_standing ? { ...DEFAULT_ASSUMPTIONS, ...STANDING_EFFECTS } : DEFAULT_ASSUMPTIONS,
    };
    return { inputs, stored_minor: toMinor(valuePatent(inputs).weighted?.p50 ?? 0, 'CNY') + drift_minor };
  };
  t.doesNotThrow(() =>
    fc.assert(
      fc.property(state, state, (one, other) => {
        const [from, to] = [stateOf(one), stateOf(other)];
        const { from_minor, bars, to_minor } = waterfall(from, to);
        const changes = Object.fromEntries(bars.map(({ cause, change_minor }) => [cause, change_minor]));
        const sum = bars.reduce((total, { change_minor }) => total + change_minor, from_minor);
        return (
          sum === to_minor &&
          to_minor === to.stored_minor &&
          changes.residual === other.drift_minor - one.drift_minor &&
          (one.refitted !== other.refitted ||
            one.moved_by_standing !== other.moved_by_standing ||
            changes.model === 0) &&
          (one.paid_through !== other.paid_through || changes.fees === 0) &&
          (one.annual_revenue !== other.annual_revenue || changes.market === 0) &&
          (other.moved_by_standing || (changes.citations === 0 && changes.family === 0)) &&
          (one.standing?.family_rank !== other.standing?.family_rank || changes.family === 0)
        );
      }),
      { numRuns: 200 },
    ),
  );
  const at = (as_of: string, facts: Partial<PatentFacts> = {}) =>
    stateOf({
      ...FACTS,
      as_of,
      refitted: false,
      annual_revenue: 1e7,
      drift_minor: 0,
      legal_state: 'in_force',
      standing: undefined,
      moved_by_standing: true,
      ...facts,
    });
  const [plain, cited] = [
    at('2009-01-01'),
    at('2009-01-01', { standing: { citation_rank: 0.9, family_rank: 0.2 } }),
  ];
  const moved = waterfall(plain, cited).bars.filter(({ change_minor }) => change_minor !== 0);
  t.same(
    moved.map(({ cause }) => cause),
    ['citations', 'family'],
  );
  t.ok(moved[0]!.change_minor > 0 && moved[1]!.change_minor < 0, 'citations raise, a small family lowers');
  const aged = waterfall(at('2009-01-01'), at('2011-01-01'));
  t.ok(aged.bars.find(({ cause }) => cause === 'time')!.change_minor < 0, 'time wears');
  const both = addWaterfalls([aged, aged]);
  t.equal(both.to_minor, 2 * aged.to_minor);
  t.equal(
    both.bars.reduce((total, { change_minor }) => total + change_minor, both.from_minor),
    both.to_minor,
  );
  t.throws(() => waterfall(at('2009-01-01'), at('2011-01-01', { legal_state: 'unknown' })), {
    code: 'no_value',
  });
});
