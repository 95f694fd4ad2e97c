import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { requireManaged } from '../accounts/store.ts';
import { Problem } from '../errors.ts';
import { create } from '../http/create.ts';
import { callerOfGuarded, EVERYONE } from '../http/guard.ts';
import { Closed, Id, Instant, Nullable, OneOf } from '../http/schemas.ts';
import type { Service } from '../service.ts';
import {
  acceptInvitation,
  INVITATION_DAYS,
  invitationsOf,
  invite,
  withdrawInvitation,
} from './invitations.ts';
import { changeRole, closePerson } from './manage.ts';
import { MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH } from './passwords.ts';
import { ROLE_NAMES } from './roles.ts';
import { Email, Token, TypedPassword } from './schemas.ts';
import { peopleOf } from './store.ts';

const Role = OneOf(ROLE_NAMES, 'what the person may do; one that the kind of organisation has');

const Person = Type.Object({
  id: Id,
  role: Role,
  name: Type.String(),
  email: Type.String(),
  created_at: Instant,
  closed_at: Nullable(Instant),
});

const Invitation = Type.Object({
  id: Id,
  role: Role,
  email: Type.String(),
  invited_by: Id,
  created_at: Instant,
  expires_at: Instant,
  ended_at: Nullable(Instant),
  person_id: Nullable(Id),
});

const IssuedInvitation = Type.Object({
  id: Id,
  expires_at: Instant,
  token: Nullable(Type.String({ description: 'shown this once; null when the request is repeated' })),
});

const ADMINISTER = { access: EVERYONE, scope: 'administer' } as const;
const PROVED = { ...ADMINISTER, proved: true } as const;

export const peopleRoutes =
  (service: Service): FastifyPluginAsyncTypebox =>
  async (app) => {
    const { database, vault, clock } = service;

    app.post(
      '/v1/organisations/:id/invitations',
      {
        config: PROVED,
        schema: {
          operationId: 'invitePerson',
          tags: ['people'],
          description: `Invites somebody to the own organisation, or by staff to any. The token, which is sent to the person by other means, makes an account once and within ${INVITATION_DAYS} days (POST /v1/invitations/acceptances).`,
          params: Closed({ id: Id }),
          body: Closed({ email: Email, role: Role }),
          response: { 201: IssuedInvitation },
        },
      },
      (request, reply) =>
        create<Type.Static<typeof IssuedInvitation>>(
          request,
          reply,
          database,
          async (tx) => {
            const caller = callerOfGuarded(request);
            const organisation = await requireManaged(tx, caller, request.params.id);
            const given = { ...request.body, invited_by: caller.key_id };
            return invite(tx, vault, organisation, given, clock.now());
          },
          { kept: ({ id, expires_at }) => ({ id, expires_at, token: null }) },
        ),
    );

    app.get(
      '/v1/invitations',
      {
        config: ADMINISTER,
        schema: {
          operationId: 'listInvitations',
          tags: ['people'],
          description: 'Invitations to the own organisation, newest first.',
          response: { 200: Type.Object({ data: Type.Array(Invitation) }) },
        },
      },
      async (request) => {
        const { organisation_id } = callerOfGuarded(request);
        return { data: await invitationsOf(database.sql, vault, organisation_id) };
      },
    );

    app.delete(
      '/v1/invitations/:id',
      {
        config: ADMINISTER,
        schema: {
          operationId: 'withdrawInvitation',
          tags: ['people'],
          description: 'Takes back an invitation to the own organisation that waits.',
          params: Closed({ id: Id }),
          response: { 204: Type.Null() },
        },
      },
      async (request, reply) => {
        const caller = callerOfGuarded(request);
        const done = await database.transaction((tx) =>
          withdrawInvitation(tx, caller, request.params.id, clock.now()),
        );
        if (!done) throw new Problem('not_found', 'There is no such invitation.');
        return reply.code(204).send(null);
      },
    );

    app.post(
      '/v1/invitations/acceptances',
      {
        config: { access: 'public' },
        schema: {
          operationId: 'acceptInvitation',
          tags: ['people'],
          description: `Makes the account that an invitation is for. The password has ${MIN_PASSWORD_LENGTH} to ${MAX_PASSWORD_LENGTH} characters of any kind and is not one that is guessed first. Signing in is another request.`,
          body: Closed({
            token: Token,
            name: Type.String({ minLength: 1, maxLength: 200 }),
            password: TypedPassword,
          }),
          response: { 201: Person },
        },
      },
      async (request, reply) => reply.code(201).send(await acceptInvitation(service, request.body)),
    );

    app.get(
      '/v1/people',
      {
        config: ADMINISTER,
        schema: {
          operationId: 'listPeople',
          tags: ['people'],
          description: 'People of the own organisation, oldest first, closed accounts included.',
          response: { 200: Type.Object({ data: Type.Array(Person) }) },
        },
      },
      async (request) => {
        const { organisation_id } = callerOfGuarded(request);
        return { data: await peopleOf(database.sql, vault, organisation_id) };
      },
    );

    app.put(
      '/v1/people/:id/role',
      {
        config: PROVED,
        schema: {
          operationId: 'changeRole',
          tags: ['people'],
          description: 'Gives a person of the own organisation another role, from the next request on.',
          params: Closed({ id: Id }),
          body: Closed({ role: Role }),
          response: { 204: Type.Null() },
        },
      },
      async (request, reply) => {
        await changeRole(service, callerOfGuarded(request), request.params.id, request.body.role);
        return reply.code(204).send(null);
      },
    );

    app.delete(
      '/v1/people/:id',
      {
        config: PROVED,
        schema: {
          operationId: 'closeAccount',
          tags: ['people'],
          description:
            'Closes the account of a person of the own organisation: all its sessions end at once, and it never opens again.',
          params: Closed({ id: Id }),
          response: { 204: Type.Null() },
        },
      },
      async (request, reply) => {
        await closePerson(service, callerOfGuarded(request), request.params.id);
        return reply.code(204).send(null);
      },
    );
  };
