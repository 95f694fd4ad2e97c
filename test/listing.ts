/** A deal over a listing in a test, put straight into the database, between two organisations under pseudonyms. */
import { randomUUID } from 'node:crypto';
import type { Database } from '../src/db/client.ts';
import type { Party } from './service.ts';

export interface TestDeal {
  id: string;
  listing_id: string;
}

const LISTED = { title: 'A right', summary: 'A right for sale.', currency: 'CNY' };

/** @param database as its owner @returns an open deal, in which an offer may be made */
export async function openDeal(
  { sql }: Database,
  seller: Party,
  buyer: Party,
  patent_ids: readonly string[],
  listing_id: string | null = null,
): Promise<TestDeal> {
  const pseudonym = async (party: Party) => {
    const id = `pse_${randomUUID()}`;
    await sql`insert into pseudonym ${sql({ id, display_name: id })}`;
    const row = { pseudonym_id: id, organisation_id: party.id, made_at: new Date(0) };
    await sql`insert into pseudonym_owner ${sql(row)}`;
    return id;
  };
  const seller_pseudonym_id = await sellerOf(listing_id);
  const place = listing_id ?? `lst_${randomUUID()}`;
  if (listing_id === null) await list();
  const buyer_pseudonym_id = await pseudonym(buyer);
  const id = `dea_${randomUUID()}`;
  const deal = {
    id,
    listing_id: place,
    seller_pseudonym_id,
    seller_name: 'Green Bay 7',
    buyer_pseudonym_id,
    buyer_name: 'Calm Cove 9',
    channel: 'talk',
    with_team: false,
    stage: 'confidential',
    seller_signed: true,
    buyer_signed: true,
    currency: 'CNY',
    enquired_at: new Date(0),
    changed_at: new Date(0),
  };
  await sql`insert into listing_deal ${sql(deal)}`;
  for (const [side, party] of [
    ['seller', seller],
    ['buyer', buyer],
  ] as const)
    await sql`insert into listing_deal_party ${sql({ deal_id: id, side, organisation_id: party.id })}`;
  return { id, listing_id: place };

  async function sellerOf(known: string | null): Promise<string> {
    if (known === null) return pseudonym(seller);
    const [row] = await sql<{ pseudonym_id: string }[]>`select pseudonym_id from listing where id = ${known}`;
    return row!.pseudonym_id;
  }

  async function list(): Promise<void> {
    await sql`insert into listing (id, pseudonym_id, seller_name, title, summary, kinds, channels, territories, currency,
      offices, fields, right_types, state, listed_on, expires_on) values (${place}, ${seller_pseudonym_id}, 'Green Bay 7',
      ${LISTED.title}, ${LISTED.summary}, '{sale}', '{talk}', '{CN}', ${LISTED.currency}, '{CN}', '{1}', '{invention}', 'open',
      '2009-06-01', '2011-06-01')`;
    for (const patent_id of patent_ids)
      await sql`insert into listing_patent ${sql({ listing_id: place, patent_id })}`;
  }
}
