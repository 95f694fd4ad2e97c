/** Registered models by what they predict: which one counts, and whether its review is in force. */
import type { Model } from '../../governance/service.ts';
import { Section, Table } from '../parts/parts.tsx';
import { useView } from '../view.ts';

export function ModelsPage({ models }: { models: readonly Model[] }) {
  const { words } = useView();
  return (
    <>
      <div class="heading">
        <h1>{words.say('nav.models')}</h1>
        <p>{words.say('models.lead')}</p>
      </div>
      {[...Map.groupBy(models, ({ task }) => task)].map(([task, rivals]) => (
        <Section key={task} title={taskName(task, words)}>
          <Rivals models={rivals} />
        </Section>
      ))}
    </>
  );
}

/** Of a task that has no text, its own name. */
export function taskName(task: string, words: ReturnType<typeof useView>['words']): string {
  const key = `task.${task.replaceAll('-', '_')}`;
  return words.has(key) ? words.say(key) : task;
}

function Rivals({ models }: { models: readonly Model[] }) {
  const { words } = useView();
  return (
    <Table<Model>
      caption={words.say('nav.models')}
      empty={words.say('models.none')}
      rows={models}
      keyOf={({ id }) => id}
      columns={[
        {
          head: words.say('models.model'),
          cell: ({ id, specification }) => <a href={`/models/${id}`}>{specification}</a>,
        },
        { head: words.say('models.role'), cell: ({ role }) => words.say(`model_role.${role}`) },
        { head: words.say('models.tier'), kind: 'number', cell: ({ tier }) => tier },
        { head: words.say('models.review'), cell: ({ review }) => words.say(`model_review.${review.state}`) },
        {
          head: words.say('models.trained_to'),
          kind: 'short',
          cell: ({ latest_version }) =>
            latest_version ? words.day(latest_version.trained_to) : words.say('term.none'),
        },
        {
          head: words.say('models.rows'),
          kind: 'number',
          cell: ({ latest_version }) =>
            latest_version?.rows == null ? words.say('term.none') : words.number(latest_version.rows),
        },
      ]}
    />
  );
}
