import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { Problem } from '../errors.ts';
import { actingOf, EVERYONE, personOf } from '../http/guard.ts';
import type { Rates } from '../http/rates.ts';
import { Closed, Id, Instant, OneOf } from '../http/schemas.ts';
import { clearSessionCookie, sessionTokenOf } from '../http/session-cookie.ts';
import type { Service } from '../service.ts';
import {
  beginSecondFactor,
  confirmSecondFactor,
  endOtherSessions,
  endOwnSession,
  removeSecondFactor,
  replacePassword,
} from './own-account.ts';
import { ROLE_NAMES } from './roles.ts';
import { Email, Token, TypedPassword } from './schemas.ts';
import { CODE_PATTERN, hasSecondFactor } from './second-factor.ts';
import { say } from './sentences.ts';
import { csrfTokenOf, SESSION_HOURS, SESSION_IDLE_MINUTES, sessionsOf } from './sessions.ts';
import { proveAgain, signIn, signInWithCode } from './sign-in.ts';
import { answer, CsrfToken, hand, SignedIn } from './signed-in.ts';
import { findPerson } from './store.ts';
import { TICKET_MINUTES } from './tickets.ts';

const SecondFactorNeeded = Type.Object({
  state: Type.Literal('second_factor_needed'),
  ticket: Type.String({
    description: `for POST /v1/sessions/second-factor, within ${TICKET_MINUTES} minutes`,
  }),
});
const Code = Type.String({ pattern: CODE_PATTERN, description: 'of the authenticator, or a recovery code' });
const Session = Type.Object({
  id: Id,
  is_current: Type.Boolean(),
  begun_at: Instant,
  used_at: Type.Unsafe<Date | string>({ ...Instant, description: 'within a minute or so' }),
  ends_at: Instant,
});
const Me = Type.Object({
  id: Id,
  organisation_id: Id,
  role: OneOf(ROLE_NAMES, 'what the person may do'),
  name: Type.String(),
  email: Type.String(),
  second_factor: Type.Boolean(),
  session_id: Id,
  csrf_token: CsrfToken,
});

const PEOPLE = { access: EVERYONE, scope: 'read', people: true } as const;
const PROVED = { ...PEOPLE, proved: true } as const;
const PUBLIC = { access: 'public' } as const;

export const signInRoutes =
  (service: Service, rates: Rates): FastifyPluginAsyncTypebox =>
  async (app) => {
    const { system, vault } = service;

    app.post(
      '/v1/sessions',
      {
        config: PUBLIC,
        schema: {
          operationId: 'signIn',
          tags: ['sessions'],
          description: `Signs a person in: the cookie of the answer is a session, which ends ${SESSION_IDLE_MINUTES} minutes after its last request and in any case after ${SESSION_HOURS} hours. With a second factor the answer is a ticket for the next step. A session that the request brings ends.`,
          body: Closed({ email: Email, password: TypedPassword }),
          response: { 200: SecondFactorNeeded, 201: SignedIn },
        },
      },
      async (request, reply) => {
        await rates.sign_in(request, reply);
        const outcome = await signIn(service, request.body, sessionTokenOf(request));
        return answer(request, reply, outcome, 'The address or the password is not right.');
      },
    );

    app.post(
      '/v1/sessions/second-factor',
      {
        config: PUBLIC,
        schema: {
          operationId: 'signInWithCode',
          tags: ['sessions'],
          description: 'The second step of signing in. A code counts once.',
          body: Closed({ ticket: Token, code: Code }),
          response: { 201: SignedIn },
        },
      },
      async (request, reply) => {
        await rates.sign_in(request, reply);
        const outcome = await signInWithCode(service, request.body, sessionTokenOf(request));
        return answer(request, reply, outcome, 'The ticket is past its time, or the code is not right.');
      },
    );

    app.get(
      '/v1/sessions',
      {
        config: PEOPLE,
        schema: {
          operationId: 'listSessions',
          tags: ['sessions'],
          description: 'The own sessions that go on, newest first.',
          response: { 200: Type.Object({ data: Type.Array(Session) }) },
        },
      },
      async (request) => {
        const { person_id, session_id } = personOf(request);
        const sessions = await sessionsOf(system.sql, person_id);
        return { data: sessions.map((each) => ({ ...each, is_current: each.id === session_id })) };
      },
    );

    app.get(
      '/v1/sessions/current',
      {
        config: PEOPLE,
        schema: {
          operationId: 'getOwnSession',
          tags: ['sessions'],
          description: 'Who is signed in, and what a page needs to change something.',
          response: { 200: Me },
        },
      },
      async (request) => {
        const { person_id, session_id } = personOf(request);
        const person = await findPerson(system.sql, vault, person_id);
        return {
          ...person!,
          second_factor: await hasSecondFactor(system.sql, person_id),
          session_id,
          csrf_token: csrfTokenOf(sessionTokenOf(request)!),
        };
      },
    );

    app.delete(
      '/v1/sessions/current',
      {
        config: PEOPLE,
        schema: {
          operationId: 'signOut',
          tags: ['sessions'],
          description: 'Ends the session, and clears what the browser has kept.',
          response: { 204: Type.Null() },
        },
      },
      async (request, reply) => {
        const { session_id, ...owner } = actingOf(request);
        await endOwnSession(service, owner, session_id);
        clearSessionCookie(reply);
        return reply.code(204).send(null);
      },
    );

    app.delete(
      '/v1/sessions/:id',
      {
        config: PEOPLE,
        schema: {
          operationId: 'endSession',
          tags: ['sessions'],
          description: 'Ends one of the own sessions.',
          params: Closed({ id: Id }),
          response: { 204: Type.Null() },
        },
      },
      async (request, reply) => {
        await endOwnSession(service, actingOf(request), request.params.id);
        return reply.code(204).send(null);
      },
    );

    app.delete(
      '/v1/sessions',
      {
        config: PEOPLE,
        schema: {
          operationId: 'endOtherSessions',
          tags: ['sessions'],
          description: 'Ends all of the own sessions but this one.',
          response: { 204: Type.Null() },
        },
      },
      async (request, reply) => {
        await endOtherSessions(service, actingOf(request));
        return reply.code(204).send(null);
      },
    );

    app.post(
      '/v1/sessions/current/proofs',
      {
        config: PEOPLE,
        schema: {
          operationId: 'proveAgain',
          tags: ['sessions'],
          description:
            'Shows again who is there, which changes of the account ask for. The session goes on under a new cookie.',
          body: Closed({ password: TypedPassword, code: Type.Optional(Code) }),
          response: { 201: SignedIn },
        },
      },
      async (request, reply) => {
        await rates.sign_in(request, reply);
        const session = await proveAgain(service, personOf(request), request.body);
        if (!session) throw new Problem('refused', say('secret_wrong'));
        return hand(reply, session);
      },
    );

    app.put(
      '/v1/sessions/current/password',
      {
        config: PEOPLE,
        schema: {
          operationId: 'changePassword',
          tags: ['sessions'],
          description:
            'Changes the own password. All other sessions end, and this one goes on under a new cookie.',
          body: Closed({ password: TypedPassword, code: Type.Optional(Code), new_password: TypedPassword }),
          response: { 201: SignedIn },
        },
      },
      async (request, reply) => {
        await rates.sign_in(request, reply);
        const { new_password, ...proof } = request.body;
        return hand(reply, await replacePassword(service, actingOf(request), proof, new_password));
      },
    );

    app.post(
      '/v1/second-factor',
      {
        config: PROVED,
        schema: {
          operationId: 'beginSecondFactor',
          tags: ['sessions'],
          description: 'A secret for an authenticator, shown this once. It counts from its first code on.',
          response: {
            201: Type.Object({
              secret: Type.String({ description: 'base 32' }),
              uri: Type.String({ description: 'otpauth://, for a QR code' }),
            }),
          },
        },
      },
      async (request, reply) => {
        reply.code(201);
        return beginSecondFactor(service, actingOf(request));
      },
    );

    app.post(
      '/v1/second-factor/confirmations',
      {
        config: PROVED,
        schema: {
          operationId: 'confirmSecondFactor',
          tags: ['sessions'],
          description: 'The first code. Gives recovery codes, shown this once, of which each counts once.',
          body: Closed({ code: Code }),
          response: { 201: Type.Object({ recovery_codes: Type.Array(Type.String()) }) },
        },
      },
      async (request, reply) => {
        await rates.sign_in(request, reply);
        const recovery_codes = await confirmSecondFactor(service, actingOf(request), request.body.code);
        reply.code(201);
        return { recovery_codes };
      },
    );

    app.delete(
      '/v1/second-factor',
      {
        config: PROVED,
        schema: {
          operationId: 'removeSecondFactor',
          tags: ['sessions'],
          description: 'Removes the second factor and its recovery codes.',
          response: { 204: Type.Null() },
        },
      },
      async (request, reply) => {
        await removeSecondFactor(service, actingOf(request));
        return reply.code(204).send(null);
      },
    );
  };
