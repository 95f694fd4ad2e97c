/** English words as the checks need them: tokens with their places, and forms of one word made alike. */

export interface Token {
  text: string;
  lower: string;
  start: number;
  end: number;
  is_word: boolean;
}

/** Words may hold digits and hyphens; numbers and every other mark stand alone. */
const TOKEN = /[A-Za-z][A-Za-z0-9'’-]*|\d+(?:[.,]\d+)*|[^\s]/g;

export function tokensOf(text: string, offset = 0): Token[] {
  return Array.from(text.matchAll(TOKEN), (match) => ({
    text: match[0],
    lower: match[0].toLowerCase(),
    start: offset + match.index,
    end: offset + match.index + match[0].length,
    is_word: /^[A-Za-z]/.test(match[0]),
  }));
}

const IRREGULAR: Readonly<Record<string, string>> = {
  axes: 'axis',
  bases: 'base',
  vertices: 'vertex',
  indices: 'index',
  matrices: 'matrix',
  feet: 'foot',
  teeth: 'tooth',
  halves: 'half',
  leaves: 'leaf',
  knives: 'knife',
  shelves: 'shelf',
  valves: 'valve',
  media: 'medium',
  criteria: 'criterion',
  bacteria: 'bacterium',
  analyses: 'analysis',
  radii: 'radius',
  lenses: 'lens',
  lens: 'lens',
  gas: 'gas',
  bus: 'bus',
  bias: 'bias',
  series: 'series',
  means: 'means',
  apparatus: 'apparatus',
};

/** Singular, lower case. */
export function singular(word: string): string {
  const lower = word.toLowerCase().replace(/['’]s?$/, '');
  const irregular = IRREGULAR[lower];
  if (irregular !== undefined) return irregular;
  if (lower.length > 4 && lower.endsWith('ies')) return `${lower.slice(0, -3)}y`;
  if (/(?:ss|x|ch|sh|zz|us)es$/.test(lower)) return lower.slice(0, -2);
  if (lower.length > 3 && /[^sui]s$/.test(lower)) return lower.slice(0, -1);
  return lower;
}

const SUFFIX =
  /(?:ations?|ators?|ating|ated|ates?|ions?|ings?|ments?|ances?|ences?|ably|able|ible|ally|als?|ively|ive|ers?|ors?|ed|es|ly|s|e|y)$/;
const LEAST_STEM_characters = 4;

/** What forms of one word share: rotating, rotation and rotatable are `rotat`. */
export function stem(word: string): string {
  const lower = singular(word)
    .replace(/our(?=$|s$|ed$)/, 'or')
    .replace(/is(?=(?:e|ed|er|ing|ation)$)/, 'iz');
  const cut = lower.replace(SUFFIX, '');
  const kept = cut.length >= LEAST_STEM_characters ? cut : lower;
  return kept.replace(/([^aeiou])\1$/, '$1');
}

/** A piece of a text without blanks around it, and without the given marks at its end; empty where there is nothing else. */
export function trimmedSpan(
  text: string,
  from: number,
  to: number,
  marks = '',
): { start: number; end: number } {
  let [start, end] = [from, to];
  while (end > start && (isBlank(text[end - 1]!) || marks.includes(text[end - 1]!))) end--;
  while (start < end && isBlank(text[start]!)) start++;
  return { start, end };
}

function isBlank(character: string): boolean {
  return character.trim() === '';
}
