/** Whether the ranges of both sides of a deal overlap: the own one sealed, the answer, and the midpoint once both want it. */
import type { FastifyInstance } from 'fastify';
import { BINDING_days, LEAST_WIDTH_bp, MOST_RANGES, REST_days } from '../../../models/expectation.ts';
import { attemptOwn } from '../../audit/refusal.ts';
import type { Problem } from '../../errors.ts';
import { callerOfGuarded } from '../../http/guard.ts';
import { Closed, Id } from '../../http/schemas.ts';
import { Field, may, Refusal, SendForm } from '../../pages/parts/forms.tsx';
import { minorTyped } from '../../pages/parts/money.ts';
import { Section, Table } from '../../pages/parts/parts.tsx';
import { refusableFormsOf, Typed } from '../../pages/refusable-forms.ts';
import { pagesOf } from '../../pages/serve.ts';
import { useView, type View } from '../../pages/view.ts';
import type { Service } from '../../service.ts';
import { SIDES_OF_DEALS } from '../expectations/routes.ts';
import {
  consentToMidpoint,
  ownExpectations,
  type ShownExpectation,
  submitRange,
} from '../expectations/service.ts';
import type { Kept } from './experts-page.tsx';

const ById = Closed({ id: Id });
const WRITE = { access: SIDES_OF_DEALS.access, scope: 'write', params: ById } as const;
const CURRENCY = 'CNY';
const at = ({ id }: { id: string }) => `/market/deals/${id}/expectations`;

export function expectationPages(app: FastifyInstance, service: Service): void {
  const { database, vault, clock } = service;
  const form = refusableFormsOf(app, service);
  const shown = async (id: string, { words }: View, kept: Kept = {}, problem: Problem | null = null) => {
    const rounds = await database.transaction((tx) => ownExpectations(tx, vault, id, clock.now()));
    return {
      title: words.say('expectation.title'),
      body: <ExpectationsPage {...{ id, rounds, kept, problem }} />,
    };
  };

  pagesOf(app, service)(
    '/market/deals/:id/expectations',
    { access: SIDES_OF_DEALS.access, params: ById },
    ({ params, view }) => shown(params.id, view),
  );

  form(
    '/market/deals/:id/expectations',
    { ...WRITE, body: Closed({ low: Typed, high: Typed }) },
    {
      at,
      async act({ params, body, request }) {
        const caller = callerOfGuarded(request);
        const range = {
          low_minor: minorTyped(body.low, 'low'),
          high_minor: minorTyped(body.high, 'high'),
        };
        await attemptOwn(service, caller, 'expectation.submit', () =>
          database.transaction((tx) => submitRange(tx, vault, params.id, range, caller, clock.now())),
        );
        return at(params);
      },
      again: ({ params, body, view }, problem) => shown(params.id, view, body, problem),
    },
  );

  form('/market/deals/:id/expectations/consent', WRITE, {
    at,
    async act({ params, request }) {
      const caller = callerOfGuarded(request);
      await attemptOwn(service, caller, 'expectation.consent', () =>
        database.transaction((tx) => consentToMidpoint(tx, vault, params.id, caller, clock.now())),
      );
      return at(params);
    },
    again: ({ params, view }, problem) => shown(params.id, view, {}, problem),
  });
}

interface Props {
  id: string;
  rounds: readonly ShownExpectation[];
  kept: Kept;
  problem: Problem | null;
}

function ExpectationsPage({ id, rounds, kept, problem }: Props) {
  const view = useView();
  const { words } = view;
  const agreed = rounds.find(({ overlap }) => overlap === true);
  return (
    <>
      <div class="heading">
        <h1>{words.say('expectation.title')}</h1>
        <p>{words.say('expectation.lead')}</p>
      </div>
      <Section title={words.say('expectation.rounds')}>
        <Rounds rounds={rounds} />
        {agreed && <Agreed {...{ id, agreed }} />}
      </Section>
      {!agreed && may(view, 'write') && (
        <Section
          title={words.say('expectation.submit')}
          note={words.say('expectation.rules', {
            binding: BINDING_days,
            rest: REST_days,
            most: MOST_RANGES,
            width: words.percent(LEAST_WIDTH_bp, 0),
          })}
        >
          <SendForm action={`/market/deals/${id}/expectations`} send={words.say('expectation.submit')}>
            <Refusal problem={problem} />
            <Field
              name="low"
              label={words.say('expectation.low', { currency: CURRENCY })}
              input={{ value: kept.low, inputMode: 'decimal', autocomplete: 'off' }}
              problem={problem}
            />
            <Field
              name="high"
              label={words.say('expectation.high', { currency: CURRENCY })}
              input={{ value: kept.high, inputMode: 'decimal', autocomplete: 'off' }}
              problem={problem}
            />
          </SendForm>
        </Section>
      )}
    </>
  );
}

function Rounds({ rounds }: Pick<Props, 'rounds'>) {
  const { words } = useView();
  return (
    <Table<ShownExpectation>
      caption={words.say('expectation.rounds')}
      empty={words.say('expectation.none')}
      rows={rounds}
      keyOf={({ id }) => id}
      columns={[
        { head: words.say('expectation.round'), kind: 'number', cell: ({ round }) => round },
        {
          head: words.say('expectation.own'),
          kind: 'number',
          cell: ({ low_minor, high_minor, currency }) =>
            words.say('expectation.range', {
              low: words.money(low_minor, currency),
              high: words.money(high_minor, currency),
            }),
        },
        { head: words.say('expectation.answer'), cell: (each) => answerOf(each, words) },
        {
          head: words.say('expectation.binds'),
          kind: 'short',
          cell: ({ binds_until }) => words.instant(binds_until),
        },
      ]}
    />
  );
}

function answerOf({ state, overlap }: ShownExpectation, words: View['words']): string {
  if (state !== 'answered') return words.say(`expectation_state.${state}`);
  return words.say(overlap ? 'expectation.yes' : 'expectation.no');
}

function Agreed({ id, agreed }: { id: string; agreed: ShownExpectation }) {
  const view = useView();
  const { words } = view;
  const { midpoint_minor, consented, currency } = agreed;
  if (midpoint_minor !== null)
    return (
      <p class="success" role="status">
        {words.say('expectation.midpoint', { amount: words.money(midpoint_minor, currency) })}
      </p>
    );
  if (consented) return <p role="status">{words.say('expectation.consented')}</p>;
  if (!may(view, 'write')) return null;
  return (
    <>
      <p>{words.say('expectation.consent_note')}</p>
      <SendForm action={`/market/deals/${id}/expectations/consent`} send={words.say('expectation.consent')} />
    </>
  );
}
