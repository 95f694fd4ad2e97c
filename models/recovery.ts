/**
 * What a disposal brings: the share of the appraised value that is left after costs, by kind of right and route, learnt from
 * the bank's own recovery ledger and held back by a prior while there are few.
 *
 * Two steps of normal shrinkage: the prior moves towards all disposals together, the pool; a kind and route starts from
 * what the other groups taught, so that no disposal counts twice, with the spread between groups added, and moves towards
 * its own: weight n / (n + observation_sd² / variance before). The range is the central 80 % of the
 * expected share, the spread of single disposals aside. Haircut = 1 - share.
 *
 * Prior: nobody has published a table of recoveries on patent collateral. A forced sale finds a buyer with a
 * probability of at most 0.6 at no more than half the value, hence 0.30; the spread between groups is that of the prior
 * of losses, 65 to 85 % of what is owed, read as a central 80 %. Both are our own: `verified: false`.
 * Domain: shares from 0 to 1; more than the value counts as 1, costs above the proceeds as 0.
 * Errors: RangeError for a value that is not positive.
 * Worked: nothing observed gives 0.30; ten disposals of one group at 0.10 give 0.199 for the pool and 0.166 for it.
 */

export const RECOVERY_PRIOR = {
  verified: false,
  source: 'expert judgement: sale within a forced auction at most 0.6, price at most half the value',
  mean_share: 0.3,
  group_sd: 0.078,
  /** Of one disposal: 0.5 x sqrt(0.6 x 0.4). */
  observation_sd: 0.245,
} as const;

export const NORMAL_P90 = 1.2816;
const BASIS_POINTS = 10_000;

export interface Recovery {
  right_type: string;
  route: string;
  /** Appraised value that the loan was granted on. */
  value_minor: number;
  proceeds_minor: number;
  costs_minor: number;
}

export interface RecoveryEstimate {
  right_type: string;
  route: string;
  disposals: number;
  /** Expected, with its central 80 %. */
  low_share: number;
  share: number;
  high_share: number;
  /** What the expected share asks for; the low one asks for `cautious_haircut_bp`. */
  haircut_bp: number;
  cautious_haircut_bp: number;
}

/** Of the expected share. */
export interface Belief {
  mean: number;
  variance: number;
}

/** @returns the pool (`right_type` and `route` `all`) first, then every group that was seen, in order of its names */
export function recoveryEstimates(recoveries: readonly Recovery[]): RecoveryEstimate[] {
  const { mean_share, group_sd } = RECOVERY_PRIOR;
  const prior = { mean: mean_share, variance: group_sd ** 2 };
  const shared = recoveries.map((recovery) => ({ ...recovery, share: recoveredShare(recovery) }));
  const groups = Map.groupBy(shared, ({ right_type, route }) => `${right_type} ${route}`);
  const estimates = [...groups.entries()]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([, group]) => {
      const others = shrink(prior, sharesOf(shared.filter((each) => !group.includes(each))));
      const before = { mean: others.mean, variance: others.variance + group_sd ** 2 };
      const { right_type, route } = group[0]!;
      return estimate(right_type, route, group.length, shrink(before, sharesOf(group)));
    });
  return [estimate('all', 'all', shared.length, shrink(prior, sharesOf(shared))), ...estimates];
}

function sharesOf(recoveries: readonly { share: number }[]): number[] {
  return recoveries.map(({ share }) => share);
}

/** Net proceeds as a share of the value, from 0 to 1. */
export function recoveredShare({ value_minor, proceeds_minor, costs_minor }: Recovery): number {
  if (!(value_minor > 0)) throw new RangeError(`value_minor is ${value_minor}: give a positive amount`);
  return Math.min(1, Math.max(0, (proceeds_minor - costs_minor) / value_minor));
}

/** A belief moved towards what was seen, by the weight that so many disposals have against it. */
export function shrink(prior: Belief, shares: readonly number[]): Belief {
  if (shares.length === 0) return prior;
  const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length;
  const noise = RECOVERY_PRIOR.observation_sd ** 2 / shares.length;
  const weight = prior.variance / (prior.variance + noise);
  return { mean: prior.mean + weight * (mean - prior.mean), variance: prior.variance * (1 - weight) };
}

function estimate(right_type: string, route: string, disposals: number, belief: Belief): RecoveryEstimate {
  const reach = NORMAL_P90 * Math.sqrt(belief.variance);
  const low_share = Math.max(0, belief.mean - reach);
  return {
    right_type,
    route,
    disposals,
    low_share,
    share: belief.mean,
    high_share: Math.min(1, belief.mean + reach),
    haircut_bp: Math.round((1 - belief.mean) * BASIS_POINTS),
    cautious_haircut_bp: Math.round((1 - low_share) * BASIS_POINTS),
  };
}
