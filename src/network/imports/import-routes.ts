/** Lists of clients that a desk brings in, and takes out again. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { CLIENT_KINDS } from '../../../models/desk/pipeline.ts';
import { csvOf } from '../../csv.ts';
import { Problem } from '../../errors.ts';
import { create } from '../../http/create.ts';
import { callerOfGuarded, EVERYONE } from '../../http/guard.ts';
import {
  Closed,
  countIn,
  Id,
  Instant,
  Nullable,
  OneOf,
  Page,
  PageQuery,
  page,
  WithDefault,
} from '../../http/schemas.ts';
import type { Service } from '../../service.ts';
import { MAX_CLIENTS, opened } from '../desks/clients.ts';
import { Count, OfDesk } from '../desks/schemas.ts';
import { listClients, requireDesk } from '../desks/store.ts';
import { FIELDS } from './columns.ts';
import { ENCODINGS } from './csv-file.ts';
import {
  commitImport,
  type Import as ImportRecord,
  listImports,
  readList,
  requireImport,
  rowsOf,
  storePreview,
  undoImport,
} from './imports.ts';
import { DUPLICATIONS, REFUSALS } from './judge.ts';
import { IMPORT_BODY_BYTES, MAX_FILE_BYTES, MAX_ROWS } from './limits.ts';

const OUTCOMES = ['accepted', 'duplicate', 'refused'] as const;
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;
const Head = Type.String({ minLength: 1, maxLength: 200 });

const Import = Type.Object({
  id: Id,
  desk_id: Id,
  file_name: Type.String(),
  file_sha256: Type.String({ description: 'of the file, hexadecimal' }),
  format: OneOf(['csv', 'xlsx'], 'of the file'),
  encoding: Type.String(),
  columns: Type.Record(Type.String(), Type.String(), { description: 'name of the column by field' }),
  state: OneOf(['previewed', 'committed', 'undone'], 'of the import'),
  made_at: Instant,
  made_by: Type.String(),
  committed_at: Nullable(Instant),
  undone_at: Nullable(Instant),
  rows: Count,
  accepted: Count,
  duplicate: Count,
  refused: Count,
});

const Row = Type.Object({
  line: Type.Integer({ minimum: 1, description: 'of the file, or row of the sheet' }),
  outcome: OneOf(OUTCOMES, 'what becomes of it'),
  name: Type.String(),
  reason: OneOf(['', ...REFUSALS, ...DUPLICATIONS], 'why it is not accepted'),
  about: Type.String({ description: 'the value, or the name of the other client' }),
  client_id: { ...Nullable(Id), description: 'what it became' },
  kept: {
    ...Nullable(OneOf(['changed', 'tasks', 'handed_over'], '')),
    description: 'why an undo kept that; null where it did not',
  },
});

const OfImport = Closed({ id: Id, import_id: Id });
const access = EVERYONE;
const tags = ['network'];

export const importRoutes =
  ({ database, vault, clock }: Service): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.post(
      '/v1/desks/:id/imports',
      {
        config: { access },
        bodyLimit: IMPORT_BODY_BYTES,
        schema: {
          operationId: 'previewImport',
          tags,
          description: `Reads a list of clients (CSV or XLSX, at most ${MAX_FILE_BYTES} bytes and ${MAX_ROWS} rows) and says what would become of each row. Formulas are never evaluated. Nothing of it is a client before it is committed.`,
          params: OfDesk,
          body: Closed({
            file_name: Type.String({ minLength: 1, maxLength: 200 }),
            content: Type.String({
              minLength: 1,
              maxLength: IMPORT_BODY_BYTES,
              description: 'the file, in base64',
            }),
            encoding: WithDefault({
              ...Nullable(OneOf(ENCODINGS, 'of a CSV file')),
              default: null,
              description: 'of a CSV file; null: found out',
            }),
            columns: WithDefault({
              ...Closed(Object.fromEntries(FIELDS.map((field) => [field, Type.Optional(Head)]))),
              default: {},
              description: 'name of the column by field, where it is not known by itself',
            }),
            kind: WithDefault({
              ...OneOf(CLIENT_KINDS, 'of clients whose row does not say it'),
              default: 'firm',
            }),
          }),
          response: { 201: Import },
        },
      },
      async (request, reply) => {
        const { content, ...rest } = request.body;
        if (!BASE64.test(content))
          throw new Problem('bad_request', '/body/content must be the file in base64.', [
            { pointer: '/body/content', detail: 'is not base64' },
          ]);
        const file = { ...rest, bytes: Buffer.from(content, 'base64') };
        const list = await readList(database.sql, request.params.id, file);
        return create(request, reply, database, async (tx) =>
          shown(
            await storePreview(tx, vault, request.params.id, list, callerOfGuarded(request), clock.now()),
          ),
        );
      },
    );

    app.get(
      '/v1/desks/:id/imports',
      {
        config: { access },
        schema: {
          operationId: 'listImports',
          tags,
          description: 'Newest first.',
          params: OfDesk,
          querystring: Closed(PageQuery),
          response: { 200: Page(Import) },
        },
      },
      async (request) => {
        const { limit, cursor = '' } = request.query;
        await requireDesk(database.sql, request.params.id);
        const found = await listImports(database.sql, request.params.id, cursor, limit + 1);
        return page(found.map(shown), limit, ({ id }) => id);
      },
    );

    app.get(
      '/v1/desks/:id/imports/:import_id/rows',
      {
        config: { access },
        schema: {
          operationId: 'listImportRows',
          tags,
          description: 'Each row of the file with what becomes of it, or became, and why.',
          params: OfImport,
          querystring: Closed({ ...PageQuery, outcome: Type.Optional(OneOf(OUTCOMES, 'of rows')) }),
          response: { 200: Page(Row) },
        },
      },
      async (request) => {
        const { limit, cursor, outcome } = request.query;
        const { id: desk_id, import_id } = request.params;
        await requireImport(database.sql, { desk_id, import_id });
        const after = countIn(cursor) ?? 0;
        const rows = await rowsOf(database.sql, import_id, outcome, after, limit + 1);
        return page(rows, limit, ({ line }) => String(line));
      },
    );

    app.post(
      '/v1/desks/:id/imports/:import_id/commit',
      {
        config: { access },
        schema: {
          operationId: 'commitImport',
          tags,
          description:
            'Makes its accepted rows clients, and those rows whose names are near to others’ that `also` names.',
          params: OfImport,
          body: Closed({
            also: WithDefault(
              Type.Array(Type.Integer({ minimum: 1, maximum: 2_147_483_647 }), {
                maxItems: MAX_ROWS,
                default: [],
                description: 'lines with reason near_name',
              }),
            ),
          }),
          response: { 201: Import },
        },
      },
      (request, reply) =>
        create(request, reply, database, async (tx) => {
          const { id: desk_id, import_id } = request.params;
          const place = { desk_id, import_id };
          return shown(
            await commitImport(tx, vault, place, request.body.also, callerOfGuarded(request), clock.now()),
          );
        }),
    );

    app.post(
      '/v1/desks/:id/imports/:import_id/undo',
      {
        config: { access },
        schema: {
          operationId: 'undoImport',
          tags,
          description:
            'Takes the whole import back. Clients that were changed, worked on or handed over since are kept; their rows say why.',
          params: OfImport,
          response: { 201: Type.Object({ ...Import.properties, removed: Count, kept: Count }) },
        },
      },
      (request, reply) =>
        create(request, reply, database, async (tx) => {
          const { id: desk_id, import_id } = request.params;
          const undone = await undoImport(tx, { desk_id, import_id }, callerOfGuarded(request), clock.now());
          const { removed, kept } = undone;
          return { ...shown(undone), removed, kept };
        }),
    );

    app.get(
      '/v1/desks/:id/clients.csv',
      {
        config: { access },
        schema: {
          operationId: 'exportDeskClients',
          tags,
          description:
            'All clients of a desk as CSV in UTF-8; a cell that a spreadsheet would evaluate gets an apostrophe before it.',
          params: OfDesk,
          response: {
            200: { description: 'one client a line', content: { 'text/csv': { schema: Type.String() } } },
          },
        },
      },
      async (request, reply) => {
        const { id } = request.params;
        await requireDesk(database.sql, id);
        const rows = await listClients(database.sql, id, {}, '', MAX_CLIENTS);
        const clients = await Promise.all(rows.map((row) => opened(vault, row)));
        const body = clients.map((client) => COLUMNS.map((column) => client[column]));
        reply
          .type('text/csv; charset=utf-8')
          .header('content-disposition', `attachment; filename="${id}.csv"`);
        return reply.send(csvOf([[...COLUMNS], ...body]) as never);
      },
    );
  };

const COLUMNS = ['id', 'name', 'kind', 'region', 'registration_number', 'stage', 'contact'] as const;

function shown({ file_sha256, ...made }: ImportRecord) {
  return { ...made, file_sha256: file_sha256.toString('hex') };
}
