/** Applications at an office, with their steps, terms, fees and office actions. Who sees them is held by the database. */

import type { FeeLine } from '../../../models/claims/fees.ts';
import type { ApplicationState } from '../../../models/filing/procedure.ts';
import type { CalendarDate } from '../../../models/types.ts';
import type { Caller } from '../../accounts/store.ts';
import { appendAudit } from '../../audit/log.ts';
import type { Sql, Transaction } from '../../db/client.ts';
import { Problem } from '../../errors.ts';

export const OFFICES = ['CN', 'EP', 'WO'] as const;
export type Office = (typeof OFFICES)[number];

export interface Application {
  id: string;
  firm_id: string;
  draft_id: string;
  /** Of the draft, as it is filed. */
  version: number;
  office: Office;
  right_type: 'invention' | 'utility_model';
  state: ApplicationState;
  priority_on: CalendarDate | null;
  application_number: string | null;
  filed_on: CalendarDate | null;
  /** By which the patent database knows it, once it does. */
  patent_id: string | null;
  granted_on: CalendarDate | null;
  watched_at: Date | null;
  created_at: Date;
}

/** In order of id; those that the caller may see. */
export async function listApplications(sql: Sql, after: string, limit: number): Promise<Application[]> {
  return sql<Application[]>`select ${columns(sql)} from filing_application where id > ${after}
    order by id limit ${limit}`;
}

/** @throws Problem `not_found` unless the caller may see it */
export async function findApplication(sql: Sql, id: string, lock = false): Promise<Application> {
  const [found] = await sql<Application[]>`select ${columns(sql)} from filing_application where id = ${id}
    ${lock ? sql`for update` : sql``}`;
  if (!found) throw new Problem('not_found', 'There is no such application.');
  return found;
}

export interface Step {
  number: number;
  from_state: ApplicationState | null;
  to_state: ApplicationState;
  happened_on: CalendarDate;
  detail: Record<string, unknown>;
  /** Who recorded it; null for what the register told. */
  organisation_id: string | null;
  author_id: string;
  recorded_at: Date;
}

export async function stepsOf(sql: Sql, application_id: string): Promise<Step[]> {
  return sql<Step[]>`
    select number, from_state, to_state, happened_on, detail, organisation_id, author_id, recorded_at
    from filing_step where application_id = ${application_id} order by number`;
}

/** Appends a step, and tells it to the chains of the firm and of who recorded it. The caller holds the application's lock. */
export async function recordStep(
  tx: Transaction,
  { id, firm_id }: Pick<Application, 'id' | 'firm_id'>,
  step: Pick<Step, 'from_state' | 'to_state' | 'happened_on' | 'detail'>,
  who: Pick<Step, 'organisation_id' | 'author_id'>,
  now: Date,
): Promise<void> {
  const number = (await stepsOf(tx, id)).length + 1;
  await tx`insert into filing_step ${tx({
    application_id: id,
    number,
    ...step,
    detail: tx.json(step.detail as never),
    ...who,
    recorded_at: now,
  })}`;
  const { from_state: from, to_state, happened_on, detail } = step;
  await tellChains(
    tx,
    { id, firm_id },
    who,
    `filing.application.${to_state}`,
    { from, happened_on, ...detail },
    now,
  );
}

/** An act on an application stands on the chain of its firm, and on that of who did it. */
export function tellChains(
  tx: Transaction,
  { id, firm_id }: Pick<Application, 'id' | 'firm_id'>,
  { organisation_id, author_id }: Pick<Step, 'organisation_id' | 'author_id'>,
  action: string,
  detail: Record<string, unknown>,
  now: Date,
): Promise<void> {
  const entry = { at: now, actor: author_id, action, subject: id, detail };
  const concerned = [...new Set([firm_id, organisation_id ?? firm_id])];
  return appendAudit(
    tx,
    concerned.map((whose) => ({ ...entry, organisation_id: whose })),
  );
}

export function whoOf({ organisation_id, key_id }: Caller) {
  return { organisation_id, author_id: key_id };
}

export interface Fee {
  id: string;
  kind: FeeLine['of'];
  amount_minor: number;
  currency: string;
  /** Whether the amount was compared with the office's own list. */
  verified: boolean;
  /** By which it is to be paid; null where no term is known. */
  due_on: CalendarDate | null;
  paid_on: CalendarDate | null;
}

export async function feesOf(sql: Sql, application_id: string): Promise<Fee[]> {
  return sql<Fee[]>`
    select filing_fee.id, filing_fee.kind, amount_minor, currency, filing_fee.verified, due_on, paid_on
    from filing_fee left join filing_deadline on filing_deadline.id = deadline_id
    where filing_fee.application_id = ${application_id} order by due_on, filing_fee.id`;
}

function columns(sql: Sql) {
  return sql`id, firm_id, draft_id, version, office, right_type, state, priority_on, application_number, filed_on,
    patent_id, granted_on, watched_at, created_at`;
}
