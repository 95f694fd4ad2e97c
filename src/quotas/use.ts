/**
 * What an organisation may use of a service in a calendar month (UTC), counted in the transaction of the use: what is rolled
 * back was not used, and the row that is counted on is locked, so that uses at once are never more than the quota. Who may
 * use how much is said from outside (`setAllowances`); without an allowance nothing is counted.
 */
import type { Caller, OrganisationKind } from '../accounts/store.ts';
import type { Sql, Transaction } from '../db/client.ts';
import { acrossTenants } from '../db/tenancy.ts';
import { Problem } from '../errors.ts';
import { emitEvents, toldTo } from '../outbox/emit.ts';
import { monthOf, nextMonth } from './months.ts';
import { say } from './sentences.ts';

/** What is counted: valuations asked for, searches for prior art, marks issued, introductions asked for. */
export const METERS = ['valuations', 'searches', 'marks', 'introductions'] as const;
export type Meter = (typeof METERS)[number];
export type Quotas = Partial<Record<Meter, number>>;

/** Of a quota: whose use reaches it is told. */
export const NEAR_PERCENT = 80;

export interface Use {
  organisation_id: string;
  meter: Meter;
  month: string;
  quota: number;
  used: number;
}

/**
 * @param n how much is used at once
 * @throws Problem `quota_used_up` when the month's quota does not hold so much more
 */
export async function useQuota(
  tx: Transaction,
  { organisation_id, kind }: Pick<Caller, 'organisation_id' | 'kind'>,
  meter: Meter,
  n: number,
  now: Date,
): Promise<void> {
  const month = monthOf(now);
  const [allowed] = await tx<{ allowance: number; use: Use | null }[]>`
    with counted as (
      insert into quota_use (organisation_id, meter, month, quota, used)
      select organisation_id, meter, ${month}::date, quota, ${n}::bigint from quota_allowance
        where organisation_id = ${organisation_id} and meter = ${meter} and quota >= ${n}::bigint
      on conflict (organisation_id, meter, month) do update set used = quota_use.used + excluded.used
        where quota_use.used + excluded.used <= quota_use.quota
      returning organisation_id, meter, month, quota, used)
    select allowance.quota as allowance, to_jsonb(counted) as use from quota_allowance allowance left join counted on true
    where allowance.organisation_id = ${organisation_id} and allowance.meter = ${meter}`;
  if (!allowed) return;
  const { allowance, use } = allowed;
  if (use) return tellWhenNear(tx, use, n, kind, now);
  const [{ used } = { used: 0 }] = await usesOf(tx, organisation_id, month, meter);
  throw new Problem(
    'quota_used_up',
    say('quota_over', { allowed: allowance, meter, used, count: n, day: nextMonth(month) }),
  );
}

/** Once a month: when a use reaches the share of the quota. */
async function tellWhenNear(tx: Transaction, use: Use, n: number, kind: OrganisationKind, now: Date) {
  const isNear = (used: number) => used * 100 >= use.quota * NEAR_PERCENT;
  if (!isNear(use.used) || isNear(use.used - n)) return;
  const { organisation_id: id, meter, month, quota, used } = use;
  await emitEvents(tx, [
    {
      type: 'network.plan.near',
      pledge_id: null,
      ...toldTo({ id, kind }),
      occurred_at: now,
      data: { meter, month, quota, used },
    },
  ]);
}

/** What was used in a month, by meter. */
export async function usesOf(
  sql: Sql,
  organisation_id: string,
  month: string,
  meter: Meter | null = null,
): Promise<Use[]> {
  const rows = await sql<Use[]>`
    select organisation_id, meter, ${month} as month, quota, coalesce(used, 0) as used from (
      select organisation_id, meter, coalesce(quota_use.quota, quota_allowance.quota) as quota, used
      from quota_allowance full join (select * from quota_use where month = ${month}) quota_use
        using (organisation_id, meter) where organisation_id = ${organisation_id}) use
    where ${meter}::text is null or meter = ${meter} order by meter`;
  return [...rows];
}

/** Of all that may be seen, by organisation and meter: what is charged for. */
export async function usesInMonth(sql: Sql, month: string): Promise<Use[]> {
  const rows = await sql<Use[]>`select organisation_id, meter, month, quota, used from quota_use
    where month = ${month} order by organisation_id, meter`;
  return [...rows];
}

/**
 * What an organisation may use from now on; nothing: it is not counted. The month under way goes by it too, though what was
 * used stays used. For staff.
 */
export function setAllowances(
  tx: Transaction,
  organisation_id: string,
  quotas: Quotas,
  now: Date,
): Promise<void> {
  const rows = Object.entries(quotas).map(([meter, quota]) => ({ meter, quota }));
  return acrossTenants(tx, async () => {
    await tx`delete from quota_allowance where organisation_id = ${organisation_id}`;
    await tx`insert into quota_allowance (organisation_id, meter, quota)
      select ${organisation_id}, meter, quota
      from jsonb_to_recordset(${tx.json(rows)}) as row (meter text, quota bigint)`;
    await tx`update quota_use set quota = greatest(used, row.quota)
      from jsonb_to_recordset(${tx.json(rows)}) as row (meter text, quota bigint)
      where organisation_id = ${organisation_id} and month = ${monthOf(now)} and quota_use.meter = row.meter`;
  });
}
