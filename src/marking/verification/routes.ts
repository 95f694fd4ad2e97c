import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { Problem } from '../../errors.ts';
import {
  Closed,
  Day,
  Id,
  Instant,
  Nullable,
  OneOf,
  Page,
  PageQuery,
  PatentId,
  page,
} from '../../http/schemas.ts';
import type { ModuleSetting } from '../../modules.ts';
import { markJwk, markKeys } from '../marks/keys.ts';
import { Jwk } from '../marks/routes.ts';
import { statements } from '../products/statement.ts';
import { claimMark } from './claim.ts';
import { shownOf } from './shown.ts';
import { placeOf, RESULTS, verifierOf } from './verify.ts';

/** Keys are added and never taken away. */
const KEYS_MAX_AGE_SECONDS = 3_600;
const MAX_SEQ = 2_147_483_647;
export const PLACE_HEADER = 'scan-place';
const MAX_HOLDER_LENGTH = 200;
/** Of headers and address together the server takes no more. */
const MarkText = Type.String({ description: 'the mark as scanned: its address, or the path of it' });
const PlaceText = Type.String({
  maxLength: 6,
  description: `country or region by ISO 3166, such as CN-GD, as far as the holder will tell; the header ${PLACE_HEADER} of a proxy goes first`,
});

const Claimed = Type.Object({
  patent_id: PatentId,
  right_type: Type.String(),
  number: Type.String({ description: 'as it is marked' }),
  granted_on: Nullable(Day),
});
const Ended = Type.Object({ ...Claimed.properties, legal_state: Type.String(), since: Nullable(Day) });

const Shown = Type.Object({
  result: OneOf(RESULTS, 'unknown: not a mark of ours, whatever is wrong with it'),
  reason: Nullable(OneOf(['scans_far_apart', 'copied'] as const, 'why it is suspicious')),
  mark: Nullable(
    Type.Object({
      product: Type.String(),
      owner: Type.String(),
      gtin: Nullable(Type.String()),
      lot: Type.String(),
      serial: Type.String(),
      product_id: Id,
      patents: Type.Array(Claimed, { description: 'in force now' }),
      ended: Type.Array(Ended, { description: 'not in force any more' }),
      said_at: Instant,
      statement_sha256: Type.String(),
      claimed_at: Nullable(Instant),
    }),
  ),
});

const Receipt = Type.Object({
  receipt_id: Id,
  product: Type.String(),
  owner: Type.String(),
  lot: Type.String(),
  serial: Type.String(),
  claimed_at: Instant,
  receipt: Type.String({ description: 'JSON Web Signature (RFC 7515) by a key of /v1/marks/keys' }),
});

const Said = Type.Object({
  seq: Type.Integer({ minimum: 1 }),
  at: Instant,
  said: Type.Object({
    product: Type.String(),
    owner: Type.String(),
    gtin: Nullable(Type.String()),
    state: Type.String({ description: 'certified or revoked' }),
    patents: Type.Array(Claimed),
    ended: Type.Array(Ended),
  }),
  sha256: Type.String({ description: 'of the statement and of all before it' }),
});

const PUBLIC = { access: 'public' } as const;

/** For anybody: no key, and nothing of whoever asks is kept but a place that was told. */
export const verificationRoutes =
  (setting: ModuleSetting): FastifyPluginAsyncTypebox =>
  async (app) => {
    const { service } = setting;
    const { system } = service;
    const verifier = verifierOf(service, app.log);
    app.addHook('onClose', () => verifier.recorder.close());

    app.get(
      '/v1/marks/verification',
      {
        config: PUBLIC,
        schema: {
          operationId: 'verifyMark',
          tags: ['marking'],
          description:
            'Whether a mark is genuine, for apps that scan. Whatever is not signed by us is unknown, in the same words. The scan is recorded with its coarse place, for 90 days.',
          querystring: Closed({ mark: MarkText, place: Type.Optional(PlaceText) }),
          response: { 200: Shown },
        },
      },
      async ({ query, headers }) =>
        shownOf(await verifier.verify(query.mark, placeOf(headers[PLACE_HEADER], query.place))),
    );

    app.post(
      '/v1/marks/claims',
      {
        config: PUBLIC,
        schema: {
          operationId: 'claimMark',
          tags: ['marking'],
          description:
            'Claims a thing by the hidden code of its mark, once and for good, against a receipt that anybody can verify with the published keys.',
          body: Closed({
            mark: MarkText,
            code: Type.String({ maxLength: 40, description: 'ten letters and digits' }),
            holder: Type.Optional(
              Type.String({
                minLength: 1,
                maxLength: MAX_HOLDER_LENGTH,
                description: 'what the holder wants to prove it by; its SHA-256 goes into the receipt',
              }),
            ),
            place: Type.Optional(PlaceText),
          }),
          response: { 201: Receipt },
        },
      },
      async ({ body: { place, ...claim }, headers }, reply) => {
        reply.code(201);
        return claimMark(service, verifier, claim, placeOf(headers[PLACE_HEADER], place));
      },
    );

    app.get(
      '/v1/marks/keys',
      {
        config: PUBLIC,
        schema: {
          operationId: 'listMarkKeys',
          tags: ['marking'],
          description:
            'Public keys that marks and receipts are verified with, without asking us (RFC 7517, RFC 8037), newest first; none is ever taken away.',
          response: { 200: Type.Object({ keys: Type.Array(Jwk) }) },
        },
      },
      async (_request, reply) => {
        reply.header('cache-control', `public, max-age=${KEYS_MAX_AGE_SECONDS}`);
        return { keys: (await markKeys(system.sql)).map(markJwk) };
      },
    );

    app.get(
      '/v1/marks/products/:id/statements',
      {
        config: PUBLIC,
        schema: {
          operationId: 'listStatements',
          tags: ['marking'],
          description:
            'What the public page of a product said of its patents, from when on, newest first: each statement has the hash of itself and of all before it.',
          params: Closed({ id: Id }),
          querystring: Closed({
            limit: PageQuery.limit,
            cursor: Type.Optional(
              Type.Integer({ minimum: 1, maximum: MAX_SEQ, description: 'next_cursor of the page before' }),
            ),
          }),
          response: { 200: Page(Said) },
        },
      },
      async ({ params, query: { limit, cursor } }) => {
        const found = await statements(system.sql, params.id, limit + 1, cursor);
        if (found.length === 0 && cursor === undefined)
          throw new Problem('not_found', 'There is no such product with a public page.');
        return page(found, limit, ({ seq }) => String(seq));
      },
    );
  };
