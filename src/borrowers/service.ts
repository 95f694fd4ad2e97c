/**
 * Facts about a borrower: the firm gives a bank its consent to know and tell of named kinds, and takes it back; a fact is
 * recorded once, and what was mistaken is corrected by another. To a bank without consent the firm does not exist.
 */
import { FACT_KINDS, type FactKind } from '../../models/risk/borrower-facts.ts';
import type { CalendarDate } from '../../models/types.ts';
import { type Caller, findOrganisation } from '../accounts/store.ts';
import { appendAudit } from '../audit/log.ts';
import { attempt } from '../audit/refusal.ts';
import type { Sql, Transaction } from '../db/client.ts';
import { acrossTenants } from '../db/tenancy.ts';
import { Problem } from '../errors.ts';
import { newId } from '../ids.ts';
import { refuseFuture } from '../pledges/days.ts';
import type { Service } from '../service.ts';
import { say } from './sentences.ts';
import {
  type Consent,
  consentsOf,
  findFact,
  insertConsent,
  insertFact,
  insertRevocation,
  kindsConsented,
  lastToldAt,
  lockFirm,
  markPledgesOf,
  type StoredFact,
} from './store.ts';

/** Nothing older bears on a loan of today. */
const EARLIEST_DAY = '1950-01-01';

export type NewFact = Omit<StoredFact, 'id' | 'firm_id' | 'recorded_by' | 'known_at'>;

/** @throws Problem `not_found` for another firm, `refused` when `bank_id` names no bank */
export async function giveConsent(
  tx: Transaction,
  firm_id: string,
  { bank_id, kinds }: { bank_id: string; kinds: FactKind[] },
  caller: Caller,
  asked_at: Date,
): Promise<Consent> {
  requireOwn(firm_id, caller);
  const now = await lockTold(tx, firm_id, asked_at);
  if ((await acrossTenants(tx, () => findOrganisation(tx, bank_id)))?.kind !== 'bank')
    throw new Problem('refused', say('consent_to_no_bank', { bank_id }));
  const consent: Consent = {
    id: newId('cns'),
    firm_id,
    bank_id,
    kinds: [...new Set(kinds)].sort(),
    given_at: now,
    revoked_at: null,
  };
  await insertConsent(tx, consent, caller.key_id);
  await consentChanged(tx, consent, 'given', caller, now);
  return consent;
}

/** @throws Problem `not_found` for a consent of others, `conflict` for one that was taken back before */
export async function revokeConsent(
  tx: Transaction,
  firm_id: string,
  consent_id: string,
  caller: Caller,
  asked_at: Date,
): Promise<void> {
  requireOwn(firm_id, caller);
  const now = await lockTold(tx, firm_id, asked_at);
  const consent = (await consentsOf(tx, firm_id, null)).find(({ id }) => id === consent_id);
  if (!consent) throw new Problem('not_found', 'The firm has given no such consent.');
  if (consent.revoked_at !== null)
    throw new Problem('conflict', say('consent_revoked', { at: consent.revoked_at.toISOString() }));
  await insertRevocation(tx, consent_id, caller.key_id, now);
  await consentChanged(tx, consent, 'revoked', caller, now);
}

function requireOwn(firm_id: string, { organisation_id }: Caller): void {
  if (firm_id !== organisation_id) throw noSuchFirm();
}

/** The same for a firm that is not there and one that the caller may not know of. */
function noSuchFirm(): Problem {
  return new Problem('not_found', 'There is no such firm.');
}

/** What the bank may know is what its rules read: its pledges of the firm are assessed anew. */
async function consentChanged(
  tx: Transaction,
  { id, firm_id, bank_id, kinds }: Consent,
  step: 'given' | 'revoked',
  { key_id: actor }: Caller,
  now: Date,
): Promise<void> {
  await markPledgesOf(tx, firm_id, bank_id, `consent ${step}`, now);
  const entry = { at: now, actor, action: `borrower.consent.${step}`, subject: id };
  await appendAudit(
    tx,
    [firm_id, bank_id].map((organisation_id) => ({
      organisation_id,
      ...entry,
      detail: { firm_id, bank_id, kinds },
    })),
  );
}

/**
 * Kinds of fact about the firm that the caller may know.
 * @throws Problem `not_found` where the firm is none of the caller's, or gives the bank no consent
 */
export async function kindsSeen(sql: Sql, firm_id: string, caller: Caller): Promise<readonly FactKind[]> {
  const kinds = await kindsKnowable(sql, firm_id, caller);
  if (kinds.length === 0) throw noSuchFirm();
  return kinds;
}

/** None where there is no such firm, or not for the caller. */
async function kindsKnowable(sql: Sql, firm_id: string, caller: Caller): Promise<readonly FactKind[]> {
  const kinds =
    caller.kind === 'bank'
      ? await kindsConsented(sql, firm_id, caller.organisation_id)
      : caller.kind === 'staff' || caller.organisation_id === firm_id
        ? FACT_KINDS
        : [];
  const firm = kinds.length > 0 ? await findOrganisation(sql, firm_id) : null;
  return firm?.kind === 'firm' ? kinds : [];
}

/**
 * Records a fact and has the firm's live pledges assessed.
 * @throws Problem `not_found` as in `kindsSeen`; `refused` for a kind without consent or a day that cannot be; `conflict`
 * for a correction of what was corrected before
 */
export async function recordFact(
  tx: Transaction,
  firm_id: string,
  given: NewFact,
  caller: Caller,
  asked_at: Date,
): Promise<StoredFact> {
  const now = await lockTold(tx, firm_id, asked_at);
  if (!(await kindsSeen(tx, firm_id, caller)).includes(given.kind))
    throw new Problem('refused', say('consent_narrower', { fact_kind: given.kind }));
  refuseDays(given, now);
  if (given.corrects !== null) await refuseCorrection(tx, firm_id, given.corrects, given.kind, caller);
  const fact: StoredFact = {
    id: newId('bft'),
    firm_id,
    ...given,
    recorded_by: caller.organisation_id,
    known_at: now,
  };
  await insertFact(tx, fact, caller);
  await markPledgesOf(tx, firm_id, null, `borrower fact: ${given.kind}`, now);
  const entry = { at: now, actor: caller.key_id, action: 'borrower.fact.recorded', subject: fact.id };
  await appendAudit(
    tx,
    [...new Set([firm_id, caller.organisation_id])].map((organisation_id) => ({
      organisation_id,
      ...entry,
      detail: { firm_id, ...given },
    })),
  );
  return fact;
}

function refuseDays({ kind, effective_on, detail }: NewFact, now: Date): void {
  refuseFuture('effective_on', effective_on, now);
  const first = kind === 'revenue' ? (detail as { period_from: CalendarDate }).period_from : effective_on;
  if (first > effective_on) throw new Problem('refused', say('fact_period', { first, effective_on }));
  if (first < EARLIEST_DAY)
    throw new Problem('refused', say('fact_too_early', { first, earliest: EARLIEST_DAY }));
}

async function refuseCorrection(
  tx: Transaction,
  firm_id: string,
  corrects: string,
  kind: FactKind,
  { organisation_id }: Caller,
): Promise<void> {
  const mistaken = await findFact(tx, firm_id, corrects);
  if (mistaken?.recorded_by !== organisation_id || mistaken.kind !== kind)
    throw new Problem('refused', say('fact_corrects_other', { fact_kind: kind }));
  if (mistaken.corrected_by !== null)
    throw new Problem('conflict', say('fact_corrected', { fact_id: mistaken.corrected_by }));
}

/**
 * Holds what is told of a firm until the end of the transaction. What is told is dated no earlier than what was told
 * before it, so that the later word counts.
 */
async function lockTold(tx: Transaction, firm_id: string, asked_at: Date): Promise<Date> {
  if (!(await lockFirm(tx, firm_id))) throw noSuchFirm();
  const told_at = await lastToldAt(tx, firm_id);
  return told_at !== null && told_at > asked_at ? told_at : asked_at;
}

/**
 * Makes a change; a refused one, but not of what is missing, goes to the caller’s chain, and to the firm’s where the caller
 * may know of the firm.
 */
export function attemptOnFirm<T>(
  service: Service,
  { caller, firm_id, action }: { caller: Caller; firm_id: string; action: string },
  change: () => Promise<T>,
): Promise<T> {
  const heardBy = async ({ code }: Problem) => {
    if (code === 'not_found') return [];
    const known = await kindsKnowable(service.database.sql, firm_id, caller);
    return [...new Set([caller.organisation_id, ...(known.length > 0 ? [firm_id] : [])])];
  };
  return attempt(service, { caller, action, subject: firm_id }, heardBy, change);
}
