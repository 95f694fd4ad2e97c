/** The confidentiality agreement that both sides sign: its words for one deal, and their hash, which a signature names. */
import { sha256 } from '../../canonical.ts';
import type { ListingDeal } from './store.ts';

export interface Agreement {
  text: string;
  /** Of the text in UTF-8, hexadecimal. */
  sha256: string;
}

export function agreementOf({
  id,
  listing_id,
  seller_name,
  buyer_name,
}: Pick<ListingDeal, 'id' | 'listing_id' | 'seller_name' | 'buyer_name'>): Agreement {
  const text = [
    `Confidentiality agreement of deal ${id} over listing ${listing_id}`,
    `between the organisations shown as ${seller_name} (seller) and ${buyer_name} (buyer).`,
    '1. What one side shows or tells the other over this deal, who the sides are and which patents are offered is confidential, unless it is public already.',
    '2. It is used to decide on this deal and for nothing else, and shown to those of the own organisation and its advisers alone who need it for that.',
    '3. Nothing of it is told to others for three years from the signature, but what a court or an authority demands.',
    '4. When the deal is withdrawn, copies are destroyed on demand. No right in the patents passes by this agreement.',
  ].join('\n');
  return { text, sha256: sha256(text).toString('hex') };
}
