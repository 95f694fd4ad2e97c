/**
 * Sentences of a closed set. Each is a code with its values, so that a page can say it in the reader's language, and the
 * English that the API gives, filled from the same values.
 *
 * Names of values end in their unit: `_minor` is minor units, with `currency` beside it; `_bp` is basis points. `count`
 * chooses a plural. A value that is one of a closed set has the name of that set, or ends in it: `legal`, `to_state`.
 * Worked: sentencesOf({ due: 'it was due on {day}' })('due', { day: '2026-01-31' }).text is 'it was due on 2026-01-31'.
 */

export interface Sentence {
  readonly code: string;
  readonly values: SentenceValues;
  readonly text: string;
}

export type SentenceValue = string | number | Sentence | readonly (string | Sentence)[];
export type SentenceValues = Readonly<Record<string, SentenceValue>>;

type NamesIn<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}`
  ? Name | NamesIn<Rest>
  : never;
type Filled<Name extends string> = Name extends `${string}_minor` ? Name | 'currency' : Name;
type Given<Text extends string> = [NamesIn<Text>] extends [never]
  ? []
  : [Readonly<Record<Filled<NamesIn<Text>>, SentenceValue>>];

/** Says those of one set: the code, and a value for each name in braces. */
export function sentencesOf<const Texts extends Readonly<Record<string, string>>>(texts: Texts) {
  return <Code extends keyof Texts & string>(code: Code, ...given: Given<Texts[Code]>): Sentence => {
    const values: SentenceValues = given[0] ?? {};
    return { code, values, text: fill(texts[code]!, values) };
  };
}

/** As the API gives it. @param said a string where there is English alone */
export function textOf(said: Sentence | string): string {
  return typeof said === 'string' ? said : said.text;
}

export function textsOf(sentences: readonly Sentence[]): string[] {
  return sentences.map(textOf);
}

/** Finds, of one set, the sentence whose text was stored; the text itself where none of them reads so. */
export function readingOf(texts: Readonly<Record<string, string>>) {
  const patterns = Object.entries(texts).map(([code, text]) => ({ code, pattern: patternOf(text) }));
  return (stored: string): Sentence | string => {
    for (const { code, pattern } of patterns) {
      const read = pattern.exec(stored);
      if (read) return { code, values: valuesIn(read.groups ?? {}), text: stored };
    }
    return stored;
  };
}

function patternOf(text: string): RegExp {
  const pieces = text
    .split(/\{(\w+)\}/)
    .map((piece, place) => (place % 2 ? `(?<${piece}>.+)` : piece.replace(/[^\w ]/g, '\\$&')));
  return new RegExp(`^${pieces.join('')}$`);
}

function valuesIn(read: Readonly<Record<string, string>>): SentenceValues {
  return Object.fromEntries(
    Object.entries(read).map(([name, value]) => [name, /^\d{1,15}$/.test(value) ? Number(value) : value]),
  );
}

function fill(text: string, values: SentenceValues): string {
  return text.replace(/\{(\w+)\}/g, (_, name: string) => plain(values[name]!));
}

function plain(value: SentenceValue): string {
  if (typeof value !== 'object') return String(value);
  if ('text' in value) return value.text;
  return value.map(plain).join(value.some((each) => typeof each === 'object') ? '; ' : ' or ');
}
