/** The directory of experts and intermediaries, the own entry in it, and engagements from the asking to the opinion. */
import type { FastifyInstance } from 'fastify';
import Type from 'typebox';
import type { Caller } from '../../accounts/store.ts';
import { attemptOwn } from '../../audit/refusal.ts';
import { Problem } from '../../errors.ts';
import { callerOfGuarded, EVERYONE } from '../../http/guard.ts';
import { Closed, page as cut, Id } from '../../http/schemas.ts';
import { faultAt } from '../../pages/parts/fault.ts';
import { minorTyped } from '../../pages/parts/money.ts';
import { refusableFormsOf, Typed } from '../../pages/refusable-forms.ts';
import { say } from '../../pages/sentences.ts';
import { pagesOf } from '../../pages/serve.ts';
import { byNumber } from '../../pages/valuation/read.ts';
import type { View } from '../../pages/view.ts';
import type { Service } from '../../service.ts';
import { ENGAGING, EXPERTS, MOST_OPINION_CHARS } from '../experts/routes.ts';
import {
  askExpert,
  engagementDetail,
  publishProfile,
  rateExpert,
  STEPS,
  shareEngagement,
  takeEngagementStep,
  writeOpinion,
} from '../experts/service.ts';
import { findExpert, listEngagements, listExperts } from '../experts/store.ts';
import { sentence } from '../sentences.ts';
import { EngagementPage } from './engagement-page.tsx';
import { ExpertPage, ExpertsPage, type Kept } from './experts-page.tsx';

const ById = Closed({ id: Id });
const SHOWN = 100;
const SCORES = /^[1-5]$/;
const REGION = /^[A-Z]{2}$/;
const NOTHING: Kept = {};
const WRITE = { access: ENGAGING.access, scope: 'write' } as const;
const at = ({ id }: { id: string }) => `/engagements/${id}`;

export function expertPages(app: FastifyInstance, service: Service): void {
  const { database, clock } = service;
  const page = pagesOf(app, service);
  const form = refusableFormsOf(app, service);
  const tried = <T,>(caller: Caller, action: string, work: () => Promise<T>) =>
    attemptOwn(service, caller, action, work);

  const directory = async (
    { caller, words }: View,
    sought: Kept = NOTHING,
    kept = NOTHING,
    problem: Problem | null = null,
  ) => {
    const { field, region, intermediary } = sought;
    const experts = await listExperts(
      database.sql,
      {
        field: Number(field) || undefined,
        region: region || undefined,
        intermediary: intermediary === 'on' || undefined,
      },
      '',
      SHOWN,
    );
    const isStaff = caller!.kind === 'staff';
    const own = isStaff ? [] : await listEngagements(database.sql, undefined, SHOWN);
    const mayEnter = caller!.kind === 'expert' || caller!.kind === 'agency';
    const profile = mayEnter ? await findExpert(database.sql, caller!.organisation_id) : null;
    return {
      title: words.say('nav.experts'),
      body: (
        <ExpertsPage
          {...{ experts, sought, kept, problem, profile, mayEnter }}
          engagements={cut(own, SHOWN, ({ id }) => id).data}
        />
      ),
    };
  };

  page(
    '/experts',
    {
      access: EVERYONE,
      query: Closed({
        field: Type.Optional(Typed),
        region: Type.Optional(Typed),
        intermediary: Type.Optional(Typed),
      }),
    },
    ({ view, query }) => directory(view, query as Kept),
  );

  form(
    '/experts/profile',
    {
      access: EXPERTS.access,
      scope: 'write',
      body: Closed({
        summary: Typed,
        fields: Typed,
        regions: Typed,
        intermediary: Type.Optional(Typed),
        open: Type.Optional(Typed),
      }),
    },
    {
      at: () => '/experts',
      async act({ body, caller }) {
        const given = profileOf(body);
        await database.transaction((tx) => publishProfile(tx, given, caller, clock.now()));
        return '/experts';
      },
      again: ({ body, view }, problem) => directory(view, NOTHING, body as Kept, problem),
    },
  );

  const one = async (id: string, kept = NOTHING, problem: Problem | null = null) => {
    const expert = await findExpert(database.sql, id);
    if (!expert) throw new Problem('not_found', 'There is no such expert.');
    return { title: expert.name, body: <ExpertPage {...{ expert, kept, problem }} /> };
  };

  page('/experts/:id', { access: EVERYONE, params: ById }, ({ params }) => one(params.id));

  form(
    '/experts/:id/engagements',
    { ...WRITE, params: ById, body: Closed({ patent: Typed, deal_id: Typed, brief: Typed }) },
    {
      at: ({ id }) => `/experts/${id}`,
      async act({ params, body, caller }) {
        const number = body.patent.trim();
        const found = number === '' ? null : await byNumber(database.sql, number.toUpperCase());
        if (number !== '' && !found) throw faultAt('patent', say('field_no_patent'), 'refused');
        requireTyped(body, 'brief');
        const given = {
          expert_id: params.id,
          patent_id: found?.patent_id ?? null,
          deal_id: body.deal_id.trim() || null,
          valuation_id: null,
          brief: body.brief.trim(),
        };
        const made = await tried(caller, 'expert.ask', () =>
          database.transaction((tx) => askExpert(tx, given, caller, clock.now())),
        );
        return at(made);
      },
      again: ({ params, body }, problem) => one(params.id, body, problem),
    },
  );

  const engagement = async (id: string, kept = NOTHING, problem: Problem | null = null, view?: View) => ({
    title: view?.words.say('expert_engagement.title') ?? id,
    body: (
      <EngagementPage
        engagement={await engagementDetail(database.sql, id, clock.now())}
        {...{ kept, problem }}
      />
    ),
  });

  page('/engagements/:id', { access: ENGAGING.access, params: ById }, ({ params, view }) =>
    engagement(params.id, NOTHING, null, view),
  );

  for (const step of STEPS)
    form(
      `/engagements/:id/${step}`,
      { ...WRITE, params: ById },
      {
        at,
        async act({ params, caller }) {
          await tried(caller, 'expert.step', () =>
            database.transaction((tx) => takeEngagementStep(tx, params.id, step, caller, clock.now())),
          );
          return at(params);
        },
        again: ({ params, view }, problem) => engagement(params.id, NOTHING, problem, view),
      },
    );

  form(
    '/engagements/:id/opinions',
    {
      access: EXPERTS.access,
      scope: 'write',
      params: ById,
      body: Closed({
        text: Type.String({ maxLength: MOST_OPINION_CHARS }),
        low: Typed,
        mid: Typed,
        high: Typed,
        as_of: Typed,
      }),
    },
    {
      at,
      async act({ params, body, request }) {
        const caller = callerOfGuarded(request);
        if (caller.person_id === undefined || !caller.session)
          throw new Problem('forbidden', 'An opinion is written by a person who signed in.');
        requireTyped(body, 'text', 'as_of');
        const given = {
          text: body.text,
          low_minor: minorTyped(body.low, 'low'),
          mid_minor: minorTyped(body.mid, 'mid'),
          high_minor: minorTyped(body.high, 'high'),
          as_of: body.as_of,
        };
        await tried(caller, 'expert.write', () =>
          database.transaction((tx) => writeOpinion(tx, params.id, given, caller, clock.now())),
        );
        return at(params);
      },
      again: ({ params, body, view }, problem) => engagement(params.id, body, problem, view),
    },
  );

  form(
    '/engagements/:id/shares',
    { ...WRITE, params: ById, body: Closed({ organisation_id: Typed }) },
    {
      at,
      async act({ params, body, caller }) {
        await tried(caller, 'expert.share', () =>
          database.transaction((tx) =>
            shareEngagement(tx, params.id, body.organisation_id.trim(), caller, clock.now()),
          ),
        );
        return at(params);
      },
      again: ({ params, body, view }, problem) => engagement(params.id, body, problem, view),
    },
  );

  form(
    '/engagements/:id/rating',
    { ...WRITE, params: ById, body: Closed({ score: Typed }) },
    {
      at,
      async act({ params, body, caller }) {
        if (!SCORES.test(body.score)) throw faultAt('score', sentence('rating_score'), 'refused');
        await tried(caller, 'expert.rate', () =>
          database.transaction((tx) => rateExpert(tx, params.id, Number(body.score), caller, clock.now())),
        );
        return at(params);
      },
      again: ({ params, view }, problem) => engagement(params.id, NOTHING, problem, view),
    },
  );
}

function profileOf(body: {
  summary: string;
  fields: string;
  regions: string;
  intermediary?: string;
  open?: string;
}) {
  requireTyped(body, 'summary', 'fields', 'regions');
  const list = (text: string) => [...new Set(text.split(/[\s,，]+/).filter((each) => each !== ''))];
  const fields = list(body.fields).map(Number);
  const regions = list(body.regions.toUpperCase());
  if (fields.some((field) => !Number.isInteger(field) || field < 1 || field > 35))
    throw faultAt('fields', sentence('expert_fields'), 'refused');
  if (regions.some((region) => !REGION.test(region)))
    throw faultAt('regions', sentence('expert_regions'), 'refused');
  const { summary, intermediary, open } = body;
  return {
    summary: summary.trim(),
    fields,
    regions,
    intermediary: intermediary === 'on',
    open: open === 'on',
  };
}

function requireTyped(body: Readonly<Record<string, string | undefined>>, ...names: string[]): void {
  const empty = names.find((name) => (body[name] ?? '').trim() === '');
  if (empty) throw faultAt(empty, say('field_empty'), 'refused');
}
