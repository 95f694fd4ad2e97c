/** What buyers look for, shown under a pseudonym, and what sellers point out to them. */
import type { CalendarDate } from '../../../models/types.ts';
import { VALUATION_CURRENCY } from '../../../models/valuation.ts';
import { type Caller, findOrganisation } from '../../accounts/store.ts';
import { hideUnder, ownerOf, showUnder } from '../../anonymity/service.ts';
import { dateOf } from '../../clock.ts';
import type { Transaction } from '../../db/client.ts';
import { acrossTenants } from '../../db/tenancy.ts';
import { Problem } from '../../errors.ts';
import { newUnlinkableId } from '../../ids.ts';
import { emitEvents, toldTo } from '../../outbox/emit.ts';
import type { DealKind } from '../deals/machine.ts';
import { audit, ownPseudonym, requireDays, serviceFor } from '../listings/service.ts';
import { findListing, isOwnListing } from '../listings/store.ts';
import { requireUntold } from '../listings/untold.ts';
import { sentence } from '../sentences.ts';
import { findWant, insertWant, isOwnWant, type Want } from './store.ts';

/** Of one organisation, in whatever state. */
export const MAX_WANTS = 1_000;

export interface GivenWant {
  pseudonym_id?: string | undefined;
  title: string;
  summary: string;
  kinds: readonly DealKind[];
  fields?: readonly number[] | undefined;
  offices?: readonly string[] | undefined;
  budget_minor?: number | undefined;
  expires_on: CalendarDate;
}

/** @throws Problem `refused` for a text that tells who the caller is, and for a day out of bounds */
export async function postWant(tx: Transaction, given: GivenWant, caller: Caller, now: Date): Promise<Want> {
  const { title, summary, budget_minor = null, fields = [], offices = [] } = given;
  const listed_on = requireDays(given.expires_on, now);
  requireUntold({ title, summary }, [(await findOrganisation(tx, caller.organisation_id))!.name]);
  await tx`select from organisation where id = ${caller.organisation_id} for no key update`;
  const [count] = await tx<{ wants: number }[]>`
    select count(*) as wants from listing_want where holds_pseudonym(pseudonym_id)`;
  if (count!.wants >= MAX_WANTS) throw new Problem('refused', sentence('wants_full', { count: MAX_WANTS }));
  const pseudonym = await ownPseudonym(tx, given.pseudonym_id, caller, now);
  const want: Want = {
    id: newUnlinkableId('lwt'),
    pseudonym_id: pseudonym.id,
    buyer_name: pseudonym.display_name,
    title,
    summary,
    kinds: [...new Set(given.kinds)],
    fields: [...new Set(fields)].sort((one, other) => one - other),
    offices: [...new Set(offices)].sort(),
    budget_minor,
    currency: VALUATION_CURRENCY,
    state: 'open',
    listed_on,
    expires_on: given.expires_on,
  };
  await insertWant(tx, want);
  await showUnder(tx, pseudonym.id, { kind: 'want', id: want.id }, caller, now);
  await audit(tx, caller, 'listing.want.posted', want.id, { title, budget_minor }, now);
  return want;
}

/** @throws Problem `not_found` for what is not the caller's own, `conflict` when it is over */
export async function withdrawWant(tx: Transaction, id: string, caller: Caller, now: Date): Promise<Want> {
  const want = await findWant(tx, id);
  if (!want || !(await isOwnWant(tx, want))) throw new Problem('not_found', 'There is no such want.');
  const ended = await endWant(tx, want, 'withdrawn', caller, now);
  if (!ended) throw new Problem('conflict', sentence('want_over'));
  return { ...want, state: 'withdrawn' };
}

async function endWant(
  tx: Transaction,
  { id, pseudonym_id }: Want,
  state: 'withdrawn' | 'expired',
  caller: Caller,
  now: Date,
): Promise<boolean> {
  const ended = await tx`update listing_want set state = ${state} where id = ${id} and state = 'open'`;
  if (ended.count === 0) return false;
  await hideUnder(tx, pseudonym_id, { kind: 'want', id }, caller, now);
  await audit(tx, caller, `listing.want.${state}`, id, {}, now);
  return true;
}

/** Ends what its day has come for. @returns how many */
export async function endExpiredWants(tx: Transaction, now: Date): Promise<number> {
  const due = await tx<Want[]>`select * from listing_want
    where state = 'open' and expires_on <= ${dateOf(now)} order by id for no key update skip locked`;
  for (const want of due) await endWant(tx, want, 'expired', await serviceFor(tx, want.pseudonym_id), now);
  return due.length;
}

/**
 * Points an own listing out to who wants such a thing, and is told of it (`listing.want.answered`).
 * @throws Problem `not_found`, `own_listing` for an own want, `listing_withdrawn` or `listing_expired` where either is over
 */
export async function answerWant(
  tx: Transaction,
  want_id: string,
  listing_id: string,
  caller: Caller,
  now: Date,
): Promise<{ want_id: string; listing_id: string; answered_on: CalendarDate }> {
  const want = await findWant(tx, want_id);
  if (!want) throw new Problem('not_found', 'There is no such want.');
  const listing = await findListing(tx, listing_id);
  if (!listing || !(await isOwnListing(tx, listing)))
    throw new Problem('not_found', 'There is no such listing of yours.');
  if (await isOwnWant(tx, want)) throw new Problem('own_listing', sentence('want_own'));
  const today = dateOf(now);
  if (want.state === 'withdrawn') throw new Problem('listing_withdrawn', sentence('want_withdrawn'));
  if (want.state === 'expired' || want.expires_on <= today)
    throw new Problem('listing_expired', sentence('want_expired'));
  if (listing.state !== 'open' || listing.expires_on <= today)
    throw new Problem(
      'conflict',
      sentence('want_listing_over', { listing_state: listing.state === 'open' ? 'expired' : listing.state }),
    );
  const row = { want_id, listing_id, answered_on: today };
  const answered = await tx`insert into listing_want_answer ${tx(row)} on conflict do nothing`;
  if (answered.count === 0) throw new Problem('conflict', sentence('want_pointed_out'));
  const { organisation_id: id, kind } = await ownerOf(tx, want.pseudonym_id);
  await audit(tx, caller, 'listing.want.answered', want_id, { listing_id }, now);
  await acrossTenants(tx, () =>
    emitEvents(tx, [
      {
        type: 'listing.want.answered',
        pledge_id: null,
        ...toldTo({ id, kind }),
        between_parties: true,
        occurred_at: now,
        data: { want_id, listing_id },
      },
    ]),
  );
  return row;
}
