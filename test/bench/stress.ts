/** `npm run bench -- stress`: a made portfolio through the stress test that `POST /v1/portfolio/stress` runs. */
import { createHash } from 'node:crypto';
import { NO_SHOCKS, type PortfolioPatent, type StressDraws } from '../../models/portfolio/stress.ts';
import { mulberry32 } from '../../models/random.ts';
import { runStress, type StressTask } from '../../src/portfolio/stress.ts';
import type { OnProgress } from '../chaos/run.ts';
import { median, rounded } from './figures.ts';

export interface StressReport {
  pledges: number;
  patents: number;
  draws: number;
  seed: number;
  /** With and without shocks, on a thread of its own; median of the rounds. */
  seconds: number;
  breaches_calm: number;
  breaches_stressed: number;
  /** Of all draws of the first round; every round must give it. */
  figures_sha256: string;
  same_figures: boolean;
}

export const DEFAULT_PLEDGES = 10_000;
export const MOST_PLEDGES = 20_000;
const DRAWS = 2_000;
const ROUNDS = 3;
const FIELDS = 35;
const SHOCKS = { ...NO_SHOCKS, value_fall: 0.2, field_falls: { 6: 0.5 }, lapse_multiplier: 2 };

export async function benchStress(
  { pledges, seed }: { pledges: number; seed: number },
  on_progress: OnProgress,
): Promise<StressReport> {
  const task = madePortfolio(pledges, seed);
  const took: number[] = [];
  const hashes: string[] = [];
  let last: { calm: StressDraws; stressed: StressDraws } | null = null;
  for (let round = 1; round <= ROUNDS; round++) {
    const started_ms = performance.now();
    last = await runStress(task);
    took.push((performance.now() - started_ms) / 1000);
    hashes.push(hashOf([last.calm, last.stressed]));
    on_progress(`round ${round} of ${ROUNDS}`, round / ROUNDS);
  }
  return {
    pledges,
    patents: task.patents.length,
    draws: DRAWS,
    seed,
    seconds: rounded(median(took), 3),
    breaches_calm: rounded(mean(last!.calm.breaches), 1),
    breaches_stressed: rounded(mean(last!.stressed.breaches), 1),
    figures_sha256: hashes[0]!,
    same_figures: new Set(hashes).size === 1,
  };
}

/** One to three patents a pledge; values, spreads and chances like those of the demonstration. */
function madePortfolio(count: number, seed: number): StressTask {
  const random = mulberry32(seed);
  const patents: PortfolioPatent[] = [];
  const pledges = Array.from({ length: count }, (_, pledge) => {
    const own = 1 + Math.floor(3 * random());
    let worth = 0;
    for (let i = 0; i < own; i++) {
      const value_minor = Math.round(10_000_000 * Math.exp(2 * (random() - 0.5)));
      worth += value_minor;
      patents.push({
        pledge,
        field: 1 + Math.floor(FIELDS * random()),
        value_minor,
        log_sd: 0.8 + 0.8 * random(),
        in_force_probability: 0.85 + 0.15 * random(),
        lapse_probability: 0.02 + 0.25 * random(),
        validity_probability: 0.85,
      });
    }
    return { outstanding_minor: Math.round(worth * (0.1 + 0.25 * random())), ltv_breach_bp: 4_000 };
  });
  return { pledges, patents, shocks: SHOCKS, draws: DRAWS, seed };
}

function hashOf(parts: readonly StressDraws[]): string {
  const hash = createHash('sha256');
  for (const draws of parts)
    for (const figures of Object.values(draws)) hash.update(new Uint8Array(figures.buffer));
  return hash.digest('hex');
}

function mean(figures: Float64Array): number {
  return figures.reduce((sum, figure) => sum + figure, 0) / figures.length;
}

export function stressText(report: StressReport): string {
  return [
    `Portfolio ${report.pledges} pledges, ${report.patents} patents, ${report.draws} draws, seed ${report.seed}`,
    `Took      ${report.seconds} s with and without shocks`,
    `Breaches  ${report.breaches_calm} on average, ${report.breaches_stressed} under shocks`,
    `Figures   ${report.figures_sha256.slice(0, 16)}..., ${report.same_figures ? 'the same every time' : 'NOT THE SAME'}`,
    '',
  ].join('\n');
}
