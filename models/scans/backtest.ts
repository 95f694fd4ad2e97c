/**
 * How well copied marks are told from honest ones on a made market, each scan looked at when it is made, as in the service.
 *
 *   precision = alarmed and copied / alarmed;  recall = alarmed and copied / copied and a copy was scanned
 * A mark of which no copy was ever scanned cannot be told by scans; `recall_of_all` counts it as missed all the same. Alarms
 * before the first scan of a copy count as false.
 * Units: shares, days. Domain: serials > 0. Errors: none; a share of nothing is null.
 */
import { median } from 'simple-statistics';
import type { Random } from '../simulation/draws.ts';
import { type MadeMark, makeMarket } from './market.ts';
import { assess } from './score.ts';
import { DAY_ms } from './signs.ts';

export interface ScanBacktest {
  marks: number;
  scans: number;
  cloned: number;
  /** Of which a copy was scanned. */
  cloned_scanned: number;
  alarmed: number;
  precision: number | null;
  recall: number | null;
  recall_of_all: number | null;
  /** From the first scan of a copy, of those that were alarmed rightly. */
  median_days_to_alarm: number | null;
  /** Marks that were warned of at some scan and never alarmed. */
  warned_only: number;
  warned_only_cloned: number;
  /** Of honest marks that were scanned, those that were warned of or alarmed at some scan. */
  honest_doubted: number | null;
}

export function backtestScans(serials: number, random: Random): ScanBacktest {
  const told = makeMarket(serials, random).map((mark) => ({ mark, ...watch(mark) }));
  const cloned = told.filter(({ mark }) => mark.cloned);
  const scanned = cloned.filter(({ mark }) => mark.first_copy_scan_ms !== null);
  const alarmed = told.filter(({ alarm_ms }) => alarm_ms !== null);
  const right = scanned.filter(
    ({ alarm_ms, mark }) => alarm_ms !== null && alarm_ms >= mark.first_copy_scan_ms!,
  );
  const warned = told.filter(({ alarm_ms, was_warned }) => was_warned && alarm_ms === null);
  const honest = told.filter(({ mark }) => !mark.cloned && mark.scans.length > 0);
  const days = right.map(({ alarm_ms, mark }) => (alarm_ms! - mark.first_copy_scan_ms!) / DAY_ms);
  return {
    marks: told.length,
    scans: told.reduce((sum, { mark }) => sum + mark.scans.length, 0),
    cloned: cloned.length,
    cloned_scanned: scanned.length,
    alarmed: alarmed.length,
    precision: share(right.length, alarmed.length),
    recall: share(right.length, scanned.length),
    recall_of_all: share(right.length, cloned.length),
    median_days_to_alarm: days.length === 0 ? null : round(median(days), 1),
    warned_only: warned.length,
    warned_only_cloned: warned.filter(({ mark }) => mark.cloned).length,
    honest_doubted: share(
      honest.filter(({ alarm_ms, was_warned }) => was_warned || alarm_ms !== null).length,
      honest.length,
    ),
  };
}

/** @returns when the alarm was first raised, null for never, and whether a scan was warned of */
function watch({ goods, scans }: MadeMark): { alarm_ms: number | null; was_warned: boolean } {
  let was_warned = false;
  for (const [index, { at_ms }] of scans.entries()) {
    const { level } = assess(scans.slice(0, index + 1), goods);
    if (level === 'alarmed') return { alarm_ms: at_ms, was_warned };
    was_warned ||= level === 'warned';
  }
  return { alarm_ms: null, was_warned };
}

function share(part: number, whole: number): number | null {
  return whole === 0 ? null : round(part / whole, 4);
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
