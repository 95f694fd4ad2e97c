/** Needs from the day they are posted to the day they are met, closed or over. */
import type { Caller } from '../../accounts/store.ts';
import { hideUnder } from '../../anonymity/service.ts';
import { appendAudit } from '../../audit/log.ts';
import { dateOf } from '../../clock.ts';
import type { Transaction } from '../../db/client.ts';
import { Problem } from '../../errors.ts';
import { newUnlinkableId } from '../../ids.ts';
import { say } from '../sentences.ts';
import { coherentNeed, type Need, type NeedGiven } from './need.ts';
import { insertNeed, moveNeed, openNeeds, ownNeed, postedTwin, similarNeeds } from './need-store.ts';
import { fingerprintOf, MAX_OPEN_NEEDS, show, shownName } from './posting.ts';

/**
 * @returns the need, and the own ones that say almost the same
 * @throws Problem `refused` where it goes against itself or over the limit, `conflict` where it is posted already
 */
export async function postNeed(
  tx: Transaction,
  given: NeedGiven,
  caller: Caller,
  now: Date,
): Promise<Need & { similar: string[] }> {
  const { organisation_id } = caller;
  const coherent = coherentNeed(given, caller, dateOf(now));
  const display_name = await shownName(tx, coherent, caller);
  await tx`select from organisation where id = ${organisation_id} for no key update`;
  if ((await openNeeds(tx, organisation_id)) >= MAX_OPEN_NEEDS)
    throw new Problem('refused', say('open_needs_full', { count: MAX_OPEN_NEEDS }));
  const { title, body, region, fields } = coherent;
  const fingerprint = fingerprintOf([title, body, region, fields]);
  const twin = await postedTwin(tx, organisation_id, fingerprint);
  if (twin !== null) throw new Problem('conflict', say('need_again', { need_id: twin }));
  const need: Need = {
    id: newUnlinkableId('ned'),
    state: 'open',
    ...coherent,
    display_name,
    posted_on: dateOf(now),
  };
  await insertNeed(tx, need, { organisation_id, fingerprint, posted_at: now });
  await show(tx, 'need', need.id, need.pseudonym_id, caller, now);
  await audit(tx, caller, 'network.need.posted', need.id, { title, region, fields }, now);
  return { ...need, similar: await similarNeeds(tx, need.id, organisation_id) };
}

/** @throws Problem `not_found` unless it is the caller's own, `conflict` when it is over */
export async function closeNeed(tx: Transaction, id: string, caller: Caller, now: Date): Promise<Need> {
  const need = await ownNeed(tx, id);
  if (!(await moveNeed(tx, id, ['open', 'matched'], 'closed')))
    throw new Problem('conflict', say('need_over', { need_state: need.state }));
  if (need.pseudonym_id !== null) await hideUnder(tx, need.pseudonym_id, { kind: 'need', id }, caller, now);
  await audit(tx, caller, 'network.need.closed', id, {}, now);
  return { ...need, state: 'closed' };
}

function audit(tx: Transaction, caller: Caller, action: string, subject: string, detail: object, at: Date) {
  const { organisation_id, key_id: actor } = caller;
  return appendAudit(tx, [{ organisation_id, at, actor, action, subject, detail: { ...detail } }]);
}
