import { Readable } from 'node:stream';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import Type from 'typebox';
import { appendAudit } from '../../audit/log.ts';
import { create } from '../../http/create.ts';
import { callerOfGuarded } from '../../http/guard.ts';
import {
  Closed,
  Day,
  Id,
  Instant,
  Nullable,
  Page,
  PageQuery,
  page,
  WithDefault,
} from '../../http/schemas.ts';
import type { ModuleSetting } from '../../modules.ts';
import { sheetOf } from '../labels/sheets.ts';
import { attemptMarking, ById, MARKING_KINDS, Reason } from '../products/routes.ts';
import { findProduct } from '../products/service.ts';
import { markJwk, rotateMarkKey } from './keys.ts';
import { findLot, issueLot, listLots, MAX_MARKS_PER_LOT, revokeMarks, type SealedLot } from './lots.ts';
import {
  type Form,
  MAX_LABELS,
  MAX_MARKS_AT_ONCE,
  marksCsv,
  marksOf,
  noteDownload,
  type Range,
  rangeOf,
} from './range.ts';

const Lot = Type.Object({
  id: Id,
  product_id: Id,
  code: Type.String(),
  marks: Type.Integer({ minimum: 1 }),
  shipped_on: Nullable(Day),
  issued_at: Instant,
  revoked_at: Nullable(Instant),
  revoke_reason: Nullable(Type.String()),
});

const LotCode = Type.String({
  pattern: '^[A-Z0-9][A-Z0-9-]{0,19}$',
  description: 'the owner’s own, as printed: capital letters, digits and dashes',
});

export const Serial = Type.String({ pattern: '^[0-9A-HJKMNP-TV-Z]{16}$', description: 'as printed' });

const First = WithDefault(
  Type.Integer({
    minimum: 1,
    maximum: MAX_MARKS_PER_LOT,
    default: 1,
    description: 'number in the lot of the first',
  }),
);

export const Jwk = Type.Object({
  kty: Type.Literal('OKP'),
  crv: Type.Literal('Ed25519'),
  x: Type.String({ description: 'the public key, base64url' }),
  kid: Type.String({ description: 'number of the key, as marks name it' }),
  use: Type.Literal('sig'),
});

export const markRoutes =
  (setting: ModuleSetting): FastifyPluginAsyncTypebox =>
  async (app) => {
    const { service } = setting;
    const { database, vault, clock } = service;
    const downloaded = (request: FastifyRequest, lot: SealedLot, range: Range, form: Form) =>
      database.transaction((tx) => noteDownload(tx, lot, range, form, callerOfGuarded(request), clock.now()));
    app.post(
      '/v1/marking/products/:id/lots',
      {
        config: { access: ['firm'] },
        schema: {
          operationId: 'issueLot',
          tags: ['marking'],
          description:
            'Issues a lot of marks of a certified product that a patent in force stands behind today. Marks are GS1 Digital Links where the product has a GTIN, else short links.',
          params: ById,
          body: Closed({
            code: LotCode,
            marks: Type.Integer({ minimum: 1, maximum: MAX_MARKS_PER_LOT }),
            shipped_on: Type.Optional({
              ...Day,
              description: 'day of shipping; earlier scans are suspicious',
            }),
          }),
          response: { 201: Lot },
        },
      },
      (request, reply) => {
        const caller = callerOfGuarded(request);
        const { id } = request.params;
        return attemptMarking(setting, caller, 'mark_lot.issue', id, () =>
          create(request, reply, database, (tx) =>
            issueLot(tx, vault, id, request.body, caller, clock.now()),
          ),
        );
      },
    );

    app.get(
      '/v1/marking/products/:id/lots',
      {
        config: { access: MARKING_KINDS },
        schema: {
          operationId: 'listLots',
          tags: ['marking'],
          description: 'Newest first.',
          params: ById,
          querystring: Closed(PageQuery),
          response: { 200: Page(Lot) },
        },
      },
      async ({ params, query: { limit, cursor } }) => {
        const { id } = await findProduct(database.sql, params.id);
        return page(await listLots(database.sql, id, limit + 1, cursor ?? null), limit, (lot) => lot.id);
      },
    );

    app.get(
      '/v1/marking/lots/:id/marks',
      {
        config: { access: ['firm'], scope: 'write' },
        schema: {
          operationId: 'readMarks',
          tags: ['marking'],
          description: `Marks of a lot for a printer, with their hidden codes: \`serial,mark,claim_code\`, at most ${MAX_MARKS_AT_ONCE} at once. They are made anew whenever they are asked for, and are the same. Each download is in the audit log.`,
          params: ById,
          querystring: Closed({
            first: First,
            count: WithDefault(Type.Integer({ minimum: 1, maximum: MAX_MARKS_AT_ONCE, default: 1_000 })),
          }),
          response: {
            200: {
              description: 'one mark a line, after a line of names',
              content: { 'text/csv': { schema: Type.String() } },
            },
          },
        },
      },
      async (request, reply) => {
        const lot = await findLot(database.sql, request.params.id);
        const range = rangeOf(lot, request.query);
        const lines = marksCsv(await marksOf(setting, lot, range));
        await downloaded(request, lot, range, 'csv');
        reply
          .type('text/csv; charset=utf-8')
          .header('content-disposition', `attachment; filename="${lot.code}.csv"`);
        return reply.send(Readable.from(lines) as never);
      },
    );

    app.get(
      '/v1/marking/lots/:id/labels',
      {
        config: { access: ['firm'], scope: 'write' },
        schema: {
          operationId: 'readLabels',
          tags: ['marking'],
          description: `Labels of a lot, 24 on a sheet of A4: PDF of at most ${MAX_LABELS} labels, or SVG of one sheet. 409 while others are being made. Each download is in the audit log.`,
          params: ById,
          querystring: Closed({
            first: First,
            count: WithDefault(Type.Integer({ minimum: 1, maximum: MAX_LABELS, default: 24 })),
            form: WithDefault(
              Type.Unsafe<'pdf' | 'svg'>(
                Type.String({ enum: ['pdf', 'svg'], default: 'pdf', description: 'SVG: at most 24' }),
              ),
            ),
          }),
          response: {
            200: {
              description: 'sheets of labels',
              content: {
                'application/pdf': { schema: Type.String({ format: 'binary' }) },
                'image/svg+xml': { schema: Type.String() },
              },
            },
          },
        },
      },
      async (request, reply) => {
        const { form, ...asked } = request.query;
        const lot = await findLot(database.sql, request.params.id);
        const range = rangeOf(lot, asked);
        const bytes = await sheetOf(setting, lot, range, form);
        await downloaded(request, lot, range, form);
        reply.type(form === 'pdf' ? 'application/pdf' : 'image/svg+xml');
        reply.header('content-disposition', `inline; filename="${lot.code}.${form}"`);
        return reply.send(bytes as never);
      },
    );

    app.post(
      '/v1/marking/lots/:id/revocations',
      {
        config: { access: MARKING_KINDS },
        schema: {
          operationId: 'revokeMarks',
          tags: ['marking'],
          description:
            'Revokes a mark by its serial, or the whole lot, for good; whoever scans it is told at once.',
          params: ById,
          body: Closed({ serial: Type.Optional(Serial), reason: Reason }),
          response: {
            201: Type.Object({ lot_id: Id, serial: Nullable(Serial), revoked_at: Instant, reason: Reason }),
          },
        },
      },
      (request, reply) => {
        const caller = callerOfGuarded(request);
        const { id } = request.params;
        return attemptMarking(setting, caller, 'mark.revoke', id, () =>
          create(request, reply, database, (tx) => revokeMarks(tx, id, request.body, caller, clock.now())),
        );
      },
    );

    app.post(
      '/v1/marking/keys',
      {
        config: { access: ['staff'], scope: 'operate' },
        schema: {
          operationId: 'rotateMarkKey',
          tags: ['marking'],
          description:
            'Makes the key that signs the marks of every lot from now on; the others stay published.',
          response: { 201: Type.Object({ key: Jwk }) },
        },
      },
      (request, reply) =>
        create(request, reply, database, async (tx) => {
          const { organisation_id, key_id } = callerOfGuarded(request);
          const key = await rotateMarkKey(tx, vault, clock.now());
          const { number, public_key } = key;
          const what = { action: 'mark_key.rotated', subject: String(number), detail: { public_key } };
          await appendAudit(tx, [{ organisation_id, at: clock.now(), actor: key_id, ...what }]);
          return { key: markJwk(key) };
        }),
    );
  };
