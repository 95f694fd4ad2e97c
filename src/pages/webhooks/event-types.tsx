/** Types of events as people choose and read them. */
import Type from 'typebox';
import { RULES } from '../../../models/risk/rules.ts';
import { EVENT_TYPES, type EventType } from '../../webhooks/events.ts';
import type { Key } from '../language/catalogue.ts';
import type { Words } from '../language/words.ts';
import { ruleTitle } from '../parts/terms.ts';
import { useView } from '../view.ts';

/** Of the rule that sends it, or its own. */
export function eventTitle(type: EventType, words: Words): string {
  const rule = RULES.find(({ event_type }) => event_type === type);
  if (rule) return ruleTitle(rule.id, words);
  return words.say(`event.${type.replaceAll('.', '_')}` as Key);
}

const PREFIX = 'type ';

/** A box of a form for each type: forms have no lists. */
export const TYPE_BOXES = Object.fromEntries(
  EVENT_TYPES.map((type) => [`${PREFIX}${type}`, Type.Optional(Type.Literal('on'))]),
);

export function chosenTypes(body: Readonly<Record<string, unknown>>): EventType[] {
  return EVENT_TYPES.filter((type) => body[`${PREFIX}${type}`] === 'on');
}

/** By their first word, which is what they are about. */
export function eventGroups(): [string, EventType[]][] {
  return [...Map.groupBy(EVENT_TYPES, (type) => type.split('.')[0]!)];
}

export function TypeBoxes({ chosen }: { chosen: readonly EventType[] }) {
  const { words } = useView();
  return (
    <details class="boxes">
      <summary>
        {chosen.length === 0
          ? words.say('webhook.all_types')
          : words.say('webhook.some_types', { count: chosen.length })}
      </summary>
      {eventGroups().map(([group, types]) => (
        <fieldset key={group}>
          <legend>
            <code>{group}</code>
          </legend>
          {types.map((type) => (
            <label key={type}>
              <input type="checkbox" name={`${PREFIX}${type}`} checked={chosen.includes(type)} />
              <span>
                {eventTitle(type, words)} <code>{type}</code>
              </span>
            </label>
          ))}
        </fieldset>
      ))}
    </details>
  );
}
