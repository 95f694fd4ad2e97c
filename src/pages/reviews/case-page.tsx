/** The page of a case: where it stands and what one may do, what moved since the proposal, the evidence, the record. */
import type { Problem } from '../../errors.ts';
import type { Step } from '../../review/store.ts';
import { evidenceText } from '../parts/evidence.ts';
import { Facts, type Fact as Figure, Section, SeverityMarked, Table } from '../parts/parts.tsx';
import { Why } from '../parts/said.tsx';
import { ruleTitle } from '../parts/terms.ts';
import { pledgeName } from '../pledges/pledge-page.tsx';
import { useView } from '../view.ts';
import { StepForms } from './case-steps.tsx';
import { EvidenceTable, MovedTable } from './evidence-table.tsx';
import type { CaseShown } from './read.ts';

/** What is wrong with a field. */
export type Faults = Partial<Record<'decision' | 'note', 'case.decision_missing' | 'case.note_missing'>>;

/** Of a step that was not taken. */
export interface Outcome {
  faults: Faults;
  /** What was typed. */
  kept: { decision: string; note: string };
  problem: Problem | null;
}

interface Props {
  shown: CaseShown;
  outcome: Outcome | null;
  /** From where on the queue is followed. */
  head: string;
  /** Version that the reader's page was made at. */
  seen: number;
}

export function CasePage({ shown, outcome, head, seen }: Props) {
  const { words } = useView();
  return (
    <>
      <Heading shown={shown} />
      <Meanwhile {...{ shown, head, seen }} />
      {outcome?.problem && <Refusal shown={shown} problem={outcome.problem} />}
      <Facts facts={figuresOf(shown, useView())} />
      <Section id="step" title={words.say('case.where')} note={words.say('case.note_help')}>
        <Standing shown={shown} />
        <StepForms {...{ shown, outcome }} />
      </Section>
      <Section id="moved" title={words.say('case.moved')} note={words.say('case.moved_note')}>
        <MovedTable shown={shown} />
      </Section>
      <Section id="evidence" title={words.say('case.evidence')} note={words.say('case.evidence_note')}>
        <EvidenceTable shown={shown} />
      </Section>
      <Section id="record" title={words.say('case.record')} note={words.say('case.record_note')}>
        <Record shown={shown} />
      </Section>
    </>
  );
}

function Heading({ shown: { flag, pledge, patents, review } }: { shown: CaseShown }) {
  const { words } = useView();
  return (
    <div class="heading">
      <p class="trail">
        <a href="/reviews">{words.say('nav.reviews')}</a>
        <span>{flag.id}</span>
      </p>
      <h1>{ruleTitle(flag.rule, words)}</h1>
      <p>
        <SeverityMarked severity={flag.severity} />
        <a href={`/pledges/${pledge.id}#${flag.id}`}>{pledgeName(patents, words)}</a>
        {review.version > 0 && <span>{words.say('case.version', { version: review.version })}</span>}
      </p>
    </div>
  );
}

/** Whoever acts on the case while the page is open is told of there; the page itself stays, for something may be half written. */
function Meanwhile({ shown: { flag, review, steps, nameOf }, head, seen }: Omit<Props, 'outcome'>) {
  const { words } = useView();
  const last = steps.at(-1);
  return (
    <div
      role="status"
      data-live={`/reviews/live?after=${head}`}
      data-live-page={`/reviews/${flag.id}?seen=${seen}`}
    >
      {last && review.version > seen && (
        <p class="success">
          {words.say('case.meanwhile', { who: nameOf(last.actor), at: words.instant(last.at) })}{' '}
          <a href={`/reviews/${flag.id}`}>{words.say('case.show_changed')}</a>
        </p>
      )}
    </div>
  );
}

function figuresOf(
  { flag, pledge, state, review }: CaseShown,
  { words }: ReturnType<typeof useView>,
): Figure[] {
  return [
    {
      label: words.say('reviews.state'),
      value: words.say(`review.${state}`),
      note: review.escalated_by && words.say('reviews.escalated'),
    },
    { label: words.say('flags.raised'), value: words.day(flag.opened_as_of) },
    {
      label: words.say('case.flag'),
      value: ruleTitle(flag.rule, words),
      note: evidenceText(flag.evidence, pledge.currency, words),
    },
    { label: words.say('pledges.state'), value: words.say(`state.${pledge.state}`) },
  ];
}

/** Title by its code, in the reader's language, and the service's own words; who came first, where somebody did. */
function Refusal({ shown: { steps, nameOf }, problem }: { shown: CaseShown; problem: Problem }) {
  const { words } = useView();
  const last = steps.at(-1);
  return (
    <div class="refusal" role="alert">
      <p>
        <strong>{words.say(`problem.${problem.code}`)}</strong>
      </p>
      {problem.code === 'stale' && last ? (
        <p>{words.say('case.stale', { who: nameOf(last.actor), at: words.instant(last.at) })}</p>
      ) : (
        <Why problem={problem} />
      )}
      <p>{words.say('case.kept')}</p>
    </div>
  );
}

/** Who holds it, or what was proposed and decided. */
function Standing({ shown }: { shown: CaseShown }) {
  const { words } = useView();
  const { review, flag } = shown;
  return (
    <>
      <p class="standing">{standingOf(shown, words)}</p>
      {review.note && (
        <blockquote>
          <p class="muted">{words.say('case.reasons')}</p>
          <p>{review.note}</p>
        </blockquote>
      )}
      {flag.state === 'open' && review.state === 'submitted' && !shown.may.includes('decide') && (
        <p class="muted">{words.say('case.not_checker')}</p>
      )}
    </>
  );
}

function standingOf(
  { flag, review, state, nameOf, me }: CaseShown,
  words: ReturnType<typeof useView>['words'],
) {
  const { claimed_by, claimed_until, submitted_by, submitted_at, checked_by, decision } = review;
  if (flag.state === 'cleared')
    return words.say('case.cleared', { at: flag.cleared_at ? words.instant(flag.cleared_at) : '' });
  if (state === 'queued') return words.say('case.waiting');
  if (state === 'claimed') {
    const until = words.instant(claimed_until!);
    return claimed_by === me
      ? words.say('case.yours', { until })
      : words.say('case.others', { until, who: nameOf(claimed_by!) });
  }
  const proposed = { decision: words.say(`decision.${decision!}`), who: nameOf(submitted_by!) };
  if (state === 'decided') return words.say('case.decided', { ...proposed, checker: nameOf(checked_by!) });
  const at = words.instant(submitted_at!);
  return submitted_by === me
    ? words.say('case.submitted_by_you', { at, decision: proposed.decision })
    : words.say('case.submitted_by', { at, ...proposed });
}

interface Line extends Pick<Step, 'at' | 'detail'> {
  who: string;
  what: string;
}

function Record({ shown: { flag, steps, nameOf } }: { shown: CaseShown }) {
  const { words } = useView();
  const lines: Line[] = [
    { at: flag.opened_at, who: words.say('case.watch'), what: words.say('case.raised'), detail: {} },
    ...steps.map(({ at, actor, action, detail }) => {
      const key = `step.${action}`;
      return { at, who: nameOf(actor), what: words.has(key) ? words.say(key) : action, detail };
    }),
  ];
  return (
    <Table<Line>
      caption={words.say('case.record')}
      empty=""
      rows={lines}
      keyOf={({ at, what }) => `${at.getTime()} ${what}`}
      columns={[
        { head: words.say('case.when'), kind: 'short', cell: ({ at }) => words.instant(at) },
        { head: words.say('case.who'), cell: ({ who }) => who },
        { head: words.say('case.what'), cell: ({ what }) => what },
        { head: words.say('case.said'), cell: ({ detail }) => <Saying {...{ detail, nameOf }} /> },
      ]}
    />
  );
}

function Saying({ detail, nameOf }: { detail: Line['detail']; nameOf: CaseShown['nameOf'] }) {
  const { words } = useView();
  const decision = `decision.${String(detail.decision)}`;
  return (
    <>
      {words.has(decision) && <strong>{`${words.say(decision)} `}</strong>}
      {typeof detail.to === 'string' && <span>{`${nameOf(detail.to)} `}</span>}
      {typeof detail.note === 'string' && <span class="saying">{detail.note}</span>}
    </>
  );
}
