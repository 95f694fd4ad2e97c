/**
 * Ranges of two sides who want to know whether they can agree before either names a price: whether they overlap, where in the
 * middle, and who may say another one when.
 *
 *   overlap  = max(lows) <= min(highs);  midpoint = floor((max(lows) + min(highs)) / 2)
 * Both sides of a round submit without seeing the other's; the answer to both is yes or no. What one submitted is answered
 * against one range of the other, made for that round: nobody can hold a row of ranges against one that stands.
 *
 *   submitted   binds BINDING_days, and is neither changed nor withdrawn; unanswered by then it is over and has told nothing
 *   answered no REST_days in which neither side submits; then a new round of new ranges
 *   answered yes the last round: nothing narrower can be asked
 * After MOST_RANGES of one side it is over whatever came. So a side learns at most one of MOST_RANGES + 1 answers (yes at the
 * first, second, ..., or never): a search by halves needs the next answer after a yes, which there is none of, and one by
 * steps gets so many steps. A range is at least LEAST_WIDTH_bp wide, so none is a point.
 *
 * Source: all limits are our own. Units: integer minor units of one currency; instants as milliseconds.
 * Errors: RangeError naming the value. Worked: seller 80 to 120, buyer 60 to 90: overlap 80 to 90, midpoint 85.
 */

export const BINDING_days = 7;
export const REST_days = 7;
/** Of one side on one deal; of a buyer on one listing, over however many deals. */
export const MOST_RANGES = 3;
/** Of one organisation, over all deals. */
export const MOST_RANGES_A_DAY = 5;
/** high over low, less 1. */
export const LEAST_WIDTH_bp = 2_000;

const DAY_ms = 86_400_000;
const BASIS_POINTS = 10_000;

export interface MoneyRange {
  low_minor: number;
  high_minor: number;
}

export type ExpectationSide = 'seller' | 'buyer';

/** A range as the rules see it, without its ends. */
export interface SubmittedRange {
  side: ExpectationSide;
  round: number;
  submitted_ms: number;
  /** Null until the other side of the round has submitted. */
  overlap: boolean | null;
  answered_ms: number | null;
}

export type RangeRefusal = 'binding' | 'resting' | 'overlapping' | 'too_many' | 'too_many_today';

export type RangeTurn =
  | { ok: true; round: number; answers: boolean }
  | { ok: false; refusal: RangeRefusal; until_ms: number | null };

/** @returns why a range is none that can be submitted, or null */
export function rangeFault({ low_minor, high_minor }: MoneyRange): 'reversed' | 'narrow' | null {
  for (const [name, value] of Object.entries({ low_minor, high_minor }))
    if (!Number.isSafeInteger(value) || value < 0)
      throw new RangeError(`${name} is ${value}: give a whole, non-negative number of minor units`);
  if (low_minor > high_minor) return 'reversed';
  const widened = BigInt(low_minor) * BigInt(BASIS_POINTS + LEAST_WIDTH_bp);
  return BigInt(high_minor) * BigInt(BASIS_POINTS) < widened || high_minor === low_minor ? 'narrow' : null;
}

/** Where both ranges agree, or null. */
export function overlapOf(one: MoneyRange, other: MoneyRange): MoneyRange | null {
  const low_minor = Math.max(one.low_minor, other.low_minor);
  const high_minor = Math.min(one.high_minor, other.high_minor);
  return low_minor <= high_minor ? { low_minor, high_minor } : null;
}

/** In the middle, rounded down. */
export function midpointOf({ low_minor, high_minor }: MoneyRange): number {
  return low_minor + Math.floor((high_minor - low_minor) / 2);
}

/**
 * Whether a side may submit a range now, and to which round; `answers` when the other side's waits there.
 * @param submitted all ranges of the deal, of both sides
 * @param own_ranges of this side on the deal, and of a buyer on its listing
 * @param own_today of this organisation since the day began
 */
export function rangeTurn(
  side: ExpectationSide,
  submitted: readonly SubmittedRange[],
  own_ranges: number,
  own_today: number,
  now_ms: number,
): RangeTurn {
  if (submitted.some(({ overlap }) => overlap === true)) return refused('overlapping');
  const waiting = submitted.filter(
    ({ overlap, submitted_ms }) => overlap === null && now_ms < bindsUntil(submitted_ms),
  );
  const own = waiting.find((each) => each.side === side);
  if (own) return refused('binding', bindsUntil(own.submitted_ms));
  const last_ms = Math.max(...submitted.map(({ answered_ms }) => answered_ms ?? Number.NEGATIVE_INFINITY));
  const rested_ms = last_ms + REST_days * DAY_ms;
  if (now_ms < rested_ms) return refused('resting', rested_ms);
  if (own_ranges >= MOST_RANGES) return refused('too_many');
  if (own_today >= MOST_RANGES_A_DAY) return refused('too_many_today');
  const [other] = waiting;
  if (other) return { ok: true, round: other.round, answers: true };
  return { ok: true, round: 1 + Math.max(0, ...submitted.map(({ round }) => round)), answers: false };
}

function refused(refusal: RangeRefusal, until_ms: number | null = null): RangeTurn {
  return { ok: false, refusal, until_ms };
}

export function bindsUntil(submitted_ms: number): number {
  return submitted_ms + BINDING_days * DAY_ms;
}
