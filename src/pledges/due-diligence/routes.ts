import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { FINDING_KINDS, type FindingCode, SEVERITIES } from '../../../models/due-diligence.ts';
import { asOf } from '../../clock.ts';
import { Problem } from '../../errors.ts';
import { create } from '../../http/create.ts';
import { callerOfGuarded, PLEDGE_KINDS } from '../../http/guard.ts';
import { AsOfQuery, Closed, Id, Instant, Nullable, OneOf, PatentId } from '../../http/schemas.ts';
import type { Service } from '../../service.ts';
import { attemptChange } from '../attempt.ts';
import { findPledge } from '../store.ts';
import { dueDiligence, isStanding, pledgedIds, waiveFinding } from './service.ts';

const FindingText = Type.String({ minLength: 1, maxLength: 400, description: 'the finding’s own name' });
const Reason = Type.String({ minLength: 1, maxLength: 1000 });

const Finding = Type.Object({
  finding: FindingText,
  code: OneOf(Object.keys(FINDING_KINDS) as FindingCode[], 'what was found'),
  patent_id: PatentId,
  severity: OneOf(SEVERITIES, 'blocking findings stand against a proposal until they are waived'),
  title: Type.String(),
  evidence: Type.Record(Type.String(), Nullable(Type.Union([Type.Number(), Type.String()]))),
  remedy: Type.String(),
  waiver: Nullable(
    Type.Object({
      reason: Type.String(),
      waived_by: Type.String({ description: 'id of the key' }),
      waived_at: Instant,
    }),
  ),
});

export const dueDiligenceRoutes =
  (service: Service): FastifyPluginAsyncTypebox =>
  async (app) => {
    const { database, clock } = service;
    app.get(
      '/v1/pledges/:id/due-diligence',
      {
        config: { access: PLEDGE_KINDS },
        schema: {
          operationId: 'getDueDiligence',
          tags: ['pledges'],
          description:
            'What stands against the patents as collateral: title, encumbrances, state in law, term, annuities, age of the data. Names on a register are evidence and no proof of title.',
          params: Closed({ id: Id }),
          querystring: Closed({
            ...AsOfQuery,
            patent_id: Type.Optional({
              ...PatentId,
              description: 'examine this patent alone, such as one that is to be added',
            }),
          }),
          response: {
            200: Type.Object({
              blocked: Type.Boolean({ description: 'whether a blocking finding is not waived' }),
              data: Type.Array(Finding),
            }),
          },
        },
      },
      async (request) => {
        const { id } = request.params;
        const { as_of, patent_id } = request.query;
        const pledge = await findPledge(database.sql, id, callerOfGuarded(request));
        if (!pledge) throw new Problem('not_found', 'There is no such pledge.');
        const patents =
          patent_id === undefined ? await pledgedIds(database.sql, id) : [patent_id.toLowerCase()];
        const data = await dueDiligence(database.sql, pledge, patents, asOf(clock, as_of));
        return { blocked: data.some(isStanding), data };
      },
    );

    app.post(
      '/v1/pledges/:id/due-diligence/waivers',
      {
        config: { access: ['bank'] },
        schema: {
          operationId: 'waiveFinding',
          tags: ['pledges'],
          description: 'Takes one blocking finding all the same, with a reason, for good.',
          params: Closed({ id: Id }),
          body: Closed({ patent_id: PatentId, finding: FindingText, reason: Reason }),
          response: { 201: Finding },
        },
      },
      (request, reply) => {
        const { id } = request.params;
        const caller = callerOfGuarded(request);
        return attemptChange(service, { caller, pledge_id: id, action: 'due_diligence.waiver' }, () =>
          create(request, reply, database, (tx) => {
            const patent_id = request.body.patent_id.toLowerCase();
            return waiveFinding(tx, id, { ...request.body, patent_id }, caller, clock.now());
          }),
        );
      },
    );
  };
