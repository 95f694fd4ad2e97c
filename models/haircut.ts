/**
 * Haircuts by class of liquidity, recalibrated from what disposals brought of the value before the haircut.
 *
 *   weight = n / (n + observation_sd² / class_sd²)
 *   target = 1 - (prior share + weight * (mean realised share - prior share)),  prior share = 1 - prior haircut
 *   after  = target, held within MOST_MOVE_bp of the haircut in force; as it was where it moves by less than LEAST_MOVE_bp
 * The class of liquidity is the kind of right: lenders state their limits by it, and for each a kind is known of every patent.
 * The prior is always that of DEFAULT_ASSUMPTIONS and the disposals are all that are known, so that none counts twice however
 * often it is recalibrated. The range is the central 80 % of the expected haircut, the spread of single disposals aside.
 *
 * Prior: both spreads are those of the recovery ledger (recovery.ts), our own: `verified: false`.
 * Domain: shares from 0 to 1; haircuts from 0 to 10,000 basis points. Errors: RangeError naming the value.
 * Worked: prior 5,000; nothing seen: 5,000. One disposal at .20: weight .092, target 5,276. Ten at .20: weight .503, target
 * 6,510, of which the first step takes 6,000.
 */
import type { Assumption, Assumptions, ClassHaircuts } from './assumptions.ts';
import { NORMAL_P90, RECOVERY_PRIOR, shrink } from './recovery.ts';
import type { RightType } from './types.ts';

const BASIS_POINTS = 10_000;

/** What one recalibration may move at most: a year of bad auctions shall not halve what banks count on overnight. */
export const MOST_MOVE_bp = 1_000;
/** A smaller move is not worth a decision. */
export const LEAST_MOVE_bp = 50;

export const LIQUIDITY_CLASSES: readonly RightType[] = ['invention', 'utility_model', 'design'];

export interface HaircutEstimate {
  disposals: number;
  /** Mean of what they brought; null without any. */
  realised_share: number | null;
  /** Weight of the disposals against the prior, 0 to 1. */
  credibility: number;
  /** Basis points: expected haircut with its central 80 %. */
  low_bp: number;
  target_bp: number;
  high_bp: number;
  before_bp: number;
  after_bp: number;
}

/** The haircut of a kind of right, with its source. */
export function haircutOf(
  assumptions: Pick<Assumptions, 'haircut'> & Partial<ClassHaircuts>,
  right_type: RightType,
): Assumption {
  return assumptions[`haircut_${right_type}`] ?? assumptions.haircut;
}

/**
 * @param shares net proceeds over the value before the haircut, of every disposal of the class
 * @param prior_bp before any was known
 * @param before_bp in force
 */
export function recalibrateHaircut(
  shares: readonly number[],
  prior_bp: number,
  before_bp: number,
): HaircutEstimate {
  for (const [name, value] of [
    ['prior_bp', prior_bp],
    ['before_bp', before_bp],
  ] as const)
    requireWithin(name, value, BASIS_POINTS);
  for (const share of shares) requireWithin('share', share, 1);
  const prior = { mean: 1 - prior_bp / BASIS_POINTS, variance: RECOVERY_PRIOR.group_sd ** 2 };
  const belief = shrink(prior, shares);
  const reach = NORMAL_P90 * Math.sqrt(belief.variance);
  const target_bp = haircutBp(belief.mean);
  return {
    disposals: shares.length,
    realised_share:
      shares.length === 0 ? null : shares.reduce((sum, share) => sum + share, 0) / shares.length,
    credibility: 1 - belief.variance / prior.variance,
    low_bp: haircutBp(belief.mean + reach),
    target_bp,
    high_bp: haircutBp(belief.mean - reach),
    before_bp,
    after_bp: boundedMove(before_bp, target_bp),
  };
}

function boundedMove(before_bp: number, target_bp: number): number {
  const move_bp = target_bp - before_bp;
  if (Math.abs(move_bp) < LEAST_MOVE_bp) return before_bp;
  return before_bp + Math.max(-MOST_MOVE_bp, Math.min(MOST_MOVE_bp, move_bp));
}

function haircutBp(share: number): number {
  return Math.round(Math.min(1, Math.max(0, 1 - share)) * BASIS_POINTS);
}

function requireWithin(name: string, value: number, greatest: number): void {
  if (!(value >= 0 && value <= greatest))
    throw new RangeError(`${name} is ${value}: give a number between 0 and ${greatest}`);
}
