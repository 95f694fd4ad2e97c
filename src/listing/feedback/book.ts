/**
 * What a closed deal teaches: the market method gets the price of one patent sold, the recovery ledger what a pledge in
 * disposal brought, and the ledger of proceeds both beside what was thought before. None of it names a party.
 */
import { addDays } from '../../../models/calendar.ts';
import type { CalendarDate } from '../../../models/types.ts';
import { VALUATION_CURRENCY } from '../../../models/valuation.ts';
import type { Caller } from '../../accounts/store.ts';
import { dateOf } from '../../clock.ts';
import type { Transaction } from '../../db/client.ts';
import { acrossTenants } from '../../db/tenancy.ts';
import { recordPlatformDeal } from '../../deals/service.ts';
import { knownPatents } from '../../patents/facts.ts';
import { disposeSold } from '../../pledges/service.ts';
import { findPledge } from '../../pledges/store.ts';
import { lastValues } from '../../valuations/store.ts';
import type { DealKind } from '../deals/machine.ts';
import type { ListingDeal } from '../deals/store.ts';
import { findPrivate, patentsOf } from '../listings/store.ts';
import { insertProceeds, isBooked } from './store.ts';

/** Sees every pledge, and is nobody. */
const SERVICE = { organisation_id: '', kind: 'staff' };

/** A deal that was found on the register. */
export interface ClosedDeal {
  id: string;
  kind: DealKind;
  /** All that it covers, for one price. */
  patent_ids: string[];
  price_minor: number;
  costs_minor: number;
  currency: string;
  /** On which it was agreed. */
  dealt_on: CalendarDate;
  /** The pledge that its listing disposes of. */
  pledge_id: string | null;
  /** Who or what closed it, for the audit. */
  actor: string;
}

/** Books a deal of a listing that has just become closed. */
export function bookProceeds(tx: Transaction, deal: ListingDeal, { key_id: actor }: Caller, now: Date) {
  const { id, listing_id, kind, price_minor, costs_minor, currency, accepted_at } = deal;
  return acrossTenants(tx, async () => {
    const patent_ids = await patentsOf(tx, listing_id);
    const { pledge_id } = (await findPrivate(tx, listing_id))!;
    const agreed = { kind: kind!, price_minor: price_minor!, dealt_on: dateOf(accepted_at!) };
    const told = { id, patent_ids, pledge_id, currency, costs_minor: costs_minor ?? 0, actor };
    return bookClosed(tx, { ...told, ...agreed }, now);
  });
}

/**
 * Books what a closed deal brought, once.
 * @returns what it fed: the id of a deal of the market method, and of the pledge that was disposed of by it
 */
export async function bookClosed(
  tx: Transaction,
  deal: ClosedDeal,
  now: Date,
): Promise<{ comparable_id: string | null; pledge_id: string | null }> {
  return acrossTenants(tx, async () => {
    const nothing = { comparable_id: null, pledge_id: null };
    if (await isBooked(tx, deal.id)) return nothing;
    const expected = await expectedOf(tx, deal);
    const comparable_id = await feedMarket(tx, deal, now);
    const pledge_id = await disposeOf(tx, deal, now);
    const { actor: _actor, ...told } = deal;
    await insertProceeds(tx, { ...told, ...expected, pledge_id, comparable_id, booked_at: now });
    return { comparable_id, pledge_id };
  });
}

/** What the models had said of all its patents together before the day of the deal; nulls where of one they had not. */
async function expectedOf(tx: Transaction, { patent_ids, dealt_on }: ClosedDeal) {
  const values = [...(await lastValues(tx, patent_ids, addDays(dealt_on, -1))).values()];
  if (values.length < patent_ids.length || values.some(({ status }) => status === 'unknown'))
    return { value_minor: null, predicted_minor: null };
  const sum = (field: 'mid_minor' | 'collateral_minor') =>
    values.reduce((total, value) => total + value[field]!, 0);
  return { value_minor: sum('mid_minor'), predicted_minor: sum('collateral_minor') };
}

/** A comparable is what was paid for one patent: a licence, a price for several or in another currency is none. */
async function feedMarket(tx: Transaction, deal: ClosedDeal, now: Date): Promise<string | null> {
  const { id, kind, patent_ids, price_minor, currency, dealt_on, actor } = deal;
  const [patent_id, ...others] = patent_ids;
  if (kind !== 'sale' || others.length > 0 || currency !== VALUATION_CURRENCY) return null;
  const facts = (await knownPatents(tx, [patent_id!], now)).get(patent_id!)?.facts;
  if (!facts) return null;
  const { right_type, filed_on, claims } = facts;
  const given = { patent_id: patent_id!, right_type, filed_on, claims, dealt_on, price_minor, currency };
  return recordPlatformDeal(tx, { reference: id, ...given }, actor, now);
}

/** A licence leaves the right where it is; a pledge whose bank has booked it by hand is left as it was booked. */
async function disposeOf(tx: Transaction, deal: ClosedDeal, now: Date): Promise<string | null> {
  const { kind, pledge_id, price_minor, costs_minor, actor } = deal;
  if (kind !== 'sale' || pledge_id === null) return null;
  const pledge = await findPledge(tx, pledge_id, SERVICE, true);
  if (pledge?.state !== 'in_disposal') return null;
  await disposeSold(tx, pledge, { recovered_minor: price_minor, costs_minor }, actor, now);
  return pledge_id;
}
