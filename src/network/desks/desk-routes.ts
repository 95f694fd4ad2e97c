/** Desks, who sits there, and what stands in their books. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { addMonths } from '../../../models/calendar.ts';
import { dateOf } from '../../clock.ts';
import { Problem } from '../../errors.ts';
import { create } from '../../http/create.ts';
import { callerOfGuarded, EVERYONE } from '../../http/guard.ts';
import { Closed, Day, Id, Nullable, WithDefault } from '../../http/schemas.ts';
import { monthOf, nextMonth } from '../../quotas/months.ts';
import type { Service } from '../../service.ts';
import { deskFigures, MAX_FIGURE_MONTHS } from './figures.ts';
import { Desk, Figures, Name, OfDesk, Region, regionIn, Seat } from './schemas.ts';
import { makeDesk, seat, unseat } from './seats.ts';
import { listDesks, requireDesk, seatsOf } from './store.ts';

const DEFAULT_MONTHS = 12;
const OPERATE = { access: ['staff'], scope: 'operate' } as const;

export const deskRoutes =
  ({ database, clock }: Service): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.get(
      '/v1/desks',
      {
        config: { access: EVERYONE },
        schema: {
          operationId: 'listDesks',
          tags: ['network'],
          description: 'Regional desks. What a desk has is seen by who works there, and by staff.',
          response: { 200: Type.Object({ data: Type.Array(Desk) }) },
        },
      },
      async () => ({ data: await listDesks(database.sql) }),
    );

    app.post(
      '/v1/desks',
      {
        config: OPERATE,
        schema: {
          operationId: 'makeDesk',
          tags: ['network'],
          body: Closed({ name: Name(120, 'of the desk'), region: Region }),
          response: { 201: Desk },
        },
      },
      (request, reply) => {
        const { name, region } = request.body;
        const given = { name, region: regionIn(region) };
        return create(request, reply, database, (tx) =>
          makeDesk(tx, given, callerOfGuarded(request), clock.now()),
        );
      },
    );

    app.get(
      '/v1/desks/:id/staff',
      {
        config: { access: EVERYONE },
        schema: {
          operationId: 'listDeskStaff',
          tags: ['network'],
          description: 'Who sits at a desk: of the own organisation; of all of them for staff.',
          params: OfDesk,
          response: { 200: Type.Object({ data: Type.Array(Seat) }) },
        },
      },
      async (request) => {
        await requireDesk(database.sql, request.params.id);
        return { data: await seatsOf(database.sql, request.params.id) };
      },
    );

    app.post(
      '/v1/desks/:id/staff',
      {
        config: OPERATE,
        schema: {
          operationId: 'seatAtDesk',
          tags: ['network'],
          description:
            'Lets one person of an organisation, or all of its people and keys, work at a desk and see what it has.',
          params: OfDesk,
          body: Closed({ organisation_id: Id, person_id: WithDefault({ ...Nullable(Id), default: null }) }),
          response: { 201: Seat },
        },
      },
      (request, reply) =>
        create(request, reply, database, (tx) =>
          seat(tx, request.params.id, request.body, callerOfGuarded(request), clock.now()),
        ),
    );

    app.delete(
      '/v1/desks/:id/staff/:organisation_id',
      {
        config: OPERATE,
        schema: {
          operationId: 'unseatFromDesk',
          tags: ['network'],
          params: Closed({ id: Id, organisation_id: Id }),
          querystring: Closed({ person_id: Type.Optional(Id) }),
          response: { 204: Type.Null() },
        },
      },
      async (request, reply) => {
        const { id, organisation_id } = request.params;
        const who = { organisation_id, person_id: request.query.person_id ?? null };
        await database.transaction((tx) => unseat(tx, id, who, callerOfGuarded(request), clock.now()));
        return reply.code(204).send(null);
      },
    );

    app.get(
      '/v1/desk-figures',
      {
        config: { access: EVERYONE },
        schema: {
          operationId: 'getDeskFigures',
          tags: ['network'],
          description:
            'Clients by stage, tasks, and what happened by month, of every desk that the caller sees: for staff of all.',
          querystring: Closed({
            desk_id: Type.Optional(Id),
            from_month: Type.Optional({
              ...Day,
              description: 'a day of the first month; eleven months before the last',
            }),
            to_month: Type.Optional({ ...Day, description: 'a day of the last month; the present one' }),
          }),
          response: { 200: Type.Object({ data: Type.Array(Figures) }) },
        },
      },
      async (request) => {
        const { desk_id = null, from_month, to_month } = request.query;
        const now = clock.now();
        const last = to_month === undefined ? monthOf(now) : `${to_month.slice(0, 7)}-01`;
        const first =
          from_month === undefined ? addMonths(last, 1 - DEFAULT_MONTHS) : `${from_month.slice(0, 7)}-01`;
        if (first > last || addMonths(first, MAX_FIGURE_MONTHS) <= last)
          throw new Problem(
            'refused',
            `From ${first} to ${last}: ask for 1 to ${MAX_FIGURE_MONTHS} months (limit MAX_FIGURE_MONTHS).`,
          );
        if (desk_id !== null) await requireDesk(database.sql, desk_id);
        const asked = { desk_id, from_month: first, until_month: nextMonth(last), today: dateOf(now) };
        const data = await database.transaction((tx) => deskFigures(tx, asked));
        return { data: data as Type.Static<typeof Figures>[] };
      },
    );
  };
