/** One run of a source: its counts, and each record that could not be read with the line as it came. */
import type { BadRecord, PastRun } from '../../patents/run-history.ts';
import { Facts, Section } from '../parts/parts.tsx';
import { useView } from '../view.ts';
import { RunState } from './source-page.tsx';

interface Props {
  source: string;
  run: PastRun;
  records: readonly BadRecord[];
  more: boolean;
}

const COUNTS = ['read', 'accepted', 'duplicate', 'signals', 'quarantined'] as const;

export function QuarantinePage({ source, run, records, more }: Props) {
  const { words } = useView();
  return (
    <>
      <div class="heading">
        <p class="trail">
          <a href="/sources">{words.say('nav.sources')}</a>
          <a href={`/sources/${source}`}>{source}</a>
        </p>
        <h1>{run.name}</h1>
        <p>
          <span>{words.instant(run.started_at)}</span>
          <span>
            <RunState run={run} />
          </span>
        </p>
      </div>
      <Facts
        facts={COUNTS.map((count) => ({
          label: words.say(`sources.${count}`),
          value: words.number(run[count]),
        }))}
      />
      <Section title={words.say('sources.quarantine')} note={words.say('sources.quarantine_note')}>
        {records.length === 0 ? (
          <p class="empty">{words.say('sources.nothing_bad')}</p>
        ) : (
          <ol class="bad-records">
            {records.map((record) => (
              <Bad key={record.number} record={record} />
            ))}
          </ol>
        )}
        {more && (
          <nav class="pager" aria-label={words.say('pager.label')}>
            <a href={`/sources/${source}/runs/${run.id}?after=${records.at(-1)!.number}`}>
              {words.say('pager.after')}
            </a>
          </nav>
        )}
      </Section>
    </>
  );
}

function Bad({ record: { line, field, code, reason, excerpt } }: { record: BadRecord }) {
  const { words } = useView();
  return (
    <li>
      <p>
        <strong>{words.say('sources.line', { line })}</strong> <code>{field}</code>{' '}
        <span class="muted">{code}</span>
      </p>
      <p lang="en">{reason}</p>
      <pre>{excerpt}</pre>
    </li>
  );
}
