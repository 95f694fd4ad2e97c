/** What a need says, and what in it goes against itself. */
import { leavesRegion } from '../../../models/matching/regions.ts';
import { currencyExponent } from '../../../models/money.ts';
import type { CalendarDate } from '../../../models/types.ts';
import type { Caller } from '../../accounts/store.ts';
import type { FieldProblem } from '../../errors.ts';
import { FIELDS, type OfferKind, type Posted, postedFaults, refuseFaults, regionsIn } from './posting.ts';

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

function termFaults({ starts_on, ends_on }: NeedGiven, today: CalendarDate): FieldProblem[] {
  if (ends_on < starts_on)
    return fault('ends_on', `it is ${ends_on}, before starts_on, ${starts_on}; give a later day.`);
  return ends_on < today ? fault('ends_on', `it is ${ends_on}, which is over; give a later day.`) : [];
}

export function moneyFaults(
  what: 'budget' | 'price',
  least: number | null,
  most: number | null,
  currency: string | null,
): FieldProblem[] {
  const [min, max] = [`${what}_min_minor`, `${what}_max_minor`];
  if (least !== null && most !== null && least > most)
    return fault(max, `it is ${most}, below ${min}, ${least}; give a range from low to high.`);
  if (currency !== null && !isKnownCurrency(currency))
    return fault('currency', `${currency} is not known here; give another code of ISO 4217, such as CNY.`);
  const says = least !== null || most !== null;
  if (says && currency === null)
    return fault('currency', `there is a ${what} without one; give a code of ISO 4217.`);
  if (!says && currency !== null)
    return fault('currency', `there is no ${what} in it; give ${min} or ${max}, or leave it out.`);
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

function placeFaults({ wanted_regions, excluded_regions }: NeedGiven): FieldProblem[] {
  if (wanted_regions.length === 0 || wanted_regions.some((each) => leavesRegion(each, [], excluded_regions)))
    return [];
  return fault(
    'excluded_regions',
    'they hold every region of wanted_regions, so nothing is left; take one out of either.',
  );
}

function fieldFaults({ fields, excluded_fields }: NeedGiven): FieldProblem[] {
  const left =
    fields.length === 0
      ? FIELDS - excluded_fields.length
      : fields.filter((each) => !excluded_fields.includes(each)).length;
  if (left > 0) return [];
  return fault(
    'excluded_fields',
    'they hold every field that is left, so nothing can meet the need; take one out.',
  );
}

function fault(field: string, detail: string): FieldProblem[] {
  return [{ pointer: `/body/${field}`, detail }];
}
