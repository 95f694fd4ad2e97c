/** Every source: when it was last heard of, when it is expected, and what its last run could not read. */
import type { Freshness } from '../../patents/freshness.ts';
import { Section, Table } from '../parts/parts.tsx';
import { useView } from '../view.ts';

export function SourcesPage({ sources }: { sources: readonly Freshness[] }) {
  const { words } = useView();
  const late = sources.filter((source) => source.late).length;
  return (
    <>
      <div class="heading">
        <h1>{words.say('nav.sources')}</h1>
        <p>
          {late === 0 ? words.say('sources.none_late') : words.say('sources.late_count', { count: late })}
        </p>
      </div>
      <Section title={words.say('sources.freshness')} note={words.say('sources.note')}>
        <Table<Freshness>
          caption={words.say('nav.sources')}
          empty={words.say('sources.none')}
          rows={sources}
          keyOf={({ id }) => id}
          columns={[
            { head: words.say('sources.source'), cell: ({ id }) => <a href={`/sources/${id}`}>{id}</a> },
            { head: words.say('sources.state'), cell: ({ late }) => <LateMarked late={late} /> },
            {
              head: words.say('sources.heard'),
              kind: 'short',
              cell: ({ last_heard_at }) =>
                last_heard_at ? words.instant(last_heard_at) : words.say('term.none'),
            },
            {
              head: words.say('sources.due'),
              kind: 'short',
              cell: ({ due_by }) => (due_by ? words.day(due_by) : words.say('term.unknown')),
            },
            {
              head: words.say('sources.read'),
              kind: 'number',
              cell: ({ last_run }) => words.number(last_run.read),
            },
            {
              head: words.say('sources.quarantined'),
              kind: 'number',
              cell: ({ last_run }) => words.number(last_run.quarantined),
            },
          ]}
        />
      </Section>
    </>
  );
}

/** By shape, colour and word. */
export function LateMarked({ late }: { late: boolean }) {
  const { words } = useView();
  return (
    <span class={`marked status-${late ? 'breach' : 'compliant'}`}>
      <svg class="icon" viewBox="-9 -9 18 18" width="14" height="14" aria-hidden="true">
        <path d={late ? 'M0-7.5 7.5 0 0 7.5-7.5 0Z' : 'M-6 0-2 4.5 6-4.5'} />
      </svg>
      {words.say(late ? 'term.late' : 'term.in_time')}
    </span>
  );
}
