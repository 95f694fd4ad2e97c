/**
 * Margin calls: the bank asks for the cure of a breach within so many working days. Met when the loan is back at its
 * target, by repayment or by value; expired when its day has passed; withdrawn with a reason, or with the contract's end.
 */
import { cureTo } from '../../../models/risk/loan-to-value.ts';
import type { CalendarDate } from '../../../models/types.ts';
import { addWorkingDays, type WorkingCalendar } from '../../../models/working-days.ts';
import type { Caller } from '../../accounts/store.ts';
import { dateOf } from '../../clock.ts';
import type { Sql, Transaction } from '../../db/client.ts';
import { Problem } from '../../errors.ts';
import { newId } from '../../ids.ts';
import { lockPledge } from '../lock.ts';
import { say } from '../sentences.ts';
import { balances, latestValues, type Pledge } from '../store.ts';
import { traceChange } from '../trace.ts';

/** Bank practice for the cure of a fallen value: valuation templates of Chinese banks ask for fifteen working days. */
export const DEFAULT_CURE_WORKING_DAYS = 15;

export const MARGIN_CALL_OUTCOMES = ['met', 'expired', 'withdrawn'] as const;
export type MarginCallOutcome = (typeof MARGIN_CALL_OUTCOMES)[number];

export interface MarginCall {
  id: string;
  pledge_id: string;
  called_on: CalendarDate;
  due_on: CalendarDate;
  shortfall_minor: number;
  state: 'open' | MarginCallOutcome;
  called_at: Date;
  closed_at: Date | null;
}

/** @throws Problem `conflict` when the pledge is not active or has an open call, `refused` when no breach is known */
export async function callMargin(
  tx: Transaction,
  pledge_id: string,
  term: { working_days: number; calendar: WorkingCalendar },
  caller: Caller,
  asked_at: Date,
): Promise<{ call: MarginCall; weekday_only_years: number[] }> {
  const { pledge, now } = await lockPledge(tx, pledge_id, caller, asked_at);
  if (pledge.state !== 'active')
    throw new Problem('conflict', say('call_not_active', { state: pledge.state }));
  const [open] = await openCalls(tx, [pledge_id], now);
  if (open) throw new Problem('conflict', say('call_open', { call_id: open.id, due_on: open.due_on }));
  const today = dateOf(now);
  const { outstanding_minor, mid_minor } = await position(tx, pledge_id, now);
  if (cureTo(outstanding_minor, mid_minor, pledge.ltv_breach_bp).pay_minor === 0)
    throw new Problem('refused', say('call_no_breach', { breach_bp: pledge.ltv_breach_bp }));
  const { on: due_on, weekday_only_years } = addWorkingDays(today, term.working_days, term.calendar);
  const shortfall_minor = cureTo(outstanding_minor, mid_minor, pledge.ltv_target_bp).pay_minor;
  const call: MarginCall = {
    id: newId('mcl'),
    pledge_id,
    called_on: today,
    due_on,
    shortfall_minor,
    state: 'open',
    called_at: now,
    closed_at: null,
  };
  await tx`insert into margin_call ${tx(call)}`;
  await trace(tx, pledge, call, 'opened', { ...term }, caller, now);
  return { call, weekday_only_years };
}

/** @throws Problem `not_found` for another pledge's call, `conflict` for a closed one, `refused` where the outcome is not so */
export async function closeMarginCall(
  tx: Transaction,
  pledge_id: string,
  call_id: string,
  { outcome, reason }: { outcome: MarginCallOutcome; reason?: string },
  caller: Caller,
  asked_at: Date,
): Promise<MarginCall> {
  const { pledge, now } = await lockPledge(tx, pledge_id, caller, asked_at);
  const [call] = await tx<MarginCall[]>`
    select * from margin_call where id = ${call_id} and pledge_id = ${pledge_id}`;
  if (!call) throw new Problem('not_found', 'This pledge has no such margin call.');
  if (call.state !== 'open') throw new Problem('conflict', say('call_closed', { call: call.state }));
  if (outcome === 'met') {
    const { outstanding_minor, mid_minor } = await position(tx, pledge_id, now);
    const { pay_minor } = cureTo(outstanding_minor, mid_minor, pledge.ltv_target_bp);
    if (pay_minor > 0)
      throw new Problem('refused', say('call_unmet', { pay_minor, currency: pledge.currency }));
  }
  if (outcome === 'expired' && dateOf(now) <= call.due_on)
    throw new Problem('refused', say('call_runs', { due_on: call.due_on }));
  if (outcome === 'withdrawn' && reason === undefined) throw new Problem('refused', say('call_no_reason'));
  return close(tx, pledge, call, outcome, reason === undefined ? {} : { reason }, caller, now);
}

/** A contract that is no longer active has no margin to call for. */
export async function endMarginCalls(
  tx: Transaction,
  pledge: Pledge,
  reason: string,
  caller: Caller,
  now: Date,
): Promise<void> {
  for (const call of await openCalls(tx, [pledge.id], now))
    await close(tx, pledge, call, 'withdrawn', { reason }, caller, now);
}

/** Calls that were open at an instant, in order of their pledges. */
export async function openCalls(
  sql: Sql | Transaction,
  pledge_ids: readonly string[],
  known_at: Date,
): Promise<MarginCall[]> {
  return sql<MarginCall[]>`select * from margin_call
    where pledge_id = any(${pledge_ids as string[]}) and called_at <= ${known_at}
      and (closed_at is null or closed_at > ${known_at}) order by pledge_id, id`;
}

export async function marginCallsOf(sql: Sql, pledge_id: string): Promise<MarginCall[]> {
  return sql<MarginCall[]>`select * from margin_call where pledge_id = ${pledge_id} order by id`;
}

async function close(
  tx: Transaction,
  pledge: Pledge,
  call: MarginCall,
  state: MarginCallOutcome,
  detail: Record<string, unknown>,
  caller: Caller,
  now: Date,
): Promise<MarginCall> {
  const closed = { ...call, state, closed_at: now };
  await tx`update margin_call set ${tx(closed, 'state', 'closed_at')} where id = ${call.id}`;
  await trace(tx, pledge, closed, state, detail, caller, now);
  return closed;
}

/** @throws Problem `refused` while the value is unknown */
async function position(tx: Transaction, pledge_id: string, now: Date) {
  const value = (await latestValues(tx, [pledge_id], now)).get(pledge_id);
  const outstanding_minor = (await balances(tx, [pledge_id], dateOf(now), now)).get(pledge_id) ?? 0;
  if (value?.mid_minor == null) throw new Problem('refused', say('call_value_unknown'));
  return { outstanding_minor, mid_minor: value.mid_minor };
}

async function trace(
  tx: Transaction,
  pledge: Pledge,
  { id: margin_call_id, due_on, shortfall_minor }: MarginCall,
  step: 'opened' | MarginCallOutcome,
  detail: Record<string, unknown>,
  caller: Caller,
  now: Date,
): Promise<void> {
  const known = { margin_call_id, due_on, shortfall_minor };
  await traceChange(
    tx,
    pledge,
    {
      action: `pledge.margin_call.${step}`,
      detail: { ...known, ...detail },
      data: { as_of: dateOf(now), ...known },
    },
    caller,
    now,
  );
}
