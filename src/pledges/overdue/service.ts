/** Loans in arrears, by the bank's word: since when, and how much. */
import type { CalendarDate } from '../../../models/types.ts';
import type { Caller } from '../../accounts/store.ts';
import { appendAudit } from '../../audit/log.ts';
import type { Sql, Transaction } from '../../db/client.ts';
import { Problem } from '../../errors.ts';
import { newId } from '../../ids.ts';
import { refuseFuture } from '../days.ts';
import { lockPledge } from '../lock.ts';
import { say } from '../sentences.ts';
import { markStale } from '../store.ts';

export interface Overdue {
  id: string;
  pledge_id: string;
  /** Day on which the oldest amount that is unpaid fell due; with an amount of 0 the day that ended it. */
  since: CalendarDate;
  amount_minor: number;
  known_at: Date;
}

/** @throws Problem `conflict` before the loan was disbursed or after the contract, `refused` for a day that cannot be */
export async function recordOverdue(
  tx: Transaction,
  pledge_id: string,
  given: Pick<Overdue, 'since' | 'amount_minor'>,
  caller: Caller,
  asked_at: Date,
): Promise<Overdue> {
  const { pledge, now } = await lockPledge(tx, pledge_id, caller, asked_at);
  if (!['active', 'defaulted', 'in_disposal'].includes(pledge.state))
    throw new Problem('conflict', say('loan_not_out', { state: pledge.state }));
  refuseFuture('since', given.since, now);
  const [disbursed] = await tx<{ on: CalendarDate }[]>`
    select min(effective_on) as on from pledge_balance where pledge_id = ${pledge_id}`;
  if (given.since < disbursed!.on)
    throw new Problem('refused', say('overdue_early', { since: given.since, disbursed_on: disbursed!.on }));
  const overdue: Overdue = { id: newId('ovd'), pledge_id, ...given, known_at: now };
  await tx`insert into pledge_overdue ${tx({ ...overdue, key_id: caller.key_id })}`;
  await markStale(tx, pledge_id, 'overdue', now);
  const entry = { at: now, actor: caller.key_id, action: 'pledge.overdue', subject: pledge_id };
  await appendAudit(
    tx,
    [pledge.bank_id, pledge.firm_id].map((organisation_id) => ({ organisation_id, ...entry, detail: given })),
  );
  return overdue;
}

/** The last word on each pledge as known at an instant, by pledge id. */
export async function overdueKnown(
  sql: Sql,
  pledge_ids: readonly string[],
  known_at: Date,
): Promise<Map<string, Overdue>> {
  const rows = await sql<Overdue[]>`
    select distinct on (pledge_id) id, pledge_id, since, amount_minor, known_at from pledge_overdue
    where pledge_id = any(${pledge_ids as string[]}) and known_at <= ${known_at}
    order by pledge_id, known_at desc, id desc`;
  return new Map(rows.map((row) => [row.pledge_id, row]));
}
