import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import type { Caller } from '../accounts/store.ts';
import { Problem } from '../errors.ts';
import { create } from '../http/create.ts';
import { callerOfGuarded, PLEDGE_KINDS } from '../http/guard.ts';
import { Closed, Id, Instant, Nullable, Page, PageQuery, PatentId, page } from '../http/schemas.ts';
import { findPledge } from '../pledges/store.ts';
import type { Service } from '../service.ts';
import { findTable, listTables, loadOwnTable, scorePatent } from './service.ts';
import { type ListedTable, type PledgeScore, scoresOf } from './store.ts';

const MAX_ROWS = 1000;
/** Either way from zero. */
const MAX_POINTS = 1_000_000;

const ById = Closed({ id: Id });
const TableId = Type.String({ minLength: 1, maxLength: 64, description: 'SHA-256 of the table’s content' });
const Code = Type.String({ description: 'code of an indicator' });
const Sha256 = Type.String({ pattern: '^[0-9a-f]{64}$' });
const Points = Type.Number({ minimum: -MAX_POINTS, maximum: MAX_POINTS, description: 'points' });
const Scale = Closed({ least: Points, most: Points }, { description: 'least and greatest score of a leaf' });

const Table = Type.Object({
  id: TableId,
  shipped: Type.Boolean({ description: 'comes with the service; else your own' }),
  standard_version: Type.String(),
  scenarios: Type.Array(Type.String()),
  level_counts: Type.Array(Type.Integer(), {
    description: 'indicators of each level, the first level first',
  }),
  verified_share: Type.Number({
    description: 'share of the indicators that were read in the standard itself',
  }),
  sources: Type.Array(Type.String(), { description: 'where its indicators and weights are from' }),
  loaded_at: Nullable(Instant),
});

const WholeTable = Type.Object({
  ...Table.properties,
  scale: Type.Object(Scale.properties),
  nodes: Type.Array(
    Type.Object({
      indicator_code: Code,
      name: Type.String(),
      parent: Nullable(Code),
      weights: Type.Record(Type.String(), Type.Number(), {
        description: 'by scenario, the share among the siblings',
      }),
      verified: Type.Boolean(),
      source: Type.String(),
    }),
  ),
});

const Column = (maxLength: number, description: string) =>
  Type.Optional(Type.String({ maxLength, description }));

/** Columns are text and none is required here, so that the loader tells of every fault with its row. */
const Row = Closed({
  standard_version: Column(100, 'the same in every row'),
  indicator_code: Column(60, 'code of the indicator'),
  name: Column(200, 'name of the indicator'),
  parent: Column(60, 'code of the indicator above; empty or left out on the first level'),
  scenario: Column(60, 'scenario that the weight is for'),
  weight: Column(30, 'decimal share among the siblings, such as 0.35'),
  verified: Column(5, 'true if read in the standard itself, else false'),
  source: Column(500, 'where name and weight are from'),
});

const NewTable = Closed({
  scale: Scale,
  rows: Type.Array(Row, {
    maxItems: MAX_ROWS,
    description: 'one row for each indicator and scenario, as in a CSV file',
  }),
});

const NewScore = Closed({
  table_id: TableId,
  scenario: Type.String({ minLength: 1, maxLength: 60, description: 'one of the table' }),
  patent_id: PatentId,
  scores: Type.Record(Type.String(), Points, {
    maxProperties: MAX_ROWS,
    description: 'by code of a lowest indicator; one left out is unknown, never 0',
  }),
});

const OF_OWNER = 'null where the table is another organisation’s';

const Score = Type.Object({
  pledge_id: Id,
  number: Type.Integer({ description: 'from 1, within the pledge' }),
  patent_id: PatentId,
  table_id: TableId,
  standard_version: Type.String(),
  scenario: Type.String(),
  score: Type.Number({ description: 'the sum of the contributions' }),
  verified: Type.Boolean({ description: 'every indicator of the table was read in the standard itself' }),
  leaf_count: Type.Integer({ description: 'lowest indicators of the table' }),
  missing_count: Type.Integer({ description: 'lowest indicators without a score' }),
  missing: Nullable(Type.Array(Code, { description: OF_OWNER })),
  contributions: Nullable(
    Type.Array(
      Type.Object({
        indicator_code: Code,
        score: Type.Number(),
        effective_weight: Type.Number({ description: 'share of the whole, missing ones left out' }),
        contribution: Type.Number(),
      }),
      { description: OF_OWNER },
    ),
  ),
  input_sha256: Sha256,
  scored_by: Type.String({ description: 'the organisation that scored' }),
  scored_at: Instant,
});

export const scoringRoutes =
  ({ database, clock }: Service): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.get(
      '/v1/scoring/tables',
      {
        config: { access: PLEDGE_KINDS },
        schema: {
          operationId: 'listScoringTables',
          tags: ['scoring'],
          description:
            'The shipped table of indicators and those the own organisation loaded, in order of id. The shipped one stands in for a standard that could not be read: its weights are placeholders.',
          querystring: Closed(PageQuery),
          response: { 200: Page(Table) },
        },
      },
      async (request) => {
        const { limit, cursor = '' } = request.query;
        const { organisation_id } = callerOfGuarded(request);
        const tables = await listTables(database.sql, organisation_id, cursor, limit + 1);
        return page(tables.map(listed), limit, ({ id }) => id);
      },
    );

    app.get(
      '/v1/scoring/tables/:id',
      {
        config: { access: PLEDGE_KINDS },
        schema: {
          operationId: 'getScoringTable',
          tags: ['scoring'],
          description: 'A whole table, the shipped one or the own organisation’s.',
          params: ById,
          response: { 200: WholeTable },
        },
      },
      async (request) => {
        const { organisation_id } = callerOfGuarded(request);
        const table = await findTable(database.sql, organisation_id, request.params.id);
        const { scale, nodes } = table.content;
        return { ...listed(table), scale, nodes: [...nodes] };
      },
    );

    app.post(
      '/v1/scoring/tables',
      {
        config: { access: ['bank', 'staff'] },
        schema: {
          operationId: 'loadScoringTable',
          tags: ['scoring'],
          description:
            'Loads the organisation’s own licensed table, whole or not at all; errors name row, rule and remedy. No other organisation can see it, it is never changed, and the same content is the same table.',
          body: NewTable,
          response: { 201: Table },
        },
      },
      (request, reply) =>
        create(request, reply, database, async (tx) =>
          listed(await loadOwnTable(tx, request.body, callerOfGuarded(request), clock.now())),
        ),
    );

    app.post(
      '/v1/pledges/:id/scores',
      {
        config: { access: PLEDGE_KINDS },
        schema: {
          operationId: 'scorePatent',
          tags: ['scoring'],
          description:
            'Scores a pledged patent by a table of indicators. The score stands beside the value and never enters it. An indicator without a score is left out and counted, its siblings weigh more.',
          params: ById,
          body: NewScore,
          response: { 201: Score },
        },
      },
      (request, reply) =>
        create(request, reply, database, async (tx) => {
          const caller = callerOfGuarded(request);
          const inputs = { ...request.body, patent_id: request.body.patent_id.toLowerCase() };
          return shown(await scorePatent(tx, request.params.id, inputs, caller, clock.now()), caller);
        }),
    );

    app.get(
      '/v1/pledges/:id/scores',
      {
        config: { access: PLEDGE_KINDS },
        schema: {
          operationId: 'listScores',
          tags: ['scoring'],
          description:
            'Scores of the pledge’s patents, newest first; they stand beside the value and never enter it.',
          params: ById,
          querystring: Closed({
            ...PageQuery,
            cursor: Type.Optional(
              Type.Integer({
                minimum: 1,
                maximum: 2_147_483_647,
                description: 'next_cursor of the page before',
              }),
            ),
          }),
          response: { 200: Page(Score) },
        },
      },
      async (request) => {
        const { limit, cursor = null } = request.query;
        const caller = callerOfGuarded(request);
        const pledge = await findPledge(database.sql, request.params.id, caller);
        if (!pledge) throw new Problem('not_found', 'There is no such pledge.');
        const scores = await scoresOf(database.sql, pledge.id, cursor, limit + 1);
        return page(
          scores.map((score) => shown(score, caller)),
          limit,
          ({ number }) => String(number),
        );
      },
    );
  };

function listed({ id, organisation_id, summary, loaded_at }: ListedTable) {
  return { id, shipped: organisation_id === null, ...summary, loaded_at };
}

/** Codes and weights are the table's, and a table is its owner's alone. */
function shown(stored: PledgeScore, caller: Caller): Type.Static<typeof Score> {
  const { table_owner_id, organisation_id, missing, contributions, ...score } = stored;
  const open = table_owner_id === null || table_owner_id === caller.organisation_id;
  return {
    ...score,
    missing_count: missing.length,
    missing: open ? missing : null,
    contributions: open ? contributions : null,
    scored_by: organisation_id,
  };
}
