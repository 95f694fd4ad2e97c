import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { APPLICATION_PARTS } from '../../../models/claims/types.ts';
import { create } from '../../http/create.ts';
import { callerOfGuarded } from '../../http/guard.ts';
import {
  Closed,
  countIn,
  Id,
  Nullable,
  OneOf,
  Page,
  PageQuery,
  page,
  WithDefault,
} from '../../http/schemas.ts';
import type { Service } from '../../service.ts';
import { checksOf, checkVersion, findingsIn } from './checks.ts';
import { addComment, listComments, resolveComment } from './comments.ts';
import { differenceOf } from './difference.ts';
import { textOfFile } from './files.ts';
import {
  DRAFT_BODY_LIMIT_BYTES,
  MAX_COMMENT_CHARS,
  MAX_FILE_BASE64_CHARS,
  requireWithinLimits,
} from './limits.ts';
import {
  AVersion,
  ById,
  Comment,
  DraftHead,
  Finding,
  Kind,
  Note,
  Reference,
  StoredCheck,
  Text,
  VersionHead,
  VersionText,
  WrittenDraft,
} from './schemas.ts';
import { createDraft, writeVersion } from './service.ts';
import { draftWithText, findDraft, findVersion, listDrafts, versionHeads } from './store.ts';

/** Firms write drafts; agencies that they engaged read them and comment on them. */
export const DRAFTING = ['firm', 'agency'] as const;

const After = Type.Integer({
  minimum: 1,
  maximum: 2_147_483_647,
  description: 'the version that this one was written on; refused with 412 when there is a later one',
});
const ByVersion = Closed({ id: Id, version: AVersion });

export const draftRoutes =
  ({ database, clock }: Service): FastifyPluginAsyncTypebox =>
  async (app) => {
    const { sql } = database;
    const post = { bodyLimit: DRAFT_BODY_LIMIT_BYTES };

    app.post(
      '/v1/filing/drafts',
      {
        ...post,
        config: { access: ['firm'] },
        schema: {
          operationId: 'createFilingDraft',
          tags: ['filing'],
          description:
            'Begins a draft of an application with its first version. Parts may be empty, and filled in later.',
          body: Closed({ reference: Reference, ...Kind, ...Text, note: Note }),
          response: { 201: WrittenDraft },
        },
      },
      (request, reply) =>
        create(request, reply, database, (tx) => {
          const { reference, form, right_type, language, note: _, ...text } = request.body;
          const given = { reference, form, right_type, language };
          return createDraft(tx, given, text, callerOfGuarded(request), clock.now());
        }),
    );

    app.get(
      '/v1/filing/drafts',
      {
        config: { access: DRAFTING },
        schema: {
          operationId: 'listFilingDrafts',
          tags: ['filing'],
          description: 'The own drafts, or those on which an agency is engaged, in order of id.',
          querystring: Closed(PageQuery),
          response: { 200: Page(Type.Object({ ...DraftHead.properties, title: Type.String() })) },
        },
      },
      async (request) => {
        const { limit, cursor = '' } = request.query;
        return page(await listDrafts(sql, cursor, limit + 1), limit, ({ id }) => id);
      },
    );

    app.get(
      '/v1/filing/drafts/:id',
      {
        config: { access: DRAFTING },
        schema: {
          operationId: 'getFilingDraft',
          tags: ['filing'],
          description: 'The draft with its latest version.',
          params: ById,
          response: { 200: WrittenDraft },
        },
      },
      async (request) => draftWithText(sql, request.params.id),
    );

    app.post(
      '/v1/filing/drafts/:id/versions',
      {
        ...post,
        config: { access: ['firm'] },
        schema: {
          operationId: 'writeFilingDraft',
          tags: ['filing'],
          description:
            'Appends a version; what was written before stays. A part that is left out is empty. One that says what the latest says is not stored again.',
          params: ById,
          body: Closed({ after: After, ...Text, note: Note }),
          response: { 201: WrittenDraft },
        },
      },
      (request, reply) =>
        create(request, reply, database, (tx) => {
          const { after, note, ...text } = request.body;
          const who = callerOfGuarded(request);
          return writeVersion(tx, request.params.id, text, { after, note }, who, clock.now());
        }),
    );

    app.post(
      '/v1/filing/drafts/:id/files',
      {
        ...post,
        config: { access: ['firm'] },
        schema: {
          operationId: 'uploadFilingPart',
          tags: ['filing'],
          description:
            'Appends a version in which one part is the text of a file: UTF-8, .txt or .md, no other kind.',
          params: ById,
          body: Closed({
            after: After,
            part: OneOf(APPLICATION_PARTS, 'that the file is'),
            name: Type.String({ minLength: 1, maxLength: 200, description: 'of the file' }),
            content_base64: Type.String({ maxLength: MAX_FILE_BASE64_CHARS }),
            note: Note,
          }),
          response: { 201: WrittenDraft },
        },
      },
      (request, reply) =>
        create(request, reply, database, async (tx) => {
          const { after, part, name, content_base64, note } = request.body;
          const { text } = await draftWithText(tx, request.params.id);
          const next = { ...text, [part]: textOfFile(name, content_base64) };
          const who = callerOfGuarded(request);
          return writeVersion(tx, request.params.id, next, { after, note }, who, clock.now());
        }),
    );

    app.get(
      '/v1/filing/drafts/:id/versions',
      {
        config: { access: DRAFTING },
        schema: {
          operationId: 'listFilingVersions',
          tags: ['filing'],
          description: 'Newest first, without their texts.',
          params: ById,
          querystring: Closed(PageQuery),
          response: { 200: Page(VersionHead) },
        },
      },
      async (request) => {
        const { limit, cursor } = request.query;
        await findDraft(sql, request.params.id);
        const before = countIn(cursor);
        const heads = await versionHeads(sql, request.params.id, before, limit + 1);
        return page(heads, limit, ({ version }) => String(version));
      },
    );

    app.get(
      '/v1/filing/drafts/:id/versions/:version',
      {
        config: { access: DRAFTING },
        schema: {
          operationId: 'getFilingVersion',
          tags: ['filing'],
          params: ByVersion,
          response: { 200: VersionText },
        },
      },
      async (request) => {
        const { id, version } = request.params;
        await findDraft(sql, id);
        return findVersion(sql, id, version);
      },
    );

    app.get(
      '/v1/filing/drafts/:id/difference',
      {
        config: { access: DRAFTING },
        schema: {
          operationId: 'compareFilingVersions',
          tags: ['filing'],
          description:
            'What changed from one version to another, line by line; parts that are the same are left out.',
          params: ById,
          querystring: Closed({ from: AVersion, to: AVersion }),
          response: {
            200: Type.Object({
              parts: Type.Array(
                Type.Object({
                  part: OneOf(APPLICATION_PARTS, 'that differs'),
                  lines: Type.Array(
                    Type.Object({
                      kind: OneOf(['same', 'out', 'in'], 'in both, in the first alone, in the second alone'),
                      text: Type.String(),
                    }),
                  ),
                }),
              ),
            }),
          },
        },
      },
      async (request) => {
        const { id } = request.params;
        const { from, to } = request.query;
        await findDraft(sql, id);
        return { parts: differenceOf(await findVersion(sql, id, from), await findVersion(sql, id, to)) };
      },
    );

    app.post(
      '/v1/filing/checks',
      {
        ...post,
        config: { access: DRAFTING, scope: 'read' },
        schema: {
          operationId: 'checkFilingText',
          tags: ['filing'],
          description: 'What the checks say of a text. Nothing of it is kept.',
          body: Closed({ ...Kind, ...Text }),
          response: { 200: Type.Object({ findings: Type.Array(Finding) }) },
        },
      },
      async (request) => {
        const { classes: _, cited: __, title, description, abstract, figures, ...text } = request.body;
        requireWithinLimits(request.body);
        const written = Object.entries({ title, description, abstract, figures }).filter(
          ([, part]) => part !== '',
        );
        return { findings: findingsIn({ ...text, ...Object.fromEntries(written) }) };
      },
    );

    app.post(
      '/v1/filing/drafts/:id/versions/:version/checks',
      {
        config: { access: DRAFTING },
        schema: {
          operationId: 'checkFilingVersion',
          tags: ['filing'],
          description:
            'Checks a version and keeps what was found; asked again, the same checks say the same.',
          params: ByVersion,
          response: { 201: StoredCheck },
        },
      },
      (request, reply) =>
        create(request, reply, database, (tx) =>
          checkVersion(tx, request.params.id, request.params.version, clock.now()),
        ),
    );

    app.get(
      '/v1/filing/drafts/:id/versions/:version/checks',
      {
        config: { access: DRAFTING },
        schema: {
          operationId: 'listFilingChecks',
          tags: ['filing'],
          description:
            'What was found in a version, latest first; another version of the checks says it anew.',
          params: ByVersion,
          response: { 200: Type.Object({ data: Type.Array(StoredCheck) }) },
        },
      },
      async (request) => {
        const { id, version } = request.params;
        await draftWithText(sql, id, version);
        return { data: await checksOf(sql, id, version) };
      },
    );

    app.post(
      '/v1/filing/drafts/:id/comments',
      {
        config: { access: DRAFTING },
        schema: {
          operationId: 'commentOnDraft',
          tags: ['filing'],
          params: ById,
          body: Closed({
            version: AVersion,
            part: OneOf(APPLICATION_PARTS, 'that it is about'),
            claim: WithDefault(
              Nullable(Type.Integer({ minimum: 1, maximum: 10_000, description: 'of part claims' })),
            ),
            body: Type.String({ minLength: 1, maxLength: MAX_COMMENT_CHARS }),
          }),
          response: { 201: Comment },
        },
      },
      (request, reply) =>
        create(request, reply, database, (tx) => {
          const { claim = null, ...given } = request.body;
          return addComment(
            tx,
            request.params.id,
            { ...given, claim },
            callerOfGuarded(request),
            clock.now(),
          );
        }),
    );

    app.get(
      '/v1/filing/drafts/:id/comments',
      {
        config: { access: DRAFTING },
        schema: {
          operationId: 'listFilingComments',
          tags: ['filing'],
          params: ById,
          querystring: Closed(PageQuery),
          response: { 200: Page(Comment) },
        },
      },
      async (request) => {
        const { limit, cursor = '' } = request.query;
        await findDraft(sql, request.params.id);
        return page(await listComments(sql, request.params.id, cursor, limit + 1), limit, ({ id }) => id);
      },
    );

    app.post(
      '/v1/filing/drafts/:id/comments/:comment_id/resolution',
      {
        config: { access: DRAFTING },
        schema: {
          operationId: 'resolveFilingComment',
          tags: ['filing'],
          params: Closed({ id: Id, comment_id: Id }),
          response: { 201: Comment },
        },
      },
      (request, reply) =>
        create(request, reply, database, (tx) => {
          const { id, comment_id } = request.params;
          return resolveComment(tx, id, comment_id, callerOfGuarded(request), clock.now());
        }),
    );
  };
