/**
 * Title, abstract and owner's name of an application, in made words that are as common and as rare as those of real texts.
 *
 *   P(rank <= r) as of owners (corpus-owners.ts), nearly Zipf: over 4,000 words of the field, 40,000 of all fields
 * Half of the words are of the field. English prose words stand between them; Chinese, Japanese and Korean applications have
 * a second title and abstract in characters of their script, two to a word.
 * Lengths are uniform: title 4 to 9 words, abstract 45 to 95, in characters 6 to 12 and 40 to 80 words; real abstracts of
 * the EPO have some 100 words with the small ones [M]. Source: Zipf's law; all numbers are ours. Errors: none.
 * Worked: word 0 of the vocabulary 0 is `bado`, and stays so whatever the seed.
 */
import type { CorpusOffice } from './corpus-offices.ts';
import { rankAmong } from './corpus-owners.ts';
import type { CorpusApplication } from './corpus-patents.ts';
import { mix, streamOf } from './corpus-stream.ts';
import { chance, type Random, wholeNumber } from './draws.ts';

const FIELD_WORDS = 4_000;
const COMMON_WORDS = 40_000;
const FIELD_SHARE = 0.5;
const TITLE_WORDS = [4, 9] as const;
const ABSTRACT_WORDS = [45, 95] as const;
const SCRIPT_TITLE_WORDS = [6, 12] as const;
const SCRIPT_ABSTRACT_WORDS = [40, 80] as const;
const PROSE =
  'a the of and for with in to comprising wherein method device system apparatus having first second unit'.split(
    ' ',
  );
const PROSE_SHARE = 0.35;
const SYLLABLES = 'ba do ke li mo nu pa ri se ta vo wu xa yi zo che fra gel hom jin kor lum'.split(' ');
const FORMS = ['Co., Ltd.', 'Inc.', 'GmbH', 'Corporation', 'AG', 'LLC', 'K.K.', 'S.A.'];
const TRADES =
  'Technologies Electronics Chemical Materials Systems University Motors Pharma Energy Instruments'.split(
    ' ',
  );

/** First character and number of characters that words are made of; the first of them are the commoner ones. */
const SCRIPTS: Partial<Record<CorpusOffice, { language: string; first: number; characters: number }>> = {
  CN: { language: 'zh', first: 0x4e00, characters: 3_000 },
  JP: { language: 'ja', first: 0x30a1, characters: 80 },
  KR: { language: 'ko', first: 0xac00, characters: 2_000 },
};

export interface CorpusText {
  language: string;
  title: string;
  abstract: string;
}

/** In English, and where the office has a script of its own in that too. */
export function textsOf(seed: number, told: CorpusApplication): CorpusText[] {
  const random = streamOf(seed, 'text', told.key);
  const { field } = told.invention.field;
  const prose = (length: readonly [number, number]) =>
    many(length, random, () =>
      chance(PROSE_SHARE, random)
        ? PROSE[wholeNumber(0, PROSE.length - 1, random)]!
        : word(drawWord(field, random)),
    ).join(' ');
  const texts = [{ language: 'en', title: prose(TITLE_WORDS), abstract: `${prose(ABSTRACT_WORDS)}.` }];
  const script = SCRIPTS[told.office];
  if (script === undefined) return texts;
  const written = (length: readonly [number, number]) =>
    many(length, random, () => scriptWord(script, drawWord(field, random))).join('');
  const title = written(SCRIPT_TITLE_WORDS);
  return [...texts, { language: script.language, title, abstract: `${written(SCRIPT_ABSTRACT_WORDS)}。` }];
}

/** @param rank of the owner, from 1 */
export function ownerName(rank: number): string {
  const random = streamOf(0, 'owner_name', rank);
  const name = word(mix(rank) % 1_000_000);
  const trade = TRADES[wholeNumber(0, TRADES.length - 1, random)]!;
  return `${name.charAt(0).toUpperCase()}${name.slice(1)} ${trade} ${FORMS[wholeNumber(0, FORMS.length - 1, random)]!}`;
}

function many<Item>([least, most]: readonly [number, number], random: Random, draw: () => Item): Item[] {
  return Array.from({ length: wholeNumber(least, most, random) }, draw);
}

/** Number of a word: those of a field after those of all fields. */
function drawWord(field: number, random: Random): number {
  return chance(FIELD_SHARE, random)
    ? COMMON_WORDS + field * FIELD_WORDS + rankAmong(FIELD_WORDS, random())
    : rankAmong(COMMON_WORDS, random());
}

/** One word for each number. */
function word(number: number): string {
  let text = '';
  for (let left = number + SYLLABLES.length; left > 0; left = Math.floor(left / SYLLABLES.length))
    text += SYLLABLES[left % SYLLABLES.length]!;
  return text;
}

function scriptWord({ first, characters }: { first: number; characters: number }, number: number): string {
  const one = mix(number) % characters;
  const other = mix(number + COMMON_WORDS) % characters;
  return String.fromCodePoint(first + one, first + other);
}
