/** Listings of the market as offers of the network, from the events that tell of them: under the pseudonym they are listed under. */
import type { CalendarDate } from '../../../models/types.ts';
import type { Caller } from '../../accounts/store.ts';
import { hideUnder, ownerOf, showUnder } from '../../anonymity/service.ts';
import { dateOf } from '../../clock.ts';
import type { Transaction } from '../../db/client.ts';
import { newUnlinkableId } from '../../ids.ts';
import type { Listener } from '../../outbox/hear.ts';
import type { Offer } from './offer.ts';
import { endOffers, insertOffers, offerOfSource } from './offer-store.ts';
import { fingerprintOf, PROFILES_OF, regionOfOffice } from './posting.ts';

/** As `listing.published` tells it. */
interface PublishedListing {
  listing_id: string;
  pseudonym_id: string;
  seller_name: string;
  title: string;
  summary: string;
  territories: string[];
  fields: number[];
  asking_minor: number | null;
  currency: string;
  expires_on: CalendarDate;
}

export const listings: Listener = {
  name: 'network.listings',
  types: ['listing.published', 'listing.ended'],
  async hear(tx, { type, occurred_at, data }) {
    if (type === 'listing.published') await keep(tx, data as unknown as PublishedListing, occurred_at);
    else await end(tx, String(data.listing_id), occurred_at);
  },
};

async function keep(tx: Transaction, listing: PublishedListing, at: Date): Promise<void> {
  const { listing_id, pseudonym_id, title, summary, fields, asking_minor } = listing;
  if (await offerOfSource(tx, listing_id)) return;
  const owner = await actingFor(tx, pseudonym_id);
  const offer: Offer = {
    id: newUnlinkableId('off'),
    kind: 'listing',
    state: 'open',
    profile: PROFILES_OF[owner.kind][0] ?? 'firm',
    display_name: listing.seller_name,
    pseudonym_id,
    title,
    body: summary,
    region: regionOfOffice(listing.territories.length === 1 ? listing.territories[0]! : ''),
    fields,
    available_from: null,
    available_until: listing.expires_on,
    price_min_minor: asking_minor,
    price_max_minor: null,
    currency: asking_minor === null ? null : listing.currency,
    patent_ids: [],
    posted_on: dateOf(at),
    introductions_over: 0,
    introductions_came: 0,
  };
  const { organisation_id } = owner;
  const fingerprint = fingerprintOf(['listing', listing_id]);
  await insertOffers(tx, [
    { offer, owner: { organisation_id, fingerprint, source_id: listing_id, posted_at: at } },
  ]);
  await showUnder(tx, pseudonym_id, { kind: 'offer', id: offer.id }, owner, at);
}

async function end(tx: Transaction, listing_id: string, at: Date): Promise<void> {
  const kept = await offerOfSource(tx, listing_id);
  if (kept === null) return;
  const { offer_id: id, pseudonym_id } = kept;
  const ended = await endOffers(tx, [id], 'withdrawn');
  if (ended.length === 0 || pseudonym_id === null) return;
  await hideUnder(tx, pseudonym_id, { kind: 'offer', id }, await actingFor(tx, pseudonym_id), at);
}

async function actingFor(tx: Transaction, pseudonym_id: string): Promise<Caller> {
  const { organisation_id, kind } = await ownerOf(tx, pseudonym_id);
  return { organisation_id, kind, key_id: 'network' };
}
