/** What the services say by a code, in the reader's language. */
import { type Sentence, type SentenceValue, textOf } from '../../../models/sentences.ts';
import type { Problem } from '../../errors.ts';
import type { Key } from '../language/catalogue.ts';
import type { Words } from '../language/words.ts';
import { useView } from '../view.ts';

/** Null where the catalogue has no such sentence: one that is stored may be older than it. */
export function saidIn({ code, values }: Sentence, words: Words): string | null {
  const key = `said.${code}`;
  if (!words.has(key)) return null;
  const told = Object.entries(values).map(([name, value]) => [name, toldOf(name, value, values, words)]);
  return words.say(key, Object.fromEntries(told));
}

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const INSTANT = /^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/;
const MOST_DIGITS = 5;

function toldOf(
  name: string,
  value: SentenceValue,
  { currency }: Sentence['values'],
  words: Words,
): string | number {
  if (typeof value === 'number') {
    if (name.endsWith('_minor')) return words.money(value, String(currency));
    if (name.endsWith('_bp')) return words.percent(value);
    return Number.isInteger(value) ? value : words.number(value, MOST_DIGITS);
  }
  if (typeof value === 'string') {
    if (DAY.test(value)) return words.day(value);
    if (INSTANT.test(value)) return words.instant(value);
    const term = [name, name.slice(name.lastIndexOf('_') + 1)]
      .map((set) => `${set}.${value}`)
      .find(words.has);
    return term ? words.say(term as Key) : value;
  }
  if ('text' in value) return saidIn(value, words) ?? value.text;
  return value.map((each) => toldOf(name, each, {}, words)).join(words.say('term.between'));
}

/** A sentence, or the English of what has no code, marked as such. */
export function Said({ of }: { of: Sentence | string }) {
  const { words } = useView();
  const said = typeof of === 'string' ? null : saidIn(of, words);
  return said ?? <span lang="en">{textOf(of)}</span>;
}

/** What is wrong with the one field that was refused. */
export function faultSaid({ fields: [field], message }: Problem, words: Words): string {
  return (field?.sentence && saidIn(field.sentence, words)) ?? field?.detail ?? message;
}

/** Why the service refused; of a page that is not there the title says all, but for what has a sentence of its own. */
export function Why({ problem }: { problem: Problem }) {
  const { code, sentence, message } = problem;
  if (code === 'not_found' && sentence === null) return null;
  return (
    <p>
      <Said of={sentence ?? message} />
    </p>
  );
}
