import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { Problem } from '../errors.ts';
import { EVERYONE } from '../http/guard.ts';
import { Closed, Nullable, WithDefault } from '../http/schemas.ts';
import type { Service } from '../service.ts';
import { knowledgeMap, MAX_MAP_OWNERS } from './knowledge-map.ts';

const FIELDS = 35;
const FIRST_YEAR = 1790;
const LAST_YEAR = 2200;
const DEFAULT_OWNERS = 20;

const Field = Type.Integer({ minimum: 1, maximum: FIELDS, description: 'WIPO technology field' });
const Year = (value: number) =>
  WithDefault(
    Type.Integer({ minimum: FIRST_YEAR, maximum: LAST_YEAR, default: value, description: 'of filing' }),
  );

const Counts = {
  filings: Type.Integer({ minimum: 0 }),
  grants: Type.Integer({ minimum: 0 }),
  in_force: Type.Integer({ minimum: 0 }),
  ended: Type.Integer({
    minimum: 0,
    description: 'lapsed, expired, surrendered, invalidated, refused, withdrawn',
  }),
};

const KnowledgeMap = Type.Object({
  total: Type.Object(Counts),
  cells: Type.Array(Type.Object({ field: Nullable(Field), filing_year: Type.Integer(), ...Counts }), {
    description: 'by field and year; a field of null where none is known',
  }),
  owners: Type.Array(
    Type.Object({
      owner: Nullable(Type.String({ description: 'first owner, in capitals; null where none is named' })),
      ...Counts,
      fields: Type.Array(Type.Object({ field: Nullable(Field), filings: Type.Integer() })),
    }),
    { description: 'most filings first' },
  ),
  other: Type.Object(Counts, { description: 'all owners that are not told by name' }),
});

export const mapRoutes =
  ({ database }: Service): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.get(
      '/v1/knowledge-map',
      {
        config: { access: EVERYONE },
        schema: {
          operationId: 'getKnowledgeMap',
          tags: ['patents'],
          description: 'Fields, owners and filing years as sums, for drawing.',
          querystring: Closed({
            fields: Type.Optional(Type.Array(Field, { maxItems: FIELDS })),
            office: Type.Optional(Type.String({ pattern: '^[A-Z]{2}$', description: 'WIPO ST.3' })),
            owner: Type.Optional(
              Type.String({ minLength: 1, maxLength: 200, description: 'how the name begins' }),
            ),
            from_year: Year(FIRST_YEAR),
            to_year: Year(LAST_YEAR),
            owners: WithDefault(
              Type.Integer({
                minimum: 0,
                maximum: MAX_MAP_OWNERS,
                default: DEFAULT_OWNERS,
                description: 'told by name',
              }),
            ),
          }),
          response: { 200: KnowledgeMap },
        },
      },
      async (request) => {
        const { fields = [], office = null, owner = null, from_year, to_year, owners } = request.query;
        if (from_year > to_year)
          throw new Problem('refused', `The field from_year, ${from_year}, is after to_year, ${to_year}.`);
        return knowledgeMap(database.sql, { fields, office, owner, from_year, to_year }, owners);
      },
    );
  };
