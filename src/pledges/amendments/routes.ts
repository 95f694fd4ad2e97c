import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { Problem } from '../../errors.ts';
import { create } from '../../http/create.ts';
import { callerOfGuarded, PLEDGE_KINDS } from '../../http/guard.ts';
import { Closed, Day, Id, Instant, Nullable, OneOf, PatentId } from '../../http/schemas.ts';
import type { Service } from '../../service.ts';
import { attemptChange } from '../attempt.ts';
import { MAX_PATENTS } from '../lifecycle.ts';
import { LoanToValue, ltvLimits, PledgedUse, usesOf } from '../schemas.ts';
import { findPledge } from '../store.ts';
import { IfMatch, requireMatch } from '../version.ts';
import { AMENDMENT_KINDS, type Changes } from './rules.ts';
import {
  AMENDMENT_STATES,
  ANSWERS,
  amendmentsOf,
  answerAmendment,
  askAmendment,
  recordChange,
  type Amendment as StoredAmendment,
} from './service.ts';

const Reason = Type.String({ minLength: 1, maxLength: 1000 });
const ById = Closed({ id: Id });
const OfPledge = Closed({ id: Id, amendment_id: Id });

const NewAmendment = Closed(
  {
    matures_on: Type.Optional(Day),
    principal_minor: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: Number.MAX_SAFE_INTEGER,
        description:
          'of a loan that is paid out it only grows: the rest is paid out when it comes into force',
      }),
    ),
    loan_to_value: Type.Optional(LoanToValue),
    add_patents: Type.Optional(Type.Array(PledgedUse, { minItems: 1, maxItems: MAX_PATENTS })),
    remove_patents: Type.Optional(
      Type.Array(PatentId, { minItems: 1, maxItems: MAX_PATENTS, uniqueItems: true }),
    ),
    reason: Reason,
  },
  { description: 'what is to become another; what is left out stays' },
);

const RegisteredChange = {
  change_number: Type.String({
    minLength: 1,
    maxLength: 40,
    description: 'the office’s own number of the change',
  }),
  changed_on: Day,
};

const Amendment = Type.Object({
  id: Id,
  pledge_id: Id,
  kind: OneOf(AMENDMENT_KINDS, 'of change'),
  changes: Type.Record(Type.String(), Type.Unknown(), { description: 'as they are kept' }),
  reason: Reason,
  state: OneOf(AMENDMENT_STATES, 'of the amendment'),
  asked_at: Instant,
  closed_at: Nullable(Instant),
  change_number: Nullable(RegisteredChange.change_number),
  changed_on: Nullable(Day),
});

export const amendmentRoutes =
  (service: Service): FastifyPluginAsyncTypebox =>
  async (app) => {
    const { database, clock } = service;
    app.post(
      '/v1/pledges/:id/amendments',
      {
        config: { access: ['bank'] },
        schema: {
          operationId: 'askAmendment',
          tags: ['pledges'],
          description:
            'Asks for other terms, more patents, or one patent for another, while the contract runs. In force once the firm consents.',
          params: ById,
          headers: IfMatch,
          body: NewAmendment,
          response: { 201: Amendment },
        },
      },
      (request, reply) => {
        const { id } = request.params;
        const caller = callerOfGuarded(request);
        return attemptChange(service, { caller, pledge_id: id, action: 'pledge.amendment' }, () =>
          create(request, reply, database, async (tx) => {
            await requireMatch(tx, request, id, clock.now());
            const { reason, ...asked } = request.body;
            const given = { changes: changesOf(asked), reason };
            return shown(await askAmendment(tx, id, given, caller, clock.now()));
          }),
        );
      },
    );

    app.post(
      '/v1/pledges/:id/amendments/:amendment_id/answers',
      {
        config: { access: ['bank', 'firm'] },
        schema: {
          operationId: 'answerAmendment',
          tags: ['pledges'],
          description: 'The firm consents, which puts it in force, or declines; the bank withdraws.',
          params: OfPledge,
          headers: IfMatch,
          body: Closed({ answer: OneOf(ANSWERS, 'what is said of it') }),
          response: { 201: Amendment },
        },
      },
      (request, reply) => {
        const { id, amendment_id } = request.params;
        const caller = callerOfGuarded(request);
        return attemptChange(service, { caller, pledge_id: id, action: 'pledge.amendment' }, () =>
          create(request, reply, database, async (tx) => {
            await requireMatch(tx, request, id, clock.now());
            const { answer } = request.body;
            return shown(await answerAmendment(tx, id, amendment_id, answer, caller, clock.now()));
          }),
        );
      },
    );

    app.post(
      '/v1/pledges/:id/amendments/:amendment_id/registrations',
      {
        config: { access: ['bank'] },
        schema: {
          operationId: 'registerAmendment',
          tags: ['pledges'],
          description: 'Records that the office registered the change.',
          params: OfPledge,
          body: Closed(RegisteredChange),
          response: { 201: Amendment },
        },
      },
      (request, reply) => {
        const { id, amendment_id } = request.params;
        const caller = callerOfGuarded(request);
        return attemptChange(service, { caller, pledge_id: id, action: 'pledge.amendment' }, () =>
          create(request, reply, database, async (tx) =>
            shown(await recordChange(tx, id, amendment_id, request.body, caller, clock.now())),
          ),
        );
      },
    );

    app.get(
      '/v1/pledges/:id/amendments',
      {
        config: { access: PLEDGE_KINDS },
        schema: {
          operationId: 'listAmendments',
          tags: ['pledges'],
          params: ById,
          response: { 200: Type.Object({ data: Type.Array(Amendment) }) },
        },
      },
      async (request) => {
        const { id } = request.params;
        if (!(await findPledge(database.sql, id, callerOfGuarded(request))))
          throw new Problem('not_found', 'There is no such pledge.');
        return { data: (await amendmentsOf(database.sql, id)).map(shown) };
      },
    );
  };

/** @throws Problem `refused` when the limits do not rise or a patent is named twice */
function changesOf({
  loan_to_value,
  add_patents,
  remove_patents,
  ...terms
}: Omit<Type.Static<typeof NewAmendment>, 'reason'>): Changes {
  return {
    ...terms,
    ...(loan_to_value && ltvLimits(loan_to_value)),
    ...(add_patents && { add_patents: usesOf(add_patents) }),
    ...(remove_patents && { remove_patents: remove_patents.map((id) => id.toLowerCase()) }),
  };
}

function shown(amendment: StoredAmendment) {
  return amendment as unknown as Type.Static<typeof Amendment>;
}
