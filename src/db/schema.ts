/**
 * The tables that are listed with filters, for drizzle's query builder. It builds text and parameters only; they run
 * on the service's one client (see docs/decisions/0004-one-client.md). Held equal to the migrations by a test.
 */
import { bigint, boolean, char, date, integer, jsonb, pgTable, text, timestamp, uuid } from './drizzle.ts';

export const patent = pgTable('patent', {
  patent_id: uuid().primaryKey(),
  office: text().notNull(),
  application_number: text().notNull(),
  right_type: text().notNull(),
  source: text().notNull(),
  known_at: timestamp({ withTimezone: true, mode: 'date' }).notNull(),
});

export const pledge = pgTable('pledge', {
  id: text().primaryKey(),
  bank_id: text().notNull(),
  firm_id: text().notNull(),
  state: text().notNull(),
  live: boolean().notNull(),
  currency: char({ length: 3 }).notNull(),
  principal_minor: bigint({ mode: 'number' }).notNull(),
  requested_on: date({ mode: 'string' }).notNull(),
  matures_on: date({ mode: 'string' }).notNull(),
  ltv_target_bp: integer().notNull(),
  ltv_warning_bp: integer().notNull(),
  ltv_breach_bp: integer().notNull(),
  approved_value_minor: bigint({ mode: 'number' }),
  registration_number: text(),
  demonstration: boolean().notNull(),
  last_event_seq: bigint({ mode: 'number' }).notNull(),
  created_at: timestamp({ withTimezone: true, mode: 'date' }).notNull(),
});

export const flag = pgTable('flag', {
  id: text().primaryKey(),
  pledge_id: text().notNull(),
  patent_id: uuid(),
  occasion: text().notNull(),
  rule: text().notNull(),
  rule_version: integer().notNull(),
  severity: text().notNull(),
  state: text().notNull(),
  opened_as_of: date({ mode: 'string' }).notNull(),
  opened_at: timestamp({ withTimezone: true, mode: 'date' }).notNull(),
  evidence: jsonb().notNull(),
  cleared_as_of: date({ mode: 'string' }),
  cleared_at: timestamp({ withTimezone: true, mode: 'date' }),
  decision: text(),
  decision_note: text(),
  decided_by: text(),
  decided_at: timestamp({ withTimezone: true, mode: 'date' }),
  case_key: text().notNull(),
  inhibited_by: text(),
  told_at: timestamp({ withTimezone: true, mode: 'date' }),
});
