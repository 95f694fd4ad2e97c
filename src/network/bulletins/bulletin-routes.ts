/** Bulletins of a region and field, and subscriptions to them. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { create } from '../../http/create.ts';
import { callerOfGuarded, EVERYONE } from '../../http/guard.ts';
import {
  Closed,
  Day,
  Id,
  Instant,
  Nullable,
  OneOf,
  Page,
  PageQuery,
  page,
  WithDefault,
} from '../../http/schemas.ts';
import { say } from '../../http/sentences.ts';
import { LANGUAGES, type Language as LanguageCode } from '../../pages/language/catalogue.ts';
import { reportMail } from '../../reports/mail.tsx';
import type { Service } from '../../service.ts';
import { onThread } from '../../thread.ts';
import { Region, regionIn } from '../desks/schemas.ts';
import type { BulletinContent } from './content.ts';
import { CADENCES } from './periods.ts';
import { bulletinReport } from './report.ts';
import {
  type Bulletin as BulletinRecord,
  type BulletinSubscription,
  findBulletin,
  listBulletins,
  subscribe,
  subscriptionsOf,
  unsubscribe,
} from './store.ts';

export interface BulletinTask {
  content: BulletinContent;
  language: LanguageCode;
}

const LIMIT_ms = 30_000;
const FIELDS = 35;

const setPages = onThread<BulletinTask, Uint8Array>({
  module: new URL('thread.ts', import.meta.url),
  name: 'bulletin',
  limit_ms: LIMIT_ms,
  remedy: say('run_later'),
});

const Field = Type.Integer({ minimum: 1, maximum: FIELDS, description: 'WIPO technology field' });
const Language = OneOf(LANGUAGES, 'English, Chinese or Russian');
const Cadence = OneOf(CADENCES, 'weeks from Monday on, or calendar months');
const Count = Type.Integer({ minimum: 0 });
const Sha256 = Type.String({
  pattern: '^[0-9a-f]{64}$',
  description: 'of the canonical JSON of the content',
});

const About = {
  region: Type.String(),
  field: { ...Nullable(Field), description: 'null: all fields' },
  cadence: Cadence,
};
const Bulletin = Type.Object({
  id: Id,
  ...About,
  from_on: Day,
  until_on: { ...Day, description: 'the first day after the period' },
  content_sha256: Sha256,
  made_at: Instant,
});
const PatentFigures = { filings: Count, grants: Count, lapses: Count };
const Figures = Type.Object({
  ...PatentFigures,
  pledges: { ...Nullable(Count), description: 'null: of too few to be told; else rounded down to fives' },
  deals: Nullable(Count),
  introductions: Nullable(Count),
  needs: Count,
});
const Content = Type.Object({
  version: Type.Literal(1),
  region: Type.String(),
  field: Type.Integer({ minimum: 0, maximum: FIELDS, description: '0: all fields' }),
  cadence: Cadence,
  from_on: Day,
  office: Type.String({ description: 'of the region’s country; patents are counted by it' }),
  until_on: Day,
  known_at: Instant,
  now: Figures,
  before: Figures,
  fields: Type.Array(Type.Object({ field: Field, ...PatentFigures })),
});
const Subscription = Type.Object({ id: Id, ...About, language: Language, since: Instant });
const InLanguage = Closed({ language: WithDefault({ ...Language, default: 'en' }) });
const ById = Closed({ id: Id });
const access = EVERYONE;
const tags = ['network'];

export const bulletinRoutes =
  ({ database, clock }: Service): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.get(
      '/v1/bulletins',
      {
        config: { access },
        schema: {
          operationId: 'listBulletins',
          tags,
          description:
            'Newest first. A bulletin is made when its period is over, for whoever subscribed to it; all may read it.',
          querystring: Closed({
            ...PageQuery,
            region: Type.Optional(Region),
            field: Type.Optional(Field),
            cadence: Type.Optional(Cadence),
          }),
          response: { 200: Page(Bulletin) },
        },
      },
      async (request) => {
        const { limit, cursor = '', region, ...filter } = request.query;
        const asked = { ...filter, region: region && regionIn(region, '/querystring/region') };
        const found = await listBulletins(database.sql, asked, cursor, limit + 1);
        return page(found.map(shown), limit, ({ id }) => id);
      },
    );

    app.get(
      '/v1/bulletins/:id',
      {
        config: { access },
        schema: {
          operationId: 'getBulletin',
          tags,
          params: ById,
          response: { 200: Type.Object({ ...Bulletin.properties, content: Content }) },
        },
      },
      async (request) => {
        const { content, ...found } = await findBulletin(database.sql, request.params.id);
        return { ...shown(found), content };
      },
    );

    app.get(
      '/v1/bulletins/:id/pdf',
      {
        config: { access },
        schema: {
          operationId: 'getBulletinPdf',
          tags,
          description:
            'The bulletin as tagged PDF: the same bytes every time. 409 while another is being made.',
          params: ById,
          querystring: InLanguage,
          response: {
            200: {
              description: 'PDF/UA-1, A4',
              content: { 'application/pdf': { schema: Type.String({ format: 'binary' }) } },
            },
          },
        },
      },
      async (request, reply) => {
        const { language } = request.query;
        const { id, content } = await findBulletin(database.sql, request.params.id);
        const bytes = await setPages({ content, language });
        reply
          .type('application/pdf')
          .header('content-disposition', `inline; filename="${id}-${language}.pdf"`);
        return reply.send(Buffer.from(bytes) as never);
      },
    );

    app.get(
      '/v1/bulletins/:id/mail',
      {
        config: { access },
        schema: {
          operationId: 'getBulletinMail',
          tags,
          description: 'The bulletin as HTML for mail programs: inline styles, no script, nothing fetched.',
          params: ById,
          querystring: InLanguage,
          response: {
            200: { description: 'HTML', content: { 'text/html': { schema: Type.String() } } },
          },
        },
      },
      async (request, reply) => {
        const { content } = await findBulletin(database.sql, request.params.id);
        return reply
          .type('text/html; charset=utf-8')
          .send(reportMail(bulletinReport(content, request.query.language)) as never);
      },
    );

    app.post(
      '/v1/bulletin-subscriptions',
      {
        config: { access },
        schema: {
          operationId: 'subscribeToBulletin',
          tags,
          description:
            'From the period under way on, each bulletin of the region and field is told of once, as `network.bulletin.published`.',
          body: Closed({
            region: Region,
            field: { ...Nullable(Field), description: 'null: all fields' },
            cadence: Cadence,
            language: Language,
          }),
          response: { 201: Subscription },
        },
      },
      (request, reply) => {
        const { region, field, cadence, language } = request.body;
        const given = { region: regionIn(region), field: field ?? 0, cadence, language };
        return create(request, reply, database, async (tx) =>
          subscriptionShown(await subscribe(tx, given, callerOfGuarded(request), clock.now())),
        );
      },
    );

    app.get(
      '/v1/bulletin-subscriptions',
      {
        config: { access },
        schema: {
          operationId: 'listBulletinSubscriptions',
          tags,
          response: { 200: Type.Object({ data: Type.Array(Subscription) }) },
        },
      },
      async (request) => {
        const found = await subscriptionsOf(database.sql, callerOfGuarded(request).organisation_id);
        return { data: found.map(subscriptionShown) };
      },
    );

    app.delete(
      '/v1/bulletin-subscriptions/:id',
      {
        config: { access },
        schema: {
          operationId: 'unsubscribeFromBulletin',
          tags,
          params: ById,
          response: { 204: Type.Null() },
        },
      },
      async (request, reply) => {
        await database.transaction((tx) =>
          unsubscribe(tx, request.params.id, callerOfGuarded(request), clock.now()),
        );
        return reply.code(204).send(null);
      },
    );
  };

function shown({ field, content_sha256, ...made }: Omit<BulletinRecord, 'content'>) {
  return { ...made, field: field === 0 ? null : field, content_sha256: content_sha256.toString('hex') };
}

function subscriptionShown({ id, region, field, cadence, language, since }: BulletinSubscription) {
  return { id, region, field: field === 0 ? null : field, cadence, language, since };
}
