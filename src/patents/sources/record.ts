/**
 * What every source adapter gives: one patent and what happened to it, or one quarantined record.
 * Shapes only, and the two errors that adapters use.
 *
 * Three dates stay apart. `effective_on` is the day in law, null where the source does not tell. `published_on` is the
 * day from which anyone could know, never before the publication of the application: a filing is effective on the
 * filing day and public on the publication day. When the service learnt of it is the reader's own affair.
 */
import type { Readable } from 'node:stream';
import type { CalendarDate, RightType } from '../../../models/types.ts';
import { plainName } from './plain-text.ts';

/** Bibliographic facts as the source gives them; null is not told. */
export interface PatentRecord {
  /** WIPO ST.3 code. */
  office: string;
  /** The office's own form, without the office code; Chinese numbers carry their check digit. */
  application_number: string;
  right_type: RightType;
  /** Number alone, without office and kind (DOCDB). */
  publication_number: string | null;
  /** WIPO ST.16 kind of that publication. */
  kind: string | null;
  filed_on: CalendarDate | null;
  /** Earliest priority date. */
  priority_on: CalendarDate | null;
  title: string | null;
  claims: number | null;
  ipc: string[];
  individual_applicant: boolean | null;
  domestic_applicant: boolean | null;
  agency: boolean | null;
}

/** A record of what a source tells; all else is not told. */
export function patentRecord(
  told: Pick<PatentRecord, 'office' | 'application_number' | 'right_type'> & Partial<PatentRecord>,
): PatentRecord {
  return {
    publication_number: null,
    kind: null,
    filed_on: null,
    priority_on: null,
    title: null,
    claims: null,
    ipc: [],
    individual_applicant: null,
    domestic_applicant: null,
    agency: null,
    ...told,
  };
}

export type SignalKind =
  | 'filed'
  | 'published'
  | 'examination_requested'
  | 'granted'
  | 'refused'
  | 'withdrawn'
  | 'restored'
  | 'lapsed'
  | 'expired'
  | 'surrendered'
  | 'invalidated'
  | 'partly_invalidated'
  | 'challenged'
  | 'transferred'
  | 'licensed'
  | 'encumbered'
  | 'encumbrance_released'
  | 'fee_paid'
  | 'fee_late'
  | 'corrected'
  | 'deleted'
  | 'other';

export interface SignalRecord {
  kind: SignalKind;
  /** WIPO ST.27 category letter; `Z`, not classified, is INPADOC's addition. */
  category: string;
  /** The office's own code, or the column that told. */
  source_code: string;
  effective_on: CalendarDate | null;
  published_on: CalendarDate;
  detail: Record<string, string>;
}

export interface NumberRecord {
  office: string;
  number: string;
}

/** A published document; its number is DOCDB's. */
export interface PublicationRecord extends NumberRecord {
  kind: string | null;
  published_on: CalendarDate | null;
}

/** A person as the document names it, agents before the office among them; persons of one role stand in the order of the document. */
export interface PartyRecord {
  role: 'owner' | 'applicant' | 'inventor' | 'agent';
  name: string;
  country: string | null;
}

/** An application whose priority is claimed, in the form of `PatentRecord.application_number`. */
export interface PriorityRecord extends NumberRecord {
  filed_on: CalendarDate | null;
}

export interface ClassRecord {
  scheme: 'CPC' | 'IPC';
  symbol: string;
}

/** What the document says in its own words, in one language; a title that `PatentRecord` does not bear, or in another language. */
export interface TextRecord {
  part: 'title' | 'abstract' | 'claims';
  /** ISO 639-1; null where the source does not tell it. */
  language: string | null;
  text: string;
}

/** What the document cites: at least one of its number, its application and its reference is there. */
export interface CitedRecord {
  cited: (NumberRecord & { kind: string | null }) | null;
  cited_application: NumberRecord | null;
  /** Literature as written, or the source's own key of a document without number. */
  cited_reference: string | null;
  literature: boolean;
  phase: string | null;
  by: 'applicant' | 'examiner' | null;
  /** Search report categories as they stand. */
  categories: readonly string[];
}

/** Accepted: a patent with its signals. No signals means that the record repeats an earlier one of the same file. */
export interface AcceptedRecord {
  ok: true;
  /** Line of the file where the record starts, from 1. */
  line: number;
  patent: PatentRecord;
  signals: SignalRecord[];
  /** The document that tells what follows. */
  publication?: PublicationRecord;
  parties?: readonly PartyRecord[];
  priorities?: readonly PriorityRecord[];
  classes?: readonly ClassRecord[];
  citations?: readonly CitedRecord[];
  texts?: readonly TextRecord[];
}

/** What kind of fault it is, for whoever counts and sorts them; the reason tells it in words. */
export type FaultCode =
  | 'encoding'
  | 'control_character'
  | 'too_long'
  | 'too_deep'
  | 'broken_record'
  | 'missing'
  | 'date'
  | 'date_order'
  | 'check_digit'
  | 'value';

/** Quarantined: `field` says where in the record, `reason` what is wrong there. */
export interface QuarantinedRecord {
  ok: false;
  line: number;
  field: string;
  code: FaultCode;
  reason: string;
  excerpt: string;
}

export type SourceRecord = AcceptedRecord | QuarantinedRecord;

export interface SourceAdapter {
  id: string;
  /** One noun phrase for people. */
  describe: string;
  /** @param head the first characters of the file, without byte order mark */
  recognises(head: string): boolean;
  /**
   * Reads with bounded memory, whatever the size of the file.
   * @throws {SourceFormatError} the file as a whole does not have the layout; a bad record never throws
   */
  read(input: Readable): AsyncGenerator<SourceRecord>;
}

/** The file cannot be read as what it claims to be: its message names place, rule and remedy. */
export class SourceFormatError extends Error {
  override readonly name = 'SourceFormatError';
}

/** Thrown inside an adapter to quarantine the record at hand. */
export class RejectedField extends Error {
  override readonly name = 'RejectedField';
  readonly field: string;
  readonly code: FaultCode;
  constructor(field: string, reason: string, code: FaultCode = 'value') {
    super(reason);
    this.field = field;
    this.code = code;
  }
}

const MAX_EXCERPT_BYTES = 2000;
/** No title has more; what follows is a column that has shifted. */
const MAX_TITLE_CHARS = 2000;

/**
 * Runs one conversion; a rejected field gives a quarantined record, any other error passes.
 * The excerpt is safe to store and show: no control characters, no half characters.
 */
export function recordOrQuarantine(
  line: number,
  raw: string,
  convert: () => Omit<AcceptedRecord, 'ok' | 'line'>,
): SourceRecord {
  try {
    return { ok: true, line, ...withPlainNames(convert()) };
  } catch (error) {
    if (!(error instanceof RejectedField)) throw error;
    const { field, code, message: reason } = error;
    return { ok: false, line, field, code, reason, excerpt: excerptOf(raw) };
  }
}

function excerptOf(raw: string): string {
  const start = raw.slice(0, MAX_EXCERPT_BYTES).replace(/\p{Cc}/gu, '\uFFFD');
  // Half a character at the cut becomes U+FFFD.
  return Buffer.from(start).subarray(0, MAX_EXCERPT_BYTES).toString();
}

function withPlainNames<Told extends Omit<AcceptedRecord, 'ok' | 'line'>>(told: Told): Told {
  const { patent, parties } = told;
  const title = patent.title && plainName(patent.title).slice(0, MAX_TITLE_CHARS).toWellFormed();
  return {
    ...told,
    patent: { ...patent, title },
    ...(parties && { parties: parties.map((party) => ({ ...party, name: plainName(party.name) })) }),
  };
}
