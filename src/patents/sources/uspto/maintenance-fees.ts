/**
 * Adapter of the USPTO's Maintenance Fee Events (PTMNFEE2): fixed width, one event a line, weekly, cumulative since
 * 1981. Columns from 1: patent 1-13, application 15-22, entity 24, filed 26-33, granted 35-42, event 44-51, code 53-57.
 * Files from before about 2018 give the patent seven columns, and all else stands six to the left.
 *
 * Filing and grant stand on every line; the signals of both come with the first of the neighbouring lines of a patent.
 * `EXP.` is noticed some five weeks after the anniversary of grant on which the patent expired; that is the effective
 * day. `EXPX` takes it back.
 */
import type { Readable } from 'node:stream';
import type { CalendarDate } from '../../../../models/types.ts';
import { calendarDate, notBefore } from '../fields.ts';
import { type Line, readLines } from '../lines.ts';
import {
  RejectedField,
  recordOrQuarantine,
  type SignalKind,
  type SignalRecord,
  type SourceAdapter,
  SourceFormatError,
  type SourceRecord,
} from '../record.ts';
import {
  type Converted,
  feeExpiry,
  filedSignal,
  grantedSignal,
  later,
  usApplicationNumber,
  usPatent,
  usPatentNumber,
} from './patents.ts';

const EVENT_COLUMNS = String.raw` (\d{8}) ([A-Z? ]) (\d{8}) (\d{8}) (\d{8}) (\S{1,5}) *$`;
const LAYOUTS = [13, 7].map((width) => new RegExp(`^([0-9A-Z]{${width}})${EVENT_COLUMNS}`));
/** The layout shows itself in these; a file that shows none is something else. */
const LAYOUT_LINES = 200;
const LAYOUT_SHARE = 0.9;

const ENTITIES: Record<string, string> = { N: 'undiscounted', Y: 'small', M: 'micro' };

/** Payments by the year after grant; the first row of each is the series of today, large, small and micro entity. */
const PAYMENT_CODES: Record<string, string> = {
  4: 'M1551 M2551 M3551 M170 M173 M183 F170 F173 M273 M283 F273',
  8: 'M1552 M2552 M3552 M171 M174 M181 M184 F171 F174 M274 M284 F274',
  12: 'M1553 M2553 M3553 M172 M175 M182 M185 F172 F175 M275 M285 F275',
};
/** Surcharges for paying within the six months of grace. */
const SURCHARGE_CODES: Record<string, string> = {
  4: 'M1554 M2554 M3554',
  8: 'M1555 M2555 M3555',
  12: 'M1556 M2556 M3556',
};

export interface FeeMeaning {
  kind: SignalKind;
  category: string;
  /** Years after grant of the fee, where the code tells. */
  stage_years: string | null;
}

const MEANINGS = new Map<string, FeeMeaning>([
  ...byStage('fee_paid', PAYMENT_CODES),
  ...byStage('fee_late', SURCHARGE_CODES),
  ['EXP.', { kind: 'lapsed', category: 'H', stage_years: null }],
  ['EXPX', { kind: 'restored', category: 'K', stage_years: null }],
  ['REM.', { kind: 'fee_late', category: 'U', stage_years: null }],
  // Surcharge on a petition to accept a payment after expiry.
  ['M1558', { kind: 'fee_late', category: 'U', stage_years: null }],
  ['M2558', { kind: 'fee_late', category: 'U', stage_years: null }],
  ...['BIG.', 'SMAL', 'MICR', 'STOL', 'LTOS', 'PTGR', 'PMFP', 'PMFG', 'ASPN', 'RMPN'].map(
    (code): [string, FeeMeaning] => [code, { kind: 'other', category: 'U', stage_years: null }],
  ),
]);

function byStage(kind: SignalKind, codes: Record<string, string>): [string, FeeMeaning][] {
  return Object.entries(codes).flatMap(([stage_years, list]) =>
    list.split(' ').map((code): [string, FeeMeaning] => [code, { kind, category: 'U', stage_years }]),
  );
}

/** @returns null for a code that is no fee event known here */
export function feeMeaning(code: string): FeeMeaning | null {
  return MEANINGS.get(code) ?? null;
}

export const usptoMaintenanceFees: SourceAdapter = {
  id: 'uspto-maintenance-fees',
  describe: 'USPTO maintenance fee events (fixed width, PTMNFEE2)',
  recognises: (head) => layoutOf(head.split('\n').filter((line) => line.trim() !== '')) !== null,
  read: readEvents,
};

async function* readEvents(input: Readable): AsyncGenerator<SourceRecord> {
  let first: Line[] = [];
  let layout: RegExp | null = null;
  let before = '';
  const convertLine = (line: Line): SourceRecord => {
    const record = recordOrQuarantine(line.number, line.text, () => convert(line, layout!, before));
    if (record.ok) before = record.patent.application_number;
    return record;
  };
  for await (const line of readLines(input)) {
    if (layout) yield convertLine(line);
    else first.push(line);
    if (first.length < LAYOUT_LINES) continue;
    layout = requireLayout(first);
    yield* first.map(convertLine);
    first = [];
  }
  if (layout) return;
  layout = requireLayout(first);
  yield* first.map(convertLine);
}

function layoutOf(lines: readonly string[]): RegExp | null {
  // The last line of a head may be cut.
  const whole = lines.length > 1 ? lines.slice(0, -1) : lines;
  const fits = (layout: RegExp) => whole.filter((line) => layout.test(line.trimEnd())).length;
  return LAYOUTS.find((layout) => whole.length > 0 && fits(layout) >= LAYOUT_SHARE * whole.length) ?? null;
}

function requireLayout(first: readonly Line[]): RegExp {
  const layout = layoutOf([...first.map((line) => line.text), '']);
  if (layout) return layout;
  throw new SourceFormatError(
    `Maintenance fee events: fewer than ${LAYOUT_SHARE * 100} % of the first ${first.length} lines have the columns of either layout. Give the file unzipped and unchanged.`,
  );
}

function convert(line: Line, layout: RegExp, before: string): Converted {
  if (line.problem) throw new RejectedField('line', line.problem.reason, line.problem.code);
  const parts = layout.exec(line.text.trimEnd());
  if (!parts)
    throw new RejectedField('line', 'does not have the columns of the other lines', 'broken_record');
  const [, patent_text, application_text, entity, filed_text, granted_text, event_text, code] =
    parts as unknown as string[];
  const patent_number = usPatentNumber(patent_text!, 'patent_number');
  const application_number = usApplicationNumber(application_text!, 'application_number');
  const filed_on = calendarDate(filed_text!, 'filing_date');
  const granted_on = notBefore(calendarDate(granted_text!, 'grant_date'), 'grant_date', filed_on, 'filing');
  const happened_on = calendarDate(event_text!, 'event_date');
  const repeated = application_number === before;
  return {
    patent: usPatent(application_number, patent_number, { filed_on }),
    signals: [
      ...(repeated ? [] : [filedSignal(filed_on, granted_on), grantedSignal(granted_on)]),
      feeSignal(code!, happened_on, patent_number, granted_on, { entity: ENTITIES[entity!] ?? 'not told' }),
    ],
  };
}

function feeSignal(
  code: string,
  happened_on: CalendarDate,
  patent_number: string,
  granted_on: CalendarDate,
  detail: Record<string, string>,
): SignalRecord {
  const meaning = feeMeaning(code) ?? { kind: 'other', category: 'Z', stage_years: null };
  // Entity and payer may be set while the application is pending; fees and expiry follow grant.
  if (meaning.kind !== 'other') notBefore(happened_on, 'event_date', granted_on, 'grant');
  const expiry = meaning.kind === 'lapsed' ? feeExpiry(patent_number, granted_on, happened_on) : null;
  const stage_years = meaning.stage_years ?? (expiry && String(expiry.years));
  return {
    kind: meaning.kind,
    category: meaning.category,
    source_code: code,
    effective_on: meaning.kind === 'lapsed' ? (expiry?.on ?? null) : happened_on,
    published_on: later(happened_on, granted_on),
    detail: { ...detail, ...(stage_years && { stage_years }) },
  };
}
