import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { APPLICATION_STATES } from '../../../models/filing/procedure.ts';
import { OFFICE_ACTION_KINDS, TERM_KINDS } from '../../../models/filing/terms.ts';
import { create } from '../../http/create.ts';
import { callerOfGuarded } from '../../http/guard.ts';
import {
  Closed,
  Currency,
  Day,
  Id,
  Instant,
  Minor,
  Nullable,
  OneOf,
  Page,
  PageQuery,
  PatentId,
  page,
  WithDefault,
} from '../../http/schemas.ts';
import type { Service } from '../../service.ts';
import { DRAFTING } from '../drafts/routes.ts';
import { AVersion, ById } from '../drafts/schemas.ts';
import { deadlinesOf, meetDeadline } from './deadlines.ts';
import { payFee } from './fees.ts';
import {
  answerOfficeAction,
  MAX_LETTER_CHARS,
  MAX_TERM_MONTHS,
  officeActionsOf,
  recordOfficeAction,
} from './office-actions.ts';
import { prepareApplication, takeStep } from './service.ts';
import { feesOf, findApplication, listApplications, OFFICES, stepsOf } from './store.ts';

/** Who is concerned with an application; staff see where it stands. */
const CONCERNED = ['firm', 'agency', 'staff'] as const;
const LETTER_BODY_LIMIT_BYTES = 1_048_576;

const State = OneOf(APPLICATION_STATES, 'where it stands');
const Application = Type.Object({
  id: Id,
  firm_id: Id,
  draft_id: Id,
  version: Type.Integer({ description: 'of the draft, as it is filed' }),
  office: OneOf(OFFICES, 'WIPO ST.3'),
  right_type: OneOf(['invention', 'utility_model'], 'kind of right'),
  state: State,
  priority_on: Nullable(Day),
  application_number: Nullable(Type.String()),
  filed_on: Nullable(Day),
  patent_id: Nullable(PatentId),
  granted_on: Nullable(Day),
  watched_at: Nullable(
    Type.Unsafe<Date | string>({ ...Instant, description: 'since when the firm watches it' }),
  ),
  created_at: Instant,
});

const Deadline = Type.Object({
  id: Id,
  kind: OneOf(TERM_KINDS, 'what is to be done'),
  office_action_id: Nullable(Id),
  from_on: Day,
  due_on: Day,
  rule: Type.String({ description: 'what sets it' }),
  verified: Type.Boolean({
    description: 'false: the rule was entered from memory and not compared with its source',
  }),
  weekday_only_years: Type.Array(Type.Integer(), {
    description: 'years of which only weekends are known as days not worked',
  }),
  state: OneOf(['open', 'met', 'missed', 'void'], 'void: nothing is owed any more'),
  met_on: Nullable(Day),
});

const Fee = Type.Object({
  id: Id,
  kind: OneOf(['filing', 'claims', 'pages', 'examination'], 'what is paid for'),
  amount_minor: Minor,
  currency: Currency,
  verified: Type.Boolean({
    description: 'false: the amount was not compared with the list of the office',
  }),
  due_on: Nullable(Day),
  paid_on: Nullable(Day),
});

const Step = Type.Object({
  number: Type.Integer(),
  from_state: Nullable(State),
  to_state: State,
  happened_on: Day,
  detail: Type.Record(Type.String(), Type.Unknown()),
  organisation_id: Nullable(Type.String({ description: 'who recorded it; null for what the register told' })),
  author_id: Type.String(),
  recorded_at: Instant,
});

const OfficeAction = Type.Object({
  id: Id,
  number: Type.Integer(),
  kind: OneOf(OFFICE_ACTION_KINDS, 'of the letter'),
  issued_on: Day,
  content: Type.String(),
  recorded_at: Instant,
  due_on: Nullable(Day),
  deadline_state: Nullable(OneOf(['open', 'met', 'missed', 'void'], 'of its term')),
  deadline_verified: Nullable(
    Type.Boolean({ description: 'false: its rule was entered from memory and not compared with its source' }),
  ),
  answer: Nullable(Type.String()),
  answered_on: Nullable(Day),
});

const LetterText = (description: string) =>
  Type.String({ minLength: 1, maxLength: MAX_LETTER_CHARS, description });

export const applicationRoutes =
  ({ database, clock }: Service): FastifyPluginAsyncTypebox =>
  async (app) => {
    const { sql } = database;

    app.post(
      '/v1/filing/drafts/:id/applications',
      {
        config: { access: ['firm'] },
        schema: {
          operationId: 'prepareApplication',
          tags: ['filing'],
          description: 'Prepares an application of a version of the draft, to be filed at an office.',
          params: ById,
          body: Closed({
            version: Type.Optional(AVersion),
            office: OneOf(OFFICES, 'of the form of the draft'),
            priority_on: WithDefault(Nullable(Day)),
          }),
          response: { 201: Application },
        },
      },
      (request, reply) =>
        create(request, reply, database, (tx) => {
          const { priority_on = null, ...given } = request.body;
          const who = callerOfGuarded(request);
          return prepareApplication(tx, request.params.id, { ...given, priority_on }, who, clock.now());
        }),
    );

    app.get(
      '/v1/filing/applications',
      {
        config: { access: CONCERNED },
        schema: {
          operationId: 'listApplications',
          tags: ['filing'],
          description:
            'The own applications, those that an agency is engaged for, or all for staff; in order of id.',
          querystring: Closed(PageQuery),
          response: { 200: Page(Application) },
        },
      },
      async (request) => {
        const { limit, cursor = '' } = request.query;
        return page(await listApplications(sql, cursor, limit + 1), limit, ({ id }) => id);
      },
    );

    app.get(
      '/v1/filing/applications/:id',
      {
        config: { access: CONCERNED },
        schema: {
          operationId: 'getApplication',
          tags: ['filing'],
          description: 'Where it stands, with its steps, deadlines and fees.',
          params: ById,
          response: {
            200: Type.Object({
              ...Application.properties,
              steps: Type.Array(Step),
              deadlines: Type.Array(Deadline),
              fees: Type.Array(Fee),
            }),
          },
        },
      },
      async (request) => {
        const { id } = request.params;
        const application = await findApplication(sql, id);
        const [steps, deadlines, fees] = await Promise.all([
          stepsOf(sql, id),
          deadlinesOf(sql, id),
          feesOf(sql, id),
        ]);
        return { ...application, steps, deadlines, fees };
      },
    );

    app.post(
      '/v1/filing/applications/:id/steps',
      {
        config: { access: CONCERNED },
        schema: {
          operationId: 'stepApplication',
          tags: ['filing'],
          description:
            'Records what happened at the office; terms and fees follow from it. A grant puts the patent on a watch list of the firm, as soon as the patent database has it. Staff record what the register says.',
          params: ById,
          body: Closed({
            to: State,
            happened_on: Day,
            application_number: Type.Optional(
              Type.String({ minLength: 1, maxLength: 40, description: 'of the office; with filed' }),
            ),
          }),
          response: { 201: Application },
        },
      },
      (request, reply) =>
        create(request, reply, database, (tx) =>
          takeStep(tx, request.params.id, request.body, callerOfGuarded(request), clock.now()),
        ),
    );

    app.post(
      '/v1/filing/applications/:id/deadlines/:deadline_id/met',
      {
        config: { access: DRAFTING },
        schema: {
          operationId: 'meetDeadline',
          tags: ['filing'],
          description: 'Records that what a term asks for was done, by its end.',
          params: Closed({ id: Id, deadline_id: Id }),
          body: Closed({ met_on: Day }),
          response: { 201: Deadline },
        },
      },
      (request, reply) =>
        create(request, reply, database, (tx) => {
          const { id, deadline_id } = request.params;
          const who = callerOfGuarded(request);
          return meetDeadline(tx, id, deadline_id, request.body.met_on, who, clock.now());
        }),
    );

    app.post(
      '/v1/filing/applications/:id/fees/:fee_id/payment',
      {
        config: { access: DRAFTING },
        schema: {
          operationId: 'payFilingFee',
          tags: ['filing'],
          description: 'Records that a fee was paid. When all that a term asks for are paid, it is met.',
          params: Closed({ id: Id, fee_id: Id }),
          body: Closed({ paid_on: Day }),
          response: { 201: Fee },
        },
      },
      (request, reply) =>
        create(request, reply, database, (tx) => {
          const { id, fee_id } = request.params;
          return payFee(tx, id, fee_id, request.body.paid_on, callerOfGuarded(request), clock.now());
        }),
    );

    app.post(
      '/v1/filing/applications/:id/office-actions',
      {
        bodyLimit: LETTER_BODY_LIMIT_BYTES,
        config: { access: DRAFTING },
        schema: {
          operationId: 'recordOfficeAction',
          tags: ['filing'],
          description: 'Records a letter of the office; its term runs from the day it carries.',
          params: ById,
          body: Closed({
            kind: OneOf(OFFICE_ACTION_KINDS, 'of the letter'),
            issued_on: Day,
            content: LetterText('of the letter'),
            term_months: WithDefault(
              Nullable(
                Type.Integer({
                  minimum: 1,
                  maximum: MAX_TERM_MONTHS,
                  description: 'where the letter sets another than the rule',
                }),
              ),
            ),
          }),
          response: { 201: OfficeAction },
        },
      },
      (request, reply) =>
        create(request, reply, database, (tx) => {
          const { term_months = null, ...letter } = request.body;
          const who = callerOfGuarded(request);
          return recordOfficeAction(tx, request.params.id, { ...letter, term_months }, who, clock.now());
        }),
    );

    app.get(
      '/v1/filing/applications/:id/office-actions',
      {
        config: { access: DRAFTING },
        schema: {
          operationId: 'listOfficeActions',
          tags: ['filing'],
          description: 'Letters of the office with their answers, in the order in which they were recorded.',
          params: ById,
          response: { 200: Type.Object({ data: Type.Array(OfficeAction) }) },
        },
      },
      async (request) => {
        await findApplication(sql, request.params.id);
        return { data: await officeActionsOf(sql, request.params.id) };
      },
    );

    app.post(
      '/v1/filing/applications/:id/office-actions/:office_action_id/answer',
      {
        bodyLimit: LETTER_BODY_LIMIT_BYTES,
        config: { access: DRAFTING },
        schema: {
          operationId: 'answerOfficeAction',
          tags: ['filing'],
          params: Closed({ id: Id, office_action_id: Id }),
          body: Closed({ answer: LetterText('as it was sent'), answered_on: Day }),
          response: { 201: OfficeAction },
        },
      },
      (request, reply) =>
        create(request, reply, database, (tx) => {
          const { id, office_action_id } = request.params;
          const who = callerOfGuarded(request);
          return answerOfficeAction(tx, id, office_action_id, request.body, who, clock.now());
        }),
    );
  };
