/** What is known of a firm, its draft and an agency that bears on conflicts of interest between them. */
import {
  type Conflict,
  conflictsOf,
  type Instructing,
  type Principal,
} from '../../../models/agencies/conflicts.ts';
import { findOrganisation } from '../../accounts/store.ts';
import type { Sql, Transaction } from '../../db/client.ts';
import { acrossTenants } from '../../db/tenancy.ts';
import { casesOfAgents, challengersOf } from '../../patents/agents.ts';
import { ownersByPatent } from '../../patents/owners.ts';
import { technologyField } from '../../patents/technology-field.ts';
import { encumbrancesOf } from '../../pledges/encumbrances.ts';
import { numberKeys, patentsNumbered } from '../../search/find.ts';
import type { Draft, DraftText } from '../drafts/store.ts';
import type { Agency } from './directory.ts';

/** Of the agency, the latest filed: for whom it acted long ago is nobody's conflict. */
const MAX_CASES = 5_000;

/** What an engagement keeps of a draft, for conflicts of others. */
export interface Subject {
  technology_field: number | null;
  cited_owners: string[];
}

export async function subjectOf(sql: Sql, { classes, cited }: DraftText, now: Date): Promise<Subject> {
  const keys = cited.flatMap((number) => numberKeys(number));
  const owners = await ownerNames(sql, await patentsNumbered(sql, keys), now);
  const [first] = classes;
  return { technology_field: first === undefined ? null : technologyField(first), cited_owners: owners };
}

/**
 * What the caller's own engagements and pledges, public registers and, without its name, other clients of the agency tell.
 * Of the latter no more than the kind of a conflict goes into an answer.
 */
export async function findConflicts(
  tx: Transaction,
  { firm_id }: Draft,
  subject: Subject,
  { agency_id, register_names }: Agency,
  now: Date,
): Promise<Conflict[]> {
  const instructing = await instructingOf(tx, firm_id, subject, now);
  const on_registers = await registerPrincipals(tx, register_names, now);
  const here = await acrossTenants(tx, () => clientsOf(tx, agency_id));
  return conflictsOf(instructing, [...on_registers, ...here]);
}

async function instructingOf(
  tx: Transaction,
  firm_id: string,
  { technology_field, cited_owners }: Subject,
  now: Date,
): Promise<Instructing> {
  const encumbrances = await encumbrancesOf(tx, firm_id);
  const granted = await tx<{ patent_id: string }[]>`
    select patent_id from filing_application where firm_id = ${firm_id} and patent_id is not null`;
  const own = [
    ...encumbrances.flatMap(({ patent_ids }) => patent_ids),
    ...granted.map((row) => row.patent_id),
  ];
  return {
    name: (await findOrganisation(tx, firm_id))!.name,
    technology_field,
    cited_owners,
    pledgees: encumbrances.map(({ bank_name }) => bank_name),
    challengers: await challengersOf(tx, own, now),
    co_owners: await ownerNames(tx, own, now),
  };
}

async function registerPrincipals(
  sql: Sql,
  register_names: readonly string[],
  now: Date,
): Promise<Principal[]> {
  const cases = await casesOfAgents(sql, register_names, now, MAX_CASES);
  const fields = new Map(cases.map(({ patent_id, technology_field }) => [patent_id, technology_field]));
  const owned = new Map<string, Set<string>>();
  for (const [patent_id, owners] of await ownersByPatent(sql, [...fields.keys()], now))
    for (const { name } of owners) owned.set(name, (owned.get(name) ?? new Set()).add(patent_id));
  return [...owned].map(([name, patent_ids]) => ({
    name,
    fields: [...new Set([...patent_ids].flatMap((patent_id) => fields.get(patent_id) ?? []))],
    cases: patent_ids.size,
    public: true,
    cited_owners: [],
  }));
}

/** Whose drafts it is working on here. */
async function clientsOf(sql: Sql, agency_id: string): Promise<Principal[]> {
  const rows = await sql<{ name: string; technology_field: number | null; cited_owners: string[] }[]>`
    select organisation.name, technology_field, cited_owners
    from filing_engagement join organisation on organisation.id = firm_id
    where agency_id = ${agency_id}
      and exists (select from filing_engagement_step where engagement_id = filing_engagement.id and step = 'accepted')
      and not exists (select from filing_engagement_step where engagement_id = filing_engagement.id and step = 'ended')`;
  return rows.map(({ name, technology_field, cited_owners }) => ({
    name,
    fields: technology_field === null ? [] : [technology_field],
    cases: 1,
    public: false,
    cited_owners,
  }));
}

async function ownerNames(sql: Sql, patent_ids: readonly string[], now: Date): Promise<string[]> {
  const owners = [...(await ownersByPatent(sql, patent_ids, now)).values()].flat();
  return [...new Set(owners.map(({ name }) => name))].sort();
}
