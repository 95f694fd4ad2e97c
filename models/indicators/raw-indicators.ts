/**
 * Every quality indicator of one patent in its own units, as known on one day.
 *
 * Only what was published by then counts: later citations, family members, grants and ends are not seen. An indicator
 * is null when its facts are unknown or it is undefined (a share of nothing); which windows are open is listed.
 * Source: the file of each indicator. Windows: five years for family size and generality, five and seven for citations.
 * Errors: those of checkFacts and of each indicator.
 * Worked: claims 17 and no other fact known: claims 17, all other indicators null.
 */
import { yearsBetween } from '../calendar.ts';
import type { CalendarDate } from '../types.ts';
import { backwardCitations } from './backward-citations.ts';
import { requireCount } from './checks.ts';
import { claimCount } from './claims.ts';
import { checkFacts, isGranted, type QualityFacts } from './facts.ts';
import { familySize } from './family-size.ts';
import { citingFamilies, forwardCitations } from './forward-citations.ts';
import { generality } from './generality.ts';
import { grantLagDays } from './grant-lag.ts';
import { nonPatentShare } from './non-patent-citations.ts';
import { originality } from './originality.ts';
import { radicalness } from './radicalness.ts';
import { type RenewalLife, renewalLife } from './renewal-life.ts';
import { patentScope } from './scope.ts';

/** Which definition each indicator follows; stored with every score. */
export const VARIANTS = {
  patent_scope: 'distinct_subclasses',
  family_size: 'authorities_within_5_years_of_filing',
  grant_lag_days: 'filing_to_grant',
  backward_citations: 'distinct_documents',
  non_patent_citations: 'count',
  non_patent_share: 'share_of_all_cited',
  claims: 'count',
  forward_citations_5: 'families_within_5_years_of_publication',
  forward_citations_7: 'families_within_7_years_of_publication',
  generality: 'herfindahl_patent_shares_within_5_years',
  generality_corrected: 'herfindahl_patent_shares_within_5_years_hall_2005_capped_at_1',
  originality: 'herfindahl_patent_shares',
  originality_corrected: 'herfindahl_patent_shares_hall_2005_capped_at_1',
  radicalness: 'class_share',
  renewal_years: 'complete_years_from_filing',
} as const;

export type IndicatorName = keyof typeof VARIANTS;
export type IndicatorValues = Record<IndicatorName, number | null>;
export const INDICATORS = Object.keys(VARIANTS) as IndicatorName[];

const FAMILY_WINDOW_YEARS = 5;
const GENERALITY_WINDOW_YEARS = 5;

export interface RawIndicators {
  values: IndicatorValues;
  /** Indicators that may still grow because their window is open. */
  truncated: IndicatorName[];
  renewal: RenewalLife | null;
  /** Citing families so far and years since publication; null when not known. */
  citations_to_date: { count: number; age_years: number } | null;
}

type Part = Partial<IndicatorValues>;

export function rawIndicators(facts: QualityFacts, as_of: CalendarDate): RawIndicators {
  checkFacts(facts, as_of);
  const granted = isGranted(facts, as_of);
  const family = familyWithin(facts, as_of);
  const forward = forwardIndicators(facts, as_of);
  const renewal = granted ? renewalOf(facts, as_of) : null;
  const known: Part = {
    patent_scope: facts.ipc.length === 0 ? null : patentScope(facts.ipc),
    family_size: family?.count ?? null,
    grant_lag_days: granted ? grantLagDays(facts.filed_on, facts.granted_on!) : null,
    claims: facts.claims === null ? null : claimCount(facts.claims),
    ...backwardIndicators(facts),
    ...forward.values,
    renewal_years: renewal?.years ?? null,
  };
  const truncated: IndicatorName[] = [...forward.truncated];
  if (family?.truncated) truncated.push('family_size');
  if (renewal?.right_censored) truncated.push('renewal_years');
  return { values: complete(known), truncated, renewal, citations_to_date: citationsToDate(facts, as_of) };
}

function familyWithin({ authority, family, filed_on }: QualityFacts, as_of: CalendarDate) {
  return family === null ? null : familySize(authority, family, filed_on, FAMILY_WINDOW_YEARS, as_of);
}

function backwardIndicators({ cited_patents, non_patent_citations, ipc }: QualityFacts): Part {
  const literature =
    non_patent_citations === null ? null : requireCount('non_patent_citations', non_patent_citations, 0);
  if (cited_patents === null) return { non_patent_citations: literature };
  const documents = backwardCitations(cited_patents);
  const origin = originality(cited_patents);
  return {
    backward_citations: documents,
    non_patent_citations: literature,
    non_patent_share: literature === null ? null : nonPatentShare(literature, documents),
    originality: origin.raw,
    originality_corrected: origin.corrected,
    radicalness: ipc.length === 0 ? null : radicalness(ipc, cited_patents),
  };
}

function forwardIndicators({ citing_patents, published_on }: QualityFacts, as_of: CalendarDate) {
  const truncated: IndicatorName[] = [];
  if (citing_patents === null || published_on === null) return { values: {}, truncated };
  const five = forwardCitations(citing_patents, published_on, 5, as_of);
  const seven = forwardCitations(citing_patents, published_on, 7, as_of);
  const spread = generality(citing_patents, published_on, GENERALITY_WINDOW_YEARS, as_of);
  if (five.truncated) truncated.push('forward_citations_5');
  if (seven.truncated) truncated.push('forward_citations_7');
  if (spread.truncated) truncated.push('generality', 'generality_corrected');
  const values: Part = {
    forward_citations_5: five.count,
    forward_citations_7: seven.count,
    generality: spread.raw,
    generality_corrected: spread.corrected,
  };
  return { values, truncated };
}

function renewalOf({ filed_on, renewal }: QualityFacts, as_of: CalendarDate): RenewalLife | null {
  return renewal === null ? null : renewalLife(filed_on, renewal.ended_on, renewal.term_years, as_of);
}

function citationsToDate({ citing_patents, published_on }: QualityFacts, as_of: CalendarDate) {
  if (citing_patents === null || published_on === null) return null;
  const families = citingFamilies(citing_patents, { opens: published_on, seen_to: as_of });
  return { count: families.size, age_years: yearsBetween(published_on, as_of) };
}

function complete(known: Part): IndicatorValues {
  return Object.fromEntries(INDICATORS.map((name) => [name, known[name] ?? null])) as IndicatorValues;
}
