/**
 * What the adapters of the United States share: numbers in the office's form, the patent they name, and the day on
 * which an unpaid maintenance fee ended it.
 *
 * An application number is eight digits, two of series and six of serial (17/248,024 is `17248024`). Where a source
 * knows only the patent, its number stands in, marked as one (`patent 11324169`).
 */
import { addYears } from '../../../../models/calendar.ts';
import type { CalendarDate, RightType } from '../../../../models/types.ts';
import { shown } from '../fields.ts';
import {
  type AcceptedRecord,
  type PatentRecord,
  patentRecord,
  RejectedField,
  type SignalRecord,
} from '../record.ts';

/** What an adapter makes of one record. */
export type Converted = Omit<AcceptedRecord, 'ok' | 'line'>;

/** Application series of designs: national and by the Hague agreement. */
const DESIGN_SERIES = ['29', '35'];

/** @throws {RejectedField} not eight digits, with or without slash and comma */
export function usApplicationNumber(text: string, field: string): string {
  const digits = text.replace(/[\s,/]/g, '');
  if (!/^\d{8}$/.test(digits))
    throw new RejectedField(field, `"${shown(text)}" is not a US application number of eight digits`);
  return digits;
}

/**
 * 0000004593999, 000000RE35000, D0662395 and 11,646,472 as 4593999, RE35000, D662395 and 11646472.
 * @throws {RejectedField} another form
 */
export function usPatentNumber(text: string, field: string): string {
  const parts = /^0*(RE|PP|AI|D|H|T|X)?0*([1-9]\d{0,7})$/.exec(text.replace(/[\s,]/g, ''));
  if (!parts) throw new RejectedField(field, `"${shown(text)}" is not a US patent number`);
  return `${parts[1] ?? ''}${parts[2]}`;
}

/** @param told what else the source tells; the rest is null. One of the two numbers must be there. */
export function usPatent(
  application_number: string | null,
  patent_number: string | null,
  told: Partial<PatentRecord> = {},
): PatentRecord {
  return patentRecord({
    office: 'US',
    application_number: application_number ?? `patent ${patent_number}`,
    right_type: rightType(application_number, patent_number),
    publication_number: patent_number,
    ...told,
  });
}

function rightType(application_number: string | null, patent_number: string | null): RightType {
  const design = application_number
    ? DESIGN_SERIES.includes(application_number.slice(0, 2))
    : patent_number?.startsWith('D');
  return design || /^D\d/.test(patent_number ?? '') ? 'design' : 'invention';
}

/**
 * An unpaid fee ends a patent 4, 8 or 12 years after grant (35 U.S.C. 41(b)); the office notices it some five weeks
 * later. A reissue counts from the grant of the patent that it reissues, which no file here tells.
 * @returns null where the notice comes before the first of these days, or for a reissue
 */
export function feeExpiry(
  patent_number: string,
  granted_on: CalendarDate,
  noticed_on: CalendarDate,
): { years: number; on: CalendarDate } | null {
  if (patent_number.startsWith('RE')) return null;
  const stages = [4, 8, 12].map((years) => ({ years, on: addYears(granted_on, years) }));
  return stages.findLast(({ on }) => on <= noticed_on) ?? null;
}

export function filedSignal(
  filed_on: CalendarDate,
  public_since: CalendarDate,
  detail: Record<string, string> = {},
): SignalRecord {
  return {
    kind: 'filed',
    category: 'A',
    source_code: 'filing_date',
    effective_on: filed_on,
    published_on: later(filed_on, public_since),
    detail,
  };
}

export function grantedSignal(granted_on: CalendarDate, detail: Record<string, string> = {}): SignalRecord {
  return {
    kind: 'granted',
    category: 'F',
    source_code: 'grant_date',
    effective_on: granted_on,
    published_on: granted_on,
    detail,
  };
}

export function later(a: CalendarDate, b: CalendarDate): CalendarDate {
  return a > b ? a : b;
}

/** CPC symbols in the form of IPC; indexing codes (section Y, main groups from 2000 on) classify nothing. */
export function classSymbols(symbols: readonly string[]): string[] {
  const plain = symbols.map((symbol) => symbol.replace(/\s/g, ''));
  const kept = plain.filter((symbol) => /^[A-H]\d{2}[A-Z](?!2\d{3}\/)\d{1,4}\/\d{2,6}$/.test(symbol));
  return [...new Set(kept)];
}
