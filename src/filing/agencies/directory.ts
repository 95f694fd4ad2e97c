/** The directory of agencies: what each says of itself, what staff decided, and what its cases tell. */
import type { ShrunkPendency } from '../../../models/agencies/shrunk-pendency.ts';
import type { ShrunkRate } from '../../../models/agencies/shrunk-rate.ts';
import type { Caller } from '../../accounts/store.ts';
import { appendAudit } from '../../audit/log.ts';
import type { Sql, Transaction } from '../../db/client.ts';
import { acrossTenants } from '../../db/tenancy.ts';
import { Problem } from '../../errors.ts';
import { emitEvents, toldTo } from '../../outbox/emit.ts';
import { say } from '../sentences.ts';

export const AGENCY_STATES = ['asked', 'admitted', 'refused'] as const;
export type AgencyState = (typeof AGENCY_STATES)[number];

export interface Count<Key> {
  of: Key;
  granted: number;
}

/** What the documents of offices tell of the cases in which they name it, on a day. */
export interface AgencyRecord {
  /** Adapters of the patent database whose documents name it. */
  sources: string[];
  cases: number;
  granted: number;
  given_up: number;
  waiting: number;
  /** Of cases granted or given up, without those of sources that tell of grants alone. */
  grant_rate: ShrunkRate;
  /** From filing to either; null where no time can be told of any agency's cases. */
  pendency: ShrunkPendency | null;
  /** WIPO technology fields and offices of its granted cases, most first. */
  fields: Count<number>[];
  offices: Count<string>[];
  /** By clients, of 1 to 5; its prior is that of all agencies rated here. */
  rating: ShrunkRate;
  /** Agencies that the prior is of, and their cases. */
  prior: { agencies: number; cases: number };
}

export interface Entry {
  licence_number: string;
  register_names: string[];
  offices: string[];
  languages: string[];
  about: string;
}

export interface Agency extends Entry {
  agency_id: string;
  name: string;
  state: AgencyState;
  reason: string;
  entered_at: Date;
  decided_at: Date | null;
  computed_at: Date | null;
  /** Null until it was computed for the first time, after its admission. */
  record: AgencyRecord | null;
}

export interface Sought {
  field?: number | undefined;
  office?: string | undefined;
  language?: string | undefined;
  /** For staff: those that wait, or were refused. Left out, the directory. */
  state?: AgencyState | undefined;
}

/** The best grant rate first, by the lower end of its interval; those without a record last. Nobody can pay for a place. */
export async function listAgencies(
  sql: Sql,
  { field, office, language, state = 'admitted' }: Sought,
  after: Place | null,
  limit: number,
): Promise<Agency[]> {
  return sql<Agency[]>`${agencies(sql)}
    where filing_agency.state = ${state}
      ${field === undefined ? sql`` : sql`and fields @> ${[field]}::integer[]`}
      ${office === undefined ? sql`` : sql`and offices @> ${[office]}::text[]`}
      ${language === undefined ? sql`` : sql`and languages @> ${[language]}::text[]`}
      ${after === null ? sql`` : sql`and (-coalesce(rate_low, 0), filing_agency.agency_id) > (${-after.rate_low}, ${after.agency_id})`}
    order by -coalesce(rate_low, 0), filing_agency.agency_id limit ${limit}`;
}

/** Where a page of the directory ends. */
export interface Place {
  rate_low: number;
  agency_id: string;
}

export function placeOf({ agency_id, record }: Agency): Place {
  return { rate_low: record?.grant_rate.low ?? 0, agency_id };
}

/** @throws Problem `not_found` for one that the caller may not see */
export async function findAgency(sql: Sql, agency_id: string): Promise<Agency> {
  const [found] = await sql<Agency[]>`${agencies(sql)} where filing_agency.agency_id = ${agency_id}`;
  if (!found) throw new Problem('not_found', 'There is no such agency in the directory.');
  return found;
}

function agencies(sql: Sql) {
  return sql`select filing_agency.agency_id, organisation.name, licence_number, register_names, offices, languages, about,
      state, reason, entered_at, decided_at, computed_at, record
    from filing_agency join organisation on organisation.id = filing_agency.agency_id
      left join filing_agency_record on filing_agency_record.agency_id = filing_agency.agency_id`;
}

/** Enters the caller's agency, or changes its entry; staff look at it anew where what they looked at is another. */
export async function enterDirectory(
  tx: Transaction,
  entry: Entry,
  { organisation_id: agency_id, key_id }: Caller,
  now: Date,
): Promise<Agency> {
  await tx`insert into filing_agency ${tx({ agency_id, ...entry, state: 'asked', reason: '', entered_at: now })}
    on conflict (agency_id) do update set licence_number = excluded.licence_number,
      register_names = excluded.register_names, offices = excluded.offices, languages = excluded.languages,
      about = excluded.about, state = 'asked', reason = '', decided_by = null, decided_at = null, entered_at = ${now}`;
  await appendAudit(tx, [
    {
      organisation_id: agency_id,
      at: now,
      actor: key_id,
      action: 'filing.agency.entered',
      subject: agency_id,
      detail: { ...entry },
    },
  ]);
  return findAgency(tx, agency_id);
}

/** @throws Problem `not_found`, `conflict` where nothing waits for a decision */
export async function decideEntry(
  tx: Transaction,
  agency_id: string,
  { state, reason }: { state: 'admitted' | 'refused'; reason: string },
  { organisation_id, key_id }: Caller,
  now: Date,
): Promise<Agency> {
  const agency = await findAgency(tx, agency_id);
  if (agency.state === state) throw new Problem('conflict', say('agency_decided', { agency_state: state }));
  await tx`update filing_agency set state = ${state}, reason = ${reason}, decided_by = ${key_id}, decided_at = ${now}
    where agency_id = ${agency_id}`;
  const entry = { at: now, action: `filing.agency.${state}`, subject: agency_id, detail: { reason } };
  await appendAudit(tx, [
    { ...entry, organisation_id, actor: key_id },
    { ...entry, organisation_id: agency_id, actor: 'staff' },
  ]);
  await emitEvents(tx, [
    {
      type: 'filing.agency.decided',
      pledge_id: null,
      ...toldTo({ id: agency_id, kind: 'agency' }),
      occurred_at: now,
      data: { agency_id, state, reason },
    },
  ]);
  return findAgency(tx, agency_id);
}

/** What every agency of the directory says it is called on registers, across tenants. */
export async function admittedNames(sql: Sql): Promise<Pick<Agency, 'agency_id' | 'register_names'>[]> {
  return sql<Pick<Agency, 'agency_id' | 'register_names'>[]>`
    select agency_id, register_names from filing_agency where state = 'admitted' order by agency_id`;
}

export function storeRecord(
  tx: Transaction,
  agency_id: string,
  record: AgencyRecord,
  at: Date,
): Promise<void> {
  const row = {
    agency_id,
    computed_at: at,
    rate_low: record.grant_rate.low,
    fields: record.fields.map(({ of }) => of),
    record: tx.json(record as never),
  };
  return acrossTenants(tx, async () => {
    await tx`insert into filing_agency_record ${tx(row)} on conflict (agency_id) do update set
      computed_at = excluded.computed_at, rate_low = excluded.rate_low, fields = excluded.fields, record = excluded.record`;
  });
}
