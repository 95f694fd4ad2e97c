import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type, { type TProperties } from 'typebox';
import { DECISIONS, REVIEW_STATES } from '../../models/review.ts';
import { SEVERITIES } from '../../models/risk/rule.ts';
import { Problem } from '../errors.ts';
import { create } from '../http/create.ts';
import { callerOfGuarded } from '../http/guard.ts';
import { Closed, Id, Instant, Nullable, OneOf, Page, PageQuery, page, Version } from '../http/schemas.ts';
import type { Service } from '../service.ts';
import { type Request, refused, takeStep } from './act.ts';
import { evidenceOf } from './evidence.ts';
import { findCase, frozenEvidence, queuedCases, stepsOf } from './store.ts';

const Steps = { ...Version, description: 'steps taken so far; 0 where nobody has touched the case' };

const QueuedCase = Type.Object({
  flag_id: Id,
  pledge_id: Id,
  rule: Type.String(),
  severity: OneOf(SEVERITIES, 'how grave'),
  opened_at: Instant,
  version: Steps,
  state: OneOf(REVIEW_STATES, 'of the case; a claim past its time is queued again'),
  escalated: Type.Boolean(),
  claimed_by: Nullable(Id),
  claimed_until: Nullable(Instant),
});

const Review = Type.Object({
  version: Steps,
  state: OneOf(REVIEW_STATES, 'of the case'),
  escalated_by: Nullable(Id),
  claimed_by: Nullable(Id),
  claimed_until: Nullable(Instant),
  decision: Nullable(OneOf(DECISIONS, 'as submitted')),
  note: Nullable(Type.String()),
  submitted_by: Nullable(Id),
  submitted_at: Nullable(Instant),
  evidence_sha256: Nullable(
    Type.String({ description: 'of the canonical JSON of the frozen evidence, hexadecimal' }),
  ),
  checked_by: Nullable(Id),
  checked_at: Nullable(Instant),
});

const Anything = Type.Record(Type.String(), Type.Unknown());

const Case = Type.Object({
  flag_id: Id,
  pledge_id: Id,
  review: Review,
  steps: Type.Array(
    Type.Object({ version: Steps, at: Instant, actor: Id, action: Type.String(), detail: Anything }),
  ),
  frozen_evidence: Nullable(Anything),
  evidence: Anything,
  evidence_moved: Nullable(
    Type.Boolean({ description: 'since the submission; null where nothing is submitted' }),
  ),
});

const Note = Type.String({ minLength: 1, maxLength: 2000 });

/** Steps that bind, or send back what somebody proposed. */
const CHECKS = ['approveReview', 'returnReview', 'reopenReview'];

export const reviewRoutes =
  (service: Service): FastifyPluginAsyncTypebox =>
  async (app) => {
    const { database, clock } = service;

    app.get(
      '/v1/reviews',
      {
        config: { access: ['staff'] },
        schema: {
          operationId: 'listReviews',
          tags: ['review'],
          description: 'The queue: open flags, escalated ones first, then the gravest, then the oldest.',
          querystring: Closed({
            ...PageQuery,
            state: Type.Optional(OneOf(REVIEW_STATES, 'only those')),
            severity: Type.Optional(OneOf(SEVERITIES, 'only those')),
            pledge_id: Type.Optional(Id),
            claimed_by: Type.Optional(
              Type.String({
                maxLength: 64,
                description: 'id of a person, or of a key that no person issued',
              }),
            ),
          }),
          response: { 200: Page(QueuedCase) },
        },
      },
      async (request) => {
        const { limit, cursor, state, severity, pledge_id, claimed_by } = request.query;
        const after = cursor === undefined ? null : placeOf(cursor);
        const filter = { state, severity, pledge_id, claimed_by, after, limit: limit + 1 };
        const rows = await queuedCases(database.sql, clock.now(), filter);
        return page(rows, limit, ({ rank, flag_id }) => `${rank}.${flag_id}`);
      },
    );

    app.get(
      '/v1/reviews/:flag_id',
      {
        config: { access: ['staff'] },
        schema: {
          operationId: 'readReview',
          tags: ['review'],
          description:
            'A case with its record, the evidence frozen at submission, and the evidence as it is now.',
          params: Closed({ flag_id: Id }),
          response: { 200: Case },
        },
      },
      (request) =>
        database.transaction(async (tx) => {
          const { flag_id } = request.params;
          const { flag, pledge, review, now } = await findCase(
            tx,
            flag_id,
            callerOfGuarded(request),
            clock.now(),
          );
          const evidence = await evidenceOf(tx, flag, pledge, now);
          const frozen = await frozenEvidence(tx, flag_id);
          return {
            flag_id,
            pledge_id: pledge.id,
            review,
            steps: await stepsOf(tx, flag_id),
            frozen_evidence: frozen === null ? null : JSON.parse(frozen),
            evidence: JSON.parse(evidence.text),
            evidence_moved: frozen === null ? null : evidence.sha256 !== review.evidence_sha256,
          };
        }),
    );

    const step = <Body extends TProperties>(
      name: string,
      operationId: string,
      description: string,
      body: Body,
      requestOf: (said: never) => Request,
    ) =>
      app.post(
        `/v1/reviews/:flag_id/${name}`,
        {
          config: { access: ['staff'], scope: CHECKS.includes(operationId) ? 'decide' : 'review' },
          schema: {
            operationId,
            tags: ['review'],
            description,
            params: Closed({ flag_id: Id }),
            body: Closed({ version: { ...Version, description: 'of the case as last read' }, ...body }),
            response: { 201: Review },
          },
        },
        async (request, reply) => {
          const { version, ...said } = request.body as { version: number };
          const { flag_id } = request.params as { flag_id: string };
          const caller = callerOfGuarded(request);
          const asked = { flag_id, version, request: requestOf(said as never), caller };
          try {
            return await create(request, reply, database, (tx) => takeStep(tx, asked, clock.now()));
          } catch (error) {
            return refused(service, asked, error);
          }
        },
      );

    step('claims', 'claimReview', 'Takes the case on, for eight hours.', {}, () => ({ action: 'claimed' }));
    step('releases', 'releaseReview', 'Gives the case back to the queue.', {}, () => ({
      action: 'released',
    }));
    step(
      'delegations',
      'delegateReview',
      'Hands the case that one holds to another of the staff.',
      {
        to: Type.String({ minLength: 1, maxLength: 64, description: 'the other’s id, or that of a key' }),
        note: Note,
      },
      (said: { to: string; note: string }) => ({ action: 'delegated', ...said }),
    );
    const noting = { note: Note };
    const noted =
      (action: 'noted' | 'escalated' | 'returned' | 'approved' | 'reopened') => (said: { note: string }) => ({
        action,
        ...said,
      });
    step('notes', 'noteReview', 'Writes a note into the record of the case.', noting, noted('noted'));
    step(
      'escalations',
      'escalateReview',
      'Asks for more senior eyes: the case goes ahead of others, and to somebody else.',
      noting,
      noted('escalated'),
    );
    step(
      'submissions',
      'submitReview',
      'Proposes a decision; the evidence as of now is frozen with it.',
      { decision: OneOf(DECISIONS, 'what is proposed'), note: Note },
      (said: { decision: (typeof DECISIONS)[number]; note: string }) => ({ action: 'submitted', ...said }),
    );
    step(
      'approvals',
      'approveReview',
      'Makes the proposed decision, by another than who proposed it, on evidence that has not moved; bank and firm hear of it.',
      noting,
      noted('approved'),
    );
    step('returns', 'returnReview', 'Sends the proposal back to who made it.', noting, noted('returned'));
    step(
      'reopenings',
      'reopenReview',
      'Takes a decision back: the flag is open again, and bank and firm hear of it.',
      noting,
      noted('reopened'),
    );
  };

/** @throws Problem `bad_request` */
function placeOf(cursor: string) {
  const [, rank, flag_id] = /^([1-6])\.(.+)$/.exec(cursor) ?? [];
  if (!flag_id)
    throw new Problem('bad_request', 'The cursor is none of this list; take next_cursor as it was given.');
  return { rank: Number(rank), flag_id };
}
