/**
 * A valuation in steps. Each step brings all that was typed before it, so nothing is kept for it and the back button is one
 * step back. Asking a bank makes the pledge, whose patents are then valued in full, with receipts.
 */

import type { FastifyInstance } from 'fastify';
import type { ComponentChildren } from 'preact';
import Type, { type TOptional, type TString } from 'typebox';
import { isCalendarDate } from '../../../models/calendar.ts';
import { toMinor } from '../../../models/money.ts';
import { VALUATION_CURRENCY } from '../../../models/valuation.ts';
import { ROYALTY_PRIORS } from '../../../models/value/formulas/royalty-prior.ts';
import { organisationNames } from '../../accounts/store.ts';
import { attemptOwn } from '../../audit/refusal.ts';
import { consentsOf } from '../../borrowers/store.ts';
import { dateOf } from '../../clock.ts';
import { Problem } from '../../errors.ts';
import { callerOfGuarded } from '../../http/guard.ts';
import { requestOwn } from '../../pledges/request.ts';
import type { Service } from '../../service.ts';
import { formsOf, Typed } from '../forms.ts';
import type { Words } from '../language/words.ts';
import type { Faults } from '../parts/forms.tsx';
import { say } from '../sentences.ts';
import { pagesOf } from '../serve.ts';
import {
  amountOf,
  declared,
  indicativeRanges,
  type Line,
  MOST_PATENTS,
  numbersIn,
  readLines,
  type TypedUse,
} from './read.ts';
import { NumbersPage, RangePage, RecordPage } from './valuation-pages.tsx';

const WRITE = { access: ['firm'], scope: 'write' } as const;
const INDEXES = Array.from({ length: MOST_PATENTS }, (_, index) => index);
const Industry = Type.Optional(Type.String({ enum: ['', ...Object.keys(ROYALTY_PRIORS)] }));
const USES: Record<`${keyof TypedUse}_${number}`, TOptional<TString>> = Object.fromEntries(
  INDEXES.flatMap((index) => [
    [`revenue_${index}`, Type.Optional(Typed)],
    [`cost_${index}`, Type.Optional(Typed)],
    [`industry_${index}`, Industry],
  ]),
);
const FIELDS = { numbers: Typed, ...USES };

type Body = { numbers: string } & Record<string, string | undefined>;

export function valuationPages(app: FastifyInstance, service: Service): void {
  const { database, clock } = service;
  const form = formsOf(app, service);
  const titled = (words: Words, body: ComponentChildren) => ({
    title: words.say('valuation.title'),
    body,
  });

  pagesOf(app, service)('/valuation', { access: ['firm'] }, async ({ view }) =>
    titled(view.words, <NumbersPage numbers="" faults={{}} />),
  );

  form('/valuation/record', { who: WRITE, fields: FIELDS }, async ({ body, view, show, again }) => {
    const { words } = view;
    const { numbers } = body;
    const lines = await linesOf(body);
    const fault = numbersFault(numbers, lines, words);
    if (fault) return again(titled(words, <NumbersPage {...{ numbers }} faults={{ numbers: fault }} />));
    return show(titled(words, <RecordPage {...{ numbers, lines }} faults={{}} />));
  });

  form('/valuation/range', { who: WRITE, fields: FIELDS }, async ({ body, view, request, show, again }) => {
    const { words } = view;
    const { numbers } = body;
    const lines = await linesOf(body);
    const fault = numbersFault(numbers, lines, words);
    if (fault) return again(titled(words, <NumbersPage {...{ numbers }} faults={{ numbers: fault }} />));
    const faults = useFaults(lines, words);
    if (Object.keys(faults).length > 0)
      return again(titled(words, <RecordPage {...{ numbers, lines, faults }} />));
    return show(titled(words, await rangePage(request, body, lines, {})));
  });

  form(
    '/valuation/request',
    { who: WRITE, fields: { ...FIELDS, bank_id: Typed, principal: Typed, matures_on: Typed } },
    async ({ body, view, request, again, goTo }) => {
      const { words } = view;
      const caller = callerOfGuarded(request);
      const lines = await linesOf(body);
      const principal = amountOf(body.principal);
      const faults: Faults = {
        ...(body.bank_id.trim() === '' && { bank_id: words.say('valuation.bank_missing') }),
        ...(!principal && { principal: words.say('valuation.amount_form') }),
        ...((!isCalendarDate(body.matures_on) || body.matures_on <= dateOf(clock.now())) && {
          matures_on: words.say('valuation.matures_form'),
        }),
      };
      const refuse = async (wrong: Faults) =>
        again(titled(words, await rangePage(request, body, lines, wrong)));
      if (Object.keys(faults).length > 0) return refuse(faults);
      const asked = {
        bank_id: body.bank_id.trim(),
        firm_id: caller.organisation_id,
        currency: VALUATION_CURRENCY,
        principal_minor: toMinor(principal!, VALUATION_CURRENCY),
        matures_on: body.matures_on,
        patents: lines.map(({ found, use }) => ({ ...useOf(use), patent_id: found!.patent_id })),
      };
      try {
        const { pledge } = await attemptOwn(service, caller, 'pledge.request', () =>
          database.transaction((tx) => requestOwn(tx, asked, caller, clock.now())),
        );
        return goTo(`/pledges/${pledge.id}`);
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        return again(titled(words, await rangePage(request, body, lines, {}, error)));
      }
    },
  );

  function linesOf(body: Body): Promise<Line[]> {
    const numbers = numbersIn(body.numbers).slice(0, MOST_PATENTS);
    const uses = numbers.map(
      (_, index): TypedUse => ({
        revenue: body[`revenue_${index}`] ?? '',
        cost: body[`cost_${index}`] ?? '',
        industry: body[`industry_${index}`] ?? '',
      }),
    );
    return readLines(database.sql, numbers, uses, clock.now());
  }

  async function rangePage(
    request: Parameters<typeof callerOfGuarded>[0],
    body: Body,
    lines: Line[],
    faults: Faults,
    problem: Problem | null = null,
  ) {
    const { sql } = database;
    const ranges = await indicativeRanges(sql, lines, clock.now());
    if (!ranges) throw new Problem('conflict', say('no_model_yet'));
    const typed = Object.fromEntries(
      ['bank_id', 'principal', 'matures_on'].flatMap((name) =>
        body[name] === undefined ? [] : [[name, body[name]]],
      ),
    );
    const banks = await knownBanks(sql, callerOfGuarded(request).organisation_id);
    return <RangePage {...{ lines, ranges, banks, typed, faults, problem }} numbers={body.numbers} />;
  }
}

function useOf(use: TypedUse) {
  const { annual_revenue_minor, industry, reproduction_cost_minor } = declared(use);
  return {
    ...(annual_revenue_minor !== null && { annual_revenue_minor }),
    ...(industry !== null && { industry }),
    ...(reproduction_cost_minor !== null && { reproduction_cost_minor }),
  };
}

function numbersFault(numbers: string, lines: readonly Line[], words: Words): string | null {
  if (lines.length === 0) return words.say('valuation.numbers_missing');
  if (numbersIn(numbers).length > MOST_PATENTS)
    return words.say('valuation.numbers_many', { count: MOST_PATENTS });
  const unknown = lines.filter(({ known }) => !known).map(({ typed }) => typed);
  return unknown.length === 0
    ? null
    : words.say('valuation.numbers_unknown', { numbers: unknown.join(words.say('term.between')) });
}

function useFaults(lines: readonly Line[], words: Words): Record<string, string> {
  return Object.fromEntries(
    lines.flatMap(({ use }, index) =>
      (['revenue', 'cost'] as const)
        .filter((name) => amountOf(use[name]) === undefined)
        .map((name) => [`${name}_${index}`, words.say('valuation.amount_form')]),
    ),
  );
}

/** Of the firm's pledges and consents, the newest first. */
async function knownBanks(
  sql: Service['database']['sql'],
  firm_id: string,
): Promise<{ id: string; name: string }[]> {
  const pledged = await sql<{ bank_id: string }[]>`
    select bank_id from pledge where firm_id = ${firm_id} group by bank_id order by max(created_at) desc limit 20`;
  const consents = await consentsOf(sql, firm_id, null);
  const ids = [...new Set([...pledged, ...consents].map(({ bank_id }) => bank_id))];
  const names = await organisationNames(sql, ids);
  return ids.flatMap((id) => (names.has(id) ? [{ id, name: names.get(id)! }] : []));
}
