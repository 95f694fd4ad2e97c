/** Terms of applications as they are kept: open until they are met, missed, or nothing is owed any more. */
import type { Term } from '../../../models/filing/terms.ts';
import type { CalendarDate } from '../../../models/types.ts';
import type { Caller } from '../../accounts/store.ts';
import { dateOf } from '../../clock.ts';
import type { Sql, Transaction } from '../../db/client.ts';
import { Problem } from '../../errors.ts';
import { newId } from '../../ids.ts';
import { say } from '../sentences.ts';
import { findApplication, tellChains, whoOf } from './store.ts';

export interface Deadline extends Term {
  id: string;
  office_action_id: string | null;
  state: 'open' | 'met' | 'missed' | 'void';
  met_on: CalendarDate | null;
}

/** In order of their ends. */
export async function deadlinesOf(sql: Sql, application_id: string): Promise<Deadline[]> {
  return sql<Deadline[]>`
    select id, kind, office_action_id, from_on, due_on, rule, verified, weekday_only_years, state, met_on from filing_deadline
    where application_id = ${application_id} order by due_on, id`;
}

/** @returns the id of each by its kind */
export async function insertTerms(
  tx: Transaction,
  application_id: string,
  terms: readonly Term[],
  office_action_id: string | null,
  now: Date,
): Promise<Map<string, string>> {
  const ids = new Map<string, string>();
  for (const term of terms) {
    const id = newId('fdl');
    ids.set(term.kind, id);
    await tx`insert into filing_deadline ${tx({
      ...term,
      id,
      application_id,
      office_action_id,
      state: 'open',
      created_at: now,
    })}`;
  }
  return ids;
}

/** Meets those of some kinds that are open. */
export async function meetDeadlines(
  tx: Transaction,
  application_id: string,
  kinds: readonly string[],
  met_on: CalendarDate,
): Promise<void> {
  await tx`update filing_deadline set state = 'met', met_on = ${met_on}
    where application_id = ${application_id} and kind = any(${kinds as string[]}) and state = 'open'`;
}

/** Nothing is owed any more. */
export async function voidDeadlines(tx: Transaction, application_id: string): Promise<void> {
  await tx`update filing_deadline set state = 'void'
    where application_id = ${application_id} and state = 'open' and kind <> 'priority_abroad'`;
}

/**
 * Records that what a term asks for was done. Twice on the same day is once.
 * @throws Problem `not_found`, `conflict` for a term that is over, `refused` for a day after its end or still to come
 */
export async function meetDeadline(
  tx: Transaction,
  application_id: string,
  deadline_id: string,
  met_on: CalendarDate,
  caller: Caller,
  now: Date,
): Promise<Deadline> {
  const application = await findApplication(tx, application_id, true);
  const found = async () => (await deadlinesOf(tx, application_id)).find(({ id }) => id === deadline_id);
  const deadline = await found();
  if (!deadline) throw new Problem('not_found', 'There is no such deadline.');
  if (deadline.state === 'met' && deadline.met_on === met_on) return deadline;
  requireAlive(deadline, met_on, now);
  await tx`update filing_deadline set state = 'met', met_on = ${met_on} where id = ${deadline_id}`;
  const detail = { deadline_id, kind: deadline.kind, met_on };
  await tellChains(tx, application, whoOf(caller), 'filing.deadline.met', detail, now);
  return (await found())!;
}

/** @throws Problem `conflict`, `refused` */
export function requireAlive({ kind, due_on, state }: Deadline, on: CalendarDate, now: Date): void {
  if (state === 'met') throw new Problem('conflict', say('deadline_met', { deadline: kind }));
  if (state === 'void') throw new Problem('conflict', say('deadline_void', { deadline: kind }));
  if (on > dateOf(now))
    throw new Problem('refused', say('deadline_day_to_come', { day: on, today: dateOf(now) }));
  if (state === 'missed' || on > due_on)
    throw new Problem('refused', say('deadline_over', { deadline: kind, due_on, day: on }));
}
