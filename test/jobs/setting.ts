/** What the tests of the jobs stand on: the bundled patents, three organisations, pledges in force. */
import { createReadStream } from 'node:fs';
import pino from 'pino';
import type { JobContext } from '../../jobs/context.ts';
import { DEFAULT_REPLAY } from '../../jobs/history.ts';
import { VALUATION_CURRENCY } from '../../models/valuation.ts';
import {
  type Caller,
  createOrganisation,
  issueKey,
  type OrganisationKind,
} from '../../src/accounts/store.ts';
import { type SettableClock, settableClock } from '../../src/clock.ts';
import type { Database } from '../../src/db/client.ts';
import { ingestRecords } from '../../src/patents/ingest.ts';
import { cnSample } from '../../src/patents/sources/cnipa/sample.ts';
import type {
  AcceptedRecord,
  PatentRecord,
  SignalRecord,
  SourceRecord,
} from '../../src/patents/sources/record.ts';
import { movePledge, requestPledge } from '../../src/pledges/service.ts';
import { latestValues, type Pledge } from '../../src/pledges/store.ts';
import { createVault } from '../../src/secrets/vault.ts';
import { createSender } from '../../src/webhooks/send.ts';
import { MASTER_KEY } from '../database.ts';

export const BUNDLED = DEFAULT_REPLAY.file;
export const SOURCE = { id: cnSample.id, name: 'bundled' };
export const LTV = { ltv_target_bp: 3000, ltv_warning_bp: 3500, ltv_breach_bp: 4000 };

export function at(day: string): Date {
  return new Date(`${day}T01:00:00Z`);
}

export async function bundledRecords(): Promise<SourceRecord[]> {
  const records: SourceRecord[] = [];
  for await (const record of cnSample.read(createReadStream(BUNDLED))) records.push(record);
  return records;
}

/** What the gazette had published by a day. */
export function publishedTo(records: readonly SourceRecord[], day: string): AcceptedRecord[] {
  return records
    .filter((record): record is AcceptedRecord => record.ok)
    .map((record) => ({
      ...record,
      signals: record.signals.filter(({ published_on }) => published_on <= day),
    }))
    .filter(({ signals }) => signals.length > 0);
}

/** Stores the bundled history as far as it was public on the day, known on the day. */
export async function ingestTo(database: Database, day: string): Promise<void> {
  await ingestRecords(database, SOURCE, publishedTo(await bundledRecords(), day), at(day));
}

/** What a source may say of a Chinese invention; what is not given is left unsaid. */
export function told(
  number: string,
  facts: Partial<PatentRecord>,
  signals: SignalRecord[] = [],
): AcceptedRecord {
  const patent: PatentRecord = {
    office: 'CN',
    application_number: number,
    right_type: 'invention',
    publication_number: null,
    kind: null,
    filed_on: '2001-01-05',
    priority_on: null,
    title: null,
    claims: null,
    ipc: [],
    individual_applicant: null,
    domestic_applicant: null,
    agency: null,
    ...facts,
  };
  return { ok: true, line: 2, patent, signals };
}

export function news(
  kind: SignalRecord['kind'],
  published_on: string,
  effective_on: string | null = null,
): SignalRecord {
  return { kind, category: 'Q', source_code: kind, effective_on, published_on, detail: {} };
}

export type Parties = Record<'bank' | 'firm' | 'staff', Caller>;

export async function hire(database: Database, now: Date): Promise<Parties> {
  const engage = (kind: OrganisationKind): Promise<Caller> =>
    database.transaction(async (tx) => {
      const { id } = await createOrganisation(tx, { kind, name: `A ${kind}`, demonstration: false }, now);
      const { id: key_id } = await issueKey(tx, id, 'test', now);
      return { organisation_id: id, kind, key_id };
    });
  return { bank: await engage('bank'), firm: await engage('firm'), staff: await engage('staff') };
}

/** Rights in force that no pledge has held, in a fixed order. */
export async function freePatents(database: Database, count: number): Promise<string[]> {
  const rows = await database.sql<{ patent_id: string }[]>`
    select patent_id from patent
    where exists (select from signal where signal.patent_id = patent.patent_id and kind = 'granted')
      and not exists (select from signal where signal.patent_id = patent.patent_id and kind = 'lapsed')
      and not exists (select from pledge_patent where pledge_patent.patent_id = patent.patent_id)
    order by patent_id limit ${count}`;
  return rows.map((row) => row.patent_id);
}

/** A pledge in state `requested`, valued when a model is there. */
export async function request(
  database: Database,
  { bank, firm }: Parties,
  patent_ids: readonly string[],
  now: Date,
): Promise<Pledge> {
  const given = {
    bank_id: bank.organisation_id,
    firm_id: firm.organisation_id,
    currency: VALUATION_CURRENCY,
    principal_minor: 100_000,
    matures_on: '2011-06-01',
    ...LTV,
    patents: patent_ids.map((patent_id) => ({ patent_id, annual_revenue_minor: 300_000_000 })),
  };
  const { pledge } = await database.transaction((tx) => requestPledge(tx, given, firm, false, now));
  return pledge;
}

/** The same, registered and disbursed. */
export async function activate(database: Database, { bank }: Parties, id: string, now: Date): Promise<void> {
  const day = now.toISOString().slice(0, 10);
  const value = (await latestValues(database.sql, [id], now)).get(id);
  const principal_minor = Math.floor((value!.mid_minor! * LTV.ltv_target_bp) / 10_000);
  await database.transaction(async (tx) => {
    await movePledge(tx, id, 'appraised', {}, bank, now);
    await movePledge(tx, id, 'proposed', { principal_minor }, bank, now);
    await movePledge(tx, id, 'registered', { registration_number: 'Y1', registered_on: day }, bank, now);
    await movePledge(tx, id, 'active', { disbursed_on: day }, bank, now);
  });
}

/** A job's surroundings; posts may go to `allowed_hosts` alone. */
export function surroundings(
  t: { teardown(done: () => Promise<void>): unknown },
  database: Database,
  now: Date,
  allowed_hosts: readonly string[] = [],
): JobContext & { clock: SettableClock } {
  const sender = createSender({ allowed_hosts });
  t.teardown(() => sender.close());
  const vault = createVault(database, MASTER_KEY);
  return { database, vault, clock: settableClock(now), log: pino({ level: 'silent' }), feeds: [], sender };
}

/** Makes the next writes to a table fail until the returned function is called, as a crash in their transaction would. */
export async function breakTable(
  database: Database,
  table: string,
  when = 'true',
): Promise<() => Promise<void>> {
  await database.sql.unsafe(`alter table ${table} add constraint broken check (not (${when})) not valid`);
  return async () => {
    await database.sql.unsafe(`alter table ${table} drop constraint broken`);
  };
}
