/**
 * Amendments of a contract that runs: other terms, more patents, one for another. The bank asks, the firm agrees; what
 * was checked when it was asked for is checked again when it comes into force, for the world may have moved.
 */
import type { CalendarDate } from '../../../models/types.ts';
import type { Caller, OrganisationKind } from '../../accounts/store.ts';
import { dateOf } from '../../clock.ts';
import type { Sql, Transaction } from '../../db/client.ts';
import { Problem } from '../../errors.ts';
import { newId } from '../../ids.ts';
import { cohortRanks } from '../../patents/cohorts.ts';
import { knownPatents } from '../../patents/facts.ts';
import { latestModels } from '../../valuations/store.ts';
import { value } from '../../valuations/value.ts';
import { requireDiligence } from '../due-diligence/service.ts';
import type { PledgeState } from '../lifecycle.ts';
import { lockPledge } from '../lock.ts';
import { refusePatents } from '../pledgeable.ts';
import { requireOfficeDay } from '../release/deregistration.ts';
import { say } from '../sentences.ts';
import {
  addPatents,
  balances,
  balancesFrom,
  markStale,
  moveBalances,
  NOTHING_DECLARED,
  type Pledge,
  type PledgedUse,
  pledgedPatents,
  removePatents,
} from '../store.ts';
import { traceChange } from '../trace.ts';
import {
  AMENDABLE_STATES,
  type AmendmentFacts,
  type AmendmentKind,
  amendedPatents,
  amendedTerms,
  amendmentRefusal,
  type Changes,
  kindOf,
  type PatentWorth,
  totalValue,
} from './rules.ts';

export const ANSWERS = ['consent', 'decline', 'withdraw'] as const;
export type Answer = (typeof ANSWERS)[number];

/** Who says what of an amendment that is open, and what becomes of it. */
const ENDS: Record<Answer, { by: OrganisationKind; state: Amendment['state'] }> = {
  consent: { by: 'firm', state: 'in_force' },
  decline: { by: 'firm', state: 'declined' },
  withdraw: { by: 'bank', state: 'withdrawn' },
};

export const AMENDMENT_STATES = ['open', 'in_force', 'declined', 'withdrawn'] as const;

export interface Amendment {
  id: string;
  pledge_id: string;
  kind: AmendmentKind;
  changes: Changes;
  reason: string;
  state: (typeof AMENDMENT_STATES)[number];
  asked_by: string;
  asked_at: Date;
  closed_by: string | null;
  closed_at: Date | null;
  /** Of the office that registered the change. */
  change_number: string | null;
  changed_on: CalendarDate | null;
}

/** Verbs of the events about the patents, by what happened to them. */
const COLLATERAL_EVENTS = {
  top_up: 'pledge.collateral.topped_up',
  substitution: 'pledge.collateral.substituted',
  reduction: 'pledge.collateral.reduced',
} as const;

/** @throws Problem `conflict` out of state, with another one open or while due diligence blocks; `refused` as `amendmentRefusal` says */
export async function askAmendment(
  tx: Transaction,
  pledge_id: string,
  { changes, reason }: Pick<Amendment, 'changes' | 'reason'>,
  caller: Caller,
  asked_at: Date,
): Promise<Amendment> {
  const { pledge, now } = await lockPledge(tx, pledge_id, caller, asked_at);
  const open = await openAmendment(tx, pledge_id);
  if (open) throw new Problem('conflict', say('amendment_open', { amendment_id: open.id }));
  await checked(tx, pledge, changes, now);
  const amendment: Amendment = {
    id: newId('amd'),
    pledge_id,
    kind: kindOf(changes),
    changes,
    reason,
    state: 'open',
    asked_by: caller.key_id,
    asked_at: now,
    closed_by: null,
    closed_at: null,
    change_number: null,
    changed_on: null,
  };
  await tx`insert into pledge_amendment ${tx({ ...amendment, changes: tx.json(changes as never) })}`;
  await trace(tx, pledge, amendment, 'asked', caller, now);
  return amendment;
}

/** @throws Problem `refused` when the other party says that, `conflict` when it is closed or no longer allowed */
export async function answerAmendment(
  tx: Transaction,
  pledge_id: string,
  amendment_id: string,
  answer: Answer,
  caller: Caller,
  asked_at: Date,
): Promise<Amendment> {
  const { pledge, now } = await lockPledge(tx, pledge_id, caller, asked_at);
  const amendment = await find(tx, pledge_id, amendment_id);
  const { by, state } = ENDS[answer];
  if (caller.kind !== by)
    throw new Problem(
      'refused',
      say('amendment_by_other', { amendment_answer: answer, by_role: by, role: caller.kind }),
    );
  if (amendment.state !== 'open')
    throw new Problem('conflict', say('amendment_closed', { amendment: amendment.state }));
  const closed = await close(tx, pledge, amendment, state, caller, now);
  if (state === 'in_force') await putInForce(tx, pledge, closed, caller, now);
  return closed;
}

/** The office registered the change. @throws Problem `conflict` while it is not in force, or when it is recorded */
export async function recordChange(
  tx: Transaction,
  pledge_id: string,
  amendment_id: string,
  change: { change_number: string; changed_on: CalendarDate },
  caller: Caller,
  asked_at: Date,
): Promise<Amendment> {
  const { pledge, now } = await lockPledge(tx, pledge_id, caller, asked_at);
  const amendment = await find(tx, pledge_id, amendment_id);
  if (amendment.state !== 'in_force')
    throw new Problem('conflict', say('amendment_not_in_force', { amendment: amendment.state }));
  if (amendment.change_number !== null)
    throw new Problem('conflict', say('amendment_recorded', { number: amendment.change_number }));
  await requireOfficeDay(tx, pledge_id, 'changed_on', change.changed_on, now);
  const registered = { ...amendment, ...change };
  await tx`update pledge_amendment set ${tx(change)} where id = ${amendment_id}`;
  await trace(tx, pledge, registered, 'registered', caller, now);
  return registered;
}

export async function amendmentsOf(sql: Sql, pledge_id: string): Promise<Amendment[]> {
  return sql<Amendment[]>`select * from pledge_amendment where pledge_id = ${pledge_id} order by id`;
}

/** A contract that no longer runs is not amended any more. */
export async function endAmendments(
  tx: Transaction,
  pledge: Pledge,
  to: PledgeState,
  caller: Caller,
  now: Date,
): Promise<void> {
  if (AMENDABLE_STATES.includes(to)) return;
  const open = await openAmendment(tx, pledge.id);
  if (open) await close(tx, pledge, open, 'withdrawn', caller, now);
}

async function openAmendment(tx: Transaction, pledge_id: string): Promise<Amendment | null> {
  const [open] = await tx<Amendment[]>`
    select * from pledge_amendment where pledge_id = ${pledge_id} and state = 'open'`;
  return open ?? null;
}

async function close(
  tx: Transaction,
  pledge: Pledge,
  amendment: Amendment,
  state: Amendment['state'],
  caller: Caller,
  now: Date,
): Promise<Amendment> {
  const closed = { ...amendment, state, closed_by: caller.key_id, closed_at: now };
  await tx`update pledge_amendment set ${tx(closed, 'state', 'closed_by', 'closed_at')} where id = ${closed.id}`;
  await trace(tx, pledge, closed, state, caller, now);
  return closed;
}

/** @throws Problem as `askAmendment`; @returns what the amendment was held against */
async function checked(
  tx: Transaction,
  pledge: Pledge,
  changes: Changes,
  now: Date,
): Promise<AmendmentFacts> {
  if (!AMENDABLE_STATES.includes(pledge.state))
    throw new Problem(
      'conflict',
      say('amendment_late', { from_state: AMENDABLE_STATES, state: pledge.state }),
    );
  const added = changes.add_patents ?? [];
  const ids = added.map(({ patent_id }) => patent_id);
  const pledged = await pledgedPatents(tx, [pledge.id]);
  await refusePatents(
    tx,
    ids.filter((id) => !pledged.some(({ patent_id }) => patent_id === id)),
    now,
  );
  const facts: AmendmentFacts = {
    state: pledge.state,
    currency: pledge.currency,
    terms: termsOf(pledge),
    outstanding_minor: (await balances(tx, [pledge.id], dateOf(now), now)).get(pledge.id) ?? 0,
    pledged: await worthOf(tx, pledge, pledged, now),
    added: await worthOf(tx, pledge, added, now),
    today: dateOf(now),
  };
  const reason = amendmentRefusal(facts, changes);
  if (reason) throw new Problem('refused', reason);
  await requireDiligence(tx, { ...pledge, ...amendedTerms(facts.terms, changes) }, ids, now);
  return facts;
}

function termsOf({ matures_on, principal_minor, ltv_target_bp, ltv_warning_bp, ltv_breach_bp }: Pledge) {
  return { matures_on, principal_minor, ltv_target_bp, ltv_warning_bp, ltv_breach_bp };
}

/** Values as of now; those of the last valuation may be older than what is known. */
async function worthOf(
  tx: Transaction,
  { currency }: Pledge,
  uses: readonly PledgedUse[],
  now: Date,
): Promise<PatentWorth[]> {
  const known = await knownPatents(
    tx,
    uses.map(({ patent_id }) => patent_id),
    now,
  );
  const ranks = await cohortRanks(tx, [...known.keys()]);
  const models = await latestModels(tx, now);
  return uses.map((use) => {
    const patent = known.get(use.patent_id);
    const rank = ranks.get(use.patent_id);
    const valued =
      patent && models && value(patent, { ...NOTHING_DECLARED, ...use }, currency, models, dateOf(now), rank);
    return {
      patent_id: use.patent_id,
      mid_minor: valued?.row.mid_minor ?? null,
      expires_on: patent?.expires_on ?? null,
    };
  });
}

async function putInForce(
  tx: Transaction,
  pledge: Pledge,
  { id: amendment_id, changes, kind }: Amendment,
  caller: Caller,
  now: Date,
): Promise<void> {
  const facts = await checked(tx, pledge, changes, now);
  const terms = amendedTerms(facts.terms, changes);
  const patents = amendedPatents(facts, changes);
  const approved_value_minor =
    kind === 'terms' ? pledge.approved_value_minor : (totalValue(patents) ?? pledge.approved_value_minor);
  await tx`update pledge set ${tx({ ...terms, approved_value_minor })} where id = ${pledge.id}`;
  if (pledge.state === 'active')
    await payOut(tx, pledge.id, terms.principal_minor - pledge.principal_minor, now);
  const { add_patents = [], remove_patents: removed = [] } = changes;
  await removePatents(tx, pledge.id, removed, now);
  await addPatents(tx, pledge.id, add_patents, now);
  await markStale(tx, pledge.id, 'amended', now);
  if (kind === 'terms') return;
  const detail = { amendment_id, added: add_patents.map(({ patent_id }) => patent_id), removed };
  const change = { action: COLLATERAL_EVENTS[kind], detail, data: { as_of: dateOf(now), ...detail } };
  await traceChange(tx, pledge, change, caller, now);
}

/** The loan grows from today on, also where later steps are known. */
async function payOut(tx: Transaction, pledge_id: string, more_minor: number, now: Date): Promise<void> {
  if (more_minor === 0) return;
  await moveBalances(tx, pledge_id, await balancesFrom(tx, pledge_id, dateOf(now)), more_minor, now);
}

async function find(tx: Transaction, pledge_id: string, id: string): Promise<Amendment> {
  const [amendment] = await tx<Amendment[]>`
    select * from pledge_amendment where id = ${id} and pledge_id = ${pledge_id}`;
  if (!amendment) throw new Problem('not_found', 'This pledge has no such amendment.');
  return amendment;
}

async function trace(
  tx: Transaction,
  pledge: Pledge,
  { id: amendment_id, kind, changes, reason, change_number, changed_on }: Amendment,
  step: 'asked' | 'registered' | Amendment['state'],
  caller: Caller,
  now: Date,
): Promise<void> {
  const told = { amendment_id, kind, changes, reason, change_number, changed_on };
  await traceChange(
    tx,
    pledge,
    { action: `pledge.amendment.${step}`, detail: told, data: { as_of: dateOf(now), ...told } },
    caller,
    now,
  );
}
