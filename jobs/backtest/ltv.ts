/**
 * Whether breaches of loan-to-value come as often as was stated beforehand: the stored outlooks of a replay of the bundled
 * history held against its later points.
 *
 * A statement counts when the pledge was registered or active and not in breach that day. It came true when a point of
 * the value flow within the horizon (and a day, for months of 31) is over the limit or worthless with something owed. A
 * pledge that ended before its horizon without a breach tells nothing and is left out.
 */
import { brierScore } from '../../models/metrics/brier.ts';
import { calibrationError, calibrationNoise } from '../../models/metrics/calibration-error.ts';
import type { Sql } from '../../src/db/client.ts';

const BINS = 10;
/** Later half of the replay, so that figures of a start with the prior alone can be told apart. */
const LATER_FROM = '2009-01-01';

export interface ReliabilityBin {
  from: number;
  to: number;
  statements: number;
  /** Null in an empty bin. */
  mean_stated: number | null;
  share_breached: number | null;
}

export interface HorizonReliability {
  horizon_days: number;
  statements: number;
  breaches: number;
  share_breached: number;
  mean_stated: number;
  brier: number;
  /** Brier score of always stating the share that breached, known only afterwards. */
  brier_of_base_rate: number;
  expected_calibration_error: number;
  /** What exact probabilities would show on so many statements, were they independent. */
  calibration_noise: number;
  /** The same for statements from `later_from` on. */
  later: { from: string; statements: number; expected_calibration_error: number } | null;
  reliability: ReliabilityBin[];
}

interface Statement {
  horizon_days: number;
  as_of: string;
  stated: number;
  breached: boolean;
}

export async function ltvReliability(sql: Sql): Promise<HorizonReliability[]> {
  const statements = await readStatements(sql);
  return [...Map.groupBy(statements, ({ horizon_days }) => horizon_days)].map(([horizon_days, own]) =>
    reliabilityOf(horizon_days, own),
  );
}

async function readStatements(sql: Sql): Promise<Statement[]> {
  return sql<Statement[]>`
    with point as (
      select flow.*, flow.mid_minor = 0 and flow.outstanding_minor > 0
        or coalesce(flow.ltv_bp, 0) >= pledge.ltv_breach_bp as over_limit
      from pledge_valuation flow join pledge on pledge.id = flow.pledge_id),
    course as (
      select pledge_id, as_of, known_at, state, over_limit, max(as_of) over (partition by pledge_id) as last_on,
        min(as_of) filter (where over_limit) over (partition by pledge_id order by as_of, known_at
          rows between 1 following and unbounded following) as over_limit_on
      from point)
    select outlook.horizon_days, outlook.as_of, outlook.breach_probability as stated,
      coalesce(over_limit_on <= outlook.as_of + horizon_days + 1, false) as breached
    from pledge_outlook outlook join course using (pledge_id, as_of, known_at)
    where state in ('registered', 'active') and not over_limit
      and (over_limit_on <= outlook.as_of + horizon_days + 1 or last_on >= outlook.as_of + horizon_days)
    order by outlook.horizon_days, outlook.as_of, outlook.pledge_id`;
}

function reliabilityOf(horizon_days: number, own: readonly Statement[]): HorizonReliability {
  const stated = own.map((statement) => statement.stated);
  const outcomes = own.map((statement) => Number(statement.breached));
  const breaches = outcomes.reduce((sum, outcome) => sum + outcome, 0);
  const share_breached = breaches / own.length;
  const later = own.filter(({ as_of }) => as_of >= LATER_FROM);
  return {
    horizon_days,
    statements: own.length,
    breaches,
    share_breached,
    mean_stated: stated.reduce((sum, p) => sum + p, 0) / own.length,
    brier: brierScore(stated, outcomes),
    brier_of_base_rate: share_breached * (1 - share_breached),
    expected_calibration_error: calibrationError(stated, outcomes),
    calibration_noise: calibrationNoise(stated),
    later: later.length === 0 ? null : laterFigures(later),
    reliability: reliabilityTable(own),
  };
}

function laterFigures(later: readonly Statement[]) {
  return {
    from: LATER_FROM,
    statements: later.length,
    expected_calibration_error: calibrationError(
      later.map(({ stated }) => stated),
      later.map(({ breached }) => Number(breached)),
    ),
  };
}

function reliabilityTable(own: readonly Statement[]): ReliabilityBin[] {
  return Array.from({ length: BINS }, (_, bin) => {
    const within = own.filter(({ stated }) => Math.min(BINS - 1, Math.floor(stated * BINS)) === bin);
    const mean = (term: (statement: Statement) => number) =>
      within.length === 0 ? null : within.reduce((sum, each) => sum + term(each), 0) / within.length;
    return {
      from: bin / BINS,
      to: (bin + 1) / BINS,
      statements: within.length,
      mean_stated: mean(({ stated }) => stated),
      share_breached: mean(({ breached }) => Number(breached)),
    };
  });
}

/** The table as a person reads it: a bar of what came beside what was stated. */
export function ltvText(horizons: readonly HorizonReliability[]): string {
  const percent = (share: number | null) => (share === null ? '' : (100 * share).toFixed(1)).padStart(7);
  const lines: string[] = [];
  for (const each of horizons) {
    lines.push(
      `Breach within ${each.horizon_days} days: ${each.statements} statements, ${each.breaches} breaches`,
      `  stated ${percent(each.mean_stated)} % on average, came ${percent(each.share_breached)} %; Brier ${each.brier.toFixed(4)} (base rate ${each.brier_of_base_rate.toFixed(4)}); calibration error ${each.expected_calibration_error.toFixed(4)}, of noise ${each.calibration_noise.toFixed(4)}`,
      '  stated in %         n  stated    came',
    );
    for (const { from, to, statements, mean_stated, share_breached } of each.reliability)
      lines.push(
        `  ${`${Math.round(100 * from)} to ${Math.round(100 * to)}`.padEnd(12)}${String(statements).padStart(9)} ${percent(mean_stated)} ${percent(share_breached)}  ${'#'.repeat(Math.round(40 * (share_breached ?? 0)))}`,
      );
    lines.push('');
  }
  return lines.join('\n');
}
