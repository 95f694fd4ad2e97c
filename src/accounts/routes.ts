import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { Problem } from '../errors.ts';
import { create } from '../http/create.ts';
import { callerOfGuarded, EVERYONE, recognisedOf } from '../http/guard.ts';
import { Closed, Id, Instant, Nullable, OneOf } from '../http/schemas.ts';
import { SCOPES } from '../people/roles.ts';
import type { Service } from '../service.ts';
import { eyesOf } from './eyes.ts';
import {
  createOrganisation,
  findOrganisation,
  issueKey,
  KEY_OVERLAP_HOURS,
  keysOf,
  ORGANISATION_KINDS,
  requireCovered,
  requireManaged,
  revokeKey,
  rotateKey,
} from './store.ts';

const Kind = OneOf(ORGANISATION_KINDS, 'what it is to the service');

const Organisation = Type.Object({
  id: Id,
  kind: Kind,
  name: Type.String(),
  demonstration: Type.Boolean({ description: 'invented for the demonstration' }),
  created_at: Instant,
});

const Scopes = Type.Array(OneOf(SCOPES, 'read: ask; write: change something'), {
  minItems: 1,
  uniqueItems: true,
});

const Key = Type.Object({
  id: Id,
  label: Type.String(),
  scopes: Scopes,
  issued_by: Nullable(
    Type.Unsafe<string>({
      ...Id,
      description: 'a person, or a key; null for the first key of an organisation',
    }),
  ),
  created_at: Instant,
  expires_at: Nullable(Instant),
  last_used_at: Nullable(Type.Unsafe<Date | string>({ ...Instant, description: 'within an hour or so' })),
  revoked_at: Nullable(Instant),
});

const IssuedKey = Type.Object({
  id: Id,
  key: Nullable(Type.String({ description: 'shown this once; null when the request is repeated' })),
});

/** What is stored of the answer for a repeated request. */
const withoutKey = ({ id }: { id: string }) => ({ id, key: null });

export const accountRoutes =
  ({ database, clock }: Service): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.get(
      '/v1/organisations/me',
      {
        config: { access: EVERYONE },
        schema: { operationId: 'getOwnOrganisation', tags: ['accounts'], response: { 200: Organisation } },
      },
      async (request) => {
        const organisation = await findOrganisation(database.sql, callerOfGuarded(request).organisation_id);
        return organisation!;
      },
    );

    app.post(
      '/v1/organisations',
      {
        config: { access: ['staff'], scope: 'administer' },
        schema: {
          operationId: 'createOrganisation',
          tags: ['accounts'],
          description: 'Creates an organisation.',
          body: Closed({
            kind: Kind,
            name: Type.String({ minLength: 1, maxLength: 200 }),
          }),
          response: { 201: Organisation },
        },
      },
      (request, reply) =>
        create(request, reply, database, (tx) =>
          createOrganisation(tx, { ...request.body, demonstration: false }, clock.now()),
        ),
    );

    app.post(
      '/v1/organisations/:id/keys',
      {
        config: { access: EVERYONE, scope: 'administer', proved: true },
        schema: {
          operationId: 'createKey',
          tags: ['accounts'],
          description:
            'Issues an API key to the own organisation, or by staff to any: a service account, with its label. It may do no more than what asks for it. Only its hash is kept.',
          params: Closed({ id: Id }),
          body: Closed({
            label: Type.String({ minLength: 1, maxLength: 200 }),
            scopes: Type.Optional(Scopes),
            expires_at: Type.Optional(
              Type.String({ format: 'date-time', description: 'on the real clock; never, if left out' }),
            ),
          }),
          response: { 201: IssuedKey },
        },
      },
      (request, reply) =>
        create<Type.Static<typeof IssuedKey>>(
          request,
          reply,
          database,
          async (tx) => {
            const { id } = request.params;
            const { caller, actions } = recognisedOf(request);
            await requireManaged(tx, caller, id);
            const { label, scopes = SCOPES, expires_at } = request.body;
            requireCovered(actions, scopes);
            const until = expires_at === undefined ? null : new Date(expires_at);
            const given = { scopes, expires_at: until, issued_by: eyesOf(caller) };
            return issueKey(tx, id, label, clock.now(), given);
          },
          { kept: withoutKey },
        ),
    );

    app.get(
      '/v1/keys',
      {
        config: { access: EVERYONE },
        schema: {
          operationId: 'listKeys',
          tags: ['accounts'],
          description: 'The own organisation’s keys, newest first, without their secrets.',
          response: { 200: Type.Object({ data: Type.Array(Key) }) },
        },
      },
      async (request) => ({ data: await keysOf(database.sql, callerOfGuarded(request).organisation_id) }),
    );

    app.post(
      '/v1/keys/:id/rotations',
      {
        config: { access: EVERYONE, scope: 'administer', proved: true },
        schema: {
          operationId: 'rotateKey',
          tags: ['accounts'],
          description: `Issues a key of the same label, scopes and end in the place of one of the own, which works for ${KEY_OVERLAP_HOURS} hours more. The key may do no more than what asks for it.`,
          params: Closed({ id: Id }),
          response: { 201: IssuedKey },
        },
      },
      (request, reply) =>
        create<Type.Static<typeof IssuedKey>>(
          request,
          reply,
          database,
          async (tx) => {
            const made = await rotateKey(tx, recognisedOf(request), request.params.id, clock.now());
            if (!made) throw new Problem('not_found', 'There is no such key.');
            return made;
          },
          { kept: withoutKey },
        ),
    );

    app.delete(
      '/v1/keys/:id',
      {
        config: { access: EVERYONE, scope: 'administer' },
        schema: {
          operationId: 'revokeKey',
          tags: ['accounts'],
          description: 'Revokes one of the own organisation’s keys at once.',
          params: Closed({ id: Id }),
          response: { 204: Type.Null() },
        },
      },
      async (request, reply) => {
        const { organisation_id } = callerOfGuarded(request);
        if (!(await revokeKey(database.sql, organisation_id, request.params.id, clock.now())))
          throw new Problem('not_found', 'There is no such key.');
        return reply.code(204).send(null);
      },
    );
  };
