/** A stress test of a portfolio: positions into the model, draws into quantiles. */
import { quantileSorted } from 'simple-statistics';
import {
  NO_SHOCKS,
  type PortfolioPatent,
  type PortfolioPledge,
  type Shocks,
  type StressDraws,
} from '../../models/portfolio/stress.ts';
import { Problem } from '../errors.ts';
import { onThread } from '../thread.ts';
import { say } from './sentences.ts';
import type { PatentPosition, PledgePosition } from './store.ts';

/** Patents times draws: some fifteen seconds. */
export const MAX_PATENT_DRAWS = 100_000_000;
const STRESS_LIMIT_ms = 120_000;
/** Standard normal quantile of .9: low and high of a value lie twice as far apart. */
const Z90 = 1.2815515655446004;
const WORST_PLEDGES = 20;
const LEVELS = { p05: 0.05, p10: 0.1, p50: 0.5, p90: 0.9, p95: 0.95 } as const;

export interface StressTask {
  pledges: PortfolioPledge[];
  patents: PortfolioPatent[];
  shocks: Shocks;
  draws: number;
  seed: number;
}

/** Positions with a value, in the model's form; a pledge whose value is unknown takes no part. */
export function stressTask(
  pledges: readonly PledgePosition[],
  patents: readonly PatentPosition[],
  asked: Pick<StressTask, 'shocks' | 'draws' | 'seed'>,
): StressTask {
  const valued = pledges.filter(({ status }) => status !== 'unknown');
  const places = new Map(valued.map(({ pledge_id }, place) => [pledge_id, place]));
  return {
    ...asked,
    pledges: valued.map(({ outstanding_minor, ltv_breach_bp }) => ({ outstanding_minor, ltv_breach_bp })),
    patents: patents.flatMap((patent) => {
      const pledge = places.get(patent.pledge_id);
      return pledge === undefined ? [] : [portfolioPatent(patent, pledge)];
    }),
  };
}

function portfolioPatent(patent: PatentPosition, pledge: number): PortfolioPatent {
  const { low_minor, mid_minor, high_minor } = patent;
  return {
    pledge,
    field: patent.technology_field,
    value_minor: mid_minor,
    log_sd: low_minor === 0 ? 0 : Math.log(high_minor / low_minor) / (2 * Z90),
    in_force_probability: patent.in_force_probability,
    lapse_probability: patent.lapse_probability ?? 1 - patent.in_force_probability,
    validity_probability: patent.validity_probability ?? 1,
  };
}

const simulate = onThread<StressTask, { calm: StressDraws; stressed: StressDraws }>({
  module: new URL('./stress-worker.ts', import.meta.url),
  name: 'stress test',
  limit_ms: STRESS_LIMIT_ms,
  remedy: say('stress_smaller'),
});

/**
 * Simulates the portfolio with and without the shocks, on a thread of its own.
 * @throws Problem `conflict` while another is under way, `refused` for more than MAX_PATENT_DRAWS or STRESS_LIMIT_ms
 */
export async function runStress(task: StressTask): Promise<{ calm: StressDraws; stressed: StressDraws }> {
  const size = task.patents.length * task.draws;
  if (size > MAX_PATENT_DRAWS)
    throw new Problem(
      'refused',
      say('stress_too_large', { patents: task.patents.length, draws: task.draws, most: MAX_PATENT_DRAWS }),
    );
  return simulate(task);
}

export interface AskedStress {
  shocks: Partial<Shocks>;
  draws?: number | undefined;
  seed: number;
}

const DEFAULT_DRAWS = 2_000;
export const MAX_LAPSE_MULTIPLIER = 100;

/**
 * The portfolio with and without the shocks.
 * @throws Problem `refused` when no pledge has a value, and what `runStress` throws
 */
export async function stressPortfolio(
  pledges: readonly PledgePosition[],
  patents: readonly PatentPosition[],
  { shocks, draws = DEFAULT_DRAWS, seed }: AskedStress,
) {
  const task = stressTask(pledges, patents, { shocks: { ...NO_SHOCKS, ...shocks }, draws, seed });
  if (task.patents.length === 0) throw new Problem('refused', say('stress_of_nothing'));
  const simulated = await runStress(task);
  return {
    pledges: task.pledges.length,
    patents: task.patents.length,
    left_out: pledges.length - task.pledges.length,
    draws,
    seed,
    ...simulated,
    pledge_ids: pledges.filter(({ status }) => status !== 'unknown').map(({ pledge_id }) => pledge_id),
  };
}

/** What the draws say: quantiles of value, breaches and uncovered loans, and the pledges most often breached. */
export function stressFigures(draws: StressDraws, pledge_ids: readonly string[]) {
  return {
    value_minor: figuresOf(draws.value_minor),
    breaches: figuresOf(draws.breaches),
    uncovered_minor: figuresOf(draws.uncovered_minor),
    worst: [...draws.breach_share]
      .map((breach_probability, place) => ({ pledge_id: pledge_ids[place]!, breach_probability }))
      .sort((a, b) => b.breach_probability - a.breach_probability || (a.pledge_id < b.pledge_id ? -1 : 1))
      .slice(0, WORST_PLEDGES),
  };
}

function figuresOf(draws: Float64Array) {
  const sorted = [...draws].sort((a, b) => a - b);
  const mean = sorted.reduce((sum, value) => sum + value, 0) / sorted.length;
  const quantiles = Object.entries(LEVELS).map(([name, level]) => [
    name,
    Math.round(quantileSorted(sorted, level)),
  ]);
  return {
    mean: Math.round(mean),
    ...(Object.fromEntries(quantiles) as Record<keyof typeof LEVELS, number>),
  };
}
