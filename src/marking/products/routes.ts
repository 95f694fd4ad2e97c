import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import type { Caller } from '../../accounts/store.ts';
import { attempt } from '../../audit/refusal.ts';
import { create } from '../../http/create.ts';
import { callerOfGuarded } from '../../http/guard.ts';
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
import { examinePatents } from './patents.ts';
import {
  certifyProduct,
  findProduct,
  MAX_COUNTRIES,
  MAX_PATENTS,
  revokeProduct,
  submitProduct,
} from './service.ts';
import { listProducts, STATES } from './store.ts';

/** Who marks products, and who certifies them. */
export const MARKING_KINDS = ['firm', 'staff'] as const;

export const Country = Type.String({ pattern: '^[A-Z]{2}$', description: 'ISO 3166-1' });
export const Reason = Type.String({ minLength: 1, maxLength: 500 });
const Decision = OneOf(['certified', 'refused'] as const, 'of staff');

const Product = Type.Object({
  id: Id,
  organisation_id: Id,
  owner: Type.String({ description: 'name of the organisation' }),
  name: Type.String(),
  gtin: Nullable(Type.String({ description: '14 digits' })),
  territory: Type.Array(Country, { description: 'where it is sold; empty: anywhere' }),
  state: OneOf(STATES, 'whether marks may be issued'),
  submitted_at: Instant,
  revoked_at: Nullable(Instant),
  revoke_reason: Nullable(Type.String()),
  patent_ids: Type.Array(PatentId),
  certification: Nullable(Type.Object({ decision: Decision, note: Type.String(), decided_at: Instant })),
});

const Examined = Type.Object({
  patent_id: PatentId,
  office: Type.String(),
  application_number: Type.String(),
  right_type: Type.String(),
  number: Type.String({ description: 'as it is marked' }),
  legal_state: Type.String(),
  since: Nullable(Day),
  granted_on: Nullable(Day),
  expires_on: Nullable(Day),
  owners: Type.Array(Type.String(), { description: 'as the latest document or transfer names them' }),
  owner_match: OneOf(
    ['same', 'possible', 'not_told', 'other'] as const,
    'whether they are the product’s owner, as far as spelling tells',
  ),
});

export const ById = Closed({ id: Id });

/** Tries what concerns one product; what is refused goes to the own chain. */
export function attemptMarking<T>(
  { service }: ModuleSetting,
  caller: Caller,
  action: string,
  subject: string,
  work: () => Promise<T>,
): Promise<T> {
  return attempt(
    service,
    { caller, action, subject },
    async ({ code }) => (code === 'not_found' ? [] : [caller.organisation_id]),
    work,
  );
}

export const productRoutes =
  (setting: ModuleSetting): FastifyPluginAsyncTypebox =>
  async (app) => {
    const { database, clock } = setting.service;
    app.post(
      '/v1/marking/products',
      {
        config: { access: ['firm'] },
        schema: {
          operationId: 'submitProduct',
          tags: ['marking'],
          description:
            'Submits a product with the patents that cover it. Each must be known, in force today and in the own name. Staff certify it before marks are issued.',
          body: Closed({
            name: Type.String({ minLength: 1, maxLength: 200 }),
            gtin: Type.Optional(
              Type.String({ minLength: 8, maxLength: 20, description: 'GTIN of 8 to 14 digits' }),
            ),
            territory: Type.Array(Country, { maxItems: MAX_COUNTRIES, uniqueItems: true }),
            patent_ids: Type.Array(PatentId, { minItems: 1, maxItems: MAX_PATENTS, uniqueItems: true }),
          }),
          response: { 201: Product },
        },
      },
      (request, reply) => {
        const caller = callerOfGuarded(request);
        return attemptMarking(setting, caller, 'marked_product.submit', caller.organisation_id, () =>
          create(request, reply, database, (tx) => submitProduct(tx, request.body, caller, clock.now())),
        );
      },
    );

    app.get(
      '/v1/marking/products',
      {
        config: { access: MARKING_KINDS },
        schema: {
          operationId: 'listProducts',
          tags: ['marking'],
          description: 'The own products, and to staff all, newest first.',
          querystring: Closed({ ...PageQuery, state: Type.Optional(OneOf(STATES, 'those alone')) }),
          response: { 200: Page(Product) },
        },
      },
      async ({ query: { limit, cursor, state } }) => {
        const found = await listProducts(database.sql, { state, after: cursor, limit: limit + 1 });
        return page(found, limit, ({ id }) => id);
      },
    );

    app.get(
      '/v1/marking/products/:id',
      {
        config: { access: MARKING_KINDS },
        schema: {
          operationId: 'getProduct',
          tags: ['marking'],
          params: ById,
          response: { 200: Product },
        },
      },
      ({ params }) => findProduct(database.sql, params.id),
    );

    app.get(
      '/v1/marking/products/:id/patents',
      {
        config: { access: MARKING_KINDS },
        schema: {
          operationId: 'examineProduct',
          tags: ['marking'],
          description:
            'The patents of a product as they stand today, and whose they are: what staff certify on.',
          params: ById,
          response: { 200: Type.Object({ data: Type.Array(Examined) }) },
        },
      },
      async ({ params }) => {
        const { patent_ids, owner } = await findProduct(database.sql, params.id);
        return { data: await examinePatents(database.sql, patent_ids, owner, clock.now()) };
      },
    );

    app.post(
      '/v1/marking/products/:id/certification',
      {
        config: { access: ['staff'], scope: 'review' },
        schema: {
          operationId: 'certifyProduct',
          tags: ['marking'],
          description:
            'Certifies a product or refuses it, once, with what was seen. A patent that is not in force, or in another’s name, cannot be certified.',
          params: ById,
          body: Closed({ decision: Decision, note: Reason }),
          response: { 201: Product },
        },
      },
      (request, reply) => {
        const caller = callerOfGuarded(request);
        const { id } = request.params;
        return attemptMarking(setting, caller, 'marked_product.certify', id, () =>
          create(request, reply, database, (tx) => certifyProduct(tx, id, request.body, caller, clock.now())),
        );
      },
    );

    app.post(
      '/v1/marking/products/:id/revocation',
      {
        config: { access: MARKING_KINDS },
        schema: {
          operationId: 'revokeProduct',
          tags: ['marking'],
          description: 'Revokes a product with all its marks, for good.',
          params: ById,
          body: Closed({ reason: Reason }),
          response: { 201: Product },
        },
      },
      (request, reply) => {
        const caller = callerOfGuarded(request);
        const { id } = request.params;
        return attemptMarking(setting, caller, 'marked_product.revoke', id, () =>
          create(request, reply, database, (tx) =>
            revokeProduct(tx, id, request.body.reason, caller, clock.now()),
          ),
        );
      },
    );
  };
