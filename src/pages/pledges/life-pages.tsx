import type { FastifyInstance } from 'fastify';
import Type from 'typebox';
import { isCalendarDate } from '../../../models/calendar.ts';
import type { Caller } from '../../accounts/store.ts';
import type { Problem } from '../../errors.ts';
import { callerOfGuarded, PLEDGE_KINDS } from '../../http/guard.ts';
import { Closed, Id, OneOf } from '../../http/schemas.ts';
import { ANSWERS, amendmentsOf, answerAmendment, askAmendment } from '../../pledges/amendments/service.ts';
import { attemptChange } from '../../pledges/attempt.ts';
import {
  callMargin,
  closeMarginCall,
  MARGIN_CALL_OUTCOMES,
  marginCallsOf,
} from '../../pledges/margin-calls/service.ts';
import { releaseState } from '../../pledges/release/deregistration.ts';
import type { Service } from '../../service.ts';
import { faultAt } from '../parts/fault.ts';
import { refusableFormsOf, Typed } from '../refusable-forms.ts';
import { say } from '../sentences.ts';
import { pagesOf } from '../serve.ts';
import type { View } from '../view.ts';
import { LifePage, type LifeShown, MAX_CURE_WORKING_DAYS, type TypedLife } from './life-page.tsx';
import { readPledge } from './read.ts';

const ById = Closed({ id: Id });
const WRITE = { access: ['bank'], scope: 'write' } as const;
const MAX_REASON_LENGTH = 500;
const Reason = Type.String({ maxLength: MAX_REASON_LENGTH });
const at = ({ id }: { id: string }) => `/pledges/${id}/life`;

export function lifePages(app: FastifyInstance, service: Service): void {
  const { database, clock } = service;
  const form = refusableFormsOf(app, service);

  pagesOf(app, service)(
    '/pledges/:id/life',
    { access: PLEDGE_KINDS, params: ById },
    async ({ params, request, view }) => show(view, params.id, callerOfGuarded(request)),
  );

  form(
    '/pledges/:id/life/calls',
    { ...WRITE, params: ById, body: Closed({ working_days: Typed }) },
    {
      at,
      async act({ params: { id }, body, caller }) {
        const working_days = workingDays(body.working_days);
        await attemptChange(service, { caller, pledge_id: id, action: 'pledge.margin_call' }, () =>
          database.transaction((tx) =>
            callMargin(tx, id, { working_days, calendar: 'CN' }, caller, clock.now()),
          ),
        );
        return `${at({ id })}#calls`;
      },
      again: ({ params, body, caller, view }, problem) => show(view, params.id, caller, body, problem),
    },
  );

  form(
    '/pledges/:id/life/calls/:call_id',
    {
      ...WRITE,
      params: Closed({ id: Id, call_id: Id }),
      body: Closed({ outcome: OneOf(MARGIN_CALL_OUTCOMES, 'how it ended'), reason: Reason }),
    },
    {
      at,
      async act({ params: { id, call_id }, body: { outcome, reason: typed }, caller }) {
        const reason = typed.trim();
        const ended = { outcome, ...(reason !== '' && { reason }) };
        await attemptChange(service, { caller, pledge_id: id, action: 'pledge.margin_call' }, () =>
          database.transaction((tx) => closeMarginCall(tx, id, call_id, ended, caller, clock.now())),
        );
        return `${at({ id })}#calls`;
      },
      again: ({ params, body, caller, view }, problem) => show(view, params.id, caller, body, problem),
    },
  );

  form(
    '/pledges/:id/life/amendments',
    { ...WRITE, params: ById, body: Closed({ matures_on: Typed, amendment_reason: Reason }) },
    {
      at,
      async act({ params: { id }, body, caller }) {
        const asked = {
          changes: { matures_on: dayOf(body.matures_on) },
          reason: reasonOf(body.amendment_reason),
        };
        await attemptChange(service, { caller, pledge_id: id, action: 'pledge.amendment' }, () =>
          database.transaction((tx) => askAmendment(tx, id, asked, caller, clock.now())),
        );
        return `${at({ id })}#amendments`;
      },
      again: ({ params, body, caller, view }, problem) => show(view, params.id, caller, body, problem),
    },
  );

  form(
    '/pledges/:id/life/amendments/:amendment_id',
    {
      access: ['bank', 'firm'],
      scope: 'write',
      params: Closed({ id: Id, amendment_id: Id }),
      body: Closed({ answer: OneOf(ANSWERS, 'what is said of it') }),
    },
    {
      at,
      async act({ params: { id, amendment_id }, body: { answer }, caller }) {
        await attemptChange(service, { caller, pledge_id: id, action: 'pledge.amendment' }, () =>
          database.transaction((tx) => answerAmendment(tx, id, amendment_id, answer, caller, clock.now())),
        );
        return `${at({ id })}#amendments`;
      },
      again: ({ params, caller, view }, problem) => show(view, params.id, caller, {}, problem),
    },
  );

  async function show(
    { words }: View,
    id: string,
    caller: Caller,
    typed: TypedLife = {},
    problem: Problem | null = null,
  ) {
    return {
      title: words.say('life.title'),
      body: <LifePage {...(await read(id, caller))} {...{ typed, problem }} />,
    };
  }

  async function read(id: string, caller: Caller): Promise<LifeShown> {
    const { sql } = database;
    const { pledge, patents } = await readPledge(sql, id, caller, clock.now());
    const [calls, amendments, { grounds }] = await Promise.all([
      marginCallsOf(sql, id),
      amendmentsOf(sql, id),
      releaseState(sql, pledge, clock.now()),
    ]);
    return { pledge, patents, calls, amendments, grounds };
  }
}

function workingDays(typed: string): number {
  const days = Number(typed);
  if (Number.isInteger(days) && days >= 1 && days <= MAX_CURE_WORKING_DAYS) return days;
  throw faultAt('working_days', say('field_not_whole', { least: 1, most: MAX_CURE_WORKING_DAYS }));
}

function dayOf(typed: string): string {
  if (isCalendarDate(typed)) return typed;
  throw faultAt('matures_on', say('field_no_day'));
}

function reasonOf(typed: string): string {
  if (typed.trim() !== '') return typed.trim();
  throw faultAt('amendment_reason', say('field_empty'));
}
