/** Names to be shown under. They must not give away whose they are. */
import { randomInt } from 'node:crypto';
import { nameWithoutForm } from '../../models/party-name.ts';

export const MAX_DISPLAY_NAME_LENGTH = 80;
/** Shorter words of an organisation's name, such as "bank" or "Ltd", may stand in a name that it is shown under. */
const TELLING_LETTERS = 5;
/** Characters in a row of a script that is written without spaces. */
const TELLING_SIGNS = 3;
const WITHOUT_SPACES = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]+/gu;
const HAN = /\p{Script=Han}/u;
const FIRST =
  'Amber Azure Brisk Calm Clear Copper Coral Distant Early Even Far Fair Gentle Green Grey Hidden';
const SECOND =
  'Anchor Arbour Bay Beacon Bridge Brook Canyon Cedar Cliff Cove Delta Dune Field Fjord Forest Garden';
const MAX_NUMBER = 10_000;

/** Two words and a number, drawn at random. */
export function drawName(organisation_name: string): string {
  for (;;) {
    const name = `${pick(FIRST)} ${pick(SECOND)} ${randomInt(1, MAX_NUMBER)}`;
    if (toldBy(name, organisation_name) === null) return name;
  }
}

function pick(words: string): string {
  const each = words.split(' ');
  return each[randomInt(each.length)]!;
}

/** @returns the part of the organisation's name that a display name holds, however it is spelt; null for none */
export function toldBy(display_name: string, organisation_name: string): string | null {
  const shown = plain(display_name);
  const whole = plain(organisation_name);
  if (whole !== '' && shown.includes(whole)) return organisation_name;
  return partsOf(organisation_name).find((part) => shown.includes(part)) ?? null;
}

/** Letters of a name that is looked for within words too; a shorter one must stand as words of its own. */
const LONG_NAME_LETTERS = 8;

/** Whether a text holds the whole of the organisation's name, however it is spelt. */
export function holdsName(text: string, organisation_name: string): boolean {
  const whole = plain(organisation_name);
  if ([...whole].length >= LONG_NAME_LETTERS) return plain(text).includes(whole);
  return whole !== '' && ` ${apart(text)} `.includes(` ${apart(organisation_name)} `);
}

/** Words with one space between. */
function apart(text: string): string {
  return fold(text)
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}

function partsOf(name: string): string[] {
  const folded = fold(name);
  const words = folded.split(/[^\p{L}\p{N}]+/u).filter((word) => [...word].length >= TELLING_LETTERS);
  const runs = [...folded.matchAll(WITHOUT_SPACES)].flatMap(([run]) => {
    const signs = [...run];
    return signs
      .slice(0, Math.max(0, signs.length - TELLING_SIGNS + 1))
      .map((_, at) => signs.slice(at, at + TELLING_SIGNS).join(''));
  });
  return [...words, ...runs];
}

/**
 * Of a text that may speak of the same things as the organisation's name does: the whole name, its legal form left out, or its
 * first word where that is long enough to tell.
 * @returns the part that the text holds; null for none
 */
export function toldInText(text: string, organisation_name: string): string | null {
  const words = ` ${wordsIn(text).join(' ')} `;
  const name = wordsIn(nameWithoutForm(organisation_name));
  const first = name.slice(0, [...(name[0] ?? '')].length < TELLING_LETTERS ? name.length : 1).join(' ');
  const is_told = HAN.test(first) ? words.replaceAll(' ', '').includes(first) : words.includes(` ${first} `);
  return first !== '' && is_told ? first : null;
}

function wordsIn(text: string): string[] {
  return fold(text)
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');
}

/** Letters and digits alone. */
function plain(text: string): string {
  return fold(text).replaceAll(/[^\p{L}\p{N}]/gu, '');
}

/** Without width, case and accents. */
function fold(text: string): string {
  return text.normalize('NFKD').replaceAll(/\p{M}/gu, '').normalize('NFKC').toLowerCase();
}
