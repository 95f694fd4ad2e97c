/** Numbers in DOCDB form (country, number, kind) into the forms that the store keeps. */
import { attempt } from '../../../../models/failure.ts';
import { readNumber } from '../../numbers/read-number.ts';
import { cnApplicationNumber, withCheckDigit } from '../cnipa/application-number.ts';
import { shown } from '../fields.ts';
import { RejectedField } from '../record.ts';

/** A published document; kind is null where the source does not tell it. */
export interface PublicationNumber {
  office: string;
  number: string;
  kind: string | null;
}

export interface ApplicationNumber {
  office: string;
  number: string;
}

/**
 * Of a DOCDB application. An international one stands there with its receiving office in the place of WO: US 2011040985 W is
 * WO PCT/US2011/040985.
 * @throws {RejectedField} no office, no number, or a Chinese number that cannot be
 */
export function applicationNumber(
  country: string,
  number: string,
  kind: string,
  field: string,
): ApplicationNumber {
  if (!/^[A-Z]{2}$/.test(country))
    throw new RejectedField(field, `"${shown(country)}" is not a two-letter office code`);
  if (!/^[A-Z0-9]{1,30}$/.test(number))
    throw new RejectedField(field, `"${shown(number)}" is not an application number of letters and digits`);
  const office = kind.startsWith('W') ? 'WO' : country;
  return { office, number: officeForm(country, number, kind, field) };
}

/**
 * The office's own form of a DOCDB application number, under which all sources meet (src/patents/numbers/). One that has no
 * known form stays as it is; DOCDB writes Chinese ones without point and mostly without check digit.
 * @throws {RejectedField} a Chinese number that cannot be
 */
export function officeForm(country: string, number: string, kind: string, field: string): string {
  const national = !kind.startsWith('W');
  if (country === 'CN' && national)
    return /^(\d{8}|\d{12})$/.test(number)
      ? withCheckDigit(number)
      : cnApplicationNumber(number, field).number;
  const read = attempt(() =>
    readNumber(`${country} ${number} ${kind === '' ? 'A' : kind}`, {
      kind_of_number: 'application',
      form: 'docdb',
    }),
  );
  if (read.ok) return read.value.number;
  return national ? number : `${country}${number}`;
}

/** One word, `EP1000000A1`. */
export function joined(publication: PublicationNumber): string {
  return `${publication.office}${publication.number}${publication.kind ?? ''}`;
}

/** IPC and CPC symbols without padding, `H04W84/20`; null when there is none at the start of the text. */
export function classSymbol(text: string): string | null {
  const parts = /^([A-HY]\d{2}[A-Z])(?:\s*(\d{1,4})\/\s*(\d{1,6}))?(?![^\s])/.exec(text.trim());
  if (!parts) return null;
  return parts[2] === undefined ? parts[1]! : `${parts[1]}${parts[2]}/${parts[3]}`;
}
