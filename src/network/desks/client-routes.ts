/** Clients of a desk, their history, its tasks. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { CLIENT_KINDS } from '../../../models/desk/pipeline.ts';
import { nameKey } from '../../../models/party-name.ts';
import { dateOf } from '../../clock.ts';
import { create } from '../../http/create.ts';
import { callerOfGuarded, EVERYONE } from '../../http/guard.ts';
import {
  Closed,
  Day,
  Id,
  Nullable,
  OneOf,
  Page,
  PageQuery,
  page,
  Version,
  WithDefault,
} from '../../http/schemas.ts';
import type { Service } from '../../service.ts';
import { addClient, addTask, changeClient, doTask, moveClient, noteClient, opened } from './clients.ts';
import {
  Client,
  ClientGiven,
  Entry,
  Name,
  Note,
  OfClient,
  OfDesk,
  regionIn,
  StageName,
  Task,
} from './schemas.ts';
import { entriesOf, listClients, listTasks, requireClient, requireDesk } from './store.ts';

const access = EVERYONE;
const tags = ['network'];

export const deskClientRoutes =
  ({ database, vault, clock }: Service): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.post(
      '/v1/desks/:id/clients',
      {
        config: { access },
        schema: {
          operationId: 'addDeskClient',
          tags,
          description:
            'Adds a client, as a lead. A desk has each client once, by registration number and by name in a region.',
          params: OfDesk,
          body: Closed(ClientGiven),
          response: { 201: Client },
        },
      },
      (request, reply) => {
        const given = { ...request.body, region: regionIn(request.body.region) };
        return create(
          request,
          reply,
          database,
          (tx) => addClient(tx, vault, request.params.id, given, callerOfGuarded(request), clock.now()),
          { kept: (client) => ({ ...client, contact: null }) },
        );
      },
    );

    app.get(
      '/v1/desks/:id/clients',
      {
        config: { access },
        schema: {
          operationId: 'listDeskClients',
          tags,
          params: OfDesk,
          querystring: Closed({
            ...PageQuery,
            stage: Type.Optional(StageName),
            kind: Type.Optional(OneOf(CLIENT_KINDS, 'of client')),
            name: Type.Optional(Name(200, 'part of the name; case, width and legal form do not count')),
          }),
          response: { 200: Page(Client) },
        },
      },
      async (request) => {
        const { limit, cursor = '', stage, kind, name } = request.query;
        const { id } = request.params;
        await requireDesk(database.sql, id);
        const filter = { stage, kind, name_key: name && nameKey(name) };
        const rows = await listClients(database.sql, id, filter, cursor, limit + 1);
        return page(await Promise.all(rows.map((row) => opened(vault, row))), limit, (row) => row.id);
      },
    );

    app.get(
      '/v1/desks/:id/clients/:client_id',
      {
        config: { access },
        schema: { operationId: 'getDeskClient', tags, params: OfClient, response: { 200: Client } },
      },
      async ({ params: { id, client_id } }) =>
        opened(vault, await requireClient(database.sql, id, client_id)),
    );

    app.put(
      '/v1/desks/:id/clients/:client_id',
      {
        config: { access },
        schema: {
          operationId: 'changeDeskClient',
          tags,
          params: OfClient,
          body: Closed({ ...ClientGiven, version: { ...Version, description: 'as it was read' } }),
          response: { 200: Client },
        },
      },
      async (request) => {
        const { id: desk_id, client_id } = request.params;
        const given = { ...request.body, region: regionIn(request.body.region) };
        return database.transaction((tx) =>
          changeClient(tx, vault, { desk_id, client_id }, given, callerOfGuarded(request), clock.now()),
        );
      },
    );

    app.get(
      '/v1/desks/:id/clients/:client_id/history',
      {
        config: { access },
        schema: {
          operationId: 'listDeskClientHistory',
          tags,
          description:
            'What was done for a client, in order: all of it for the desk that has it, what it did itself for one that had it.',
          params: OfClient,
          querystring: Closed(PageQuery),
          response: { 200: Page(Entry) },
        },
      },
      async (request) => {
        const { id, client_id } = request.params;
        const { limit, cursor = '' } = request.query;
        const { sql } = database;
        await requireDesk(sql, id);
        const entries = await entriesOf(sql, client_id, cursor, limit + 1);
        if (entries.length === 0) await requireClient(sql, id, client_id);
        return page(entries, limit, (entry) => entry.id);
      },
    );

    app.post(
      '/v1/desks/:id/clients/:client_id/moves',
      {
        config: { access },
        schema: {
          operationId: 'moveDeskClient',
          tags,
          description: 'Moves a client along the pipeline (models/desk/pipeline.ts).',
          params: OfClient,
          body: Closed({ to: StageName, note: WithDefault({ ...Note, default: '' }) }),
          response: { 201: Type.Object({ from: StageName, to: StageName, version: Version }) },
        },
      },
      (request, reply) =>
        create(request, reply, database, (tx) => {
          const { id: desk_id, client_id } = request.params;
          return moveClient(tx, { desk_id, client_id }, request.body, callerOfGuarded(request), clock.now());
        }),
    );

    app.post(
      '/v1/desks/:id/clients/:client_id/notes',
      {
        config: { access },
        schema: {
          operationId: 'noteDeskClient',
          tags,
          params: OfClient,
          body: Closed({ note: { ...Note, minLength: 1 } }),
          response: { 201: Entry },
        },
      },
      (request, reply) =>
        create(request, reply, database, (tx) => {
          const { id: desk_id, client_id } = request.params;
          const { note } = request.body;
          return noteClient(tx, { desk_id, client_id }, note, callerOfGuarded(request), clock.now());
        }),
    );

    app.post(
      '/v1/desks/:id/tasks',
      {
        config: { access },
        schema: {
          operationId: 'addDeskTask',
          tags,
          params: OfDesk,
          body: Closed({
            title: Name(200, 'what is to be done'),
            due_on: Day,
            client_id: WithDefault({ ...Nullable(Id), default: null }),
          }),
          response: { 201: Task },
        },
      },
      (request, reply) =>
        create(request, reply, database, (tx) =>
          addTask(tx, request.params.id, request.body, callerOfGuarded(request), clock.now()),
        ),
    );

    app.get(
      '/v1/desks/:id/tasks',
      {
        config: { access },
        schema: {
          operationId: 'listDeskTasks',
          tags,
          params: OfDesk,
          querystring: Closed({
            ...PageQuery,
            state: WithDefault({ ...OneOf(['open', 'overdue', 'done', 'all'], 'of tasks'), default: 'open' }),
          }),
          response: { 200: Page(Task) },
        },
      },
      async (request) => {
        const { limit, cursor = '', state } = request.query;
        await requireDesk(database.sql, request.params.id);
        const asked = { state, today: dateOf(clock.now()) };
        const tasks = await listTasks(database.sql, request.params.id, asked, cursor, limit + 1);
        return page(tasks, limit, ({ id }) => id);
      },
    );

    app.post(
      '/v1/desks/:id/tasks/:task_id/done',
      {
        config: { access },
        schema: {
          operationId: 'doDeskTask',
          tags,
          params: Closed({ id: Id, task_id: Id }),
          response: { 201: Task },
        },
      },
      (request, reply) =>
        create(request, reply, database, (tx) => {
          const { id, task_id } = request.params;
          return doTask(tx, id, task_id, callerOfGuarded(request), clock.now());
        }),
    );
  };
