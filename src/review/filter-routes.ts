import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { REVIEW_STATES } from '../../models/review.ts';
import { SEVERITIES } from '../../models/risk/rule.ts';
import { actingOf, personOf } from '../http/guard.ts';
import { Closed, Nullable, OneOf } from '../http/schemas.ts';
import type { Service } from '../service.ts';
import {
  casesOf,
  MAX_FILTER_NAME_CHARACTERS,
  MAX_FILTERS_A_PERSON,
  removeFilter,
  savedFilters,
  saveFilter,
} from './filters.ts';
import { queueShares } from './store.ts';

/** Own things of who signed in, whatever the role. */
const PEOPLE = { access: ['staff'], scope: 'read', people: true } as const;

export const FilterName = Type.String({
  minLength: 1,
  maxLength: MAX_FILTER_NAME_CHARACTERS,
  pattern: '^\\S(.*\\S)?$',
  description: 'no white space at its ends',
});
const What = {
  state: Nullable(OneOf(REVIEW_STATES, 'only those; null for any')),
  severity: Nullable(OneOf(SEVERITIES, 'only those; null for any')),
  mine: Type.Boolean({ description: 'only cases that the person has taken on' }),
};
const ByName = Closed({ name: FilterName });

export const reviewFilterRoutes =
  ({ database, clock }: Service): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.get(
      '/v1/review-filters',
      {
        config: PEOPLE,
        schema: {
          operationId: 'listReviewFilters',
          tags: ['review'],
          description:
            'The own saved filters of the queue by name, each with how many open cases it finds now.',
          response: {
            200: Type.Object({
              data: Type.Array(
                Type.Object({ name: FilterName, ...What, cases: Type.Integer({ minimum: 0 }) }),
                { maxItems: MAX_FILTERS_A_PERSON },
              ),
            }),
          },
        },
      },
      async (request) => {
        const { sql } = database;
        const { person_id } = personOf(request);
        const shares = await queueShares(sql, person_id, clock.now());
        const saved = await savedFilters(sql, person_id);
        return { data: saved.map((filter) => ({ ...filter, cases: casesOf(filter, shares) })) };
      },
    );

    app.put(
      '/v1/review-filters/:name',
      {
        config: PEOPLE,
        schema: {
          operationId: 'saveReviewFilter',
          tags: ['review'],
          description: `Saves a filter under a name, in place of what had it. A person has at most ${MAX_FILTERS_A_PERSON}.`,
          params: ByName,
          body: Closed({
            ...What,
            instead_of: Type.Optional({
              ...FilterName,
              description: 'name that it had before, to rename it',
            }),
          }),
          response: { 204: Type.Null() },
        },
      },
      async (request, reply) => {
        const { state, severity, mine, instead_of } = request.body;
        const filter = { name: request.params.name, state, severity, mine, instead_of };
        await database.transaction((tx) => saveFilter(tx, actingOf(request), filter, clock.now()));
        return reply.code(204).send(null);
      },
    );

    app.delete(
      '/v1/review-filters/:name',
      {
        config: PEOPLE,
        schema: {
          operationId: 'deleteReviewFilter',
          tags: ['review'],
          description: 'Deletes one of the own filters, if there is one of that name.',
          params: ByName,
          response: { 204: Type.Null() },
        },
      },
      async (request, reply) => {
        await removeFilter(database.sql, personOf(request).person_id, request.params.name);
        return reply.code(204).send(null);
      },
    );
  };
