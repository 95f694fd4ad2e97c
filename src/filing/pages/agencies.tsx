/** Pages of agencies and of engagements with them. */
import type { FastifyInstance } from 'fastify';
import Type from 'typebox';
import type { Sentence } from '../../../models/sentences.ts';
import type { Caller } from '../../accounts/store.ts';
import { Problem } from '../../errors.ts';
import { callerOfGuarded, EVERYONE } from '../../http/guard.ts';
import { Closed, Id, OneOf } from '../../http/schemas.ts';
import { faultAt } from '../../pages/parts/fault.ts';
import { refusableFormsOf, Typed } from '../../pages/refusable-forms.ts';
import type { Page } from '../../pages/render.tsx';
import { say as sayOfForm } from '../../pages/sentences.ts';
import { pagesOf } from '../../pages/serve.ts';
import type { View } from '../../pages/view.ts';
import type { Service } from '../../service.ts';
import {
  type Agency,
  decideEntry,
  type Entry,
  enterDirectory,
  findAgency,
  listAgencies,
} from '../agencies/directory.ts';
import { findEngagement, listEngagements, messagesOf, STEPS } from '../agencies/engagement-store.ts';
import {
  attemptOnEngagement,
  conflictsWith,
  instruct,
  rate,
  sendMessage,
  takeStep,
} from '../agencies/engagements.ts';
import { recomputeRatings } from '../agencies/record.ts';
import {
  MAX_ABOUT_CHARS,
  MAX_LICENCE_CHARS,
  MAX_LISTED,
  MAX_NAME_CHARS,
  MAX_NOTE_CHARS,
  NewEntry,
} from '../agencies/schemas.ts';
import { listDrafts } from '../drafts/store.ts';
import { say } from '../sentences.ts';
import { AgencyPage, type Choosing, DirectoryPage, OwnEntryPage } from './agency-page.tsx';
import { EngagementPage, EngagementsPage } from './engagement-page.tsx';

const AGENCIES_A_PAGE = 50;
const ENGAGEMENTS_A_PAGE = 200;
const MESSAGES_A_PAGE = 200;
const DRAFTS_TO_CHOOSE = 200;
const OfAgency = Closed({ agency_id: Id });
const OfEngagement = Closed({ id: Id });
const PARTIES = ['firm', 'agency'] as const;
const WRITE = { access: PARTIES, scope: 'write' } as const;
const FIRM = { access: ['firm'], scope: 'write' } as const;

export function agencyPages(app: FastifyInstance, service: Service): void {
  directoryPages(app, service);
  ownEntryPages(app, service);
  engagementPages(app, service);
}

function directoryPages(app: FastifyInstance, service: Service): void {
  const { database, vault, clock } = service;
  const page = pagesOf(app, service);
  const form = refusableFormsOf(app, service);

  page(
    '/filing/agencies',
    {
      access: EVERYONE,
      query: Closed({
        field: Type.Optional(Type.String({ pattern: '^([1-9]|[12]\\d|3[0-5])?$' })),
        office: Type.Optional(Type.String({ maxLength: 2 })),
      }),
    },
    async ({ query, request, view }) => {
      const { kind } = callerOfGuarded(request);
      const sought = {
        field: query.field ? Number(query.field) : undefined,
        office: query.office ? query.office.toUpperCase() : undefined,
      };
      const agencies = await listAgencies(database.sql, sought, null, AGENCIES_A_PAGE);
      const waiting =
        kind === 'staff' ? await listAgencies(database.sql, { state: 'asked' }, null, AGENCIES_A_PAGE) : null;
      return {
        title: view.words.say('agency.title'),
        body: <DirectoryPage {...{ agencies, sought, waiting }} />,
      };
    },
  );

  page(
    '/filing/agencies/:agency_id',
    { access: EVERYONE, params: OfAgency, query: Closed({ draft_id: Type.Optional(Id) }) },
    ({ params, query, request }) => one(callerOfGuarded(request), params.agency_id, query.draft_id),
  );

  form(
    '/filing/agencies/:agency_id/decisions',
    {
      access: ['staff'],
      scope: 'operate',
      params: OfAgency,
      body: Closed({
        state: OneOf(['admitted', 'refused'], 'the decision'),
        reason: Type.String({ maxLength: MAX_NOTE_CHARS }),
      }),
    },
    {
      at: () => '/filing/agencies',
      async act({ params, body, caller }) {
        await database.transaction((tx) => decideEntry(tx, params.agency_id, body, caller, clock.now()));
        service.onNews();
        return '/filing/agencies';
      },
    },
  );

  form(
    '/filing/agencies/:agency_id/engagements',
    {
      ...FIRM,
      params: OfAgency,
      body: Closed({ draft_id: Id, instruction: Typed, accepted: Type.Optional(Type.Literal('on')) }),
    },
    {
      at: ({ agency_id }) => `/filing/agencies/${agency_id}`,
      act: ({ params: { agency_id }, body, caller }) =>
        attemptOnEngagement(
          service,
          caller,
          { action: 'filing.engagement.ask', subject: body.draft_id },
          async () => {
            const { draft_id } = body;
            const instruction = body.instruction.trim();
            if (instruction === '') throw faultAt('instruction', sayOfForm('field_empty'), 'refused');
            const { id } = await database.transaction(async (tx) => {
              const shown = await conflictsWith(tx, { draft_id, agency_id }, caller, clock.now());
              const accepted_conflicts = body.accepted ? shown.map(({ kind }) => kind) : [];
              const given = {
                draft_id,
                agency_id,
                instruction,
                accepted_conflicts: [...new Set(accepted_conflicts)],
              };
              return instruct(tx, vault, given, caller, clock.now());
            });
            return `/filing/engagements/${id}`;
          },
        ),
      again: ({ params, body, caller }, problem) =>
        one(caller, params.agency_id, body.draft_id, body.instruction, problem),
    },
  );

  async function one(
    caller: Caller,
    agency_id: string,
    draft_id: string | undefined,
    typed = '',
    problem: Problem | null = null,
  ): Promise<Page> {
    const agency = await findAgency(database.sql, agency_id);
    const choosing =
      caller.kind === 'firm' && agency.state === 'admitted'
        ? await choosingFor(caller, agency, draft_id)
        : null;
    return { title: agency.name, body: <AgencyPage {...{ agency, choosing, typed, problem }} /> };
  }

  async function choosingFor(
    caller: Caller,
    { agency_id }: Agency,
    draft_id: string | undefined,
  ): Promise<Choosing> {
    const drafts = await listDrafts(database.sql, '', DRAFTS_TO_CHOOSE);
    const chosen = draft_id ?? drafts.at(-1)?.id;
    if (chosen === undefined) return { drafts, draft_id: '', conflicts: [] };
    const conflicts = await database.transaction((tx) =>
      conflictsWith(tx, { draft_id: chosen, agency_id }, caller, clock.now()),
    );
    return { drafts, draft_id: chosen, conflicts };
  }
}

/** What each field of an entry must be. */
const ENTRY_FAULTS: Readonly<Record<keyof Entry, Sentence>> = {
  licence_number: say('agency_no_licence', { most: MAX_LICENCE_CHARS }),
  register_names: say('agency_no_names', { lines: MAX_LISTED, most: MAX_NAME_CHARS }),
  offices: say('agency_no_offices', { most: MAX_LISTED }),
  languages: say('agency_no_languages', { most: MAX_LISTED }),
  about: say('agency_about_long', { most: MAX_ABOUT_CHARS }),
};

function ownEntryPages(app: FastifyInstance, service: Service): void {
  const { database, clock } = service;
  const form = refusableFormsOf(app, service);
  const own = async (
    { organisation_id }: Caller,
    { words }: View,
    typed: Readonly<Record<string, string>> = {},
    problem: Problem | null = null,
  ) => {
    const agency = await findAgency(database.sql, organisation_id).catch((error) => {
      if (error instanceof Problem && error.code === 'not_found') return null;
      throw error;
    });
    return { title: words.say('agency.own'), body: <OwnEntryPage {...{ agency, typed, problem }} /> };
  };

  pagesOf(app, service)('/filing/agency', { access: ['agency'] }, ({ request, view }) =>
    own(callerOfGuarded(request), view),
  );

  form(
    '/filing/agency',
    {
      access: ['agency'],
      scope: 'write',
      body: Closed({
        licence_number: Typed,
        offices: Typed,
        languages: Typed,
        register_names: Typed,
        about: Typed,
      }),
    },
    {
      at: () => '/filing/agency',
      async act({ body, caller, request }) {
        const entry: Entry = {
          licence_number: body.licence_number.trim(),
          offices: wordsOf(body.offices.toUpperCase()),
          languages: wordsOf(body.languages.toLowerCase()),
          register_names: body.register_names
            .split(/\r?\n/)
            .map((name) => name.trim())
            .filter((name) => name !== ''),
          about: body.about.trim(),
        };
        const fits = request.compileValidationSchema(NewEntry, 'body');
        if (!fits(entry)) {
          const [fault] = fits.errors!;
          const field = fault!.instancePath.split('/')[1] as keyof Entry;
          throw faultAt(field, ENTRY_FAULTS[field], 'refused');
        }
        await database.transaction((tx) => enterDirectory(tx, entry, caller, clock.now()));
        return '/filing/agency';
      },
      again: ({ body, caller, view }, problem) => own(caller, view, body as Record<string, string>, problem),
    },
  );
}

function wordsOf(text: string): string[] {
  return [...new Set(text.split(/[\s,;，、]+/).filter((word) => word !== ''))];
}

function engagementPages(app: FastifyInstance, service: Service): void {
  const { database, vault, clock } = service;
  const page = pagesOf(app, service);
  const form = refusableFormsOf(app, service);
  const at = ({ id }: { id: string }) => `/filing/engagements/${id}`;
  const one = async (
    id: string,
    { words }: View,
    typed = '',
    problem: Problem | null = null,
  ): Promise<Page> => {
    const engagement = await findEngagement(database.sql, vault, id);
    const messages = await messagesOf(database.sql, vault, engagement, '', MESSAGES_A_PAGE);
    return {
      title: words.say('engagement.one'),
      body: <EngagementPage {...{ engagement, messages, typed, problem }} />,
    };
  };

  page('/filing/engagements', { access: PARTIES }, async ({ view }) => {
    const engagements = await listEngagements(database.sql, vault, { limit: ENGAGEMENTS_A_PAGE });
    return {
      title: view.words.say('engagement.title'),
      body: <EngagementsPage engagements={engagements.toReversed()} />,
    };
  });

  page('/filing/engagements/:id', { access: PARTIES, params: OfEngagement }, ({ params, view }) =>
    one(params.id, view),
  );

  form(
    '/filing/engagements/:id/steps',
    { ...WRITE, params: OfEngagement, body: Closed({ step: OneOf(STEPS, 'what is done') }) },
    {
      at,
      async act({ params, body, caller }) {
        await attemptOnEngagement(
          service,
          caller,
          { action: 'filing.engagement.step', subject: params.id },
          () => database.transaction((tx) => takeStep(tx, vault, params.id, body.step, caller, clock.now())),
        );
        return at(params);
      },
      again: ({ params, view }, problem) => one(params.id, view, '', problem),
    },
  );

  form(
    '/filing/engagements/:id/messages',
    { ...WRITE, params: OfEngagement, body: Closed({ body: Typed }) },
    {
      at,
      async act({ params, body, caller }) {
        const text = body.body.trim();
        if (text === '') throw new Problem('refused', sayOfForm('text_empty'));
        await database.transaction((tx) => sendMessage(tx, vault, params.id, text, caller, clock.now()));
        return at(params);
      },
      again: ({ params, body, view }, problem) => one(params.id, view, body.body, problem),
    },
  );

  form(
    '/filing/engagements/:id/ratings',
    {
      ...FIRM,
      params: OfEngagement,
      body: Closed({ score: Typed, note: Type.String({ maxLength: MAX_NOTE_CHARS }) }),
    },
    {
      at,
      async act({ params, body, caller }) {
        if (!/^[1-5]$/.test(body.score))
          throw faultAt('score', sayOfForm('field_not_whole', { least: 1, most: 5 }), 'refused');
        await database.transaction(async (tx) => {
          const given = { score: Number(body.score), note: body.note };
          await rate(tx, vault, params.id, given, caller, clock.now());
          await recomputeRatings(tx);
        });
        return at(params);
      },
      again: ({ params, view }, problem) => one(params.id, view, '', problem),
    },
  );
}
