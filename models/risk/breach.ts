/**
 * Chance that a pledge's loan-to-value is over its breach limit a horizon from now.
 *
 * Each patent is worth its projected value if no notice comes, nothing if one does; notices fall independently. The sum
 * of what is left, V, is then moved by a lognormal factor common to all: models are refitted and facts come in.
 *   P(breach) = sum_v P(V = v) Phi((ln(D / L) - ln v) / s);  1 for v = 0 when something is owed, 0 when nothing is
 * D outstanding, L breach limit as a share, s the spread of log values over the horizon. P(V = v) is convolved on
 * VALUE_CELLS equal cells, each value rounded to the nearest, so that a pledge of many patents costs no more than a few.
 *
 * Source: sum of independent two-point variables as in CreditRisk+ (Credit Suisse 1997), section A; lognormal error ours.
 * Units: minor units of one currency, probabilities, basis points, log. Domain: at least one patent; s >= 0.
 * Errors: RangeError naming the figure.
 * Worked: one patent of 100, notice .1, debt 45, limit 50 %, s = 0: 100 bears 50, so only a notice breaches: .1.
 */
import normalCdf from '@stdlib/stats-base-dists-normal-cdf';

/** Rounding moves a sum of n patents by at most n / 2,000 of the whole. */
const VALUE_CELLS = 1_000;
const BP_PER_UNIT = 10_000;

export interface ProjectedPatent {
  /** Value at the horizon, no notice having come. */
  value_minor: number;
  notice_probability: number;
}

export interface BreachQuestion {
  patents: readonly ProjectedPatent[];
  outstanding_minor: number;
  ltv_breach_bp: number;
  /** Spread of the pledge's log value over the horizon, notices apart. */
  log_sd: number;
}

export function breachProbability({
  patents,
  outstanding_minor,
  ltv_breach_bp,
  log_sd,
}: BreachQuestion): number {
  requireQuestion(patents, outstanding_minor, ltv_breach_bp, log_sd);
  if (outstanding_minor === 0) return 0;
  const total_minor = patents.reduce((sum, { value_minor }) => sum + value_minor, 0);
  if (total_minor === 0) return 1;
  const least_minor = (outstanding_minor * BP_PER_UNIT) / ltv_breach_bp;
  const cells = valueCells(patents, total_minor);
  const breach = cells.reduce((sum, probability, cell) => {
    if (probability === 0) return sum;
    return sum + probability * belowChance((cell / VALUE_CELLS) * total_minor, least_minor, log_sd);
  }, 0);
  // Shares of many cells add up to 1 but for their last bits.
  return Math.min(1, breach);
}

/** Distribution of the sum over cells 0 .. VALUE_CELLS of `total_minor`. */
function valueCells(patents: readonly ProjectedPatent[], total_minor: number): number[] {
  let cells = [1, ...Array<number>(VALUE_CELLS).fill(0)];
  let reached = 0;
  let exact = 0;
  for (const { value_minor, notice_probability } of patents) {
    exact += value_minor;
    // Rounding the running sum, not each part, lets all of them together end in the last cell.
    const next = Math.round((exact / total_minor) * VALUE_CELLS);
    const step = next - reached;
    reached = next;
    cells = cells.map(
      (stays, cell) =>
        stays * notice_probability + (cell >= step ? cells[cell - step]! * (1 - notice_probability) : 0),
    );
  }
  return cells;
}

function belowChance(value_minor: number, least_minor: number, log_sd: number): number {
  if (value_minor === 0) return 1;
  const distance = Math.log(least_minor / value_minor);
  if (log_sd === 0) return distance >= 0 ? 1 : 0;
  return normalCdf(distance, 0, log_sd);
}

function requireQuestion(
  patents: readonly ProjectedPatent[],
  outstanding_minor: number,
  ltv_breach_bp: number,
  log_sd: number,
): void {
  if (patents.length === 0) throw new RangeError('patents is empty: give at least one');
  for (const { value_minor, notice_probability } of patents) {
    if (!(value_minor >= 0)) throw new RangeError(`value_minor is ${value_minor}: give 0 or more`);
    if (!(notice_probability >= 0 && notice_probability <= 1))
      throw new RangeError(`notice_probability is ${notice_probability}: give a share between 0 and 1`);
  }
  if (!(outstanding_minor >= 0))
    throw new RangeError(`outstanding_minor is ${outstanding_minor}: give 0 or more`);
  if (!(ltv_breach_bp > 0)) throw new RangeError(`ltv_breach_bp is ${ltv_breach_bp}: give more than 0`);
  if (!(log_sd >= 0)) throw new RangeError(`log_sd is ${log_sd}: give 0 or more`);
}
