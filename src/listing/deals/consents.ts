/** The pledgee's consent to one offer: asked by the seller, given or refused by the pledgee, and by nobody else. */
import { type Caller, findOrganisation } from '../../accounts/store.ts';
import { appendAudit } from '../../audit/log.ts';
import type { Sql, Transaction } from '../../db/client.ts';
import { acrossTenants } from '../../db/tenancy.ts';
import { Problem } from '../../errors.ts';
import { newId } from '../../ids.ts';
import { emitEvents, toldTo } from '../../outbox/emit.ts';
import { sentence } from '../sentences.ts';
import { missingConsents } from './facts.ts';
import type { DealKind } from './machine.ts';
import { findOffer, type ListingDeal, lockDeal } from './store.ts';
import { tellStep } from './told.ts';

export const ANSWERS = ['given', 'refused'] as const;
/** Towards the debt before its time, or kept on deposit (Civil Code of China, articles 443 and 444). */
export const PROCEEDS_TO = ['debt', 'deposit'] as const;

export interface Consent {
  id: string;
  deal_id: string;
  pledge_id: string;
  bank_id: string;
  /** Of its pledge, among those of the deal. */
  patent_ids: string[];
  buyer_name: string;
  kind: DealKind;
  price_minor: number;
  currency: string;
  asked_at: Date;
  answer: (typeof ANSWERS)[number] | null;
  proceeds_to: (typeof PROCEEDS_TO)[number] | null;
  reason: string | null;
  answered_at: Date | null;
}

export type GivenAnswer =
  | { answer: 'given'; proceeds_to: (typeof PROCEEDS_TO)[number] }
  | { answer: 'refused'; reason: string };

/** In order of id: those that a pledgee was asked for, and those that a seller asked for. */
export async function listConsents(
  sql: Sql,
  {
    id,
    deal_id,
    after = '',
    limit,
  }: { id?: string; deal_id?: string; after?: string | undefined; limit: number },
): Promise<Consent[]> {
  return sql<Consent[]>`
    select listing_consent.id, deal_id, pledge_id, listing_consent.bank_id, patent_ids, buyer_name, kind, price_minor,
      currency, asked_at, answer, proceeds_to, reason, answered_at
    from listing_consent left join listing_consent_answer on consent_id = listing_consent.id
    where listing_consent.id > ${after} ${id === undefined ? sql`` : sql`and listing_consent.id = ${id}`}
      ${deal_id === undefined ? sql`` : sql`and deal_id = ${deal_id}`}
    order by listing_consent.id limit ${limit}`;
}

/** Asks every pledgee whose consent to the standing offer is missing and was not asked for. Under the lock of the deal. */
export async function askConsents(tx: Transaction, deal: ListingDeal, now: Date): Promise<void> {
  const offer = (await findOffer(tx, deal.offer_id!))!;
  const missing = await acrossTenants(tx, () => missingConsents(tx, deal));
  for (const [pledge_id, pledgees] of missing) {
    const { bank_id } = pledgees[0]!;
    const row = {
      id: newId('lcn'),
      deal_id: deal.id,
      offer_id: offer.id,
      pledge_id,
      bank_id,
      patent_ids: pledgees.map(({ patent_id }) => patent_id),
      buyer_name: deal.buyer_name,
      kind: offer.kind,
      price_minor: offer.price_minor,
      currency: offer.currency,
      asked_at: now,
    };
    const asked = await tx`insert into listing_consent ${tx(row)} on conflict do nothing`;
    if (asked.count === 0) throw new Problem('conflict', sentence('consent_asked'));
    const bank = await acrossTenants(tx, () => findOrganisation(tx, bank_id));
    const { kind, price_minor, currency, patent_ids } = row;
    await emitEvents(tx, [
      {
        type: 'listing.consent.asked',
        pledge_id: null,
        ...toldTo(bank!),
        between_parties: true,
        occurred_at: now,
        data: { consent_id: row.id, of_pledge_id: pledge_id, patent_ids, kind, price_minor, currency },
      },
    ]);
  }
}

/**
 * @throws Problem `not_found` for whom it does not concern, `consent_forged` for a seller who would consent for its pledgee,
 *   `conflict` when it was answered, or another offer stands
 */
export async function answerConsent(
  tx: Transaction,
  id: string,
  given: GivenAnswer,
  caller: Caller,
  now: Date,
): Promise<Consent> {
  const [consent] = await listConsents(tx, { id, limit: 1 });
  if (!consent) throw new Problem('not_found', 'There is no such consent to give.');
  if (consent.bank_id !== caller.organisation_id)
    throw new Problem('consent_forged', sentence('consent_of_pledgee'));
  const deal = await acrossTenants(tx, () => lockDeal(tx, consent.deal_id));
  if (consent.answer !== null || (await wasAnswered(tx, id)))
    throw new Problem('conflict', sentence('consent_answered'));
  if (deal.stage !== 'offered' || (await offerOf(tx, id)) !== deal.offer_id)
    throw new Problem('conflict', sentence('consent_moot'));
  const { answer } = given;
  const proceeds_to = answer === 'given' ? given.proceeds_to : null;
  const reason = answer === 'refused' ? given.reason : null;
  const row = { consent_id: id, bank_id: consent.bank_id, answer, proceeds_to, reason, answered_at: now };
  await tx`insert into listing_consent_answer ${tx(row)}`;
  const event = answer === 'given' ? 'listing.consent.given' : 'listing.consent.refused';
  await tellStep(tx, deal, { step: `consent_${answer}`, by: 'pledgee', event }, null, now);
  const { pledge_id, deal_id } = consent;
  const entry = { organisation_id: caller.organisation_id, actor: caller.key_id, at: now, subject: id };
  const detail = { deal_id, pledge_id, price_minor: consent.price_minor, proceeds_to, reason };
  await appendAudit(tx, [{ ...entry, action: `listing.consent.${answer}`, detail }]);
  return { ...consent, answer, proceeds_to, reason, answered_at: now };
}

async function wasAnswered(tx: Transaction, id: string): Promise<boolean> {
  const found = await tx`select from listing_consent_answer where consent_id = ${id}`;
  return found.count > 0;
}

async function offerOf(tx: Transaction, id: string): Promise<string> {
  const [row] = await tx<{ offer_id: string }[]>`select offer_id from listing_consent where id = ${id}`;
  return row!.offer_id;
}
