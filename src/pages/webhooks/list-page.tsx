/** The receivers of an organisation: how they fare, and one more. */
import type { Problem } from '../../errors.ts';
import type { Endpoint } from '../../webhooks/store.ts';
import { Field, may, PostForm, Refusal } from '../parts/forms.tsx';
import { Section, Table } from '../parts/parts.tsx';
import { useView } from '../view.ts';
import { TypeBoxes } from './event-types.tsx';
import { HealthMarked, hostOf } from './health.tsx';

/** What was typed into the form of a new endpoint. */
export interface Draft {
  url: string;
  description: string;
  event_types: readonly string[];
}

interface Props {
  endpoints: readonly Endpoint[];
  draft: Draft;
  problem: Problem | null;
}

export function EndpointsPage({ endpoints, draft, problem }: Props) {
  const view = useView();
  const { words } = view;
  return (
    <>
      <div class="heading">
        <h1>{words.say('nav.webhooks')}</h1>
        <p>
          <span>{words.say('webhook.count', { count: endpoints.length })}</span>
          <a href="/webhooks/events">{words.say('webhook.catalogue')}</a>
        </p>
      </div>
      <Section title={words.say('webhook.endpoints')} note={words.say('webhook.endpoints_note')}>
        <Endpoints endpoints={endpoints} />
      </Section>
      {may(view, 'operate') && (
        <Section title={words.say('webhook.new')} note={words.say('webhook.new_note')} id="new">
          <NewEndpoint {...{ draft, problem }} />
        </Section>
      )}
    </>
  );
}

function Endpoints({ endpoints }: { endpoints: readonly Endpoint[] }) {
  const { words } = useView();
  return (
    <Table<Endpoint>
      caption={words.say('webhook.endpoints')}
      empty={words.say('webhook.none')}
      rows={endpoints}
      keyOf={({ id }) => id}
      columns={[
        {
          head: words.say('webhook.url'),
          cell: ({ id, url }) => <a href={`/webhooks/${id}`}>{hostOf(url)}</a>,
        },
        {
          head: words.say('webhook.description'),
          cell: ({ description }) => description || words.say('term.none'),
        },
        { head: words.say('webhook.health'), cell: (each) => <HealthMarked endpoint={each} /> },
        {
          head: words.say('webhook.types'),
          cell: ({ event_types }) =>
            event_types.length === 0
              ? words.say('webhook.all_types')
              : words.say('webhook.some_types', { count: event_types.length }),
        },
        {
          head: words.say('webhook.created'),
          kind: 'short',
          cell: ({ created_at }) => words.instant(created_at),
        },
      ]}
    />
  );
}

function NewEndpoint({ draft, problem }: Omit<Props, 'endpoints'>) {
  const { words } = useView();
  return (
    <PostForm action="/webhooks" class="fill">
      <Refusal problem={problem} />
      <Field
        name="url"
        label={words.say('webhook.url')}
        note={words.say('webhook.url_note')}
        input={{ type: 'url', value: draft.url, autocomplete: 'off' }}
        problem={problem}
      />
      <Field
        name="description"
        label={words.say('webhook.description')}
        input={{ type: 'text', value: draft.description, maxLength: 200 }}
        problem={problem}
      />
      <TypeBoxes chosen={draft.event_types} />
      <button type="submit" class="button primary">
        {words.say('webhook.create')}
      </button>
    </PostForm>
  );
}
