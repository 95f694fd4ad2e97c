/** An application: where it stands, what is due until when, what the office wrote. */
import { nextStates } from '../../../models/filing/procedure.ts';
import { ruleOf } from '../../../models/filing/sentences.ts';
import { OFFICE_ACTION_KINDS } from '../../../models/filing/terms.ts';
import type { Problem } from '../../errors.ts';
import type { LargeForm } from '../../pages/large-forms.ts';
import { AreaField, Field, may, Refusal, SendForm } from '../../pages/parts/forms.tsx';
import { Choice, DayField, Facts, Section, Table } from '../../pages/parts/parts.tsx';
import { Said } from '../../pages/parts/said.tsx';
import { useView } from '../../pages/view.ts';
import type { Deadline } from '../applications/deadlines.ts';
import type { OfficeAction } from '../applications/office-actions.ts';
import { OF_REGISTER } from '../applications/service.ts';
import type { Application, Fee, Step } from '../applications/store.ts';
import { DRAFT_BODY_LIMIT_BYTES } from '../drafts/limits.ts';

export type TypedApplication = Readonly<Record<string, string | undefined>>;

const sizeOf = (field: string): LargeForm => ({
  body_bytes: DRAFT_BODY_LIMIT_BYTES,
  limit_bytes: DRAFT_BODY_LIMIT_BYTES,
  field,
});
export const LETTER_SIZE = sizeOf('content');
export const ANSWER_SIZE = sizeOf('answer');

interface Props {
  application: Application;
  steps: readonly Step[];
  deadlines: readonly Deadline[];
  fees: readonly Fee[];
  /** Not for staff. */
  office_actions: readonly OfficeAction[];
  typed: TypedApplication;
  problem: Problem | null;
}

export function ApplicationPage(props: Props) {
  const view = useView();
  const { words, caller } = view;
  const { application, problem } = props;
  const { office, application_number, draft_id, version } = application;
  const writes = may(view, 'write');
  const is_staff = caller?.kind === 'staff';
  return (
    <>
      <div class="heading">
        <p class="trail">
          <a href="/filing">{words.say('nav.filing')}</a>
          {!is_staff && (
            <a href={`/filing/drafts/${draft_id}`}>{words.say('filing.draft_version', { version })}</a>
          )}
        </p>
        <h1>
          {application_number === null
            ? words.say('filing.not_filed', { office })
            : `${office} ${application_number}`}
        </h1>
      </div>
      <Refusal problem={problem} />
      <Standing application={application} />
      {writes && <NextStep {...props} />}
      <Deadlines {...props} writes={writes && !is_staff} />
      <Fees {...props} writes={writes && !is_staff} />
      {!is_staff && <Letters {...props} writes={writes} />}
      <Steps steps={props.steps} />
    </>
  );
}

function Standing({ application }: { application: Application }) {
  const { words } = useView();
  const { state, filed_on, priority_on, granted_on, watched_at, patent_id } = application;
  const day = (on: string | null) => (on === null ? words.say('term.none') : words.day(on));
  return (
    <Facts
      facts={[
        { label: words.say('filing.state'), value: words.say(`application.${state}`) },
        {
          label: words.say('filing.filed_on'),
          value: day(filed_on),
          note: words.say('filing.priority', { day: day(priority_on) }),
        },
        {
          label: words.say('filing.granted_on'),
          value: day(granted_on),
          note:
            watched_at !== null ? (
              <a href={`/patents/${patent_id}`}>
                {words.say('filing.watched', { at: words.instant(watched_at) })}
              </a>
            ) : (
              granted_on !== null && words.say('filing.not_watched')
            ),
        },
      ]}
    />
  );
}

function NextStep({ application: { id, state, office }, typed }: Props) {
  const { words, caller } = useView();
  const next = nextStates(state).filter(
    (to) =>
      (caller?.kind !== 'staff' || OF_REGISTER.includes(to)) &&
      (office !== 'WO' || !['allowed', 'granted'].includes(to)),
  );
  if (next.length === 0) return null;
  return (
    <Section title={words.say('filing.next_step')} note={words.say('filing.next_step_note')} id="step">
      <SendForm action={`/filing/applications/${id}/steps`} send={words.say('filing.record_step')}>
        <Choice
          name="to"
          label={words.say('filing.state')}
          chosen={typed.to ?? next[0]!}
          options={next.map((value) => ({ value, text: words.say(`application.${value}`) }))}
        />
        <DayField name="happened_on" label={words.say('filing.day')} value={typed.happened_on ?? ''} />
        {next.includes('filed') && (
          <Field
            name="application_number"
            label={words.say('filing.application_number')}
            note={words.say('filing.number_hint')}
            input={{ value: typed.application_number ?? '', maxLength: 40 }}
          />
        )}
      </SendForm>
    </Section>
  );
}

function Deadlines({ application: { id }, deadlines, writes }: Props & { writes: boolean }) {
  const { words } = useView();
  return (
    <Section title={words.say('filing.deadlines')} note={words.say('filing.deadlines_note')} id="deadlines">
      <Table<Deadline>
        caption={words.say('filing.deadlines')}
        empty={words.say('filing.no_deadlines')}
        rows={deadlines}
        keyOf={(each) => each.id}
        idOf={(each) => each.id}
        columns={[
          { head: words.say('filing.due_on'), kind: 'short', cell: ({ due_on }) => words.day(due_on) },
          {
            head: words.say('filing.what'),
            cell: ({ kind, rule, verified, weekday_only_years }) => (
              <>
                {words.say(`deadline.${kind}`)}
                <span class="muted beneath">
                  <Said of={ruleOf(rule)} />
                </span>
                {weekday_only_years.length > 0 && (
                  <span class="muted beneath">{words.say('filing.weekdays_only')}</span>
                )}
                <Unverified verified={verified} />
              </>
            ),
          },
          {
            head: words.say('filing.state'),
            cell: ({ id: deadline_id, state, met_on, office_action_id }) => (
              <>
                {words.say(`filing.deadline_${state}`)}{' '}
                {met_on !== null && <span class="muted beneath">{words.day(met_on)}</span>}
                {state === 'open' && writes && office_action_id === null && (
                  <SendForm
                    small
                    action={`/filing/applications/${id}/deadlines/${deadline_id}/met`}
                    send={words.say('filing.met')}
                  >
                    <DayField name="met_on" label={words.say('filing.day')} value="" />
                  </SendForm>
                )}
              </>
            ),
          },
        ]}
      />
    </Section>
  );
}

/** Said of each term and fee that was entered from memory. */
function Unverified({ verified }: { verified: boolean }) {
  const { words } = useView();
  return verified ? null : <span class="muted beneath">{words.say('filing.unverified')}</span>;
}

function Fees({ application: { id }, fees, writes }: Props & { writes: boolean }) {
  const { words } = useView();
  return (
    <Section title={words.say('filing.fees')} note={words.say('filing.fees_note')} id="fees">
      <Table<Fee>
        caption={words.say('filing.fees')}
        empty={words.say('filing.no_fees')}
        rows={fees}
        keyOf={(each) => each.id}
        columns={[
          { head: words.say('filing.what'), cell: ({ kind }) => words.say(`filing.fee_${kind}`) },
          {
            head: words.say('filing.amount'),
            kind: 'number',
            cell: ({ amount_minor, currency, verified }) => (
              <>
                {words.money(amount_minor, currency)}
                <Unverified verified={verified} />
              </>
            ),
          },
          {
            head: words.say('filing.due_on'),
            kind: 'short',
            cell: ({ due_on }) => (due_on === null ? words.say('term.unknown') : words.day(due_on)),
          },
          {
            head: words.say('filing.state'),
            cell: ({ id: fee_id, paid_on }) => {
              if (paid_on !== null) return words.say('filing.paid', { day: words.day(paid_on) });
              if (!writes) return words.say('filing.open');
              return (
                <SendForm
                  small
                  action={`/filing/applications/${id}/fees/${fee_id}/payment`}
                  send={words.say('filing.pay')}
                >
                  <DayField name="paid_on" label={words.say('filing.day')} value="" />
                </SendForm>
              );
            },
          },
        ]}
      />
    </Section>
  );
}

function Letters({
  application: { id, filed_on, state },
  office_actions,
  typed,
  problem,
  writes,
}: Props & { writes: boolean }) {
  const { words } = useView();
  const takes = writes && filed_on !== null && nextStates(state).includes('refused');
  return (
    <Section title={words.say('filing.letters')} note={words.say('filing.letters_note')} id="letters">
      {office_actions.length === 0 && <p class="empty">{words.say('filing.no_letters')}</p>}
      {office_actions.map((letter) => (
        <Letter key={letter.id} {...{ application_id: id, letter, typed, writes }} />
      ))}
      {takes && (
        <SendForm
          action={`/filing/applications/${id}/office-actions`}
          send={words.say('filing.record_letter')}
          large={LETTER_SIZE}
        >
          <Choice
            name="kind"
            label={words.say('filing.letter_kind')}
            chosen={typed.kind ?? 'first'}
            options={OFFICE_ACTION_KINDS.map((value) => ({
              value,
              text: words.say(`filing.letter_${value}`),
            }))}
          />
          <DayField name="issued_on" label={words.say('filing.issued_on')} value={typed.issued_on ?? ''} />
          <Field
            name="term_months"
            label={words.say('filing.term_months')}
            note={words.say('filing.term_hint')}
            input={{ value: typed.term_months ?? '', inputMode: 'numeric', maxLength: 2 }}
            problem={problem}
          />
          <AreaField
            name="content"
            label={words.say('filing.letter_text')}
            value={typed.content ?? ''}
            rows={6}
            problem={problem}
          />
        </SendForm>
      )}
    </Section>
  );
}

interface LetterProps {
  application_id: string;
  letter: OfficeAction;
  typed: TypedApplication;
  writes: boolean;
}

function Letter({ application_id, letter, typed, writes }: LetterProps) {
  const { words } = useView();
  const { id, kind, issued_on, due_on, deadline_state, deadline_verified, content, answer, answered_on } =
    letter;
  return (
    <article class="letter" id={id}>
      <h3>
        {words.say('filing.letter_of', {
          kind: words.say(`filing.letter_${kind}`),
          day: words.day(issued_on),
        })}
      </h3>
      {due_on !== null && deadline_state !== null && (
        <p class="muted">
          {words.say('filing.letter_due', {
            day: words.day(due_on),
            state: words.say(`filing.deadline_${deadline_state}`),
          })}
          <Unverified verified={deadline_verified === true} />
        </p>
      )}
      <pre class="draft-text">{content}</pre>
      {answer !== null && answered_on !== null ? (
        <>
          <p>{words.say('filing.answered', { day: words.day(answered_on) })}</p>
          <pre class="draft-text">{answer}</pre>
        </>
      ) : (
        writes && (
          <SendForm
            action={`/filing/applications/${application_id}/office-actions/${id}/answer`}
            send={words.say('filing.answer')}
            large={ANSWER_SIZE}
          >
            <AreaField
              name="answer"
              label={words.say('filing.answer_text')}
              value={typed.office_action_id === id ? (typed.answer ?? '') : ''}
              rows={6}
            />
            <DayField name="answered_on" label={words.say('filing.day')} value={typed.answered_on ?? ''} />
          </SendForm>
        )
      )}
    </article>
  );
}

function Steps({ steps }: { steps: readonly Step[] }) {
  const { words } = useView();
  return (
    <Section title={words.say('filing.steps')} id="steps">
      <Table<Step>
        caption={words.say('filing.steps')}
        empty={words.say('term.none')}
        rows={steps}
        keyOf={({ number }) => String(number)}
        columns={[
          { head: words.say('filing.day'), kind: 'short', cell: ({ happened_on }) => words.day(happened_on) },
          { head: words.say('filing.state'), cell: ({ to_state }) => words.say(`application.${to_state}`) },
          {
            head: words.say('filing.author'),
            cell: ({ organisation_id, author_id }) =>
              organisation_id === null ? words.say('filing.register') : <code>{author_id}</code>,
          },
        ]}
      />
    </Section>
  );
}
