import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type, { type TSchema } from 'typebox';
import { create } from '../../http/create.ts';
import { callerOfGuarded } from '../../http/guard.ts';
import { Closed, Day, Id, Instant, Nullable, OneOf, PatentId, WithDefault } from '../../http/schemas.ts';
import type { Service } from '../../service.ts';
import { DRAFTING } from '../drafts/routes.ts';
import { AVersion, ById, Sha256 } from '../drafts/schemas.ts';
import { findDraft } from '../drafts/store.ts';
import { scoreSearch, scoresOf } from './score.ts';
import { MAX_FOUND, repeatSearch, searchPriorArt } from './service.ts';
import { findSearch, listSearches } from './store.ts';

const DEFAULT_FOUND = 20;
const BySearch = Closed({ id: Id, search_id: Id });
const Rank = Nullable(Type.Integer());

const Found = Type.Object({
  patent_id: PatentId,
  title: Nullable(Type.String()),
  office: Type.String(),
  application_number: Type.String(),
  published_on: Nullable(Day),
  score: Type.Number({ description: 'sum of 1 / (60 + rank) over the lists' }),
  ranks: Type.Object({ text: Rank, classes: Rank, citations: Rank }),
  terms: Type.Array(Type.String(), { description: 'words shared, the rarest first' }),
  classes: Type.Array(Type.String(), { description: 'narrowest class levels shared' }),
  citations: Type.Array(Type.Object({ relation: Type.String(), patent_id: Nullable(PatentId) })),
});

const Cell = Type.Object({
  verdict: OneOf(
    ['disclosed', 'partly', 'not_found', 'not_compared'],
    'by the words shared; a person must read',
  ),
  similarity: Nullable(Type.Number({ minimum: 0, maximum: 1 })),
  quote: Nullable(Type.String()),
  place: Nullable(Type.Object({ part: Type.String(), number: Type.Integer() })),
});

const Head = {
  id: Id,
  version: Type.Integer(),
  filed_before: Nullable(Day),
  corpus: Type.Object({
    documents: Type.Integer({ description: 'that could be found' }),
    as_of: Type.String({ description: 'day on which the database was asked' }),
  }),
  sha256: Type.String({ ...Sha256, description: 'of what was asked and found' }),
  author_id: Type.String(),
  searched_at: Instant,
};

const Search = Type.Object({
  ...Head,
  query: Type.Object({
    draft: Type.Object({
      title: Type.String(),
      abstract: Type.String(),
      claims: Type.String(),
      classes: Type.Array(Type.String()),
      cited: Type.Array(Type.String()),
      filed_before: Nullable(Day),
    }),
    limit: Type.Integer(),
  }),
  found: Type.Array(Found),
  matrix: Type.Object({
    features: Type.Array(
      Type.Object({ claim: Type.Integer(), independent: Type.Boolean(), text: Type.String() }),
    ),
    documents: Type.Array(
      Type.Object({
        patent_id: PatentId,
        cells: Type.Array(Cell, { description: 'one a feature, in their order' }),
      }),
    ),
  }),
});

const Ranged = { value: Type.Number(), low: Type.Number(), high: Type.Number() };
const Indicator = Nullable(
  Type.Object({ ...Ranged, of: Type.Integer({ description: 'the count that it rests on' }) }),
);

const Score = Type.Object({
  search_id: Id,
  version: Type.Integer(),
  patentability: Type.Object(
    {
      ...Ranged,
      claim: Type.Integer({ description: 'the most threatened independent one' }),
      novelty: Type.Object(Ranged),
      step: Type.Object(Ranged),
      compared: Type.Integer(),
      features: Type.Integer(),
    },
    { description: 'an index from 0 to 100, no probability of grant' },
  ),
  error_findings: Type.Integer(),
  field: Nullable(Type.Integer({ description: 'WIPO technology field of the first class' })),
  market: Nullable(
    Type.Object(
      { growth: Indicator, kept: Indicator, granted: Indicator, cited: Indicator },
      { description: 'of the field, each with an 80 per cent interval; null where nothing is known' },
    ),
  ),
  cited_cohort_year: Nullable(Type.Integer()),
  scored_at: Instant,
});

const listOf = (item: TSchema) => Type.Object({ data: Type.Array(item) });

export const priorArtRoutes =
  ({ database, clock }: Service): FastifyPluginAsyncTypebox =>
  async (app) => {
    const { sql } = database;

    app.post(
      '/v1/filing/drafts/:id/searches',
      {
        config: { access: DRAFTING },
        schema: {
          operationId: 'searchFilingPriorArt',
          tags: ['filing'],
          description:
            'Searches the patent database for a version of the draft, compares the features of its claims with passages of the first documents, and keeps all of it.',
          params: ById,
          body: Closed({
            version: Type.Optional(AVersion),
            filed_before: WithDefault(Nullable(Day)),
            limit: WithDefault(Type.Integer({ minimum: 1, maximum: MAX_FOUND, default: DEFAULT_FOUND })),
          }),
          response: { 201: Search },
        },
      },
      (request, reply) =>
        create(request, reply, database, (tx) => {
          const { filed_before = null, ...asked } = request.body;
          const who = callerOfGuarded(request);
          return searchPriorArt(tx, request.params.id, { ...asked, filed_before }, who, clock.now());
        }),
    );

    app.get(
      '/v1/filing/drafts/:id/searches',
      {
        config: { access: DRAFTING },
        schema: {
          operationId: 'listFilingSearches',
          tags: ['filing'],
          description: 'Newest first.',
          params: ById,
          response: {
            200: listOf(Type.Object({ ...Head, found: Type.Integer({ description: 'patents' }) })),
          },
        },
      },
      async (request) => {
        await findDraft(sql, request.params.id);
        return { data: await listSearches(sql, request.params.id) };
      },
    );

    app.get(
      '/v1/filing/drafts/:id/searches/:search_id',
      {
        config: { access: DRAFTING },
        schema: {
          operationId: 'getFilingSearch',
          tags: ['filing'],
          params: BySearch,
          response: { 200: Search },
        },
      },
      async (request) => {
        await findDraft(sql, request.params.id);
        return findSearch(sql, request.params.id, request.params.search_id);
      },
    );

    app.post(
      '/v1/filing/drafts/:id/searches/:search_id/repeat',
      {
        config: { access: DRAFTING, scope: 'read' },
        schema: {
          operationId: 'repeatFilingSearch',
          tags: ['filing'],
          description: 'Asks the same again of the database as it stands; nothing is stored.',
          params: BySearch,
          response: {
            200: Type.Object({
              same: Type.Boolean({ description: 'the same patents with the same ranks and reasons' }),
              sha256: Sha256,
              documents_then: Type.Integer(),
              documents_now: Type.Integer(),
              came: Type.Array(PatentId),
              went: Type.Array(PatentId),
            }),
          },
        },
      },
      async (request) => {
        await findDraft(sql, request.params.id);
        return repeatSearch(sql, request.params.id, request.params.search_id);
      },
    );

    app.post(
      '/v1/filing/drafts/:id/searches/:search_id/score',
      {
        config: { access: DRAFTING },
        schema: {
          operationId: 'scoreFilingSearch',
          tags: ['filing'],
          description:
            'Scores the version that was searched for: patentability by the novelty matrix and the findings, and how its technology field does. Asked again, the first answer stands.',
          params: BySearch,
          response: { 201: Score },
        },
      },
      (request, reply) =>
        create(request, reply, database, async (tx) => {
          await findDraft(tx, request.params.id);
          return scoreSearch(tx, request.params.id, request.params.search_id, clock.now());
        }),
    );

    app.get(
      '/v1/filing/drafts/:id/scores',
      {
        config: { access: DRAFTING },
        schema: {
          operationId: 'listFilingScores',
          tags: ['filing'],
          description: 'Newest first.',
          params: ById,
          response: { 200: listOf(Score) },
        },
      },
      async (request) => {
        await findDraft(sql, request.params.id);
        return { data: await scoresOf(sql, request.params.id) };
      },
    );
  };
