/** What a need says, and what in it goes against itself. */
import { leavesRegion } from '../../../models/matching/regions.ts';
import { currencyExponent } from '../../../models/money.ts';
import type { CalendarDate } from '../../../models/types.ts';
import type { Caller } from '../../accounts/store.ts';
import { say } from '../sentences.ts';
import {
  type Fault,
  FIELDS,
  fault,
  type OfferKind,
  type Posted,
  postedFaults,
  refuseFaults,
  regionsIn,
} from './posting.ts';

export const NEED_STATES = ['open', 'matched', 'closed', 'expired'] as const;
export type NeedState = (typeof NEED_STATES)[number];

export interface NeedGiven extends Posted {
  /** Where it is needed. */
  region: string | null;
  /** Where what meets it may come from; none is anywhere. */
  wanted_regions: string[];
  excluded_regions: string[];
  fields: number[];
  excluded_fields: number[];
  kinds: OfferKind[];
  starts_on: CalendarDate;
  ends_on: CalendarDate;
  budget_min_minor: number | null;
  budget_max_minor: number | null;
  currency: string | null;
}

export interface Need extends NeedGiven {
  id: string;
  state: NeedState;
  display_name: string;
  posted_on: CalendarDate;
}

/**
 * The need as it is kept.
 * @throws Problem `refused` with every place where it goes against itself
 */
export function coherentNeed(given: NeedGiven, caller: Caller, today: CalendarDate): NeedGiven {
  const region = regionsIn('region', given.region === null ? [] : [given.region]);
  const wanted = regionsIn('wanted_regions', given.wanted_regions);
  const excluded = regionsIn('excluded_regions', given.excluded_regions);
  const need: NeedGiven = {
    ...given,
    region: region.regions[0] ?? null,
    wanted_regions: wanted.regions,
    excluded_regions: excluded.regions,
    fields: [...new Set(given.fields)].sort((a, b) => a - b),
    excluded_fields: [...new Set(given.excluded_fields)].sort((a, b) => a - b),
    kinds: [...new Set(given.kinds)].sort(),
  };
  const unread = [...region.faults, ...wanted.faults, ...excluded.faults];
  refuseFaults([
    ...postedFaults(given, caller),
    ...unread,
    ...termFaults(need, today),
    ...moneyFaults('budget', given.budget_min_minor, given.budget_max_minor, given.currency),
    ...(unread.length === 0 ? placeFaults(need) : []),
    ...fieldFaults(need),
  ]);
  return need;
}

function termFaults({ starts_on, ends_on }: NeedGiven, today: CalendarDate): Fault[] {
  if (ends_on < starts_on) return fault('ends_on', say('need_backwards', { ends_on, starts_on }));
  return ends_on < today ? fault('ends_on', say('day_over', { day: ends_on })) : [];
}

export function moneyFaults(
  what: 'budget' | 'price',
  least: number | null,
  most: number | null,
  currency: string | null,
): Fault[] {
  const [min, max] = [`${what}_min_minor`, `${what}_max_minor`];
  if (least !== null && most !== null && least > most)
    return fault(max, say('money_backwards', { most, field: min, least }));
  if (currency !== null && !isKnownCurrency(currency))
    return fault('currency', say('money_currency_unknown', { given: currency }));
  const says = least !== null || most !== null;
  if (says && currency === null) return fault('currency', say('money_without_currency', { what }));
  if (!says && currency !== null)
    return fault('currency', say('currency_without_money', { what, least: min, most: max }));
  return [];
}

function isKnownCurrency(currency: string): boolean {
  try {
    return currencyExponent(currency) >= 0;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

function placeFaults({ wanted_regions, excluded_regions }: NeedGiven): Fault[] {
  if (wanted_regions.length === 0 || wanted_regions.some((each) => leavesRegion(each, [], excluded_regions)))
    return [];
  return fault('excluded_regions', say('need_regions_excluded'));
}

function fieldFaults({ fields, excluded_fields }: NeedGiven): Fault[] {
  const left =
    fields.length === 0
      ? FIELDS - excluded_fields.length
      : fields.filter((each) => !excluded_fields.includes(each)).length;
  return left > 0 ? [] : fault('excluded_fields', say('need_fields_excluded'));
}
