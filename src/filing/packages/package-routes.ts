import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply } from 'fastify';
import { unzipSync } from 'fflate';
import Type from 'typebox';
import { attempt } from '../../audit/refusal.ts';
import { Problem } from '../../errors.ts';
import { create } from '../../http/create.ts';
import { callerOfGuarded } from '../../http/guard.ts';
import { Closed, Id, Instant, Nullable, OneOf, WithDefault } from '../../http/schemas.ts';
import type { Service } from '../../service.ts';
import { OFFICES } from '../applications/store.ts';
import { findDraft } from '../drafts/store.ts';
import { DOCX_NAME, MANIFEST_NAME, PDF_NAME, XML_NAME } from './names.ts';
import { keep, make, packable, submit } from './service.ts';
import { archiveOf, findPackage, packagesOf, submissionsOf } from './store.ts';
import type { SubmissionPort } from './submission-port.ts';

const PARTIES = { access: ['firm', 'agency'] as const };
const OfOne = Closed({ id: Id });

/** Of each file, what it is to a browser. */
const MEDIA_TYPES: Readonly<Record<string, string>> = {
  [XML_NAME]: 'application/xml',
  [DOCX_NAME]: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  [PDF_NAME]: 'application/pdf',
};
const MANIFEST_TYPE = 'application/json';
const ARCHIVE_TYPE = 'application/zip';

const Digest = Type.String({ pattern: '^[0-9a-f]{64}$' });

const Files = Type.Array(Type.Object({ name: Type.String(), sha256: Digest, size_bytes: Type.Integer() }));

const Manifest = Type.Object({
  reference: Type.String(),
  form: Type.String(),
  right_type: Type.String(),
  language: Type.String(),
  version: Type.Integer({ description: 'of the draft' }),
  draft_sha256: Digest,
  made_with: Type.String({ description: 'version of the program' }),
  files: Files,
});

const PackageBody = Type.Object({
  id: Id,
  draft_id: Id,
  version: Type.Integer({ description: 'of the draft' }),
  office: OneOf(OFFICES, 'WIPO ST.3 code'),
  sha256: Type.String({ description: 'of the archive' }),
  size_bytes: Type.Integer(),
  files: Files,
  errors: Type.Integer({ description: 'that the checks found, in spite of which the firm wanted it' }),
  organisation_id: Type.String({ description: 'who made it' }),
  author_id: Type.String(),
  made_at: Instant,
});

const SubmissionBody = Type.Object({
  id: Id,
  package_id: Id,
  outcome: OneOf(['received', 'failed'], 'what came of it'),
  attempts: Type.Integer(),
  receipt: Nullable(
    Type.Object({ number: Type.String(), name: Type.String(), sha256: Digest, received_at: Instant }),
  ),
  reason: Nullable(Type.String({ description: 'of a failure' })),
  author_id: Type.String(),
  submitted_at: Instant,
});

const binary = (type: string) => ({
  content: { [type]: { schema: Type.String({ format: 'binary' }) } },
});

export const packageRoutes =
  (service: Service, port: SubmissionPort | null): FastifyPluginAsyncTypebox =>
  async (app) => {
    const { database, vault, clock } = service;
    const { sql } = database;

    app.post(
      '/v1/filing/drafts/:id/packages',
      {
        config: PARTIES,
        schema: {
          operationId: 'makePackage',
          tags: ['filing'],
          description:
            'Makes the package of a version: WIPO ST.96 XML, DOCX, PDF and a manifest in one archive, kept sealed. Equal versions give equal bytes. Errors that the checks find refuse it unless the firm sends `despite_errors`.',
          params: OfOne,
          body: Closed({
            version: Type.Optional(Type.Integer({ minimum: 1, maximum: 2_147_483_647 })),
            despite_errors: WithDefault(Type.Boolean({ default: false })),
          }),
          response: { 201: PackageBody },
        },
      },
      (request, reply) => {
        const caller = callerOfGuarded(request);
        const { id } = request.params;
        return attempt(
          service,
          { caller, action: 'filing.package.make', subject: id },
          async ({ code }) => (code === 'not_found' ? [] : [caller.organisation_id]),
          async () => {
            const task = await database.transaction((tx) =>
              packable(tx, id, request.body, caller, clock.now()),
            );
            const made = await make(task);
            return create(request, reply, database, (tx) => keep(tx, vault, task, made, caller, clock.now()));
          },
        );
      },
    );

    app.get(
      '/v1/filing/drafts/:id/packages',
      {
        config: PARTIES,
        schema: {
          operationId: 'listPackages',
          tags: ['filing'],
          description: 'Of one draft, newest first.',
          params: OfOne,
          response: { 200: Type.Object({ data: Type.Array(PackageBody) }) },
        },
      },
      async ({ params }) => {
        await findDraft(sql, params.id);
        return { data: await packagesOf(sql, params.id) };
      },
    );

    app.get(
      '/v1/filing/packages/:id',
      {
        config: PARTIES,
        schema: {
          operationId: 'getPackage',
          tags: ['filing'],
          params: OfOne,
          response: { 200: PackageBody },
        },
      },
      (request) => findPackage(sql, request.params.id),
    );

    app.get(
      '/v1/filing/packages/:id/archive',
      {
        config: PARTIES,
        schema: {
          operationId: 'downloadPackage',
          tags: ['filing'],
          description: 'The archive as it was made, to the byte.',
          params: OfOne,
          response: { 200: { description: 'ZIP archive', ...binary(ARCHIVE_TYPE) } },
        },
      },
      async (request, reply) => {
        const { id } = request.params;
        return hand(reply, `${id}.zip`, ARCHIVE_TYPE, await archiveOf(sql, vault, id));
      },
    );

    app.get(
      '/v1/filing/packages/:id/files/:name',
      {
        config: PARTIES,
        schema: {
          operationId: 'downloadPackageFile',
          tags: ['filing'],
          description: 'One file of the archive.',
          params: Closed({ id: Id, name: Type.String({ minLength: 1, maxLength: 80 }) }),
          response: {
            200: {
              description: 'the file, as its name says',
              content: Object.assign(
                { [MANIFEST_TYPE]: { schema: Manifest } },
                ...Object.values(MEDIA_TYPES).map((type) => binary(type).content),
              ),
            },
          },
        },
      },
      async (request, reply) => {
        const { id, name } = request.params;
        const archive = await archiveOf(sql, vault, id);
        const type = name === MANIFEST_NAME ? MANIFEST_TYPE : MEDIA_TYPES[name];
        if (type === undefined) throw new Problem('not_found', 'The package has no such file.');
        return hand(reply, name, type, Buffer.from(unzipSync(archive)[name]!));
      },
    );

    app.post(
      '/v1/filing/packages/:id/submissions',
      {
        config: PARTIES,
        schema: {
          operationId: 'submitPackage',
          tags: ['filing'],
          description:
            'Hands a package in through the port of the installation, a folder that another program takes it from. It is tried three times; what came of it is told and kept either way (`filing.package.submitted`). A package is received once.',
          params: OfOne,
          response: { 201: SubmissionBody },
        },
      },
      (request, reply) => {
        const caller = callerOfGuarded(request);
        const { id } = request.params;
        return attempt(
          service,
          { caller, action: 'filing.package.submit', subject: id },
          async ({ code }) => (code === 'not_found' ? [] : [caller.organisation_id]),
          () => create(request, reply, database, (tx) => submit(tx, vault, port, id, caller, clock.now())),
        );
      },
    );

    app.get(
      '/v1/filing/packages/:id/submissions',
      {
        config: PARTIES,
        schema: {
          operationId: 'listSubmissions',
          tags: ['filing'],
          description: 'Of one package, newest first.',
          params: OfOne,
          response: { 200: Type.Object({ data: Type.Array(SubmissionBody) }) },
        },
      },
      async ({ params }) => {
        await findPackage(sql, params.id);
        return { data: await submissionsOf(sql, params.id) };
      },
    );
  };

function hand(reply: FastifyReply, name: string, type: string, bytes: Buffer): never {
  reply.type(type).header('content-disposition', `attachment; filename="${name}"`);
  return reply.send(bytes) as never;
}
