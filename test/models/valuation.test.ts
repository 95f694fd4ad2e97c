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
import { fitLapse } from '../../models/lapse/fit.ts';
import { formatMinor, toMajor, toMinor } from '../../models/money.ts';
import type { LegalState, PatentFacts } from '../../models/types.ts';
import { type Valuation, type ValuationInputs, valuePatent } from '../../models/valuation.ts';
import { reconcile } from '../../models/value/reconcile.ts';
import { reliefFromRoyalty, royaltyBase } from '../../models/value/relief-from-royalty.ts';
import {
  type RenewalPosition,
  renewalMean,
  renewalRange,
  renewalSurvival,
  renewalThresholds,
  renewalValueOfReturn,
} from '../../models/value/renewal.ts';
import { commonSigma, fitReturnLocation, fitReturns } from '../../models/value/renewal-fit.ts';
import { royaltyRateQuantile } from '../../models/value/royalty-rates.ts';
import { cnHistories } from './cn-patents.ts';

const AS_OF = '2011-01-01';
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
};
const REVENUE = { annual: 10_000_000, currency: 'CNY' };

function valued(facts: Partial<PatentFacts> = {}, changes: Partial<ValuationInputs> = {}): Valuation {
  const assumptions = DEFAULT_ASSUMPTIONS;
  return valuePatent({
    as_of: AS_OF,
    facts: { ...FACTS, ...facts },
    lapse_model,
    revenue: REVENUE,
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
  const range = renewalRange(position, returns, decay, 0.9);
  t.ok(near(range.mid, 13_279, 0.01) && near(range.high, 226_950, 0.01), 'within simulation error');
  t.ok(near(renewalMean(position, returns, decay, 0.9), 114_584, 0.02));
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
          const value = (n: number) => renewalValueOfReturn(at(n), now / 0.85 ** (n - 1), 0.15, 0.9);
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

t.test('reconciliation: one method is itself, agreement keeps the width, disagreement widens', async (t) => {
  const range = { low: 1, mid: 10, high: 100 };
  t.same(reconcile([range]).range, range);
  const agreed = reconcile([range, range]).range;
  t.ok(near(agreed.low, 1, 1e-9) && near(agreed.mid, 10, 1e-9) && near(agreed.high, 100, 1e-9));
  const split = reconcile([
    { low: 5, mid: 10, high: 20 },
    { low: 5000, mid: 10_000, high: 20_000 },
  ]);
  t.ok(split.tau > 3 && split.range.low < 10 && split.range.high > 10_000);
  t.throws(() => reconcile([]), /pass at least one/);
  const ranges = fc
    .array(fc.double({ min: 0, max: 1e9, noNaN: true }), { minLength: 3, maxLength: 3 })
    .map((values) => values.sort((a, b) => a - b))
    .map(([low, mid, high]) => ({ low: low!, mid: mid!, high: high! }));
  fc.assert(
    fc.property(fc.array(ranges, { minLength: 1, maxLength: 4 }), (given) => {
      const { low, mid, high } = reconcile(given).range;
      return low >= 0 && low <= mid && mid <= high && Number.isFinite(high);
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
  t.equal(valuation.collateral, valuation.range!.mid * 0.5);
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
      'collateral value',
    ],
  );
  const { renewal, relief_from_royalty: royalty } = valuation.methods;
  t.ok(renewal?.ok && royalty?.ok && renewal.range.mid < royalty.range.mid);
  t.equal(JSON.stringify(valued()), JSON.stringify(valuation), 'bit for bit');
});

t.test('assumptions reach the method they are named for', async (t) => {
  const median = (name: keyof Assumptions, value: number, method: string) => {
    const assumptions = { ...DEFAULT_ASSUMPTIONS, [name]: { ...DEFAULT_ASSUMPTIONS[name], value } };
    const result = valued({}, { assumptions }).methods[method]!;
    if (!result.ok) throw new Error(result.failure.message);
    return result.range.mid;
  };
  const royalty = median('tax_rate', 0.25, 'relief_from_royalty');
  t.ok(near(median('tax_rate', 0.5, 'relief_from_royalty'), (royalty * 2) / 3, 1e-12));
  t.ok(median('royalty_discount_rate', 0.3, 'relief_from_royalty') < royalty);
  t.ok(median('royalty_decay', 0.3, 'relief_from_royalty') < royalty);
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
      range: { low: 0, mid: 0, high: 0 },
      collateral: 0,
    });
  }
  t.equal(valued({}, { as_of: '2021-07-01' }).status, 'valued');
  t.match(valued({}, { as_of: '2021-07-02' }), { status: 'worthless', collateral: 0 }, 'term over');
  const unknowns: [Partial<PatentFacts>, string][] = [
    [{ legal_state: 'unknown' }, 'legal_state_unknown'],
    [{ legal_state: 'pending', granted_on: null }, 'not_granted'],
    [{ granted_on: null }, 'not_granted'],
    [{ granted_on: '2012-01-01' }, 'not_granted'],
    [{ granted_on: '2001-01-01' }, 'grant_before_filing'],
    [{ office: 'DE' }, 'no_fee_schedule'],
    [{ claims: Number.NaN }, 'covariate_invalid'],
  ];
  for (const [facts, code] of unknowns) {
    const valuation = valued(facts);
    t.match(valuation, { status: 'unknown', range: null, collateral: null, failure: { code } }, code);
    t.equal(failureOf(valuation, 'relief_from_royalty'), code);
  }
});

t.test('a method without its facts fails by name while the other stands', async (t) => {
  const without = valued({}, { revenue: null });
  t.equal(failureOf(without, 'relief_from_royalty'), 'revenue_missing');
  t.equal(without.status, 'valued');
  const { renewal } = without.methods;
  t.ok(renewal?.ok && near(without.range!.mid, renewal.range.mid * without.in_force_probability!, 1e-12));
  t.equal(
    failureOf(valued({}, { revenue: { annual: 1, currency: 'USD' } }), 'relief_from_royalty'),
    'currency_mismatch',
  );
  t.equal(
    failureOf(valued({}, { revenue: { annual: 0, currency: 'CNY' } }), 'relief_from_royalty'),
    'revenue_not_positive',
  );
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
        const { status, range, collateral, in_force_probability, lapse_probability_12m } = valued(facts, {
          revenue: annual === null ? null : { annual, currency: 'CNY' },
        });
        if (status === 'unknown') return range === null && collateral === null;
        const { low, mid, high } = range!;
        const ordered = low >= 0 && low <= mid && mid <= high && Number.isFinite(high);
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
