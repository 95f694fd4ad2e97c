/**
 * What may be amended while a contract runs, and what kind of change it is. Pure: the service gathers the facts.
 * Units: minor units of the pledge's currency, basis points.
 */
import type { Sentence } from '../../../models/sentences.ts';
import type { CalendarDate } from '../../../models/types.ts';
import { MAX_PATENTS, type PledgeState } from '../lifecycle.ts';
import { say } from '../sentences.ts';
import type { PledgedUse } from '../store.ts';

export const AMENDABLE_STATES: readonly PledgeState[] = ['registered', 'active'];

export const AMENDMENT_KINDS = ['terms', 'top_up', 'substitution', 'reduction'] as const;
export type AmendmentKind = (typeof AMENDMENT_KINDS)[number];

export interface Terms {
  matures_on: CalendarDate;
  principal_minor: number;
  ltv_target_bp: number;
  ltv_warning_bp: number;
  ltv_breach_bp: number;
}

/** What is to become another; what is left out stays. */
export interface Changes extends Partial<Terms> {
  add_patents?: PledgedUse[];
  remove_patents?: string[];
}

export interface PatentWorth {
  patent_id: string;
  /** Null while it is not known. */
  mid_minor: number | null;
  expires_on: CalendarDate | null;
}

export interface AmendmentFacts {
  state: PledgeState;
  currency: string;
  terms: Terms;
  outstanding_minor: number;
  /** Pledged now. */
  pledged: readonly PatentWorth[];
  /** Of `add_patents`, valued today. */
  added: readonly PatentWorth[];
  today: CalendarDate;
}

export function kindOf({ add_patents = [], remove_patents = [] }: Changes): AmendmentKind {
  if (add_patents.length > 0) return remove_patents.length > 0 ? 'substitution' : 'top_up';
  return remove_patents.length > 0 ? 'reduction' : 'terms';
}

/** The terms once the changes are in force. */
export function amendedTerms(
  terms: Terms,
  { add_patents: _, remove_patents: __, ...changed }: Changes,
): Terms {
  return { ...terms, ...changed };
}

/** What stays pledged and what is added, in order of their ids. */
export function amendedPatents(
  { pledged, added }: AmendmentFacts,
  { remove_patents = [] }: Changes,
): PatentWorth[] {
  return [...pledged.filter(({ patent_id }) => !remove_patents.includes(patent_id)), ...added].sort(
    (one, other) => (one.patent_id < other.patent_id ? -1 : 1),
  );
}

/** Of a loan that is paid out, the principal only grows: by what is paid out more. */
export function owedAfter(
  { state, terms, outstanding_minor }: AmendmentFacts,
  principal_minor: number,
): number {
  return state === 'active' ? outstanding_minor + principal_minor - terms.principal_minor : principal_minor;
}

/** @returns value of what is pledged afterwards; null while one of them is not known */
export function totalValue(patents: readonly PatentWorth[]): number | null {
  return patents.reduce<number | null>(
    (sum, { mid_minor }) => (sum === null || mid_minor === null ? null : sum + mid_minor),
    0,
  );
}

/** @returns why the amendment is refused, in one sentence with its remedy, or null when it is allowed */
export function amendmentRefusal(facts: AmendmentFacts, changes: Changes): Sentence | null {
  const { state, terms, pledged, today } = facts;
  const { add_patents = [], remove_patents = [] } = changes;
  const after = amendedTerms(terms, changes);
  const patents = amendedPatents(facts, changes);
  const named = new Set(pledged.map(({ patent_id }) => patent_id));
  const missing = remove_patents.find((id) => !named.has(id));
  if (missing) return say('amendment_patent_astray', { patent_id: missing });
  const twice = add_patents.find(({ patent_id }) => named.has(patent_id));
  if (twice) return say('amendment_patent_twice', { patent_id: twice.patent_id });
  if (patents.length === 0) return say('amendment_no_patents');
  if (patents.length > MAX_PATENTS)
    return say('amendment_many_patents', { count: patents.length, most: MAX_PATENTS });
  const nothing = (Object.keys(terms) as (keyof Terms)[]).every((name) => after[name] === terms[name]);
  if (nothing && kindOf(changes) === 'terms') return say('amendment_nothing');
  if (after.matures_on <= today) return say('amendment_matured', { matures_on: after.matures_on, today });
  const expiring = patents.find(({ expires_on }) => expires_on !== null && expires_on < after.matures_on);
  if (expiring && after.matures_on > terms.matures_on)
    return say('amendment_term_ends', {
      patent_id: expiring.patent_id,
      expires_on: expiring.expires_on!,
      matures_on: after.matures_on,
    });
  if (!(after.ltv_target_bp < after.ltv_warning_bp && after.ltv_warning_bp < after.ltv_breach_bp))
    return say('limits_fall');
  if (state === 'active' && after.principal_minor < terms.principal_minor)
    return say('amendment_principal_falls');
  const must_cover = remove_patents.length > 0 || after.principal_minor > terms.principal_minor;
  return must_cover ? uncovered(facts, patents, after) : null;
}

function uncovered(
  facts: AmendmentFacts,
  patents: readonly PatentWorth[],
  { principal_minor, ltv_target_bp: target_bp }: Terms,
): Sentence | null {
  const owed_minor = owedAfter(facts, principal_minor);
  const value_minor = totalValue(patents);
  if (value_minor === null) {
    const unknown = patents.find(({ mid_minor }) => mid_minor === null)!;
    return say('amendment_value_unknown', { patent_id: unknown.patent_id });
  }
  const limit_minor = coveredBy(value_minor, target_bp);
  if (owed_minor <= limit_minor) return null;
  return say('amendment_uncovered', {
    owed_minor,
    target_bp,
    value_minor,
    limit_minor,
    currency: facts.currency,
  });
}

/** What may be lent on a value at a target; a target of over 100 % stands where a loan has other security besides. */
function coveredBy(value_minor: number, target_bp: number): number {
  return Number((BigInt(value_minor) * BigInt(target_bp)) / 10_000n);
}
