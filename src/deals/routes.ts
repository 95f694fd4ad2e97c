import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import Type from 'typebox';
import { VALUATION_CURRENCY } from '../../models/valuation.ts';
import type { FieldProblem } from '../errors.ts';
import { create } from '../http/create.ts';
import { callerOfGuarded, PLEDGE_KINDS } from '../http/guard.ts';
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
} from '../http/schemas.ts';
import type { Service } from '../service.ts';
import { type ImportRow, importDeals, recordDeal } from './service.ts';
import { type GivenDeal, listDeals } from './store.ts';

const MAX_IMPORTED_DEALS = 1000;
const IMPORT_LIMIT_BYTES = 1_048_576;
const MAX_CLAIMS = 10_000;

const Given = {
  reference: Type.String({
    minLength: 1,
    maxLength: 200,
    description: 'your own name for the deal, used once',
  }),
  patent_id: Nullable(PatentId),
  right_type: OneOf(['invention', 'utility_model', 'design'], 'what is protected'),
  claims: Nullable(Type.Integer({ minimum: 1, maximum: MAX_CLAIMS, description: 'null where not known' })),
  filed_on: Day,
  dealt_on: Day,
  price_minor: Type.Integer({
    minimum: 1,
    maximum: Number.MAX_SAFE_INTEGER,
    description: 'paid for this one patent, minor units',
  }),
  currency: Type.Literal(VALUATION_CURRENCY),
};

const NewDeal = Closed(Given);

const Deal = Type.Object({
  id: Id,
  ...Given,
  currency: Type.String(),
  source: OneOf(
    ['own', 'imported', 'platform'],
    'made by who recorded it, brought in from outside, or closed here and found on the register',
  ),
  organisation_id: Nullable(Type.String({ description: 'who recorded it; null for one closed here' })),
  known_at: Instant,
});

const COUNTS =
  'Prices are private: only the own organisation and staff can read them; of those that staff imported, or that were closed here, the market model of all valuations counts each from the next monthly fit on.';

export const dealRoutes =
  ({ database, clock }: Service): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.get(
      '/v1/deals',
      {
        config: { access: PLEDGE_KINDS },
        schema: {
          operationId: 'listDeals',
          tags: ['deals'],
          description: 'Deals that the own organisation recorded, all of them for staff, in order of id.',
          querystring: Closed(PageQuery),
          response: { 200: Page(Deal) },
        },
      },
      async (request) => {
        const { limit, cursor = '' } = request.query;
        const deals = await listDeals(database.sql, callerOfGuarded(request), cursor, limit + 1);
        return page(deals, limit, ({ id }) => id);
      },
    );

    app.post(
      '/v1/deals',
      {
        config: { access: PLEDGE_KINDS },
        schema: {
          operationId: 'recordDeal',
          tags: ['deals'],
          description: `Records what was paid for one Chinese patent. ${COUNTS}`,
          body: NewDeal,
          response: { 201: Deal },
        },
      },
      (request, reply) =>
        create(request, reply, database, (tx) =>
          recordDeal(tx, uniform(request.body), callerOfGuarded(request), clock.now()),
        ),
    );

    app.post(
      '/v1/deals/import',
      {
        config: { access: ['staff'], scope: 'operate' },
        // A bad row is left to importRows: all of them are named, not only the first.
        attachValidation: true,
        bodyLimit: IMPORT_LIMIT_BYTES,
        schema: {
          operationId: 'importDeals',
          tags: ['deals'],
          description: `Records deals of others, all or none; every bad row is named by its index, field and reason. ${COUNTS}`,
          body: Type.Array(NewDeal, { minItems: 1, maxItems: MAX_IMPORTED_DEALS }),
          response: { 201: Type.Object({ recorded: Type.Integer() }) },
        },
      },
      (request, reply) => {
        const rows = importRows(request);
        return create(request, reply, database, async (tx) => ({
          recorded: await importDeals(tx, rows, callerOfGuarded(request), clock.now()),
        }));
      },
    );
  };

/** Each row by itself. @throws the validator's error when the body is not a list of so many */
function importRows(request: FastifyRequest): ImportRow[] {
  const rows = request.body;
  if (!Array.isArray(rows) || rows.length === 0 || rows.length > MAX_IMPORTED_DEALS)
    throw request.validationError!;
  const isDeal = request.compileValidationSchema(NewDeal, 'body');
  return rows.map((row) => (isDeal(row) ? { deal: uniform(row) } : { fault: faultIn(isDeal.errors![0]!) }));
}

type Fault = NonNullable<ReturnType<FastifyRequest['compileValidationSchema']>['errors']>[number];

function faultIn({ instancePath, message = 'does not fit', params }: Fault): FieldProblem {
  const { missingProperty, additionalProperty, allowedValue, allowedValues } = params as Record<
    string,
    unknown
  >;
  if (missingProperty !== undefined) return { pointer: `/${missingProperty}`, detail: 'is missing' };
  if (additionalProperty !== undefined)
    return { pointer: `/${additionalProperty}`, detail: 'is no field of a deal' };
  const allowed = allowedValues ?? allowedValue;
  const detail = allowed === undefined ? message : `must be ${String(allowed).replaceAll(',', ', ')}`;
  return { pointer: instancePath, detail };
}

/** Ids are kept in small letters. */
function uniform(given: GivenDeal): GivenDeal {
  return { ...given, patent_id: given.patent_id?.toLowerCase() ?? null };
}
