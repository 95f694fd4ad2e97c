/**
 * What a conveyance recorded at the USPTO does, read from its text, and its signal.
 *
 * Reel and frame are the office's key of a recorded document, written with and without leading zeros: `detail` has
 * both as whole numbers, and `refers_to` has the documents that the text names in the same form (`48818/520`), so that
 * a release finds its security interest. A release that names none must be matched by its parties.
 */
import { isCalendarDate } from '../../../../models/calendar.ts';
import type { CalendarDate } from '../../../../models/types.ts';
import { shown } from '../fields.ts';
import { RejectedField, type SignalKind, type SignalRecord } from '../record.ts';
import { tidyText } from './json.ts';
import { later } from './patents.ts';

/** One recorded document, without the patents that it concerns. */
export interface Conveyance {
  reel: string;
  frame: string;
  text: string;
  recorded_on: CalendarDate;
  /** Days of signing as written. */
  executed: readonly string[];
  assignors: readonly string[];
  assignees: readonly string[];
  /** The office took the document out of its records. */
  purged: boolean;
}

export type ConveyanceType =
  | 'release'
  | 'security_interest_assigned'
  | 'security_interest'
  | 'correction'
  | 'merger'
  | 'name_change'
  | 'licence'
  | 'assignment'
  | 'other';

const SECURITY =
  /SECUR(?:ITY|ED)(?! (?:BANK|HOLDINGS))|\bLIENS?\b|COLLATERAL|MORTGAGE|PLEDGE|HYPOTHEC|CHATTEL/;

/** The first that fits decides. */
const TYPES: readonly [ConveyanceType, (text: string) => boolean][] = [
  [
    'release',
    (text) =>
      /\b(?:RELEASE|TERMINAT|DISCHARGE|SATISFACTION|RECONVEYANCE)/.test(text) &&
      (SECURITY.test(text) || !/LICEN[CS]E/.test(text)),
  ],
  // The lender changes, not the owner.
  [
    'security_interest_assigned',
    (text) =>
      /\b(?:ASSIGNMENT|TRANSFER)(?: AND ASSUMPTION)? OF (?:(?:THE|PATENTS?|INTELLECTUAL|PROPERTY|IP|FIRST|SECOND|GRANT|OF|NOTICE|AND|TRADEMARK|LIEN) )*(?:SECURITY (?:INTEREST|AGREEMENT)|LIEN|MORTGAGE)/.test(
        text,
      ),
  ],
  ['security_interest', (text) => SECURITY.test(text)],
  ['correction', (text) => /CORRECTIVE|CORRECTION|TO CORRECT\b/.test(text)],
  ['merger', (text) => /MERGER/.test(text)],
  ['name_change', (text) => /CHANGE OF NAME|NAME CHANGE/.test(text)],
  ['licence', (text) => /LICEN[CS]E/.test(text)],
  ['assignment', (text) => /ASSIGN|NUNC PRO TUNC/.test(text)],
];

const MEANINGS: Record<ConveyanceType, readonly [SignalKind, category: string]> = {
  release: ['encumbrance_released', 'S'],
  security_interest_assigned: ['other', 'S'],
  security_interest: ['encumbered', 'S'],
  correction: ['other', 'Y'],
  merger: ['transferred', 'R'],
  name_change: ['other', 'R'],
  licence: ['licensed', 'S'],
  assignment: ['transferred', 'R'],
  other: ['other', 'R'],
};

const MAX_NAMES_CHARS = 1000;

export function conveyanceType(text: string): ConveyanceType {
  const upper = text.toUpperCase();
  return TYPES.find(([, fits]) => fits(upper))?.[0] ?? 'other';
}

/** Recorded documents that a text names, each as reel/frame without leading zeros. */
export function documentsNamed(text: string): string[] {
  const upper = text.toUpperCase().replace(/\s+/g, ' ');
  if (!/REEL|\bR\/F\b/.test(upper)) return [];
  const after_reel =
    /(?:REEL(?: ?\/ ?FRAME)?|R\/F)[ .:#(]*(?:NOS?\b[ .:]*|NUMBERS?\b[ :]*)?(\d{1,6}) ?[,;/]? ?(?:AND )?(?:FRAME)?[ .:#]*(?:NO\b[ .:]*)?(\d{1,4})\b/g;
  const listed = /\b(\d{5,6}) ?\/ ?(\d{3,4})\b/g;
  const pairs = [...upper.matchAll(after_reel), ...upper.matchAll(listed)];
  return [...new Set(pairs.map(([, reel, frame]) => `${Number(reel)}/${Number(frame)}`))];
}

/** @param public_since first publication of the patent or its application, null where not told */
export function conveyanceSignal(conveyance: Conveyance, public_since: CalendarDate | null): SignalRecord {
  const text = tidyText(conveyance.text, 'conveyance_text');
  const type = conveyanceType(text);
  const [kind, category]: readonly [SignalKind, string] = conveyance.purged ? ['other', 'Y'] : MEANINGS[type];
  const named = documentsNamed(text).join(' ');
  const effective_on = conveyance.purged ? null : executedOn(conveyance);
  return {
    kind,
    category,
    source_code: conveyance.purged ? 'purged' : type,
    effective_on,
    published_on: later(conveyance.recorded_on, public_since ?? conveyance.recorded_on),
    detail: {
      reel: wholeNumber(conveyance.reel, 'reel'),
      frame: wholeNumber(conveyance.frame, 'frame'),
      recorded_on: conveyance.recorded_on,
      text,
      ...(named && { refers_to: named }),
      ...(effective_on === null &&
        conveyance.executed.length > 0 && { executed: joined(conveyance.executed) }),
      assignors: joined(conveyance.assignors),
      assignees: joined(conveyance.assignees),
    },
  };
}

function wholeNumber(text: string, field: string): string {
  if (!/^\d{1,6}$/.test(text.trim()))
    throw new RejectedField(field, `"${shown(text)}" is not a number of up to six digits`);
  return String(Number(text));
}

/**
 * The last day of signing. Days come in part (20240000), not at all (0001-01-01), or later than the recording, where
 * they must be wrong: then the day in law is not known, but the document stands.
 */
function executedOn({ executed, recorded_on }: Conveyance): CalendarDate | null {
  const days = executed.map((text) => text.slice(0, 10).replace(/^(\d{4})(\d{2})(\d{2})$/, '$1-$2-$3'));
  const last = days.toSorted().at(-1);
  const possible = days.every((day) => isCalendarDate(day) && day >= '1790-01-01');
  return last !== undefined && possible && last <= recorded_on ? last : null;
}

function joined(names: readonly string[]): string {
  const tidy = tidyText(
    names
      .join('; ')
      .slice(0, 2 * MAX_NAMES_CHARS)
      .toWellFormed(),
    'names',
  );
  return tidy.length > MAX_NAMES_CHARS ? `${tidy.slice(0, MAX_NAMES_CHARS).toWellFormed()}...` : tidy;
}
