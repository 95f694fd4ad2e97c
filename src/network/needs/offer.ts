/** What an offer says, and what in it goes against itself. */
import type { CalendarDate } from '../../../models/types.ts';
import type { Caller } from '../../accounts/store.ts';
import { say } from '../sentences.ts';
import { moneyFaults } from './need.ts';
import {
  type Fault,
  fault,
  type OfferKind,
  type Posted,
  postedFaults,
  refuseFaults,
  regionsIn,
} from './posting.ts';

export const OFFER_STATES = ['open', 'withdrawn', 'expired'] as const;
export type OfferState = (typeof OFFER_STATES)[number];

export interface OfferGiven extends Posted {
  kind: OfferKind;
  region: string | null;
  fields: number[];
  available_from: CalendarDate | null;
  available_until: CalendarDate | null;
  price_min_minor: number | null;
  price_max_minor: number | null;
  currency: string | null;
  patent_ids: string[];
}

export interface Offer extends OfferGiven {
  id: string;
  state: OfferState;
  display_name: string;
  posted_on: CalendarDate;
  introductions_over: number;
  introductions_came: number;
}

/**
 * The offer as it is kept.
 * @throws Problem `refused` with every place where it goes against itself
 */
export function coherentOffer(given: OfferGiven, caller: Caller, today: CalendarDate): OfferGiven {
  const region = regionsIn('region', given.region === null ? [] : [given.region]);
  const offer: OfferGiven = {
    ...given,
    region: region.regions[0] ?? null,
    fields: [...new Set(given.fields)].sort((a, b) => a - b),
    patent_ids: [...new Set(given.patent_ids)].sort(),
  };
  refuseFaults([
    ...postedFaults(given, caller),
    ...region.faults,
    ...availabilityFaults(offer, today),
    ...moneyFaults('price', given.price_min_minor, given.price_max_minor, given.currency),
    ...kindFaults(offer, caller),
  ]);
  return offer;
}

function availabilityFaults({ available_from, available_until }: OfferGiven, today: CalendarDate): Fault[] {
  if (available_until === null) return [];
  if (available_from !== null && available_until < available_from)
    return fault('available_until', say('offer_backwards', { available_until, available_from }));
  return available_until < today ? fault('available_until', say('day_over', { day: available_until })) : [];
}

/** Agencies and experts offer themselves; listings come from where they are listed. */
function kindFaults({ kind, patent_ids }: OfferGiven, caller: Caller): Fault[] {
  if (kind === 'listing') return fault('kind', say('offer_of_listing'));
  if ((kind === 'agency' || kind === 'expert') && caller.kind !== kind)
    return fault('kind', say('offer_of_others', { needed_role: kind, role: caller.kind }));
  if ((kind === 'patent') !== patent_ids.length > 0)
    return fault('patent_ids', kind === 'patent' ? say('offer_without_patents') : say('offer_with_patents'));
  return [];
}
