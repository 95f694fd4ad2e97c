/** The queue of staff: open flags, escalated ones first, then the gravest, then the oldest. */
import type { ComponentChildren } from 'preact';
import { REVIEW_STATES } from '../../../models/review.ts';
import { SEVERITIES } from '../../../models/risk/rule.ts';
import { Problem } from '../../errors.ts';
import type { PledgedPatent } from '../../pledges/store.ts';
import type { QueuedCase } from '../../review/store.ts';
import { SessionForm } from '../parts/forms.tsx';
import { AskForm, Choice, type Column, Section, SeverityMarked, Table } from '../parts/parts.tsx';
import { ruleTitle } from '../parts/terms.ts';
import { pledgeName } from '../pledges/pledge-page.tsx';
import { say } from '../sentences.ts';
import { useView } from '../view.ts';
import { type Filters, OwnFilter, type Refused, toldOf, Views } from './queue-filters.tsx';

const DAY_MS = 86_400_000;

export interface QueueProps {
  cases: readonly QueuedCase[];
  more: boolean;
  patents: ReadonlyMap<string, PledgedPatent[]>;
  filters: Filters;
  /** A filter that could not be saved. */
  refused: Refused | null;
  nameOf: (id: string) => string;
  reader: { me: string; reviews: boolean };
  /** From where on the queue is followed. */
  head: string;
  /** Of the cases picked before: how many were claimed, and how many could not be. */
  done: { claimed: number; kept_out: number };
}

/** Where the next page begins, as its address has it. */
function afterOf({ rank, flag_id }: QueuedCase): string {
  return `${rank}.${flag_id}`;
}

/** @throws Problem `bad_request` for what no page of the queue ended with */
export function placeOf(after: string): { rank: number; flag_id: string } {
  const [, rank, flag_id] = /^(\d)\.(\w+)$/.exec(after) ?? [];
  if (rank === undefined || flag_id === undefined) throw new Problem('bad_request', say('queue_place'));
  return { rank: Number(rank), flag_id };
}

export function QueuePage(props: QueueProps) {
  const { cases, more, filters, refused, done } = props;
  const { asked } = filters;
  const { words } = useView();
  const last = cases.at(-1);
  return (
    <>
      <div class="heading">
        <h1>{words.say('nav.reviews')}</h1>
        <p>{words.say('reviews.order')}</p>
      </div>
      <Done {...done} />
      <Section title={words.say('reviews.cases')}>
        <Views {...filters} />
        <AskForm action="/reviews">
          <Choice
            name="severity"
            label={words.say('flags.severity')}
            chosen={asked.severity ?? ''}
            options={[
              { value: '', text: words.say('portfolio.any') },
              ...SEVERITIES.toReversed().map((value) => ({ value, text: words.say(`severity.${value}`) })),
            ]}
          />
          <Choice
            name="state"
            label={words.say('reviews.state')}
            chosen={asked.state ?? ''}
            options={[
              { value: '', text: words.say('portfolio.any') },
              ...REVIEW_STATES.filter((each) => each !== 'decided').map((value) => ({
                value,
                text: words.say(`review.${value}`),
              })),
            ]}
          />
        </AskForm>
        <OwnFilter {...{ ...filters, refused }} />
        <LiveNotice />
        <Cases {...props} />
        {more && last && (
          <nav class="pager" aria-label={words.say('pager.label')}>
            <a href={`/reviews?${new URLSearchParams({ ...toldOf(asked), after: afterOf(last) })}`}>
              {words.say('pager.after')}
            </a>
          </nav>
        )}
      </Section>
    </>
  );
}

function Done({ claimed, kept_out }: QueueProps['done']) {
  const { words } = useView();
  if (claimed + kept_out === 0) return null;
  return (
    <div class={kept_out > 0 ? 'refusal' : 'success'} role="status">
      {claimed > 0 && <p>{words.say('reviews.claimed_some', { count: claimed })}</p>}
      {kept_out > 0 && <p>{words.say('reviews.kept_out', { count: kept_out })}</p>}
    </div>
  );
}

/** For the island that follows the queue. */
function Live({ head, children }: { head: string; children: ComponentChildren }) {
  return <div data-live={`/reviews/live?after=${head}`}>{children}</div>;
}

/** The same shows it when the queue changed under a hand that has picked something. */
function LiveNotice() {
  const { words, address } = useView();
  return (
    <p class="success" role="status" data-live-notice hidden>
      {words.say('reviews.changed')} <a href={address}>{words.say('reviews.show_changed')}</a>
    </p>
  );
}

/** For the island of keys, which shows it. */
function TriageSwitch() {
  const { words } = useView();
  return (
    <p class="triage" data-triage hidden>
      <button
        type="button"
        class="button"
        data-on={words.say('reviews.keys_on')}
        data-off={words.say('reviews.keys_off')}
      />
      <span class="muted">{words.say('reviews.keys_help')}</span>
    </p>
  );
}

function Cases(props: QueueProps) {
  const { words, csrf_token } = useView();
  if (csrf_token === null || !props.reader.reviews || props.cases.length === 0)
    return (
      <Live head={props.head}>
        <CaseTable {...props} />
      </Live>
    );
  return (
    <>
      <TriageSwitch />
      <SessionForm action="/reviews/claims" class="picking">
        <Live head={props.head}>
          <CaseTable {...props} picks />
        </Live>
        <p class="actions">
          <button type="submit" class="button">
            {words.say('reviews.claim_picked')}
          </button>
        </p>
      </SessionForm>
    </>
  );
}

function CaseTable({ cases, patents, nameOf, reader, picks = false }: QueueProps & { picks?: boolean }) {
  const { words, now } = useView();
  const days = (since: Date) => Math.max(0, Math.floor((now.getTime() - since.getTime()) / DAY_MS));
  const nameOfPledge = ({ pledge_id }: QueuedCase) => pledgeName(patents.get(pledge_id) ?? [], words);
  const pick: Column<QueuedCase> = {
    head: words.say('reviews.pick'),
    cell: (row) =>
      row.state === 'queued' && (
        <input
          type="checkbox"
          name={row.flag_id}
          value={row.version}
          aria-label={words.say('reviews.pick_case', {
            rule: ruleTitle(row.rule, words),
            pledge: nameOfPledge(row),
          })}
        />
      ),
  };
  return (
    <Table<QueuedCase>
      caption={words.say('nav.reviews')}
      empty={words.say('reviews.none')}
      rows={cases}
      keyOf={({ flag_id }) => flag_id}
      columns={[
        {
          head: words.say('flags.rule'),
          cell: ({ rule, flag_id }) => <a href={`/reviews/${flag_id}`}>{ruleTitle(rule, words)}</a>,
        },
        { head: words.say('flags.severity'), cell: ({ severity }) => <SeverityMarked severity={severity} /> },
        { head: words.say('pledges.pledge'), cell: nameOfPledge },
        {
          head: words.say('flags.raised'),
          cell: ({ opened_at }) => words.day(opened_at.toISOString().slice(0, 10)),
        },
        {
          head: words.say('reviews.waiting'),
          kind: 'number',
          cell: ({ opened_at }) => words.say('reviews.days', { count: days(opened_at) }),
        },
        { head: words.say('reviews.state'), cell: (row) => <State {...{ row, nameOf }} me={reader.me} /> },
        ...(picks ? [pick] : []),
      ]}
    />
  );
}

function State({ row, nameOf, me }: { row: QueuedCase; nameOf: QueueProps['nameOf']; me: string }) {
  const { words } = useView();
  const { state, escalated, claimed_by, claimed_until } = row;
  const until = claimed_until && words.instant(claimed_until);
  return (
    <>
      {words.say(`review.${state}`)}
      {escalated && <strong class="tag">{words.say('reviews.escalated')}</strong>}
      {claimed_by && until && (
        <span class="held muted">
          {claimed_by === me
            ? words.say('reviews.held_by_you', { until })
            : words.say('reviews.held_by', { who: nameOf(claimed_by), until })}
        </span>
      )}
    </>
  );
}
