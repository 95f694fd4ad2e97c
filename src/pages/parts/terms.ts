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
