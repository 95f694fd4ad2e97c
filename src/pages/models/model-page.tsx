/** One model: what it may be used for, how it was reviewed, and how it did beside its rival. */
import type { modelHistory } from '../../governance/service.ts';
import type { Review, Version } from '../../governance/store.ts';
import { type Fact, Facts, Section, Table } from '../parts/parts.tsx';
import { Said } from '../parts/said.tsx';
import { useView, type View } from '../view.ts';
import { ComparisonSection } from './comparison-section.tsx';
import { taskName } from './models-page.tsx';

export type ModelHistory = Awaited<ReturnType<typeof modelHistory>>;

export function ModelPage({ history }: { history: ModelHistory }) {
  const { words } = useView();
  const { specification, task, review, versions, reviews, comparisons, limits } = history;
  return (
    <>
      <div class="heading">
        <p class="trail">
          <a href="/models">{words.say('nav.models')}</a>
        </p>
        <h1>{specification}</h1>
        <p>{taskName(task, words)}</p>
      </div>
      <Facts facts={factsOf(history, words)} />
      <Section title={words.say('models.limits')}>
        <Limits specification={specification} limits={limits} />
      </Section>
      <ComparisonSection comparisons={comparisons} />
      <Section title={words.say('models.reviews')} note={words.say('models.reviews_note')}>
        {review.reasons.length > 0 && (
          <ul class="refusal">
            {review.reasons.map((reason) => (
              <li key={reason.code}>
                <Said of={reason} />
              </li>
            ))}
          </ul>
        )}
        {(reviews.length > 0 || review.reasons.length === 0) && <Reviews reviews={reviews} />}
      </Section>
      <Section title={words.say('models.versions')} note={words.say('models.versions_note')}>
        <Versions versions={versions} />
      </Section>
    </>
  );
}

/** In the language where the catalogue knows the model, else as it was registered. */
function Limits({ specification, limits }: Pick<ModelHistory, 'specification' | 'limits'>) {
  const { words } = useView();
  const key = `model_limits.${specification}`;
  return words.has(key) ? <p>{words.say(key)}</p> : <p lang="en">{limits}</p>;
}

function factsOf({ role, tier, author, review, metric }: ModelHistory, words: View['words']): Fact[] {
  return [
    { label: words.say('models.role'), value: words.say(`model_role.${role}`) },
    { label: words.say('models.tier'), value: tier, note: words.say('models.tier_note') },
    {
      label: words.say('models.review'),
      value: words.say(`model_review.${review.state}`),
      note: review.due_on && words.say('models.review_due', { day: words.day(review.due_on) }),
    },
    { label: words.say('models.author'), value: author },
    { label: words.say('models.metric'), value: metric },
  ];
}

function Reviews({ reviews }: { reviews: readonly Review[] }) {
  const { words } = useView();
  return (
    <Table<Review>
      caption={words.say('models.reviews')}
      empty={words.say('models.no_reviews')}
      rows={reviews}
      keyOf={({ reviewed_at }) => String(reviewed_at.getTime())}
      columns={[
        { head: words.say('models.reviewed'), cell: ({ reviewed_at }) => words.instant(reviewed_at) },
        { head: words.say('case.decision'), cell: ({ decision }) => words.say(`model_decision.${decision}`) },
        { head: words.say('case.said'), cell: ({ note }) => <span class="saying">{note}</span> },
      ]}
    />
  );
}

const HASH_SHOWN_CHARS = 16;

function Versions({ versions }: { versions: readonly Version[] }) {
  const { words } = useView();
  const number = (value: number | null) => (value === null ? words.say('term.none') : words.number(value));
  return (
    <Table<Version>
      caption={words.say('models.versions')}
      empty={words.say('models.no_versions')}
      rows={versions}
      keyOf={({ id }) => id}
      columns={[
        {
          head: words.say('models.trained_to'),
          kind: 'short',
          cell: ({ trained_to }) => words.day(trained_to),
        },
        { head: words.say('models.rows'), kind: 'number', cell: ({ rows }) => number(rows) },
        { head: words.say('models.events'), kind: 'number', cell: ({ events }) => number(events) },
        {
          head: words.say('models.parameters'),
          cell: ({ parameters_sha256 }) => <code>{parameters_sha256.slice(0, HASH_SHOWN_CHARS)}</code>,
        },
      ]}
    />
  );
}
