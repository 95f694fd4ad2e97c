/** Daily: firms are told of terms that come near, and of those that they missed. */
import { addDays } from '../../../models/calendar.ts';
import type { CalendarDate } from '../../../models/types.ts';
import { dateOf } from '../../clock.ts';
import type { Transaction } from '../../db/client.ts';
import { emitEvents, type NewEvent, toldTo } from '../../outbox/emit.ts';

/** Days before its end at which a term is told of, each once. */
export const REMIND_days = [60, 30, 7, 1] as const;

interface Due {
  id: string;
  application_id: string;
  firm_id: string;
  office: string;
  kind: string;
  due_on: CalendarDate;
  verified: boolean;
  told_days: number | null;
}

/** @param at the day on which it is told; a term missed is told on the day after its end */
export async function remind(
  tx: Transaction,
  at: Date,
): Promise<{ filing_deadlines_near: number; filing_deadlines_missed: number }> {
  const today = dateOf(at);
  const due = await tx<Due[]>`
    select filing_deadline.id, application_id, firm_id, office, kind, due_on, verified, told_days
    from filing_deadline join filing_application on filing_application.id = application_id
    where filing_deadline.state = 'open' and due_on <= ${addDays(today, REMIND_days[0])}
    order by filing_deadline.id for update of filing_deadline skip locked`;
  const missed = due.filter(({ due_on }) => due_on < today);
  const near = due
    .filter(({ due_on }) => due_on >= today)
    .map((each) => ({ ...each, days: thresholdOf(each.due_on, today) }))
    .filter(({ told_days, days }) => told_days === null || days < told_days);
  await tx`update filing_deadline set state = 'missed', told_days = 0
    where id = any(${missed.map(({ id }) => id)})`;
  for (const { id, days } of near) await tx`update filing_deadline set told_days = ${days} where id = ${id}`;
  await emitEvents(tx, [
    ...missed.map((each) => eventOf('filing.deadline.missed', each, at)),
    ...near.map((each) => eventOf('filing.deadline.near', each, at)),
  ]);
  return { filing_deadlines_near: near.length, filing_deadlines_missed: missed.length };
}

/** The least of the reminders that is due. */
function thresholdOf(due_on: CalendarDate, today: CalendarDate): number {
  return REMIND_days.findLast((days) => due_on <= addDays(today, days))!;
}

function eventOf(
  type: string,
  { id, application_id, firm_id, office, kind, due_on, verified }: Due,
  at: Date,
): NewEvent {
  return {
    type,
    pledge_id: null,
    ...toldTo({ id: firm_id, kind: 'firm' }),
    occurred_at: at,
    data: { application_id, deadline_id: id, office, kind, due_on, verified },
  };
}
