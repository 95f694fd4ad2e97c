/**
 * Adapter of EPO PATSTAT Global tables: one row is one record of its application. Sources: the column lists of the
 * editions 2017 to 2023; dates 9999-12-31 mean not applicable.
 *
 * Applications (tls201_appln) tell the filing, publications (tls211_pat_publn) publication and grant, legal events
 * (tls231_inpadoc_legal_event) the rest. The flag `granted` has no day, so it makes no signal: the first grant among
 * the publications does. Priorities (tls204_appln_prior), citations (tls212_citation) and classes (tls224_appln_cpc)
 * are no events; they stand beside the patent in the record. `inpadoc_family_id` is given anew in each edition and is
 * not read.
 */
import type { Readable } from 'node:stream';
import type { CitationRecord, PriorityClaim } from '../epo/bibliography.ts';
import { documentMeaning, grantMeaning } from '../epo/document-kinds.ts';
import { classSymbol, joined, type PublicationNumber } from '../epo/numbers.ts';
import { shown } from '../fields.ts';
import {
  type AcceptedRecord,
  type NumberRecord,
  type PatentRecord,
  patentRecord,
  type QuarantinedRecord,
  RejectedField,
  recordOrQuarantine,
  type SignalRecord,
  type SourceAdapter,
} from '../record.ts';
import { patstatEvent } from './event.ts';
import {
  applicationIn,
  applicationOfRow,
  dateIn,
  flagIn,
  keyIn,
  knownApplication,
  owned,
  type PatstatApplication,
  type PatstatKeys,
  patstatKeys,
  remember,
} from './keys.ts';
import { type PatstatRow, type PatstatTable, patstatHeader, patstatRow, readPatstatLines } from './table.ts';

/** What a row tells that is neither a fact of the patent record nor an event. */
export interface PatstatRecord extends AcceptedRecord {
  priority?: PriorityClaim;
  citation?: CitationRecord;
  cpc?: string;
}

type Converted = Omit<PatstatRecord, 'ok' | 'line'>;

/** No application has more; a larger number is a shifted column. */
const MAX_CLAIMS = 5_000;

/** `citn_origin`, from memory; third parties and opponents are neither. */
const BY_APPLICANT = ['APP'];
const BY_EXAMINER = ['CH2', 'EXA', 'FOP', 'ISR', 'PRS', 'SEA', 'SUP'];

const CONVERSIONS: Record<PatstatTable, (row: PatstatRow, known: PatstatKeys) => Converted> = {
  tls201_appln: application,
  tls204_appln_prior: priority,
  tls211_pat_publn: publication,
  tls212_citation: citation,
  tls224_appln_cpc: classification,
  tls231_inpadoc_legal_event: (row, known) => ({
    patent: patentOf(applicationOfRow(row, known)),
    signals: [patstatEvent(row)],
  }),
};

export const patstat: SourceAdapter = {
  id: 'patstat',
  describe: 'EPO PATSTAT tables tls201, 204, 211, 212, 224 and 231 (CSV with header)',
  recognises: (head) => patstatHeader(head.split('\n', 1)[0]!) !== null,
  read: (input) => readPatstat(input, patstatKeys()),
};

/**
 * @param known what earlier files told of the keys; this file adds to it
 * @throws {SourceFormatError} the file does not start with the header of a table that is known
 */
export async function* readPatstat(
  input: Readable,
  known: PatstatKeys,
): AsyncGenerator<PatstatRecord | QuarantinedRecord> {
  for await (const at of readPatstatLines(input)) {
    const convert = () => CONVERSIONS[at.header.table](patstatRow(at), known);
    yield recordOrQuarantine(at.line.number, at.line.text, convert);
  }
}

function application(row: PatstatRow, known: PatstatKeys): Converted {
  const key = keyIn(row, 'appln_id');
  const told = applicationIn(row);
  if (told.filed_on !== null && told.published_on !== null && told.published_on < told.filed_on)
    throw new RejectedField(
      'earliest_publn_date',
      `${told.published_on} is before filing on ${told.filed_on}`,
      'date_order',
    );
  remember(known.applications, key, told);
  return { patent: patentOf(told), signals: filing(told, key, row('docdb_family_id')) };
}

/** Nothing of an application that is not published is public. */
function filing(told: PatstatApplication, key: string, family: string): SignalRecord[] {
  if (told.filed_on === null || told.published_on === null) return [];
  const detail: Record<string, string> = { appln_id: key };
  if (/^[1-9]\d*$/.test(family)) detail.family_id = family;
  return [
    {
      kind: 'filed',
      category: 'A',
      source_code: 'tls201_appln',
      effective_on: told.filed_on,
      published_on: told.published_on,
      detail,
    },
  ];
}

function publication(row: PatstatRow, known: PatstatKeys): Converted {
  const key = keyIn(row, 'pat_publn_id');
  const told = applicationOfRow(row, known);
  const number = publicationIn(row);
  const published_on = dateIn(row, 'publn_date');
  remember(known.publications, key, {
    application_id: keyIn(row, 'appln_id'),
    publication: number,
    published_on,
  });
  const first_grant = flagIn(row, 'publn_first_grant') === true;
  const claims = claimsIn(row);
  const patent = {
    ...patentOf(told),
    publication_number: number.number,
    kind: number.kind,
    // The claims as granted are what counts; those of the application, as long as there is no grant.
    claims: first_grant || told.granted === false ? claims : null,
  };
  if (published_on === null) return { patent, signals: [], publication: { ...number, published_on } };
  const { opens: _, ...meaning } = first_grant
    ? grantMeaning(number.office, false, published_on)
    : laterOrApplication(number, published_on);
  const detail = { publication: joined(number), pat_publn_id: key };
  return {
    patent,
    signals: [{ ...meaning, source_code: number.kind ?? 'tls211_pat_publn', published_on, detail }],
    publication: { ...number, published_on },
  };
}

/** What is not the first grant by its flag is none, whatever its kind. */
function laterOrApplication(number: PublicationNumber, published_on: string) {
  const meaning = documentMeaning(number.office, number.kind ?? '', published_on);
  return meaning.kind === 'granted'
    ? { ...meaning, kind: 'other' as const, category: 'Q', effective_on: null }
    : meaning;
}

/**
 * The earliest filing among relatives of all sorts is the earliest priority where a claimed priority is of that day;
 * so each row tells the same, in whatever order they come.
 */
function priority(row: PatstatRow, known: PatstatKeys): Converted {
  const told = applicationOfRow(row, known);
  const prior = knownApplication(keyIn(row, 'prior_appln_id'), 'prior_appln_id', known);
  const is_earliest = prior.filed_on !== null && prior.filed_on === told.earliest_filed_on;
  const claimed = { office: prior.office, number: prior.application_number, filed_on: prior.filed_on };
  return {
    patent: { ...patentOf(told), priority_on: is_earliest ? prior.filed_on : null },
    signals: [],
    priority: { ...claimed, kind: prior.kind || null, form: 'docdb', active: null },
    priorities: [claimed],
  };
}

function citation(row: PatstatRow, known: PatstatKeys): Converted {
  const key = keyIn(row, 'pat_publn_id');
  const citing = known.publications.get(key);
  if (!citing)
    throw new RejectedField(
      'pat_publn_id',
      `publication ${key} is not known: put its row of tls211_pat_publn before`,
    );
  const patent = patentOf(knownApplication(citing.application_id, 'pat_publn_id', known));
  if (citing.published_on === null) return { patent, signals: [] };
  const { publication, published_on } = citing;
  const cited = known.publications.get(row('cited_pat_publn_id'));
  const edge = {
    cited: cited?.publication ?? null,
    cited_reference: cited ? null : citedReference(row),
    ...citingSide(row('citn_origin')),
    categories: [],
  };
  return {
    patent,
    signals: [],
    citation: { citing: publication, ...edge, cited_on: cited?.published_on ?? null, published_on },
    publication: { ...publication, published_on },
    citations: [
      {
        ...edge,
        cited_application: citedApplication(row, known),
        literature: edge.cited_reference?.startsWith('npl_') ?? false,
      },
    ],
  };
}

function citingSide(origin: string): Pick<CitationRecord, 'phase' | 'by'> {
  const by = BY_APPLICANT.includes(origin) ? 'applicant' : BY_EXAMINER.includes(origin) ? 'examiner' : null;
  return { phase: origin || null, by };
}

/** Where its row came before. */
function citedApplication(row: PatstatRow, known: PatstatKeys): NumberRecord | null {
  const publication = known.publications.get(row('cited_pat_publn_id'));
  const cited = known.applications.get(publication?.application_id ?? row('cited_appln_id'));
  return cited ? { office: cited.office, number: cited.application_number } : null;
}

/** The key of what is cited, where its number is not known here. */
function citedReference(row: PatstatRow): string {
  const column = ['cited_pat_publn_id', 'cited_appln_id', 'cited_npl_publn_id'].find(
    (candidate) => !['', '0'].includes(row(candidate)),
  );
  if (column === undefined) throw new RejectedField('cited_pat_publn_id', 'the row cites nothing');
  return `${column.slice('cited_'.length)} ${row(column)}`;
}

function classification(row: PatstatRow, known: PatstatKeys): Converted {
  const symbol = classSymbol(row('cpc_class_symbol'));
  if (symbol === null)
    throw new RejectedField('cpc_class_symbol', `"${shown(row('cpc_class_symbol'))}" is not a CPC symbol`);
  return {
    patent: patentOf(applicationOfRow(row, known)),
    signals: [],
    cpc: symbol,
    classes: [{ scheme: 'CPC', symbol }],
  };
}

function publicationIn(row: PatstatRow): PublicationNumber {
  const office = row('publn_auth');
  const number = row('publn_nr');
  if (!/^[A-Z]{2}$/.test(office))
    throw new RejectedField('publn_auth', `"${shown(office)}" is not a two-letter office code`);
  if (!/^[A-Z0-9]{1,20}$/.test(number))
    throw new RejectedField('publn_nr', `"${shown(number)}" is not a publication number`);
  return { office, number: owned(number), kind: row('publn_kind') || null };
}

/** Nought is not told. */
function claimsIn(row: PatstatRow): number | null {
  const text = row('publn_claims');
  if (!/^\d{0,5}$/.test(text) || Number(text) > MAX_CLAIMS)
    throw new RejectedField('publn_claims', `"${shown(text)}" is not a whole number from 0 to ${MAX_CLAIMS}`);
  return Number(text) || null;
}

function patentOf(told: PatstatApplication): PatentRecord {
  return patentRecord({
    office: told.office,
    application_number: told.application_number,
    right_type: told.right_type,
    filed_on: told.filed_on,
  });
}
