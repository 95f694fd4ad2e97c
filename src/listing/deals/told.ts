/**
 * The trace of a step: a row of the deal that both sides read, an entry on each side's chain, and an event to each side that did
 * not take it. Neither row nor event names who is behind a pseudonym; on the other's chain the actor is the pseudonym.
 */
import { type Caller, findOrganisation } from '../../accounts/store.ts';
import { appendAudit } from '../../audit/log.ts';
import type { Transaction } from '../../db/client.ts';
import { acrossTenants } from '../../db/tenancy.ts';
import { emitEvents, toldTo } from '../../outbox/emit.ts';
import type { EventType } from '../../webhooks/events.ts';
import { type Actor, SIDES, type Side } from './machine.ts';
import { type DealStep, insertStep, type ListingDeal, partiesOf } from './store.ts';

export interface Told {
  step: DealStep['step'];
  by: Actor;
  detail?: Record<string, unknown>;
  /** Left out, nobody is told. */
  event?: EventType;
}

/**
 * @param deal after the step
 * @param caller null where the service acts by itself
 */
export async function tellStep(
  tx: Transaction,
  deal: ListingDeal,
  { step, by, detail = {}, event }: Told,
  caller: Caller | null,
  at: Date,
): Promise<void> {
  const { id: deal_id, listing_id, stage } = deal;
  await acrossTenants(tx, () => insertStep(tx, deal_id, { step, side: by, stage, detail, at }));
  await auditBoth(tx, deal, `listing.deal.${step}`, by, { listing_id, stage, ...detail }, caller, at);
  if (event) await tellSides(tx, deal, event, by, { stage, side: by, ...detail }, at);
}

/** An entry on the chain of each side. */
export async function auditBoth(
  tx: Transaction,
  deal: ListingDeal,
  action: string,
  by: Actor,
  detail: Record<string, unknown>,
  caller: Caller | null,
  at: Date,
): Promise<void> {
  const parties = await acrossTenants(tx, () => partiesOf(tx, deal.id));
  const entries = parties.map(({ side, organisation_id }) => ({
    organisation_id,
    at,
    actor: side === by && caller ? caller.key_id : actorShown(deal, by),
    action,
    subject: deal.id,
    detail,
  }));
  await appendAudit(tx, entries);
}

/** An event to each side but the one that acted. */
export async function tellSides(
  tx: Transaction,
  { id: deal_id, listing_id }: ListingDeal,
  type: EventType,
  by: Actor,
  data: Record<string, unknown>,
  occurred_at: Date,
): Promise<void> {
  const told = await acrossTenants(tx, async () => {
    const parties = (await partiesOf(tx, deal_id)).filter(({ side }) => side !== by);
    return Promise.all(
      parties.map(async ({ organisation_id }) => (await findOrganisation(tx, organisation_id))!),
    );
  });
  await emitEvents(
    tx,
    told.map((organisation) => ({
      type,
      pledge_id: null,
      ...toldTo(organisation),
      between_parties: true,
      occurred_at,
      data: { listing_id, deal_id, ...data },
    })),
  );
}

function actorShown(deal: ListingDeal, by: Actor): string {
  const side = SIDES.find((each): each is Side => each === by);
  return side ? deal[`${side}_pseudonym_id`] : by;
}
