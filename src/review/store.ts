/** Cases of review: the queries. A flag that nobody has touched is a case without a row. */
import { type Review, type ReviewState, UNTOUCHED } from '../../models/review.ts';
import type { Severity } from '../../models/risk/rule.ts';
import type { Caller } from '../accounts/store.ts';
import type { Sql, Transaction } from '../db/client.ts';
import { Problem } from '../errors.ts';
import { lockPledge } from '../pledges/lock.ts';
import { changedAt, findPledge, type Pledge } from '../pledges/store.ts';
import type { Flag } from '../risk/store.ts';

export interface Step {
  version: number;
  at: Date;
  actor: string;
  action: string;
  detail: Record<string, unknown>;
}

export interface QueuedCase {
  flag_id: string;
  pledge_id: string;
  rule: string;
  severity: Severity;
  opened_at: Date;
  version: number;
  state: ReviewState;
  escalated: boolean;
  claimed_by: string | null;
  claimed_until: Date | null;
  /** Place in the queue. */
  rank: number;
}

export interface QueueFilter {
  state: string | undefined;
  severity: string | undefined;
  pledge_id: string | undefined;
  claimed_by: string | undefined;
  after: { rank: number; flag_id: string } | null;
  limit: number;
}

/** Open flags as cases: escalated ones first, then the gravest, then the oldest. A claim past its time is none. */
export async function queuedCases(sql: Sql, now: Date, filter: QueueFilter): Promise<QueuedCase[]> {
  const { state, severity, pledge_id, claimed_by, after, limit } = filter;
  return sql<QueuedCase[]>`
    with queue as (${queueAt(sql, now)})
    select * from queue where true
      ${state ? sql`and state = ${state}` : sql``}
      ${severity ? sql`and severity = ${severity}` : sql``}
      ${pledge_id ? sql`and pledge_id = ${pledge_id}` : sql``}
      ${claimed_by ? sql`and claimed_by = ${claimed_by}` : sql``}
      ${after ? sql`and (rank, flag_id) > (${after.rank}::int, ${after.flag_id})` : sql``}
    order by rank, flag_id limit ${limit}`;
}

/** Open cases of one kind. */
export interface QueueShare {
  state: ReviewState;
  severity: Severity;
  /** Taken on by who asks. */
  mine: boolean;
  cases: number;
}

/** The whole queue, counted in one pass. */
export async function queueShares(sql: Sql, me: string, now: Date): Promise<QueueShare[]> {
  return sql<QueueShare[]>`
    with queue as (${queueAt(sql, now)})
    select state, severity, claimed_by is not distinct from ${me} as mine, count(*)::int as cases
    from queue group by 1, 2, 3`;
}

function queueAt(sql: Sql, now: Date) {
  return sql`select flag.id as flag_id, flag.pledge_id, rule, severity, opened_at, coalesce(version, 0) as version,
        case when review.state is null or claimed_until <= ${now} then 'queued' else review.state end as state,
        escalated_by is not null as escalated,
        case when claimed_until > ${now} then claimed_by end as claimed_by,
        case when claimed_until > ${now} then claimed_until end as claimed_until,
        case when escalated_by is null then 3 else 0 end
          + array_position(array['critical', 'warning', 'info'], severity) as rank
      from flag left join review on flag_id = flag.id
      where flag.state = 'open'`;
}

export interface Case {
  flag: Flag;
  pledge: Pledge;
  review: Review;
  now: Date;
}

/**
 * A case as it stands, holding nobody up.
 * @throws Problem `not_found`
 */
export async function findCase(
  tx: Transaction,
  flag_id: string,
  caller: Caller,
  asked_at: Date,
): Promise<Case> {
  const [flag] = await tx<Flag[]>`select * from flag where id = ${flag_id}`;
  const pledge = flag ? await findPledge(tx, flag.pledge_id, caller) : null;
  if (!flag || !pledge) throw new Problem('not_found', 'There is no such flag.');
  const changed_at = await changedAt(tx, pledge.id);
  const now = changed_at > asked_at ? changed_at : asked_at;
  return { flag, pledge, review: await reviewOf(tx, flag_id), now };
}

/**
 * Holds a case until the end of the transaction: its pledge first, as everybody does who tells events of it.
 * @throws Problem `not_found`
 */
export async function lockCase(
  tx: Transaction,
  flag_id: string,
  caller: Caller,
  asked_at: Date,
): Promise<Case> {
  const [of] = await tx<{ pledge_id: string }[]>`select pledge_id from flag where id = ${flag_id}`;
  if (!of) throw new Problem('not_found', 'There is no such flag.');
  const { pledge, now } = await lockPledge(tx, of.pledge_id, caller, asked_at);
  const [flag] = await tx<Flag[]>`select * from flag where id = ${flag_id} for update`;
  return { flag: flag!, pledge, review: await reviewOf(tx, flag_id), now };
}

async function reviewOf(sql: Sql | Transaction, flag_id: string): Promise<Review> {
  const [row] = await sql<Review[]>`
    select version, state, escalated_by, claimed_by, claimed_until, decision, note, submitted_by, submitted_at,
      evidence_sha256, checked_by, checked_at
    from review where flag_id = ${flag_id}`;
  return row ?? UNTOUCHED;
}

/** @returns canonical JSON of what the submission rests on; null where nothing is submitted */
export async function frozenEvidence(sql: Sql | Transaction, flag_id: string): Promise<string | null> {
  const [row] = await sql<
    { evidence: string | null }[]
  >`select evidence from review where flag_id = ${flag_id}`;
  return row?.evidence ?? null;
}

export async function stepsOf(sql: Sql | Transaction, flag_id: string): Promise<Step[]> {
  return sql<Step[]>`select version, at, actor, action, detail from review_step
    where flag_id = ${flag_id} order by version`;
}

/** @param evidence of a submission; what was frozen before goes when the review no longer rests on it */
export async function saveStep(
  tx: Transaction,
  flag_id: string,
  review: Review,
  step: Omit<Step, 'version'>,
  evidence: string | null,
): Promise<void> {
  const { version } = review;
  const kept = review.evidence_sha256 === null ? null : (evidence ?? (await frozenEvidence(tx, flag_id)));
  const row = { flag_id, ...review, evidence: kept };
  await tx`insert into review ${tx(row)} on conflict (flag_id) do update set ${tx(row)}`;
  const { at, actor, action, detail } = step;
  await tx`insert into review_step (flag_id, version, at, actor, action, detail)
    values (${flag_id}, ${version}, ${at}, ${actor}, ${action}, ${tx.json(detail as never)})`;
}
