/**
 * Annual fees (annuities) of CNIPA: terms, yearly fees, due dates, grace and late fees. CNY, major units.
 *
 * Rule: the fee of patent year N falls due at the (N-1)th filing anniversary, where patent year N begins.
 * The fee of the year of grant is paid with the grant, so the first annuity is the first anniversary after it.
 * On an anniversary the new patent year has begun, so the next annuity is always later than the day asked for.
 * Sources: fees and late fee rate as published by a municipal intellectual property office of China (read);
 * terms, grace, due dates: Patent Law and Implementing Rules, from memory [M], hence `verified: false`.
 * Not modelled: fee reductions, term compensation, open licence rebate.
 * Errors: dates that are no dates throw RangeError (calendar.ts); a patent year without a fee gives null.
 * Worked: invention, years 1-20: 82,300; year 8 paid three months late: 2,000 * 1.15 = 2,300.
 */
import { addMonths, addYears, wholeYearsBetween } from '../calendar.ts';
import type { CalendarDate, RightType } from '../types.ts';

export const CNIPA_OFFICE = 'CN';
export const CNIPA_CURRENCY = 'CNY';
export const GRACE_months = 6;

/** `fees[N - 1]` is the fee of patent year N. */
export interface FeeTable {
  fees: readonly number[];
  source: string;
  verified: boolean;
}

export interface Annuity {
  patent_year: number;
  due_on: CalendarDate;
  grace_until: CalendarDate;
  amount: number;
  currency: string;
}

const FEE_SOURCE = 'CNIPA annual fee table as published by a municipal IP office';

function bands(...pairs: [years: number, fee: number][]): number[] {
  return pairs.flatMap(([years, fee]) => Array<number>(years).fill(fee));
}

export const CNIPA_FEES: Record<RightType, FeeTable> = {
  invention: {
    fees: bands([3, 900], [3, 1200], [3, 2000], [3, 4000], [3, 6000], [5, 8000]),
    source: FEE_SOURCE,
    verified: true,
  },
  utility_model: {
    fees: bands([3, 600], [2, 900], [3, 1200], [2, 2000]),
    source: FEE_SOURCE,
    verified: true,
  },
  design: {
    fees: bands([3, 600], [2, 900], [3, 1200], [2, 2000], [5, 3000]),
    source: FEE_SOURCE,
    verified: true,
  },
};

/** `rates[m - 1]`: share of the year's full fee added in the m-th month begun after the due date. */
export const CNIPA_LATE_FEE = {
  rates: [0.05, 0.1, 0.15, 0.2, 0.25, 0.3],
  source: `${FEE_SOURCE}: 5 % a month begun; the cap, and whether the first month is free (0 to 25 %), are [M]`,
  verified: false,
} as const;

export const CNIPA_TERM = {
  years: { invention: 20, utility_model: 10, design: 15 },
  design_years_before: { filed_before: '2021-06-01', years: 10 },
  source: 'Patent Law of China, Art. 42 [M]',
  verified: false,
} as const;

/** Nominal term in years from filing. */
export function termYears(right: RightType, filed_on: CalendarDate): number {
  const { filed_before, years } = CNIPA_TERM.design_years_before;
  return right === 'design' && filed_on < filed_before ? years : CNIPA_TERM.years[right];
}

/** First day on which the right is no longer in force, without term compensation. */
export function expiresOn(right: RightType, filed_on: CalendarDate): CalendarDate {
  return addYears(filed_on, termYears(right, filed_on));
}

/** Patent year that runs on `on`: 1 in the first year from filing. */
export function patentYear(filed_on: CalendarDate, on: CalendarDate): number {
  return wholeYearsBetween(filed_on, on) + 1;
}

/** Yearly fee of a patent year, or null outside the table. */
export function annualFee(right: RightType, patent_year: number): number | null {
  return CNIPA_FEES[right].fees[patent_year - 1] ?? null;
}

/** Days on which the second and every later patent year of the term begins. */
export function anniversaries(right: RightType, filed_on: CalendarDate): CalendarDate[] {
  return Array.from({ length: termYears(right, filed_on) - 1 }, (_, index) => addYears(filed_on, index + 1));
}

/** Every annuity of a granted right, from the first anniversary after grant to the last year of its term. */
export function annuities(right: RightType, filed_on: CalendarDate, granted_on: CalendarDate): Annuity[] {
  const last = termYears(right, filed_on);
  const due: Annuity[] = [];
  for (let year = patentYear(filed_on, granted_on) + 1; year <= last; year++) {
    const due_on = addYears(filed_on, year - 1);
    const amount = CNIPA_FEES[right].fees[year - 1]!;
    due.push({
      patent_year: year,
      due_on,
      grace_until: addMonths(due_on, GRACE_months),
      amount,
      currency: CNIPA_CURRENCY,
    });
  }
  return due;
}

/** Next annuity later than `on`, or null when none is left before the term ends. */
export function annuityDue(
  right: RightType,
  filed_on: CalendarDate,
  granted_on: CalendarDate,
  on: CalendarDate,
): Annuity | null {
  return annuities(right, filed_on, granted_on).find((annuity) => annuity.due_on > on) ?? null;
}

/** Fee with late fee when paid on `paid_on`; null once the grace is over. */
export function amountPayable(annuity: Annuity, paid_on: CalendarDate): number | null {
  if (paid_on <= annuity.due_on) return annuity.amount;
  const month = CNIPA_LATE_FEE.rates.findIndex((_, index) => paid_on <= addMonths(annuity.due_on, index + 1));
  if (month < 0) return null;
  return annuity.amount * (1 + CNIPA_LATE_FEE.rates[month]!);
}
