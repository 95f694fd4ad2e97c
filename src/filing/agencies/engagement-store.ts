/** Engagements of agencies by firms, their steps, messages and ratings. Who sees them is held by the database. */
import type { Sql, Transaction } from '../../db/client.ts';
import { Problem } from '../../errors.ts';
import { placeIn } from '../../secrets/places.ts';
import type { Vault } from '../../secrets/vault.ts';

export const STEPS = ['accepted', 'declined', 'withdrawn', 'ended'] as const;
export type Step = (typeof STEPS)[number];
export const ENGAGEMENT_STATES = ['asked', ...STEPS] as const;
export type EngagementState = (typeof ENGAGEMENT_STATES)[number];

export interface Engagement {
  id: string;
  draft_id: string;
  firm_id: string;
  firm_name: string;
  agency_id: string;
  agency_name: string;
  state: EngagementState;
  instruction: string;
  technology_field: number | null;
  accepted_conflicts: string[];
  asked_at: Date;
  changed_at: Date;
  /** By the firm, once the work is over. */
  score: number | null;
  rating_note: string | null;
}

export interface NewEngagement
  extends Pick<
    Engagement,
    | 'id'
    | 'draft_id'
    | 'firm_id'
    | 'agency_id'
    | 'instruction'
    | 'technology_field'
    | 'accepted_conflicts'
    | 'asked_at'
  > {
  cited_owners: string[];
  author_id: string;
}

export interface Message {
  id: string;
  organisation_id: string;
  author_id: string;
  body: string;
  sent_at: Date;
}

export const engagementPlace = placeIn('filing_engagement');
export const messagePlace = placeIn('filing_message');

/** In order of id; those that the caller is a party of. */
export async function listEngagements(
  sql: Sql,
  vault: Vault,
  { draft_id, after = '', limit }: { draft_id?: string | undefined; after?: string; limit: number },
): Promise<Engagement[]> {
  const rows = await sql<Engagement[]>`${engagements(sql)}
    where filing_engagement.id > ${after} ${draft_id === undefined ? sql`` : sql`and draft_id = ${draft_id}`}
    order by filing_engagement.id limit ${limit}`;
  return Promise.all(rows.map((row) => opened(vault, row)));
}

/** @throws Problem `not_found` unless the caller is a party of it */
export async function findEngagement(sql: Sql, vault: Vault, id: string): Promise<Engagement> {
  const [found] = await sql<Engagement[]>`${engagements(sql)} where filing_engagement.id = ${id}`;
  if (!found) throw new Problem('not_found', 'There is no such engagement.');
  return opened(vault, found);
}

function engagements(sql: Sql) {
  return sql`
    select filing_engagement.id, draft_id, firm_id, firm.name as firm_name, filing_engagement.agency_id,
      agency.name as agency_name, coalesce(last.step, 'asked') as state, instruction, technology_field,
      accepted_conflicts, asked_at, coalesce(last.at, asked_at) as changed_at, score, note as rating_note
    from filing_engagement join organisation firm on firm.id = firm_id
      join organisation agency on agency.id = filing_engagement.agency_id
      left join lateral (select step, at from filing_engagement_step
        where engagement_id = filing_engagement.id order by number desc limit 1) last on true
      left join filing_rating on filing_rating.engagement_id = filing_engagement.id`;
}

async function opened(vault: Vault, engagement: Engagement): Promise<Engagement> {
  const { id, firm_id, instruction } = engagement;
  return { ...engagement, instruction: await vault.open(firm_id, engagementPlace(id), instruction) };
}

export async function insertEngagement(tx: Transaction, vault: Vault, given: NewEngagement): Promise<void> {
  const instruction = await vault.seal(given.firm_id, engagementPlace(given.id), given.instruction);
  await tx`insert into filing_engagement ${tx({ ...given, instruction })}`;
}

export async function insertStep(
  tx: Transaction,
  engagement_id: string,
  {
    step,
    organisation_id,
    author_id,
    at,
  }: { step: Step; organisation_id: string; author_id: string; at: Date },
): Promise<void> {
  await tx`insert into filing_engagement_step (engagement_id, number, step, organisation_id, author_id, at)
    select ${engagement_id}, count(*) + 1, ${step}, ${organisation_id}, ${author_id}, ${at}
    from filing_engagement_step where engagement_id = ${engagement_id}`;
}

/** Oldest first. */
export async function messagesOf(
  sql: Sql,
  vault: Vault,
  { id, firm_id }: Pick<Engagement, 'id' | 'firm_id'>,
  after: string,
  limit: number,
): Promise<Message[]> {
  const rows = await sql<Message[]>`select id, organisation_id, author_id, body, sent_at from filing_message
    where engagement_id = ${id} and id > ${after} order by id limit ${limit}`;
  return Promise.all(
    rows.map(async (row) => ({ ...row, body: await vault.open(firm_id, messagePlace(row.id), row.body) })),
  );
}

export async function insertMessage(
  tx: Transaction,
  vault: Vault,
  { id: engagement_id, firm_id }: Pick<Engagement, 'id' | 'firm_id'>,
  message: Message,
): Promise<void> {
  const body = await vault.seal(firm_id, messagePlace(message.id), message.body);
  await tx`insert into filing_message ${tx({ ...message, engagement_id, firm_id, body })}`;
}
