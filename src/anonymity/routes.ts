import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { ORGANISATION_KINDS } from '../accounts/store.ts';
import { attemptOwn } from '../audit/refusal.ts';
import { Problem } from '../errors.ts';
import { create } from '../http/create.ts';
import { callerOfGuarded } from '../http/guard.ts';
import { Closed, Id, Instant, Nullable, OneOf, Page, PageQuery, page } from '../http/schemas.ts';
import type { Service } from '../service.ts';
import { MAX_DISPLAY_NAME_LENGTH } from './names.ts';
import { askIdentity, findRequest, makePseudonym, takeStep } from './service.ts';
import { CONTEXT_KINDS, findPseudonym, pseudonymsOf, requestsOf, STATES, STEPS } from './store.ts';

/** Staff operate the service and see what is shown, as everybody does; they are no party to it. */
const PARTIES = { access: ORGANISATION_KINDS.filter((kind) => kind !== 'staff') };

const ContextFields = {
  kind: OneOf(CONTEXT_KINDS, 'what is shown under the pseudonym'),
  id: Type.String({ minLength: 1, maxLength: 64, description: 'its id' }),
};
const DisplayName = Type.String({ minLength: 1, maxLength: MAX_DISPLAY_NAME_LENGTH });

const Identity = Type.Object({
  organisation_id: Id,
  name: Type.String(),
  kind: OneOf(ORGANISATION_KINDS, 'what it is to the service'),
});

const OwnPseudonym = Type.Object({
  id: Id,
  display_name: DisplayName,
  made_at: Instant,
  contexts: Type.Array(Type.Object(ContextFields), { description: 'what is shown under it now' }),
});

const Pseudonym = Type.Object({
  id: Id,
  display_name: DisplayName,
  owner: Nullable(
    Type.Object(Identity.properties, { description: 'null to whom its owner did not reveal it' }),
  ),
});

const IdentityRequest = Type.Object({
  id: Id,
  pseudonym_id: Id,
  display_name: DisplayName,
  context: Type.Object(ContextFields),
  reason: Type.String(),
  state: OneOf(STATES, 'the last step'),
  asked_at: Instant,
  changed_at: Instant,
  asker: Identity,
  owner: Nullable(Type.Object(Identity.properties, { description: 'null to the asker before the reveal' })),
});

export const anonymityRoutes =
  (service: Service): FastifyPluginAsyncTypebox =>
  async (app) => {
    const { database, clock } = service;
    app.post(
      '/v1/pseudonyms',
      {
        config: PARTIES,
        schema: {
          operationId: 'makePseudonym',
          tags: ['anonymity'],
          description:
            'Makes a name that the own organisation can be shown under. One that holds the organisation’s own name, or a telling part of it, is refused; left out, one is drawn. Neither id nor name tells whose it is, or which others are of the same.',
          body: Closed({ display_name: Type.Optional(DisplayName) }),
          response: { 201: OwnPseudonym },
        },
      },
      (request, reply) => {
        const caller = callerOfGuarded(request);
        return attemptOwn(service, caller, 'pseudonym.make', () =>
          create(request, reply, database, (tx) =>
            makePseudonym(tx, request.body.display_name, caller, clock.now()),
          ),
        );
      },
    );

    app.get(
      '/v1/pseudonyms',
      {
        config: PARTIES,
        schema: {
          operationId: 'listPseudonyms',
          tags: ['anonymity'],
          description: 'The own organisation’s, oldest first.',
          response: { 200: Type.Object({ data: Type.Array(OwnPseudonym) }) },
        },
      },
      async (request) => ({
        data: await pseudonymsOf(database.sql, callerOfGuarded(request).organisation_id),
      }),
    );

    app.get(
      '/v1/pseudonyms/:id',
      {
        config: PARTIES,
        schema: {
          operationId: 'getPseudonym',
          tags: ['anonymity'],
          description: 'One that is shown somewhere, or the own; who is behind it only after a reveal.',
          params: Closed({ id: Id }),
          response: { 200: Pseudonym },
        },
      },
      async (request) => {
        const found = await findPseudonym(database.sql, request.params.id);
        if (!found) throw new Problem('not_found', 'There is no such pseudonym.');
        return found;
      },
    );

    app.post(
      '/v1/pseudonyms/:id/identity-requests',
      {
        config: PARTIES,
        schema: {
          operationId: 'askIdentity',
          tags: ['anonymity'],
          description:
            'Asks the owner of a pseudonym who it is, over what is shown under it. The owner learns at once who asks (`identity.asked`), and consents or refuses.',
          params: Closed({ id: Id }),
          body: Closed({
            context: Closed(ContextFields),
            reason: Type.String({ minLength: 1, maxLength: 500, description: 'for the owner to read' }),
          }),
          response: { 201: IdentityRequest },
        },
      },
      (request, reply) => {
        const caller = callerOfGuarded(request);
        return attemptOwn(service, caller, 'identity.ask', () =>
          create(request, reply, database, (tx) =>
            askIdentity(tx, request.params.id, request.body, caller, clock.now()),
          ),
        );
      },
    );

    app.get(
      '/v1/identity-requests',
      {
        config: PARTIES,
        schema: {
          operationId: 'listIdentityRequests',
          tags: ['anonymity'],
          description: 'Requests that the own organisation made, and those about its own pseudonyms.',
          querystring: Closed(PageQuery),
          response: { 200: Page(IdentityRequest) },
        },
      },
      async ({ query: { limit, cursor } }) => {
        const found = await requestsOf(database.sql, { limit: limit + 1, ...(cursor && { after: cursor }) });
        return page(found, limit, ({ id }) => id);
      },
    );

    app.get(
      '/v1/identity-requests/:id',
      {
        config: PARTIES,
        schema: {
          operationId: 'getIdentityRequest',
          tags: ['anonymity'],
          params: Closed({ id: Id }),
          response: { 200: IdentityRequest },
        },
      },
      ({ params }) => findRequest(database.sql, params.id),
    );

    app.post(
      '/v1/identity-requests/:id/steps',
      {
        config: PARTIES,
        schema: {
          operationId: 'stepIdentityRequest',
          tags: ['anonymity'],
          description:
            'The owner consents, refuses, or revokes a consent that was not used; the asker withdraws, or uses a consent (`revealed`), which both are told of (`identity.revealed`) and which cannot be undone.',
          params: Closed({ id: Id }),
          body: Closed({ step: OneOf(STEPS, 'what the request becomes') }),
          response: { 201: IdentityRequest },
        },
      },
      (request, reply) => {
        const caller = callerOfGuarded(request);
        return attemptOwn(service, caller, 'identity.step', () =>
          create(request, reply, database, (tx) =>
            takeStep(tx, request.params.id, request.body.step, caller, clock.now()),
          ),
        );
      },
    );
  };
