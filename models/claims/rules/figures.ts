/**
 * Figures: those that the description speaks of are those of the list, and the signs of the list are in the description.
 * Source: EPC rules 42(1)(d) and 46(2)(i), PCT rule 5.1(a)(iv), the like Chinese rules.
 */
import type { Reading } from '../reading.ts';
import type { ClaimRule, Raised } from '../rule.ts';
import { listedSigns, signsIn } from '../signs.ts';

const FIGURE =
  /(?:\bfig(?:ure|s|ures)?\.?|(?<![\p{Script=Han}])图|(?<=[如见和与、及中，。；附])图)\s*(\d{1,3})(?:\s*(?:至|到|to|-|–)\s*(\d{1,3}))?/giu;
const LONGEST_range = 50;

interface Named {
  number: number;
  start: number;
  end: number;
}

function figuresIn(text: string): Named[] {
  return Array.from(text.matchAll(FIGURE)).flatMap((match) => {
    const from = Number(match[1]);
    const to = Math.min(Number(match[2] ?? from), from + LONGEST_range);
    const place = { start: match.index, end: match.index + match[0].length };
    return Array.from({ length: Math.max(1, to - from + 1) }, (_, each) => ({
      number: from + each,
      ...place,
    }));
  });
}

function both({ application: { description = '', figures = '' } }: Reading) {
  return description.trim() === '' || figures.trim() === '' ? null : { description, figures };
}

function missingFrom(named: readonly Named[], other: readonly Named[], part: Raised['part']): Raised[] {
  const known = new Set(other.map(({ number }) => number));
  return named
    .filter(({ number }) => !known.has(number) && known.add(number))
    .map(({ number, start, end }) => ({ claim: null, part, start, end, values: { figure: number } }));
}

export const FIGURE_MISSING: ClaimRule = {
  code: 'figure_missing',
  severity: 'error',
  message: 'The description speaks of figure {figure}, and the list of figures has none.',
  remedy: 'Add the figure to the list, or correct its number.',
  check: (reading) => {
    const texts = both(reading);
    return texts ? missingFrom(figuresIn(texts.description), figuresIn(texts.figures), 'description') : [];
  },
};

export const FIGURE_UNMENTIONED: ClaimRule = {
  code: 'figure_unmentioned',
  severity: 'warning',
  message: 'The list has figure {figure}, and the description says nothing of it.',
  remedy: 'Say in the description what the figure shows, or take it out.',
  check: (reading) => {
    const texts = both(reading);
    return texts ? missingFrom(figuresIn(texts.figures), figuresIn(texts.description), 'figures') : [];
  },
};

export const SIGN_UNDESCRIBED: ClaimRule = {
  code: 'sign_undescribed',
  severity: 'warning',
  message: 'The list of figures has sign {sign} for “{name}”, and the description does not use it.',
  remedy: 'Use the sign in the description, or take it off the figure.',
  check: (reading) => {
    const texts = both(reading);
    if (!texts) return [];
    const described = signsIn(texts.description);
    return listedSigns(texts.figures)
      .filter(({ sign }) => !described.has(sign) && described.add(sign))
      .map(({ sign, name, start }) => ({
        claim: null,
        part: 'figures',
        start,
        end: start + sign.length,
        values: { sign, name },
      }));
  },
};
