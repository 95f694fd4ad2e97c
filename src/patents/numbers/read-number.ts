/**
 * Reads and prints patent numbers of CN, US, EP, WO, JP, KR, DE and GB in four forms; of any other office the DOCDB
 * and Google forms, and the EPODOC form of publications, whose number stays as it is.
 *
 * The forms are tried in the order Google, DOCDB, EPODOC (with or without kind), the office's own; the first that
 * fits decides. Where application and publication look alike, the kind decides (W, P, F are applications; A1, B and
 * the like publications), then the hint, and without it the number is refused as ambiguous.
 * Errors, all FormulaFailure: `office_unknown`, `number_form_unknown`, `number_ambiguous`, `check_digit_wrong`;
 * printing: `kind_unknown`, `form_impossible`.
 * Worked: `EP-10167109-A`, `EP 10167109 A`, `EP20100167109` and `EP 10167109.7` are one application.
 */
import { FormulaFailure } from '../../../models/failure.ts';
import { plainCode } from '../sources/plain-text.ts';
import { CN } from './cn.ts';
import { DE } from './de.ts';
import { EP } from './ep.ts';
import { GB } from './gb.ts';
import { JP } from './jp.ts';
import { KR } from './kr.ts';
import {
  type KindOfNumber,
  type NumberFormName,
  type OfficeForms,
  type PatentNumber,
  sameForm,
  sameForms,
} from './number.ts';
import { say } from './sentences.ts';
import { US } from './us.ts';
import { WO } from './wo.ts';

/** What the reader of a file knows besides the text. */
export interface NumberHint {
  /** Used where the text names no office. */
  office?: string;
  kind_of_number?: KindOfNumber;
  form?: NumberFormName;
}

/** One way to take a text apart. */
interface Candidate {
  form: NumberFormName;
  office: string;
  core: string;
  kind: string | null;
}

export const OFFICE_FORMS: Record<string, OfficeForms> = { CN, US, EP, WO, JP, KR, DE, GB };

const as_written = sameForms(/^[A-Z]{0,3}\d{1,14}[A-Z]{0,2}\d{0,8}$/);
const impossible = { read: () => null, print: () => null };
const other = { ...as_written, epodoc: impossible, original: sameForm(/^[A-Z0-9]{1,20}$/) };
/** EPODOC gives an application of theirs another number, and a publication its own. */
const OTHER_OFFICE: OfficeForms = {
  application: other,
  publication: { ...other, epodoc: as_written.epodoc },
};

const KINDS_OF_NUMBER: readonly KindOfNumber[] = ['application', 'publication'];
const KIND_OF_APPLICATION = /^[WPFQ]$/;
const KIND_OF_PUBLICATION = /^(?:[A-Z]\d|[BCYEH])$/;

/** @throws FormulaFailure see the header */
export function readNumber(text: string, hint: NumberHint = {}): PatentNumber {
  const candidates = split(text, hint).filter(({ form }) => hint.form === undefined || form === hint.form);
  if (candidates.length === 0 && hint.form === undefined)
    throw new FormulaFailure('office_unknown', say('number_without_office', { quoted: quoted(text) }));
  for (const candidate of candidates) {
    const found = readings(candidate, hint);
    if (found.length > 1)
      throw new FormulaFailure(
        'number_ambiguous',
        say('number_of_either', { quoted: quoted(text), office: candidate.office }),
      );
    if (found[0]) return found[0];
  }
  const of = hint.kind_of_number ? (`number_of_no_${hint.kind_of_number}` as const) : 'number_unknown';
  throw new FormulaFailure('number_form_unknown', say(of, { quoted: quoted(text) }));
}

/** @throws FormulaFailure `kind_unknown`, `form_impossible` */
export function printNumber(number: PatentNumber, form: NumberFormName): string {
  const { office, kind_of_number, kind } = number;
  const core = formsOf(office)[kind_of_number][form].print(number);
  if (core === null)
    throw new FormulaFailure(
      'form_impossible',
      `${office} ${kind_of_number} ${number.number} has no ${form} form, or the form needs the year or kind; give a number read from a form that tells them.`,
    );
  if (form === 'original') return /^(?:PCT|[特実])/.test(core) ? core : `${office} ${core}`;
  if (form === 'epodoc') return office + core;
  if (kind === null)
    throw new FormulaFailure(
      'kind_unknown',
      `The ${form} form of ${office} ${number.number} needs the kind; give a number with its kind.`,
    );
  const international = office === 'WO' && kind_of_number === 'application';
  const [country, digits] = international ? [core.slice(0, 2), core.slice(2)] : [office, core];
  return [country, digits, kind].join(form === 'google' ? '-' : ' ');
}

/** Whether two numbers are one application or one publication number, however they were written. */
export function sameNumber(a: PatentNumber, b: PatentNumber): boolean {
  return a.office === b.office && a.kind_of_number === b.kind_of_number && a.number === b.number;
}

function formsOf(office: string): OfficeForms {
  return Object.hasOwn(OFFICE_FORMS, office) ? OFFICE_FORMS[office]! : OTHER_OFFICE;
}

function split(text: string, hint: NumberHint): Candidate[] {
  const plain = plainCode(text)
    .trim()
    .toUpperCase()
    .replace(/[\u2010-\u2015\u2212]/g, '-')
    .replace(/平成/g, '平')
    .replace(/昭和/g, '昭');
  const found: Candidate[] = [];
  const add = (form: NumberFormName, office: string, core: string, kind: string | null) =>
    found.push(
      kind === 'W' && form !== 'original' && office !== 'WO'
        ? { form, office: 'WO', core: office + core, kind }
        : { form, office, core, kind },
    );
  const google = /^([A-Z]{2})-([A-Z0-9]{1,20})-([A-Z]\d?)$/.exec(plain);
  if (google) add('google', google[1]!, google[2]!, google[3]!);
  const docdb = /^([A-Z]{2})([ .])([A-Z0-9]{1,20})\2([A-Z]\d?)$/.exec(plain);
  if (docdb) add('docdb', docdb[1]!, docdb[3]!, docdb[4]!);
  const epodoc = /^([A-Z]{2})([A-Z0-9]{1,20})$/.exec(plain);
  if (epodoc) {
    add('epodoc', epodoc[1]!, epodoc[2]!, null);
    const with_kind = /^(.*\d)([A-Z]\d?)$/.exec(epodoc[2]!);
    if (with_kind) add('epodoc', epodoc[1]!, with_kind[1]!, with_kind[2]!);
  }
  const own = google || docdb ? null : ownForm(plain, hint.office);
  if (own) found.push(own);
  return found;
}

/** The office's own form, without the spaces and with the kind apart that some writers put behind it. */
function ownForm(plain: string, hinted: string | undefined): Candidate | null {
  const spaced = /^(.*\S)\s+([A-Z]\d?)$/.exec(plain);
  const core = (spaced?.[1] ?? plain).replace(/\s/g, '');
  const kind = spaced?.[2] ?? null;
  if (core.startsWith('PCT/')) return { form: 'original', office: 'WO', core, kind };
  if (/^[特実]/.test(core)) return { form: 'original', office: 'JP', core, kind };
  const named = /^([A-Z]{2})[-.]?([^A-Z].*|[A-Z]{1,2}\d.*)$/.exec(core.replace(/^ZL/, 'CN'));
  if (named && (hinted === undefined || named[1] === hinted || Object.hasOwn(OFFICE_FORMS, named[1]!)))
    return { form: 'original', office: named[1]!, core: named[2]!, kind };
  return hinted === undefined ? null : { form: 'original', office: hinted, core, kind };
}

function readings({ form, office, core, kind }: Candidate, hint: NumberHint): PatentNumber[] {
  const told = toldByKind(kind) ?? hint.kind_of_number;
  if (hint.kind_of_number !== undefined && told !== hint.kind_of_number) return [];
  return KINDS_OF_NUMBER.flatMap((kind_of_number): PatentNumber[] => {
    if (told !== undefined && told !== kind_of_number) return [];
    const read = formsOf(office)[kind_of_number][form].read(core, kind);
    if (!read) return [];
    return [
      {
        office,
        kind_of_number,
        number: read.number,
        kind: kind ?? read.kind ?? null,
        year: read.year ?? null,
      },
    ];
  });
}

function toldByKind(kind: string | null): KindOfNumber | undefined {
  if (kind === null) return undefined;
  if (KIND_OF_PUBLICATION.test(kind)) return 'publication';
  return KIND_OF_APPLICATION.test(kind) ? 'application' : undefined;
}

function quoted(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}...` : text).replace(/\p{Cc}/gu, '');
}
