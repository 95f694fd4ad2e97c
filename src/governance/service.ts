/** Reviews, comparisons and promotion of models: who may say what of them, and when a challenger takes over. */
import { FormulaFailure } from '../../models/failure.ts';
import { materialityTier, nextReview } from '../../models/governance/registry.ts';
import type { Sentence } from '../../models/sentences.ts';
import type { CalendarDate } from '../../models/types.ts';
import { type Caller, findOrganisation } from '../accounts/store.ts';
import { appendAudit } from '../audit/log.ts';
import { dateOf } from '../clock.ts';
import type { Database, Sql, Transaction } from '../db/client.ts';
import { Problem } from '../errors.ts';
import { lapseHistories } from '../patents/facts.ts';
import { compareModels, latestAskable } from './comparison.ts';
import { LAPSE_TASK, valuationFault } from './runnable.ts';
import { say } from './sentences.ts';
import {
  comparisonsOf,
  findComparison,
  insertReview,
  lastDefeats,
  latestComparison,
  latestReviews,
  latestVersions,
  listSpecifications,
  lockTask,
  type Review,
  reviewsOf,
  type Specification,
  type StoredComparison,
  setRole,
  storeComparison,
  type Version,
  versionsOf,
} from './store.ts';

export interface ReviewState {
  state: 'due' | 'current';
  /** Why it is due; [] when current. */
  reasons: Sentence[];
  /** Organisation whose key approved it; null without an approval in force. */
  approved_by: string | null;
  approved_at: Date | null;
  due_on: CalendarDate | null;
  triggers: string[];
}

export interface Model extends Omit<Specification, 'id' | 'review_triggers'> {
  /** The specification's id with a point in place of the slash, fit for an address. */
  id: string;
  specification: string;
  tier: 1 | 2 | 3;
  review: ReviewState;
  latest_version: Version | null;
}

export async function listModels(sql: Sql, today: CalendarDate): Promise<Model[]> {
  const [specifications, versions, reviews, defeats] = await Promise.all([
    listSpecifications(sql),
    latestVersions(sql),
    latestReviews(sql),
    lastDefeats(sql),
  ]);
  return specifications.map(({ id, review_triggers, ...specification }) => ({
    ...specification,
    id: id.replace('/', '.'),
    specification: id,
    tier: materialityTier(specification.materiality),
    review: reviewState(
      review_triggers,
      reviews.find(({ specification_id }) => specification_id === id) ?? null,
      defeats.get(id) ?? null,
      today,
    ),
    latest_version: versions.find(({ specification_id }) => specification_id === id) ?? null,
  }));
}

/** @param id as in an address @throws Problem `not_found` */
export async function findModel(sql: Sql, id: string, today: CalendarDate): Promise<Model> {
  const model = (await listModels(sql, today)).find((candidate) => candidate.id === id);
  if (model === undefined)
    throw new Problem('not_found', 'There is no such model; GET /v1/models lists them.');
  return model;
}

/** With its versions, reviews and comparisons, newest first. */
export async function modelHistory(sql: Sql, id: string, today: CalendarDate) {
  const model = await findModel(sql, id, today);
  const [versions, reviews, comparisons] = await Promise.all([
    versionsOf(sql, model.specification),
    reviewsOf(sql, model.specification),
    comparisonsOf(sql, model.specification),
  ]);
  return { ...model, versions, reviews, comparisons };
}

function reviewState(
  triggers: string[],
  last: Review | null,
  defeated_at: Date | null,
  today: CalendarDate,
): ReviewState {
  if (last === null || last.decision === 'refused') {
    const reason =
      last === null ? say('review_never') : say('review_refused', { day: dateOf(last.reviewed_at) });
    return { state: 'due', reasons: [reason], approved_by: null, approved_at: null, due_on: null, triggers };
  }
  const due_on = nextReview(dateOf(last.reviewed_at));
  const reasons: Sentence[] = [];
  if (today >= due_on) reasons.push(say('review_overdue', { due_on }));
  if (triggers.includes('challenger_won') && defeated_at !== null && defeated_at > last.reviewed_at)
    reasons.push(say('review_defeated', { day: dateOf(defeated_at) }));
  const { organisation_id: approved_by, reviewed_at: approved_at } = last;
  const state = reasons.length > 0 ? 'due' : 'current';
  return { state, reasons, approved_by, approved_at, due_on, triggers };
}

/**
 * Four eyes: the organisation whose key reviews is not the author.
 * @throws Problem `not_found`; `conflict` when it is retired; `refused` when the author asks
 */
export async function reviewModel(
  tx: Transaction,
  id: string,
  { decision, note }: Pick<Review, 'decision' | 'note'>,
  caller: Caller,
  now: Date,
): Promise<Model> {
  const { specification, author, role } = await findModel(tx, id, dateOf(now));
  if (role === 'retired') throw new Problem('conflict', say('model_retired', { model: specification }));
  const { organisation_id, key_id } = caller;
  const reviewer = await findOrganisation(tx, organisation_id);
  if ([organisation_id, reviewer!.name].includes(author))
    throw new Problem('refused', say('review_by_author', { author, model: specification }));
  await insertReview(tx, {
    specification_id: specification,
    decision,
    note,
    organisation_id,
    key_id,
    reviewed_at: now,
  });
  await audit(tx, caller, `model.${decision}`, specification, { note }, now);
  return findModel(tx, id, dateOf(now));
}

/**
 * Makes a challenger the champion and retires the one before, in the caller's transaction.
 * @throws Problem `not_found`, `conflict` or `refused`, naming the first condition that is not met
 */
export async function promoteModel(
  tx: Transaction,
  id: string,
  comparison_id: string,
  caller: Caller,
  now: Date,
): Promise<Model> {
  const { specification } = await findModel(tx, id, dateOf(now));
  const rivals = await lockTask(tx, specification);
  // Read again under the lock: another promotion may have come first.
  const challenger = await findModel(tx, id, dateOf(now));
  const champion = rivals.find(({ role }) => role === 'champion')!;
  if (challenger.role !== 'challenger')
    throw new Problem(
      'conflict',
      say('not_a_challenger', { model: specification, model_role: challenger.role }),
    );
  const fault = await promotionFault(tx, challenger, champion.id, comparison_id);
  if (fault !== null) throw new Problem('refused', fault);
  await setRole(tx, champion.id, 'retired');
  await setRole(tx, specification, 'champion');
  await audit(tx, caller, 'model.promoted', specification, { comparison_id, retired: champion.id }, now);
  return findModel(tx, id, dateOf(now));
}

/** The first condition that is not met; null when all are. */
async function promotionFault(
  tx: Transaction,
  challenger: Model,
  champion_id: string,
  comparison_id: string,
): Promise<Sentence | null> {
  const { specification } = challenger;
  const comparison = await findComparison(tx, comparison_id);
  const latest = await latestComparison(tx, champion_id, specification);
  return (
    valuationFault(specification) ??
    comparisonFault(specification, champion_id, comparison, latest) ??
    reviewFault(challenger)
  );
}

/** The last comparison counts, so that a lucky one cannot be picked. */
function comparisonFault(
  specification: string,
  champion_id: string,
  comparison: StoredComparison | null,
  latest: StoredComparison | null,
): Sentence | null {
  if (comparison?.champion_id !== champion_id || comparison.challenger_id !== specification)
    return say('comparison_missing', { model: specification, champion: champion_id });
  if (comparison.id !== latest!.id)
    return say('comparison_older', { latest: latest!.id, comparison: comparison.id });
  if (!comparison.promote)
    return say('comparison_against', { comparison: comparison.id, reasons: reasonsOf(comparison) });
  return null;
}

/** What speaks against promotion; English alone in comparisons made before the codes were kept. */
export function reasonsOf({ result }: StoredComparison): readonly (Sentence | string)[] {
  return result.sentences ?? result.reasons;
}

function reviewFault({ specification, review }: Model): Sentence | null {
  if (review.state === 'current') return null;
  return say('review_not_in_force', { model: specification, reasons: review.reasons });
}

async function audit(
  tx: Transaction,
  { organisation_id, key_id }: Caller,
  action: string,
  subject: string,
  detail: Record<string, unknown>,
  at: Date,
): Promise<void> {
  await appendAudit(tx, [{ organisation_id, at, actor: key_id, action, subject, detail }]);
}

/**
 * Compares every challenger with its champion on what was known on a day, and stores the outcome.
 * @param asked_on null for the last day whose outcomes are all known
 * @throws FormulaFailure where the database holds too little
 */
export async function compareChallengers(
  database: Database,
  asked_on: CalendarDate | null,
  now: Date,
): Promise<StoredComparison[]> {
  const { sql } = database;
  const later = await lapseHistories(sql, now);
  const day = asked_on ?? latestAskable(later);
  const known = await lapseHistories(sql, new Date(`${day}T23:59:59.999Z`));
  if (known.length === 0)
    throw new FormulaFailure(
      'nothing_known',
      `this database knew of no granted patent on ${day}; ask of a day after it learnt of some, or compare on a file.`,
    );
  const specifications = await listSpecifications(sql);
  const stored: StoredComparison[] = [];
  const challengers = specifications.filter(({ role, task }) => role === 'challenger' && task === LAPSE_TASK);
  for (const challenger of challengers) {
    const champion = specifications.find(
      ({ role, task }) => role === 'champion' && task === challenger.task,
    )!;
    const ids = { champion: champion.id, challenger: challenger.id };
    const compared = compareModels(ids, { asked_on: day, known, later }, challenger, dateOf(now));
    stored.push(await database.transaction((tx) => storeComparison(tx, champion, challenger, compared, now)));
  }
  return stored;
}
