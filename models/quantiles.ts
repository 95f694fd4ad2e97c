/**
 * A value as its quantiles: what is known of it, and how well.
 *
 * p05 .. p95 bound the central 90 %, p10 .. p90 the central 80 %, p25 .. p75 the central half; p50 is the median.
 * Domain: never falling from p05 to p95. Units: whatever was asked for; money in major units.
 * Worked: quantilesOf((p) => 100 * p) is { p05: 5, p10: 10, p25: 25, p50: 50, p75: 75, p90: 90, p95: 95 }.
 */

export const LEVELS = { p05: 0.05, p10: 0.1, p25: 0.25, p50: 0.5, p75: 0.75, p90: 0.9, p95: 0.95 } as const;

export type Level = keyof typeof LEVELS;
export type Quantiles = Record<Level, number>;

/** Both ends of each central interval, by the share that it holds. */
export const INTERVALS = { c50: ['p25', 'p75'], c80: ['p10', 'p90'], c90: ['p05', 'p95'] } as const;

export type Interval = keyof typeof INTERVALS;

/** Share of cases that an interval should miss. */
export const MISS_RATES: Record<Interval, number> = { c50: 0.5, c80: 0.2, c90: 0.1 };

/** Asks a quantile function at every level, written out because it is asked for every patent of a corpus. */
export function quantilesOf(quantile: (p: number, level: Level) => number): Quantiles {
  return {
    p05: quantile(LEVELS.p05, 'p05'),
    p10: quantile(LEVELS.p10, 'p10'),
    p25: quantile(LEVELS.p25, 'p25'),
    p50: quantile(LEVELS.p50, 'p50'),
    p75: quantile(LEVELS.p75, 'p75'),
    p90: quantile(LEVELS.p90, 'p90'),
    p95: quantile(LEVELS.p95, 'p95'),
  };
}

/** Asks what each becomes, in the same way. */
export function mapQuantiles(
  { p05, p10, p25, p50, p75, p90, p95 }: Quantiles,
  become: (value: number) => number,
): Quantiles {
  return {
    p05: become(p05),
    p10: become(p10),
    p25: become(p25),
    p50: become(p50),
    p75: become(p75),
    p90: become(p90),
    p95: become(p95),
  };
}

export function scaleQuantiles(quantiles: Quantiles, factor: number): Quantiles {
  return mapQuantiles(quantiles, (value) => value * factor);
}
