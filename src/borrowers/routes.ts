import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type, { type TSchema } from 'typebox';
import {
  FACT_KINDS,
  type FactKind,
  RATING_GRADES,
  REGISTRATION_STATUSES,
} from '../../models/risk/borrower-facts.ts';
import { asOf } from '../clock.ts';
import { create } from '../http/create.ts';
import { callerOfGuarded, PLEDGE_KINDS } from '../http/guard.ts';
import {
  AsOfQuery,
  Closed,
  Currency,
  Day,
  Id,
  Instant,
  Minor,
  Nullable,
  OneOf,
  Page,
  PageQuery,
  PatentId,
  page,
} from '../http/schemas.ts';
import type { Service } from '../service.ts';
import { attemptOnFirm, giveConsent, kindsSeen, type NewFact, recordFact, revokeConsent } from './service.ts';
import { consentsOf, listFacts } from './store.ts';

const MAX_EMPLOYEES = 10_000_000;

const Kind = OneOf(FACT_KINDS, 'of fact');
const OfFirm = Closed({ firm_id: Id });
const Name = (description: string) => Type.String({ minLength: 1, maxLength: 200, description });

/** What a fact of each kind says. */
const DETAILS: Record<FactKind, TSchema> = {
  revenue: Closed({
    period_from: { ...Day, description: 'first day of the period; its last is effective_on' },
    amount_minor: Minor,
    currency: Currency,
  }),
  tax_arrears: Closed({
    amount_minor: { ...Minor, description: 'minor units; 0: nothing is owed any more' },
    currency: Currency,
  }),
  rating: Closed({ agency: Name('who rates'), grade: OneOf(RATING_GRADES, 'long-term, best first') }),
  registration: Closed({ status: OneOf(REGISTRATION_STATUSES, 'in the register of companies') }),
  key_inventor: Closed({
    inventor: Name('as the patent names them'),
    left: Type.Boolean({ description: 'false: is with the firm, or is back' }),
  }),
  insured_employees: Closed({
    employees: Type.Integer({ minimum: 0, maximum: MAX_EMPLOYEES, description: 'with social insurance' }),
  }),
  litigation: Closed({
    patent_id: PatentId,
    pending: Type.Boolean({ description: 'who owns the patent is disputed in court' }),
  }),
};

const Told = {
  effective_on: { ...Day, description: 'since when it is so; of a revenue the last day of its period' },
  source: Name('where it was learnt'),
  evidence: Type.String({
    minLength: 1,
    maxLength: 500,
    description: 'what shows it: document, number, address',
  }),
  corrects: Type.Optional({
    ...Nullable(Id),
    description: 'your own mistaken fact, which counts no more; null or left out: none',
  }),
};

type NewFactBody = Omit<NewFact, 'corrects'> & { corrects?: NewFact['corrects'] };

/** The kind first, so that a fault is told of the fact that was meant. */
const NewFactBody = Type.Unsafe<NewFactBody>({
  allOf: [
    Type.Object({ kind: Kind }),
    {
      type: 'object',
      required: ['kind'],
      discriminator: { propertyName: 'kind' },
      oneOf: FACT_KINDS.map((kind) => Closed({ kind: Type.Literal(kind), ...Told, detail: DETAILS[kind] })),
    },
  ],
});

const Fact = Type.Object({
  id: Id,
  firm_id: Id,
  kind: Kind,
  effective_on: Day,
  detail: Type.Record(Type.String(), Type.Unknown(), { description: 'by kind, as it was recorded' }),
  source: Type.String(),
  evidence: Type.String(),
  corrects: Nullable(Id),
  recorded_by: { ...Id, description: 'organisation' },
  known_at: Instant,
});

const Consent = Type.Object({
  id: Id,
  firm_id: Id,
  bank_id: Id,
  kinds: Type.Array(Kind),
  given_at: Instant,
  revoked_at: Nullable(Instant),
});

export const borrowerRoutes =
  (service: Service): FastifyPluginAsyncTypebox =>
  async (app) => {
    const { database, clock } = service;
    app.post(
      '/v1/borrowers/:firm_id/consents',
      {
        config: { access: ['firm'] },
        schema: {
          operationId: 'giveConsent',
          tags: ['borrowers'],
          description:
            'Lets one bank know and record facts of the named kinds about the own firm, until it is revoked.',
          params: OfFirm,
          body: Closed({
            bank_id: Id,
            kinds: Type.Array(Kind, { minItems: 1, maxItems: FACT_KINDS.length }),
          }),
          response: { 201: Consent },
        },
      },
      (request, reply) => {
        const { firm_id } = request.params;
        const caller = callerOfGuarded(request);
        return attemptOnFirm(service, { caller, firm_id, action: 'borrower.consent' }, () =>
          create(request, reply, database, (tx) =>
            giveConsent(tx, firm_id, request.body, caller, clock.now()),
          ),
        );
      },
    );

    app.delete(
      '/v1/borrowers/:firm_id/consents/:consent_id',
      {
        config: { access: ['firm'] },
        schema: {
          operationId: 'revokeConsent',
          tags: ['borrowers'],
          description:
            'Takes a consent back at once. What the bank was told stays told; what it knew is no longer shown to it nor read by its rules.',
          params: Closed({ firm_id: Id, consent_id: Id }),
          response: { 204: Type.Null() },
        },
      },
      async (request, reply) => {
        const { firm_id, consent_id } = request.params;
        const caller = callerOfGuarded(request);
        await attemptOnFirm(service, { caller, firm_id, action: 'borrower.consent' }, () =>
          database.transaction((tx) => revokeConsent(tx, firm_id, consent_id, caller, clock.now())),
        );
        return reply.code(204).send(null);
      },
    );

    app.get(
      '/v1/borrowers/:firm_id/consents',
      {
        config: { access: PLEDGE_KINDS },
        schema: {
          operationId: 'listConsents',
          tags: ['borrowers'],
          description:
            'Consents that the firm gave, revoked ones among them; a bank with one in force sees those given to itself.',
          params: OfFirm,
          response: { 200: Type.Object({ data: Type.Array(Consent) }) },
        },
      },
      async (request) => {
        const { firm_id } = request.params;
        const caller = callerOfGuarded(request);
        await kindsSeen(database.sql, firm_id, caller);
        const bank_id = caller.kind === 'bank' ? caller.organisation_id : null;
        return { data: await consentsOf(database.sql, firm_id, bank_id) };
      },
    );

    app.post(
      '/v1/borrowers/:firm_id/facts',
      {
        config: { access: PLEDGE_KINDS },
        schema: {
          operationId: 'recordBorrowerFact',
          tags: ['borrowers'],
          description:
            'Records a fact about a borrower: the firm itself, a bank with its consent for that kind, or staff. Its live pledges are assessed anew.',
          params: OfFirm,
          body: NewFactBody,
          response: { 201: Fact },
        },
      },
      (request, reply) => {
        const { firm_id } = request.params;
        const caller = callerOfGuarded(request);
        return attemptOnFirm(service, { caller, firm_id, action: 'borrower.fact' }, () =>
          create(request, reply, database, async (tx) =>
            shown(await recordFact(tx, firm_id, uniform(request.body), caller, clock.now())),
          ),
        );
      },
    );

    app.get(
      '/v1/borrowers/:firm_id/facts',
      {
        config: { access: PLEDGE_KINDS },
        schema: {
          operationId: 'listBorrowerFacts',
          tags: ['borrowers'],
          description:
            'Facts about a borrower in order of id, corrected ones among them, as known at an instant. A bank sees the kinds that a consent in force names, but for what other banks recorded; without one there is no such firm.',
          params: OfFirm,
          querystring: Closed({ ...PageQuery, ...AsOfQuery, kind: Type.Optional(Kind) }),
          response: { 200: Page(Fact) },
        },
      },
      async (request) => {
        const { limit, cursor: after = '', as_of, kind } = request.query;
        const { firm_id } = request.params;
        const caller = callerOfGuarded(request);
        const seen = await kindsSeen(database.sql, firm_id, caller);
        const kinds = kind === undefined ? seen : seen.filter((each) => each === kind);
        const known_at = asOf(clock, as_of);
        const facts = await listFacts(database.sql, firm_id, caller, {
          kinds,
          known_at,
          after,
          limit: limit + 1,
        });
        return page(facts.map(shown), limit, ({ id }) => id);
      },
    );
  };

/** Ids are kept in small letters. */
function uniform({ corrects = null, detail, ...body }: NewFactBody): NewFact {
  const patent_id = 'patent_id' in detail ? { patent_id: detail.patent_id.toLowerCase() } : {};
  return { ...body, corrects, detail: { ...detail, ...patent_id } };
}

function shown(fact: Awaited<ReturnType<typeof recordFact>>) {
  return fact as unknown as Type.Static<typeof Fact>;
}
