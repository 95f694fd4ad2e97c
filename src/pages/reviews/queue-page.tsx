/** The queue of staff: open flags, escalated ones first, then the gravest, then the oldest. */
import { REVIEW_STATES } from '../../../models/review.ts';
import { SEVERITIES } from '../../../models/risk/rule.ts';
import { Problem } from '../../errors.ts';
import type { PledgedPatent } from '../../pledges/store.ts';
import type { QueuedCase } from '../../review/store.ts';
import { AskForm, Choice, Section, SeverityMarked, Table } from '../parts/parts.tsx';
import { ruleTitle } from '../parts/terms.ts';
import { pledgeName } from '../pledges/pledge-page.tsx';
import { useView } from '../view.ts';

const DAY_MS = 86_400_000;

interface Props {
  cases: readonly QueuedCase[];
  more: boolean;
  patents: ReadonlyMap<string, PledgedPatent[]>;
  state: string | undefined;
  severity: string | undefined;
}

/** Where the next page begins, as its address has it. */
function afterOf({ rank, flag_id }: QueuedCase): string {
  return `${rank}.${flag_id}`;
}

/** @throws Problem `bad_request` for what no page of the queue ended with */
export function placeOf(after: string): { rank: number; flag_id: string } {
  const [, rank, flag_id] = /^(\d)\.(\w+)$/.exec(after) ?? [];
  if (rank === undefined || flag_id === undefined)
    throw new Problem('bad_request', 'The field after is of no page of the queue; begin at the first page.');
  return { rank: Number(rank), flag_id };
}

export function QueuePage({ cases, more, patents, state, severity }: Props) {
  const { words } = useView();
  const last = cases.at(-1);
  return (
    <>
      <div class="heading">
        <h1>{words.say('nav.reviews')}</h1>
        <p>{words.say('reviews.order')}</p>
      </div>
      <Section title={words.say('reviews.cases')}>
        <AskForm action="/reviews">
          <Choice
            name="severity"
            label={words.say('flags.severity')}
            chosen={severity ?? ''}
            options={[
              { value: '', text: words.say('portfolio.any') },
              ...SEVERITIES.toReversed().map((value) => ({ value, text: words.say(`severity.${value}`) })),
            ]}
          />
          <Choice
            name="state"
            label={words.say('reviews.state')}
            chosen={state ?? ''}
            options={[
              { value: '', text: words.say('portfolio.any') },
              ...REVIEW_STATES.filter((each) => each !== 'decided').map((value) => ({
                value,
                text: words.say(`review.${value}`),
              })),
            ]}
          />
        </AskForm>
        <Cases {...{ cases, patents }} />
        {more && last && (
          <nav class="pager" aria-label={words.say('pager.label')}>
            <a
              href={`/reviews?${new URLSearchParams({ state: state ?? '', severity: severity ?? '', after: afterOf(last) })}`}
            >
              {words.say('pager.after')}
            </a>
          </nav>
        )}
      </Section>
    </>
  );
}

function Cases({ cases, patents }: Pick<Props, 'cases' | 'patents'>) {
  const { words, now } = useView();
  const days = (since: Date) => Math.max(0, Math.floor((now.getTime() - since.getTime()) / DAY_MS));
  return (
    <Table<QueuedCase>
      caption={words.say('nav.reviews')}
      empty={words.say('reviews.none')}
      rows={cases}
      keyOf={({ flag_id }) => flag_id}
      columns={[
        {
          head: words.say('flags.rule'),
          cell: ({ rule, pledge_id, flag_id }) => (
            <a href={`/pledges/${pledge_id}#${flag_id}`}>{ruleTitle(rule, words)}</a>
          ),
        },
        { head: words.say('flags.severity'), cell: ({ severity }) => <SeverityMarked severity={severity} /> },
        {
          head: words.say('pledges.pledge'),
          cell: ({ pledge_id }) => pledgeName(patents.get(pledge_id) ?? [], words),
        },
        {
          head: words.say('flags.raised'),
          cell: ({ opened_at }) => words.day(opened_at.toISOString().slice(0, 10)),
        },
        {
          head: words.say('reviews.waiting'),
          kind: 'number',
          cell: ({ opened_at }) => words.say('reviews.days', { count: days(opened_at) }),
        },
        {
          head: words.say('reviews.state'),
          cell: ({ state, escalated }) => (
            <>
              {words.say(`review.${state}`)}
              {escalated && <strong class="tag">{words.say('reviews.escalated')}</strong>}
            </>
          ),
        },
      ]}
    />
  );
}
