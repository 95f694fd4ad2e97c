/**
 * A row of tls231_inpadoc_legal_event as a signal. `event_publn_date` is the gazette day, without which nobody could
 * know: there is no signal without it. As in epo-ops-legal, the end of a European patent in one state is not its end.
 * The national code behind the code REG has no column of its own; such events stay unclassified.
 */
import { shown } from '../fields.ts';
import { legalMeaning, meaningThere } from '../legal-codes.ts';
import { RejectedField, type SignalRecord } from '../record.ts';
import { dateIn } from './keys.ts';
import type { PatstatRow } from './table.ts';

/** The first that is told is the day in law. */
const EFFECTIVE_DATES = ['event_effective_date', 'lapse_date', 'reinstate_date', 'fee_payment_date'];

const STATES = ['lapse_country', 'reinstate_country', 'fee_country'];

const TEXTS = ['event_text', 'lapse_text', 'reinstate_text', 'fee_text'];

/** Columns that a lender reads, by the names that epo-ops-legal gives them. */
const DETAIL_NAMES: Record<string, string> = {
  party_new: 'owner',
  party_old: 'previous_owner',
  party_type: 'party_type',
  fee_renewal_year: 'fee_year',
  fee_payment_date: 'payment_on',
  ref_doc_text: 'reference',
  spc_nr: 'certificate',
  designated_states: 'designated_states',
};

/** Not applicable: of dates, years and numbers. */
const NOT_TOLD = ['', '0', '9999', '9999-12-31'];

export function patstatEvent(row: PatstatRow): SignalRecord {
  const authority = coded(row, 'event_auth', /^[A-Z]{2}$/);
  const code = coded(row, 'event_code', /^[A-Z0-9]{1,4}$/);
  const published_on = dateIn(row, 'event_publn_date');
  if (published_on === null)
    throw new RejectedField('event_publn_date', 'is missing: the event was never made public', 'missing');
  const detail = detailOf(row);
  const meaning = legalMeaning(authority, code, detail.text ?? '');
  const effective = EFFECTIVE_DATES.find((column) => dateIn(row, column) !== null);
  return {
    ...meaningThere(authority, meaning, code, detail),
    source_code: code,
    effective_on: effective === undefined ? null : dateIn(row, effective),
    published_on,
  };
}

function detailOf(row: PatstatRow): Record<string, string> {
  const told: [string, string][] = Object.entries(DETAIL_NAMES).map(([column, name]) => [name, row(column)]);
  told.push(['state', STATES.map((column) => row(column)).find((state) => state !== '') ?? '']);
  told.push(['text', [...new Set(TEXTS.map((column) => row(column)))].filter(Boolean).join('; ')]);
  return Object.fromEntries(told.filter(([, text]) => !NOT_TOLD.includes(text)));
}

function coded(row: PatstatRow, column: string, form: RegExp): string {
  const text = row(column);
  if (!form.test(text))
    throw new RejectedField(column, `"${shown(text)}" does not have the form of this column`);
  return text;
}
