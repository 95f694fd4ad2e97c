/** What runs each day: the last slot done, the next one, how late it is, and how the last slots went. */
import type { JobSlots, SlotRun } from '../../telemetry/slots.ts';
import { Section, Table } from '../parts/parts.tsx';
import { LateMarked } from '../sources/sources-page.tsx';
import { useView } from '../view.ts';

const MINUTE_seconds = 60;
/** A slot is looked for every few seconds; by then it should be done. */
const LATE_AFTER_seconds = 15 * MINUTE_seconds;

interface Props {
  jobs: readonly JobSlots[];
  runs: readonly SlotRun[];
}

export function JobsPage({ jobs, runs }: Props) {
  const { words } = useView();
  const instant = (at: Date | null) => (at ? words.instant(at) : words.say('term.none'));
  return (
    <>
      <div class="heading">
        <h1>{words.say('nav.jobs')}</h1>
        <p>{words.say('jobs.lead')}</p>
      </div>
      <Section title={words.say('jobs.standing')} note={words.say('jobs.standing_note')}>
        <Table<JobSlots>
          caption={words.say('jobs.standing')}
          empty={words.say('jobs.none')}
          rows={jobs}
          keyOf={({ job }) => job}
          columns={[
            { head: words.say('jobs.job'), cell: ({ job }) => nameOf(job, words) },
            {
              head: words.say('jobs.state'),
              cell: ({ late_seconds }) => <LateMarked late={late_seconds > LATE_AFTER_seconds} />,
            },
            { head: words.say('jobs.last'), kind: 'short', cell: ({ done_slot }) => instant(done_slot) },
            { head: words.say('jobs.due'), kind: 'short', cell: ({ due_at }) => instant(due_at) },
            {
              head: words.say('jobs.lateness'),
              kind: 'number',
              cell: ({ late_seconds }) =>
                words.say('jobs.minutes', { count: Math.floor(late_seconds / MINUTE_seconds) }),
            },
          ]}
        />
      </Section>
      <Section title={words.say('jobs.slots')} note={words.say('jobs.slots_note')}>
        <Table<SlotRun>
          caption={words.say('jobs.slots')}
          empty={words.say('jobs.none')}
          rows={runs}
          keyOf={({ job, slot }) => `${job} ${slot.getTime()}`}
          columns={[
            { head: words.say('jobs.job'), cell: ({ job }) => nameOf(job, words) },
            { head: words.say('jobs.slot'), kind: 'short', cell: ({ slot }) => instant(slot) },
            {
              head: words.say('jobs.state'),
              cell: ({ state, error }) => (
                <>
                  <span class={state === 'failed' ? 'fault' : undefined}>{words.say(`jobs.${state}`)}</span>
                  {error && <span lang="en">{` ${error}`}</span>}
                </>
              ),
            },
            { head: words.say('jobs.attempts'), kind: 'number', cell: ({ attempts }) => attempts },
            { head: words.say('jobs.ended'), kind: 'short', cell: ({ finished_at }) => instant(finished_at) },
          ]}
        />
      </Section>
    </>
  );
}

/** Of a job that has no text, its own name. */
function nameOf(job: string, words: ReturnType<typeof useView>['words']): string {
  const key = `job.${job}`;
  return words.has(key) ? words.say(key) : job;
}
