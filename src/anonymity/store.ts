/** Pseudonyms, what is shown under them, and who was told who is behind one. */
import type { OrganisationKind } from '../accounts/store.ts';
import type { Sql, Transaction } from '../db/client.ts';

/** What can be shown under a pseudonym. */
export const CONTEXT_KINDS = ['listing', 'want', 'need', 'offer'] as const;

export interface Context {
  kind: (typeof CONTEXT_KINDS)[number];
  id: string;
}

/** An organisation as one that may know it sees it. */
export interface Identity {
  organisation_id: string;
  name: string;
  kind: OrganisationKind;
}

/** As everybody may see it. */
export interface Pseudonym {
  id: string;
  display_name: string;
  /** Null to whom it was not revealed. */
  owner: Identity | null;
}

export interface OwnPseudonym {
  id: string;
  display_name: string;
  made_at: Date;
  /** What is shown under it now. */
  contexts: Context[];
}

export const STEPS = ['consented', 'refused', 'revoked', 'withdrawn', 'revealed'] as const;
export type Step = (typeof STEPS)[number];
export const STATES = ['asked', ...STEPS] as const;

export interface IdentityRequest {
  id: string;
  pseudonym_id: string;
  display_name: string;
  context: Context;
  reason: string;
  state: (typeof STATES)[number];
  asked_at: Date;
  changed_at: Date;
  asker: Identity;
  /** Null to the asker before the reveal. */
  owner: Identity | null;
}

export async function insertPseudonym(
  tx: Transaction,
  organisation_id: string,
  { id, display_name, made_at }: OwnPseudonym,
): Promise<void> {
  await tx`insert into pseudonym ${tx({ id, display_name })}`;
  await tx`insert into pseudonym_owner ${tx({ pseudonym_id: id, organisation_id, made_at })}`;
}

/** Oldest first. */
export async function pseudonymsOf(sql: Sql, organisation_id: string): Promise<OwnPseudonym[]> {
  const rows = await sql<OwnPseudonym[]>`select id, display_name, made_at, (
      select coalesce(jsonb_agg(jsonb_build_object('kind', context_kind, 'id', context_id) order by shown_at, context_id), '[]')
      from pseudonym_use where pseudonym_use.pseudonym_id = id and ended_at is null) as contexts
    from pseudonym join pseudonym_owner on pseudonym_id = id where organisation_id = ${organisation_id}
    order by made_at, id`;
  return [...rows];
}

/** SQL of an organisation that the reader may know, by the column that names it. */
const identity = (sql: Sql, column: string) => sql`(select jsonb_build_object(
  'organisation_id', organisation.id, 'name', name, 'kind', kind)
  from organisation where organisation.id = ${sql.unsafe(column)})`;

/** @returns null when the reader may see no such pseudonym */
export async function findPseudonym(sql: Sql, id: string): Promise<Pseudonym | null> {
  const [row] = await sql<Pseudonym[]>`select id, display_name, ${identity(sql, 'organisation_id')} as owner
    from pseudonym left join pseudonym_owner on pseudonym_id = id where id = ${id}`;
  return row ?? null;
}

export async function isShown(sql: Sql, pseudonym_id: string, { kind, id }: Context): Promise<boolean> {
  const shown = await sql`select from pseudonym_use where pseudonym_id = ${pseudonym_id}
    and context_kind = ${kind} and context_id = ${id} and ended_at is null`;
  return shown.count > 0;
}

/** Whether the asker asked there and did not withdraw. */
export async function wasAsked(
  sql: Sql,
  pseudonym_id: string,
  asker_id: string,
  { kind, id }: Context,
): Promise<boolean> {
  const asked = await sql`select from identity_request where pseudonym_id = ${pseudonym_id}
    and asker_id = ${asker_id} and context_kind = ${kind} and context_id = ${id}
    and not exists (select from identity_step where request_id = identity_request.id and step = 'withdrawn')`;
  return asked.count > 0;
}

export async function isOwn(sql: Sql, pseudonym_id: string, organisation_id: string): Promise<boolean> {
  const own = await sql`select from pseudonym_owner
    where pseudonym_id = ${pseudonym_id} and organisation_id = ${organisation_id}`;
  return own.count > 0;
}

/** Requests of which the caller is the asker or the owner, in order of id. */
export async function requestsOf(
  sql: Sql,
  { id, after = '', limit }: { id?: string; after?: string; limit: number },
): Promise<IdentityRequest[]> {
  const rows = await sql<IdentityRequest[]>`
    select identity_request.id, identity_request.pseudonym_id, display_name,
      jsonb_build_object('kind', context_kind, 'id', context_id) as context, reason,
      coalesce(last.step, 'asked') as state, asked_at, coalesce(last.at, asked_at) as changed_at,
      ${identity(sql, 'asker_id')} as asker, ${identity(sql, 'pseudonym_owner.organisation_id')} as owner
    from identity_request join pseudonym on pseudonym.id = identity_request.pseudonym_id
    left join pseudonym_owner on pseudonym_owner.pseudonym_id = pseudonym.id
    left join lateral (select step, at from identity_step where request_id = identity_request.id
      order by seq desc limit 1) last on true
    where identity_request.id > ${after} ${id === undefined ? sql`` : sql`and identity_request.id = ${id}`}
    order by identity_request.id limit ${limit}`;
  return [...rows];
}

export async function insertStep(tx: Transaction, request_id: string, step: Step, at: Date): Promise<void> {
  await tx`insert into identity_step (request_id, seq, step, at)
    select ${request_id}, count(*) + 1, ${step}, ${at} from identity_step where request_id = ${request_id}`;
}
