/** A deal as a side reads it: who the other is once it was told, what was said and done, and which steps stand open. */
import type { Sentence } from '../../../models/sentences.ts';
import { findOrganisation } from '../../accounts/store.ts';
import type { Identity } from '../../anonymity/store.ts';
import type { Transaction } from '../../db/client.ts';
import { acrossTenants } from '../../db/tenancy.ts';
import type { Listing } from '../listings/store.ts';
import { type Agreement, agreementOf } from './agreement.ts';
import { factsOf } from './facts.ts';
import { type Actor, refusal, SIDES, type Side, STEPS, type Step } from './machine.ts';
import {
  type DealStep,
  type ListingDeal,
  type Offer,
  offersOf,
  ownSide,
  partiesOf,
  stepsOf,
} from './store.ts';

export interface PartyShown {
  pseudonym_id: string;
  display_name: string;
  /** Null before the reveal. */
  organisation: Identity | null;
  contact: string | null;
}

export interface DealShown extends Omit<ListingDeal, `${Side}_${'pseudonym_id' | 'name'}`> {
  side: Actor;
  seller: PartyShown;
  buyer: PartyShown;
  agreement: Agreement;
  offers: Offer[];
  steps: DealStep[];
  /** What the reader's side may do, and why not where it may not now. */
  open_steps: { step: Step; refusal: Sentence | null }[];
}

export async function showDeal(tx: Transaction, deal: ListingDeal, now: Date): Promise<DealShown> {
  const { seller_pseudonym_id, seller_name, buyer_pseudonym_id, buyer_name, ...rest } = deal;
  const by: Actor = (await ownSide(tx, deal)) ?? 'team';
  const [listing] = await acrossTenants(
    tx,
    () => tx<Pick<Listing, 'state' | 'expires_on'>[]>`
      select state, expires_on from listing where id = ${deal.listing_id}`,
  );
  const facts = await factsOf(tx, deal, listing!, now);
  const known = await knownParties(tx, deal.id);
  const seller = { pseudonym_id: seller_pseudonym_id, display_name: seller_name };
  const buyer = { pseudonym_id: buyer_pseudonym_id, display_name: buyer_name };
  const nobody = { organisation: null, contact: null };
  const open = (Object.keys(STEPS) as Step[]).filter((step) => {
    const { from, by: actors }: { from: readonly string[]; by: readonly Actor[] } = STEPS[step];
    return from.includes(deal.stage) && actors.includes(by);
  });
  return {
    ...rest,
    side: by,
    seller: { ...seller, ...(known.get('seller') ?? nobody) },
    buyer: { ...buyer, ...(known.get('buyer') ?? nobody) },
    agreement: agreementOf(deal),
    offers: await offersOf(tx, deal.id),
    steps: await stepsOf(tx, deal.id),
    open_steps: open.map((step) => ({ step, refusal: refusal(facts, step, by)?.reason ?? null })),
  };
}

async function knownParties(
  tx: Transaction,
  deal_id: string,
): Promise<Map<Side, Pick<PartyShown, 'organisation' | 'contact'>>> {
  const known = new Map<Side, Pick<PartyShown, 'organisation' | 'contact'>>();
  const parties = await partiesOf(tx, deal_id);
  for (const side of SIDES) {
    const party = parties.find((each) => each.side === side);
    const organisation = party && (await findOrganisation(tx, party.organisation_id));
    if (!party || !organisation) continue;
    const { id: organisation_id, name, kind } = organisation;
    known.set(side, { organisation: { organisation_id, name, kind }, contact: party.contact });
  }
  return known;
}
