import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { SEVERITIES } from '../../models/risk/rule.ts';
import { create } from '../http/create.ts';
import { callerOfGuarded } from '../http/guard.ts';
import { Closed, Id, Instant, OneOf, Version } from '../http/schemas.ts';
import type { Service } from '../service.ts';
import { ruleSetsOf, setRules } from './rule-sets.ts';

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

export const ruleSetRoutes =
  ({ database, clock }: Service): FastifyPluginAsyncTypebox =>
  async (app) => {
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
        config: { access: ['bank'] },
        schema: {
          operationId: 'setRules',
          tags: ['risk'],
          description:
            'Puts a rule set in force for the bank’s pledges from the next assessment on. What it does not name is the default.',
          body: Closed({
            version: { ...Version, description: 'of the set that this one follows; 0 for the first' },
            settings: Settings,
          }),
          response: { 201: RuleSet },
        },
      },
      (request, reply) =>
        create(request, reply, database, (tx) => {
          const { settings, version } = request.body;
          return setRules(tx, settings, version, callerOfGuarded(request), clock.now());
        }),
    );
  };
