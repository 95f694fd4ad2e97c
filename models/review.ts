/**
 * How staff come to a decision on a flag: one claims the case, proposes a decision on evidence frozen then, and another
 * checks it (four eyes). A pure state machine; `src/review/` keeps its states.
 *
 * Worked: claim by a, submission by a, check by b: decided. The check by a is refused: `same_person`.
 */
import { FormulaFailure } from './failure.ts';
import { say } from './risk/sentences.ts';
import type { Sentence } from './sentences.ts';

export const REVIEW_STATES = ['queued', 'claimed', 'submitted', 'decided'] as const;
export type ReviewState = (typeof REVIEW_STATES)[number];

export const DECISIONS = ['acknowledged', 'escalated', 'dismissed'] as const;
export type Decision = (typeof DECISIONS)[number];

/** How long a claim holds; past it anybody may claim the case. */
export const CLAIM_HOURS = 8;
const HOUR_ms = 3_600_000;

export interface Review {
  /** Steps taken so far; who acts names the version last read, so that of two who act at once one is refused. */
  version: number;
  state: ReviewState;
  /** Who asked for more senior eyes in this round; the case goes ahead of others and to somebody else. */
  escalated_by: string | null;
  claimed_by: string | null;
  claimed_until: Date | null;
  /** What was proposed, by whom, on which evidence. */
  decision: Decision | null;
  note: string | null;
  submitted_by: string | null;
  submitted_at: Date | null;
  /** SHA-256 of the evidence's canonical JSON, in hexadecimal. */
  evidence_sha256: string | null;
  checked_by: string | null;
  checked_at: Date | null;
}

/** `requeued`: the evidence has moved since the submission, so the case goes back to who submitted it. */
export type ReviewAct =
  | { action: 'claimed' | 'released' | 'noted' | 'escalated' | 'returned' | 'requeued' | 'reopened' }
  | { action: 'delegated'; to: string }
  | { action: 'submitted'; decision: Decision; note: string; evidence_sha256: string }
  | { action: 'approved'; evidence_sha256: string };

const NOBODY = { claimed_by: null, claimed_until: null };
const NOT_SUBMITTED = {
  decision: null,
  note: null,
  submitted_by: null,
  submitted_at: null,
  evidence_sha256: null,
};

/** A case that nobody has touched yet. */
export const UNTOUCHED: Review = {
  version: 0,
  state: 'queued',
  escalated_by: null,
  ...NOBODY,
  ...NOT_SUBMITTED,
  checked_by: null,
  checked_at: null,
};

/**
 * The case after a step.
 * @throws FormulaFailure `illegal_step`, `claimed_by_other`, `not_claimed_by_you`, `same_person` or `evidence_moved`;
 * the message names who or what stands against it, and what to do
 */
export function nextReview(review: Review, act: ReviewAct, actor: string, at: Date): Review {
  const next = { ...review, ...changeOf(review, act, actor, at) };
  return { ...next, version: review.version + 1 };
}

function changeOf(review: Review, act: ReviewAct, actor: string, at: Date): Partial<Review> {
  const claim = (claimed_by: string) => ({
    state: 'claimed' as const,
    claimed_by,
    claimed_until: new Date(at.getTime() + CLAIM_HOURS * HOUR_ms),
  });
  switch (act.action) {
    case 'claimed':
      requireFree(review, actor, at);
      return claim(actor);
    case 'released':
      requireClaimant(review, actor, at);
      return { state: 'queued', ...NOBODY };
    case 'delegated':
      requireClaimant(review, actor, at);
      if (act.to === review.escalated_by) refuse('same_person', say('case_not_back'));
      return claim(act.to);
    case 'noted':
      return {};
    case 'escalated':
      requireClaimant(review, actor, at);
      return { state: 'queued', escalated_by: actor, ...NOBODY };
    case 'submitted': {
      requireClaimant(review, actor, at);
      const { decision, note, evidence_sha256 } = act;
      const submission = { decision, note, evidence_sha256, submitted_by: actor, submitted_at: at };
      return { state: 'submitted', ...submission, ...NOBODY };
    }
    case 'approved':
      requireChecker(review, actor);
      if (act.evidence_sha256 !== review.evidence_sha256)
        refuse('evidence_moved', say('case_evidence_moved'));
      return { state: 'decided', checked_by: actor, checked_at: at };
    case 'returned':
      requireChecker(review, actor);
      return { ...claim(review.submitted_by!), ...NOT_SUBMITTED };
    case 'requeued':
      requireState(review, 'submitted', 'case_not_submitted');
      return { ...claim(review.submitted_by!), ...NOT_SUBMITTED };
    case 'reopened':
      requireState(review, 'decided', 'case_not_decided');
      return { ...UNTOUCHED };
  }
}

function requireFree({ state, claimed_by, claimed_until, escalated_by }: Review, actor: string, at: Date) {
  if (state !== 'queued' && state !== 'claimed') refuse('illegal_step', say('case_over', { review: state }));
  if (claimed_by !== null && claimed_until! > at)
    refuse('claimed_by_other', say('case_held', { holder: claimed_by, until: claimed_until!.toISOString() }));
  if (escalated_by === actor) refuse('same_person', say('case_escalated'));
}

function requireClaimant({ state, claimed_by, claimed_until }: Review, actor: string, at: Date) {
  if (state !== 'claimed' || claimed_by !== actor || claimed_until! <= at)
    refuse('not_claimed_by_you', say('case_not_held', { review: state }));
}

function requireChecker(review: Review, actor: string) {
  requireState(review, 'submitted', 'case_not_submitted');
  if (review.submitted_by === actor) refuse('same_person', say('case_same_eyes'));
}

function requireState(
  { state }: Review,
  needed: ReviewState,
  rule: 'case_not_submitted' | 'case_not_decided',
) {
  if (state !== needed) refuse('illegal_step', say(rule, { review: state }));
}

function refuse(code: string, reason: Sentence): never {
  throw new FormulaFailure(code, reason);
}
