/** A pledge: its figures, the value flow, why the value changed, what was flagged, what is pledged, how the contract went. */
import type { CalendarDate } from '../../../models/types.ts';
import { isFinal } from '../../pledges/lifecycle.ts';
import type { PledgeMove } from '../../pledges/store.ts';
import type { StandingFlag } from '../../risk/store.ts';
import { ValueFlowChart } from '../charts/value-flow.tsx';
import type { Words } from '../language/words.ts';
import { evidenceText } from '../parts/evidence.ts';
import { type Fact, Facts, Figure, Section, SeverityMarked, StatusMarked, Table } from '../parts/parts.tsx';
import { ruleTitle } from '../parts/terms.ts';
import { useView } from '../view.ts';
import { Change } from './change.tsx';
import { FileLinks } from './file-links.tsx';
import { FlowKeys, FlowTable } from './flow-table.tsx';
import { FlowControls, type FlowWindow, windowDays, ZoomLinks } from './flow-window.tsx';
import { type ChangeShown, flowOf, type PledgedThing, type PledgeShown } from './read.ts';

interface Props {
  shown: PledgeShown;
  change: ChangeShown | null;
  /** The day asked for; null for today. */
  as_of: CalendarDate | null;
  /** What of the value flow is shown. */
  window: FlowWindow;
}

const WIDE = 1080;

export function PledgePage({ shown, change, as_of, window }: Props) {
  const { words } = useView();
  const { pledge, points } = shown;
  const known = as_of ? { as_of } : {};
  return (
    <>
      <Heading shown={shown} />
      <Facts facts={factsOf(shown, words)} />
      <Section title={words.say('flow.title')} note={words.say('flow.note')} id="flow">
        <FlowControls {...{ shown, as_of, window }} />
        {points.length > 0 ? (
          <>
            <ZoomLinks {...{ shown, as_of, window }} />
            <FlowFigure {...{ shown, window }} />
          </>
        ) : (
          <p class="empty">{words.say('flow.none')}</p>
        )}
        <FileLinks
          pledge_id={pledge.id}
          chart="value-flow"
          numbers={known}
          pictures={points.length > 0 ? { span: window.span, ...known, ...window.days } : null}
        />
      </Section>
      {change && <Change {...{ shown, change, as_of }} span={window.span} />}
      <Section title={words.say('flags.title')} note={words.say('flags.note')} id="flags">
        <Flags shown={shown} />
      </Section>
      <Section title={words.say('patents.title')} id="patents">
        <Patents patents={shown.patents} pledge={pledge} />
      </Section>
      <Section title={words.say('moves.title')} id="moves">
        <Moves moves={shown.moves} />
      </Section>
    </>
  );
}

export function pledgeName(patents: readonly { office: string; application_number: string }[], words: Words) {
  const numbers = patents.map(({ office, application_number }) => `${office} ${application_number}`);
  if (numbers.length === 0) return words.say('pledge.without_patents');
  if (numbers.length === 1) return numbers[0]!;
  return words.say('pledge.first_and_others', { first: numbers[0]!, count: numbers.length - 1 });
}

function Heading({ shown }: { shown: PledgeShown }) {
  const { words } = useView();
  const { pledge, patents, bank, firm, status } = shown;
  return (
    <div class="heading">
      <p class="trail">
        <a href="/pledges">{words.say('nav.pledges')}</a>
        <span>{pledge.id}</span>
      </p>
      <h1>{pledgeName(patents, words)}</h1>
      <p>
        {!isFinal(pledge.state) && <StatusMarked status={status} />}
        <span>{words.say(`state.${pledge.state}`)}</span>
        <a href={`/pledges/${pledge.id}/life`}>{words.say('life.title')}</a>
        {firm && bank && <span>{words.say('pledge.parties', { firm, bank })}</span>}
      </p>
    </div>
  );
}

function factsOf({ pledge, points }: PledgeShown, words: Words): Fact[] {
  const last = points.at(-1);
  const money = (minor: number | null | undefined) =>
    minor === null || minor === undefined
      ? words.say('term.unknown')
      : words.briefMoney(minor, pledge.currency);
  const band =
    last?.low_minor == null || last.high_minor == null
      ? undefined
      : words.say('fact.band', {
          low: words.shortMoney(last.low_minor, pledge.currency),
          high: words.shortMoney(last.high_minor, pledge.currency),
        });
  const limits = words.say('fact.limits', {
    target: words.percent(pledge.ltv_target_bp, 0),
    warning: words.percent(pledge.ltv_warning_bp, 0),
    breach: words.percent(pledge.ltv_breach_bp, 0),
  });
  return [
    { label: words.say('fact.value'), value: money(last?.mid_minor), note: band },
    {
      label: words.say('fact.loan'),
      value: money(last?.outstanding_minor ?? 0),
      note: words.say('fact.principal', { amount: money(pledge.principal_minor) }),
    },
    {
      label: words.say('fact.ltv'),
      value: last?.ltv_bp ? words.percent(last.ltv_bp) : words.say('term.none'),
      note: limits,
    },
    { label: words.say('fact.matures'), value: words.day(pledge.matures_on) },
    {
      label: words.say('fact.valued'),
      value: last ? words.day(last.as_of) : words.say('term.none'),
      note: words.say('fact.points', { count: points.length }),
    },
  ];
}

function FlowFigure({ shown, window }: { shown: PledgeShown; window: FlowWindow }) {
  const { words } = useView();
  const flow = flowOf(shown);
  return (
    <Figure
      title={words.say('flow.title')}
      wide={WIDE}
      keys={<FlowKeys />}
      draw={(width) => (
        <ValueFlowChart
          {...{ flow, words, width }}
          hrefOf={({ id }) => `#${id}`}
          {...windowDays(shown, window)}
        />
      )}
      table={<FlowTable points={shown.points} currency={shown.pledge.currency} />}
    />
  );
}

/** The rest is one click away, and a mark of the chart that leads there opens it. */
const FLAGS_SHOWN = 8;

function Flags({ shown }: { shown: PledgeShown }) {
  const { words } = useView();
  const newest = shown.flags.toReversed();
  const rest = newest.slice(FLAGS_SHOWN);
  return (
    <>
      <FlagTable shown={shown} flags={newest.slice(0, FLAGS_SHOWN)} />
      {rest.length > 0 && (
        <details>
          <summary>{words.say('flags.older', { count: rest.length })}</summary>
          <FlagTable shown={shown} flags={rest} />
        </details>
      )}
    </>
  );
}

function FlagTable({ shown, flags }: { shown: PledgeShown; flags: readonly StandingFlag[] }) {
  const { words } = useView();
  const { pledge, patents } = shown;
  const numbers = new Map(
    patents.map((each) => [each.patent_id, `${each.office} ${each.application_number}`]),
  );
  return (
    <Table<StandingFlag>
      caption={words.say('flags.title')}
      empty={words.say('flags.none')}
      rows={flags}
      keyOf={({ id }) => id}
      idOf={({ id }) => id}
      columns={[
        { head: words.say('flags.rule'), cell: ({ rule }) => ruleTitle(rule, words) },
        { head: words.say('flags.severity'), cell: ({ severity }) => <SeverityMarked severity={severity} /> },
        {
          head: words.say('flags.patent'),
          kind: 'short',
          cell: ({ patent_id }) =>
            patent_id === null ? words.say('flags.whole_pledge') : (numbers.get(patent_id) ?? patent_id),
        },
        {
          head: words.say('flags.raised'),
          kind: 'short',
          cell: ({ opened_as_of }) => words.day(opened_as_of),
        },
        {
          head: words.say('flags.ended'),
          kind: 'short',
          cell: ({ cleared_as_of, state }) =>
            cleared_as_of
              ? words.day(cleared_as_of)
              : words.say(state === 'decided' ? 'flags.decided' : 'flags.stands'),
        },
        {
          head: words.say('flags.evidence'),
          cell: ({ evidence }) => evidenceText(evidence, pledge.currency, words),
        },
      ]}
    />
  );
}

function Patents({ patents, pledge }: { patents: readonly PledgedThing[]; pledge: PledgeShown['pledge'] }) {
  const { words } = useView();
  return (
    <Table<PledgedThing>
      caption={words.say('patents.title')}
      empty={words.say('patents.none')}
      rows={patents}
      keyOf={({ patent_id }) => patent_id}
      columns={[
        {
          head: words.say('patents.number'),
          kind: 'short',
          cell: (each) => `${each.office} ${each.application_number}`,
        },
        {
          head: words.say('patents.state'),
          cell: ({ known }) =>
            known ? words.say(`legal.${known.facts.legal_state}`) : words.say('term.unknown'),
        },
        {
          head: words.say('patents.filed'),
          cell: ({ known }) => (known ? words.day(known.facts.filed_on) : words.say('term.unknown')),
        },
        {
          head: words.say('patents.expires'),
          cell: ({ known }) => (known?.expires_on ? words.day(known.expires_on) : words.say('term.unknown')),
        },
        {
          head: words.say('patents.lapse'),
          kind: 'number',
          cell: ({ value }) =>
            value?.lapse_probability == null
              ? words.say('term.none')
              : words.percent(value.lapse_probability * 10_000),
        },
        {
          head: words.say('patents.value'),
          kind: 'number',
          cell: ({ value }) =>
            value?.mid_minor == null
              ? words.say('term.unknown')
              : words.money(value.mid_minor, pledge.currency),
        },
        {
          head: words.say('report.open'),
          cell: ({ value }) =>
            value ? (
              <a href={`/pledges/${pledge.id}/valuations/${value.valuation_id}/report`}>
                {words.say('report.open')}
              </a>
            ) : (
              words.say('term.none')
            ),
        },
      ]}
    />
  );
}

function Moves({ moves }: { moves: readonly PledgeMove[] }) {
  const { words } = useView();
  return (
    <ol class="timeline">
      {moves.map(({ id, moved_on, to_state }) => (
        <li key={id}>
          <time dateTime={moved_on}>{words.day(moved_on)}</time>
          <span>{words.say(`state.${to_state}`)}</span>
        </li>
      ))}
    </ol>
  );
}
