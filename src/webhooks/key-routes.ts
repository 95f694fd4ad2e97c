import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { appendAudit } from '../audit/log.ts';
import { create } from '../http/create.ts';
import { callerOfGuarded } from '../http/guard.ts';
import type { Service } from '../service.ts';
import { jwkOf, publicKeys, rotateSigningKey } from './signing-keys.ts';

/** Well below the overlap of a rotation, so that a cached set holds a key that signs. */
const JWKS_MAX_AGE_SECONDS = 3_600;

const Jwk = Type.Object({
  kty: Type.Literal('OKP'),
  crv: Type.Literal('Ed25519'),
  x: Type.String({ description: 'the public key, base64url' }),
  kid: Type.String({ description: 'its thumbprint (RFC 7638)' }),
  use: Type.Literal('sig'),
});

export const keyRoutes =
  ({ database, vault, clock }: Service): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.get(
      '/.well-known/jwks.json',
      {
        config: { access: 'public' },
        schema: {
          operationId: 'listSigningKeys',
          tags: ['webhooks'],
          description: 'Public keys of the `v1a` signatures (RFC 7517, RFC 8037), newest first.',
          response: { 200: Type.Object({ keys: Type.Array(Jwk) }) },
        },
      },
      async (_request, reply) => {
        reply.header('cache-control', `public, max-age=${JWKS_MAX_AGE_SECONDS}`);
        return { keys: (await publicKeys(database.sql, vault)).map(jwkOf) };
      },
    );

    app.post(
      '/v1/webhooks/signing-keys',
      {
        config: { access: ['staff'], scope: 'operate' },
        schema: {
          operationId: 'rotateSigningKey',
          tags: ['webhooks'],
          description: 'Makes a new key for `v1a`; for 24 hours the old one signs beside it.',
          response: { 201: Type.Object({ key: Jwk, public_key: Type.String({ description: 'whpk_...' }) }) },
        },
      },
      (request, reply) =>
        create(request, reply, database, async (tx) => {
          const { organisation_id, key_id } = callerOfGuarded(request);
          const { id, public_key } = await rotateSigningKey(tx, vault);
          const what = { action: 'signing_key.rotated', subject: id, detail: { public_key } };
          await appendAudit(tx, [{ organisation_id, at: clock.now(), actor: key_id, ...what }]);
          return { key: jwkOf(public_key), public_key };
        }),
    );
  };
