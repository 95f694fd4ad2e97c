/**
 * Introductions by consent of both sides. Who asks consents by asking; until the other side has too, each knows the other by
 * the name that need and offer are shown under alone.
 */
import {
  hindrance,
  type IntroductionState,
  type IntroductionStep,
  type Side,
  stateAfter,
  type TakenStep,
} from '../../../models/matching/introduction.ts';
import type { Caller } from '../../accounts/store.ts';
import { hideUnder, revealAgreed } from '../../anonymity/service.ts';
import { appendAudit } from '../../audit/log.ts';
import type { Database, Sql, Transaction } from '../../db/client.ts';
import { acrossTenants } from '../../db/tenancy.ts';
import { Problem } from '../../errors.ts';
import { newUnlinkableId } from '../../ids.ts';
import { emitEvents, toldTo } from '../../outbox/emit.ts';
import { useQuota } from '../../quotas/use.ts';
import { matchWith } from '../matching/match.ts';
import { findNeed, moveNeed } from '../needs/need-store.ts';
import { findOffer } from '../needs/offer-store.ts';
import { say } from '../sentences.ts';
import {
  countOutcome,
  type Introduction,
  insertIntroduction,
  insertStep,
  introductionsOf,
  type Owner,
  ownersOf,
} from './store.ts';

/** How long an introduction waits for its answer. */
export const ANSWER_DAYS = 30;
export const MAX_MESSAGE_CHARS = 1_000;
/** Not answered yet, of one need or offer. */
export const MAX_ASKED = 50;
const NOT_AGAIN: readonly IntroductionState[] = ['asked', 'introduced', 'met', 'deal', 'refused'];
/** Who acts when nobody does. */
const SERVICE = 'network';

export interface Asking {
  need_id: string;
  offer_id: string;
  message: string;
}

/**
 * @throws Problem `not_found` unless one is the caller's own and the other posted, `refused` where both are or they do not fit,
 * `conflict` where it was asked before or one of them is over
 */
export async function askIntroduction(
  tx: Transaction,
  { need_id, offer_id, message }: Asking,
  caller: Caller,
  now: Date,
): Promise<Introduction> {
  const [need, offer] = [await needIn(tx, need_id), await offerIn(tx, offer_id)];
  if (!need || !offer || (!need.own && !offer.own))
    throw new Problem('not_found', 'There is no such need or offer, or neither of them is your own.');
  if (need.own && offer.own) throw new Problem('refused', say('introduction_own'));
  if (!['open', 'matched'].includes(need.state))
    throw new Problem('conflict', say('introduction_need_over', { need_state: need.state }));
  if (offer.state !== 'open')
    throw new Problem('conflict', say('introduction_offer_over', { offer_state: offer.state }));
  const asked_by: Side = need.own ? 'need' : 'offer';
  await lock(tx, { need_id });
  await requireNotAsked(tx, need_id, offer_id, asked_by);
  const match = await matchWith(tx, need, offer_id);
  if (match === null) throw new Problem('refused', say('introduction_left_out'));
  const id = newUnlinkableId('itr');
  const { reasons, strength } = match;
  await insertIntroduction(tx, {
    id,
    need_id,
    offer_id,
    asked_by,
    message,
    reasons,
    strength,
    asked_at: now,
  });
  await useQuota(tx, caller, 'introductions', 1, now);
  return tell(tx, id, { step: 'asked', side: asked_by }, caller, now);
}

/** Null for one that is not there: what is another's and what is missing are answered alike. */
const needIn = (tx: Transaction, id: string) => findNeed(tx, id).catch(ifMissing);
const offerIn = (tx: Transaction, id: string) => findOffer(tx, id).catch(ifMissing);

function ifMissing(error: unknown): null {
  if (error instanceof Problem && error.code === 'not_found') return null;
  throw error;
}

async function requireNotAsked(tx: Transaction, need_id: string, offer_id: string, asked_by: Side) {
  const all = await introductionsOf(tx, { need_id, limit: MAX_ASKED * 10 });
  const before = all.find((each) => each.offer_id === offer_id && NOT_AGAIN.includes(stateOf(each)));
  if (before)
    throw new Problem(
      'conflict',
      say('introduction_again', { introduction_id: before.id, introduction_state: stateOf(before) }),
    );
  const waiting = all.filter((each) => stateOf(each) === 'asked' && each.asked_by === asked_by).length;
  if (waiting >= MAX_ASKED) throw new Problem('refused', say('introductions_waiting', { count: MAX_ASKED }));
}

export function stateOf({ steps }: Introduction): IntroductionState {
  return stateAfter(steps);
}

/** @throws Problem `not_found` for whom it does not concern */
export async function findIntroduction(sql: Sql, id: string): Promise<Introduction> {
  const [found] = await introductionsOf(sql, { id, limit: 1 });
  if (!found) throw new Problem('not_found', 'There is no such introduction.');
  return found;
}

/** @throws Problem `not_found` for whom it does not concern, `conflict` for the other side's step and out of order */
export async function takeStep(
  tx: Transaction,
  id: string,
  step: TakenStep,
  caller: Caller,
  now: Date,
): Promise<Introduction> {
  await lock(tx, { need_id: (await findIntroduction(tx, id)).need_id });
  const found = await findIntroduction(tx, id);
  const why = hindrance(step, found.side!, found.asked_by, found.steps);
  if (why !== null) throw new Problem('conflict', why);
  await insertStep(tx, id, step, found.side, now);
  if (step === 'consented') await introduce(tx, found, caller, now);
  return settle(tx, found, { step, side: found.side }, caller, now);
}

/** Steps of all introductions of a need are taken one after the other. */
async function lock(tx: Transaction, { need_id }: { need_id: string }): Promise<void> {
  await acrossTenants(tx, () => tx`select from network_need where id = ${need_id} for no key update`);
}

async function introduce(tx: Transaction, found: Introduction, caller: Caller, now: Date): Promise<void> {
  const { id, need_id, offer_id } = found;
  const { need, offer } = await acrossTenants(tx, () => ownersOf(tx, found));
  const row = {
    introduction_id: id,
    asker_id: need.organisation_id,
    asker_name: need.name,
    owner_id: offer.organisation_id,
    owner_name: offer.name,
    introduced_at: now,
  };
  await acrossTenants(tx, () => tx`insert into network_introduced ${tx(row)}`);
  await moveNeed(tx, need_id, ['open'], 'matched');
  const reason = `introduction ${id}`;
  if (need.pseudonym_id !== null) {
    const context = { kind: 'need', id: need_id } as const;
    await revealAgreed(
      tx,
      need.pseudonym_id,
      { context, reason, asker_id: offer.organisation_id },
      caller,
      now,
    );
  }
  if (offer.pseudonym_id !== null) {
    const context = { kind: 'offer', id: offer_id } as const;
    await revealAgreed(
      tx,
      offer.pseudonym_id,
      { context, reason, asker_id: need.organisation_id },
      caller,
      now,
    );
  }
}

interface Taken {
  step: IntroductionStep | 'asked';
  side: Side | null;
}

/** Counts what came of it, closes a need that was met, and tells both. */
async function settle(
  tx: Transaction,
  before: Introduction,
  taken: Taken,
  caller: Caller | null,
  now: Date,
): Promise<Introduction> {
  const state = stateOf(await findIntroduction(tx, before.id));
  await acrossTenants(tx, () => countOutcome(tx, before.offer_id, state, stateOf(before)));
  if (state === 'deal' && (await moveNeed(tx, before.need_id, ['open', 'matched'], 'closed')))
    await acrossTenants(tx, async () => {
      const { need } = await ownersOf(tx, before);
      const owner: Caller = { ...need, key_id: SERVICE };
      const context = { kind: 'need', id: before.need_id } as const;
      if (need.pseudonym_id !== null) await hideUnder(tx, need.pseudonym_id, context, owner, now);
    });
  return tell(tx, before.id, taken, caller, now);
}

/**
 * Both chains, and each side that did not do it itself. Before both consented, neither names the other: on the other's chain a
 * side acts as its need or offer.
 */
async function tell(
  tx: Transaction,
  id: string,
  { step, side }: Taken,
  caller: Caller | null,
  at: Date,
): Promise<Introduction> {
  const introduction = await findIntroduction(tx, id);
  const { need_id, offer_id, message, parties } = introduction;
  const owners = await acrossTenants(tx, () => ownersOf(tx, introduction));
  const about = { introduction_id: id, need_id, offer_id, state: stateOf(introduction), by: side };
  const detail = { ...about, ...(step === 'consented' && parties && { parties: { ...parties } }) };
  const actsAs = side === null ? SERVICE : side === 'need' ? need_id : offer_id;
  const each = Object.entries(owners) as [Side, Owner][];
  await appendAudit(
    tx,
    each.map(([of, { organisation_id }]) => ({
      organisation_id,
      at,
      actor: of === side && caller ? caller.key_id : actsAs,
      action: `network.introduction.${step}`,
      subject: id,
      detail: { ...detail },
    })),
  );
  const told = each.filter(([of]) => of !== side || step === 'consented');
  await emitEvents(
    tx,
    told.map(([, { organisation_id, kind }]) => ({
      type: `network.introduction.${step}`,
      pledge_id: null,
      ...toldTo({ id: organisation_id, kind }),
      between_parties: true,
      occurred_at: at,
      data: { ...detail, ...(step === 'asked' && { message }) },
    })),
  );
  return introduction;
}

/** Introductions that nobody answered in time are over. As the jobs see them. */
export async function expireUnanswered(
  database: Database,
  at: Date,
): Promise<{ network_introductions_expired: number }> {
  const late = await database.sql<{ id: string }[]>`
    select id from network_introduction where asked_at < ${at}::timestamptz - make_interval(days => ${ANSWER_DAYS})
      and not exists (select from network_introduction_step where introduction_id = id) order by id`;
  let expired = 0;
  for (const { id } of late)
    await database.transaction(async (tx) => {
      const found = await findIntroduction(tx, id);
      await lock(tx, found);
      if (stateOf(await findIntroduction(tx, id)) !== 'asked') return;
      await insertStep(tx, id, 'expired', null, at);
      await settle(tx, found, { step: 'expired', side: null }, null, at);
      expired += 1;
    });
  return { network_introductions_expired: expired };
}
