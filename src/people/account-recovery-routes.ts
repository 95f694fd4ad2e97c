import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { create } from '../http/create.ts';
import { callerOfGuarded, EVERYONE } from '../http/guard.ts';
import { Closed, Id, Nullable, OneOf } from '../http/schemas.ts';
import type { Service } from '../service.ts';
import { LOST, offerRecovery, RECOVERY_HOURS, recoverAccount } from './account-recovery.ts';
import { endSessionsOf } from './manage.ts';
import { Token, TypedPassword } from './schemas.ts';

const Offered = Type.Object({
  token: Nullable(Type.String({ description: 'shown this once; null when the request is repeated' })),
  valid_hours: Type.Integer(),
});

const ADMINISTER = { access: EVERYONE, scope: 'administer' } as const;

export const accountRecoveryRoutes =
  (service: Service): FastifyPluginAsyncTypebox =>
  async (app) => {
    const { database, clock } = service;

    app.post(
      '/v1/people/:id/recoveries',
      {
        // A key would become a person by it.
        config: { ...ADMINISTER, people: true, proved: true },
        schema: {
          operationId: 'offerAccountRecovery',
          tags: ['people'],
          description: `Gives a person of the own organisation a way back. The token, which is handed to the person by other means, sets a new password once and within ${RECOVERY_HOURS} hours (POST /v1/account-recoveries/acceptances); one that was given before is worth nothing any more.`,
          params: Closed({ id: Id }),
          body: Closed({
            lost: OneOf(
              LOST,
              'second_factor takes the authenticator, its recovery codes and all passkeys away as well',
            ),
          }),
          response: { 201: Offered },
        },
      },
      (request, reply) =>
        create<Type.Static<typeof Offered>>(
          request,
          reply,
          database,
          async (tx) => {
            const asked = { person_id: request.params.id, lost: request.body.lost };
            const token = await offerRecovery(tx, callerOfGuarded(request), asked, clock.now());
            return { token, valid_hours: RECOVERY_HOURS };
          },
          { kept: ({ valid_hours }) => ({ token: null, valid_hours }) },
        ),
    );

    app.post(
      '/v1/account-recoveries/acceptances',
      {
        config: { access: 'public' },
        schema: {
          operationId: 'recoverAccount',
          tags: ['people'],
          description:
            'Sets a new password by the token of a recovery. All sessions of the person end; signing in is another request.',
          body: Closed({ token: Token, password: TypedPassword }),
          response: { 204: Type.Null() },
        },
      },
      async (request, reply) => {
        await recoverAccount(service, request.body);
        return reply.code(204).send(null);
      },
    );

    app.delete(
      '/v1/people/:id/sessions',
      {
        config: ADMINISTER,
        schema: {
          operationId: 'endSessionsOfPerson',
          tags: ['people'],
          description:
            'Ends all sessions of a person of the own organisation at once; the account stays open.',
          params: Closed({ id: Id }),
          response: { 204: Type.Null() },
        },
      },
      async (request, reply) => {
        await endSessionsOf(service, callerOfGuarded(request), request.params.id);
        return reply.code(204).send(null);
      },
    );
  };
