/**
 * The features of a claim: the pieces after its transition, cut at semicolons and at clauses that begin anew, or at
 * commas where it has none. Cutting is by marks alone, so one that a mark does not part stays one feature.
 */
import type { Feature, ParsedClaim } from './types.ts';
import { trimmedSpan } from './words.ts';

const SEMICOLON = /[;；\n]+/;
const CLAUSE =
  /[,，]\s*(?=(?:and\s+)?(?:wherein|whereby|in which|characteri[sz]ed)\b|其中|其特征|并且|且所述)/i;
const COMMA = /[,，]/;
/** Shorter than this it says nothing of the subject, in characters. */
const LEAST = { en: 8, zh: 3 };

export function featuresOf({
  text,
  start,
  preamble,
}: Pick<ParsedClaim, 'text' | 'start' | 'preamble'>): Feature[] {
  const from = preamble.length < text.length ? preamble.length : 0;
  const body = { text: text.slice(from), start: start + from };
  const by_semicolon = cut([body], SEMICOLON);
  const pieces = cut(by_semicolon, CLAUSE);
  return (pieces.length > 1 ? pieces : cut(pieces, COMMA)).filter(says);
}

function cut(pieces: readonly { text: string; start: number }[], mark: RegExp): Feature[] {
  const everywhere = new RegExp(mark.source, `${mark.flags}g`);
  return pieces.flatMap(({ text, start }) => {
    const features: Feature[] = [];
    let from = 0;
    for (const match of text.matchAll(everywhere)) {
      features.push(piece(text, from, match.index, start));
      from = match.index + match[0].length;
    }
    return [...features, piece(text, from, text.length, start)].filter((feature) => feature.text !== '');
  });
}

function piece(text: string, from: number, to: number, offset: number): Feature {
  const { start, end } = trimmedSpan(text, from, to, '.。．');
  return { text: text.slice(start, end), start: offset + start, end: offset + end };
}

function says({ text }: Feature): boolean {
  return text.length >= (/[一-鿿]/.test(text) ? LEAST.zh : LEAST.en);
}
