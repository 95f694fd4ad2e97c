import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { Problem } from '../errors.ts';
import { callerOfGuarded, EVERYONE, personOf } from '../http/guard.ts';
import { Closed, Id } from '../http/schemas.ts';
import { clearSessionCookie } from '../http/session-cookie.ts';
import type { Service } from '../service.ts';
import { erasePerson } from './erase.ts';
import { exportPerson } from './export.ts';

const Row = Type.Record(Type.String(), Type.Unknown());
const PersonalData = Type.Object({
  person_id: Id,
  tables: Type.Record(Type.String(), Type.Record(Type.String(), Type.Array(Row)), {
    description: 'rows by table and by the column that names the person',
  }),
});

const Count = { table: Type.String(), rows: Type.Integer({ minimum: 0 }) };
const Erasure = Type.Object({
  person_id: Id,
  erased: Type.Array(Type.Object(Count), { description: 'rows deleted' }),
  kept: Type.Array(
    Type.Object({
      ...Count,
      column: Type.String({ description: 'holds the id, which names nobody any more' }),
      reason: Type.String({ description: 'why they are kept' }),
      words: Type.Boolean({ description: 'whether words that the person wrote are in them' }),
    }),
  ),
});

const ADMINISTER = { access: EVERYONE, scope: 'administer' } as const;
const OWN = { access: EVERYONE, scope: 'read', people: true } as const;
const EXPORTED =
  'Keys of rows, what is personal, words that may name somebody, and instants; secrets and other people’s ids are left out.';
const ERASED =
  'Who the person was and how it signed in are deleted for good, sessions end, and its address is free again. What it decided or declared stays under an id that names nobody; the answer says what, and why.';

export const personalDataRoutes =
  (service: Service): FastifyPluginAsyncTypebox =>
  async (app) => {
    const { database } = service;
    app.get(
      '/v1/personal-data',
      {
        config: OWN,
        schema: {
          operationId: 'exportOwnData',
          tags: ['people'],
          description: `All that is kept of the person who signed in, as one document. ${EXPORTED}`,
          response: { 200: PersonalData },
        },
      },
      (request) => exportPerson(service, personOf(request).person_id),
    );

    app.delete(
      '/v1/personal-data',
      {
        config: { ...OWN, proved: true },
        schema: {
          operationId: 'eraseOwnData',
          tags: ['people'],
          description: `Forgets the person who signed in. ${ERASED}`,
          response: { 200: Erasure },
        },
      },
      async (request, reply) => {
        const { person_id } = personOf(request);
        const { organisation_id } = callerOfGuarded(request);
        const erasure = await erasePerson(service, { organisation_id, person_id, actor: person_id });
        clearSessionCookie(reply);
        return erasure;
      },
    );

    app.get(
      '/v1/people/:id/personal-data',
      {
        config: ADMINISTER,
        schema: {
          operationId: 'exportPersonData',
          tags: ['people'],
          description: `All that is kept of a person of the own organisation, as one document. ${EXPORTED}`,
          params: Closed({ id: Id }),
          response: { 200: PersonalData },
        },
      },
      async (request) => {
        const { id } = request.params;
        const { organisation_id } = callerOfGuarded(request);
        const own = await database.sql`select from person
          where id = ${id} and organisation_id = ${organisation_id}`;
        if (own.count === 0) throw new Problem('not_found', 'There is no such person.');
        return exportPerson(service, id);
      },
    );

    app.delete(
      '/v1/people/:id/personal-data',
      {
        config: { ...ADMINISTER, proved: true },
        schema: {
          operationId: 'erasePersonData',
          tags: ['people'],
          description: `Forgets a person of the own organisation. ${ERASED}`,
          params: Closed({ id: Id }),
          response: { 200: Erasure },
        },
      },
      (request) => {
        const { organisation_id, key_id: actor } = callerOfGuarded(request);
        return erasePerson(service, { organisation_id, person_id: request.params.id, actor });
      },
    );
  };
