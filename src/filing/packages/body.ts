/**
 * What an application says, read into parts, headings, paragraphs and claims: the one thing that its XML, DOCX and PDF are made
 * of. No I/O: equal drafts give equal bodies.
 */
import { type ReadClaim, readClaims } from '../../../models/claims/parse.ts';
import type { ApplicationForm, ClaimLanguage } from '../../../models/claims/types.ts';
import { Problem, requireFormula } from '../../errors.ts';
import type { Draft, DraftVersion } from '../drafts/store.ts';
import { say } from '../sentences.ts';

/** A section of the description by what the offices call it. */
export const SECTION_KINDS = ['field', 'background', 'summary', 'drawings', 'embodiments'] as const;
export type SectionKind = (typeof SECTION_KINDS)[number];

export interface Paragraph {
  /** Through the whole description, from 1. */
  number: number;
  text: string;
}

export interface DescriptionSection {
  /** Null before the first heading. */
  kind: SectionKind | null;
  heading: string | null;
  paragraphs: Paragraph[];
}

export interface BodyClaim extends Pick<ReadClaim, 'number' | 'text' | 'references' | 'depends_on'> {
  /** Place among the claims, from 1: numbers as written may not be unique. */
  place: number;
}

export interface Body {
  reference: string;
  form: ApplicationForm;
  language: ClaimLanguage;
  title: string;
  description: DescriptionSection[];
  claims: BodyClaim[];
  /** Paragraphs. */
  abstract: string[];
  /** As listed, a line each; the drawings themselves are not in it. */
  figures: string[];
  /** When the version was written: the only time that its files know. */
  written_at: Date;
}

const HEADINGS: Readonly<Record<ClaimLanguage, Readonly<Record<SectionKind, RegExp>>>> = {
  en: {
    field: /^(?:technical field|field of the invention|field)$/i,
    background: /^(?:background(?: art| of the invention)?|prior art|state of the art)$/i,
    summary:
      /^(?:(?:brief )?summary(?: of the invention)?|disclosure(?: of the invention)?|summary and objects?)$/i,
    drawings: /^(?:brief )?description of (?:the )?(?:drawings|figures)$/i,
    embodiments:
      /^(?:detailed description(?: of .*)?|description of (?:the )?(?:preferred )?embodiments?|embodiments?|modes? for carrying out the invention|examples?)$/i,
  },
  zh: {
    field: /^(?:所属)?技术领域$/,
    background: /^背景技术$/,
    summary: /^(?:发明内容|实用新型内容)$/,
    drawings: /^附图(?:的简要)?说明$/,
    embodiments: /^(?:具体)?实施(?:方式|例)$/,
  },
};
/** `[0012]`, as some write before each paragraph: the numbers are set anew. */
const WRITTEN_NUMBER = /^\s*[[【［]\d{1,5}[\]】］]\s*/;
const HEADING_MARKS = /^[#\s【[（(]*(?:[一二三四五六七八九十\dIVX]+[.、．)]\s*)?|[】\])）:：\s]+$/g;

/** What no XML can hold, whichever way it is written. */
const CONTROL = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;

/** @throws Problem `refused` for a part that is missing, or that holds what no document can */
export function bodyOf({ reference, form, language }: Draft, text: DraftVersion): Body {
  requireParts(text);
  const claims = requireFormula(() => readClaims(text.claims, language));
  return {
    reference,
    form,
    language,
    title: oneLine(text.title),
    description: sectionsOf(text.description, language),
    claims: claims.map(({ number, text: words, references, depends_on }, index) => ({
      place: index + 1,
      number,
      text: words,
      references,
      depends_on,
    })),
    abstract: linesOf(text.abstract),
    figures: linesOf(text.figures),
    written_at: text.written_at,
  };
}

function requireParts(text: DraftVersion): void {
  for (const part of ['title', 'description', 'claims', 'abstract'] as const)
    if (text[part].trim() === '') throw new Problem('refused', say('package_part_empty', { part }));
  for (const part of ['title', 'description', 'claims', 'abstract', 'figures'] as const) {
    const found = CONTROL.exec(text[part]);
    if (found)
      throw new Problem(
        'refused',
        say('package_part_unholdable', { part, character: codeOf(found[0]), place: found.index + 1 }),
      );
  }
}

function codeOf(character: string): string {
  return character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0');
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

function linesOf(text: string): string[] {
  return text
    .split(/\r?\n/)
    .map(oneLine)
    .filter((line) => line !== '');
}

function sectionsOf(description: string, language: ClaimLanguage): DescriptionSection[] {
  const sections: DescriptionSection[] = [{ kind: null, heading: null, paragraphs: [] }];
  let number = 0;
  for (const line of linesOf(description)) {
    const kind = headingIn(line, language);
    if (kind) sections.push({ kind, heading: line.replace(HEADING_MARKS, ''), paragraphs: [] });
    else sections.at(-1)!.paragraphs.push({ number: ++number, text: line.replace(WRITTEN_NUMBER, '') });
  }
  return sections.filter(({ heading, paragraphs }) => heading !== null || paragraphs.length > 0);
}

function headingIn(line: string, language: ClaimLanguage): SectionKind | null {
  const bare = line.replace(HEADING_MARKS, '');
  return SECTION_KINDS.find((kind) => HEADINGS[language][kind].test(bare)) ?? null;
}
