/** Offers from the day they are posted to the day they are withdrawn or over. */
import type { Caller } from '../../accounts/store.ts';
import { hideUnder } from '../../anonymity/service.ts';
import { appendAudit } from '../../audit/log.ts';
import { dateOf } from '../../clock.ts';
import type { Transaction } from '../../db/client.ts';
import { Problem } from '../../errors.ts';
import { newUnlinkableId } from '../../ids.ts';
import { knownPatents } from '../../patents/facts.ts';
import { say } from '../sentences.ts';
import { coherentOffer, type Offer, type OfferGiven } from './offer.ts';
import { endOffers, insertOffers, openOffers, openTwin, ownOffer } from './offer-store.ts';
import { fingerprintOf, MAX_OPEN_OFFERS, show, shownName } from './posting.ts';

/** @throws Problem `refused` where it goes against itself or over the limit, `conflict` where it is posted already */
export async function postOffer(
  tx: Transaction,
  given: OfferGiven,
  caller: Caller,
  now: Date,
): Promise<Offer> {
  const { organisation_id } = caller;
  const coherent = coherentOffer(given, caller, dateOf(now));
  await requireKnown(tx, coherent.patent_ids, now);
  const display_name = await shownName(tx, coherent, caller);
  await tx`select from organisation where id = ${organisation_id} for no key update`;
  if ((await openOffers(tx, organisation_id)) >= MAX_OPEN_OFFERS)
    throw new Problem('refused', say('open_offers_full', { count: MAX_OPEN_OFFERS }));
  const { kind, title, body, region, fields, patent_ids } = coherent;
  const fingerprint = fingerprintOf([kind, title, body, region, fields, patent_ids]);
  const twin = await openTwin(tx, organisation_id, fingerprint);
  if (twin !== null) throw new Problem('conflict', say('offer_again', { offer_id: twin }));
  const offer: Offer = {
    id: newUnlinkableId('off'),
    state: 'open',
    ...coherent,
    display_name,
    posted_on: dateOf(now),
    introductions_over: 0,
    introductions_came: 0,
  };
  await insertOffers(tx, [
    { offer, owner: { organisation_id, fingerprint, source_id: null, posted_at: now } },
  ]);
  await show(tx, 'offer', offer.id, offer.pseudonym_id, caller, now);
  await audit(tx, caller, 'network.offer.posted', offer.id, { kind, title, region, fields }, now);
  return offer;
}

async function requireKnown(tx: Transaction, patent_ids: readonly string[], at: Date): Promise<void> {
  const known = await knownPatents(tx, patent_ids, at);
  const unknown = patent_ids.find((id) => !known.has(id));
  if (unknown !== undefined)
    throw new Problem(
      'refused',
      `Patent ${unknown} is not in the database; look it up with GET /v1/patents first.`,
    );
}

/** @throws Problem `not_found` unless it is the caller's own, `conflict` when it is over */
export async function withdrawOffer(tx: Transaction, id: string, caller: Caller, now: Date): Promise<Offer> {
  const offer = await ownOffer(tx, id);
  if ((await endOffers(tx, [id], 'withdrawn')).length === 0)
    throw new Problem('conflict', say('offer_over', { offer_state: offer.state }));
  if (offer.pseudonym_id !== null)
    await hideUnder(tx, offer.pseudonym_id, { kind: 'offer', id }, caller, now);
  await audit(tx, caller, 'network.offer.withdrawn', id, {}, now);
  return { ...offer, state: 'withdrawn' };
}

function audit(tx: Transaction, caller: Caller, action: string, subject: string, detail: object, at: Date) {
  const { organisation_id, key_id: actor } = caller;
  return appendAudit(tx, [{ organisation_id, at, actor, action, subject, detail: { ...detail } }]);
}
