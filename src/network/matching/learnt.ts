/** What was learnt of how introductions went: weights of the reasons, and outcomes by pair. */
import { type Lesson, learnWeights, tally } from '../../../models/matching/learn.ts';
import { NO_OUTCOMES, type Outcomes } from '../../../models/matching/outcomes.ts';
import { PRIOR_WEIGHTS, type Weights } from '../../../models/matching/reasons.ts';
import type { Database, Sql } from '../../db/client.ts';

export interface Learnt {
  /** Null before anything was. */
  learnt_at: Date | null;
  /** That are over, of all members. */
  introductions: number;
  weights: Weights;
  outcomes: Outcomes;
}

/** The latest that are learnt from. */
const MAX_LESSONS = 20_000;

export async function latestLearnt(sql: Sql): Promise<Learnt> {
  const [row] = await sql<Learnt[]>`
    select learnt_at, introductions, weights, outcomes from network_learnt order by learnt_at desc limit 1`;
  return row ?? { learnt_at: null, introductions: 0, weights: PRIOR_WEIGHTS, outcomes: NO_OUTCOMES };
}

/** Learns from all introductions that are over, where there are more than at the last time. As the jobs see them. */
export async function learn({ sql }: Database, at: Date): Promise<{ network_introductions_learnt: number }> {
  const lessons = await sql<Lesson[]>`
    select profile, kind, reasons, came from (
      select need.profile, offer.kind, reasons, introduction.id,
        bool_or(step = 'met' or step = 'deal') as came
      from network_introduction introduction join network_need need on need.id = need_id
        join network_offer offer on offer.id = offer_id
        join network_introduction_step step on introduction_id = introduction.id
      group by need.profile, offer.kind, introduction.id
      having bool_or(step in ('met', 'refused', 'nothing', 'expired')) or count(*) filter (where step = 'deal') = 2
      order by introduction.id desc limit ${MAX_LESSONS}) over
    order by id`;
  const before = await latestLearnt(sql);
  if (lessons.length === before.introductions && lessons.length < MAX_LESSONS)
    return { network_introductions_learnt: 0 };
  const [weights, outcomes] = [learnWeights(lessons), tally(lessons)];
  await sql`insert into network_learnt (learnt_at, introductions, weights, outcomes)
    values (${at}, ${lessons.length}, ${sql.json(weights as never)}, ${sql.json(outcomes as never)})
    on conflict (learnt_at) do nothing`;
  return { network_introductions_learnt: lessons.length };
}
