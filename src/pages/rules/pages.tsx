/** Rules of a bank: a set is proposed, looked at in a backtest, and put in force by another person. */
import { randomInt } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import Type from 'typebox';
import { faultsOf } from '../../../models/risk/rule-set.ts';
import type { Sentence } from '../../../models/sentences.ts';
import type { Caller } from '../../accounts/store.ts';
import { attemptOwn } from '../../audit/refusal.ts';
import { PROBLEMS, Problem } from '../../errors.ts';
import { callerOfGuarded } from '../../http/guard.ts';
import { Closed, Id } from '../../http/schemas.ts';
import { backtestRules, recordBacktest } from '../../risk/backtest.ts';
import { backtestsOf, findBacktest } from '../../risk/backtest-store.ts';
import { DEFAULT_SAMPLE, MAX_SEED } from '../../risk/rule-set-routes.ts';
import { ruleSetsOf, setRules } from '../../risk/rule-sets.ts';
import type { Service } from '../../service.ts';
import { formsOf } from '../forms.ts';
import { namesOf } from '../parts/names.ts';
import { pagesOf } from '../serve.ts';
import { BacktestPage } from './backtest-page.tsx';
import { type Outcome, RulesPage } from './rules-page.tsx';
import { readSettings, type Typed, typedOf } from './settings.ts';

const BACKTESTS_SHOWN = 20;
const BANK = { access: ['bank'] } as const;

/** Of a form with every rule. */
const SETTINGS = { names: /^[a-z_0-9]{1,50}\.[a-z_0-9]{1,50}$/, most: 400, max_length: 100 };
const ById = Closed({ id: Id });

export function rulePages(app: FastifyInstance, service: Service): void {
  const { database, clock, vault } = service;
  const { sql } = database;
  const page = pagesOf(app, service);
  const form = formsOf(app, service);

  page('/rules', BANK, async ({ request, view }) => ({
    title: view.words.say('nav.rules'),
    body: await rulesPage(callerOfGuarded(request), null),
  }));

  page('/rules/backtests/:id', { ...BANK, params: ById }, async ({ params, request, view }) => ({
    title: view.words.say('rules.backtest'),
    body: await backtestPage(request, params.id, null),
  }));

  form(
    '/rules/backtests',
    { who: BANK, fields: {}, others: SETTINGS, at: () => '/rules' },
    async ({ others: typed, request, view, again, goTo }) => {
      const caller = callerOfGuarded(request);
      const known_at = clock.now();
      const outcome = outcomeOf(typed);
      if (outcome === null) {
        const { settings } = readSettings(typed);
        const drawn = { seed: randomInt(MAX_SEED), sample: DEFAULT_SAMPLE };
        try {
          const result = await backtestRules(sql, settings, drawn, caller, known_at);
          const { id } = await database.transaction((tx) =>
            recordBacktest(tx, settings, result, caller, known_at),
          );
          return await goTo(`/rules/backtests/${id}`);
        } catch (error) {
          if (!(error instanceof Problem)) throw error;
          return refuse({ typed, faults: {}, problem: error });
        }
      }
      return refuse(outcome);

      async function refuse(outcome: Outcome) {
        const body = await rulesPage(caller, outcome);
        const page = { title: view.words.say('nav.rules'), body };
        return again(page, PROBLEMS[outcome.problem?.code ?? 'refused'].status);
      }
    },
  );

  form(
    '/rules/backtests/:id/set',
    {
      who: { ...BANK, scope: 'decide' },
      params: ById,
      fields: { version: Type.String({ pattern: '^\\d{1,9}$' }) },
      at: ({ id }) => `/rules/backtests/${id}`,
    },
    async ({ params: { id }, body: { version }, request, view, again, goTo }) => {
      const caller = callerOfGuarded(request);
      const { settings } = await backtestOf(caller, id);
      try {
        await attemptOwn(service, caller, 'rule_set.set', () =>
          database.transaction((tx) => setRules(tx, settings, Number(version), caller, clock.now())),
        );
        return goTo('/rules');
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        const body = await backtestPage(request, id, error);
        return again({ title: view.words.say('rules.backtest'), body }, PROBLEMS[error.code].status);
      }
    },
  );

  async function rulesPage({ organisation_id }: Caller, outcome: Outcome | null) {
    const [sets, backtests] = await Promise.all([
      ruleSetsOf(sql, organisation_id),
      backtestsOf(sql, organisation_id, BACKTESTS_SHOWN, undefined),
    ]);
    const typed = outcome?.typed ?? typedOf(sets[0]?.settings ?? {});
    const nameOf = await namesOf(sql, vault, organisation_id);
    return <RulesPage in_force={sets[0] ?? null} {...{ typed, outcome, backtests, nameOf }} />;
  }

  async function backtestPage(request: FastifyRequest, id: string, problem: Problem | null) {
    const caller = callerOfGuarded(request);
    const backtest = await backtestOf(caller, id);
    const [in_force] = await ruleSetsOf(sql, caller.organisation_id);
    const nameOf = await namesOf(sql, vault, caller.organisation_id);
    const may_set = request.recognised!.actions.includes('decide');
    return <BacktestPage version={in_force?.version ?? 0} {...{ backtest, nameOf, may_set, problem }} />;
  }

  async function backtestOf({ organisation_id }: Caller, id: string) {
    const backtest = await findBacktest(sql, organisation_id, id);
    if (!backtest) throw new Problem('not_found', 'There is no such backtest.');
    return backtest;
  }
}

/** Every fault beside its field; null where there is none. */
function outcomeOf(typed: Typed): Outcome | null {
  const { settings, not_numbers } = readSettings(typed);
  const faults: Record<string, Sentence | null> = Object.fromEntries(not_numbers.map((name) => [name, null]));
  for (const { pointer, sentence } of faultsOf(settings)) {
    const [, rule, field, parameter] = pointer.split('/');
    const name =
      field === 'parameters' ? `${rule}.${parameter}` : `${field === 'enabled' ? 'on' : field}.${rule}`;
    faults[name] = sentence;
  }
  return Object.keys(faults).length > 0 ? { typed, faults, problem: null } : null;
}
