/** One source: its cadence, which staff may set, and its runs. */
import type { Freshness } from '../../patents/freshness.ts';
import type { PastRun } from '../../patents/run-history.ts';
import { MAX_CADENCE_DAYS } from '../../patents/sources/cadence.ts';
import { SessionForm } from '../parts/forms.tsx';
import { Facts, Section, Table } from '../parts/parts.tsx';
import { useView } from '../view.ts';
import { LateMarked } from './sources-page.tsx';

export interface CadenceTyped {
  cadence_days: string;
  tolerance_days: string;
}

export type Faults = Readonly<Record<keyof CadenceTyped, boolean>>;

interface Props {
  source: Freshness;
  runs: readonly PastRun[];
  may_set: boolean;
  /** Of a cadence that was not taken. */
  outcome: { typed: CadenceTyped; faults: Faults } | null;
}

export function SourcePage({ source, runs, may_set, outcome }: Props) {
  const { words } = useView();
  const { id, late, last_heard_at, due_by, cadence_days, tolerance_days } = source;
  return (
    <>
      <div class="heading">
        <p class="trail">
          <a href="/sources">{words.say('nav.sources')}</a>
        </p>
        <h1>{id}</h1>
        <p>
          <LateMarked late={late} />
        </p>
      </div>
      <Facts
        facts={[
          {
            label: words.say('sources.heard'),
            value: last_heard_at ? words.instant(last_heard_at) : words.say('term.none'),
          },
          {
            label: words.say('sources.due'),
            value: due_by ? words.day(due_by) : words.say('term.unknown'),
          },
          {
            label: words.say('sources.cadence'),
            value: words.say('sources.every', { count: cadence_days }),
            note: words.say('sources.tolerance', { count: tolerance_days }),
          },
        ]}
      />
      <Section title={words.say('sources.cadence')} note={words.say('sources.cadence_note')}>
        <p>
          <span lang="en">{source.source}</span>
          {!source.verified && <span class="muted">{` ${words.say('sources.unverified')}`}</span>}
        </p>
        {may_set && (
          <SessionForm action={`/sources/${id}/cadence`}>
            <DaysField name="cadence_days" least={1} {...{ source, outcome }} />
            <DaysField name="tolerance_days" least={0} {...{ source, outcome }} />
            <button type="submit" class="button">
              {words.say('sources.set')}
            </button>
          </SessionForm>
        )}
      </Section>
      <Section title={words.say('sources.runs')} note={words.say('sources.runs_note')}>
        <Runs source={id} runs={runs} />
      </Section>
    </>
  );
}

function DaysField(props: { name: keyof CadenceTyped; least: number } & Pick<Props, 'source' | 'outcome'>) {
  const { name, least, source, outcome } = props;
  const { words } = useView();
  const is_wrong = outcome?.faults[name];
  return (
    <div class="field">
      <label for={name}>{words.say(`sources.field_${name}`)}</label>
      <input
        id={name}
        name={name}
        inputMode="numeric"
        value={outcome?.typed[name] ?? source[name]}
        aria-invalid={is_wrong || undefined}
        aria-describedby={is_wrong ? `${name}-fault` : undefined}
      />
      {is_wrong && (
        <p class="fault" id={`${name}-fault`}>
          {words.say('sources.days_fault', { least, most: MAX_CADENCE_DAYS })}
        </p>
      )}
    </div>
  );
}

function Runs({ source, runs }: { source: string; runs: readonly PastRun[] }) {
  const { words } = useView();
  return (
    <Table<PastRun>
      caption={words.say('sources.runs')}
      empty={words.say('sources.no_runs')}
      rows={runs}
      keyOf={({ id }) => id}
      columns={[
        {
          head: words.say('sources.file'),
          cell: ({ id, name }) => <a href={`/sources/${source}/runs/${id}`}>{name}</a>,
        },
        {
          head: words.say('sources.started'),
          kind: 'short',
          cell: ({ started_at }) => words.instant(started_at),
        },
        { head: words.say('sources.state'), cell: (run) => <RunState run={run} /> },
        { head: words.say('sources.read'), kind: 'number', cell: ({ read }) => words.number(read) },
        {
          head: words.say('sources.accepted'),
          kind: 'number',
          cell: ({ accepted }) => words.number(accepted),
        },
        {
          head: words.say('sources.signals'),
          kind: 'number',
          cell: ({ signals }) => words.number(signals),
        },
        {
          head: words.say('sources.quarantined'),
          kind: 'number',
          cell: ({ quarantined }) => words.number(quarantined),
        },
      ]}
    />
  );
}

export function RunState({ run: { failure, finished_at } }: { run: PastRun }) {
  const { words } = useView();
  if (failure)
    return (
      <>
        <strong class="fault">{words.say('sources.failed')}</strong> <span lang="en">{failure}</span>
      </>
    );
  return <>{words.say(finished_at ? 'sources.finished' : 'sources.under_way')}</>;
}
