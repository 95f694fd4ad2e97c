/** The end of a contract: what its release showed, and that the office struck the pledge from its register. */
import type { CalendarDate } from '../../../models/types.ts';
import type { Caller } from '../../accounts/store.ts';
import { dateOf } from '../../clock.ts';
import type { Sql, Transaction } from '../../db/client.ts';
import { Problem } from '../../errors.ts';
import { refuseFuture } from '../days.ts';
import { lockPledge } from '../lock.ts';
import { say } from '../sentences.ts';
import { balances, movesOf, type Pledge, type PledgeMove } from '../store.ts';
import { traceChange } from '../trace.ts';
import {
  type ChecklistItem,
  GROUNDS,
  type Ground,
  type ReleaseDetail,
  releaseChecklist,
} from './checklist.ts';

export interface Deregistration {
  number: string;
  deregistered_on: CalendarDate;
  recorded_at: Date;
}

/** After these the office has something to strike out. */
const ENDED_STATES = ['released', 'disposed'];

/** @throws Problem `conflict` while the contract lasts or when it is recorded, `refused` for a day out of order */
export async function recordDeregistration(
  tx: Transaction,
  pledge_id: string,
  given: Pick<Deregistration, 'number' | 'deregistered_on'>,
  caller: Caller,
  asked_at: Date,
): Promise<Deregistration> {
  const { pledge, now } = await lockPledge(tx, pledge_id, caller, asked_at);
  if (!ENDED_STATES.includes(pledge.state))
    throw new Problem('conflict', say('deregistered_early', { state: pledge.state }));
  const known = await deregistrationOf(tx, pledge_id);
  if (known)
    throw new Problem(
      'conflict',
      say('deregistered_already', { number: known.number, day: known.deregistered_on }),
    );
  await requireOfficeDay(tx, pledge_id, 'deregistered_on', given.deregistered_on, now);
  await tx`insert into pledge_deregistration ${tx({ pledge_id, ...given, recorded_by: caller.key_id, recorded_at: now })}`;
  const change = { action: 'pledge.deregistered', detail: given, data: { as_of: dateOf(now), ...given } };
  await traceChange(tx, pledge, change, caller, now);
  return { ...given, recorded_at: now };
}

/** @throws Problem `refused` for a day still to come, or before that of the pledge's own registration */
export async function requireOfficeDay(
  tx: Transaction,
  pledge_id: string,
  field: string,
  day: CalendarDate,
  now: Date,
): Promise<void> {
  refuseFuture(field, day, now);
  const registered = lastMove(await movesOf(tx, pledge_id, now), 'registered');
  const registered_on = String(registered?.detail.registered_on);
  if (day < registered_on)
    throw new Problem('refused', say('before_registration', { field, day, registered_on }));
}

async function deregistrationOf(sql: Sql, pledge_id: string): Promise<Deregistration | null> {
  const [row] = await sql<Deregistration[]>`
    select number, deregistered_on, recorded_at from pledge_deregistration where pledge_id = ${pledge_id}`;
  return row ?? null;
}

export interface ReleaseState {
  released: { ground: Ground; released_on: CalendarDate } | null;
  /** Those that may still be chosen; once released, the one that was. */
  grounds: { ground: Ground; met: boolean; items: ChecklistItem[] }[];
  deregistration: Deregistration | null;
}

/** Item by item what a release would have to show now, or has shown. */
export async function releaseState(sql: Sql, pledge: Pledge, now: Date): Promise<ReleaseState> {
  const outstanding_minor = (await balances(sql, [pledge.id], dateOf(now), now)).get(pledge.id) ?? 0;
  const move = lastMove(await movesOf(sql, pledge.id, now), 'released');
  const detail = move && (move.detail as ReleaseDetail);
  const details: ReleaseDetail[] = detail ? [detail] : GROUNDS.map((ground) => ({ ground }));
  return {
    released: detail && { ground: detail.ground, released_on: move.moved_on },
    grounds: details.map((each) => {
      const items = releaseChecklist({ ...pledge, outstanding_minor }, each);
      return { ground: each.ground, met: items.every(({ met }) => met), items };
    }),
    deregistration: await deregistrationOf(sql, pledge.id),
  };
}

function lastMove(moves: readonly PledgeMove[], to: PledgeMove['to_state']): PledgeMove | null {
  return moves.findLast(({ to_state }) => to_state === to) ?? null;
}
