/** What falls due in a month, day by day, and the addresses under which calendar programs read the same. */
import { VALUATION_CURRENCY } from '../../../models/valuation.ts';
import { COVENANT_KINDS, type CovenantDate } from '../../covenants/dates.ts';
import { type CovenantFeed, MAX_COVENANT_FEEDS } from '../../covenants/feeds.ts';
import type { Problem } from '../../errors.ts';
import type { Words } from '../language/words.ts';
import { may, Press, Refusal } from '../parts/forms.tsx';
import { Section, Table } from '../parts/parts.tsx';
import { useView } from '../view.ts';

export interface Shown {
  /** First day of the month. */
  month: string;
  before: string | null;
  after: string;
  dates: readonly CovenantDate[];
  feeds: readonly CovenantFeed[];
  /** Names of the pledges. */
  names: ReadonlyMap<string, string>;
}

interface Props extends Shown {
  /** An address just opened, in full. */
  opened?: string;
  problem?: Problem;
}

export function CalendarPage(props: Props) {
  const { words } = useView();
  const { month, before, after, dates, opened, problem } = props;
  return (
    <>
      <div class="heading">
        <h1>{words.say('nav.calendar')}</h1>
        <p>
          <span>{words.say('calendar.count', { count: dates.length })}</span>
        </p>
      </div>
      <Section title={words.month(month)} note={words.say('calendar.note')} id="dates">
        <nav class="pager" aria-label={words.say('calendar.months')}>
          {before !== null && <a href={`/calendar?month=${before.slice(0, 7)}`}>{words.month(before)}</a>}
          <a href={`/calendar?month=${after.slice(0, 7)}`}>{words.month(after)}</a>
        </nav>
        <Dates {...props} />
      </Section>
      <Section
        title={words.say('calendar.feeds')}
        note={words.say('calendar.feeds_note', { count: MAX_COVENANT_FEEDS })}
        id="feeds"
      >
        <Refusal problem={problem ?? null} />
        {opened !== undefined && (
          <div class="secret" role="status">
            <p>{words.say('calendar.opened')}</p>
            <input readOnly value={opened} aria-label={words.say('calendar.address')} />
          </div>
        )}
        <Feeds {...props} />
      </Section>
    </>
  );
}

function Dates({ dates, names }: Shown) {
  const { words } = useView();
  return (
    <Table<CovenantDate>
      caption={words.say('nav.calendar')}
      empty={words.say('calendar.none')}
      rows={dates}
      keyOf={({ id }) => id}
      columns={[
        { head: words.say('calendar.day'), kind: 'short', cell: ({ on }) => words.day(on) },
        { head: words.say('calendar.what'), cell: ({ kind }) => words.say(`covenant.${kind}`) },
        {
          head: words.say('pledges.pledge'),
          cell: ({ pledge_id }) => <a href={`/pledges/${pledge_id}`}>{names.get(pledge_id) ?? pledge_id}</a>,
        },
        {
          head: words.say('flags.patent'),
          kind: 'short',
          cell: ({ patent }) =>
            patent ? `${patent.office} ${patent.application_number}` : words.say('flags.whole_pledge'),
        },
        {
          head: words.say('calendar.actor'),
          cell: ({ kind }) => {
            const { actor } = COVENANT_KINDS[kind];
            return actor === null ? words.say('calendar.nobody') : words.say(`role.${actor}`);
          },
        },
        { head: words.say('calendar.amount'), kind: 'number', cell: (date) => amountOf(date, words) },
      ]}
    />
  );
}

function amountOf({ detail }: CovenantDate, words: Words): string {
  const minor = detail.amount_minor ?? detail.outstanding_minor ?? detail.shortfall_minor;
  return typeof minor === 'number' ? words.money(minor, VALUATION_CURRENCY) : words.say('term.none');
}

function Feeds({ feeds }: Shown) {
  const view = useView();
  const { words } = view;
  const writes = may(view, 'write');
  return (
    <>
      <Table<CovenantFeed>
        caption={words.say('calendar.feeds')}
        empty={words.say('calendar.no_feeds')}
        rows={feeds}
        keyOf={({ id }) => id}
        columns={[
          { head: words.say('calendar.address'), cell: ({ id }) => <code>{id}</code> },
          {
            head: words.say('calendar.since'),
            kind: 'short',
            cell: ({ created_at }) => words.instant(created_at),
          },
          {
            head: words.say('calendar.take_back'),
            cell: ({ id }) =>
              writes ? (
                <Press action={`/calendar/feeds/${id}/close`} text={words.say('calendar.take_back')} />
              ) : (
                words.say('term.none')
              ),
          },
        ]}
      />
      {writes && <Press action="/calendar/feeds" text={words.say('calendar.open')} kind="primary" />}
    </>
  );
}
