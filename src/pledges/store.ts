/** Pledge contracts, their moves, balances and value flow: the queries. */

import type { CalendarDate, RightType } from '../../models/types.ts';
import type { Sql, Transaction } from '../db/client.ts';
import { newId } from '../ids.ts';
import type { DeclaredUseMinor } from '../valuations/value.ts';
import type { PledgeState } from './lifecycle.ts';

export interface Pledge {
  id: string;
  bank_id: string;
  firm_id: string;
  state: PledgeState;
  currency: string;
  principal_minor: number;
  requested_on: CalendarDate;
  matures_on: CalendarDate;
  ltv_target_bp: number;
  ltv_warning_bp: number;
  ltv_breach_bp: number;
  approved_value_minor: number | null;
  registration_number: string | null;
  demonstration: boolean;
  created_at: Date;
}

export interface PledgedPatent extends DeclaredUseMinor {
  pledge_id: string;
  patent_id: string;
  office: string;
  application_number: string;
  added_at: Date;
}

export interface PledgeMove {
  id: string;
  pledge_id: string;
  from_state: PledgeState | null;
  to_state: PledgeState;
  moved_on: CalendarDate;
  moved_at: Date;
  actor: string;
  detail: Record<string, unknown>;
}

/** What one patent adds to a point of the value flow. */
export interface PatentValue {
  patent_id: string;
  valuation_id: string;
  status: 'valued' | 'worthless' | 'unknown';
  mid_minor: number | null;
  lapse_probability: number | null;
}

export interface PledgeValue {
  pledge_id: string;
  as_of: CalendarDate;
  known_at: Date;
  state: PledgeState;
  status: 'valued' | 'worthless' | 'unknown';
  model_version_id: string;
  low_minor: number | null;
  mid_minor: number | null;
  high_minor: number | null;
  collateral_minor: number | null;
  outstanding_minor: number;
  ltv_bp: number | null;
  patents: PatentValue[];
}

export type PledgedUse = { patent_id: string } & Partial<DeclaredUseMinor>;

export const NOTHING_DECLARED: DeclaredUseMinor = {
  annual_revenue_minor: null,
  industry: null,
  launch_value_minor: null,
  development_cost_minor: null,
  reproduction_cost_minor: null,
};

export type NewPledge = Omit<Pledge, 'id' | 'state' | 'approved_value_minor' | 'registration_number'>;

export async function insertPledge(
  tx: Transaction,
  given: NewPledge,
  patents: readonly PledgedUse[],
  id: string = newId('plg'),
): Promise<Pledge> {
  const pledge: Pledge = {
    id,
    ...given,
    state: 'requested',
    approved_value_minor: null,
    registration_number: null,
  };
  await Promise.all([
    tx`insert into pledge ${tx(pledge)}`.execute(),
    addPatents(tx, pledge.id, patents, given.created_at),
  ]);
  return pledge;
}

/** @returns the pledge if that organisation may see it, locked against other moves when `lock` is set */
export async function findPledge(
  sql: Sql | Transaction,
  id: string,
  seen_by: { organisation_id: string; kind: string },
  lock = false,
): Promise<Pledge | null> {
  const [row] = await sql<(Pledge & { last_event_seq: number; live: boolean })[]>`
    select * from pledge where id = ${id} and (${seen_by.kind} = 'staff'
      or ${seen_by.organisation_id} in (bank_id, firm_id)) ${lock ? sql`for update` : sql``}`;
  if (!row) return null;
  const { last_event_seq: _seq, live: _live, ...pledge } = row;
  return pledge;
}

export async function addPatents(
  tx: Transaction,
  pledge_id: string,
  patents: readonly PledgedUse[],
  added_at: Date,
): Promise<void> {
  if (patents.length === 0) return;
  const rows = patents.map((patent) => ({ pledge_id, ...NOTHING_DECLARED, ...patent, added_at }));
  await tx`insert into pledge_patent ${tx(rows)}`;
}

/** Kinds of right among the patents under a pledge. */
export async function kindsPledged(sql: Sql, pledge_id: string): Promise<RightType[]> {
  const kinds = await sql<{ right_type: RightType }[]>`
    with held as materialized (
      select patent_id from pledge_patent where pledge_id = ${pledge_id} and removed_at is null)
    select distinct right_type from held join patent using (patent_id)`;
  return kinds.map(({ right_type }) => right_type);
}

/** Their rows stay: what was pledged once can be told for ever. */
export async function removePatents(
  tx: Transaction,
  pledge_id: string,
  patent_ids: readonly string[],
  removed_at: Date,
): Promise<void> {
  await tx`update pledge_patent set removed_at = ${removed_at}
    where pledge_id = ${pledge_id} and patent_id = any(${patent_ids as string[]}::uuid[]) and removed_at is null`;
}

/** A bank's in one state, in order of id. */
export async function pledgesIn(sql: Sql, bank_id: string, state: PledgeState): Promise<Pledge[]> {
  return sql<Pledge[]>`select * from pledge where bank_id = ${bank_id} and state = ${state} order by id`;
}

/** What is pledged now, in order of pledge and patent. */
export async function pledgedPatents(
  sql: Sql | Transaction,
  pledge_ids: readonly string[],
): Promise<PledgedPatent[]> {
  return numbered(sql, sql`pledge_id = any(${pledge_ids as string[]}) and removed_at is null`);
}

/** What was pledged at an instant; the same order. */
export async function patentsPledgedAt(
  sql: Sql | Transaction,
  pledge_ids: readonly string[],
  at: Date,
): Promise<PledgedPatent[]> {
  return numbered(
    sql,
    sql`pledge_id = any(${pledge_ids as string[]}) and added_at <= ${at} and (removed_at is null or removed_at > ${at})`,
  );
}

/** Rows under policies are read before they are joined with patents: Citus takes both only one after the other. */
async function numbered(sql: Sql | Transaction, held: ReturnType<Sql>): Promise<PledgedPatent[]> {
  return sql<PledgedPatent[]>`
    with held as materialized (select * from pledge_patent where ${held})
    select held.*, patent.office, patent.application_number from held join patent using (patent_id)
    order by pledge_id, patent_id`;
}

export async function insertMove(tx: Transaction, move: Omit<PledgeMove, 'id'>): Promise<PledgeMove> {
  const stored = { id: newId('mov'), ...move };
  // Under way at once: what is sent behind it may be sent in another role.
  await tx`insert into pledge_move ${tx({ ...stored, detail: tx.json(move.detail as never) })}`.execute();
  return stored;
}

export async function movesOf(sql: Sql, pledge_id: string, known_at: Date): Promise<PledgeMove[]> {
  return sql<PledgeMove[]>`select * from pledge_move
    where pledge_id = ${pledge_id} and moved_at <= ${known_at} order by moved_at, id`;
}

/** The loan from `effective_on` on. A later statement about the same day replaces the earlier one. */
export async function setBalance(
  tx: Transaction,
  balance: { pledge_id: string; effective_on: CalendarDate; outstanding_minor: number; known_at: Date },
): Promise<void> {
  await tx`insert into pledge_balance ${tx(balance)}
    on conflict (pledge_id, effective_on, known_at) do update set outstanding_minor = excluded.outstanding_minor`;
}

/** Moves each of the steps of `balancesFrom` by as much: the loan is paid back, or grows. */
export async function moveBalances(
  tx: Transaction,
  pledge_id: string,
  steps: readonly { effective_on: CalendarDate; outstanding_minor: number }[],
  change_minor: number,
  known_at: Date,
): Promise<void> {
  await tx`insert into pledge_balance (pledge_id, effective_on, outstanding_minor, known_at)
    select ${pledge_id}, effective_on, outstanding_minor + ${change_minor}::bigint, ${known_at}::timestamptz
    from jsonb_to_recordset(${tx.json(steps as never)}) as step (effective_on date, outstanding_minor bigint)
    on conflict (pledge_id, effective_on, known_at) do update set outstanding_minor = excluded.outstanding_minor`;
}

/** Loan outstanding on a day, by pledge id, as known at an instant; 0 before it was disbursed. */
export async function balances(
  sql: Sql | Transaction,
  pledge_ids: readonly string[],
  on: CalendarDate,
  known_at: Date,
): Promise<Map<string, number>> {
  const rows = await sql<{ pledge_id: string; outstanding_minor: number }[]>`
    select distinct on (pledge_id) pledge_id, outstanding_minor from pledge_balance
    where pledge_id = any(${pledge_ids as string[]}) and effective_on <= ${on} and known_at <= ${known_at}
    order by pledge_id, effective_on desc, known_at desc`;
  return new Map(rows.map((row) => [row.pledge_id, row.outstanding_minor]));
}

/** The loan on a day and at every later step that is known, in order; without the day if nothing was owed on it. */
export async function balancesFrom(
  tx: Transaction,
  pledge_id: string,
  day: CalendarDate,
): Promise<{ effective_on: CalendarDate; outstanding_minor: number }[]> {
  return tx<{ effective_on: CalendarDate; outstanding_minor: number }[]>`
    with step as (select distinct on (effective_on) effective_on, outstanding_minor from pledge_balance
      where pledge_id = ${pledge_id} order by effective_on, known_at desc)
    select greatest(effective_on, ${day}) as effective_on, outstanding_minor from step
    where effective_on > ${day} or effective_on = (select max(effective_on) from step where effective_on <= ${day})
    order by step.effective_on`;
}

/** When the last move, balance, amendment or word on arrears of a pledge was written. */
export async function changedAt(tx: Transaction, pledge_id: string): Promise<Date> {
  const [row] = await tx<{ changed_at: Date }[]>`select greatest(
    (select max(moved_at) from pledge_move where pledge_id = ${pledge_id}),
    (select max(known_at) from pledge_balance where pledge_id = ${pledge_id}),
    (select max(greatest(asked_at, closed_at)) from pledge_amendment where pledge_id = ${pledge_id}),
    (select max(known_at) from pledge_overdue where pledge_id = ${pledge_id})) as changed_at`;
  return row!.changed_at;
}

/** Latest point of the value flow of each pledge, by pledge id. */
export async function latestValues(
  sql: Sql | Transaction,
  pledge_ids: readonly string[],
  known_at: Date,
): Promise<Map<string, PledgeValue>> {
  const rows = await sql<PledgeValue[]>`
    select latest.* from unnest(${pledge_ids as string[]}::text[]) as wanted(id)
    join lateral (select * from pledge_valuation where pledge_id = wanted.id and known_at <= ${known_at}
      order by as_of desc, known_at desc limit 1) latest on true`;
  return new Map(rows.map((row) => [row.pledge_id, row]));
}

/** The value flow: one point a day, the last one known for that day. */
export async function valuesOf(sql: Sql, pledge_id: string, known_at: Date): Promise<PledgeValue[]> {
  return sql<PledgeValue[]>`
    select distinct on (as_of) * from pledge_valuation
    where pledge_id = ${pledge_id} and known_at <= ${known_at} order by as_of, known_at desc`;
}

/** Appends points of value flows; of two of one instant the later counts. */
export async function appendPledgeValues(tx: Transaction, rows: readonly PledgeValue[]): Promise<void> {
  await tx`insert into pledge_valuation (pledge_id, as_of, known_at, state, status, model_version_id, low_minor,
      mid_minor, high_minor, collateral_minor, outstanding_minor, ltv_bp, patents)
    select pledge_id, as_of, known_at, state, status, model_version_id, low_minor, mid_minor, high_minor,
      collateral_minor, outstanding_minor, ltv_bp, patents
    from jsonb_to_recordset(${tx.json(rows as never)}) as row (pledge_id text, as_of date, known_at timestamptz,
      state text, status text, model_version_id text, low_minor bigint, mid_minor bigint, high_minor bigint,
      collateral_minor bigint, outstanding_minor bigint, ltv_bp bigint, patents jsonb)
    on conflict (pledge_id, as_of, known_at) do update set state = excluded.state, status = excluded.status,
      model_version_id = excluded.model_version_id, low_minor = excluded.low_minor, mid_minor = excluded.mid_minor,
      high_minor = excluded.high_minor, collateral_minor = excluded.collateral_minor,
      outstanding_minor = excluded.outstanding_minor, ltv_bp = excluded.ltv_bp, patents = excluded.patents`;
}

export async function markStale(
  tx: Transaction,
  pledge_id: string,
  reason: string,
  since: Date,
): Promise<void> {
  await tx`insert into pledge_stale (pledge_id, since, reason) values (${pledge_id}, ${since}, ${reason})
    on conflict (pledge_id) do update set since = least(pledge_stale.since, excluded.since)`;
}

export async function recordAnnuityPayment(
  tx: Transaction,
  payment: {
    pledge_id: string;
    patent_id: string;
    patent_year: number;
    paid_on: CalendarDate;
    evidence: string;
    known_at: Date;
  },
): Promise<void> {
  await tx`insert into annuity_payment ${tx(payment)}
    on conflict (pledge_id, patent_id, patent_year, known_at) do nothing`;
}
