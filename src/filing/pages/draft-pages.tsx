/** Pages and forms of drafts. */
import type { FastifyInstance } from 'fastify';
import Type from 'typebox';
import { parseClaims } from '../../../models/claims/parse.ts';
import { APPLICATION_FORMS, APPLICATION_PARTS, CLAIM_LANGUAGES } from '../../../models/claims/types.ts';
import { attempt } from '../../../models/failure.ts';
import type { Problem } from '../../errors.ts';
import { callerOfGuarded } from '../../http/guard.ts';
import { Closed, Day, Id, OneOf } from '../../http/schemas.ts';
import { Blank, blank } from '../../pages/asking.ts';
import { faultAt } from '../../pages/parts/fault.ts';
import { refusableFormsOf, Typed } from '../../pages/refusable-forms.ts';
import { say } from '../../pages/sentences.ts';
import { pagesOf } from '../../pages/serve.ts';
import type { View } from '../../pages/view.ts';
import type { Service } from '../../service.ts';
import { prepareApplication } from '../applications/service.ts';
import { listApplications } from '../applications/store.ts';
import { checkVersion } from '../drafts/checks.ts';
import { addComment, resolveComment } from '../drafts/comments.ts';
import { differenceOf } from '../drafts/difference.ts';
import { AVersion, ById } from '../drafts/schemas.ts';
import { createDraft, writeVersion } from '../drafts/service.ts';
import { type DraftText, findDraft, findVersion, listDrafts } from '../drafts/store.ts';
import { DifferencePage } from './difference-page.tsx';
import { DRAFT_SIZE, DraftPage, type TypedText } from './draft-page.tsx';
import { ListPage, type TypedDraft } from './list-page.tsx';
import { readDraft, type ShownDraft } from './read.ts';

export const DRAFTING = ['firm', 'agency'] as const;
const FIRM_WRITES = { access: ['firm'], scope: 'write' } as const;
export const DRAFTER_WRITES = { access: DRAFTING, scope: 'write' } as const;
/** The newest; all are in the API. */
const MAX_LISTED = 200;
const FORM_OFFICES = { CN: 'CN', EP: 'EP', PCT: 'WO' } as const;

const EMPTY: DraftText = {
  title: '',
  claims: '',
  description: '',
  abstract: '',
  figures: '',
  classes: [],
  cited: [],
};
const NEW: TypedDraft = { reference: '', form: 'CN', right_type: 'invention', language: 'zh' };
/** Browsers send line breaks as two characters. */
const LongText = Type.String();
const FormOfDraft = {
  reference: Typed,
  form: OneOf(APPLICATION_FORMS, 'whose rules'),
  right_type: OneOf(['invention', 'utility_model'], 'kind of right'),
  language: OneOf(CLAIM_LANGUAGES, 'of the text'),
};

export function draftPages(app: FastifyInstance, service: Service): void {
  const { database, clock } = service;
  const { sql } = database;
  const page = pagesOf(app, service);
  const form = refusableFormsOf(app, service);

  const list = async ({ caller, words }: View, typed = NEW, problem: Problem | null = null) => ({
    title: words.say('nav.filing'),
    body: (
      <ListPage
        drafts={caller?.kind === 'staff' ? [] : await listDrafts(sql, '', MAX_LISTED)}
        applications={await listApplications(sql, '', MAX_LISTED)}
        {...{ typed, problem }}
      />
    ),
  });

  page('/filing', { access: ['firm', 'agency', 'staff'] }, ({ view }) => list(view));

  form(
    '/filing/drafts',
    { ...FIRM_WRITES, body: Closed(FormOfDraft) },
    {
      at: () => '/filing',
      async act({ body, caller }) {
        const { form, right_type, language } = body;
        const reference = body.reference.trim();
        if (reference === '') throw faultAt('reference', say('field_empty'), 'refused');
        const given = { reference, form, right_type, language };
        const { draft } = await database.transaction((tx) =>
          createDraft(tx, given, EMPTY, caller, clock.now()),
        );
        return `/filing/drafts/${draft.id}`;
      },
      again: ({ body, view }, problem) => list(view, body, problem),
    },
  );

  const editor = async (
    id: string,
    typed: TypedText | null = null,
    problem: Problem | null = null,
    after: number | null = null,
  ) => {
    const shown = await readDraft(sql, id);
    const { draft, text } = shown;
    const read = attempt(() => parseClaims(text.claims, draft.language));
    const since =
      after === null || after >= draft.version
        ? null
        : { after, parts: differenceOf(await findVersion(sql, id, after), text) };
    return {
      title: draft.reference,
      body: (
        <DraftPage
          {...{ ...shown, problem, since }}
          typed={typed ?? typedOf(shown)}
          claims={read.ok ? read.value : []}
        />
      ),
    };
  };

  page('/filing/drafts/:id', { access: DRAFTING, params: ById }, ({ params }) => editor(params.id));

  form(
    '/filing/drafts/:id',
    {
      ...FIRM_WRITES,
      params: ById,
      large: DRAFT_SIZE,
      body: Closed({
        after: Type.String({ pattern: '^[1-9][0-9]{0,8}$' }),
        ...Object.fromEntries(APPLICATION_PARTS.map((part) => [part, LongText])),
        classes: Typed,
        cited: Typed,
        note: Typed,
      } as Record<
        'after' | 'classes' | 'cited' | 'note' | (typeof APPLICATION_PARTS)[number],
        typeof LongText
      >),
    },
    {
      at: ({ id }) => `/filing/drafts/${id}`,
      async act({ params: { id }, body, caller }) {
        const { after, note } = body;
        const about = { after: Number(after), note: note.trim() };
        await database.transaction((tx) => writeVersion(tx, id, textOf(body), about, caller, clock.now()));
        return `/filing/drafts/${id}`;
      },
      again: ({ params, body }, problem) =>
        editor(params.id, typedBack(body), problem, problem.code === 'stale' ? Number(body.after) : null),
      anew: ({ params }, problem) => editor(params.id, null, problem),
    },
  );

  page(
    '/filing/drafts/:id/difference',
    { access: DRAFTING, params: ById, query: Closed({ from: AVersion, to: AVersion }) },
    async ({ params: { id }, query: { from, to }, view: { words } }) => {
      const draft = await findDraft(sql, id);
      const parts = differenceOf(await findVersion(sql, id, from), await findVersion(sql, id, to));
      return {
        title: words.say('filing.difference_of', { from, to }),
        body: <DifferencePage {...{ draft, from, to, parts }} />,
      };
    },
  );

  form(
    '/filing/drafts/:id/checks',
    { ...DRAFTER_WRITES, params: ById },
    {
      at: ({ id }) => `/filing/drafts/${id}`,
      async act({ params: { id } }) {
        await database.transaction(async (tx) =>
          checkVersion(tx, id, (await findDraft(tx, id)).version, clock.now()),
        );
        return `/filing/drafts/${id}#checks`;
      },
      again: ({ params }, problem) => editor(params.id, null, problem),
    },
  );

  form(
    '/filing/drafts/:id/comments',
    {
      ...DRAFTER_WRITES,
      params: ById,
      body: Closed({
        version: Type.String({ pattern: '^[1-9][0-9]{0,8}$' }),
        part: OneOf(APPLICATION_PARTS, 'of the draft'),
        claim: Type.String({ pattern: '^([1-9][0-9]{0,3})?$' }),
        body: Type.String({ minLength: 1, maxLength: 4_000 }),
      }),
    },
    {
      at: ({ id }) => `/filing/drafts/${id}`,
      async act({ params: { id }, body: { version, part, claim, body }, caller }) {
        const about = { version: Number(version), part, claim: claim === '' ? null : Number(claim), body };
        const comment = await database.transaction((tx) => addComment(tx, id, about, caller, clock.now()));
        return `/filing/drafts/${id}#${comment.id}`;
      },
      again: ({ params }, problem) => editor(params.id, null, problem),
    },
  );

  form(
    '/filing/drafts/:id/comments/:comment_id/resolution',
    { ...DRAFTER_WRITES, params: Closed({ id: Id, comment_id: Id }) },
    {
      at: ({ id }) => `/filing/drafts/${id}`,
      async act({ params: { id, comment_id }, caller }) {
        await database.transaction((tx) => resolveComment(tx, id, comment_id, caller, clock.now()));
        return `/filing/drafts/${id}#${comment_id}`;
      },
    },
  );

  form(
    '/filing/drafts/:id/applications',
    { ...FIRM_WRITES, params: ById, body: Closed({ priority_on: Blank(Day) }) },
    {
      at: ({ id }) => `/filing/drafts/${id}`,
      async act({ params: { id }, body, request }) {
        const priority_on = blank(body.priority_on) ?? null;
        const application = await database.transaction(async (tx) => {
          const office = FORM_OFFICES[(await findDraft(tx, id)).form];
          return prepareApplication(tx, id, { office, priority_on }, callerOfGuarded(request), clock.now());
        });
        return `/filing/applications/${application.id}`;
      },
      again: ({ params }, problem) => editor(params.id, null, problem),
    },
  );
}

function typedOf({ text }: ShownDraft): TypedText {
  const { title, claims, description, abstract, figures, classes, cited } = text;
  return {
    title,
    claims,
    description,
    abstract,
    figures,
    classes: classes.join(' '),
    cited: cited.join('; '),
    note: '',
  };
}

/** As it was typed, line breaks as browsers send them. */
function typedBack(body: TypedText): TypedText {
  const { title, claims, description, abstract, figures, classes, cited, note } = body;
  return { title, claims, description, abstract, figures, classes, cited, note };
}

function textOf(body: TypedText): DraftText {
  const plain = (text: string) => text.replaceAll('\r\n', '\n');
  return {
    title: plain(body.title).trim(),
    claims: plain(body.claims),
    description: plain(body.description),
    abstract: plain(body.abstract),
    figures: plain(body.figures),
    classes: body.classes.split(/[\s;,]+/).filter((symbol) => symbol !== ''),
    cited: body.cited
      .split(/[;,\n]/)
      .map((number) => number.trim())
      .filter((number) => number !== ''),
  };
}
