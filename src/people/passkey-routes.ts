import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type {
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
} from '@simplewebauthn/server';
import type { FastifyRequest } from 'fastify';
import Type from 'typebox';
import { actingOf, EVERYONE, personOf } from '../http/guard.ts';
import type { Rates } from '../http/rates.ts';
import { Closed, Instant, Nullable } from '../http/schemas.ts';
import { sessionTokenOf } from '../http/session-cookie.ts';
import type { Service } from '../service.ts';
import { removeOwnPasskey } from './own-account.ts';
import { addPasskey, beginPasskey, beginPasskeySignIn, passkeysOf, signInWithPasskey } from './passkeys.ts';
import { answer, SignedIn } from './signed-in.ts';
import { findPerson } from './store.ts';

const MAX_BYTES_TEXT = 20_000;
const Bytes = Type.String({
  maxLength: MAX_BYTES_TEXT,
  pattern: '^[A-Za-z0-9_-]+$',
  description: 'base64url',
});
const CredentialId = Type.String({ minLength: 1, maxLength: 1_400, pattern: '^[A-Za-z0-9_-]+$' });
const Extensions = Type.Object({}, { description: 'as the browser gives it', additionalProperties: true });
/** What PublicKeyCredential.toJSON() gives, in each of its two kinds. */
const CREDENTIAL = {
  id: CredentialId,
  rawId: CredentialId,
  type: Type.Literal('public-key'),
  authenticatorAttachment: Type.Optional(Type.Unsafe<'platform'>(Type.String({ maxLength: 40 }))),
  clientExtensionResults: Extensions,
};
const Registered = Closed({
  ...CREDENTIAL,
  response: Closed({
    clientDataJSON: Bytes,
    attestationObject: Bytes,
    authenticatorData: Type.Optional(Bytes),
    publicKey: Type.Optional(Bytes),
    publicKeyAlgorithm: Type.Optional(Type.Integer({ minimum: -70_000, maximum: 70_000 })),
    transports: Type.Optional(Type.Array(Type.String({ maxLength: 40 }), { maxItems: 10 })),
  }),
});
const Asserted = Closed({
  ...CREDENTIAL,
  response: Closed({
    clientDataJSON: Bytes,
    authenticatorData: Bytes,
    signature: Bytes,
    userHandle: Type.Optional(Bytes),
  }),
});
const Options = <T>(description: string) =>
  Type.Unsafe<T>(Type.Object({ challenge: Type.String() }, { description, additionalProperties: true }));
const Passkey = Type.Object({
  id: CredentialId,
  label: Type.String(),
  created_at: Instant,
  last_used_at: Nullable(Instant),
});

const PEOPLE = { access: EVERYONE, scope: 'read', people: true } as const;
const PROVED = { ...PEOPLE, proved: true } as const;
const PUBLIC = { access: 'public' } as const;

export const passkeyRoutes =
  (service: Service, rates: Rates, public_url: string): FastifyPluginAsyncTypebox =>
  async (app) => {
    const { system, vault } = service;
    const ownerOf = async (request: FastifyRequest) =>
      (await findPerson(system.sql, vault, personOf(request).person_id))!;

    app.post(
      '/v1/sessions/passkey-options',
      {
        config: PUBLIC,
        schema: {
          operationId: 'beginPasskeySignIn',
          tags: ['sessions'],
          description: 'What a page gives to navigator.credentials.get. The challenge counts once.',
          response: {
            201: Options<PublicKeyCredentialRequestOptionsJSON>('PublicKeyCredentialRequestOptionsJSON'),
          },
        },
      },
      async (request, reply) => {
        await rates.sign_in_address(request, reply);
        reply.code(201);
        return beginPasskeySignIn(service, public_url);
      },
    );

    app.post(
      '/v1/sessions/passkey',
      {
        config: PUBLIC,
        schema: {
          operationId: 'signInWithPasskey',
          tags: ['sessions'],
          description:
            'Signs a person in with a passkey. The authenticator has verified the person, so no second factor is asked for.',
          body: Closed({ credential: Asserted }),
          response: { 201: SignedIn },
        },
      },
      async (request, reply) => {
        await rates.sign_in_address(request, reply);
        const { credential } = request.body;
        const outcome = await signInWithPasskey(service, credential, public_url, sessionTokenOf(request));
        return answer(request, reply, outcome, 'The passkey is not known here, or its answer is not right.');
      },
    );

    app.get(
      '/v1/passkeys',
      {
        config: PEOPLE,
        schema: {
          operationId: 'listPasskeys',
          tags: ['sessions'],
          description: 'The own passkeys, oldest first.',
          response: { 200: Type.Object({ data: Type.Array(Passkey) }) },
        },
      },
      async (request) => ({ data: await passkeysOf(system.sql, personOf(request).person_id) }),
    );

    app.post(
      '/v1/passkeys/options',
      {
        config: PROVED,
        schema: {
          operationId: 'beginPasskey',
          tags: ['sessions'],
          description: 'What a page gives to navigator.credentials.create. The challenge counts once.',
          response: {
            201: Options<PublicKeyCredentialCreationOptionsJSON>('PublicKeyCredentialCreationOptionsJSON'),
          },
        },
      },
      async (request, reply) => {
        reply.code(201);
        return beginPasskey(service, await ownerOf(request), public_url);
      },
    );

    app.post(
      '/v1/passkeys',
      {
        config: PROVED,
        schema: {
          operationId: 'addPasskey',
          tags: ['sessions'],
          description: 'Registers a passkey. Its authenticator must have verified the person.',
          body: Closed({ label: Type.String({ minLength: 1, maxLength: 200 }), credential: Registered }),
          response: { 201: Passkey },
        },
      },
      async (request, reply) => {
        const { label, credential } = request.body;
        const owner = await ownerOf(request);
        reply.code(201);
        return addPasskey(service, owner, label, credential as never, public_url);
      },
    );

    app.delete(
      '/v1/passkeys/:id',
      {
        config: PROVED,
        schema: {
          operationId: 'removePasskey',
          tags: ['sessions'],
          description: 'Removes one of the own passkeys.',
          params: Closed({ id: CredentialId }),
          response: { 204: Type.Null() },
        },
      },
      async (request, reply) => {
        await removeOwnPasskey(service, actingOf(request), request.params.id);
        return reply.code(204).send(null);
      },
    );
  };
