/** Every event that the service can send, with an example as a receiver gets it. */
import type { EventType } from '../../webhooks/events.ts';
import { exampleData } from '../../webhooks/examples.ts';
import type { Words } from '../language/words.ts';
import { Section } from '../parts/parts.tsx';
import { useView } from '../view.ts';
import { eventGroups, eventTitle } from './event-types.tsx';

const EXAMPLE_AT = '2026-01-15T00:00:00.000Z';

export function CataloguePage() {
  const { words } = useView();
  return (
    <>
      <div class="heading">
        <p class="trail">
          <a href="/webhooks">{words.say('nav.webhooks')}</a>
        </p>
        <h1>{words.say('webhook.catalogue')}</h1>
        <p>{words.say('webhook.catalogue_note')}</p>
      </div>
      {eventGroups().map(([group, types]) => (
        <Section key={group} title={groupTitle(group, words)}>
          <ul class="catalogue">
            {types.map((type) => (
              <Kind key={type} type={type} />
            ))}
          </ul>
        </Section>
      ))}
    </>
  );
}

function groupTitle(group: string, words: Words): string {
  const key = `webhook.about_${group}`;
  return words.has(key) ? words.say(key) : group;
}

function Kind({ type }: { type: EventType }) {
  const { words } = useView();
  const body = { type, timestamp: EXAMPLE_AT, data: { event_id: 'evt_simulated', ...exampleData(type) } };
  return (
    <li id={type}>
      <details>
        <summary>
          {eventTitle(type, words)} <code>{type}</code>
        </summary>
        <pre>{JSON.stringify(body, null, 2)}</pre>
      </details>
    </li>
  );
}
