/** One delivery: what was sent, and every attempt with what the receiver answered. */
import type { AttemptRow, Endpoint, SentDelivery } from '../../webhooks/store.ts';
import { may, Press } from '../parts/forms.tsx';
import { Section, Table } from '../parts/parts.tsx';
import { useView } from '../view.ts';
import { eventTitle } from './event-types.tsx';
import { hostOf, OutcomeMarked } from './health.tsx';

interface Props {
  endpoint: Endpoint;
  delivery: SentDelivery;
  attempts: readonly AttemptRow[];
}

export function DeliveryPage({ endpoint, delivery, attempts }: Props) {
  const view = useView();
  const { words } = view;
  const { id, event_type, event_id, created_at, outcome, body } = delivery;
  return (
    <>
      <div class="heading">
        <p class="trail">
          <a href="/webhooks">{words.say('nav.webhooks')}</a>
          <a href={`/webhooks/${endpoint.id}`}>{endpoint.description || hostOf(endpoint.url)}</a>
        </p>
        <h1>{eventTitle(event_type, words)}</h1>
        <p>
          <OutcomeMarked outcome={outcome} />
          <code>{event_type}</code>
          <span>{words.instant(created_at)}</span>
        </p>
        {outcome === 'dead' && <p>{words.say('webhook.attempts_failed', { count: delivery.attempts })}</p>}
      </div>
      <div class="actions after-heading">
        {outcome === 'pending' && (
          <a class="button" href={`/webhooks/deliveries/${id}`}>
            {words.say('webhook.look_again')}
          </a>
        )}
        {may(view, 'operate') && (
          <Press action={`/webhooks/deliveries/${id}/replay`} text={words.say('webhook.replay')} />
        )}
      </div>
      <Section title={words.say('webhook.attempts')} note={words.say('webhook.attempts_note')}>
        <Attempts attempts={attempts} />
      </Section>
      <Section title={words.say('webhook.request')} note={words.say('webhook.request_note')}>
        <pre>
          {`POST ${endpoint.url}\nwebhook-id: ${event_id}\n\n${JSON.stringify(JSON.parse(body), null, 2)}`}
        </pre>
      </Section>
    </>
  );
}

function Attempts({ attempts }: Pick<Props, 'attempts'>) {
  const { words } = useView();
  return (
    <Table<AttemptRow>
      caption={words.say('webhook.attempts')}
      empty={words.say('webhook.no_attempts')}
      rows={attempts}
      keyOf={({ attempt }) => String(attempt)}
      columns={[
        { head: words.say('webhook.attempt'), cell: ({ attempt }) => words.number(attempt) },
        {
          head: words.say('webhook.started'),
          kind: 'short',
          cell: ({ started_at }) => words.instant(started_at),
        },
        {
          head: words.say('webhook.duration'),
          kind: 'number',
          cell: ({ duration_ms }) => words.say('webhook.milliseconds', { count: duration_ms }),
        },
        {
          head: words.say('webhook.status'),
          kind: 'number',
          cell: ({ status }) => (status === null ? words.say('term.none') : String(status)),
        },
        {
          head: words.say('webhook.answer'),
          cell: ({ error, status, answer }) => (
            <>
              {error !== null && <AttemptError {...{ error, status }} />}
              {answer && <code class="answer">{answer}</code>}
            </>
          ),
        },
      ]}
    />
  );
}

/** By its class, which stands before it; what follows is the system's own words. */
function AttemptError({ error, status }: { error: string; status: number | null }) {
  const { words } = useView();
  const [kind, ...rest] = error.split(': ');
  const key = `webhook_error.${kind}`;
  if (!words.has(key)) return <span lang="en">{error}</span>;
  return (
    <>
      {words.say(key)} {status === null && <span lang="en">{rest.join(': ')}</span>}
    </>
  );
}
