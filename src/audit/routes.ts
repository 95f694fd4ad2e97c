import { Readable } from 'node:stream';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { callerOfGuarded, EVERYONE } from '../http/guard.ts';
import { Closed, Id, Instant, Page, PageQuery, page } from '../http/schemas.ts';
import type { Service } from '../service.ts';
import { exportLines, listEntries, listHeads } from './read.ts';

const Sha256 = Type.String({ pattern: '^[0-9a-f]{64}$', description: 'of the entry and of all before it' });
const Seq = Type.Integer({ minimum: 1, description: 'counts the entries of the chain' });
const Text = Type.String({ minLength: 1, maxLength: 200 });
const When = Type.String({ format: 'date-time' });
const MAX_SEQ = 999_999_999_999_999;

/** A page of a chain goes on after a sequence number. */
const ChainQuery = {
  limit: PageQuery.limit,
  cursor: Type.Optional(
    Type.Integer({ minimum: 0, maximum: MAX_SEQ, description: 'next_cursor of the page before' }),
  ),
};

const Entry = Type.Object({
  seq: Seq,
  at: Instant,
  actor: Type.String({ description: 'API key, or job' }),
  action: Type.String(),
  subject: Type.String({ description: 'id of the thing concerned' }),
  detail: Type.Record(Type.String(), Type.Unknown()),
  sha256: Sha256,
});

const Head = Type.Object({ seq: Seq, sha256: Sha256, published_at: Instant });

export const auditRoutes =
  ({ database }: Service): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.get(
      '/v1/audit',
      {
        config: { access: EVERYONE },
        schema: {
          operationId: 'listAuditEntries',
          tags: ['audit'],
          description:
            'The own organisation’s audit entries in the order of their chain; staff too read only their own.',
          querystring: Closed({
            ...ChainQuery,
            action: Type.Optional(Text),
            subject: Type.Optional(Id),
            actor: Type.Optional(Text),
            from: Type.Optional({ ...When, description: 'earliest instant' }),
            to: Type.Optional({ ...When, description: 'instant before which it was written' }),
          }),
          response: { 200: Page(Entry) },
        },
      },
      async (request) => {
        const { limit, cursor = 0, from, to, ...filter } = request.query;
        const instants = { ...(from && { from: new Date(from) }), ...(to && { to: new Date(to) }) };
        const { organisation_id } = callerOfGuarded(request);
        const asked = { ...filter, ...instants };
        const entries = await listEntries(database.sql, organisation_id, asked, cursor, limit + 1);
        return page(entries, limit, ({ seq }) => String(seq));
      },
    );

    app.get(
      '/v1/audit/export',
      {
        config: { access: EVERYONE },
        schema: {
          operationId: 'exportAuditChain',
          tags: ['audit'],
          description:
            'The own chain as JSON Lines, so that anybody can verify it without this service: each `sha256` is the SHA-256 of the one before it (32 zero bytes at first) followed by the text `entry`.',
          querystring: Closed({
            after: Type.Optional(
              Type.Integer({ minimum: 0, maximum: MAX_SEQ, description: 'last seq of an earlier export' }),
            ),
          }),
          response: {
            200: {
              description: 'one JSON object a line, with `entry` and `sha256`',
              content: { 'application/x-ndjson': { schema: Type.String() } },
            },
          },
        },
      },
      async (request, reply) => {
        const lines = exportLines(database.sql, callerOfGuarded(request), request.query.after ?? 0);
        return reply.type('application/x-ndjson').send(Readable.from(lines, { objectMode: false }) as never);
      },
    );

    app.get(
      '/v1/audit/heads',
      {
        config: { access: EVERYONE },
        schema: {
          operationId: 'listAuditHeads',
          tags: ['audit'],
          description:
            'Heads of the own chain as they were published daily by `audit.head`, oldest first: an export must pass through each of them.',
          querystring: Closed(ChainQuery),
          response: { 200: Page(Head) },
        },
      },
      async (request) => {
        const { limit, cursor = 0 } = request.query;
        const { organisation_id } = callerOfGuarded(request);
        const heads = await listHeads(database.sql, organisation_id, cursor, limit + 1);
        return page(heads, limit, ({ seq }) => String(seq));
      },
    );
  };
