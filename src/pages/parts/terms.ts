/** Words of the field for what the services call by a name. */
import type { Words } from '../language/words.ts';

/** Of a rule that has no text, as a new one might, its name. */
export function ruleTitle(rule: string, words: Words): string {
  const key = `rule.${rule}`;
  return words.has(key) ? words.say(key) : rule;
}

/** What a person is in an organisation. */
export function roleText(role: string, words: Words): string {
  const key = `person_role.${role}`;
  return words.has(key) ? words.say(key) : role;
}

export function industryText(industry: string, words: Words): string {
  const key = `industry.${industry}`;
  return words.has(key) ? words.say(key) : industry;
}

/** WIPO's technology field; null where none is known. */
export function fieldText(field: number | null, words: Words): string {
  const key = `field.${field}`;
  return words.has(key) ? words.say(key) : words.say('term.unknown');
}

/** What a register or gazette told. */
export function signalText(kind: string, words: Words): string {
  const key = `signal.${kind}`;
  return words.has(key) ? words.say(key) : kind.replaceAll('_', ' ');
}
