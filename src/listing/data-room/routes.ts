import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { attemptOwn } from '../../audit/refusal.ts';
import { Problem } from '../../errors.ts';
import { create } from '../../http/create.ts';
import { callerOfGuarded } from '../../http/guard.ts';
import { Closed, Id, Instant, Nullable, OneOf } from '../../http/schemas.ts';
import type { Service } from '../../service.ts';
import { findDeal } from '../deals/store.ts';
import { ById, MAX_NAME_LENGTH, TRADING } from '../schemas.ts';
import { MAX_DOCUMENT_BYTES, MEDIA_TYPES } from './files.ts';
import { addDocument, letSee, openDocument, requireOwn } from './service.ts';
import { documentsOf, rightsOf, viewsOf } from './store.ts';

/** Of a file in base64, with its name around it. */
const BODY_LIMIT_BYTES = Math.ceil((MAX_DOCUMENT_BYTES * 4) / 3) + 4096;

const Document = Type.Object({
  id: Id,
  listing_id: Id,
  name: Type.String(),
  media_type: OneOf(MEDIA_TYPES, 'kind of file'),
  size_bytes: Type.Integer(),
  sha256: Type.String(),
  added_at: Instant,
});

const DataRoom = Type.Object({
  documents: Type.Array(Document),
  rights: Type.Array(
    Type.Object({ document_id: Id, deal_id: Id, granted_at: Instant, revoked_at: Nullable(Instant) }),
    { description: 'which deal may see which document' },
  ),
  views: Type.Array(Type.Object({ document_id: Id, deal_id: Id, at: Instant }), {
    description: 'by the buyer of a deal, latest first, at most 500',
  }),
});

export const dataRoomRoutes =
  (service: Service): FastifyPluginAsyncTypebox =>
  async (app) => {
    const { database, clock, vault } = service;
    app.post(
      '/v1/listings/:id/documents',
      {
        config: { access: TRADING },
        bodyLimit: BODY_LIMIT_BYTES,
        schema: {
          operationId: 'addDocument',
          tags: ['listings'],
          description: `Puts a file of at most ${MAX_DOCUMENT_BYTES} bytes into the data room of an own listing: ${MEDIA_TYPES.join(', ')}. It is sealed, and seen by nobody else until a right is given.`,
          params: ById,
          body: Closed({
            name: Type.String({ minLength: 1, maxLength: MAX_NAME_LENGTH }),
            media_type: OneOf(MEDIA_TYPES, 'what the file is'),
            content_base64: Type.String({ minLength: 1, maxLength: BODY_LIMIT_BYTES }),
          }),
          response: { 201: Document },
        },
      },
      (request, reply) => {
        const caller = callerOfGuarded(request);
        return attemptOwn(service, caller, 'listing.document.add', () =>
          create(request, reply, database, (tx) =>
            addDocument(tx, vault, request.params.id, request.body, caller, clock.now()),
          ),
        );
      },
    );

    app.get(
      '/v1/listings/:id/data-room',
      {
        config: { access: TRADING },
        schema: {
          operationId: 'getDataRoom',
          tags: ['listings'],
          description: 'All documents of an own listing, who may see which, and who saw them when.',
          params: ById,
          response: { 200: DataRoom },
        },
      },
      async ({ params }) => {
        const { id } = await requireOwn(database.sql, params.id);
        return {
          documents: await documentsOf(database.sql, id),
          rights: await rightsOf(database.sql, id),
          views: await viewsOf(database.sql, id),
        };
      },
    );

    app.get(
      '/v1/listing-deals/:id/documents',
      {
        config: { access: TRADING },
        schema: {
          operationId: 'listDealDocuments',
          tags: ['listings'],
          description: 'Documents that the reader may see in this deal; all of the listing to its seller.',
          params: ById,
          response: { 200: Type.Object({ data: Type.Array(Document) }) },
        },
      },
      async ({ params }) => {
        const deal = await findDeal(database.sql, params.id);
        if (!deal) throw new Problem('not_found', 'There is no such deal.');
        return { data: await documentsOf(database.sql, deal.listing_id) };
      },
    );

    app.post(
      '/v1/listing-deals/:id/documents/:document_id/rights',
      {
        config: { access: TRADING },
        schema: {
          operationId: 'letSeeDocument',
          tags: ['listings'],
          description: 'The seller lets the buyer of a deal see a document, or no longer.',
          params: Closed({ id: Id, document_id: Id }),
          body: Closed({ may_see: Type.Boolean() }),
          response: { 201: Type.Object({ document_id: Id, deal_id: Id, may_see: Type.Boolean() }) },
        },
      },
      (request, reply) => {
        const caller = callerOfGuarded(request);
        const { id: deal_id, document_id } = request.params;
        const { may_see } = request.body;
        return attemptOwn(service, caller, 'listing.document.right', () =>
          create(request, reply, database, async (tx) => {
            await letSee(tx, deal_id, document_id, may_see, caller, clock.now());
            return { document_id, deal_id, may_see };
          }),
        );
      },
    );

    app.post(
      '/v1/listing-deals/:id/documents/:document_id/views',
      {
        config: { access: TRADING, scope: 'read' },
        schema: {
          operationId: 'openDocument',
          tags: ['listings'],
          description:
            'The file itself, for who may see it. What the buyer opens is written down for the seller.',
          params: Closed({ id: Id, document_id: Id }),
          response: { 201: Type.Object({ ...Document.properties, content_base64: Type.String() }) },
        },
      },
      async (request, reply) => {
        const caller = callerOfGuarded(request);
        const { id, document_id } = request.params;
        reply.code(201);
        const { document, bytes } = await database.transaction((tx) =>
          openDocument(tx, vault, id, document_id, caller, clock.now()),
        );
        return { ...document, content_base64: bytes.toString('base64') };
      },
    );
  };
