/** What can be done with a pledge: request, move, repay, prove an annuity. Each in one transaction with its trace. */

import type { Static } from 'typebox';
import { requireOtherEyes } from '../accounts/eyes.ts';
import type { Caller } from '../accounts/store.ts';
import { appendAudit } from '../audit/log.ts';
import { dateOf } from '../clock.ts';
import type { Transaction } from '../db/client.ts';
import { acrossTenants } from '../db/tenancy.ts';
import { together } from '../db/together.ts';
import { Problem } from '../errors.ts';
import { newId } from '../ids.ts';
import type { KnownPatent } from '../patents/facts.ts';
import { clearFlags, standingFlags } from '../risk/store.ts';
import { latestModels } from '../valuations/store.ts';
import { endAmendments } from './amendments/service.ts';
import { refuseFuture } from './days.ts';
import { pledgedIds, requireDiligence } from './due-diligence/service.ts';
import {
  isFinal,
  type MOVE_DETAILS,
  MOVES,
  type MoveTarget,
  type PledgeState,
  refusal,
} from './lifecycle.ts';
import { lockPledge } from './lock.ts';
import { endMarginCalls } from './margin-calls/service.ts';
import { holdPatents, requirePledgeable, requirePledged } from './pledgeable.ts';
import { lastProposers, recordProposal } from './proposals.ts';
import { disposalRoute, recordRecovery } from './recoveries/ledger.ts';
import type { ReleaseDetail } from './release/checklist.ts';
import { readForValue, revalueOne, valueFirst } from './revalue.ts';
import { say } from './sentences.ts';
import {
  balances,
  balancesFrom,
  insertMove,
  insertPledge,
  latestValues,
  markStale,
  moveBalances,
  type NewPledge,
  NOTHING_DECLARED,
  type Pledge,
  type PledgedPatent,
  type PledgedUse,
  recordAnnuityPayment,
  setBalance,
} from './store.ts';
import { traceChange } from './trace.ts';

export type PledgeRequest = Omit<NewPledge, 'requested_on' | 'demonstration' | 'created_at'> & {
  patents: PledgedUse[];
};

export interface RequestedPledge {
  pledge: Pledge;
  /** In order of patent. */
  patents: PledgedPatent[];
}

/**
 * Opens a contract in state `requested` and values it at once when a model is there.
 * @throws Problem `refused` for a patent that is not known, not pledgeable or already under another live pledge
 */
export async function requestPledge(
  tx: Transaction,
  { patents, ...given }: PledgeRequest,
  caller: Caller,
  demonstration: boolean,
  now: Date,
): Promise<RequestedPledge> {
  if (given.matures_on <= dateOf(now))
    throw new Problem('refused', say('matured', { matures_on: given.matures_on, today: dateOf(now) }));
  const ids = patents.map((patent) => patent.patent_id);
  const [reading, taken, models] = await acrossTenants(tx, () =>
    together([readForValue(tx, ids, now), holdPatents(tx, ids), latestModels(tx, now)]),
  );
  requirePledgeable(ids, reading.known, taken);
  const contract = { ...given, requested_on: dateOf(now), demonstration, created_at: now };
  const id = newId('plg');
  const move = { from: null, to: 'requested', detail: {} } as const;
  const [pledge] = await together([
    insertPledge(tx, contract, patents, id),
    recordMove(tx, id, move, caller, now),
  ]);
  const pledged = pledgedNow(pledge, patents, reading.known);
  await acrossTenants(tx, () =>
    together([
      models ? valueFirst(tx, pledge, pledged, reading, models, now) : markStale(tx, id, 'requested', now),
      traceMove(tx, pledge, move, caller, now),
    ]),
  );
  return { pledge, patents: pledged };
}

function pledgedNow(
  { id: pledge_id, created_at: added_at }: Pledge,
  patents: readonly PledgedUse[],
  known: ReadonlyMap<string, KnownPatent>,
): PledgedPatent[] {
  const rows = patents.map((patent) => {
    const { office, application_number } = known.get(patent.patent_id)!.facts;
    return { pledge_id, ...NOTHING_DECLARED, ...patent, office, application_number, added_at };
  });
  return rows.sort((one, other) => (one.patent_id < other.patent_id ? -1 : 1));
}

/**
 * Moves a pledge to another state.
 * @throws Problem `not_found` when the caller may not see it, `conflict` or `refused` when the move is not allowed
 */
export async function movePledge(
  tx: Transaction,
  id: string,
  to: MoveTarget,
  detail: Record<string, unknown>,
  caller: Caller,
  asked_at: Date,
): Promise<Pledge> {
  const { pledge, now } = await lockPledge(tx, id, caller, asked_at);
  const today = dateOf(now);
  const value = (await latestValues(tx, [id], now)).get(id) ?? null;
  const outstanding_minor = (await balances(tx, [id], today, now)).get(id) ?? 0;
  const reason = refusal({ ...pledge, outstanding_minor, value }, to, caller.kind, detail);
  if (reason) throw new Problem(MOVES[to].from.includes(pledge.state) ? 'refused' : 'conflict', reason);
  for (const field of ['registered_on', 'disbursed_on'])
    if (detail[field] !== undefined) refuseFuture(field, String(detail[field]), now);
  if (to === 'proposed') await requireDiligence(tx, pledge, await pledgedIds(tx, id), now);
  if (to === 'registered') {
    const proposers = await lastProposers(tx, id);
    await requireOtherEyes(tx, proposers, caller, say('registrar_same_eyes'));
  }
  const changed: Pledge = {
    ...pledge,
    state: to,
    principal_minor: to === 'proposed' ? Number(detail.principal_minor) : pledge.principal_minor,
    approved_value_minor: to === 'appraised' ? value!.mid_minor : pledge.approved_value_minor,
    registration_number:
      to === 'registered' ? String(detail.registration_number) : pledge.registration_number,
  };
  await tx`update pledge set ${tx(changed, 'state', 'principal_minor', 'approved_value_minor', 'registration_number')} where id = ${id}`;
  if (to === 'proposed')
    await recordProposal(tx, id, detail as Static<(typeof MOVE_DETAILS)['proposed']>, now);
  if (to === 'active') await balance(tx, id, String(detail.disbursed_on), pledge.principal_minor, now);
  if (to === 'released' || to === 'disposed') await balance(tx, id, today, 0, now);
  if (to === 'released') await recordRealised(tx, pledge, detail as ReleaseDetail, now);
  await endAmendments(tx, pledge, to, caller, now);
  if (pledge.state === 'active') await endMarginCalls(tx, pledge, `the pledge became ${to}`, caller, now);
  if (to === 'disposed') {
    const { recovered_minor: proceeds_minor, costs_minor = 0 } = detail as Static<
      (typeof MOVE_DETAILS)['disposed']
    >;
    const route = await disposalRoute(tx, id);
    await recordRecovery(tx, pledge, { route, proceeds_minor, costs_minor }, today, now);
  }
  await leaveTrace(tx, pledge, { from: pledge.state, to, detail }, caller, now);
  if (isFinal(to)) await endWatch(tx, id, today, now);
  else await markStale(tx, id, `became ${to}`, now);
  return changed;
}

/** What somebody who bought the patents of a pledge in disposal paid is what it brought: booked in its bank's name. */
export async function disposeSold(
  tx: Transaction,
  { id, bank_id }: Pick<Pledge, 'id' | 'bank_id'>,
  sold: Static<(typeof MOVE_DETAILS)['disposed']>,
  actor: string,
  now: Date,
): Promise<Pledge> {
  const bank: Caller = { organisation_id: bank_id, kind: 'bank', key_id: actor };
  return acrossTenants(tx, () => movePledge(tx, id, 'disposed', sold, bank, now));
}

/** A right that was realised without a disposal of its own teaches haircuts all the same. */
async function recordRealised(
  tx: Transaction,
  pledge: Pledge,
  { recovery, decision }: ReleaseDetail,
  now: Date,
): Promise<void> {
  if (decision) refuseFuture('decided_on', decision.decided_on, now);
  if (!recovery) return;
  const { route, recovered_minor: proceeds_minor, costs_minor = 0 } = recovery;
  await recordRecovery(tx, pledge, { route, proceeds_minor, costs_minor }, dateOf(now), now);
}

/** A contract that is over is no longer watched: its flags close with it, and its value flow ends with a last point. */
async function endWatch(tx: Transaction, pledge_id: string, today: string, now: Date): Promise<void> {
  const flags = await standingFlags(tx, [pledge_id]);
  const ids = flags.map((flag) => flag.id);
  await clearFlags(tx, ids, today, now);
  await revalueNow(tx, pledge_id, now);
}

/** Values a pledge at once when a model is there; else it stays marked, or is, until one is. */
async function revalueNow(tx: Transaction, pledge_id: string, now: Date): Promise<void> {
  const models = await latestModels(tx, now);
  if (models) await acrossTenants(tx, () => revalueOne(tx, pledge_id, models, now));
}

async function balance(
  tx: Transaction,
  pledge_id: string,
  effective_on: string,
  outstanding_minor: number,
  now: Date,
): Promise<void> {
  await setBalance(tx, { pledge_id, effective_on, outstanding_minor, known_at: now });
}

/**
 * Records a repayment: the loan outstanding falls by it from `paid_on` on, also where later repayments are known.
 * @returns what is outstanding after all of them
 * @throws Problem `refused` when it is over what is outstanding on that day or later, or its day is still to come
 */
export async function repay(
  tx: Transaction,
  id: string,
  amount_minor: number,
  paid_on: string,
  caller: Caller,
  asked_at: Date,
): Promise<number> {
  const { pledge, now } = await lockPledge(tx, id, caller, asked_at);
  refuseFuture('paid_on', paid_on, now);
  const steps = await balancesFrom(tx, id, paid_on);
  const owed =
    steps[0]?.effective_on === paid_on ? Math.min(...steps.map((step) => step.outstanding_minor)) : 0;
  if (amount_minor > owed)
    throw new Problem(
      'refused',
      say('over_repaid', { amount_minor, owed_minor: owed, paid_on, currency: pledge.currency }),
    );
  await moveBalances(tx, id, steps, -amount_minor, now);
  await appendAudit(tx, [
    entry(caller.organisation_id, caller, now, 'pledge.repaid', id, { amount_minor, paid_on }),
  ]);
  await markStale(tx, id, 'repayment', now);
  return steps.at(-1)!.outstanding_minor - amount_minor;
}

/** Records a proof that an annuity was paid, which closes the flag that asks for it at the next assessment. */
export async function proveAnnuity(
  tx: Transaction,
  id: string,
  proof: { patent_id: string; patent_year: number; paid_on: string; evidence: string },
  caller: Caller,
  asked_at: Date,
): Promise<void> {
  const { now } = await lockPledge(tx, id, caller, asked_at);
  refuseFuture('paid_on', proof.paid_on, now);
  await requirePledged(tx, id, proof.patent_id);
  await recordAnnuityPayment(tx, { pledge_id: id, ...proof, known_at: now });
  await markStale(tx, id, 'annuity proven', now);
  await appendAudit(tx, [entry(caller.organisation_id, caller, now, 'annuity.proven', id, proof)]);
}

interface Moved {
  from: PledgeState | null;
  to: PledgeState;
  detail: Record<string, unknown>;
}

/** Move, audit entry of both sides and event: the trace that every change of state leaves. */
async function leaveTrace(
  tx: Transaction,
  pledge: Pledge,
  moved: Moved,
  caller: Caller,
  now: Date,
): Promise<void> {
  await together([recordMove(tx, pledge.id, moved, caller, now), traceMove(tx, pledge, moved, caller, now)]);
}

function recordMove(
  tx: Transaction,
  pledge_id: string,
  { from, to, detail }: Moved,
  caller: Caller,
  now: Date,
) {
  const actor = caller.key_id;
  const states = { from_state: from, to_state: to };
  return insertMove(tx, { pledge_id, ...states, moved_on: dateOf(now), moved_at: now, actor, detail });
}

function traceMove(tx: Transaction, pledge: Pledge, moved: Moved, caller: Caller, now: Date): Promise<void> {
  const { to, detail } = moved;
  const data = { as_of: dateOf(now), ...moved };
  return traceChange(tx, pledge, { action: `pledge.${to}`, detail, data }, caller, now);
}

function entry(
  organisation_id: string,
  caller: Caller,
  at: Date,
  action: string,
  subject: string,
  detail: Record<string, unknown>,
) {
  return { organisation_id, at, actor: caller.key_id, action, subject, detail };
}
