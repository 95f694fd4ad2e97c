/** The status of pledges as it was found, slot by slot: the queries. */
import type { PledgeStatus } from '../../models/risk/status.ts';
import type { Sql, Transaction } from '../db/client.ts';

export interface StatusChange {
  pledge_id: string;
  known_at: Date;
  status: PledgeStatus;
}

/** @returns the latest known by an instant, by pledge id; a pledge that was never assessed has none */
export async function latestStatuses(
  sql: Sql,
  pledge_ids: readonly string[],
  known_at: Date,
): Promise<Map<string, PledgeStatus>> {
  const rows = await sql<{ pledge_id: string; status: PledgeStatus }[]>`
    select distinct on (pledge_id) pledge_id, status from pledge_status
    where pledge_id = any(${pledge_ids as string[]}) and known_at <= ${known_at}
    order by pledge_id, known_at desc`;
  return new Map(rows.map(({ pledge_id, status }) => [pledge_id, status]));
}

export interface WithStatus {
  /** Null before the first assessment. */
  status: PledgeStatus | null;
}

/** Pledges with the status of each as known at an instant, in the order given. */
export async function withStatus<Pledge extends { id: string }>(
  sql: Sql,
  pledges: readonly Pledge[],
  known_at: Date,
): Promise<(Pledge & WithStatus)[]> {
  const ids = pledges.map(({ id }) => id);
  const statuses = await latestStatuses(sql, ids, known_at);
  return pledges.map((pledge) => ({ ...pledge, status: statuses.get(pledge.id) ?? null }));
}

/** A slot that runs again finds the same. */
export async function appendStatuses(tx: Transaction, changes: readonly StatusChange[]): Promise<void> {
  if (changes.length === 0) return;
  await tx`insert into pledge_status
    select * from jsonb_populate_recordset(null::pledge_status, ${tx.json(changes as never)})
    on conflict do nothing`;
}

/** Newest first, as known at an instant. */
export async function statusesOf(sql: Sql, pledge_id: string, known_at: Date): Promise<StatusChange[]> {
  return sql<StatusChange[]>`select pledge_id, known_at, status from pledge_status
    where pledge_id = ${pledge_id} and known_at <= ${known_at} order by known_at desc`;
}
