/** Where a page of found patents ended, as text. */
import { Problem } from '../errors.ts';
import type { Place, Sort } from './find.ts';
import { say } from './sentences.ts';

/** The place is that of the last item of a page: its patent, after what it is ordered by. */
export function cursorOf({ value, patent_id }: Place): string {
  return value === '' ? patent_id : `${value}~${patent_id}`;
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const VALUES: Record<Sort, RegExp> = {
  patent_id: /^$/,
  rank: /^\d(?:\.\d{1,20})?(?:e-\d{1,3})?$/,
  filed_on: /^\d{4}-\d{2}-\d{2}$/,
  published_on: /^\d{4}-\d{2}-\d{2}$/,
};

export function placeIn(cursor: string, sort: Sort): Place {
  const [patent_id = '', value = ''] = cursor.split('~').reverse();
  if (UUID.test(patent_id) && VALUES[sort].test(value)) return { value, patent_id };
  throw new Problem('bad_request', say('search_place'));
}
