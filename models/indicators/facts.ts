/**
 * What the quality indicators need to know of one patent, and the checks that it can be true.
 *
 * Unknown is null, or an empty list of symbols; an empty list of citations or family members means that there are none.
 * Impossible facts are refused and never repaired.
 * Errors: FormulaFailure `publication_before_filing`, `grant_before_filing`, `as_of_before_filing`,
 * `as_of_before_publication`, `date_invalid`.
 * Worked: filed 2010-05-01 and granted 2009-05-01 is refused with `grant_before_filing`.
 */
import type { CalendarDate } from '../types.ts';
import type { CitedPatent } from './backward-citations.ts';
import { requireOrder } from './checks.ts';
import type { FamilyMember } from './family-size.ts';
import type { CitingPatent } from './forward-citations.ts';

export interface QualityFacts {
  /** WIPO ST.3 code of the patent's own office. */
  authority: string;
  /** First of WIPO's 35 technology fields of the patent. */
  wipo_field: number | null;
  filed_on: CalendarDate;
  published_on: CalendarDate | null;
  granted_on: CalendarDate | null;
  /** Which scheme the symbols in all `ipc` lists of this record come from; CPC may stand in for IPC. */
  classification: 'IPC' | 'CPC';
  ipc: readonly string[];
  claims: number | null;
  cited_patents: readonly CitedPatent[] | null;
  non_patent_citations: number | null;
  citing_patents: readonly CitingPatent[] | null;
  family: readonly FamilyMember[] | null;
  /** End of the right (null: none known) and full term from filing. */
  renewal: { ended_on: CalendarDate | null; term_years: number } | null;
}

/** Refuses facts that contradict each other or that nobody could know on the day. */
export function checkFacts({ filed_on, published_on, granted_on }: QualityFacts, as_of: CalendarDate): void {
  const filed = ['filed_on', filed_on] as const;
  const day = ['as_of', as_of] as const;
  requireOrder('as_of_before_filing', filed, day);
  if (published_on !== null) {
    requireOrder('publication_before_filing', filed, ['published_on', published_on]);
    requireOrder('as_of_before_publication', ['published_on', published_on], day);
  }
  if (granted_on !== null) requireOrder('grant_before_filing', filed, ['granted_on', granted_on]);
}

/** Granted on that day, as far as known. */
export function isGranted({ granted_on }: QualityFacts, as_of: CalendarDate): boolean {
  return granted_on !== null && granted_on <= as_of;
}
