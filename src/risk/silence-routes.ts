import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { RULES } from '../../models/risk/rules.ts';
import { create } from '../http/create.ts';
import { callerOfGuarded } from '../http/guard.ts';
import { Closed, Id, Instant, Nullable, OneOf } from '../http/schemas.ts';
import type { Service } from '../service.ts';
import { MAX_SILENCE_DAYS, makeSilence, silencesOf } from './silences.ts';

const RuleId = OneOf(
  RULES.map((rule) => rule.id),
  'of the catalogue',
);

const Silence = Type.Object({
  id: Id,
  rule: Nullable(Type.String()),
  pledge_id: Nullable(Id),
  from_at: Instant,
  until_at: Instant,
  reason: Type.String(),
  made_by: Id,
});

export const silenceRoutes =
  ({ database, clock }: Service): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.get(
      '/v1/silences',
      {
        config: { access: ['bank'] },
        schema: {
          operationId: 'listSilences',
          tags: ['risk'],
          description: 'The bank’s own silences, newest first, those that are over among them.',
          response: { 200: Type.Object({ data: Type.Array(Silence) }) },
        },
      },
      async (request) => ({
        data: await silencesOf(database.sql, callerOfGuarded(request).organisation_id),
      }),
    );

    app.post(
      '/v1/silences',
      {
        config: { access: ['bank'] },
        schema: {
          operationId: 'makeSilence',
          tags: ['risk'],
          description: `From now on flags of a rule, of a pledge, or of a rule on a pledge open without an event, for at most ${MAX_SILENCE_DAYS} days; what stands when the silence is over is told then. The end of a right is always told.`,
          body: Closed({
            rule: Type.Optional(RuleId),
            pledge_id: Type.Optional(Id),
            until_at: Type.String({ format: 'date-time' }),
            reason: Type.String({ minLength: 1, maxLength: 500 }),
          }),
          response: { 201: Silence },
        },
      },
      (request, reply) =>
        create(request, reply, database, (tx) =>
          makeSilence(
            tx,
            { ...request.body, until_at: new Date(request.body.until_at) },
            callerOfGuarded(request),
            clock.now(),
          ),
        ),
    );
  };
