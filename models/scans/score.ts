/**
 * How likely it is, by its scans, that a mark was copied, and what is said of it.
 *
 *   log odds = a + sum over signs of b log(1 + count);  alarmed from ALARM on
 * Fitted by logistic regression on made markets (market.ts, seeds 101 to 104, 200,000 marks, each at its scan with the most
 * signs; models/survival/logistic.ts), and measured on others by `npm run backtest -- scans`. The coefficients hold beside
 * each other: much in one day speaks for a shared link where new places do not come with it, many visits in few stays too.
 * Besides, a pair of visits that nobody could travel between warns for two days: a third of such marks are copied, so that
 * it is worth a word to whoever holds the thing, and not yet an alarm to its owner.
 * Units: log odds. Domain: counts of signs.ts. Errors: none.
 * Worked: one visit in the territory: -11.2 + (3.8 - 1.8 + 6.9 - 3.3 - 2.7) log 2 = -9.2, quiet.
 */
import { DAY_ms, type Goods, type Scan, type Signs, signsOf } from './signs.ts';

/** Scans that are looked at: the last of them, and none that is older. */
export const HISTORY_DAYS = 90;
export const MAX_HISTORY = 60;
const WARNING_ms = 2 * DAY_ms;

const CONSTANT = -11.2;
const WEIGHTS = {
  visits: 3.8,
  stays: -1.8,
  stays_in_new_places: 6.9,
  stays_in_new_countries: -3.3,
  moves: 2.5,
  outside_territory: 1.6,
  before_shipping: 1.4,
  most_in_a_day: -2.7,
  impossible_pairs: -1.6,
} as const satisfies Partial<Record<keyof Signs, number>>;

export type Sign = keyof typeof WEIGHTS;
export const SIGNS = Object.keys(WEIGHTS) as Sign[];

/** In log odds: chosen on the same seeds for a precision of 0.97. */
export const ALARM = -0.3;

/** `alarmed`: it was most likely copied; `warned`: the last scans are hard to believe. */
export type Level = 'quiet' | 'warned' | 'alarmed';

export interface Assessment {
  level: Level;
  /** Log odds. */
  score: number;
  signs: Signs;
}

/** @param scans of the mark, in the order of time, the last of them that of now */
export function assess(scans: readonly Scan[], goods: Goods): Assessment {
  const now_ms = scans.at(-1)?.at_ms ?? 0;
  const recent = scans.slice(-MAX_HISTORY).filter(({ at_ms }) => at_ms > now_ms - HISTORY_DAYS * DAY_ms);
  const signs = signsOf(recent, goods);
  const score = SIGNS.reduce((sum, sign) => sum + WEIGHTS[sign] * Math.log1p(signs[sign]), CONSTANT);
  const is_odd = signs.impossible_ms !== null && now_ms - signs.impossible_ms < WARNING_ms;
  return { level: score >= ALARM ? 'alarmed' : is_odd ? 'warned' : 'quiet', score, signs };
}
