import { randomInt } from 'node:crypto';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { SEVERITIES } from '../../models/risk/rule.ts';
import { attemptOwn } from '../audit/refusal.ts';
import { create } from '../http/create.ts';
import { callerOfGuarded } from '../http/guard.ts';
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
  Version,
  WithDefault,
} from '../http/schemas.ts';
import type { Service } from '../service.ts';
import { backtestRules, recordBacktest } from './backtest.ts';
import { backtestsOf, type StoredBacktest } from './backtest-store.ts';
import { MAX_SAMPLED_PATENTS, MIN_SAMPLED_PATENTS } from './histories.ts';
import { ruleSetsOf, setRules } from './rule-sets.ts';

export const MAX_SEED = 2 ** 32 - 1;
export const DEFAULT_SAMPLE = 1_000;
/** More rules than there ever were. */
const MAX_SETTINGS = 200;

const Setting = Closed({
  enabled: Type.Optional(Type.Boolean()),
  severity: Type.Optional(OneOf(SEVERITIES, 'how grave')),
  parameters: Type.Optional(
    Type.Record(Type.String({ maxLength: 64 }), Type.Number(), {
      description: 'thresholds by name, as GET /v1/rules has them',
    }),
  ),
});

const Settings = Type.Record(Type.String({ maxLength: 64 }), Setting, {
  maxProperties: MAX_SETTINGS,
  description: 'by rule, what differs from the default',
});

const RuleSet = Type.Object({ version: Version, settings: Settings, set_by: Id, in_force_from: Instant });

const Count = Type.Integer({ minimum: 0 });
const Share = (description: string) => Nullable(Type.Number({ minimum: 0, maximum: 1, description }));
const LeadDays = Nullable(Type.Number({ description: 'from the earliest right flag to the notice, median' }));

const SetFigures = Type.Object({
  notices_total: { ...Count, description: 'termination notices published in the period' },
  notices_flagged: { ...Count, description: 'of these, flagged by the next assessment' },
  early_warned_share: Share('of the notices, those that a right warning came before'),
  early_precision: Share('of the warnings whose time is over, those that came true'),
  median_lead_days: LeadDays,
  early_events: { ...Count, description: 'warnings before the end of a right' },
  rules: Type.Array(
    Type.Object({
      id: Type.String(),
      group: Type.String(),
      severity: Type.String(),
      events: { ...Count, description: 'flags that it would have opened' },
      judged: { ...Count, description: 'of these, the ones whose time is over' },
      precision: Share('of the judged, those whose notice came in time'),
      recall: Share('of the notices, those that a right flag came before'),
      median_lead_days: LeadDays,
      measured: Type.Boolean({
        description: 'false where facts are lacking: no flag is then no sign of calm',
      }),
      unknown_share: Type.Number({ description: 'of the patent-months, those in which it lacked its facts' }),
    }),
    { description: 'the rules that are on' },
  ),
});

const Backtest = Type.Object({
  id: Id,
  settings: Settings,
  settings_sha256: Type.String({ description: 'of their canonical JSON, hexadecimal' }),
  known_at: { ...Instant, description: 'it rests on what was known of the patents by then' },
  made_by: Id,
  seed: Count,
  patents: { ...Count, description: 'walked month by month, those of own pledges and a sample' },
  own_patents: { ...Count, description: 'of these, under the bank’s own live pledges' },
  left_out: { ...Count, description: 'patents of own pledges that took no part: not Chinese, or too many' },
  from: Day,
  to: { ...Day, description: 'the last day of which the sources told anything' },
  proposed: SetFigures,
  in_force: Type.Object({
    version: { ...Version, description: '0 for the default' },
    ...SetFigures.properties,
  }),
});

export const ruleSetRoutes =
  (service: Service): FastifyPluginAsyncTypebox =>
  async (app) => {
    const { database, clock } = service;
    app.get(
      '/v1/rule-sets',
      {
        config: { access: ['bank'] },
        schema: {
          operationId: 'listRuleSets',
          tags: ['risk'],
          description: 'The bank’s own rule sets, newest first; the first is in force. None: the default.',
          response: { 200: Type.Object({ data: Type.Array(RuleSet) }) },
        },
      },
      async (request) => ({
        data: await ruleSetsOf(database.sql, callerOfGuarded(request).organisation_id),
      }),
    );

    app.post(
      '/v1/rule-sets',
      {
        config: { access: ['bank'], scope: 'decide' },
        schema: {
          operationId: 'setRules',
          tags: ['risk'],
          description:
            'Puts a rule set in force for the bank’s pledges from the next assessment on. What it does not name is the default. Refused (428) unless exactly these settings were backtested within 30 days; the empty set needs none.',
          body: Closed({
            version: { ...Version, description: 'of the set that this one follows; 0 for the first' },
            settings: Settings,
          }),
          response: { 201: RuleSet },
        },
      },
      (request, reply) => {
        const caller = callerOfGuarded(request);
        const { settings, version } = request.body;
        return attemptOwn(service, caller, 'rule_set.set', () =>
          create(request, reply, database, (tx) => setRules(tx, settings, version, caller, clock.now())),
        );
      },
    );

    app.post(
      '/v1/rule-sets/backtest',
      {
        config: { access: ['bank'] },
        schema: {
          operationId: 'backtestRules',
          tags: ['risk'],
          description:
            'What a rule set would have raised over the history of the bank’s own patents and a sample of others, beside the set in force, and how much of it came true. Takes some ten seconds; one at a time.',
          body: Closed({
            settings: Settings,
            seed: Type.Optional(
              Type.Integer({
                minimum: 0,
                maximum: MAX_SEED,
                description: 'the same draws the same sample; drawn if left out',
              }),
            ),
            sample: WithDefault(
              Type.Integer({
                minimum: MIN_SAMPLED_PATENTS,
                maximum: MAX_SAMPLED_PATENTS,
                default: DEFAULT_SAMPLE,
                description: 'patents besides those of own pledges',
              }),
            ),
          }),
          response: { 201: Backtest },
        },
      },
      async (request, reply) => {
        const caller = callerOfGuarded(request);
        const { settings, sample, seed = randomInt(MAX_SEED) } = request.body;
        const known_at = clock.now();
        // Not within the transaction, which may not wait for it.
        const result = await backtestRules(database.sql, settings, { seed, sample }, caller, known_at);
        return create(request, reply, database, async (tx) =>
          shown(await recordBacktest(tx, settings, result, caller, known_at)),
        );
      },
    );

    app.get(
      '/v1/rule-sets/backtests',
      {
        config: { access: ['bank'] },
        schema: {
          operationId: 'listBacktests',
          tags: ['risk'],
          description: 'The bank’s own backtests, newest first.',
          querystring: Closed(PageQuery),
          response: { 200: Page(Backtest) },
        },
      },
      async (request) => {
        const { limit, cursor } = request.query;
        const { organisation_id } = callerOfGuarded(request);
        const stored = await backtestsOf(database.sql, organisation_id, limit + 1, cursor);
        return page(stored.map(shown), limit, ({ id }) => id);
      },
    );
  };

function shown({ result, ...stored }: StoredBacktest): Type.Static<typeof Backtest> {
  return { ...stored, ...result };
}
