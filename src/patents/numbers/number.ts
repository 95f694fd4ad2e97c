/**
 * A patent number apart from the way it is written, and what each office tells about its ways of writing.
 *
 * `number` of an application is the office's own form in one spelling: CN with check digit `201710117081.7`, US
 * series and serial `13167395`, EP `10167109`, WO `PCT/AU2014/001067`, JP year and serial `2007550210`, KR type, year
 * and serial `1020130012345`, DE `102010063169`, GB year and serial `1012056`. `number` of a publication is DOCDB's.
 */
import { FormulaFailure } from '../../../models/failure.ts';
import { say } from './sentences.ts';

export type KindOfNumber = 'application' | 'publication';

/** DOCDB `EP 2400812 A1`, EPODOC `EP2400812`, the office's own, and Google's `EP-2400812-A1`. */
export type NumberFormName = 'docdb' | 'epodoc' | 'original' | 'google';

export interface PatentNumber {
  /** WIPO ST.3 code; `WO` for an international application, whatever office received it. */
  office: string;
  kind_of_number: KindOfNumber;
  number: string;
  /** Kind as DOCDB has it, null where the form does not tell. */
  kind: string | null;
  /** Year of a US application, which its own form does not tell and two other forms need; null elsewhere. */
  year: number | null;
}

/** What a form tells of the number, without office. */
export interface Reading {
  number: string;
  kind?: string;
  year?: number;
}

/** One way of writing, without office code; `kind` is the one that stands beside it. */
export interface NumberForm {
  /** @returns null where the text has another form; @throws FormulaFailure `check_digit_wrong` */
  read(core: string, kind: string | null): Reading | null;
  /** @returns null where the number does not tell what the form needs */
  print(number: PatentNumber): string | null;
}

export type NumberForms = Record<NumberFormName, NumberForm>;

export interface OfficeForms {
  application: NumberForms;
  publication: NumberForms;
}

/** A form that is the canonical number itself wherever `pattern` fits it. */
export function sameForm(pattern: RegExp): NumberForm {
  return {
    read: (core) => (pattern.test(core) ? { number: core } : null),
    print: ({ number }) => (pattern.test(number) ? number : null),
  };
}

/** Publications of most offices: every form is the DOCDB number. */
export function sameForms(pattern: RegExp): NumberForms {
  const form = sameForm(pattern);
  return { docdb: form, epodoc: form, original: form, google: form };
}

/** @throws FormulaFailure `check_digit_wrong` where a check digit is given and is another than `right` */
export function requireCheckDigit(given: string | undefined, right: string, number: string): void {
  if (given !== undefined && given !== '' && given !== right)
    throw new FormulaFailure('check_digit_wrong', say('check_digit_wrong', { given, number, right }));
}

/** European, British and other offices of 1978 write years in two digits from then on. */
export function yearFrom1978(two_digits: string): number {
  const year = Number(two_digits);
  return year >= 78 ? 1900 + year : 2000 + year;
}
