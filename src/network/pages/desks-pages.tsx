/** Desks: the operator's view over all, one desk with its clients and tasks, one client with its history. */
import type { FastifyInstance } from 'fastify';
import Type from 'typebox';
import { addMonths, isCalendarDate } from '../../../models/calendar.ts';
import { CLIENT_KINDS, type ClientKind, STAGES, type Stage } from '../../../models/desk/pipeline.ts';
import { nameKey } from '../../../models/party-name.ts';
import type { Caller } from '../../accounts/store.ts';
import { dateOf } from '../../clock.ts';
import { Problem } from '../../errors.ts';
import { EVERYONE } from '../../http/guard.ts';
import { Closed, Id, OneOf } from '../../http/schemas.ts';
import type { ModuleSetting } from '../../modules.ts';
import { Blank, blank } from '../../pages/asking.ts';
import { faultAt } from '../../pages/parts/fault.ts';
import { refusableFormsOf, Typed } from '../../pages/refusable-forms.ts';
import { say } from '../../pages/sentences.ts';
import { pagesOf } from '../../pages/serve.ts';
import { monthOf, nextMonth } from '../../quotas/months.ts';
import { addClient, addTask, doTask, moveClient, noteClient, opened } from '../desks/clients.ts';
import { deskFigures } from '../desks/figures.ts';
import { ANSWERS, type Answer, answerHandover, askHandover, listHandovers } from '../desks/handovers.ts';
import { OfClient, OfDesk, regionIn } from '../desks/schemas.ts';
import { makeDesk, seat, unseat } from '../desks/seats.ts';
import {
  entriesOf,
  listClients,
  listDesks,
  listTasks,
  requireClient,
  requireDesk,
  seatsOf,
} from '../desks/store.ts';
import { ClientPage } from './desks-client-page.tsx';
import { DeskPage, DesksPage } from './desks-page.tsx';

const ITEMS = 50;
const MONTHS_SHOWN = 12;
const WRITE = { access: EVERYONE, scope: 'write' } as const;
const OPERATE = { access: ['staff'], scope: 'operate' } as const;
const Text = Blank(Type.String({ maxLength: 200 }));

export function deskPages(app: FastifyInstance, { service }: ModuleSetting): void {
  const { database, vault, clock } = service;
  const { sql } = database;
  const page = pagesOf(app, service);
  const form = refusableFormsOf(app, service);

  async function figures(desk_id: string | null) {
    const now = clock.now();
    const until_month = nextMonth(monthOf(now));
    const asked = {
      desk_id,
      from_month: addMonths(until_month, -MONTHS_SHOWN),
      until_month,
      today: dateOf(now),
    };
    return database.transaction((tx) => deskFigures(tx, asked));
  }

  async function allDesks(problem: Problem | null = null, typed: Record<string, string> = {}) {
    const [desks, books, handovers] = [
      await listDesks(sql),
      await figures(null),
      await listHandovers(sql, 'asked', '', ITEMS),
    ];
    return <DesksPage {...{ desks, books, handovers, problem, typed }} />;
  }

  async function oneDesk(
    id: string,
    asked: { stage?: Stage; kind?: ClientKind; name?: string; after?: string } = {},
    problem: Problem | null = null,
    typed: Record<string, string> = {},
  ) {
    const desk = await requireDesk(sql, id);
    const { stage, kind, name = '', after = '' } = asked;
    const filter = { stage, kind, name_key: name === '' ? undefined : nameKey(name) };
    const today = dateOf(clock.now());
    const [books, clients, tasks, seats] = [
      await figures(id),
      await listClients(sql, id, filter, after, ITEMS + 1),
      await listTasks(sql, id, { state: 'open', today }, '', ITEMS),
      await seatsOf(sql, id),
    ];
    const next = clients.length > ITEMS ? clients[ITEMS - 1]!.id : null;
    return (
      <DeskPage
        {...{ desk, tasks, seats, today, next, asked, problem, typed }}
        books={books[0]!}
        clients={clients.slice(0, ITEMS)}
      />
    );
  }

  async function oneClient(
    desk_id: string,
    client_id: string,
    problem: Problem | null = null,
    typed: Record<string, string> = {},
  ) {
    const desk = await requireDesk(sql, desk_id);
    const client = await opened(vault, await requireClient(sql, desk_id, client_id));
    const today = dateOf(clock.now());
    const [entries, tasks, desks] = [
      await entriesOf(sql, client_id, '', ITEMS),
      await listTasks(sql, desk_id, { state: 'open', today, desk_client_id: client_id }, '', ITEMS),
      await listDesks(sql),
    ];
    return <ClientPage {...{ desk, client, entries, tasks, desks, today, problem, typed }} />;
  }

  page('/desks', { access: EVERYONE }, async ({ view: { words } }) => ({
    title: words.say('nav.desks'),
    body: await allDesks(),
  }));

  page(
    '/desks/:id',
    {
      access: EVERYONE,
      params: OfDesk,
      query: Closed({
        stage: Blank(OneOf(STAGES, '')),
        kind: Blank(OneOf(CLIENT_KINDS, '')),
        name: Text,
        after: Text,
      }),
    },
    async ({ params: { id }, query, view: { words } }) => {
      const [stage, kind, name, after] = [
        blank(query.stage),
        blank(query.kind),
        blank(query.name),
        blank(query.after),
      ];
      const asked = {
        ...(stage && { stage }),
        ...(kind && { kind }),
        ...(name && { name }),
        ...(after && { after }),
      };
      return { title: words.say('desk.desk'), body: await oneDesk(id, asked) };
    },
  );

  page(
    '/desks/:id/clients/:client_id',
    { access: EVERYONE, params: OfClient },
    async ({ params, view: { words } }) => ({
      title: words.say('desk.client'),
      body: await oneClient(params.id, params.client_id),
    }),
  );

  form(
    '/desks',
    { ...OPERATE, body: Closed({ name: Typed, region: Typed }) },
    {
      at: () => '/desks',
      async act({ body: { name, region }, caller }) {
        const given = { name: required('name', name), region: regionIn(region) };
        const { id } = await database.transaction((tx) => makeDesk(tx, given, caller, clock.now()));
        return `/desks/${id}`;
      },
      again: async ({ body, view: { words } }, problem) => ({
        title: words.say('nav.desks'),
        body: await allDesks(problem, body),
      }),
    },
  );

  /** A form that stands on the page of a desk. */
  const onDesk = <Body extends Record<string, typeof Typed>>(
    address: string,
    who: typeof WRITE | typeof OPERATE,
    fields: Body,
    work: (id: string, body: Record<string, string>, caller: Caller) => Promise<unknown>,
  ) =>
    form(
      `/desks/:id${address}`,
      { ...who, params: OfDesk, body: Closed(fields) },
      {
        at: ({ id }) => `/desks/${id}`,
        async act({ params: { id }, body, caller }) {
          await work(id, body as Record<string, string>, caller);
          return `/desks/${id}`;
        },
        again: async ({ params, body, view: { words } }, problem) => ({
          title: words.say('desk.desk'),
          body: await oneDesk(params.id, {}, problem, body as Record<string, string>),
        }),
      },
    );

  onDesk('/staff', OPERATE, { organisation_id: Typed, person_id: Typed }, (id, body, caller) => {
    const who = { organisation_id: body.organisation_id!.trim(), person_id: body.person_id!.trim() || null };
    return database.transaction((tx) => seat(tx, id, who, caller, clock.now()));
  });
  onDesk('/staff/end', OPERATE, { organisation_id: Typed, person_id: Typed }, (id, body, caller) => {
    const who = { organisation_id: body.organisation_id!, person_id: body.person_id || null };
    return database.transaction((tx) => unseat(tx, id, who, caller, clock.now()));
  });
  onDesk(
    '/clients',
    WRITE,
    { name: Typed, kind: Typed, region: Typed, registration_number: Typed, contact: Typed },
    (id, body, caller) => {
      const given = {
        name: required('name', body.name!),
        kind: CLIENT_KINDS.find((kind) => kind === body.kind) ?? ('firm' as const),
        region: regionIn(body.region!),
        registration_number: body.registration_number!.trim() || null,
        account_id: null,
        contact: body.contact!.trim() || null,
      };
      return database.transaction((tx) => addClient(tx, vault, id, given, caller, clock.now()));
    },
  );
  onDesk('/tasks', WRITE, { title: Typed, due_on: Typed, client_id: Typed }, (id, body, caller) => {
    const given = {
      title: required('title', body.title!),
      due_on: dayOf(body.due_on!),
      client_id: body.client_id || null,
    };
    return database.transaction((tx) => addTask(tx, id, given, caller, clock.now()));
  });
  onDesk('/tasks/done', WRITE, { task_id: Typed }, (id, { task_id }, caller) =>
    database.transaction((tx) => doTask(tx, id, task_id!, caller, clock.now())),
  );

  /** A form that stands on the page of a client. */
  const onClient = <Body extends Record<string, typeof Typed>>(
    address: string,
    fields: Body,
    work: (
      place: { desk_id: string; client_id: string },
      body: Record<string, string>,
      caller: Caller,
    ) => Promise<unknown>,
  ) =>
    form(
      `/desks/:id/clients/:client_id${address}`,
      { ...WRITE, params: OfClient, body: Closed(fields) },
      {
        at: ({ id, client_id }) => `/desks/${id}/clients/${client_id}`,
        async act({ params: { id, client_id }, body, caller }) {
          await work({ desk_id: id, client_id }, body as Record<string, string>, caller);
          return `/desks/${id}/clients/${client_id}`;
        },
        again: async ({ params, body, view: { words } }, problem) => ({
          title: words.say('desk.client'),
          body: await oneClient(params.id, params.client_id, problem, body as Record<string, string>),
        }),
      },
    );

  onClient('/moves', { to: Typed, note: Typed }, (place, body, caller) => {
    const to = STAGES.find((stage) => stage === body.to);
    if (!to) throw new Problem('bad_request', 'The field to must be a stage.');
    return database.transaction((tx) =>
      moveClient(tx, place, { to, note: body.note!.trim() }, caller, clock.now()),
    );
  });
  onClient('/notes', { note: Typed }, (place, body, caller) => {
    const text = required('note', body.note!);
    return database.transaction((tx) => noteClient(tx, place, text, caller, clock.now()));
  });
  onClient('/handovers', { to_desk_id: Typed, reason: Typed }, (place, body, caller) => {
    const asked = { to_desk_id: body.to_desk_id!, reason: required('reason', body.reason!) };
    return database.transaction((tx) => askHandover(tx, place, asked, caller, clock.now()));
  });

  form(
    '/desks/handovers/:handover_id',
    { ...WRITE, params: Closed({ handover_id: Id }), body: Closed({ answer: OneOf(ANSWERS, '') }) },
    {
      at: () => '/desks',
      async act({ params, body, caller }) {
        const answer = body.answer as Answer;
        await database.transaction((tx) =>
          answerHandover(tx, params.handover_id, answer, caller, clock.now()),
        );
        return '/desks';
      },
      again: async ({ view: { words } }, problem) => ({
        title: words.say('nav.desks'),
        body: await allDesks(problem),
      }),
    },
  );
}

/** @throws Problem `bad_request` at the field */
function required(field: string, text: string): string {
  const said = text.trim();
  if (said === '') throw faultAt(field, say('field_empty'));
  return said;
}

function dayOf(text: string): string {
  if (isCalendarDate(text)) return text;
  throw faultAt('due_on', say('field_no_day'));
}
