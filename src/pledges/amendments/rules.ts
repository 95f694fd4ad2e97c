/**
 * What may be amended while a contract runs, and what kind of change it is. Pure: the service gathers the facts.
 * Units: minor units of the pledge's currency, basis points.
 */
import type { CalendarDate } from '../../../models/types.ts';
import { MAX_PATENTS, type PledgeState } from '../lifecycle.ts';
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
export function amendmentRefusal(facts: AmendmentFacts, changes: Changes): string | null {
  const { state, terms, pledged, today } = facts;
  const { add_patents = [], remove_patents = [] } = changes;
  const after = amendedTerms(terms, changes);
  const patents = amendedPatents(facts, changes);
  const named = new Set(pledged.map(({ patent_id }) => patent_id));
  const missing = remove_patents.find((id) => !named.has(id));
  if (missing) return `Patent ${missing} is not part of this pledge and cannot be taken out of it.`;
  const twice = add_patents.find(({ patent_id }) => named.has(patent_id));
  if (twice) return `Patent ${twice.patent_id} is part of this pledge already; leave it out.`;
  if (patents.length === 0)
    return 'Nothing would stay pledged; release the pledge instead, or add another patent.';
  if (patents.length > MAX_PATENTS)
    return `${patents.length} patents would be pledged, and at most ${MAX_PATENTS} may be; leave some out.`;
  const nothing = (Object.keys(terms) as (keyof Terms)[]).every((name) => after[name] === terms[name]);
  if (nothing && kindOf(changes) === 'terms')
    return 'Nothing would change; name a term that becomes another.';
  if (after.matures_on <= today)
    return `The loan would mature on ${after.matures_on}, which is not after today, ${today}.`;
  const expiring = patents.find(({ expires_on }) => expires_on !== null && expires_on < after.matures_on);
  if (expiring && after.matures_on > terms.matures_on)
    return `The term of patent ${expiring.patent_id} ends on ${expiring.expires_on}, before the new maturity ${after.matures_on}; choose an earlier one, or replace the patent.`;
  if (!(after.ltv_target_bp < after.ltv_warning_bp && after.ltv_warning_bp < after.ltv_breach_bp))
    return 'The loan-to-value limits must rise: target_bp < warning_bp < breach_bp.';
  if (state === 'active' && after.principal_minor < terms.principal_minor)
    return 'The principal of a loan that is paid out only grows; record a repayment instead.';
  const must_cover = remove_patents.length > 0 || after.principal_minor > terms.principal_minor;
  return must_cover ? uncovered(patents, owedAfter(facts, after.principal_minor), after.ltv_target_bp) : null;
}

function uncovered(patents: readonly PatentWorth[], owed_minor: number, target_bp: number): string | null {
  const value_minor = totalValue(patents);
  if (value_minor === null) {
    const unknown = patents.find(({ mid_minor }) => mid_minor === null)!;
    return `The value of patent ${unknown.patent_id} is not known, and so it is not known whether the loan stays covered; read its valuation for the reason.`;
  }
  const limit = coveredBy(value_minor, target_bp);
  return owed_minor <= limit
    ? null
    : `The loan of ${owed_minor} minor units would be over the target of ${target_bp} basis points of the value of ${value_minor} that stays pledged, ${limit}; keep or add more, or lend less.`;
}

/** What may be lent on a value at a target; a target of over 100 % stands where a loan has other security besides. */
function coveredBy(value_minor: number, target_bp: number): number {
  return Number((BigInt(value_minor) * BigInt(target_bp)) / 10_000n);
}
