import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { LEGAL_STATES } from '../../models/types.ts';
import { Problem } from '../errors.ts';
import { callerOfGuarded, EVERYONE } from '../http/guard.ts';
import {
  Closed,
  Day,
  Nullable,
  OneOf,
  Page,
  PageQuery,
  PatentId,
  page,
  WithDefault,
} from '../http/schemas.ts';
import { useQuota } from '../quotas/use.ts';
import type { Service } from '../service.ts';
import { cursorOf, placeIn } from './cursor.ts';
import {
  findPatents,
  MAX_PHRASE_CANDIDATES,
  MAX_RANKED,
  numberKeys,
  patentsById,
  placeOf,
  SORTS,
} from './find.ts';
import { priorArt } from './prior-art.ts';
import { classLevels } from './words.ts';

const MAX_QUERY_CHARS = 300;
const MAX_NUMBER_CHARS = 40;
/** Of one part of a draft. */
const MAX_DRAFT_CHARS = 50_000;
const MAX_DRAFT_CLASSES = 50;
const MAX_DRAFT_NUMBERS = 100;
const MAX_HITS = 100;
const DEFAULT_HITS = 20;

const FoundPatent = Type.Object({
  patent_id: PatentId,
  office: Type.String({ description: 'WIPO ST.3' }),
  application_number: Type.String(),
  right_type: OneOf(['invention', 'utility_model', 'design'], 'kind of right'),
  title: Nullable(Type.String()),
  owners: Type.Array(Type.String(), { description: 'in the spelling of the source' }),
  classes: Type.Array(Type.String(), { description: 'IPC and CPC' }),
  field: Nullable(Type.Integer({ description: 'WIPO technology field, 1 to 35' })),
  legal_state: OneOf(LEGAL_STATES, 'state of the right in law'),
  filed_on: Nullable(Day),
  published_on: Nullable(Day),
  granted_on: Nullable(Day),
  expires_on: Nullable(Day),
  rank: Nullable(Type.Number({ description: 'of the words, where sorted by it' })),
});

const Rank = Nullable(Type.Integer({ minimum: 1 }));

const PriorArt = Type.Object({
  patent: Type.Omit(FoundPatent, ['rank']),
  score: Type.Number({ description: 'sum of 1 / (60 + rank) over the lists' }),
  ranks: Type.Object(
    { text: Rank, classes: Rank, citations: Rank },
    { description: 'place in each list, null where it is not in it' },
  ),
  terms: Type.Array(Type.String(), { description: 'words shared, as the index has them, the rarest first' }),
  classes: Type.Array(Type.String(), { description: 'narrowest class levels shared' }),
  citations: Type.Array(
    Type.Object({
      relation: OneOf(['cited_by_draft', 'cites', 'cited_by'], 'how it stands to the patent'),
      patent_id: Nullable(PatentId),
    }),
    { description: 'citations that lead to it from what the draft cites or from the nearest by words' },
  ),
});

const part = (name: string) =>
  Type.Optional(Type.String({ maxLength: MAX_DRAFT_CHARS, description: `${name} of the draft` }));

export const searchRoutes =
  ({ database, clock }: Service): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.get(
      '/v1/patents',
      {
        config: { access: EVERYONE },
        schema: {
          operationId: 'listPatents',
          tags: ['patents'],
          description: `Patents that meet all that is asked, as last known. Words: of title, abstract and claims, in any of the languages; all must stand there, "phrases", or and -not as in web searches; a run of Chinese, Japanese or Korean characters must stand as written. At most ${MAX_RANKED} matches are ranked, and a phrase is looked for in at most ${MAX_PHRASE_CANDIDATES} patents that have its words. In order of patent_id, or of rank where q is given, if sort is left out; days from the latest on.`,
          querystring: Closed({
            ...PageQuery,
            number: Type.Optional(
              Type.String({
                minLength: 1,
                maxLength: MAX_NUMBER_CHARS,
                description:
                  'of application or publication, in any common form; with its office, or with office',
              }),
            ),
            office: Type.Optional(Type.String({ pattern: '^[A-Z]{2}$', description: 'WIPO ST.3' })),
            application_number: Type.Optional(
              Type.String({ minLength: 1, maxLength: MAX_NUMBER_CHARS, description: 'exactly as stored' }),
            ),
            owner: Type.Optional(
              Type.String({
                minLength: 1,
                maxLength: MAX_QUERY_CHARS,
                description: 'words of the name; case, punctuation and legal form do not count',
              }),
            ),
            class: Type.Optional(
              Type.String({
                maxLength: 20,
                description: 'IPC or CPC section, class, subclass, main group or symbol, with all below it',
              }),
            ),
            legal_state: Type.Optional(OneOf(LEGAL_STATES, 'state of the right in law')),
            field: Type.Optional(
              Type.Integer({ minimum: 1, maximum: 35, description: 'WIPO technology field' }),
            ),
            filed_from: Type.Optional(Day),
            filed_to: Type.Optional(Day),
            published_from: Type.Optional(Day),
            published_to: Type.Optional(Day),
            q: Type.Optional(
              Type.String({ minLength: 1, maxLength: MAX_QUERY_CHARS, description: 'words to look for' }),
            ),
            sort: Type.Optional(OneOf(SORTS, 'order of the answer')),
          }),
          response: { 200: Page(FoundPatent) },
        },
      },
      async (request) => {
        const { limit, cursor, sort: wanted, ...asked } = request.query;
        const sort = wanted ?? (asked.q === undefined ? 'patent_id' : 'rank');
        const after = cursor === undefined ? null : placeIn(cursor, sort);
        const found = await findPatents(database.sql, asked, sort, limit, after);
        return page(found, limit, (one) => cursorOf(placeOf(one, sort)));
      },
    );

    app.post(
      '/v1/prior-art',
      {
        config: { access: EVERYONE, scope: 'read' },
        schema: {
          operationId: 'findPriorArt',
          tags: ['patents'],
          description:
            'Patents near to a draft: by words, by class and by citation, joined by reciprocal rank, each with its reasons. Nothing of the draft is kept.',
          body: Closed({
            title: part('title'),
            abstract: part('abstract'),
            claims: part('claims'),
            classes: Type.Optional(
              Type.Array(Type.String({ maxLength: 20 }), {
                maxItems: MAX_DRAFT_CLASSES,
                description: 'IPC or CPC symbols',
              }),
            ),
            cited: Type.Optional(
              Type.Array(Type.String({ maxLength: MAX_NUMBER_CHARS }), {
                maxItems: MAX_DRAFT_NUMBERS,
                description: 'numbers of patents that the draft cites',
              }),
            ),
            filed_before: Type.Optional(Day),
            limit: WithDefault(
              Type.Integer({ minimum: 1, maximum: MAX_HITS, default: DEFAULT_HITS, description: 'hits' }),
            ),
          }),
          response: { 200: Type.Object({ data: Type.Array(PriorArt) }) },
        },
      },
      async (request) => {
        const { title = '', abstract = '', claims = '', classes = [], cited = [] } = request.body;
        const { filed_before = null, limit } = request.body;
        const odd = classes.find((symbol) => classLevels(symbol).length === 0);
        if (odd !== undefined)
          throw new Problem('bad_request', 'classes: one is no IPC or CPC symbol; write it as H01M10/052.');
        const numbers = cited.flatMap((number) => numberKeys(number));
        if (`${title}${abstract}${claims}`.trim() === '' && classes.length + cited.length === 0)
          throw new Problem(
            'bad_request',
            'The draft is empty: give title, abstract, claims, classes or cited.',
          );
        const draft = { title, abstract, claims, classes, cited: numbers, filed_before };
        const { found, patents } = await database.transaction(async (tx) => {
          const found = await priorArt(tx, draft, limit);
          const patents = await patentsById(
            tx,
            found.map((one) => one.patent_id),
          );
          // Last, for its row stays locked to the end.
          await useQuota(tx, callerOfGuarded(request), 'searches', 1, clock.now());
          return { found, patents };
        });
        return { data: found.map(({ patent_id, ...why }) => ({ patent: patents.get(patent_id)!, ...why })) };
      },
    );
  };
