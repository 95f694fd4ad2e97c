/** Flags: the queries. */

import type { Severity } from '../../models/risk/rule.ts';
import type { CalendarDate } from '../../models/types.ts';
import type { Sql, Transaction } from '../db/client.ts';

export interface Flag {
  id: string;
  pledge_id: string;
  patent_id: string | null;
  occasion: string;
  rule: string;
  rule_version: number;
  severity: Severity;
  state: 'open' | 'cleared' | 'decided';
  opened_as_of: CalendarDate;
  opened_at: Date;
  evidence: Record<string, number | string | null>;
  /** Key of the finding that caused this one; its own when nothing did. */
  case_key: string;
  /** Key of the finding that silences it; null when none does. */
  inhibited_by: string | null;
  /** When bank and firm heard of it; null while it is inhibited or falls into a silence. */
  told_at: Date | null;
  cleared_as_of: CalendarDate | null;
  cleared_at: Date | null;
  decision: 'acknowledged' | 'escalated' | 'dismissed' | null;
  decision_note: string | null;
  decided_by: string | null;
  decided_at: Date | null;
}

export type StandingFlag = Pick<
  Flag,
  'id' | 'rule' | 'severity' | 'patent_id' | 'opened_as_of' | 'evidence' | 'state' | 'cleared_as_of'
>;

/** Flags that are open or decided, of several pledges. */
export async function standingFlags(tx: Transaction, pledge_ids: readonly string[]): Promise<Flag[]> {
  return tx<Flag[]>`select * from flag where pledge_id = any(${pledge_ids as string[]})
    and state <> 'cleared' order by id`;
}

export async function insertFlags(tx: Transaction, flags: readonly Flag[]): Promise<void> {
  await tx`insert into flag (id, pledge_id, patent_id, occasion, rule, rule_version, severity, state, opened_as_of,
      opened_at, evidence, case_key, inhibited_by, told_at)
    select id, pledge_id, patent_id, occasion, rule, rule_version, severity, state, opened_as_of, opened_at, evidence,
      case_key, inhibited_by, told_at
    from jsonb_to_recordset(${tx.json(flags as never)}) as row (id text, pledge_id text, patent_id uuid,
      occasion text, rule text, rule_version integer, severity text, state text, opened_as_of date,
      opened_at timestamptz, evidence jsonb, case_key text, inhibited_by text, told_at timestamptz)`;
}

/** Writes down what became of standing flags: their case, what silences them, and that they were told. */
export async function updateCases(
  tx: Transaction,
  flags: readonly Pick<Flag, 'id' | 'case_key' | 'inhibited_by' | 'told_at'>[],
): Promise<void> {
  if (flags.length === 0) return;
  await tx`update flag set case_key = told.case_key, inhibited_by = told.inhibited_by, told_at = told.told_at
    from jsonb_to_recordset(${tx.json(flags as never)})
      as told (id text, case_key text, inhibited_by text, told_at timestamptz)
    where flag.id = told.id`;
}

export async function clearFlags(
  tx: Transaction,
  ids: readonly string[],
  as_of: CalendarDate,
  at: Date,
): Promise<void> {
  await tx`update flag set state = 'cleared', cleared_as_of = ${as_of}, cleared_at = ${at}
    where id = any(${ids as string[]})`;
}

/** A pledge's flags as they stood at an instant. Decisions from before there were reviews have no steps. */
export async function flagsOf(sql: Sql, pledge_id: string, known_at: Date): Promise<StandingFlag[]> {
  return sql<StandingFlag[]>`${flagsAt(sql, pledge_id, known_at)} order by id`;
}

/** Part of a statement: the same flags, in no order. */
export function flagsAt(sql: Sql, pledge_id: string, known_at: Date) {
  return sql`
    select id, rule, severity, patent_id, opened_as_of, evidence,
      case when cleared_at <= ${known_at} then 'cleared'
        when coalesce(last_word.action = 'approved', decided_at <= ${known_at}) then 'decided'
        else 'open' end as state,
      case when cleared_at <= ${known_at} then cleared_as_of end as cleared_as_of
    from flag left join lateral (
      select action from review_step
      where flag_id = flag.id and at <= ${known_at} and action in ('approved', 'reopened')
      order by version desc limit 1) last_word on true
    where pledge_id = ${pledge_id} and opened_at <= ${known_at}`;
}
