/** Pages and forms of applications. */
import type { FastifyInstance } from 'fastify';
import Type from 'typebox';
import { APPLICATION_STATES } from '../../../models/filing/procedure.ts';
import { OFFICE_ACTION_KINDS } from '../../../models/filing/terms.ts';
import { Problem } from '../../errors.ts';
import { Closed, Day, Id, OneOf } from '../../http/schemas.ts';
import { Blank, blank } from '../../pages/asking.ts';
import { faultAt } from '../../pages/parts/fault.ts';
import { refusableFormsOf, Typed } from '../../pages/refusable-forms.ts';
import { say as sayOfForm } from '../../pages/sentences.ts';
import { pagesOf } from '../../pages/serve.ts';
import type { View } from '../../pages/view.ts';
import type { Service } from '../../service.ts';
import { deadlinesOf, meetDeadline } from '../applications/deadlines.ts';
import { payFee } from '../applications/fees.ts';
import {
  answerOfficeAction,
  MAX_LETTER_CHARS,
  MAX_TERM_MONTHS,
  officeActionsOf,
  recordOfficeAction,
} from '../applications/office-actions.ts';
import { takeStep } from '../applications/service.ts';
import { feesOf, findApplication, stepsOf } from '../applications/store.ts';
import { ById } from '../drafts/schemas.ts';
import { say } from '../sentences.ts';
import { ANSWER_SIZE, ApplicationPage, LETTER_SIZE, type TypedApplication } from './application-page.tsx';
import { DRAFTER_WRITES } from './draft-pages.tsx';

const CONCERNED = ['firm', 'agency', 'staff'] as const;
const LetterText = Type.String({ maxLength: MAX_LETTER_CHARS });

export function applicationPages(app: FastifyInstance, service: Service): void {
  const { database, clock } = service;
  const { sql } = database;
  const form = refusableFormsOf(app, service);
  const at = ({ id }: { id: string }) => `/filing/applications/${id}`;

  const shown = async (
    id: string,
    { words, caller }: View,
    typed: TypedApplication = {},
    problem: Problem | null = null,
  ) => {
    const application = await findApplication(sql, id);
    const { office, application_number } = application;
    return {
      title:
        application_number === null
          ? words.say('filing.not_filed', { office })
          : `${office} ${application_number}`,
      body: (
        <ApplicationPage
          steps={await stepsOf(sql, id)}
          deadlines={await deadlinesOf(sql, id)}
          fees={await feesOf(sql, id)}
          office_actions={caller?.kind === 'staff' ? [] : await officeActionsOf(sql, id)}
          {...{ application, typed, problem }}
        />
      ),
    };
  };

  pagesOf(app, service)('/filing/applications/:id', { access: CONCERNED, params: ById }, ({ params, view }) =>
    shown(params.id, view),
  );

  form(
    '/filing/applications/:id/steps',
    {
      access: CONCERNED,
      scope: 'write',
      params: ById,
      body: Closed({
        to: OneOf(APPLICATION_STATES, 'what it became'),
        happened_on: Blank(Day),
        application_number: Type.Optional(Typed),
      }),
    },
    {
      at,
      async act({ params, body: { to, happened_on, application_number = '' }, caller }) {
        const number = application_number.trim();
        const step = {
          to,
          happened_on: dayOf(happened_on),
          ...(number !== '' && { application_number: number }),
        };
        await database.transaction((tx) => takeStep(tx, params.id, step, caller, clock.now()));
        return at(params);
      },
      again: ({ params, body, view }, problem) => shown(params.id, view, body, problem),
    },
  );

  form(
    '/filing/applications/:id/deadlines/:deadline_id/met',
    { ...DRAFTER_WRITES, params: Closed({ id: Id, deadline_id: Id }), body: Closed({ met_on: Blank(Day) }) },
    {
      at,
      async act({ params, body, caller }) {
        const { id, deadline_id } = params;
        const on = dayOf(body.met_on);
        await database.transaction((tx) => meetDeadline(tx, id, deadline_id, on, caller, clock.now()));
        return `${at(params)}#${deadline_id}`;
      },
      again: ({ params, view }, problem) => shown(params.id, view, {}, problem),
    },
  );

  form(
    '/filing/applications/:id/fees/:fee_id/payment',
    { ...DRAFTER_WRITES, params: Closed({ id: Id, fee_id: Id }), body: Closed({ paid_on: Blank(Day) }) },
    {
      at,
      async act({ params, body, caller }) {
        const { id, fee_id } = params;
        const on = dayOf(body.paid_on);
        await database.transaction((tx) => payFee(tx, id, fee_id, on, caller, clock.now()));
        return `${at(params)}#fees`;
      },
      again: ({ params, view }, problem) => shown(params.id, view, {}, problem),
    },
  );

  form(
    '/filing/applications/:id/office-actions',
    {
      ...DRAFTER_WRITES,
      params: ById,
      large: LETTER_SIZE,
      body: Closed({
        kind: OneOf(OFFICE_ACTION_KINDS, 'of the letter'),
        issued_on: Blank(Day),
        term_months: Typed,
        content: LetterText,
      }),
    },
    {
      at,
      async act({ params, body: { kind, issued_on, term_months, content }, caller }) {
        const letter = {
          kind,
          issued_on: dayOf(issued_on),
          content: written(content),
          term_months: monthsOf(term_months),
        };
        const action = await database.transaction((tx) =>
          recordOfficeAction(tx, params.id, letter, caller, clock.now()),
        );
        return `${at(params)}#${action.id}`;
      },
      again: ({ params, body, view }, problem) => shown(params.id, view, body, problem),
      anew: ({ params, view }, problem) => shown(params.id, view, {}, problem),
    },
  );

  form(
    '/filing/applications/:id/office-actions/:office_action_id/answer',
    {
      ...DRAFTER_WRITES,
      params: Closed({ id: Id, office_action_id: Id }),
      large: ANSWER_SIZE,
      body: Closed({ answer: LetterText, answered_on: Blank(Day) }),
    },
    {
      at,
      async act({ params, body, caller }) {
        const { id, office_action_id } = params;
        const given = { answer: written(body.answer), answered_on: dayOf(body.answered_on) };
        await database.transaction((tx) =>
          answerOfficeAction(tx, id, office_action_id, given, caller, clock.now()),
        );
        return `${at(params)}#${office_action_id}`;
      },
      again: ({ params, body, view }, problem) =>
        shown(params.id, view, { ...body, office_action_id: params.office_action_id }, problem),
      anew: ({ params, view }, problem) => shown(params.id, view, {}, problem),
    },
  );
}

function dayOf(given: string | undefined): string {
  const day = blank(given);
  if (day === undefined) throw new Problem('refused', say('application_day_missing'));
  return day;
}

function written(text: string): string {
  if (text.trim() === '') throw new Problem('refused', say('letter_empty'));
  return text.replaceAll('\r\n', '\n');
}

function monthsOf(typed: string): number | null {
  const text = typed.trim();
  if (text === '') return null;
  const months = /^\d{1,2}$/.test(text) ? Number(text) : 0;
  if (months >= 1 && months <= MAX_TERM_MONTHS) return months;
  throw faultAt('term_months', sayOfForm('field_not_whole', { least: 1, most: MAX_TERM_MONTHS }), 'refused');
}
