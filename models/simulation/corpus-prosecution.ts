/**
 * An application's course at its office: publication, examination, and grant, refusal, withdrawal or none yet.
 *
 *   grant lag = m e^(s Z), Z standard normal; likewise the lags of withdrawals and refusals
 * China: the shares and medians of data/cn_patents.csv (2,766 applications). United States: medians of the applications of
 * 2015 to 2019 by sector, from 9.36 million patents (patentworld's grant lag table), and shares of grants [M]; the other
 * offices are ours. Publication: 18 months after the priority, a third of those without one sooner, on request.
 * Units: days since FIRST_DAY; what comes after FOLLOWED_days is not known yet, null. Errors: none.
 * Worked: Z = 0, China: granted 1,316 days after filing.
 */

import type { CorpusField, Sector } from './corpus-fields.ts';
import { FOLLOWED_days } from './corpus-filings.ts';
import type { CorpusOffice } from './corpus-offices.ts';
import { weightedPosition } from './corpus-weights.ts';
import { chance, type Random, standardNormal, wholeNumber } from './draws.ts';

interface Lag {
  median_days: number;
  log_sd: number;
}

interface OfficeCourse {
  grant: Lag;
  /** Of grant, withdrawal and refusal, in the order of OUTCOMES; the rest stays open. */
  shares: readonly number[];
}

const OUTCOMES = ['granted', 'withdrawn', 'refused', 'open'] as const;

const COURSES: Record<CorpusOffice, OfficeCourse> = {
  CN: { grant: { median_days: 1316, log_sd: 0.292 }, shares: [0.577, 0.312, 0.08, 0.031] },
  US: { grant: { median_days: 1000, log_sd: 0.46 }, shares: [0.72, 0.24, 0, 0.04] },
  JP: { grant: { median_days: 1500, log_sd: 0.4 }, shares: [0.6, 0.25, 0.12, 0.03] },
  EP: { grant: { median_days: 1650, log_sd: 0.4 }, shares: [0.58, 0.35, 0.04, 0.03] },
  KR: { grant: { median_days: 950, log_sd: 0.4 }, shares: [0.65, 0.17, 0.15, 0.03] },
  DE: { grant: { median_days: 1400, log_sd: 0.5 }, shares: [0.45, 0.4, 0.12, 0.03] },
};

const US_MEDIAN_days: Record<Sector, number> = {
  chemistry: 1086,
  electrical: 916,
  instruments: 1013,
  mechanical: 1001,
  other: 915,
};

const WITHDRAWAL: Lag = { median_days: 1524, log_sd: 0.28 };
const REFUSAL: Lag = { median_days: 1693, log_sd: 0.4 };
const EARLY_SHARE = 0.35;
const LEAST_TO_PUBLICATION_days = 150;
const PRIORITY_TO_PUBLICATION_days = 548;

export interface Course {
  published_day: number;
  examined_day: number | null;
  granted_day: number | null;
  withdrawn_day: number | null;
  refused_day: number | null;
}

/** From a first filing. */
export function drawPublicationLag_days(random: Random): number {
  if (chance(EARLY_SHARE, random)) return wholeNumber(LEAST_TO_PUBLICATION_days, 240, random);
  return wholeNumber(PRIORITY_TO_PUBLICATION_days, 610, random);
}

/** From a later filing, some `priority_days` after the first one. */
export function laterPublicationLag_days(priority_days: number): number {
  return Math.max(LEAST_TO_PUBLICATION_days, PRIORITY_TO_PUBLICATION_days - priority_days);
}

export function drawCourse(
  office: CorpusOffice,
  field: CorpusField,
  days: { filed: number; published: number },
  random: Random,
): Course {
  const { grant, shares } = COURSES[office];
  const outcome = OUTCOMES[weightedPosition(shares, random())]!;
  const examined = days.filed + wholeNumber(90, 1000, random);
  const median_days = office === 'US' ? US_MEDIAN_days[field.sector] : grant.median_days;
  const lag = { granted: { ...grant, median_days }, withdrawn: WITHDRAWAL, refused: REFUSAL, open: null }[
    outcome
  ];
  const ended = lag === null ? Infinity : days.filed + drawLag_days(lag, random);
  const end = seen(Math.max(ended, days.published + 1));
  return {
    published_day: days.published,
    examined_day: seen(Math.min(examined, end ?? examined)),
    granted_day: outcome === 'granted' ? end : null,
    withdrawn_day: outcome === 'withdrawn' ? end : null,
    refused_day: outcome === 'refused' ? end : null,
  };
}

/** Null when the corpus ends before that day. */
export function seen(day: number): number | null {
  return day <= FOLLOWED_days ? day : null;
}

function drawLag_days({ median_days, log_sd }: Lag, random: Random): number {
  return Math.round(median_days * Math.exp(log_sd * standardNormal(random)));
}
