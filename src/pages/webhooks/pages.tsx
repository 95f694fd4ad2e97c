import type { FastifyInstance } from 'fastify';
import Type from 'typebox';
import type { Caller } from '../../accounts/store.ts';
import type { Problem } from '../../errors.ts';
import { callerOfGuarded, EVERYONE } from '../../http/guard.ts';
import { Closed, page as cut, Id, OneOf } from '../../http/schemas.ts';
import type { Service } from '../../service.ts';
import { EVENT_TYPES } from '../../webhooks/events.ts';
import { deadLettersOf } from '../../webhooks/recovery.ts';
import * as webhooks from '../../webhooks/service.ts';
import { publicKeys } from '../../webhooks/signing-keys.ts';
import { attemptsOf, deliveriesOf, endpointsOf } from '../../webhooks/store.ts';
import { faultAt } from '../parts/fault.ts';
import { refusableFormsOf, Typed } from '../refusable-forms.ts';
import { say } from '../sentences.ts';
import { pagesOf } from '../serve.ts';
import { CataloguePage } from './catalogue-page.tsx';
import { DeliveryPage } from './delivery-page.tsx';
import { EndpointPage, type Shown } from './endpoint-page.tsx';
import { chosenTypes, TYPE_BOXES } from './event-types.tsx';
import { hostOf } from './health.tsx';
import { type Draft, EndpointsPage } from './list-page.tsx';

const ById = Closed({ id: Id });
const ROWS_A_PAGE = 25;
const MAX_DEAD_LETTERS_SHOWN = 50;
const MAX_DESCRIPTION_LENGTH = 200;
const EMPTY: Draft = { url: '', description: '', event_types: [] };
const OPERATE = { access: EVERYONE, scope: 'operate' } as const;
const at = ({ id }: { id: string }) => `/webhooks/${id}`;
const to = ({ delivery_id }: webhooks.Sent) => `/webhooks/deliveries/${delivery_id}`;

export function webhookPages(app: FastifyInstance, service: Service): void {
  const { database, vault } = service;
  const page = pagesOf(app, service);
  const form = refusableFormsOf(app, service);

  page('/webhooks', { access: EVERYONE }, async ({ request, view }) => ({
    title: view.words.say('nav.webhooks'),
    body: <EndpointsPage endpoints={await all(callerOfGuarded(request))} draft={EMPTY} problem={null} />,
  }));

  page('/webhooks/events', { access: EVERYONE }, async ({ view }) => ({
    title: view.words.say('webhook.catalogue'),
    body: <CataloguePage />,
  }));

  page(
    '/webhooks/:id',
    { access: EVERYONE, params: ById, query: Closed({ before: Type.Optional(Id) }) },
    async ({ params, query, request }) => one(await read(callerOfGuarded(request), params.id, query.before)),
  );

  page(
    '/webhooks/deliveries/:id',
    { access: EVERYONE, params: ById },
    async ({ params, request, view: { words } }) => {
      const caller = callerOfGuarded(request);
      const delivery = await webhooks.ownDelivery(database.sql, caller, params.id);
      const endpoint = await webhooks.own(database.sql, caller, delivery.endpoint_id);
      const attempts = await attemptsOf(database.sql, delivery.id);
      return {
        title: words.say('webhook.delivery'),
        body: <DeliveryPage {...{ endpoint, delivery, attempts }} />,
      };
    },
  );

  form(
    '/webhooks',
    {
      ...OPERATE,
      body: Closed({
        url: Typed,
        description: Type.String({ maxLength: MAX_DESCRIPTION_LENGTH }),
        ...TYPE_BOXES,
      }),
    },
    {
      at: () => '/webhooks',
      async act({ body, caller }) {
        const given = draftOf(body);
        const { endpoint, secret } = await database.transaction((tx) =>
          webhooks.createEndpoint(tx, service, caller, given),
        );
        return one(await read(caller, endpoint.id), { secret });
      },
      again: async ({ body, caller, view }, problem) => ({
        title: view.words.say('nav.webhooks'),
        body: <EndpointsPage endpoints={await all(caller)} draft={draftOf(body)} problem={problem} />,
      }),
    },
  );

  form(
    '/webhooks/:id/settings',
    {
      ...OPERATE,
      params: ById,
      body: Closed({ on_dead_letter: OneOf(['pause', 'skip'], 'of later events'), ...TYPE_BOXES }),
    },
    {
      at,
      async act({ params, body, caller }) {
        const { on_dead_letter } = body as { on_dead_letter: 'pause' | 'skip' };
        const change = { on_dead_letter, event_types: chosenTypes(body) };
        await database.transaction((tx) => webhooks.changeEndpoint(tx, service, caller, params.id, change));
        return at(params);
      },
    },
  );

  for (const [step, state] of [
    ['enable', 'enabled'],
    ['disable', 'disabled'],
  ] as const)
    form(
      `/webhooks/:id/${step}`,
      { ...OPERATE, params: ById },
      {
        at,
        async act({ params, caller }) {
          await database.transaction((tx) =>
            webhooks.changeEndpoint(tx, service, caller, params.id, { state }),
          );
          return at(params);
        },
      },
    );

  form(
    '/webhooks/:id/secret',
    { ...OPERATE, params: ById },
    {
      at,
      async act({ params, caller }) {
        const secret = await database.transaction((tx) =>
          webhooks.rotateSecret(tx, service, caller, params.id),
        );
        return one(await read(caller, params.id), { secret });
      },
    },
  );

  form(
    '/webhooks/:id/delete',
    { ...OPERATE, params: ById },
    {
      at,
      async act({ params, caller }) {
        await database.transaction((tx) => webhooks.deleteEndpoint(tx, service, caller, params.id));
        return '/webhooks';
      },
    },
  );

  form(
    '/webhooks/:id/test',
    { ...OPERATE, params: ById },
    {
      at,
      act: async ({ params, caller }) =>
        to(await database.transaction((tx) => webhooks.sendTest(tx, service, caller, params.id))),
    },
  );

  form(
    '/webhooks/:id/simulate',
    { ...OPERATE, params: ById, body: Closed({ type: OneOf(EVENT_TYPES, 'type of event') }) },
    {
      at,
      act: async ({ params, body, caller }) =>
        to(await database.transaction((tx) => webhooks.simulate(tx, service, caller, params.id, body.type))),
    },
  );

  form(
    '/webhooks/deliveries/:id/replay',
    { ...OPERATE, params: ById },
    {
      at: ({ id }) => `/webhooks/deliveries/${id}`,
      act: async ({ params, caller }) =>
        to(await database.transaction((tx) => webhooks.replay(tx, caller, params.id))),
    },
  );

  form(
    '/webhooks/:id/recover',
    {
      ...OPERATE,
      params: ById,
      body: Closed({ since: Typed, what: OneOf(['dead', 'missing'], 'what is sent again') }),
    },
    {
      at,
      async act({ params, body, caller }) {
        const since = instantOf(body.since);
        await database.transaction<unknown>((tx) =>
          body.what === 'dead'
            ? webhooks.recoverEndpoint(tx, caller, params.id, { since, event_types: [] })
            : webhooks.replayEndpoint(tx, service, caller, params.id, since),
        );
        return at(params);
      },
      again: async ({ params, body, caller }, problem) =>
        one(await read(caller, params.id), { problem, since: body.since }),
    },
  );

  const all = ({ organisation_id }: Caller) => endpointsOf(database.sql, organisation_id);

  async function read(caller: Caller, id: string, before?: string): Promise<Shown> {
    const { sql } = database;
    const endpoint = await webhooks.own(sql, caller, id);
    const rows = await deliveriesOf(sql, id, before ?? null, ROWS_A_PAGE + 1);
    const { data: deliveries, next_cursor } = cut(rows, ROWS_A_PAGE, (row) => row.id);
    const dead = await deadLettersOf(sql, id, null, MAX_DEAD_LETTERS_SHOWN);
    return { endpoint, deliveries, next_cursor, dead, public_keys: await publicKeys(sql, vault) };
  }
}

function one(shown: Shown, more: { secret?: string; problem?: Problem; since?: string } = {}) {
  return {
    title: shown.endpoint.description || hostOf(shown.endpoint.url),
    body: <EndpointPage {...shown} {...more} />,
  };
}

function draftOf(body: Readonly<Record<string, unknown>>) {
  return {
    url: String(body.url).trim(),
    description: String(body.description).trim(),
    event_types: chosenTypes(body),
  };
}

/** @throws Problem `bad_request` when it is no day */
function instantOf(day: string): Date {
  const instant = new Date(`${day}T00:00:00Z`);
  if (!Number.isNaN(instant.getTime())) return instant;
  throw faultAt('since', say('field_no_day'));
}
