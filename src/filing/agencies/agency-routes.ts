import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { attemptOwn } from '../../audit/refusal.ts';
import { Problem } from '../../errors.ts';
import { callerOfGuarded, EVERYONE } from '../../http/guard.ts';
import { Closed, Id, OneOf, Page, PageQuery, page } from '../../http/schemas.ts';
import type { Service } from '../../service.ts';
import {
  AGENCY_STATES,
  decideEntry,
  enterDirectory,
  findAgency,
  listAgencies,
  type Place,
  placeOf,
} from './directory.ts';
import { conflictsWith } from './engagements.ts';
import { AgencyBody, ConflictBody, Field, Language, MAX_NOTE_CHARS, NewEntry, Office } from './schemas.ts';

export const agencyRoutes =
  (service: Service): FastifyPluginAsyncTypebox =>
  async (app) => {
    const { database, clock } = service;
    app.get(
      '/v1/agencies',
      {
        config: { access: EVERYONE },
        schema: {
          operationId: 'listAgencies',
          tags: ['filing'],
          description:
            'The directory of agencies, the best grant rate first by the lower end of its interval; no place in it can be bought. Fields and regions are those of an agency’s own granted cases. With `state`, for staff: entries that wait or were refused.',
          querystring: Closed({
            ...PageQuery,
            field: Type.Optional(Field),
            office: Type.Optional(Office),
            language: Type.Optional(Language),
            state: Type.Optional(OneOf(AGENCY_STATES, 'admitted if left out')),
          }),
          response: { 200: Page(AgencyBody) },
        },
      },
      async (request) => {
        const { limit, cursor, ...sought } = request.query;
        const found = await listAgencies(
          database.sql,
          sought,
          cursor === undefined ? null : read(cursor),
          limit + 1,
        );
        return page(found, limit, (agency) => {
          const { rate_low, agency_id } = placeOf(agency);
          return `${rate_low}:${agency_id}`;
        });
      },
    );

    app.get(
      '/v1/agencies/:agency_id',
      {
        config: { access: EVERYONE },
        schema: {
          operationId: 'getAgency',
          tags: ['filing'],
          params: Closed({ agency_id: Id }),
          response: { 200: AgencyBody },
        },
      },
      (request) => findAgency(database.sql, request.params.agency_id),
    );

    app.put(
      '/v1/agencies/own',
      {
        config: { access: ['agency'] },
        schema: {
          operationId: 'enterAgency',
          tags: ['filing'],
          description:
            'Enters the own agency, or changes its entry, which staff then decide on anew: it is in the directory once they have seen its licence and its names on registers.',
          body: NewEntry,
          response: { 200: AgencyBody },
        },
      },
      (request) => {
        const caller = callerOfGuarded(request);
        return attemptOwn(service, caller, 'filing.agency.enter', () =>
          database.transaction((tx) => enterDirectory(tx, request.body, caller, clock.now())),
        );
      },
    );

    app.post(
      '/v1/agencies/:agency_id/decisions',
      {
        config: { access: ['staff'], scope: 'operate' },
        schema: {
          operationId: 'decideAgency',
          tags: ['filing'],
          description:
            'Admits an agency to the directory, or refuses it; it is told (`filing.agency.decided`).',
          params: Closed({ agency_id: Id }),
          body: Closed({
            state: OneOf(['admitted', 'refused'], 'the decision'),
            reason: Type.String({ minLength: 1, maxLength: MAX_NOTE_CHARS }),
          }),
          response: { 201: AgencyBody },
        },
      },
      async (request, reply) => {
        const caller = callerOfGuarded(request);
        const { agency_id } = request.params;
        reply.code(201);
        const decided = await attemptOwn(service, caller, 'filing.agency.decide', () =>
          database.transaction((tx) => decideEntry(tx, agency_id, request.body, caller, clock.now())),
        );
        service.onNews();
        return decided;
      },
    );

    app.get(
      '/v1/agencies/:agency_id/conflicts',
      {
        config: { access: ['firm'] },
        schema: {
          operationId: 'listAgencyConflicts',
          tags: ['filing'],
          description:
            'Conflicts of interest that an agency would have over an own draft, from registers, pledges and engagements. Hard ones cannot be accepted. Clients of the agency here are not named.',
          params: Closed({ agency_id: Id }),
          querystring: Closed({ draft_id: Id }),
          response: { 200: Type.Object({ data: Type.Array(ConflictBody) }) },
        },
      },
      async (request) => {
        const asked = { ...request.params, ...request.query };
        const caller = callerOfGuarded(request);
        return { data: await database.transaction((tx) => conflictsWith(tx, asked, caller, clock.now())) };
      },
    );
  };

/** @throws Problem `bad_request` */
function read(cursor: string): Place {
  const [, rate, agency_id] = /^([0-9.e-]+):(\w+)$/.exec(cursor) ?? [];
  const rate_low = Number(rate);
  if (agency_id === undefined || Number.isNaN(rate_low))
    throw new Problem('bad_request', 'cursor: it must be the next_cursor of the page before.');
  return { rate_low, agency_id };
}
