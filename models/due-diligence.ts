/**
 * What stands against taking a patent as collateral: title, encumbrances, state in law, term, annuities, age of the data.
 *
 * Blocking is what the office refuses a registration for, and what leaves the right itself unknown; all else is a remark.
 * What is not known is a finding of its own. Owners on the register are spelt by each source in its own way and a firm's
 * name is free text: a title that the names do not confirm is a remark, unless a transfer names another.
 * Source: CNIPA announcement No. 461 of 2021, consent of co-owners in article 4 (read); the grounds to refuse a
 * registration from memory [M]: not the owner, ended, not granted, annuity in arrears, preserved, debt beyond the term,
 * no consent, pledged already, invalidation under way. `verified: false`.
 * Domain: facts as known on one day. Errors: none.
 * Worked: a right in force with an open pledge `Y1` of 2009-05-01 gives `encumbrance_open`, blocking, with that evidence.
 */
import { daysBetween } from './calendar.ts';
import type { Encumbrance } from './encumbrances.ts';
import { isSameName, mayBeSameName } from './party-name.ts';
import type { CalendarDate, LegalState } from './types.ts';

export const SEVERITIES = ['blocking', 'remark'] as const;
export type Severity = (typeof SEVERITIES)[number];

interface FindingKind {
  severity: Severity;
  title: string;
  remedy: string;
}

/** Every finding there is, by its code. */
export const FINDING_KINDS = {
  title_contradicted: {
    severity: 'blocking',
    title: 'The register records a transfer to another than the pledgor',
    remedy:
      'Ask for a certified copy of the register; pledge with its owner, or record the transfer back first.',
  },
  title_not_confirmed: {
    severity: 'remark',
    title: 'The names on record do not confirm that the pledgor owns the patent',
    remedy: 'Ask the pledgor for a certified copy of the register.',
  },
  co_owner_consent: {
    severity: 'blocking',
    title: 'The patent has co-owners, who must consent to the pledge',
    remedy:
      'Collect the written consent of each, or their agreement that none is needed, and waive with its reference.',
  },
  encumbrance_open: {
    severity: 'blocking',
    title: 'Another holds a pledge or a security interest on the patent, or it was seized',
    remedy: 'Have it released at the office first, or leave the patent out.',
  },
  licence_open: {
    severity: 'remark',
    title: 'A licence on the patent is on record',
    remedy: 'Read its term, exclusivity and royalties: they bind who buys the patent.',
  },
  not_in_force: {
    severity: 'blocking',
    title: 'The patent is not in force',
    remedy: 'Leave it out, or wait for its grant or restoration.',
  },
  legal_state_unknown: {
    severity: 'blocking',
    title: 'The state of the patent in law is not known',
    remedy: 'Bring the signals of its register up to date.',
  },
  invalidation_requested: {
    severity: 'blocking',
    title: 'Somebody has asked for the patent to be declared invalid, and no source tells how that ended',
    remedy: 'Read the case; waive with its reference if it is over or both parties take the risk.',
  },
  claims_limited: {
    severity: 'remark',
    title: 'Part of the claims were declared invalid',
    remedy: 'Check that the remaining claims cover the products that the value rests on.',
  },
  expiry_before_maturity: {
    severity: 'blocking',
    title: 'The term of the patent ends before the loan matures',
    remedy: 'Shorten the loan, or replace the patent.',
  },
  term_unknown: {
    severity: 'remark',
    title: 'The end of the term is not known',
    remedy: 'Compare the office’s register with the maturity of the loan.',
  },
  annuity_late: {
    severity: 'blocking',
    title: 'The register says that an annuity is late',
    remedy: 'Have it paid with its surcharge, and wait for the register to say so.',
  },
  annuity_unproven: {
    severity: 'remark',
    title:
      'An annuity has fallen due, and neither a payment is proven nor time enough has passed without a notice',
    remedy: 'Ask the pledgor for the receipt and record it as an annuity payment.',
  },
  annuities_unknown: {
    severity: 'remark',
    title: 'The calendar of annuities of this office is not known here',
    remedy: 'Ask the pledgor for the receipt of the last annuity.',
  },
  register_stale: {
    severity: 'blocking',
    title: 'The register has not been heard of for too long, or never',
    remedy: 'Bring the source up to date; until then nothing that it says counts.',
  },
} as const satisfies Record<string, FindingKind>;

export type FindingCode = keyof typeof FINDING_KINDS;

/** What is examined of one patent, as known on a day. Null is not known. */
export interface ExaminedPatent {
  patent_id: string;
  legal_state: LegalState;
  /** Publication of what made it so. */
  legal_state_since: CalendarDate | null;
  expires_on: CalendarDate | null;
  partly_invalidated: boolean;
  /** Publication days of requests for invalidation and of oppositions. */
  challenged_on: readonly CalendarDate[];
  /** Of others, open; the pledge's own registration is left out. */
  encumbrances: readonly Encumbrance[];
  /** Whom the register names last; empty when it names nobody. */
  owners: readonly string[];
  owners_named_on: CalendarDate | null;
  /** Publication of the last transfer; null when there was none. */
  transferred_on: CalendarDate | null;
  /** Publication of the last notice of a late fee that no payment or restoration followed. */
  fee_late_on: CalendarDate | null;
  /** Fallen due without proof or time enough without a notice; null where the office's calendar is not known. */
  unproven_annuities: readonly { patent_year: number; due_on: CalendarDate }[] | null;
  register_seen_on: CalendarDate | null;
  register_late_after_days: number;
}

export interface DiligenceFinding {
  /** The same for the same fact, so that a waiver of it holds for nothing else. */
  finding: string;
  code: FindingCode;
  patent_id: string;
  severity: Severity;
  title: string;
  evidence: Record<string, string | number | null>;
  remedy: string;
}

export interface PlannedLoan {
  /** Name of the pledgor. */
  pledgor: string;
  matures_on: CalendarDate;
}

type Told = [code: FindingCode, evidence: DiligenceFinding['evidence'], occasion?: string | null];

/** @returns findings in the order of the table above; none is a clean patent */
export function examine(patent: ExaminedPatent, loan: PlannedLoan, as_of: CalendarDate): DiligenceFinding[] {
  return [
    ...title(patent, loan.pledgor),
    ...encumbrances(patent),
    ...stateInLaw(patent),
    ...term(patent, loan.matures_on),
    ...annuities(patent),
    ...register(patent, as_of),
  ].map(([code, evidence, occasion]) => ({
    finding: [code, patent.patent_id, occasion].filter((part) => part).join(' '),
    code,
    patent_id: patent.patent_id,
    evidence,
    ...FINDING_KINDS[code],
  }));
}

function title({ owners, owners_named_on, transferred_on }: ExaminedPatent, pledgor: string): Told[] {
  const names = owners.filter((name, at) => owners.findIndex((other) => isSameName(name, other)) === at);
  const evidence = { owners: names.join('; ') || null, named_on: owners_named_on, transferred_on };
  const by_transfer = transferred_on !== null && owners_named_on === transferred_on;
  const is_newest = transferred_on === null || (owners_named_on ?? '') >= transferred_on;
  const told: Told[] = [];
  if (by_transfer && !names.some((name) => mayBeSameName(name, pledgor)))
    told.push(['title_contradicted', evidence, transferred_on]);
  else if (!is_newest || !names.some((name) => isSameName(name, pledgor)))
    told.push(['title_not_confirmed', evidence, owners_named_on]);
  if (names.length > 1) told.push(['co_owner_consent', evidence, owners_named_on]);
  return told;
}

function encumbrances({ encumbrances }: ExaminedPatent): Told[] {
  return encumbrances.map(({ kind, number, opened_on }) => [
    kind === 'licence' ? 'licence_open' : 'encumbrance_open',
    { kind, number, opened_on },
    `${kind} ${number ?? opened_on}`,
  ]);
}

function stateInLaw({
  legal_state,
  legal_state_since,
  challenged_on,
  partly_invalidated,
}: ExaminedPatent): Told[] {
  const evidence = { legal_state, published_on: legal_state_since };
  const told: Told[] = [];
  if (legal_state === 'unknown') told.push(['legal_state_unknown', evidence]);
  else if (legal_state !== 'in_force')
    told.push(['not_in_force', evidence, `${legal_state} ${legal_state_since ?? ''}`]);
  for (const published_on of new Set(challenged_on))
    told.push(['invalidation_requested', { published_on }, published_on]);
  if (partly_invalidated) told.push(['claims_limited', evidence]);
  return told;
}

function term({ expires_on }: ExaminedPatent, matures_on: CalendarDate): Told[] {
  if (expires_on === null) return [['term_unknown', { matures_on }]];
  return expires_on < matures_on
    ? [['expiry_before_maturity', { expires_on, matures_on }, `${expires_on} ${matures_on}`]]
    : [];
}

function annuities({ fee_late_on, unproven_annuities }: ExaminedPatent): Told[] {
  const told: Told[] = [];
  if (fee_late_on !== null) told.push(['annuity_late', { published_on: fee_late_on }, fee_late_on]);
  if (unproven_annuities === null) told.push(['annuities_unknown', {}]);
  for (const { patent_year, due_on } of unproven_annuities ?? [])
    told.push(['annuity_unproven', { patent_year, due_on }, String(patent_year)]);
  return told;
}

function register(
  { register_seen_on, register_late_after_days }: ExaminedPatent,
  as_of: CalendarDate,
): Told[] {
  const is_late =
    register_seen_on === null || daysBetween(register_seen_on, as_of) > register_late_after_days;
  return is_late
    ? [['register_stale', { register_seen_on, register_late_after_days }, register_seen_on ?? 'never']]
    : [];
}
