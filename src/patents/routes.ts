import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { ENCUMBRANCE_KINDS } from '../../models/encumbrances.ts';
import { asOf } from '../clock.ts';
import { Problem } from '../errors.ts';
import { EVERYONE } from '../http/guard.ts';
import {
  AsOfQuery,
  Closed,
  Currency,
  Day,
  Instant,
  Minor,
  Nullable,
  OneOf,
  PageQuery,
  PatentId,
} from '../http/schemas.ts';
import type { Service } from '../service.ts';
import { citationCounts, cpcSymbols, priorities, simpleFamily } from './bibliography.ts';
import { knownPatents } from './facts.ts';
import { owners } from './owners.ts';

const ListedPatent = Type.Object({
  patent_id: PatentId,
  office: Type.String({ description: 'WIPO ST.3' }),
  application_number: Type.String(),
  right_type: OneOf(['invention', 'utility_model', 'design'], 'kind of right'),
});

const Encumbrance = Type.Object({
  kind: OneOf(ENCUMBRANCE_KINDS, 'what burdens the right'),
  number: Nullable(Type.String({ description: 'reel/frame or registration number' })),
  source_code: Nullable(Type.String()),
  effective_on: Nullable(Day),
  opened_on: Day,
  changed_on: Nullable(Day),
  released_on: Nullable(Day),
  released_by: Nullable(OneOf(['number', 'kind'], 'a number is proof, the kind alone a guess')),
});

const Owner = Type.Object({
  role: OneOf(['owner', 'applicant'], 'as what the document names the person'),
  name: Type.String({ description: 'in the spelling of the source' }),
  country: Nullable(Type.String({ description: 'two letters' })),
  source: Type.String(),
  published_on: Nullable(Type.String({ format: 'date', description: 'of the document that names them' })),
});

const Priority = Type.Object({
  office: Type.String({ description: 'WIPO ST.3' }),
  number: Type.String({ description: 'application number' }),
  filed_on: Nullable(Day),
});

const Count = Nullable(Type.Integer({ minimum: 0 }));

const Citations = Type.Object(
  {
    published_on: Nullable(Day),
    backward: Count,
    literature: Count,
    forward: Count,
    forward_5_years: Count,
    forward_7_years: Count,
  },
  {
    description:
      'counts of the known: documents and literature cited by it, patents that cite it, and those within 5 and 7 years of its publication; null where nothing could be counted',
  },
);

const Patent = Type.Object({
  ...ListedPatent.properties,
  filed_on: Day,
  granted_on: Nullable(Day),
  legal_state: Type.String({ description: 'state of the right in law as far as the signals tell' }),
  legal_state_since: Nullable(Day),
  restorable_until: Nullable(Day),
  partly_invalidated: Type.Boolean({ description: 'claims were lost while the right lived on' }),
  encumbrances: Type.Array(Encumbrance, { description: 'open and released, in the order of opening' }),
  expires_on: Nullable(Day),
  claims: Nullable(Type.Integer()),
  ipc: Type.Array(Type.String()),
  individual_applicant: Nullable(Type.Boolean()),
  domestic_applicant: Nullable(Type.Boolean()),
  agency: Nullable(Type.Boolean()),
  source_seen_at: Nullable(Instant),
  owners: Type.Array(Owner, {
    description: 'whom the last transfer names, or the latest document where none followed it',
  }),
  priorities: Type.Array(Priority),
  cpc: Type.Array(Type.String()),
  family: Nullable(
    Type.Array(PatentId, {
      description:
        'known patents with the same priorities, itself among them; null where no priorities are told',
    }),
  ),
  citations: Citations,
});

const Signal = Type.Object({
  signal_id: Type.String({ format: 'uuid' }),
  source: Type.String(),
  kind: Type.String(),
  category: Type.String({ description: 'WIPO ST.27 event category' }),
  source_code: Type.String({ description: 'the source’s own code' }),
  effective_on: Nullable(Day),
  published_on: Day,
  known_at: Instant,
  detail: Type.Record(Type.String(), Type.String()),
});

const PatentValuation = Type.Object({
  valuation_id: Type.String(),
  as_of: Day,
  status: OneOf(['valued', 'worthless', 'unknown'], 'whether there is a number'),
  currency: Currency,
  low_minor: Nullable(Minor),
  mid_minor: Nullable(Minor),
  high_minor: Nullable(Minor),
  collateral_minor: Nullable(Minor),
  model_version_id: Type.String(),
  input_sha256: Type.String(),
  detail: Type.Unknown({ description: 'methods with their failures, explanation, lapse risk, next annuity' }),
});

const ByPatent = Closed({ patent_id: PatentId });

export const patentRoutes =
  ({ database, clock }: Service): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.get(
      '/v1/patents/:patent_id',
      {
        config: { access: EVERYONE },
        schema: {
          operationId: 'getPatent',
          tags: ['patents'],
          description: 'The facts and legal state of a patent as known at an instant.',
          params: ByPatent,
          querystring: Closed(AsOfQuery),
          response: { 200: Patent },
        },
      },
      async (request) => {
        const { patent_id } = request.params;
        const { sql } = database;
        const known_at = asOf(clock, request.query.as_of);
        const known = await knownPatents(sql, [patent_id], known_at);
        const found = known.get(patent_id);
        if (!found) throw new Problem('not_found', 'No such patent was known then.');
        const { facts, history, expires_on, source_seen_at } = found;
        const { restorable_until, partly_invalidated, encumbrances } = history;
        const burdens = { restorable_until, partly_invalidated, encumbrances };
        const counts = await citationCounts(sql, [patent_id], known_at);
        const around = {
          owners: await owners(sql, patent_id, known_at),
          priorities: await priorities(sql, patent_id, known_at),
          cpc: await cpcSymbols(sql, patent_id, known_at),
          family: await simpleFamily(sql, patent_id, known_at),
          citations: counts.get(patent_id),
        };
        return {
          patent_id,
          ...facts,
          ...burdens,
          expires_on,
          source_seen_at,
          ...around,
        } as unknown as Type.Static<typeof Patent>;
      },
    );

    app.get(
      '/v1/patents/:patent_id/signals',
      {
        config: { access: EVERYONE },
        schema: {
          operationId: 'listSignals',
          tags: ['patents'],
          description: 'Dated signals of a patent as known at an instant, in order of publication.',
          params: ByPatent,
          querystring: Closed(AsOfQuery),
          response: { 200: Type.Object({ data: Type.Array(Signal) }) },
        },
      },
      async (request) => {
        const data = await database.sql<Type.Static<typeof Signal>[]>`
          select signal_id, source, kind, category, source_code, effective_on, published_on, known_at, detail
          from signal where patent_id = ${request.params.patent_id} and known_at <= ${asOf(clock, request.query.as_of)}
          order by published_on, signal_id`;
        return { data: [...data] };
      },
    );

    app.get(
      '/v1/patents/:patent_id/valuations',
      {
        config: { access: ['staff'] },
        schema: {
          operationId: 'listPatentValuations',
          tags: ['patents'],
          description: 'Valuations of a patent, newest first, each with what it was made from.',
          params: ByPatent,
          querystring: Closed({ ...AsOfQuery, limit: PageQuery.limit }),
          response: { 200: Type.Object({ data: Type.Array(PatentValuation) }) },
        },
      },
      async (request) => {
        const data = await database.sql<Type.Static<typeof PatentValuation>[]>`
          select valuation_id, as_of, status, currency, low_minor, mid_minor, high_minor, collateral_minor,
            model_version_id, encode(input_sha256, 'hex') as input_sha256, detail
          from valuation where patent_id = ${request.params.patent_id}
            and known_at <= ${asOf(clock, request.query.as_of)} order by as_of desc, valuation_id limit ${request.query.limit}`;
        return { data: [...data] };
      },
    );
  };
