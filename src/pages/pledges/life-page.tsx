/** What happens to a pledge between its payment and its end: margin calls, amendments, and what a release must show. */
import { addMonths } from '../../../models/calendar.ts';
import { dateOf } from '../../clock.ts';
import type { Problem } from '../../errors.ts';
import { type Amendment, ANSWERS, type Answer } from '../../pledges/amendments/service.ts';
import {
  DEFAULT_CURE_WORKING_DAYS,
  MARGIN_CALL_OUTCOMES,
  type MarginCall,
} from '../../pledges/margin-calls/service.ts';
import type { ChecklistItem, Ground } from '../../pledges/release/checklist.ts';
import type { Words } from '../language/words.ts';
import { Field, may, PostForm, Refusal } from '../parts/forms.tsx';
import { Choice, Section, Table } from '../parts/parts.tsx';
import { Said } from '../parts/said.tsx';
import { useView } from '../view.ts';
import { pledgeName } from './pledge-page.tsx';
import type { PledgeShown } from './read.ts';

/** Most working days that a margin call gives. */
export const MAX_CURE_WORKING_DAYS = 120;

export interface LifeShown extends Pick<PledgeShown, 'pledge' | 'patents'> {
  calls: readonly MarginCall[];
  amendments: readonly Amendment[];
  grounds: readonly { ground: Ground; met: boolean; items: readonly ChecklistItem[] }[];
}

/** As typed, by the names of the fields. */
export type TypedLife = Readonly<Record<string, string>>;

interface Props extends LifeShown {
  typed: TypedLife;
  problem: Problem | null;
}

export function LifePage(props: Props) {
  const { words } = useView();
  const { pledge, patents, problem } = props;
  return (
    <>
      <div class="heading">
        <p class="trail">
          <a href={`/pledges/${pledge.id}`}>{pledgeName(patents, words)}</a>
        </p>
        <h1>{words.say('life.title')}</h1>
        <p>
          <span>{words.say(`state.${pledge.state}`)}</span>
        </p>
      </div>
      <Refusal problem={problem} />
      <Section title={words.say('life.calls')} note={words.say('life.calls_note')} id="calls">
        <Calls {...props} />
      </Section>
      <Section title={words.say('life.amendments')} note={words.say('life.amendments_note')} id="amendments">
        <Amendments {...props} />
      </Section>
      <Section title={words.say('life.release')} note={words.say('life.release_note')} id="release">
        <Grounds {...props} />
      </Section>
    </>
  );
}

/** A bank's own steps, to those of its people who may take them. */
function useBankMay(): boolean {
  const view = useView();
  return view.caller?.kind === 'bank' && may(view, 'write');
}

function Calls({ pledge, calls, typed, problem }: Props) {
  const { words } = useView();
  const bank = useBankMay();
  const open = calls.find(({ state }) => state === 'open');
  return (
    <>
      <Table<MarginCall>
        caption={words.say('life.calls')}
        empty={words.say('life.no_calls')}
        rows={calls.toReversed()}
        keyOf={({ id }) => id}
        columns={[
          { head: words.say('life.called'), kind: 'short', cell: ({ called_on }) => words.day(called_on) },
          { head: words.say('life.due'), kind: 'short', cell: ({ due_on }) => words.day(due_on) },
          {
            head: words.say('life.shortfall'),
            kind: 'number',
            cell: ({ shortfall_minor }) => words.money(shortfall_minor, pledge.currency),
          },
          { head: words.say('life.state'), cell: ({ state }) => words.say(`call.${state}`) },
        ]}
      />
      {bank && !open && pledge.state === 'active' && (
        <PostForm action={`/pledges/${pledge.id}/life/calls`} class="row">
          <Field
            name="working_days"
            label={words.say('life.working_days')}
            input={{
              type: 'number',
              min: 1,
              max: MAX_CURE_WORKING_DAYS,
              value: typed.working_days ?? String(DEFAULT_CURE_WORKING_DAYS),
            }}
            problem={problem}
          />
          <button type="submit" class="button primary">
            {words.say('life.call')}
          </button>
        </PostForm>
      )}
      {bank && open && (
        <PostForm action={`/pledges/${pledge.id}/life/calls/${open.id}`} class="row">
          <Choice
            name="outcome"
            label={words.say('life.outcome')}
            chosen={typed.outcome ?? 'met'}
            options={MARGIN_CALL_OUTCOMES.map((value) => ({ value, text: words.say(`call.${value}`) }))}
          />
          <Field
            name="reason"
            label={words.say('life.reason')}
            input={{ type: 'text', value: typed.reason ?? '' }}
            problem={problem}
          />
          <button type="submit" class="button primary">
            {words.say('life.close')}
          </button>
        </PostForm>
      )}
    </>
  );
}

function Amendments({ pledge, amendments, typed, problem }: Props) {
  const { words, now } = useView();
  const bank = useBankMay();
  const open = amendments.find(({ state }) => state === 'open');
  return (
    <>
      <Table<Amendment>
        caption={words.say('life.amendments')}
        empty={words.say('life.no_amendments')}
        rows={amendments.toReversed()}
        keyOf={({ id }) => id}
        columns={[
          { head: words.say('life.asked'), kind: 'short', cell: ({ asked_at }) => words.instant(asked_at) },
          { head: words.say('life.kind'), cell: ({ kind }) => words.say(`amendment.${kind}`) },
          {
            head: words.say('life.changes'),
            cell: ({ changes }) => changesText(changes, pledge.currency, words),
          },
          { head: words.say('life.reason'), cell: ({ reason }) => reason },
          { head: words.say('life.state'), cell: ({ state }) => words.say(`amended.${state}`) },
        ]}
      />
      {open && <Answers pledge_id={pledge.id} amendment={open} />}
      {bank && !open && (pledge.state === 'registered' || pledge.state === 'active') && (
        <PostForm action={`/pledges/${pledge.id}/life/amendments`} class="row">
          <Field
            name="matures_on"
            label={words.say('life.new_maturity')}
            input={{
              type: 'date',
              value: typed.matures_on ?? addMonths(pledge.matures_on, 12),
              min: dateOf(now),
            }}
            problem={problem}
          />
          <Field
            name="amendment_reason"
            label={words.say('life.reason')}
            input={{ type: 'text', value: typed.amendment_reason ?? '' }}
            problem={problem}
          />
          <button type="submit" class="button">
            {words.say('life.ask')}
          </button>
        </PostForm>
      )}
    </>
  );
}

const ANSWERED_BY: Record<Answer, 'bank' | 'firm'> = { consent: 'firm', decline: 'firm', withdraw: 'bank' };

function Answers({ pledge_id, amendment }: { pledge_id: string; amendment: Amendment }) {
  const view = useView();
  const { words, caller } = view;
  const own = ANSWERS.filter((answer) => ANSWERED_BY[answer] === caller?.kind);
  if (own.length === 0 || !may(view, 'write')) return null;
  return (
    <PostForm action={`/pledges/${pledge_id}/life/amendments/${amendment.id}`} class="actions">
      {own.map((answer) => (
        <button key={answer} type="submit" class="button" name="answer" value={answer}>
          {words.say(`answer.${answer}`)}
        </button>
      ))}
    </PostForm>
  );
}

function changesText(changes: Amendment['changes'], currency: string, words: Words): string {
  const { matures_on, principal_minor, add_patents = [], remove_patents = [], ...limits } = changes;
  const parts = [
    matures_on && words.say('life.to_maturity', { day: words.day(matures_on) }),
    principal_minor !== undefined &&
      words.say('life.to_principal', { amount: words.money(principal_minor, currency) }),
    Object.values(limits).length > 0 &&
      words.say('life.to_limits', {
        limits: Object.values(limits)
          .map((bp) => words.percent(bp))
          .join(', '),
      }),
    add_patents.length > 0 && words.say('life.added', { count: add_patents.length }),
    remove_patents.length > 0 && words.say('life.removed', { count: remove_patents.length }),
  ];
  return parts.filter(Boolean).join(words.say('term.between'));
}

function Grounds({ grounds }: Props) {
  const { words } = useView();
  return (
    <Table<Props['grounds'][number]>
      caption={words.say('life.release')}
      empty={words.say('term.none')}
      rows={grounds}
      keyOf={({ ground }) => ground}
      columns={[
        { head: words.say('life.ground'), cell: ({ ground }) => words.say(`ground.${ground}`) },
        {
          head: words.say('life.ready'),
          cell: ({ met }) => (
            <span class={`marked status-${met ? 'compliant' : 'unknown'}`}>
              {words.say(met ? 'life.met' : 'life.unmet')}
            </span>
          ),
        },
        {
          head: words.say('life.shows'),
          cell: ({ items }) => (
            <ul>
              {items.map(({ item, shows }) => (
                <li key={item}>
                  <Said of={shows} />
                </li>
              ))}
            </ul>
          ),
        },
      ]}
    />
  );
}
