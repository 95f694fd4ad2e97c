/** What is said of products, their lots and marks. */
import { sentencesOf } from '../../models/sentences.ts';

export const SENTENCES = {
  product_faulty: 'The field {field} {fault}',
  gtin_wrong: 'is no GTIN of 8, 12, 13 or 14 digits with its check digit; mend it or leave it out.',
  field_no_patent_id: 'holds "{given}", which is no id of a patent.',
  field_no_country: 'holds "{given}", which is no country code such as CN.',
  products_full: 'There are {count} products already (limit MAX_PRODUCTS).',
  patent_unmarkable:
    'Patent {patent_id} cannot be marked: it must be known here, granted and in force today, and in your organisation’s name; leave it out.',
  product_decided: 'The product is {product_state}; only one that is submitted is decided.',
  product_uncertified: 'The product is {product_state}; only one that is certified is revoked.',

  lot_uncertified: 'The product is {product_state}: marks are issued for one that staff have certified.',
  lot_without_patent: 'None of the product’s patents is in force today: no marks are issued for it.',
  lot_again: 'The product has a lot {lot_code} already; give this one another code.',
  labels_fewer: 'ask for fewer labels',
  lots_full: 'The product has {count} lots already (limit MAX_LOTS).',
  lot_revoked: 'The lot was revoked before.',
  mark_revoked: 'The mark was revoked before.',
  serial_wrong: 'A serial has 16 digits and letters, as printed below the mark.',
  mark_unsuspected: 'The mark is not suspicious: there is nothing to clear.',

  marks_busy: 'Too much is asked at once; try again in a second.',
  claim_of_revoked: 'The mark was revoked by its owner: do not trust the goods.',
  claim_again:
    'The mark was claimed before. If it was not you, the code was seen by somebody else, or the goods are not what they seem.',
  claim_wrong: 'The mark or its code is not good: scan the mark again and type all ten letters of the code.',
} as const;

export const say = sentencesOf(SENTENCES);
