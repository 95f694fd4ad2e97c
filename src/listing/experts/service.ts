/** Engagements of experts: asked, taken or declined, delivered and ended; each step told to the other party and written down. */
import type { CalendarDate } from '../../../models/types.ts';
import { VALUATION_CURRENCY } from '../../../models/valuation.ts';
import { type Caller, findOrganisation, type OrganisationKind } from '../../accounts/store.ts';
import { appendAudit } from '../../audit/log.ts';
import { canonicalJson, sha256 } from '../../canonical.ts';
import { dateOf } from '../../clock.ts';
import type { Sql, Transaction } from '../../db/client.ts';
import { acrossTenants } from '../../db/tenancy.ts';
import { Problem } from '../../errors.ts';
import { newId } from '../../ids.ts';
import { emitEvents, toldTo } from '../../outbox/emit.ts';
import { knownPatents } from '../../patents/facts.ts';
import { findValue, type LastValue, lastValues } from '../../valuations/store.ts';
import { atFault } from '../at-fault.ts';
import { findDeal, ownSide } from '../deals/store.ts';
import { sentence } from '../sentences.ts';
import { refuseConflict } from './conflicts.ts';
import {
  type Engagement,
  type ExpertProfile,
  findEngagement,
  findExpert,
  insertEngagement,
  insertOpinion,
  insertRating,
  insertShare,
  isEngaged,
  type Opinion,
  opinionsOf,
  putProfile,
  type RatedExpert,
  setState,
  sharesOf,
} from './store.ts';

export const STEPS = ['accepted', 'declined', 'withdrawn', 'ended'] as const;
export type EngagementStep = (typeof STEPS)[number];

type Role = 'engager' | 'expert';

const STEP_RULES: Readonly<
  Record<EngagementStep, { by: readonly Role[]; from: readonly Engagement['state'][] }>
> = {
  accepted: { by: ['expert'], from: ['asked'] },
  declined: { by: ['expert'], from: ['asked'] },
  withdrawn: { by: ['engager'], from: ['asked'] },
  ended: { by: ['engager', 'expert'], from: ['accepted', 'delivered'] },
};

/** Versions of one opinion. */
const MOST_VERSIONS = 50;

export interface EngagementDetail extends Engagement {
  /** Latest version first. */
  opinions: Opinion[];
  /** What the models say, where the reader may know; the opinion stands beside it and replaces nothing. */
  valuation: LastValue | null;
  shared_with: string[];
}

export async function publishProfile(
  tx: Transaction,
  given: Omit<ExpertProfile, 'organisation_id' | 'name' | 'changed_at'>,
  caller: Caller,
  now: Date,
): Promise<RatedExpert> {
  const { organisation_id } = caller;
  const { name } = (await findOrganisation(tx, organisation_id))!;
  await putProfile(tx, { ...given, organisation_id, name, changed_at: now });
  await audit(tx, caller, 'expert.published', organisation_id, { open: given.open }, now);
  return (await findExpert(tx, organisation_id))!;
}

/**
 * Who asks gives the expert its own name.
 * @throws Problem `refused` for what is not known, `conflict` for what is asked already, `conflict_of_interest`
 */
export async function askExpert(
  tx: Transaction,
  given: Pick<Engagement, 'expert_id' | 'deal_id' | 'patent_id' | 'valuation_id' | 'brief'>,
  caller: Caller,
  now: Date,
): Promise<EngagementDetail> {
  const { organisation_id: engager_id } = caller;
  const expert = await findExpert(tx, given.expert_id);
  if (!expert?.open) throw atFault('expert', 'expert_id', sentence('expert_unknown'));
  await requireSubject(tx, given, now);
  const { name: engager_name } = (await findOrganisation(tx, engager_id))!;
  const engagement: Engagement = {
    id: newId('exg'),
    ...given,
    engager_id,
    engager_name,
    expert_name: expert.name,
    state: 'asked',
    asked_at: now,
    changed_at: now,
  };
  if (engager_id === expert.organisation_id)
    throw new Problem('conflict_of_interest', sentence('expert_own'));
  await tx`select from organisation where id = ${engager_id} for no key update`;
  if (await isEngaged(tx, engagement))
    throw new Problem('conflict', sentence('expert_asked', { expert: expert.name }));
  await refuseConflict(tx, engagement, now);
  await insertEngagement(tx, engagement);
  await trace(tx, engagement, 'asked', caller, now, { engager_name, brief: given.brief });
  return detailOf(tx, engagement, now);
}

async function requireSubject(
  tx: Transaction,
  { deal_id, patent_id, valuation_id }: Pick<Engagement, 'deal_id' | 'patent_id' | 'valuation_id'>,
  now: Date,
): Promise<void> {
  if ((deal_id === null) === (patent_id === null))
    throw atFault('expert', 'patent_id', sentence('expert_of_one_thing'));
  if (deal_id !== null) {
    const deal = await findDeal(tx, deal_id);
    if (!deal || !(await ownSide(tx, deal)))
      throw atFault('expert', 'deal_id', sentence('expert_deal_foreign'));
  }
  if (patent_id !== null && !(await knownPatents(tx, [patent_id], now)).has(patent_id))
    throw atFault('expert', 'patent_id', sentence('expert_patent_unknown'));
  if (valuation_id === null) return;
  const valuation = await findValue(tx, valuation_id);
  if (!valuation || valuation.patent_id !== patent_id)
    throw atFault('expert', 'valuation_id', sentence('expert_valuation_foreign'));
}

/** @throws Problem `not_found`; `conflict` for the other party's step and out of order; `conflict_of_interest` when taken */
export async function takeEngagementStep(
  tx: Transaction,
  id: string,
  step: EngagementStep,
  caller: Caller,
  now: Date,
): Promise<EngagementDetail> {
  const { engagement, role } = await requireParty(tx, id, caller);
  const { by, from } = STEP_RULES[step];
  if (!by.includes(role))
    throw new Problem(
      'conflict',
      sentence('expert_step_of_other', { engagement_step: step, by_side: by, side: role }),
    );
  if (!from.includes(engagement.state))
    throw new Problem(
      'conflict',
      sentence('expert_step_out_of_order', { engagement_state: engagement.state, engagement_step: step }),
    );
  if (step === 'accepted') await refuseConflict(tx, engagement, now);
  return moveTo(tx, engagement, step, caller, now);
}

async function moveTo(
  tx: Transaction,
  engagement: Engagement,
  state: Exclude<Engagement['state'], 'asked'>,
  caller: Caller,
  now: Date,
  detail: object = {},
): Promise<EngagementDetail> {
  await setState(tx, engagement.id, state, now);
  await trace(tx, engagement, state, caller, now, detail);
  return detailOf(tx, { ...engagement, state, changed_at: now }, now);
}

/**
 * Writes an opinion, or its next version: it never replaces the one before.
 * @param caller a person who signed in
 * @throws Problem `not_found`; `conflict` before it was taken and after it ended; `refused` for a day to come, a range out of order
 */
export async function writeOpinion(
  tx: Transaction,
  id: string,
  given: Pick<Opinion, 'text' | 'low_minor' | 'mid_minor' | 'high_minor' | 'as_of'>,
  caller: Caller,
  now: Date,
): Promise<EngagementDetail> {
  const { engagement, role } = await requireParty(tx, id, caller);
  if (role !== 'expert') throw new Problem('conflict', sentence('opinion_of_expert'));
  if (engagement.state !== 'accepted' && engagement.state !== 'delivered')
    throw new Problem('conflict', sentence('opinion_early', { engagement_state: engagement.state }));
  requireOpinion(given, dateOf(now));
  const version = (await opinionsOf(tx, id)).length + 1;
  if (version > MOST_VERSIONS)
    throw new Problem('refused', sentence('opinions_full', { count: MOST_VERSIONS }));
  const content = { engagement_id: id, version, ...given, currency: VALUATION_CURRENCY };
  const content_sha256 = sha256(canonicalJson(content)).toString('hex');
  const author = caller.person_id!;
  const { expert_id } = engagement;
  await insertOpinion(tx, {
    id: newId('opn'),
    expert_id,
    ...content,
    content_sha256,
    author,
    written_at: now,
  });
  return moveTo(tx, engagement, 'delivered', caller, now, { version, content_sha256 });
}

function requireOpinion(
  {
    low_minor,
    mid_minor,
    high_minor,
    as_of,
  }: Pick<Opinion, 'low_minor' | 'mid_minor' | 'high_minor' | 'as_of'>,
  today: CalendarDate,
): void {
  if (mid_minor < low_minor) throw atFault('opinion', 'mid_minor', sentence('opinion_mid_low'));
  if (high_minor < mid_minor) throw atFault('opinion', 'high_minor', sentence('opinion_high_mid'));
  if (as_of > today) throw atFault('opinion', 'as_of', sentence('opinion_to_come', { today }));
}

/** Shows it to one more organisation; what was shown cannot be taken back. */
export async function shareEngagement(
  tx: Transaction,
  id: string,
  organisation_id: string,
  caller: Caller,
  now: Date,
): Promise<EngagementDetail> {
  const { engagement, role } = await requireParty(tx, id, caller);
  if (role !== 'engager') throw new Problem('conflict', sentence('engagement_of_engager'));
  const other = await kindOf(tx, organisation_id);
  if (other === null) throw atFault('share', 'organisation_id', sentence('share_to_nobody'));
  const { engager_id, engager_name, expert_name } = engagement;
  if (await insertShare(tx, { engagement_id: id, engager_id, organisation_id, shared_at: now })) {
    await audit(tx, caller, 'expert.shared', id, { organisation_id }, now);
    await tell(tx, 'shared', engagement, [{ id: organisation_id, kind: other }], now, {
      engager_name,
      expert_name,
    });
  }
  return detailOf(tx, engagement, now);
}

/** Once, after an opinion was delivered. */
export async function rateExpert(
  tx: Transaction,
  id: string,
  score: number,
  caller: Caller,
  now: Date,
): Promise<RatedExpert> {
  const { engagement, role } = await requireParty(tx, id, caller);
  if (role !== 'engager') throw new Problem('conflict', sentence('rating_of_engager'));
  if ((await opinionsOf(tx, id)).length === 0) throw new Problem('conflict', sentence('rating_early'));
  const { expert_id } = engagement;
  if (!(await insertRating(tx, { engagement_id: id, expert_id, score, rated_on: dateOf(now) })))
    throw new Problem('conflict', sentence('rating_again'));
  await audit(tx, caller, 'expert.rated', id, { expert_id, score }, now);
  return (await findExpert(tx, expert_id))!;
}

/** @throws Problem `not_found` for whom it does not concern */
export async function engagementDetail(sql: Sql, id: string, now: Date): Promise<EngagementDetail> {
  const engagement = await findEngagement(sql, id);
  if (!engagement) throw noEngagement();
  return detailOf(sql, engagement, now);
}

async function detailOf(sql: Sql, engagement: Engagement, now: Date): Promise<EngagementDetail> {
  const { id, patent_id, valuation_id } = engagement;
  const [opinions, shared_with] = await Promise.all([opinionsOf(sql, id), sharesOf(sql, id)]);
  const valuation =
    valuation_id !== null
      ? await findValue(sql, valuation_id)
      : patent_id !== null
        ? ((await lastValues(sql, [patent_id], dateOf(now))).get(patent_id) ?? null)
        : null;
  return { ...engagement, opinions, valuation, shared_with };
}

/** Holds it until the end of the transaction; with whom it was shared is no party. */
async function requireParty(
  tx: Transaction,
  id: string,
  { organisation_id }: Caller,
): Promise<{ engagement: Engagement; role: Role }> {
  const engagement = await findEngagement(tx, id, true);
  if (!engagement || ![engagement.engager_id, engagement.expert_id].includes(organisation_id))
    throw noEngagement();
  return { engagement, role: organisation_id === engagement.engager_id ? 'engager' : 'expert' };
}

function noEngagement(): Problem {
  return new Problem('not_found', 'There is no such engagement.');
}

/** Both chains, and an event to the party that did not do it itself. */
async function trace(
  tx: Transaction,
  engagement: Engagement,
  what: Engagement['state'],
  caller: Caller,
  at: Date,
  detail: object,
): Promise<void> {
  const { id, engager_id, expert_id } = engagement;
  const entry = {
    at,
    actor: caller.key_id,
    action: `expert.${what}`,
    subject: id,
    detail: { ...about(engagement) },
  };
  await appendAudit(
    tx,
    [engager_id, expert_id].map((organisation_id) => ({ organisation_id, ...entry })),
  );
  const other_id = caller.organisation_id === engager_id ? expert_id : engager_id;
  const kind = await kindOf(tx, other_id);
  await tell(tx, what, engagement, [{ id: other_id, kind: kind! }], at, detail);
}

function about({ id: engagement_id, deal_id, patent_id }: Engagement) {
  return { engagement_id, deal_id, patent_id };
}

async function tell(
  tx: Transaction,
  what: Engagement['state'] | 'shared',
  engagement: Engagement,
  to: readonly { id: string; kind: OrganisationKind }[],
  occurred_at: Date,
  detail: object,
): Promise<void> {
  await emitEvents(
    tx,
    to.map((party) => ({
      type: `listing.expert.${what}`,
      pledge_id: null,
      ...toldTo(party),
      between_parties: true,
      occurred_at,
      data: { ...about(engagement), ...detail },
    })),
  );
}

async function kindOf(tx: Transaction, organisation_id: string): Promise<OrganisationKind | null> {
  const found = await acrossTenants(tx, () => findOrganisation(tx, organisation_id));
  return found?.kind ?? null;
}

function audit(tx: Transaction, caller: Caller, action: string, subject: string, detail: object, at: Date) {
  const { organisation_id, key_id: actor } = caller;
  return appendAudit(tx, [{ organisation_id, at, actor, action, subject, detail: { ...detail } }]);
}
