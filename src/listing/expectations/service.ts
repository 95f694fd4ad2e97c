/**
 * Seller and buyer learn whether their ranges overlap before either names a price; the middle only when both want to know it.
 * A range is sealed from the moment it is there, and the rules of models/expectation.ts keep it from being felt out.
 */
import {
  BINDING_days,
  bindsUntil,
  type ExpectationSide,
  LEAST_WIDTH_bp,
  MOST_RANGES,
  MOST_RANGES_A_DAY,
  type MoneyRange,
  midpointOf,
  overlapOf,
  type RangeRefusal,
  REST_days,
  rangeFault,
  rangeTurn,
} from '../../../models/expectation.ts';
import type { Sentence } from '../../../models/sentences.ts';
import { VALUATION_CURRENCY } from '../../../models/valuation.ts';
import type { Caller } from '../../accounts/store.ts';
import { appendAudit } from '../../audit/log.ts';
import { dateOf } from '../../clock.ts';
import type { Sql, Transaction } from '../../db/client.ts';
import { acrossTenants } from '../../db/tenancy.ts';
import { Problem } from '../../errors.ts';
import { newUnlinkableId } from '../../ids.ts';
import { emitEvents, toldTo } from '../../outbox/emit.ts';
import type { Vault } from '../../secrets/vault.ts';
import { atFault } from '../at-fault.ts';
import { BINDING, OVER } from '../deals/machine.ts';
import { findDeal, type ListingDeal, lockDeal, ownSide } from '../deals/store.ts';
import { sentence } from '../sentences.ts';
import {
  answerRound,
  type Expectation,
  expectationsOf,
  insertExpectation,
  openRange,
  rangesOf,
  sealRange,
  setConsent,
} from './store.ts';

/** A round as one side sees it. */
export interface ShownExpectation {
  id: string;
  deal_id: string;
  side: ExpectationSide;
  round: number;
  /** The own one, to the own side. */
  low_minor: number;
  high_minor: number;
  currency: string;
  submitted_at: Date;
  binds_until: Date;
  state: 'waiting' | 'expired' | 'answered';
  overlap: boolean | null;
  consented: boolean;
  /** Of the overlap, once both consented. */
  midpoint_minor: number | null;
}

/** @param until the instant from which one may be submitted again; empty where none will be */
const REFUSALS: Record<RangeRefusal, (until: string) => Sentence> = {
  binding: (until) => sentence('range_binding', { days: BINDING_days, until }),
  resting: (until) => sentence('range_resting', { days: REST_days, until }),
  overlapping: () => sentence('range_overlapping'),
  too_many: () => sentence('range_too_many', { count: MOST_RANGES }),
  too_many_today: () => sentence('range_too_many_today', { count: MOST_RANGES_A_DAY }),
};

/**
 * @throws Problem `not_found` where the caller is no side of it, `refused` for a range that is none, `range_refused` when it may
 *   not submit one now, `conflict` when the deal is past talking of a price
 */
export async function submitRange(
  tx: Transaction,
  vault: Vault,
  deal_id: string,
  range: MoneyRange,
  caller: Caller,
  now: Date,
): Promise<ShownExpectation> {
  const { deal, side } = await requireSide(tx, deal_id);
  await acrossTenants(tx, () => lockDeal(tx, deal_id));
  requireOpen((await findDeal(tx, deal_id))!);
  requireRange(range);
  const { organisation_id } = caller;
  const { listing_id } = deal;
  const all = await acrossTenants(tx, () => expectationsOf(tx, deal_id));
  const id = newUnlinkableId('exn');
  const own = { id, deal_id, listing_id, side, organisation_id };
  const turn = await turnOf(tx, own, all, now);
  const row = {
    ...own,
    round: turn.round,
    sealed: await sealRange(vault, own, range),
    submitted_at: now,
    binds_until: new Date(bindsUntil(now.getTime())),
    overlap: null,
    answered_at: null,
    consented_at: null,
  };
  await insertExpectation(tx, row);
  await audit(tx, caller, 'expectation.submitted', deal_id, { round: turn.round, side }, now);
  const other = all.find((each) => each.round === turn.round);
  if (other) await answer(tx, vault, deal, row, other, range, now);
  else await tell(tx, 'asked', deal, [otherSide(side)], { round: turn.round }, now);
  const shown = await shownExpectations(tx, vault, deal_id, now);
  return shown.find((each) => each.id === id)!;
}

async function turnOf(
  tx: Transaction,
  own: Pick<Expectation, 'deal_id' | 'listing_id' | 'side' | 'organisation_id'>,
  all: readonly Expectation[],
  now: Date,
): Promise<{ round: number }> {
  // Two deals of one buyer at once: the second waits for the first.
  await tx`select from organisation where id = ${own.organisation_id} for no key update`;
  const { own_ranges, own_today } = await rangesOf(tx, own, new Date(`${dateOf(now)}T00:00:00Z`));
  const submitted = all.map(({ side, round, submitted_at, overlap, answered_at }) => ({
    side,
    round,
    submitted_ms: submitted_at.getTime(),
    overlap,
    answered_ms: answered_at?.getTime() ?? null,
  }));
  const turn = rangeTurn(own.side, submitted, own_ranges, own_today, now.getTime());
  if (turn.ok) return turn;
  const until = turn.until_ms === null ? '' : new Date(turn.until_ms).toISOString();
  throw new Problem('range_refused', REFUSALS[turn.refusal](until));
}

function requireRange(range: MoneyRange): void {
  const fault = rangeFault(range);
  if (fault === null) return;
  const said =
    fault === 'reversed' ? sentence('range_reversed') : sentence('range_narrow', { least: LEAST_WIDTH_bp });
  throw atFault('range', 'high_minor', said);
}

async function answer(
  tx: Transaction,
  vault: Vault,
  deal: ListingDeal,
  own: Expectation,
  other: Expectation,
  range: MoneyRange,
  now: Date,
): Promise<void> {
  await acrossTenants(tx, async () => {
    const overlap = overlapOf(range, await openRange(vault, other)) !== null;
    await answerRound(tx, deal.id, own.round, overlap, now);
    const told = { round: own.round, overlap };
    const entry = {
      at: now,
      actor: 'service',
      action: 'expectation.answered',
      subject: deal.id,
      detail: told,
    };
    const organisations = [own.organisation_id, other.organisation_id];
    await appendAudit(
      tx,
      organisations.map((organisation_id) => ({ organisation_id, ...entry })),
    );
    await tell(tx, 'answered', deal, ['seller', 'buyer'], told, now);
  });
}

/**
 * Consents to both sides' learning the midpoint. What one side consented to the other is not told before it consents itself.
 * @throws Problem `not_found`; `conflict` without an overlap, or when it was given
 */
export async function consentToMidpoint(
  tx: Transaction,
  vault: Vault,
  deal_id: string,
  caller: Caller,
  now: Date,
): Promise<ShownExpectation> {
  const { deal, side } = await requireSide(tx, deal_id);
  await acrossTenants(tx, () => lockDeal(tx, deal_id));
  const own = (await expectationsOf(tx, deal_id)).find(({ overlap }) => overlap === true);
  if (!own) throw new Problem('conflict', sentence('range_no_midpoint'));
  if (own.consented_at !== null) throw new Problem('conflict', sentence('range_consented'));
  await setConsent(tx, own.id, now);
  await audit(tx, caller, 'expectation.consented', deal_id, { round: own.round, side }, now);
  const both = await acrossTenants(tx, () => expectationsOf(tx, deal_id));
  const isOpen = both.filter(({ round, consented_at }) => round === own.round && consented_at !== null);
  if (isOpen.length === 2) await tell(tx, 'opened', deal, ['seller', 'buyer'], { round: own.round }, now);
  const shown = await shownExpectations(tx, vault, deal_id, now);
  return shown.find(({ id }) => id === own.id)!;
}

/** The own rounds of a deal, first one first. @throws Problem `not_found` where the caller is no side of it */
export async function ownExpectations(
  tx: Transaction,
  vault: Vault,
  deal_id: string,
  now: Date,
): Promise<ShownExpectation[]> {
  await requireSide(tx, deal_id);
  return shownExpectations(tx, vault, deal_id, now);
}

async function shownExpectations(
  tx: Transaction,
  vault: Vault,
  deal_id: string,
  now: Date,
): Promise<ShownExpectation[]> {
  const own = await expectationsOf(tx, deal_id);
  return Promise.all(
    own.map(async ({ listing_id: _listing, sealed, organisation_id, answered_at, consented_at, ...row }) => ({
      ...row,
      ...(await openRange(vault, { id: row.id, organisation_id, sealed })),
      currency: VALUATION_CURRENCY,
      state: answered_at !== null ? 'answered' : now < row.binds_until ? 'waiting' : 'expired',
      consented: consented_at !== null,
      midpoint_minor: consented_at === null ? null : await midpoint(tx, vault, deal_id, row.round),
    })),
  );
}

/** Null before both sides consented. */
async function midpoint(
  tx: Transaction,
  vault: Vault,
  deal_id: string,
  round: number,
): Promise<number | null> {
  const both = await acrossTenants(tx, () => expectationsOf(tx, deal_id));
  const agreed = both.filter((each) => each.round === round && each.consented_at !== null);
  if (agreed.length < 2) return null;
  const [one, other] = await Promise.all(agreed.map((each) => openRange(vault, each)));
  return midpointOf(overlapOf(one!, other!)!);
}

async function requireSide(
  tx: Transaction,
  deal_id: string,
): Promise<{ deal: ListingDeal; side: ExpectationSide }> {
  const deal = await findDeal(tx, deal_id);
  const side = deal && (await ownSide(tx, deal));
  if (!deal || !side) throw new Problem('not_found', 'There is no such deal of yours.');
  return { deal, side };
}

function requireOpen({ stage }: ListingDeal): void {
  if (!BINDING.includes(stage) && !OVER.includes(stage)) return;
  throw new Problem('conflict', sentence('range_over', { stage }));
}

function otherSide(side: ExpectationSide): ExpectationSide {
  return side === 'seller' ? 'buyer' : 'seller';
}

/** Each side gets a row of its own, which names nobody. */
async function tell(
  tx: Transaction,
  what: 'asked' | 'answered' | 'opened',
  { id: deal_id, listing_id }: ListingDeal,
  sides: readonly ExpectationSide[],
  detail: { round: number; overlap?: boolean },
  occurred_at: Date,
): Promise<void> {
  const parties = await acrossTenants(tx, () => partiesToTell(tx, deal_id, sides));
  await emitEvents(
    tx,
    parties.map((party) => ({
      type: `listing.expectation.${what}`,
      pledge_id: null,
      ...toldTo(party),
      between_parties: true,
      occurred_at,
      data: { deal_id, listing_id, ...detail },
    })),
  );
}

async function partiesToTell(sql: Sql, deal_id: string, sides: readonly ExpectationSide[]) {
  return sql<{ id: string; kind: string }[]>`
    select organisation.id, kind from listing_deal_party join organisation on organisation.id = organisation_id
    where deal_id = ${deal_id} and side = any(${sides as string[]}) order by side`;
}

function audit(tx: Transaction, caller: Caller, action: string, subject: string, detail: object, at: Date) {
  const { organisation_id, key_id: actor } = caller;
  return appendAudit(tx, [{ organisation_id, at, actor, action, subject, detail: { ...detail } }]);
}
