import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { SIGNS } from '../../../models/scans/score.ts';
import type { Signs } from '../../../models/scans/signs.ts';
import { create } from '../../http/create.ts';
import { callerOfGuarded } from '../../http/guard.ts';
import {
  Closed,
  Id,
  Instant,
  Nullable,
  OneOf,
  Page,
  PageQuery,
  page,
  WithDefault,
} from '../../http/schemas.ts';
import type { ModuleSetting } from '../../modules.ts';
import { Serial } from '../marks/routes.ts';
import { attemptMarking, MARKING_KINDS } from '../products/routes.ts';
import { listClaims } from '../verification/claim.ts';
import { clearMark, listAnomalies, listProbes } from './store.ts';

const LEVELS = ['alarmed', 'warned'] as const;
const Count = Type.Integer({ minimum: 0 });

const Anomaly = Type.Object({
  lot_id: Id,
  lot_code: Type.String(),
  product_id: Id,
  product: Type.String(),
  serial: Serial,
  level: OneOf(LEVELS, 'most likely copied, or hard to believe'),
  since: Instant,
  scans: Count,
  last_scan_at: Instant,
  score: Type.Number({ description: 'log odds that it was copied' }),
  signs: Type.Unsafe<Signs>(Type.Object(Object.fromEntries(SIGNS.map((name) => [name, Count])))),
});

const Probes = Type.Object({
  lot_id: Id,
  lot_code: Type.String(),
  product_id: Id,
  product: Type.String(),
  hour: Instant,
  probes: Type.Integer({ description: 'forged marks that named the lot' }),
});

const Claim = Type.Object({
  receipt_id: Id,
  product_id: Id,
  product: Type.String(),
  lot_id: Id,
  lot_code: Type.String(),
  serial: Serial,
  place: Nullable(Type.String()),
  claimed_at: Instant,
});

export const scanRoutes =
  (setting: ModuleSetting): FastifyPluginAsyncTypebox =>
  async (app) => {
    const { database, clock } = setting.service;
    app.get(
      '/v1/marking/anomalies',
      {
        config: { access: MARKING_KINDS },
        schema: {
          operationId: 'listAnomalies',
          tags: ['marking'],
          description:
            'Marks whose scans look like more than one thing bears them, newest first, with what tells it.',
          querystring: Closed({
            level: WithDefault(
              Type.Unsafe<(typeof LEVELS)[number]>(
                Type.String({ enum: [...LEVELS], default: 'alarmed', description: 'how sure' }),
              ),
            ),
            ...PageQuery,
          }),
          response: {
            200: Type.Object({
              data: Type.Array(Anomaly),
              next_cursor: Type.Union([Type.String(), Type.Null()]),
            }),
          },
        },
      },
      async ({ query: { level, limit, cursor } }) => {
        const found = await listAnomalies(database.sql, level, limit + 1, cursor ?? null);
        const data = found.slice(0, limit);
        return { data, next_cursor: found.length > limit ? data.at(-1)!.cursor : null };
      },
    );

    app.get(
      '/v1/marking/probes',
      {
        config: { access: MARKING_KINDS },
        schema: {
          operationId: 'listProbes',
          tags: ['marking'],
          description: 'Hours in which somebody tried out forged marks of a lot, newest first.',
          querystring: Closed({ limit: PageQuery.limit }),
          response: { 200: Type.Object({ data: Type.Array(Probes) }) },
        },
      },
      async ({ query }) => ({ data: await listProbes(database.sql, query.limit) }),
    );

    app.get(
      '/v1/marking/claims',
      {
        config: { access: MARKING_KINDS },
        schema: {
          operationId: 'listClaims',
          tags: ['marking'],
          description: 'Things whose hidden code was brought by a buyer: verified sales, newest first.',
          querystring: Closed(PageQuery),
          response: { 200: Page(Claim) },
        },
      },
      async ({ query: { limit, cursor } }) =>
        page(await listClaims(database.sql, limit + 1, cursor ?? null), limit, (claim) => claim.receipt_id),
    );

    app.post(
      '/v1/marking/lots/:id/clearances',
      {
        config: { access: ['firm'] },
        schema: {
          operationId: 'clearMark',
          tags: ['marking'],
          description: 'Takes a suspicious mark for honest: its scans until now count no more.',
          params: Closed({ id: Id }),
          body: Closed({ serial: Serial }),
          response: { 201: Type.Object({ lot_id: Id, serial: Serial, cleared_at: Instant }) },
        },
      },
      (request, reply) => {
        const caller = callerOfGuarded(request);
        const { id } = request.params;
        return attemptMarking(setting, caller, 'mark.clear', id, () =>
          create(request, reply, database, (tx) =>
            clearMark(tx, id, request.body.serial, caller, clock.now()),
          ),
        );
      },
    );
  };
