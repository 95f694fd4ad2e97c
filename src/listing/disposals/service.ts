/** From a default to a listing in one step, by the plan that was written down before the loan. */
import { addDays } from '../../../models/calendar.ts';
import type { CalendarDate } from '../../../models/types.ts';
import type { Caller } from '../../accounts/store.ts';
import { dateOf } from '../../clock.ts';
import type { Transaction } from '../../db/client.ts';
import { Problem } from '../../errors.ts';
import type { Listener } from '../../outbox/hear.ts';
import { knownPatents } from '../../patents/facts.ts';
import { lockPledge } from '../../pledges/lock.ts';
import { proposalOf } from '../../pledges/proposals.ts';
import { movePledge } from '../../pledges/service.ts';
import { pledgedPatents } from '../../pledges/store.ts';
import { endListing, listPatents, MAX_LISTING_DAYS, serviceFor } from '../listings/service.ts';
import { CHANNELS, type Channel, type Listing, lockListing } from '../listings/store.ts';
import { sentence } from '../sentences.ts';

/** Where no plan was written down. */
const DEFAULT_PLAN_DAYS = 365;

export interface GivenDisposal {
  pseudonym_id?: string | undefined;
  title?: string | undefined;
  summary?: string | undefined;
  channels?: readonly Channel[] | undefined;
  asking_minor?: number | undefined;
  expires_on?: CalendarDate | undefined;
  contact?: string | undefined;
}

/**
 * Lists all patents of a pledge in default for sale, and moves the pledge into disposal by that listing. What is left out follows
 * from the plan: its days are those of the listing, its words stand beside it for the bank to read.
 * @throws Problem `not_found`, `conflict` for a pledge that is not in default, is listed already, or is to be auctioned by its plan
 */
export async function listDefaulted(
  tx: Transaction,
  pledge_id: string,
  given: GivenDisposal,
  caller: Caller,
  asked_at: Date,
): Promise<Listing> {
  const { pledge, now } = await lockPledge(tx, pledge_id, caller, asked_at);
  const plan = (await proposalOf(tx, pledge))?.disposal_plan ?? null;
  if (plan?.route === 'auction') throw new Problem('conflict', sentence('disposal_by_auction'));
  const listed = await listingsOf(tx, pledge_id);
  if (listed.some(({ state }) => state === 'open' || state === 'reserved'))
    throw new Problem('conflict', sentence('disposal_listed'));
  const is_listed_anew = pledge.state === 'in_disposal' && listed.length > 0;
  if (pledge.state !== 'defaulted' && !is_listed_anew)
    throw new Problem('conflict', sentence('disposal_early', { state: pledge.state }));
  const plan_days = Math.min(plan?.expected_days ?? DEFAULT_PLAN_DAYS, MAX_LISTING_DAYS);
  const patent_ids = (await pledgedPatents(tx, [pledge_id])).map(({ patent_id }) => patent_id);
  const words = await describe(tx, patent_ids, now);
  const listing = await listPatents(
    tx,
    {
      pseudonym_id: given.pseudonym_id,
      title: given.title ?? words.title,
      summary: given.summary ?? words.summary,
      kinds: ['sale'],
      channels: given.channels ?? CHANNELS,
      territories: words.offices,
      asking_minor: given.asking_minor,
      patent_ids,
      expires_on: given.expires_on ?? addDays(dateOf(now), plan_days),
      contact: given.contact,
    },
    caller,
    now,
    { pledge_id, plan: plan?.text ?? null, plan_days: plan?.expected_days ?? null },
  );
  if (!is_listed_anew)
    await movePledge(tx, pledge_id, 'in_disposal', { route: 'listing', reference: listing.id }, caller, now);
  return listing;
}

/** Of a pledge, the bank's own. */
async function listingsOf(tx: Transaction, pledge_id: string): Promise<Listing[]> {
  return tx<Listing[]>`select listing.* from listing join listing_private on listing_id = listing.id
    where pledge_id = ${pledge_id} order by listing.id`;
}

/** In words that tell the field, the offices and how many, and nothing by which they are found. */
async function describe(tx: Transaction, patent_ids: readonly string[], now: Date) {
  const facts = [...(await knownPatents(tx, patent_ids, now)).values()].map((patent) => patent.facts);
  const offices = [...new Set(facts.map(({ office }) => office))].sort();
  const fields = [...new Set(facts.flatMap(({ technology_field }) => technology_field ?? []))].sort(
    (a, b) => a - b,
  );
  const many = `${patent_ids.length} ${patent_ids.length === 1 ? 'patent' : 'patents'} of ${offices.join(', ')}`;
  const where = fields.length === 0 ? '' : `, technology field ${fields.join(', ')}`;
  return {
    offices,
    title: `${many}${where}`,
    summary: `${many}${where}, for sale as a whole. Their state, term and value stand below.`,
  };
}

/** A pledge that is over otherwise is not sold by a listing any more. */
export const endedPledges: Listener = {
  name: 'listing: pledges that are over',
  types: ['pledge.released', 'pledge.disposed'],
  async hear(tx, { pledge_id, occurred_at }) {
    for (const { id, state } of await listingsOf(tx, pledge_id!)) {
      if (state !== 'open') continue;
      const listing = await lockListing(tx, id);
      if (listing.state !== 'open') continue;
      await endListing(tx, listing, 'withdrawn', await serviceFor(tx, listing.pseudonym_id), occurred_at);
    }
  },
};
