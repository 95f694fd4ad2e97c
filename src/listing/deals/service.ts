/** Deals over listings: an enquiry, and each step from it to the end, in one transaction with its trace. */
import { type Caller, findOrganisation } from '../../accounts/store.ts';
import { askIdentity, ownerOf } from '../../anonymity/service.ts';
import { wasAsked } from '../../anonymity/store.ts';
import type { Transaction } from '../../db/client.ts';
import { acrossTenants } from '../../db/tenancy.ts';
import { Problem } from '../../errors.ts';
import { newUnlinkableId } from '../../ids.ts';
import { isFuture } from '../../pledges/days.ts';
import { bookProceeds } from '../feedback/book.ts';
import { endListing, ownPseudonym } from '../listings/service.ts';
import {
  type Channel,
  findListing,
  findPrivate,
  isOwnListing,
  type Listing,
  lockListing,
  setListingState,
} from '../listings/store.ts';
import { requireUntold } from '../listings/untold.ts';
import { sentence } from '../sentences.ts';
import { agreementOf } from './agreement.ts';
import { askConsents } from './consents.ts';
import { factsOf, patentIdsOf } from './facts.ts';
import {
  type Actor,
  type DealFacts,
  isExclusive,
  refusal,
  type Side,
  type Step,
  stageAfter,
} from './machine.ts';
import { registerOf } from './register.ts';
import {
  findDeal,
  findOffer,
  insertMessage,
  type ListingDeal,
  lockDeal,
  type Message,
  ownSide,
} from './store.ts';
import { auditBoth, tellSides, tellStep } from './told.ts';

/** Open ones of one buyer at a time. */
export const MAX_OPEN_DEALS = 200;
/** Of one deal. */
export const MAX_MESSAGES = 2_000;

export interface Enquiry {
  channel: Channel;
  message: string;
  pseudonym_id?: string | undefined;
  contact?: string | undefined;
}

/**
 * Opens a deal over a listing, through one of the channels that its seller takes.
 * @throws Problem `own_listing`, `listing_withdrawn`, `listing_expired`, `already_sold`, `refused` for a channel that it does not take
 */
export async function enquire(
  tx: Transaction,
  listing_id: string,
  { channel, message, pseudonym_id, contact }: Enquiry,
  caller: Caller,
  now: Date,
): Promise<ListingDeal> {
  const found = await findListing(tx, listing_id);
  if (!found) throw new Problem('not_found', 'There is no such listing.');
  if (await isOwnListing(tx, found)) throw new Problem('own_listing', sentence('deal_own'));
  const listing = await acrossTenants(tx, () => lockListing(tx, listing_id));
  requireListed(listing, now);
  if (!listing.channels.includes(channel))
    throw new Problem('refused', sentence('deal_channel', { channel: listing.channels }));
  await requireRoom(tx, listing_id, caller);
  await requireOwnNameUntold(tx, { message }, caller);
  const buyer = await ownPseudonym(tx, pseudonym_id, caller, now);
  const deal = await insertDeal(tx, listing, { channel, buyer, contact: contact ?? null }, caller, now);
  const told = { step: 'enquire', by: 'buyer', detail: { channel }, event: 'listing.enquired' } as const;
  await tellStep(tx, deal, told, caller, now);
  await acrossTenants(tx, () => insertMessage(tx, deal.id, { side: 'buyer', text: message, at: now }));
  if (channel === 'direct') await askWhoSells(tx, listing, message, caller, now);
  return deal;
}

function requireListed(listing: Listing, now: Date): void {
  const facts = {
    listing_state: listing.state,
    listing_in_time: listing.expires_on > now.toISOString().slice(0, 10),
  };
  const stands = { stage: 'enquired', signed: { seller: false, buyer: false } };
  const refused = refusal({ ...stands, ...facts } as DealFacts, 'sign', 'buyer');
  if (refused) throw new Problem(refused.code, refused.reason);
}

async function requireRoom(tx: Transaction, listing_id: string, { organisation_id }: Caller): Promise<void> {
  const open = await acrossTenants(
    tx,
    () => tx<{ listing_id: string }[]>`select listing_id from listing_deal
      join listing_deal_party on deal_id = listing_deal.id and side = 'buyer'
      where organisation_id = ${organisation_id} and stage not in ('closed', 'withdrawn')`,
  );
  if (open.some((deal) => deal.listing_id === listing_id))
    throw new Problem('conflict', sentence('deal_open_already'));
  if (open.length >= MAX_OPEN_DEALS)
    throw new Problem('refused', sentence('deals_full', { count: MAX_OPEN_DEALS }));
}

async function insertDeal(
  tx: Transaction,
  listing: Listing,
  {
    channel,
    buyer,
    contact,
  }: { channel: Channel; buyer: { id: string; display_name: string }; contact: string | null },
  caller: Caller,
  now: Date,
): Promise<ListingDeal> {
  const deal = {
    id: newUnlinkableId('ldl'),
    listing_id: listing.id,
    seller_pseudonym_id: listing.pseudonym_id,
    seller_name: listing.seller_name,
    buyer_pseudonym_id: buyer.id,
    buyer_name: buyer.display_name,
    channel,
    with_team: channel === 'team',
    stage: 'enquired' as const,
    currency: listing.currency,
    enquired_at: now,
    changed_at: now,
  };
  const seller = await ownerOf(tx, listing.pseudonym_id);
  return acrossTenants(tx, async () => {
    const [stored] = await tx<ListingDeal[]>`insert into listing_deal ${tx(deal)} returning *`;
    const kept = await findPrivate(tx, listing.id);
    await tx`insert into listing_deal_party ${tx([
      {
        deal_id: deal.id,
        side: 'seller',
        organisation_id: seller.organisation_id,
        contact: kept?.contact ?? null,
      },
      { deal_id: deal.id, side: 'buyer', organisation_id: caller.organisation_id, contact },
    ])}`;
    return stored!;
  });
}

/** Who would deal directly asks who it is, and tells its own name with that. */
async function askWhoSells(
  tx: Transaction,
  { id, pseudonym_id }: Listing,
  reason: string,
  caller: Caller,
  now: Date,
): Promise<void> {
  const context = { kind: 'listing', id } as const;
  if (await wasAsked(tx, pseudonym_id, caller.organisation_id, context)) return;
  await askIdentity(tx, pseudonym_id, { context, reason: reason.slice(0, 500) }, caller, now);
}

/** Before the parties know each other no text of one names it to the other. */
async function requireOwnNameUntold(
  tx: Transaction,
  texts: Readonly<Record<string, string | null | undefined>>,
  caller: Caller,
): Promise<void> {
  requireUntold(texts, [(await findOrganisation(tx, caller.organisation_id))!.name]);
}

/** A deal that the caller holds until the transaction ends, as it finds it. */
export interface HeldDeal {
  deal: ListingDeal;
  listing: Listing;
  by: Actor;
  facts: DealFacts;
}

/** @throws Problem `not_found` for whom it does not concern */
export async function holdDeal(tx: Transaction, id: string, now: Date): Promise<HeldDeal> {
  const found = await findDeal(tx, id);
  if (!found) throw new Problem('not_found', 'There is no such deal.');
  const by: Actor = (await ownSide(tx, found)) ?? 'team';
  const { listing, deal } = await acrossTenants(tx, async () => ({
    listing: await lockListing(tx, found.listing_id),
    deal: await lockDeal(tx, id),
  }));
  return { deal, listing, by, facts: await factsOf(tx, deal, listing, now) };
}

/** What a step must state besides its name. */
export type StepDetail =
  | { step: 'sign'; agreement_sha256: string }
  | { step: 'open_data_room' | 'ask_consent' | 'record' | 'delegate' }
  | { step: 'accept'; offer_id: string }
  | { step: 'file'; filing_number: string; filed_on: string }
  | { step: 'close'; costs_minor?: number | undefined }
  | { step: 'withdraw'; reason: string };

/**
 * Takes a step of the deal.
 * @throws Problem with the code of what is missing (src/listing/deals/machine.ts)
 */
export async function takeStep(
  tx: Transaction,
  id: string,
  given: StepDetail,
  caller: Caller,
  now: Date,
): Promise<ListingDeal> {
  const held = await holdDeal(tx, id, now);
  requireStep(held, given.step);
  const change = await changeBy(tx, held, given, now);
  const deal = await updateDeal(tx, held, given.step, change, now);
  const { step, ...stated } = given;
  const { accepted_at: _now, ...changed } = change;
  const event = EVENT_OF[deal.stage !== held.deal.stage ? deal.stage : step];
  const told = { step, by: held.by, detail: { ...stated, ...changed }, ...(event && { event }) };
  await tellStep(tx, deal, told, caller, now);
  if (step === 'ask_consent') await askConsents(tx, deal, now);
  await settleListing(tx, held, deal, caller, now);
  if (deal.stage === 'closed') await bookProceeds(tx, deal, caller, now);
  return deal;
}

const EVENT_OF: Readonly<Record<string, `listing.deal.${string}`>> = {
  confidential: 'listing.deal.confidential',
  data_room: 'listing.deal.data_room',
  accepted: 'listing.deal.accepted',
  filed: 'listing.deal.filed',
  recorded: 'listing.deal.recorded',
  closed: 'listing.deal.closed',
  withdrawn: 'listing.deal.withdrawn',
};

export function requireStep({ facts, by }: HeldDeal, step: Step): void {
  const refused = refusal(facts, step, by);
  if (refused) throw new Problem(refused.code, refused.reason);
}

/** Columns that the step changes, besides the stage. */
async function changeBy(
  tx: Transaction,
  { deal, by }: HeldDeal,
  given: StepDetail,
  now: Date,
): Promise<Partial<ListingDeal>> {
  switch (given.step) {
    case 'sign':
      if (given.agreement_sha256.toLowerCase() !== agreementOf(deal).sha256)
        throw new Problem('refused', sentence('deal_agreement_differs'));
      return by === 'seller' ? { seller_signed: true } : { buyer_signed: true };
    case 'accept': {
      if (given.offer_id !== deal.offer_id) throw new Problem('conflict', sentence('deal_other_offer'));
      const { kind, price_minor } = (await findOffer(tx, given.offer_id))!;
      return { kind, price_minor, accepted_at: now };
    }
    case 'file':
      if (isFuture(given.filed_on, now)) throw new Problem('refused', sentence('deal_filed_to_come'));
      return { filing_number: given.filing_number };
    case 'record':
      return { recorded_on: (await acrossTenants(tx, () => registerOf(tx, deal, now))).recorded_on };
    case 'close':
      return { costs_minor: given.costs_minor ?? 0 };
    case 'delegate':
      return { with_team: true };
    default:
      return {};
  }
}

/** @throws Problem `already_sold` or `consent_missing` where the database holds what was not seen */
export async function updateDeal(
  tx: Transaction,
  { deal, facts, by }: HeldDeal,
  step: Step,
  change: Partial<ListingDeal>,
  now: Date,
): Promise<ListingDeal> {
  const stage = stageAfter(facts, step, by);
  const row = { ...change, stage, changed_at: now };
  return acrossTenants(tx, async () => {
    try {
      if (step === 'accept' && isExclusive(change.kind!)) await reserve(tx, deal);
      const [changed] = await tx<
        ListingDeal[]
      >`update listing_deal set ${tx(row)} where id = ${deal.id} returning *`;
      return changed!;
    } catch (error) {
      throw problemIn(error as { code?: string }) ?? error;
    }
  });
}

/** Nobody else can have the patents, in whichever listing they stand. */
async function reserve(tx: Transaction, { id: deal_id, listing_id }: ListingDeal): Promise<void> {
  const ids = await patentIdsOf(tx, listing_id);
  await tx`insert into listing_sale ${tx(ids.map((patent_id) => ({ deal_id, patent_id })))}`;
}

function problemIn({ code }: { code?: string }): Problem | null {
  if (code === '23505') return new Problem('already_sold', sentence('deal_sold'));
  if (code === 'PWC01') return new Problem('consent_missing', sentence('deal_consent_missing'));
  return null;
}

/** What the step means for the listing, and for the others who deal over it. */
async function settleListing(
  tx: Transaction,
  { listing, deal: before }: HeldDeal,
  { id: deal_id, stage, kind }: ListingDeal,
  caller: Caller,
  now: Date,
): Promise<void> {
  if (kind === null || !isExclusive(kind) || stage === before.stage) return;
  await acrossTenants(tx, async () => {
    if (stage === 'accepted') await setListingState(tx, listing.id, 'reserved');
    if (stage === 'withdrawn') await setListingState(tx, listing.id, 'open');
    if (stage === 'withdrawn' || stage === 'closed')
      await tx`update listing_sale set ended_at = ${now} where deal_id = ${deal_id}`;
  });
  if (stage === 'closed') await endListing(tx, listing, 'sold', caller, now);
}

/** Says something to the other side, or as the team where it was asked in. @throws Problem `conflict` in a deal that is over */
export async function say(
  tx: Transaction,
  id: string,
  text: string,
  caller: Caller,
  now: Date,
): Promise<Message> {
  const { deal, by, facts } = await holdDeal(tx, id, now);
  if (deal.stage === 'closed' || deal.stage === 'withdrawn')
    throw new Problem('conflict', sentence('deal_over', { stage: deal.stage }));
  if (!facts.acquainted && by !== 'team') await requireOwnNameUntold(tx, { text }, caller);
  const side = by as Side | 'team';
  const message = await acrossTenants(tx, () => insertMessage(tx, id, { side, text, at: now }));
  if (message.seq > MAX_MESSAGES)
    throw new Problem('refused', sentence('deal_messages_full', { count: MAX_MESSAGES }));
  await auditBoth(tx, deal, 'listing.deal.said', by, { seq: message.seq }, caller, now);
  await tellSides(tx, deal, 'listing.message', by, { seq: message.seq, side }, now);
  return message;
}
