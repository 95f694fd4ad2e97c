/** Letters of the office and the answers to them. Their texts are the firm's and its agencies', not for staff. */

import { isOver } from '../../../models/filing/procedure.ts';
import { ruleOf } from '../../../models/filing/sentences.ts';
import { type OfficeActionKind, termOfOfficeAction } from '../../../models/filing/terms.ts';
import type { CalendarDate } from '../../../models/types.ts';
import type { Caller } from '../../accounts/store.ts';
import { dateOf } from '../../clock.ts';
import type { Sql, Transaction } from '../../db/client.ts';
import { Problem } from '../../errors.ts';
import { newId } from '../../ids.ts';
import { emitEvents, toldTo } from '../../outbox/emit.ts';
import { say } from '../sentences.ts';
import { type Deadline, deadlinesOf, insertTerms, meetDeadline } from './deadlines.ts';
import { findApplication, tellChains, whoOf } from './store.ts';

export const MAX_OFFICE_ACTIONS = 200;
export const MAX_LETTER_CHARS = 200_000;
export const MAX_TERM_MONTHS = 24;

export interface OfficeAction {
  id: string;
  number: number;
  kind: OfficeActionKind;
  issued_on: CalendarDate;
  content: string;
  recorded_at: Date;
  /** Null for a letter that sets no term. */
  due_on: CalendarDate | null;
  deadline_state: Deadline['state'] | null;
  /** Whether what sets the term was compared with its source, or is the letter itself. */
  deadline_verified: boolean | null;
  answer: string | null;
  answered_on: CalendarDate | null;
}

export interface NewOfficeAction {
  kind: OfficeActionKind;
  issued_on: CalendarDate;
  content: string;
  /** Where the letter sets another term than the rule. */
  term_months: number | null;
}

/** In the order in which they were recorded. */
export async function officeActionsOf(sql: Sql, application_id: string): Promise<OfficeAction[]> {
  return sql<OfficeAction[]>`
    select action.id, number, action.kind, issued_on, content, recorded_at, due_on, state as deadline_state,
      verified as deadline_verified, answer, answered_on
    from filing_office_action action left join filing_deadline on office_action_id = action.id
    where action.application_id = ${application_id} order by number`;
}

/** @throws Problem `not_found`, `conflict` before filing and after the end, `refused` for a letter whose term is over */
export async function recordOfficeAction(
  tx: Transaction,
  application_id: string,
  { kind, issued_on, content, term_months }: NewOfficeAction,
  caller: Caller,
  now: Date,
): Promise<OfficeAction> {
  const application = await findApplication(tx, application_id, true);
  const { state, filed_on, office } = application;
  if (filed_on === null)
    throw new Problem('conflict', 'The application is not filed yet; record that first.');
  if (isOver(state)) throw new Problem('conflict', say('letter_over', { application: state }));
  const today = dateOf(now);
  if (issued_on > today || issued_on < filed_on)
    throw new Problem('refused', say('letter_day', { day: issued_on, filed_on, today }));
  const term = termOfOfficeAction(office, kind, issued_on, term_months);
  if (term && term.due_on < today)
    throw new Problem('refused', say('letter_term_over', { due_on: term.due_on, rule: ruleOf(term.rule) }));
  const number = (await officeActionsOf(tx, application_id)).length + 1;
  if (number > MAX_OFFICE_ACTIONS)
    throw new Problem('refused', say('letters_full', { count: MAX_OFFICE_ACTIONS }));
  const id = newId('foa');
  const author_id = caller.key_id;
  await tx`insert into filing_office_action ${tx({
    ...{ id, application_id, number, kind, issued_on, content, author_id, recorded_at: now },
  })}`;
  if (term) await insertTerms(tx, application_id, [term], id, now);
  const told = { office_action_id: id, kind, issued_on };
  await tellChains(tx, application, whoOf(caller), 'filing.office_action.recorded', told, now);
  await emitEvents(tx, [
    {
      type: 'filing.office_action.received',
      pledge_id: null,
      ...toldTo({ id: application.firm_id, kind: 'firm' }),
      occurred_at: now,
      data: {
        ...{ application_id, office_action_id: id, kind, issued_on },
        due_on: term?.due_on ?? null,
        due_verified: term?.verified ?? null,
      },
    },
  ]);
  return (await officeActionsOf(tx, application_id)).at(-1)!;
}

/** @throws Problem `not_found`, `conflict` when it is answered, `refused` when its term is over */
export async function answerOfficeAction(
  tx: Transaction,
  application_id: string,
  office_action_id: string,
  { answer, answered_on }: { answer: string; answered_on: CalendarDate },
  caller: Caller,
  now: Date,
): Promise<OfficeAction> {
  const application = await findApplication(tx, application_id, true);
  const found = async () =>
    (await officeActionsOf(tx, application_id)).find(({ id }) => id === office_action_id);
  const action = await found();
  if (!action) throw new Problem('not_found', 'There is no such office action.');
  if (action.answer !== null)
    throw new Problem('conflict', say('letter_answered', { day: action.answered_on! }));
  if (answered_on < action.issued_on || answered_on > dateOf(now))
    throw new Problem(
      'refused',
      say('letter_answer_day', { day: answered_on, issued_on: action.issued_on, today: dateOf(now) }),
    );
  const deadline = (await deadlinesOf(tx, application_id)).find(
    (each) => each.office_action_id === office_action_id,
  );
  if (deadline) await meetDeadline(tx, application_id, deadline.id, answered_on, caller, now);
  await tx`update filing_office_action set answer = ${answer}, answered_on = ${answered_on}, answered_by = ${caller.key_id}
    where id = ${office_action_id}`;
  const told = { office_action_id, answered_on };
  await tellChains(tx, application, whoOf(caller), 'filing.office_action.answered', told, now);
  return (await found())!;
}
