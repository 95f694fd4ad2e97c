/** For staff: what deals and disposals brought beside what was predicted, and the haircuts that they ask for. */
import type { FastifyInstance } from 'fastify';
import Type from 'typebox';
import { attemptOwn } from '../../audit/refusal.ts';
import type { Problem } from '../../errors.ts';
import {
  type ClassHaircut,
  classHaircuts,
  decideHaircut,
  proposeHaircuts,
} from '../../governance/haircuts/service.ts';
import { type HaircutProposal, listProposals } from '../../governance/haircuts/store.ts';
import { Closed, Id } from '../../http/schemas.ts';
import { Field, may, Refusal, SendForm } from '../../pages/parts/forms.tsx';
import { Choice, Section, Table } from '../../pages/parts/parts.tsx';
import { refusableFormsOf, Typed } from '../../pages/refusable-forms.ts';
import { pagesOf } from '../../pages/serve.ts';
import { useView } from '../../pages/view.ts';
import { realisedLedger } from '../../pledges/recoveries/ledger.ts';
import type { Service } from '../../service.ts';
import { listProceeds, type Proceeds } from '../feedback/store.ts';

const SHOWN = 100;
const DECISIONS = ['adopted', 'refused'] as const;
const STAFF = { access: ['staff'] } as const;
const CURRENCY = 'CNY';
const at = () => '/haircuts';

type Realised = Awaited<ReturnType<typeof realisedLedger>>[number];

interface Shown {
  classes: readonly ClassHaircut[];
  proposals: readonly HaircutProposal[];
  disposals: readonly Realised[];
  proceeds: readonly Proceeds[];
  problem: Problem | null;
}

export function feedbackPages(app: FastifyInstance, service: Service): void {
  const { database, clock } = service;
  const form = refusableFormsOf(app, service);
  const shown = async (title: string, problem: Problem | null = null) => {
    const { sql } = database;
    const [classes, proposals, disposals, proceeds] = await Promise.all([
      classHaircuts(sql, clock.now()),
      listProposals(sql, { limit: SHOWN }),
      realisedLedger(sql, clock.now(), '', SHOWN),
      listProceeds(sql, '', SHOWN),
    ]);
    return { title, body: <FeedbackPage {...{ classes, proposals, disposals, proceeds, problem }} /> };
  };

  pagesOf(app, service)('/haircuts', STAFF, ({ view }) => shown(view.words.say('nav.haircuts')));

  form(
    '/haircuts/proposals',
    { ...STAFF, scope: 'operate' },
    {
      at,
      async act({ caller }) {
        await database.transaction((tx) => proposeHaircuts(tx, caller, clock.now()));
        return '/haircuts';
      },
    },
  );

  form(
    '/haircuts/proposals/:id/decision',
    {
      ...STAFF,
      scope: 'decide',
      params: Closed({ id: Id }),
      body: Closed({ decision: Type.Union(DECISIONS.map((each) => Type.Literal(each))), note: Typed }),
    },
    {
      at,
      async act({ params, body, caller }) {
        const note = body.note.trim() || '-';
        await attemptOwn(service, caller, 'haircut.decide', () =>
          database.transaction((tx) =>
            decideHaircut(tx, params.id, { decision: body.decision, note }, caller, clock.now()),
          ),
        );
        return '/haircuts';
      },
      again: ({ view }, problem) => shown(view.words.say('nav.haircuts'), problem),
    },
  );
}

function FeedbackPage({ classes, proposals, disposals, proceeds, problem }: Shown) {
  const view = useView();
  const { words } = view;
  const open = proposals.filter(({ state }) => state === 'open');
  return (
    <>
      <div class="heading">
        <h1>{words.say('nav.haircuts')}</h1>
        <p>{words.say('haircut.lead')}</p>
      </div>
      <Section title={words.say('haircut.in_force')} note={words.say('haircut.estimate_note')}>
        <Refusal problem={problem} />
        <Classes classes={classes} />
        {may(view, 'operate') && (
          <SendForm action="/haircuts/proposals" send={words.say('haircut.propose')} />
        )}
      </Section>
      <Section title={words.say('haircut.open')} note={words.say('haircut.eyes')}>
        {open.length === 0 && <p class="empty">{words.say('haircut.none_open')}</p>}
        {open.map((proposal) => (
          <Decide key={proposal.id} proposal={proposal} />
        ))}
      </Section>
      <Section title={words.say('haircut.history')}>
        <History proposals={proposals} />
      </Section>
      <Section title={words.say('haircut.ledger')} note={words.say('haircut.ledger_note')}>
        <Ledger disposals={disposals} />
      </Section>
      <Section title={words.say('haircut.proceeds')} note={words.say('haircut.proceeds_note')}>
        <Deals proceeds={proceeds} />
      </Section>
    </>
  );
}

function Classes({ classes }: Pick<Shown, 'classes'>) {
  const { words } = useView();
  return (
    <Table<ClassHaircut>
      caption={words.say('haircut.in_force')}
      empty=""
      rows={classes}
      keyOf={({ liquidity_class }) => liquidity_class}
      columns={[
        {
          head: words.say('haircut.class'),
          cell: ({ liquidity_class }) => words.say(`right.${liquidity_class}`),
        },
        {
          head: words.say('haircut.in_force'),
          kind: 'number',
          cell: ({ estimate }) => words.percent(estimate.before_bp, 2),
        },
        {
          head: words.say('haircut.disposals'),
          kind: 'number',
          cell: ({ estimate }) => words.number(estimate.disposals),
        },
        {
          head: words.say('haircut.credibility'),
          kind: 'number',
          cell: ({ estimate }) => words.percent(estimate.credibility * 10_000, 0),
        },
        {
          head: words.say('haircut.target'),
          kind: 'number',
          cell: ({ estimate: { target_bp, low_bp, high_bp } }) =>
            words.say('haircut.range', {
              mid: words.percent(target_bp, 2),
              low: words.percent(low_bp, 1),
              high: words.percent(high_bp, 1),
            }),
        },
        {
          head: words.say('haircut.step'),
          kind: 'number',
          cell: ({ estimate }) => words.percent(estimate.after_bp, 2),
        },
      ]}
    />
  );
}

function Decide({ proposal: { id, liquidity_class, before_bp, after_bp } }: { proposal: HaircutProposal }) {
  const view = useView();
  const { words } = view;
  return (
    <>
      <p>
        {words.say('haircut.asks', {
          class: words.say(`right.${liquidity_class}`),
          before: words.percent(before_bp, 2),
          after: words.percent(after_bp, 2),
        })}
      </p>
      {may(view, 'decide') && (
        <SendForm action={`/haircuts/proposals/${id}/decision`} send={words.say('haircut.decide')}>
          <Choice
            name="decision"
            label={words.say('haircut.decision')}
            chosen="adopted"
            options={DECISIONS.map((value) => ({ value, text: words.say(`haircut_decision.${value}`) }))}
          />
          <Field
            name="note"
            label={words.say('haircut.note')}
            input={{ id: `note-${id}`, maxLength: 2000 }}
          />
        </SendForm>
      )}
    </>
  );
}

function History({ proposals }: Pick<Shown, 'proposals'>) {
  const { words } = useView();
  return (
    <Table<HaircutProposal>
      caption={words.say('haircut.history')}
      empty={words.say('haircut.none')}
      rows={proposals}
      keyOf={({ id }) => id}
      columns={[
        {
          head: words.say('haircut.proposed'),
          kind: 'short',
          cell: ({ proposed_at }) => words.instant(proposed_at),
        },
        {
          head: words.say('haircut.class'),
          cell: ({ liquidity_class }) => words.say(`right.${liquidity_class}`),
        },
        {
          head: words.say('haircut.before'),
          kind: 'number',
          cell: ({ before_bp }) => words.percent(before_bp, 2),
        },
        {
          head: words.say('haircut.after'),
          kind: 'number',
          cell: ({ after_bp }) => words.percent(after_bp, 2),
        },
        { head: words.say('haircut.state'), cell: ({ state }) => words.say(`haircut_state.${state}`) },
        { head: words.say('haircut.note'), cell: ({ note }) => note ?? words.say('term.none') },
      ]}
    />
  );
}

function Ledger({ disposals }: Pick<Shown, 'disposals'>) {
  const { words } = useView();
  const money = (minor: number) => words.money(minor, CURRENCY);
  return (
    <Table<Realised>
      caption={words.say('haircut.ledger')}
      empty={words.say('haircut.no_disposals')}
      rows={disposals}
      keyOf={({ pledge_id }) => pledge_id}
      columns={[
        {
          head: words.say('haircut.disposed'),
          kind: 'short',
          cell: ({ pledge_id, disposed_on }) => (
            <a href={`/pledges/${pledge_id}`}>{words.day(disposed_on)}</a>
          ),
        },
        {
          head: words.say('haircut.value'),
          kind: 'number',
          cell: ({ value_minor }) => money(value_minor),
        },
        {
          head: words.say('haircut.predicted'),
          kind: 'number',
          cell: ({ predicted_minor }) => money(predicted_minor),
        },
        {
          head: words.say('haircut.realised'),
          kind: 'number',
          cell: ({ realised_minor }) => money(realised_minor),
        },
        {
          head: words.say('haircut.before'),
          kind: 'number',
          cell: ({ haircut_before_bp }) => words.percent(haircut_before_bp, 2),
        },
        {
          head: words.say('haircut.after'),
          kind: 'number',
          cell: ({ haircut_after_bp }) => words.percent(haircut_after_bp, 2),
        },
      ]}
    />
  );
}

function Deals({ proceeds }: Pick<Shown, 'proceeds'>) {
  const { words } = useView();
  const money = (minor: number | null, currency: string) =>
    minor === null ? words.say('term.none') : words.money(minor, currency);
  return (
    <Table<Proceeds>
      caption={words.say('haircut.proceeds')}
      empty={words.say('haircut.no_deals')}
      rows={proceeds}
      keyOf={({ deal_id }) => deal_id}
      columns={[
        { head: words.say('haircut.dealt'), kind: 'short', cell: ({ dealt_on }) => words.day(dealt_on) },
        {
          head: words.say('haircut.patents'),
          kind: 'number',
          cell: ({ patent_ids }) => patent_ids.length,
        },
        {
          head: words.say('haircut.value'),
          kind: 'number',
          cell: ({ value_minor, currency }) => money(value_minor, currency),
        },
        {
          head: words.say('haircut.price'),
          kind: 'number',
          cell: ({ price_minor, currency }) => money(price_minor, currency),
        },
        {
          head: words.say('haircut.feeds'),
          cell: ({ comparable_id, pledge_id }) =>
            [
              comparable_id && words.say('haircut.feeds_market'),
              pledge_id && words.say('haircut.feeds_recovery'),
            ]
              .filter(Boolean)
              .join(words.say('term.between')) || words.say('term.none'),
        },
      ]}
    />
  );
}
