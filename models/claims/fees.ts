/**
 * What an application costs more for its claims and pages. Major units of the office's currency.
 *
 * CN: filing 900 for an invention and 500 for a utility model, 150 for each claim from the 11th on, examination 2,500
 * (a secondary source); 50 for each page from the 31st, 100 from the 301st (from memory).
 * EP: 275 for each of the claims 16 to 50 and 685 from the 51st on, 17 for each page from the 36th (from memory).
 * PCT: nothing for claims, 15 CHF for each sheet from the 31st (from memory).
 * None was checked at the office: `verified: false` throughout. Reductions are not modelled.
 * Pages are estimated from the length of description and claims: what is printed decides.
 * Worked: CN, 14 claims: 4 * 150 = 600. EP, 52 claims: 35 * 275 + 2 * 685 = 10,995.
 */

import type { ApplicationForm, ApplicationText } from './types.ts';
import { tokensOf } from './words.ts';

export interface FeeLine {
  of: 'filing' | 'examination' | 'claims' | 'pages';
  /** How many are charged. */
  count: number;
  amount: number;
  currency: string;
  verified: boolean;
}

interface Step {
  /** The first that costs so much. */
  from: number;
  each: number;
}

interface Tariff {
  currency: string;
  claims: readonly Step[];
  pages: readonly Step[];
}

const TARIFFS: Readonly<Record<ApplicationForm, Tariff>> = {
  CN: {
    currency: 'CNY',
    claims: [{ from: 11, each: 150 }],
    pages: [
      { from: 31, each: 50 },
      { from: 301, each: 100 },
    ],
  },
  EP: {
    currency: 'EUR',
    claims: [
      { from: 16, each: 275 },
      { from: 51, each: 685 },
    ],
    pages: [{ from: 36, each: 17 }],
  },
  PCT: { currency: 'CHF', claims: [], pages: [{ from: 31, each: 15 }] },
};

const CN_FILING = { invention: 900, utility_model: 500 } as const;
const CN_EXAMINATION = 2500;

/** Words of a printed page, or characters of a Chinese one: some 30 lines. */
const PER_PAGE = { en: 350, zh: 900 } as const;

export function filingFees(application: ApplicationText, claims: number): FeeLine[] {
  const { form, right_type = 'invention' } = application;
  const { currency, claims: claim_steps, pages } = TARIFFS[form];
  const line = (of: FeeLine['of'], count: number, amount: number) => ({
    of,
    count,
    amount,
    currency,
    verified: false,
  });
  const fixed =
    form !== 'CN'
      ? []
      : [
          line('filing', 1, CN_FILING[right_type]),
          ...(right_type === 'invention' ? [line('examination', 1, CN_EXAMINATION)] : []),
        ];
  return [
    ...fixed,
    line('claims', ...over(claims, claim_steps)),
    line('pages', ...over(estimatedPages(application), pages)),
  ].filter(({ amount }) => amount > 0);
}

/** Pages of description and claims, by their length. */
export function estimatedPages({ language, claims, description = '' }: ApplicationText): number {
  const text = `${description}\n${claims}`;
  const length = language === 'zh' ? text.replace(/\s/g, '').length : tokensOf(text).length;
  return Math.ceil(length / PER_PAGE[language]);
}

/** @returns how many of them are charged, and what they cost */
function over(count: number, steps: readonly Step[]): [number, number] {
  const first = steps[0];
  if (first === undefined || count < first.from) return [0, 0];
  const amount = steps.reduce((sum, { from, each }, index) => {
    const to = Math.min(count, (steps[index + 1]?.from ?? Number.POSITIVE_INFINITY) - 1);
    return sum + Math.max(0, to - from + 1) * each;
  }, 0);
  return [count - first.from + 1, amount];
}
