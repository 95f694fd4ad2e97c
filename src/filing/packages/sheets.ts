/** An application as it is read on paper: its parts in the order of the office, under their names in its language. */
import type { ApplicationForm, ClaimLanguage } from '../../../models/claims/types.ts';
import type { Body } from './body.ts';
import { paragraphNumber } from './st96.ts';

export type Part = 'abstract' | 'claims' | 'description' | 'figures';

export interface Line {
  kind: 'heading' | 'paragraph';
  text: string;
}

export interface PartSheets {
  part: Part;
  name: string;
  lines: Line[];
}

const ORDER: Readonly<Record<ApplicationForm, readonly Part[]>> = {
  CN: ['abstract', 'claims', 'description', 'figures'],
  EP: ['description', 'claims', 'abstract', 'figures'],
  PCT: ['description', 'claims', 'abstract', 'figures'],
};
const NAMES: Readonly<Record<ClaimLanguage, Readonly<Record<Part, string>>>> = {
  en: { abstract: 'Abstract', claims: 'Claims', description: 'Description', figures: 'List of drawings' },
  zh: { abstract: '说明书摘要', claims: '权利要求书', description: '说明书', figures: '附图清单' },
};
/** After the number of a claim. */
const STOP: Readonly<Record<ClaimLanguage, string>> = { en: '. ', zh: '．' };

/** Parts without a word are left out. */
export function sheetsOf(body: Body): PartSheets[] {
  return ORDER[body.form]
    .map((part) => ({ part, name: NAMES[body.language][part], lines: linesOf(body, part) }))
    .filter(({ lines }) => lines.length > 0);
}

function linesOf({ language, abstract, claims, description, figures }: Body, part: Part): Line[] {
  const paragraph = (text: string): Line => ({ kind: 'paragraph', text });
  if (part === 'abstract') return abstract.map(paragraph);
  if (part === 'figures') return figures.map(paragraph);
  if (part === 'claims')
    return claims.flatMap(({ number, text }) =>
      text
        .split(/\r?\n/)
        .map((line) => line.trim())
        .filter((line) => line !== '')
        .map((line, index) => paragraph(index === 0 ? `${number}${STOP[language]}${line}` : line)),
    );
  return description.flatMap(({ heading, paragraphs }) => [
    ...(heading === null ? [] : [{ kind: 'heading' as const, text: heading }]),
    ...paragraphs.map(({ number, text }) => paragraph(`[${paragraphNumber(number)}] ${text}`)),
  ]);
}
