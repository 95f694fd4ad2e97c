/** Copied marks on a made market, as figures and as text. */
import { mulberry32 } from '../../models/random.ts';
import { backtestScans, type ScanBacktest } from '../../models/scans/backtest.ts';

export const DEFAULT_MARKS = 200_000;
export const MOST_MARKS = 2_000_000;

export interface ScanReport extends ScanBacktest {
  seed: number;
}

export function scanReport(seed: number, marks: number): ScanReport {
  return { seed, ...backtestScans(marks, mulberry32(seed)) };
}

export function scanText(report: ScanReport): string {
  return `Seed ${report.seed}: ${report.marks} marks, ${report.scans} scans, ${report.cloned} marks copied, ${report.cloned_scanned} with a copy scanned
Alarmed ${report.alarmed}: precision ${report.precision}, recall ${report.recall}; of all copied ${report.recall_of_all}
Half of the alarms within ${report.median_days_to_alarm} days of the first copy scanned
Warned of and never alarmed ${report.warned_only}, copied ${report.warned_only_cloned}; honest marks doubted at some scan ${report.honest_doubted}
`;
}
