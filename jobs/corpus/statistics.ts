/** What a corpus holds, and the same of the real patents that it should be like. */
import { createReadStream } from 'node:fs';
import { expiresOn } from '../../models/annuity/cnipa.ts';
import { addYears, daysBetween } from '../../models/calendar.ts';
import { dueDateOfNotice, NOTICE_DELAY_days } from '../../models/lapse/notice.ts';
import { FOLLOWED_days, YEAR_days, yearOfDay } from '../../models/simulation/corpus-filings.ts';
import { feeYears } from '../../models/simulation/corpus-lapses.ts';
import { CORPUS_OFFICES } from '../../models/simulation/corpus-offices.ts';
import { type CorpusApplication, dueDay } from '../../models/simulation/corpus-patents.ts';
import {
  type Counts,
  count,
  countFees,
  type Distribution,
  distribution,
  hazards,
  type LapseCounts,
  type YearHazard,
} from '../../models/simulation/corpus-statistics.ts';
import type { CalendarDate } from '../../models/types.ts';
import { cnSample } from '../../src/patents/sources/cnipa/sample.ts';
import type { AcceptedRecord } from '../../src/patents/sources/record.ts';

const CN_FILE = new URL('../../data/cn_patents.csv', import.meta.url);
/** Fees due later may still bring a notice after the end of the file. */
const CN_OUTCOMES_KNOWN_TO: CalendarDate = '2016-01-01';

/**
 * Facts of patentworld's aggregates over 9.36 million US patents: citations by patents granted in 2015, back to the cited
 * patent's grant; days from filing to grant of its period 2015, sectors weighted by patents.
 */
export const US_FACTS = {
  citation_lag_days: { n: 5_814_523, mean: 5861.4, p50: 4941 },
  grant_lag_days: { n: 1_556_986, mean: 1083.5 },
} as const;

export interface ChineseCounts extends LapseCounts {
  claims: Counts;
  grant_lag_days: Counts;
}

export interface CorpusCounts {
  patents: number;
  families: number;
  events: number;
  cn: ChineseCounts;
  us_grant_lag_days: Counts;
  citation_lag_days: Counts;
  offices: Counts;
  fields: Counts;
  filing_years: Counts;
  /** First filings of the hundred largest owners. */
  top_owner_families: number;
}

const TOP_OWNERS = 100;

export function newCounts(): CorpusCounts {
  return {
    patents: 0,
    families: 0,
    events: 0,
    cn: newChineseCounts(),
    us_grant_lag_days: new Map(),
    citation_lag_days: new Map(),
    offices: new Map(),
    fields: new Map(),
    filing_years: new Map(),
    top_owner_families: 0,
  };
}

function newChineseCounts(): ChineseCounts {
  return { claims: new Map(), grant_lag_days: new Map(), due: new Map(), unpaid: new Map() };
}

export function countApplication(counts: CorpusCounts, told: CorpusApplication): void {
  const { office, invention, filed_day, granted_day } = told;
  counts.patents += 1;
  counts.events += told.events.length;
  count(counts.offices, CORPUS_OFFICES.indexOf(office));
  count(counts.fields, invention.field.field);
  count(counts.filing_years, yearOfDay(filed_day));
  if (told.is_first_filing) {
    counts.families += 1;
    if (told.owner <= TOP_OWNERS) counts.top_owner_families += 1;
  }
  if (office === 'US' && granted_day !== null) count(counts.us_grant_lag_days, granted_day - filed_day);
  if (office !== 'CN') return;
  count(counts.cn.claims, told.claims);
  if (granted_day === null) return;
  count(counts.cn.grant_lag_days, granted_day - filed_day);
  const known = (year: number) => dueDay(filed_day, year) + NOTICE_DELAY_days <= FOLLOWED_days;
  countFees(counts.cn, { due_years: told.fee_years.filter(known), unpaid_year: told.unpaid_year });
}

/** The same of data/cn_patents.csv. */
export async function realChineseCounts(): Promise<ChineseCounts> {
  const counts = newChineseCounts();
  for await (const record of cnSample.read(createReadStream(CN_FILE)))
    if (record.ok) countChinese(counts, record);
  return counts;
}

function countChinese(counts: ChineseCounts, { patent, signals }: AcceptedRecord): void {
  count(counts.claims, patent.claims!);
  const filed_on = patent.filed_on!;
  const granted_on = signals.find(({ kind }) => kind === 'granted')?.effective_on ?? null;
  if (granted_on === null) return;
  const lag_days = daysBetween(filed_on, granted_on);
  count(counts.grant_lag_days, lag_days);
  const first_year = Math.floor(lag_days / YEAR_days) + 2;
  const due_on = (year: number) => addYears(filed_on, year - 1);
  const notice_on = signals.find(({ kind }) => kind === 'lapsed')?.published_on;
  // A notice after the end of the term speaks of that end.
  const lapsed = notice_on !== undefined && notice_on < expiresOn('invention', filed_on);
  const unpaid_on = lapsed ? dueDateOfNotice(filed_on, notice_on) : null;
  const fee_years = feeYears('CN', first_year);
  countFees(counts, {
    due_years: fee_years.filter((year) => due_on(year) <= CN_OUTCOMES_KNOWN_TO),
    unpaid_year: fee_years.find((year) => unpaid_on !== null && due_on(year) >= unpaid_on) ?? null,
  });
}

interface Beside {
  corpus: Distribution;
  real: Partial<Distribution>;
}

export interface CorpusStatistics {
  patents: number;
  families: number;
  /** Payments, transfers and pledges. */
  events: number;
  /** Share of the families of the hundred largest owners. */
  top_owner_share: number | null;
  offices: Record<string, number>;
  /** By WIPO field. */
  fields: Record<string, number>;
  filing_years: Record<string, number>;
  cn_claims: Beside;
  cn_grant_lag_days: Beside;
  us_grant_lag_days: Beside;
  /** n is 0 in a layout that has no citations. */
  citation_lag_days: Beside;
  cn_lapses: { corpus: YearHazard[]; real: YearHazard[] };
}

export function corpusStatistics(counts: CorpusCounts, real: ChineseCounts): CorpusStatistics {
  const { patents, families, events, cn } = counts;
  return {
    patents,
    families,
    events,
    top_owner_share: families === 0 ? null : counts.top_owner_families / families,
    offices: byName(counts.offices, (position) => CORPUS_OFFICES[position]!),
    fields: byName(counts.fields, String),
    filing_years: byName(counts.filing_years, String),
    cn_claims: { corpus: distribution(cn.claims), real: distribution(real.claims) },
    cn_grant_lag_days: { corpus: distribution(cn.grant_lag_days), real: distribution(real.grant_lag_days) },
    us_grant_lag_days: { corpus: distribution(counts.us_grant_lag_days), real: US_FACTS.grant_lag_days },
    citation_lag_days: { corpus: distribution(counts.citation_lag_days), real: US_FACTS.citation_lag_days },
    cn_lapses: { corpus: hazards(cn), real: hazards(real) },
  };
}

function byName(counts: Counts, name: (value: number) => string): Record<string, number> {
  const sorted = [...counts].sort(([a], [b]) => a - b);
  return Object.fromEntries(sorted.map(([value, times]) => [name(value), times]));
}
