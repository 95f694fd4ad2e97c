/** A list of clients is brought in: chosen, looked at, put in force, taken back. */
import type { FastifyInstance } from 'fastify';
import Type from 'typebox';
import { CLIENT_KINDS } from '../../../models/desk/pipeline.ts';
import type { Caller } from '../../accounts/store.ts';
import type { Problem } from '../../errors.ts';
import { EVERYONE } from '../../http/guard.ts';
import { Closed, Id } from '../../http/schemas.ts';
import type { ModuleSetting } from '../../modules.ts';
import type { Words } from '../../pages/language/words.ts';
import { refusableFormsOf, Typed } from '../../pages/refusable-forms.ts';
import { pagesOf } from '../../pages/serve.ts';
import { OfDesk } from '../desks/schemas.ts';
import { requireDesk } from '../desks/store.ts';
import { ENCODINGS } from '../imports/csv-file.ts';
import {
  commitImport,
  listImports,
  readList,
  requireImport,
  rowsOf,
  storePreview,
  undoImport,
} from '../imports/imports.ts';
import { IMPORT_BODY_BYTES } from '../imports/limits.ts';
import { IMPORT_SIZE, ImportPage, ImportsPage } from './imports-page.tsx';

const SHOWN_IMPORTS = 50;
const SHOWN_ROWS = 200;
const WRITE = { access: EVERYONE, scope: 'write' } as const;
const OfImport = Closed({ id: Id, import_id: Id });
const File = Type.String({ maxLength: IMPORT_BODY_BYTES });

export function importPages(app: FastifyInstance, { service }: ModuleSetting): void {
  const { database, vault, clock } = service;
  const { sql } = database;
  const page = pagesOf(app, service);
  const form = refusableFormsOf(app, service);

  const all = async (id: string, words: Words, problem: Problem | null = null) => ({
    title: words.say('import.title'),
    body: (
      <ImportsPage
        desk={await requireDesk(sql, id)}
        imports={await listImports(sql, id, '', SHOWN_IMPORTS)}
        problem={problem}
      />
    ),
  });
  const one = async (desk_id: string, import_id: string, words: Words, problem: Problem | null = null) => ({
    title: words.say('import.title'),
    body: (
      <ImportPage
        desk={await requireDesk(sql, desk_id)}
        shown={await requireImport(sql, { desk_id, import_id })}
        rows={await rowsOf(sql, import_id, undefined, 0, SHOWN_ROWS)}
        problem={problem}
      />
    ),
  });

  page('/desks/:id/imports', { access: EVERYONE, params: OfDesk }, ({ params, view }) =>
    all(params.id, view.words),
  );
  page('/desks/:id/imports/:import_id', { access: EVERYONE, params: OfImport }, ({ params, view }) =>
    one(params.id, params.import_id, view.words),
  );

  form(
    '/desks/:id/imports',
    {
      ...WRITE,
      params: OfDesk,
      body: Closed({ file: File, file_name: Typed, encoding: Typed, kind: Typed, name_column: Typed }),
      large: IMPORT_SIZE,
    },
    {
      at: ({ id }) => `/desks/${id}/imports`,
      async act({ params: { id }, body, caller }) {
        const name = body.name_column.trim();
        const list = await readList(sql, id, {
          file_name: body.file_name.trim().slice(0, 200) || 'list',
          bytes: Buffer.from(body.file, 'base64'),
          encoding: ENCODINGS.find((encoding) => encoding === body.encoding) ?? null,
          columns: name === '' ? {} : { name },
          kind: CLIENT_KINDS.find((kind) => kind === body.kind) ?? 'firm',
        });
        const made = await database.transaction((tx) =>
          storePreview(tx, vault, id, list, caller, clock.now()),
        );
        return `/desks/${id}/imports/${made.id}`;
      },
      again: ({ params, view }, problem) => all(params.id, view.words, problem),
      anew: ({ params, view }, problem) => all(params.id, view.words, problem),
    },
  );

  const step = (
    name: string,
    work: (place: { desk_id: string; import_id: string }, caller: Caller) => Promise<unknown>,
  ) =>
    form(
      `/desks/:id/imports/:import_id/${name}`,
      { ...WRITE, params: OfImport },
      {
        at: ({ id, import_id }) => `/desks/${id}/imports/${import_id}`,
        async act({ params: { id, import_id }, caller }) {
          await work({ desk_id: id, import_id }, caller);
          return `/desks/${id}/imports/${import_id}`;
        },
        again: ({ params, view }, problem) => one(params.id, params.import_id, view.words, problem),
      },
    );
  step('commit', (place, caller) =>
    database.transaction((tx) => commitImport(tx, vault, place, [], caller, clock.now())),
  );
  step('undo', (place, caller) => database.transaction((tx) => undoImport(tx, place, caller, clock.now())));
}
