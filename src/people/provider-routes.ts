import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { callerOfGuarded, EVERYONE } from '../http/guard.ts';
import type { Rates } from '../http/rates.ts';
import { Closed, Id, Nullable } from '../http/schemas.ts';
import { sessionTokenOf, setStateCookie, stateOf } from '../http/session-cookie.ts';
import type { Service } from '../service.ts';
import { beginProviderSignIn, CALLBACK_PATH, signInByProvider } from './provider-sign-in.ts';
import { changeProvider, findProvider } from './providers.ts';
import { MAX_CLIENT_ID_LENGTH, MAX_CLIENT_SECRET_LENGTH, Token } from './schemas.ts';
import { answer, SignedIn } from './signed-in.ts';

const MAX_ISSUER_LENGTH = 2_048;
const MAX_CODE_LENGTH = 4_000;
const Issuer = Type.String({
  minLength: 1,
  maxLength: MAX_ISSUER_LENGTH,
  description: 'https:// address of the provider, to the letter as it writes it itself',
});
const ClientId = Type.String({ minLength: 1, maxLength: MAX_CLIENT_ID_LENGTH });
const ADMINISTER = { access: EVERYONE, scope: 'administer' } as const;
const PROVED = { ...ADMINISTER, proved: true } as const;
const PUBLIC = { access: 'public' } as const;

export const providerRoutes =
  (service: Service, rates: Rates, public_url: string): FastifyPluginAsyncTypebox =>
  async (app) => {
    const { system, vault } = service;

    app.get(
      '/v1/identity-provider',
      {
        config: ADMINISTER,
        schema: {
          operationId: 'getIdentityProvider',
          tags: ['people'],
          description: `The OpenID Connect provider of the own organisation, without the secret. Register ${CALLBACK_PATH} under the public address there.`,
          response: {
            200: Type.Object({
              provider: Nullable(
                Type.Object({ issuer: Issuer, client_id: ClientId, has_secret: Type.Boolean() }),
              ),
              redirect_uri: Type.String(),
            }),
          },
        },
      },
      async (request) => {
        const { organisation_id } = callerOfGuarded(request);
        const found = await findProvider(system.sql, vault, organisation_id);
        const provider = found && {
          issuer: found.issuer,
          client_id: found.client_id,
          has_secret: found.client_secret !== null,
        };
        return { provider, redirect_uri: public_url + CALLBACK_PATH };
      },
    );

    app.put(
      '/v1/identity-provider',
      {
        config: PROVED,
        schema: {
          operationId: 'setIdentityProvider',
          tags: ['people'],
          description:
            'Sets the provider by which people of the own organisation may sign in: those with an account or an invitation alone.',
          body: Closed({
            issuer: Issuer,
            client_id: ClientId,
            client_secret: Nullable(Type.String({ minLength: 1, maxLength: MAX_CLIENT_SECRET_LENGTH })),
          }),
          response: { 204: Type.Null() },
        },
      },
      async (request, reply) => {
        await changeProvider(service, callerOfGuarded(request), request.body);
        return reply.code(204).send(null);
      },
    );

    app.delete(
      '/v1/identity-provider',
      {
        config: PROVED,
        schema: {
          operationId: 'removeIdentityProvider',
          tags: ['people'],
          description: 'Removes the provider of the own organisation. Sessions that are open go on.',
          response: { 204: Type.Null() },
        },
      },
      async (request, reply) => {
        await changeProvider(service, callerOfGuarded(request), null);
        return reply.code(204).send(null);
      },
    );

    app.post(
      '/v1/sessions/provider',
      {
        config: PUBLIC,
        schema: {
          operationId: 'beginProviderSignIn',
          tags: ['sessions'],
          description: 'Where to send the browser to sign in by the provider of an organisation.',
          body: Closed({ organisation_id: Id }),
          response: { 201: Type.Object({ authorization_url: Type.String() }) },
        },
      },
      async (request, reply) => {
        await rates.sign_in_address(request, reply);
        const { organisation_id } = request.body;
        const { authorization_url, state } = await beginProviderSignIn(service, organisation_id, public_url);
        setStateCookie(reply, state);
        reply.code(201);
        return { authorization_url };
      },
    );

    app.post(
      '/v1/sessions/provider/answers',
      {
        config: PUBLIC,
        schema: {
          operationId: 'signInByProvider',
          tags: ['sessions'],
          description: `Signs a person in with what the provider sent the browser back with, to ${CALLBACK_PATH}.`,
          body: Closed({
            code: Type.String({ minLength: 1, maxLength: MAX_CODE_LENGTH }),
            state: Token,
            iss: Type.Optional(Issuer),
          }),
          response: { 201: SignedIn },
        },
      },
      async (request, reply) => {
        await rates.sign_in_address(request, reply);
        const from = { bound: stateOf(request), replaced: sessionTokenOf(request), public_url };
        const outcome = await signInByProvider(service, request.body, from);
        return answer(
          request,
          reply,
          outcome,
          'The provider did not name anybody who was invited; begin anew.',
        );
      },
    );
  };
