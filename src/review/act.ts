/** One step of a review and all that follows from it, in one transaction: the case, its record, the flag, audit, events. */
import { type Decision, nextReview, type Review, type ReviewAct } from '../../models/review.ts';
import { eyesOf } from '../accounts/eyes.ts';
import type { Caller } from '../accounts/store.ts';
import { appendAudit } from '../audit/log.ts';
import { auditRefusal } from '../audit/refusal.ts';
import type { Transaction } from '../db/client.ts';
import { Problem, type ProblemCode, requireFormula } from '../errors.ts';
import { emitEvents } from '../outbox/emit.ts';
import type { Service } from '../service.ts';
import { type Evidence, evidenceOf } from './evidence.ts';
import { say } from './sentences.ts';
import { type Case, lockCase, saveStep } from './store.ts';

/** What a staff member asks for. */
export type Request =
  | { action: 'claimed' | 'released' }
  | { action: 'delegated'; to: string; note: string }
  | { action: 'noted' | 'escalated' | 'returned' | 'reopened'; note: string }
  | { action: 'approved'; note: string }
  | { action: 'submitted'; decision: Decision; note: string };

export interface Asked {
  flag_id: string;
  /** Of the case as last read. */
  version: number;
  request: Request;
  caller: Caller;
}

/**
 * Takes a step.
 * @throws Problem `not_found`; `stale` when somebody acted since the case was read; `conflict` when the case or its flag
 * allows no such step; `refused` when it takes another person; `evidence_moved` when a submission no longer holds
 */
export async function takeStep(tx: Transaction, asked: Asked, asked_at: Date): Promise<Review> {
  const { flag_id, version, request, caller } = asked;
  const found = await lockCase(tx, flag_id, caller, asked_at);
  const { flag, pledge, review, now } = found;
  if (version !== review.version)
    throw new Problem('stale', say('case_moved', { version: review.version, given: version }));
  if (flag.state === 'cleared') throw new Problem('conflict', say('case_cleared'));
  const rests = request.action === 'submitted' || request.action === 'approved';
  const evidence = rests ? await evidenceOf(tx, flag, pledge, now) : null;
  const next = stepped(review, await actOf(tx, request, evidence), caller, now);
  const { action, ...said } = request;
  const detail = evidence ? { ...said, evidence_sha256: evidence.sha256 } : said;
  const text = request.action === 'submitted' ? evidence!.text : null;
  await saveStep(tx, flag_id, next, { at: now, actor: caller.key_id, action, detail }, text);
  await auditStep(tx, found, caller, action, { version: next.version, ...detail });
  if (action === 'approved') await decide(tx, found, next);
  if (action === 'reopened') await reopen(tx, found, request.note);
  return next;
}

/**
 * What is refused is written down; a submission whose evidence has moved goes back to who made it.
 * @returns only by throwing what `work` threw
 */
export async function refused(
  { database, clock }: Service,
  { flag_id, request, version, caller }: Asked,
  error: unknown,
): Promise<never> {
  if (!(error instanceof Problem) || error.code === 'not_found') throw error;
  await auditRefusal(database, {
    caller,
    at: clock.now(),
    action: `review.${request.action}`,
    subject: flag_id,
    organisation_ids: [caller.organisation_id],
    problem: error,
  });
  if (error.code === 'evidence_moved')
    await database.transaction(async (tx) => {
      const found = await lockCase(tx, flag_id, caller, clock.now());
      if (found.review.version !== version) return;
      const next = stepped(found.review, { action: 'requeued' }, caller, found.now);
      const step = {
        at: found.now,
        actor: caller.key_id,
        action: 'requeued',
        detail: { why: 'evidence_moved' },
      };
      await saveStep(tx, flag_id, next, step, null);
      await auditStep(tx, found, caller, 'requeued', { version: next.version });
    });
  throw error;
}

async function actOf(tx: Transaction, request: Request, evidence: Evidence | null): Promise<ReviewAct> {
  switch (request.action) {
    case 'delegated':
      return { ...request, to: await eyesOfStaff(tx, request.to) };
    case 'submitted':
    case 'approved':
      return { ...request, evidence_sha256: evidence!.sha256 };
    default:
      return request;
  }
}

const CODE_OF: Readonly<Record<string, ProblemCode>> = {
  same_person: 'refused',
  evidence_moved: 'evidence_moved',
};

function stepped(review: Review, act: ReviewAct, caller: Caller, now: Date): Review {
  return requireFormula(
    () => nextReview(review, act, eyesOf(caller), now),
    ({ code, said }) => new Problem(CODE_OF[code] ?? 'conflict', said),
  );
}

/** Whose eyes a case is handed to. @param id of a person or a key; @throws Problem `refused` */
async function eyesOfStaff(tx: Transaction, id: string): Promise<string> {
  const [found] = await tx<{ eyes: string }[]>`
    select person.id as eyes from person join organisation on organisation.id = organisation_id
      where person.id = ${id} and kind = 'staff' and closed_at is null
    union all select coalesce(person.id, api_key.id) from api_key
      join organisation on organisation.id = api_key.organisation_id left join person on person.id = issued_by
      where api_key.id = ${id} and kind = 'staff' and revoked_at is null`;
  if (!found) throw new Problem('refused', say('case_to_nobody', { person_id: id }));
  return found.eyes;
}

/** Every step goes to the staff's own chain; what binds the bank, also to the bank's. */
async function auditStep(
  tx: Transaction,
  { flag, pledge, now }: Case,
  caller: Caller,
  action: string,
  said: Record<string, unknown>,
): Promise<void> {
  const binds = action === 'approved' || action === 'reopened';
  const chains = [caller.organisation_id, ...(binds ? [pledge.bank_id] : [])];
  await appendAudit(
    tx,
    chains.map((organisation_id) => ({
      organisation_id,
      at: now,
      actor: caller.key_id,
      action: `review.${action}`,
      subject: flag.id,
      detail: { rule: flag.rule, ...said },
    })),
  );
}

/** A decided flag keeps quiet until its rule clears it. */
async function decide(tx: Transaction, { flag, pledge, now }: Case, review: Review): Promise<void> {
  const { decision, note, submitted_by } = review;
  await tx`update flag set state = 'decided', decision = ${decision}, decision_note = ${note},
    decided_by = ${submitted_by}, decided_at = ${now} where id = ${flag.id}`;
  const data = { flag_id: flag.id, rule: flag.rule, decision, note };
  await tell(tx, 'review.decided', pledge, data, now);
}

async function reopen(tx: Transaction, { flag, pledge, now }: Case, note: string): Promise<void> {
  await tx`update flag set state = 'open', decision = null, decision_note = null, decided_by = null, decided_at = null
    where id = ${flag.id}`;
  await tell(tx, 'review.reopened', pledge, { flag_id: flag.id, rule: flag.rule, note }, now);
}

async function tell(
  tx: Transaction,
  type: string,
  pledge: Case['pledge'],
  data: Record<string, unknown>,
  occurred_at: Date,
): Promise<void> {
  const { id: pledge_id, bank_id, firm_id } = pledge;
  await emitEvents(tx, [{ type, pledge_id, bank_id, firm_id, occurred_at, data }]);
}
