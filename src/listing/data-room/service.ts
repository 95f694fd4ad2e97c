/** The data room of a listing: the seller brings documents, says which deal may see which, and sees who looked. */
import type { Caller } from '../../accounts/store.ts';
import { sha256 } from '../../canonical.ts';
import type { Sql, Transaction } from '../../db/client.ts';
import { acrossTenants } from '../../db/tenancy.ts';
import { Problem } from '../../errors.ts';
import { newUnlinkableId } from '../../ids.ts';
import { documentPlace } from '../../secrets/columns.ts';
import type { Vault } from '../../secrets/vault.ts';
import { holdDeal } from '../deals/service.ts';
import { findDeal, type ListingDeal, lockDeal, ownSide, partiesOf } from '../deals/store.ts';
import { auditBoth } from '../deals/told.ts';
import { audit } from '../listings/service.ts';
import { findListing, isOwnListing } from '../listings/store.ts';
import { sentence } from '../sentences.ts';
import { MAX_DOCUMENTS, type MediaType, readFile } from './files.ts';
import { type Document, documentsOf, findDocument, insertDocument, insertView, setRight } from './store.ts';

export interface GivenDocument {
  name: string;
  media_type: MediaType;
  content_base64: string;
}

/** @throws Problem `not_found` for what is not the caller's own, `refused` for a file that it does not take */
export async function addDocument(
  tx: Transaction,
  vault: Vault,
  listing_id: string,
  { name, media_type, content_base64 }: GivenDocument,
  caller: Caller,
  now: Date,
): Promise<Document> {
  await requireOwn(tx, listing_id);
  const bytes = readFile(content_base64, media_type);
  await tx`select from organisation where id = ${caller.organisation_id} for no key update`;
  if ((await documentsOf(tx, listing_id)).length >= MAX_DOCUMENTS)
    throw new Problem('refused', sentence('room_full', { count: MAX_DOCUMENTS }));
  const document: Document = {
    id: newUnlinkableId('ldc'),
    listing_id,
    name,
    media_type,
    size_bytes: bytes.length,
    sha256: sha256(bytes).toString('hex'),
    added_at: now,
  };
  const sealed = await vault.seal(caller.organisation_id, documentPlace(document.id), content_base64);
  await insertDocument(tx, document, sealed);
  const { id, size_bytes, sha256: digest } = document;
  await audit(
    tx,
    caller,
    'listing.document.added',
    id,
    { listing_id, media_type, size_bytes, sha256: digest },
    now,
  );
  return document;
}

export async function requireOwn(sql: Sql, listing_id: string) {
  const listing = await findListing(sql, listing_id);
  if (!listing || !(await isOwnListing(sql, listing)))
    throw new Problem('not_found', 'There is no such listing.');
  return listing;
}

/** Lets a deal see a document, or no longer. @throws Problem `conflict` before the data room is open */
export async function letSee(
  tx: Transaction,
  deal_id: string,
  document_id: string,
  may_see: boolean,
  caller: Caller,
  now: Date,
): Promise<void> {
  const { deal, by } = await holdDeal(tx, deal_id, now);
  const document = await findDocument(tx, document_id);
  if (document?.listing_id !== deal.listing_id)
    throw new Problem('not_found', 'There is no such document in this deal.');
  if (by !== 'seller') throw new Problem('conflict', sentence('room_of_seller'));
  if (
    may_see &&
    ['enquired', 'confidential', 'withdrawn'].includes(deal.stage) &&
    !(await wasOpened(tx, deal_id))
  )
    throw new Problem('conflict', sentence('room_shut'));
  if (may_see && deal.stage === 'withdrawn') throw new Problem('conflict', sentence('room_over'));
  await setRight(tx, document_id, deal_id, may_see, now);
  const action = may_see ? 'listing.document.shown' : 'listing.document.hidden';
  await auditBoth(tx, deal, action, 'seller', { document_id }, caller, now);
}

async function wasOpened(tx: Transaction, deal_id: string): Promise<boolean> {
  const opened =
    await tx`select from listing_deal_step where deal_id = ${deal_id} and step = 'open_data_room'`;
  return opened.count > 0;
}

/** A file for who may see it; what the buyer opens is written down for the seller. @throws Problem `not_found` */
export async function openDocument(
  tx: Transaction,
  vault: Vault,
  deal_id: string,
  document_id: string,
  caller: Caller,
  now: Date,
): Promise<{ document: Document; bytes: Buffer }> {
  const deal = await findDeal(tx, deal_id);
  const side = deal && (await ownSide(tx, deal));
  const found = side && (await findDocument(tx, document_id));
  if (!deal || !found || found.listing_id !== deal.listing_id || !(await maySee(tx, deal, side, document_id)))
    throw new Problem('not_found', 'There is no such document for you in this deal.');
  if (side === 'buyer') {
    await acrossTenants(tx, () => lockDeal(tx, deal_id));
    await insertView(tx, { document_id, deal_id, at: now });
    await auditBoth(tx, deal, 'listing.document.seen', 'buyer', { document_id }, caller, now);
  }
  const { content, ...document } = found;
  const seller = (await partiesOf(tx, deal_id)).find((party) => party.side === 'seller')!;
  const text = await vault.open(seller.organisation_id, documentPlace(document_id), content);
  return { document, bytes: Buffer.from(text, 'base64') };
}

async function maySee(
  tx: Transaction,
  { id }: ListingDeal,
  side: 'seller' | 'buyer',
  document_id: string,
): Promise<boolean> {
  if (side === 'seller') return true;
  const right = await tx`select from listing_document_right
    where deal_id = ${id} and document_id = ${document_id} and revoked_at is null`;
  return right.count > 0;
}
