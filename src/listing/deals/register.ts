/** Whether the register shows what was agreed: a transfer, or a licence, after the acceptance, that names the buyer. */
import { isSameName } from '../../../models/party-name.ts';
import type { CalendarDate } from '../../../models/types.ts';
import { dateOf } from '../../clock.ts';
import type { Sql, Transaction } from '../../db/client.ts';
import type { Derivation } from '../../patents/derived.ts';
import { knownPatents } from '../../patents/facts.ts';
import { ownersByPatent } from '../../patents/owners.ts';
import { lockListing } from '../listings/store.ts';
import type { DealKind } from './machine.ts';
import { type ListingDeal, lockDeal } from './store.ts';
import { tellStep } from './told.ts';

/**
 * Days on which the register published it, by patent id; without an entry where it did not.
 * @param since of the acceptance: what was recorded before tells nothing of this deal
 */
export async function recordedFor(
  sql: Sql,
  patent_ids: readonly string[],
  { kind, buyer, since }: { kind: DealKind; buyer: string; since: CalendarDate },
  known_at: Date,
): Promise<Map<string, CalendarDate>> {
  const found = new Map<string, CalendarDate>();
  if (kind === 'sale') {
    for (const [patent_id, owners] of await ownersByPatent(sql, patent_ids, known_at))
      for (const { role, name, published_on } of owners)
        if (role === 'owner' && published_on !== null && published_on >= since && isSameName(name, buyer))
          found.set(patent_id, published_on);
    return found;
  }
  for (const { patent_id, signals } of (await knownPatents(sql, patent_ids, known_at)).values())
    for (const { kind: told, published_on, detail } of signals)
      if (told === 'licensed' && published_on >= since && isSameName(detail?.licensee ?? '', buyer))
        found.set(patent_id, published_on);
  return found;
}

/** Across tenants. @returns how many patents are not recorded yet, and the day of the latest that is */
export async function registerOf(
  tx: Transaction,
  deal: ListingDeal,
  now: Date,
): Promise<{ unrecorded: number; recorded_on: CalendarDate | null }> {
  const patents = await tx<{ patent_id: string }[]>`
    select patent_id from listing_patent where listing_id = ${deal.listing_id}`;
  if (deal.kind === null || deal.accepted_at === null)
    return { unrecorded: patents.length, recorded_on: null };
  const [buyer] = await tx<{ name: string }[]>`select name from listing_deal_party
    join organisation on organisation.id = organisation_id where deal_id = ${deal.id} and side = 'buyer'`;
  const asked = { kind: deal.kind, buyer: buyer!.name, since: dateOf(deal.accepted_at) };
  const ids = patents.map(({ patent_id }) => patent_id);
  const found = await recordedFor(tx, ids, asked, now);
  return { unrecorded: ids.length - found.size, recorded_on: [...found.values()].sort().at(-1) ?? null };
}

/** What the register has just told of patents may be what a deal waits for. */
export const recordDeals: Derivation = async (tx, patent_ids, at) => {
  const waiting = await tx<{ id: string; listing_id: string }[]>`
    select distinct listing_deal.id, listing_deal.listing_id from listing_deal
    join listing_patent on listing_patent.listing_id = listing_deal.listing_id
    where stage = 'filed' and patent_id = any(${patent_ids as string[]}::uuid[]) order by listing_id, id`;
  for (const { id, listing_id } of waiting) {
    await lockListing(tx, listing_id);
    const deal = await lockDeal(tx, id);
    if (deal.stage !== 'filed') continue;
    const { unrecorded, recorded_on } = await registerOf(tx, deal, at);
    if (unrecorded > 0) continue;
    const [recorded] = await tx<ListingDeal[]>`update listing_deal
      set stage = 'recorded', recorded_on = ${recorded_on}, changed_at = ${at} where id = ${id} returning *`;
    const told = {
      step: 'record',
      by: 'service',
      detail: { recorded_on },
      event: 'listing.deal.recorded',
    } as const;
    await tellStep(tx, recorded!, told, null, at);
  }
};
