/** One case: what was flagged and on which evidence, and the steps that lead to a decision by two people. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import Type from 'typebox';
import { DECISIONS } from '../../../models/review.ts';
import { PROBLEMS, Problem } from '../../errors.ts';
import { callerOfGuarded } from '../../http/guard.ts';
import { Closed, Id, OneOf } from '../../http/schemas.ts';
import type { Action } from '../../people/roles.ts';
import { type Request, refused, takeStep } from '../../review/act.ts';
import type { Service } from '../../service.ts';
import { Blank, blank } from '../asking.ts';
import { formsOf } from '../forms.ts';
import { ruleTitle } from '../parts/terms.ts';
import { pagesOf } from '../serve.ts';
import type { View } from '../view.ts';
import { CasePage, type Faults, type Outcome } from './case-page.tsx';
import { queueHead } from './live.ts';
import { readCase } from './read.ts';

const MAX_NOTE_LENGTH = 2_000;
const UNPROCESSABLE = 422;
const ById = Closed({ flag_id: Id });

/** What a reviewer may do, and what takes who may decide. */
const STEPS = ['claimed', 'released', 'noted', 'escalated', 'submitted'] as const;
const CHECKS = ['approved', 'returned', 'reopened'] as const;
const SILENT = ['claimed', 'released'] as const;

const VERSION = Type.String({ pattern: '^\\d{1,9}$' });

const saidOf = <Action extends string>(actions: readonly Action[]) => ({
  version: VERSION,
  action: OneOf(actions, 'what is done'),
  decision: Blank(OneOf(DECISIONS, 'what is proposed')),
  note: Type.Optional(Type.String({ maxLength: MAX_NOTE_LENGTH })),
});

interface Said {
  version: string;
  action: (typeof STEPS)[number] | (typeof CHECKS)[number];
  decision?: (typeof DECISIONS)[number] | '';
  note?: string;
}

export function casePages(app: FastifyInstance, service: Service): void {
  pagesOf(app, service)(
    '/reviews/:flag_id',
    { access: ['staff'], params: ById, query: Closed({ seen: Type.Optional(VERSION) }) },
    ({ request, params, query, view }) => casePage(request, params.flag_id, view, null, query.seen),
  );

  const form = formsOf(app, service);
  const posts = (name: string, scope: Action, actions: readonly Said['action'][]) =>
    form(
      `/reviews/:flag_id/${name}`,
      {
        who: { access: ['staff'], scope },
        params: ById,
        fields: saidOf(actions),
        at: ({ flag_id }) => `/reviews/${flag_id}`,
      },
      async ({ params: { flag_id }, body, request, view, again, goTo }) => {
        const outcome = await outcomeOf(request, flag_id, body);
        if (outcome === null) return goTo(`/reviews/${flag_id}`);
        const { problem } = outcome;
        const page = await casePage(request, flag_id, view, outcome);
        return again(page, problem ? PROBLEMS[problem.code].status : UNPROCESSABLE);
      },
    );
  posts('steps', 'review', STEPS);
  posts('checks', 'decide', CHECKS);

  /** @returns null when the step was taken */
  async function outcomeOf(request: FastifyRequest, flag_id: string, said: Said): Promise<Outcome | null> {
    const { decision = '', note = '' } = said;
    const kept = { decision, note };
    const faults = faultsOf(said);
    if (Object.keys(faults).length > 0) return { faults, kept, problem: null };
    const caller = callerOfGuarded(request);
    const asked = { flag_id, version: Number(said.version), request: requestOf(said), caller };
    const { database, clock } = service;
    try {
      await database.transaction((tx) => takeStep(tx, asked, clock.now()));
      return null;
    } catch (error) {
      const problem = await refused(service, asked, error).catch((told: unknown) => told);
      if (problem instanceof Problem && problem.code !== 'not_found') return { faults: {}, kept, problem };
      throw problem;
    }
  }

  /** The case as it is now, with what was typed. */
  async function casePage(
    request: FastifyRequest,
    flag_id: string,
    { words }: View,
    outcome: Outcome | null,
    seen?: string,
  ) {
    const head = await queueHead(service.system.sql);
    const shown = await readCase(service, flag_id, callerOfGuarded(request), actionsOf(request));
    const version = seen === undefined ? shown.review.version : Number(seen);
    return {
      title: ruleTitle(shown.flag.rule, words),
      body: <CasePage {...{ shown, outcome, head }} seen={version} />,
    };
  }
}

function actionsOf({ recognised }: FastifyRequest): readonly Action[] {
  return recognised!.actions;
}

function isSilent(action: Said['action']): action is (typeof SILENT)[number] {
  return (SILENT as readonly string[]).includes(action);
}

function faultsOf({ action, decision, note = '' }: Said): Faults {
  if (isSilent(action)) return {};
  return {
    ...(action === 'submitted' && blank(decision) === undefined && { decision: 'case.decision_missing' }),
    ...(note.trim() === '' && { note: 'case.note_missing' }),
  };
}

/** Of what was found without fault. */
function requestOf({ action, decision, note = '' }: Said): Request {
  if (isSilent(action)) return { action };
  if (action === 'submitted') return { action, decision: blank(decision)!, note };
  return { action, note };
}
