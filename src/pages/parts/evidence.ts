/** What a flag rests on, in one line. */
import type { Words } from '../language/words.ts';

type Evidence = Readonly<Record<string, number | string | null>>;

const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** Names end in their unit: minor units as money, basis points and probabilities as percent, days as days. */
export function evidenceText(evidence: Evidence, currency: string, words: Words): string {
  return Object.entries(evidence)
    .map(([name, value]) => `${nameOf(name, words)} ${amountOf(name, value, currency, words)}`)
    .join(words.say('term.between'));
}

/** In the reader's language, or as the service has it. */
export function nameOf(name: string, words: Words): string {
  const key = `evidence.${name}`;
  return words.has(key) ? words.say(key) : name.replaceAll('_', ' ');
}

export function amountOf(
  name: string,
  value: number | string | boolean | null,
  currency: string,
  words: Words,
): string {
  if (typeof value === 'boolean') return words.say(value ? 'term.yes' : 'term.no');
  if (value === null) return words.say('term.unknown');
  if (typeof value === 'string') {
    const legal = `legal.${value}`;
    if (DAY.test(value)) return words.day(value);
    return name === 'legal_state' && words.has(legal) ? words.say(legal) : value;
  }
  if (name.endsWith('_minor')) return words.money(value, currency);
  if (name.endsWith('_bp')) return words.percent(value);
  if (name.endsWith('probability')) return words.percent(value * 10_000);
  return Number.isInteger(value) ? words.number(value) : words.number(value, 2);
}
