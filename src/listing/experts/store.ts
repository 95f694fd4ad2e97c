/** Experts and intermediaries, their engagements and opinions: the queries. Who sees which row the policies say. */
import type { CalendarDate } from '../../../models/types.ts';
import type { Sql, Transaction } from '../../db/client.ts';

export interface ExpertProfile {
  organisation_id: string;
  name: string;
  summary: string;
  /** WIPO's technology fields 1 to 35. */
  fields: number[];
  /** Offices and countries, ISO 3166. */
  regions: string[];
  intermediary: boolean;
  open: boolean;
  changed_at: Date;
}

export interface RatedExpert extends ExpertProfile {
  /** Mean score, 1 to 5; null while nobody rated. */
  rating: number | null;
  ratings: number;
}

export const ENGAGEMENT_STATES = [
  'asked',
  'accepted',
  'declined',
  'withdrawn',
  'delivered',
  'ended',
] as const;
export type EngagementState = (typeof ENGAGEMENT_STATES)[number];

export interface Engagement {
  id: string;
  engager_id: string;
  engager_name: string;
  expert_id: string;
  expert_name: string;
  deal_id: string | null;
  patent_id: string | null;
  valuation_id: string | null;
  brief: string;
  state: EngagementState;
  asked_at: Date;
  changed_at: Date;
}

export interface Opinion {
  id: string;
  engagement_id: string;
  expert_id: string;
  version: number;
  text: string;
  low_minor: number;
  mid_minor: number;
  high_minor: number;
  currency: string;
  as_of: CalendarDate;
  /** Hexadecimal. */
  content_sha256: string;
  author: string;
  written_at: Date;
}

export async function putProfile(tx: Transaction, profile: ExpertProfile): Promise<void> {
  const { organisation_id: _id, name: _name, ...changes } = profile;
  await tx`insert into expert_profile ${tx({ ...profile })}
    on conflict (organisation_id) do update set ${tx(changes)}`;
}

export interface Sought {
  field?: number | undefined;
  region?: string | undefined;
  intermediary?: boolean | undefined;
}

/** Those that take engagements, in order of id. */
export async function listExperts(
  sql: Sql,
  { field, region, intermediary }: Sought,
  after: string,
  limit: number,
): Promise<RatedExpert[]> {
  const rows = await sql<RatedExpert[]>`
    select profile.*, mean as rating, ratings from ${rated(sql)}
    where open and profile.organisation_id > ${after}
      ${field === undefined ? sql`` : sql`and ${field} = any(fields)`}
      ${region === undefined ? sql`` : sql`and ${region} = any(regions)`}
      ${intermediary === undefined ? sql`` : sql`and intermediary = ${intermediary}`}
    order by profile.organisation_id limit ${limit}`;
  return [...rows];
}

export async function findExpert(sql: Sql, organisation_id: string): Promise<RatedExpert | null> {
  const [row] = await sql<RatedExpert[]>`
    select profile.*, mean as rating, ratings from ${rated(sql)}
    where profile.organisation_id = ${organisation_id}`;
  return row ?? null;
}

function rated(sql: Sql) {
  return sql`expert_profile profile left join lateral (
    select avg(score)::float8 as mean, count(*)::integer as ratings from expert_rating
    where expert_id = profile.organisation_id) told on true`;
}

export async function insertEngagement(tx: Transaction, engagement: Engagement): Promise<void> {
  await tx`insert into expert_engagement ${tx({ ...engagement })}`;
}

/** Whether one of the same engager, expert and subject is under way. */
export async function isEngaged(
  tx: Transaction,
  {
    engager_id,
    expert_id,
    deal_id,
    patent_id,
  }: Pick<Engagement, 'engager_id' | 'expert_id' | 'deal_id' | 'patent_id'>,
): Promise<boolean> {
  const under_way = await tx`select from expert_engagement where engager_id = ${engager_id}
    and expert_id = ${expert_id} and state in ('asked', 'accepted', 'delivered')
    and coalesce(deal_id, patent_id::text) = ${deal_id ?? patent_id}`;
  return under_way.count > 0;
}

/** That the reader may see, newest first. */
export async function listEngagements(
  sql: Sql,
  before: string | undefined,
  limit: number,
): Promise<Engagement[]> {
  const rows = await sql<Engagement[]>`select * from expert_engagement
    where (${before ?? null}::text is null or id < ${before ?? null}) order by id desc limit ${limit}`;
  return [...rows];
}

/** @returns null when the reader may see no such engagement; held against other steps when `lock` is set */
export async function findEngagement(sql: Sql, id: string, lock = false): Promise<Engagement | null> {
  const [row] = await sql<Engagement[]>`
    select * from expert_engagement where id = ${id} ${lock ? sql`for update` : sql``}`;
  return row ?? null;
}

export async function setState(
  tx: Transaction,
  id: string,
  state: EngagementState,
  changed_at: Date,
): Promise<void> {
  await tx`update expert_engagement set ${tx({ state, changed_at })} where id = ${id}`;
}

export async function insertShare(
  tx: Transaction,
  row: { engagement_id: string; engager_id: string; organisation_id: string; shared_at: Date },
): Promise<boolean> {
  return (await tx`insert into expert_share ${tx(row)} on conflict do nothing`).count > 0;
}

/** To whom the engager shows it, as far as the reader may know. */
export async function sharesOf(sql: Sql, engagement_id: string): Promise<string[]> {
  const rows = await sql<{ organisation_id: string }[]>`
    select organisation_id from expert_share where engagement_id = ${engagement_id} order by shared_at, 1`;
  return rows.map(({ organisation_id }) => organisation_id);
}

export async function insertOpinion(tx: Transaction, opinion: Opinion): Promise<void> {
  const content_sha256 = Buffer.from(opinion.content_sha256, 'hex');
  await tx`insert into expert_opinion ${tx({ ...opinion, content_sha256 })}`;
}

/** Latest version first. */
export async function opinionsOf(sql: Sql, engagement_id: string): Promise<Opinion[]> {
  const rows = await sql<Opinion[]>`
    select id, engagement_id, expert_id, version, text, low_minor, mid_minor, high_minor, currency, as_of,
      encode(content_sha256, 'hex') as content_sha256, author, written_at
    from expert_opinion where engagement_id = ${engagement_id} order by version desc`;
  return [...rows];
}

export async function insertRating(
  tx: Transaction,
  row: { engagement_id: string; expert_id: string; score: number; rated_on: CalendarDate },
): Promise<boolean> {
  return (await tx`insert into expert_rating ${tx(row)} on conflict do nothing`).count > 0;
}
