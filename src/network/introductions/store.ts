/** Introductions as their parties see them. */
import type {
  IntroductionState,
  IntroductionStep,
  Said,
  Side,
} from '../../../models/matching/introduction.ts';
import type { Reasons } from '../../../models/matching/reasons.ts';
import type { OrganisationKind } from '../../accounts/store.ts';
import type { Sql, Transaction } from '../../db/client.ts';
import type { OfferKind, Profile } from '../needs/posting.ts';

export interface Introduction {
  id: string;
  need_id: string;
  need_title: string;
  need_name: string;
  need_profile: Profile;
  offer_id: string;
  offer_kind: OfferKind;
  offer_title: string;
  offer_name: string;
  offer_profile: Profile;
  /** The reader's own; null for the service. */
  side: Side | null;
  asked_by: Side;
  message: string;
  reasons: Reasons;
  strength: number;
  asked_at: Date;
  changed_at: Date;
  steps: (Said & { at: Date })[];
  /** Who needs and who offers, once both consented. */
  parties: { need: Party; offer: Party } | null;
}

export interface Party {
  organisation_id: string;
  name: string;
}

interface Asked {
  id?: string;
  need_id?: string;
  after?: string;
  limit: number;
}

/** Those that the reader is a party of, by id. */
export async function introductionsOf(
  sql: Sql,
  { id, need_id, after = '', limit }: Asked,
): Promise<Introduction[]> {
  const rows = await sql<Introduction[]>`
    select introduction.id, need_id, need.title as need_title, need.display_name as need_name, need.profile as need_profile,
      offer_id, offer.kind as offer_kind, offer.title as offer_title, offer.display_name as offer_name,
      offer.profile as offer_profile, asked_by, message, reasons, strength, asked_at,
      case when holds_need(need_id) then 'need' when holds_offer(offer_id) then 'offer' end as side,
      coalesce(taken.last_at, asked_at) as changed_at, coalesce(taken.steps, '[]') as steps,
      case when introduced_at is not null then jsonb_build_object(
        'need', jsonb_build_object('organisation_id', asker_id, 'name', asker_name),
        'offer', jsonb_build_object('organisation_id', owner_id, 'name', owner_name)) end as parties
    from network_introduction introduction join network_need need on need.id = need_id
      join network_offer offer on offer.id = offer_id
      left join network_introduced on network_introduced.introduction_id = introduction.id
      left join lateral (select max(at) as last_at, jsonb_agg(jsonb_build_object('step', step, 'side', side, 'at', at)
        order by seq) as steps from network_introduction_step where introduction_id = introduction.id) taken on true
    where introduction.id > ${after} ${id === undefined ? sql`` : sql`and introduction.id = ${id}`}
      ${need_id === undefined ? sql`` : sql`and need_id = ${need_id}`}
    order by introduction.id limit ${limit}`;
  return [...rows];
}

export interface NewIntroduction {
  id: string;
  need_id: string;
  offer_id: string;
  asked_by: Side;
  message: string;
  reasons: Reasons;
  strength: number;
  asked_at: Date;
}

export async function insertIntroduction(tx: Transaction, row: NewIntroduction): Promise<void> {
  await tx`insert into network_introduction ${tx({ ...row, reasons: tx.json(row.reasons as never) } as never)}`;
}

export async function insertStep(
  tx: Transaction,
  introduction_id: string,
  step: IntroductionStep,
  side: Side | null,
  at: Date,
): Promise<void> {
  await tx`insert into network_introduction_step (introduction_id, seq, step, side, at)
    select ${introduction_id}, count(*) + 1, ${step}, ${side}, ${at} from network_introduction_step
    where introduction_id = ${introduction_id}`;
}

export interface Owner {
  organisation_id: string;
  name: string;
  kind: OrganisationKind;
  pseudonym_id: string | null;
}

/** Whose need and offer they are. As the service: nobody is told before both consented. */
export async function ownersOf(
  tx: Transaction,
  { need_id, offer_id }: { need_id: string; offer_id: string },
): Promise<Record<Side, Owner>> {
  const [need] = await tx<Owner[]>`select organisation_id, name, organisation.kind, pseudonym_id
    from network_need_owner join organisation on organisation.id = organisation_id
    join network_need on network_need.id = need_id where need_id = ${need_id}`;
  const [offer] = await tx<Owner[]>`select organisation_id, name, organisation.kind, pseudonym_id
    from network_offer_owner join organisation on organisation.id = organisation_id
    join network_offer on network_offer.id = offer_id where offer_id = ${offer_id}`;
  return { need: need!, offer: offer! };
}

/** What became of it, for what is counted by offer. */
export async function countOutcome(
  tx: Transaction,
  offer_id: string,
  state: IntroductionState,
  before: IntroductionState,
): Promise<void> {
  const came = state === 'met' || state === 'deal';
  const counted = before === 'met' || !(came || ['refused', 'expired', 'nothing'].includes(state));
  if (counted || state === before) return;
  await tx`update network_offer set introductions_over = introductions_over + 1,
    introductions_came = introductions_came + ${came ? 1 : 0} where id = ${offer_id}`;
}
