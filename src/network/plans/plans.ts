/** Plans: packages of services with a price and quotas a month. What an organisation subscribed to says what it may use. */
import { daysBetween } from '../../../models/calendar.ts';
import { type Caller, findOrganisation } from '../../accounts/store.ts';
import { appendAudit } from '../../audit/log.ts';
import { dateOf } from '../../clock.ts';
import type { Sql, Transaction } from '../../db/client.ts';
import { Problem } from '../../errors.ts';
import { newId } from '../../ids.ts';
import { nextMonth } from '../../quotas/months.ts';
import { METERS, type Meter, type Quotas, setAllowances, usesInMonth } from '../../quotas/use.ts';
import { say } from '../sentences.ts';

export const MAX_PLANS = 500;

export interface Plan {
  id: string;
  name: string;
  /** A month. */
  price_minor: number;
  currency: string;
  quotas: Quotas;
  made_at: Date;
}

export interface Subscription {
  id: string;
  organisation_id: string;
  plan_id: string;
  from_on: string;
  until_on: string | null;
}

/** What is charged for a month to one who had a plan in it, and what was used. */
export interface Charge {
  organisation_id: string;
  organisation: string;
  plan_id: string;
  plan: string;
  month: string;
  /** Of the month, on which the plan was in force. */
  days: number;
  price_minor: number;
  /** The price by days, rounded half up. */
  charge_minor: number;
  currency: string;
  used: Record<Meter, number>;
  quota: Record<Meter, number | null>;
}

export async function listPlans(sql: Sql): Promise<Plan[]> {
  const rows = await sql<
    Plan[]
  >`select id, name, price_minor, currency, quotas, made_at from plan order by id`;
  return [...rows];
}

export async function makePlan(
  tx: Transaction,
  given: Omit<Plan, 'id' | 'made_at'>,
  caller: Caller,
  now: Date,
): Promise<Plan> {
  if ((await listPlans(tx)).length >= MAX_PLANS)
    throw new Problem('refused', say('plans_full', { count: MAX_PLANS }));
  const plan = { id: newId('pln'), ...given, made_at: now };
  await tx`insert into plan ${tx({ ...plan, quotas: tx.json(given.quotas), made_by: caller.key_id })}`;
  await audit(tx, [caller.organisation_id], caller, 'plan.made', plan.id, { ...given }, now);
  return plan;
}

/**
 * Puts an organisation on a plan from today on, in place of the one it had; null ends that one, and what is used is not
 * counted any more. For staff.
 * @throws Problem `refused` for an organisation or a plan that is none
 */
export async function subscribe(
  tx: Transaction,
  organisation_id: string,
  plan_id: string | null,
  caller: Caller,
  now: Date,
): Promise<Subscription | null> {
  if (!(await findOrganisation(tx, organisation_id)))
    throw new Problem('not_found', 'There is no such organisation.');
  await tx`select from organisation where id = ${organisation_id} for no key update`;
  const plan = plan_id === null ? null : (await listPlans(tx)).find(({ id }) => id === plan_id);
  if (plan === undefined) throw new Problem('refused', say('plan_unknown'));
  const today = dateOf(now);
  await tx`update plan_subscription set until_on = ${today} where organisation_id = ${organisation_id}
    and until_on is null`;
  await setAllowances(tx, organisation_id, plan?.quotas ?? {}, now);
  const heard = [...new Set([organisation_id, caller.organisation_id])];
  await audit(tx, heard, caller, 'plan.subscribed', organisation_id, { plan_id }, now);
  if (plan === null) return null;
  const subscription = {
    id: newId('psb'),
    organisation_id,
    plan_id: plan.id,
    from_on: today,
    until_on: null,
  };
  await tx`insert into plan_subscription ${tx({ ...subscription, made_at: now, made_by: caller.key_id })}`;
  return subscription;
}

/** The plan in force; null for none. */
export async function planOf(
  sql: Sql,
  organisation_id: string,
): Promise<(Plan & { from_on: string }) | null> {
  const [row] = await sql<(Plan & { from_on: string })[]>`
    select plan.id, name, price_minor, currency, quotas, plan.made_at, from_on from plan_subscription
    join plan on plan.id = plan_id where organisation_id = ${organisation_id} and until_on is null`;
  return row ?? null;
}

/** @param month its first day */
export async function chargesOf(sql: Sql, month: string): Promise<Charge[]> {
  const end = nextMonth(month);
  const held = await sql<(Subscription & Omit<Plan, 'id'> & { organisation: string })[]>`
    select plan_subscription.*, plan.name, price_minor, currency, quotas, organisation.name as organisation
    from plan_subscription join plan on plan.id = plan_id join organisation on organisation.id = organisation_id
    where from_on < ${end} and coalesce(until_on, 'infinity') > greatest(from_on, ${month}::date)
    order by organisation_id, plan_subscription.id`;
  const uses = Map.groupBy(await usesInMonth(sql, month), ({ organisation_id }) => organisation_id);
  return held.map(
    ({ organisation_id, organisation, plan_id, name, price_minor, currency, from_on, until_on }) => {
      const first = from_on > month ? from_on : month;
      const last = until_on !== null && until_on < end ? until_on : end;
      const days = daysBetween(first, last);
      const own = uses.get(organisation_id) ?? [];
      const of = (meter: Meter) => own.find((use) => use.meter === meter);
      return {
        organisation_id,
        organisation,
        plan_id,
        plan: name,
        month,
        days,
        price_minor,
        charge_minor: charged(price_minor, days, daysBetween(month, end)),
        currency,
        used: byMeter((meter) => of(meter)?.used ?? 0),
        quota: byMeter((meter) => of(meter)?.quota ?? null),
      };
    },
  );
}

/** In whole minor units, rounded half up: integers throughout, as a price times 31 may be beyond a double. */
export function charged(price_minor: number, days: number, days_of_month: number): number {
  const [price, part, whole] = [price_minor, days, days_of_month].map(BigInt);
  return Number((2n * price! * part! + whole!) / (2n * whole!));
}

function byMeter<T>(of: (meter: Meter) => T): Record<Meter, T> {
  return Object.fromEntries(METERS.map((meter) => [meter, of(meter)])) as Record<Meter, T>;
}

function audit(
  tx: Transaction,
  organisations: readonly string[],
  { key_id: actor }: Caller,
  action: string,
  subject: string,
  detail: Record<string, unknown>,
  at: Date,
): Promise<void> {
  return appendAudit(
    tx,
    organisations.map((organisation_id) => ({ organisation_id, at, actor, action, subject, detail })),
  );
}
