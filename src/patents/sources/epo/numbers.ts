/** Numbers in DOCDB form (country, number, kind) into the forms that the store keeps. */
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
 * DOCDB writes Chinese numbers without point and mostly without check digit, and an international application with its
 * receiving office in the place of WO: US 2011040985 W is PCT/US2011/040985, here WO and US2011040985.
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
  if (kind.startsWith('W') && country !== 'WO') return { office: 'WO', number: `${country}${number}` };
  return { office: country, number: officeForm(country, number, field) };
}

/**
 * The office's own form of a DOCDB application number: Chinese ones with point and check digit, US ones without the year
 * before series and serial number.
 * @throws {RejectedField} a Chinese number that cannot be
 */
export function officeForm(office: string, number: string, field: string): string {
  if (office === 'US') return /^(?:19|20)\d{2}(\d{8})$/.exec(number)?.[1] ?? number;
  if (office !== 'CN') return number;
  const bare = /^(\d{8}|\d{12})$/.test(number);
  return bare ? withCheckDigit(number) : cnApplicationNumber(number, field).number;
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
