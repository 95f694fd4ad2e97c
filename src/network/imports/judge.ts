/**
 * What becomes of each row of a list: a client, one that the desk has already, or nothing, with the reason. No I/O: the same
 * rows against the same clients are judged alike.
 */

import { NearNames } from '../../../models/desk/near-names.ts';
import type { ClientKind } from '../../../models/desk/pipeline.ts';
import { isRegistrationNumber, registrationKey } from '../../../models/desk/registration-number.ts';
import { nameKey } from '../../../models/party-name.ts';
import { MAX_CONTACT_LENGTH } from '../desks/schemas.ts';
import { type Columns, FIELDS, type Field, kindIn, regionOf } from './columns.ts';
import type { Cell, TableRow } from './table.ts';

/** Names of one region that have so much in common are taken for one, unless two numbers tell them apart. */
export const NEAR_LIKENESS = 0.75;
const MAX_NAME_LENGTH = 200;
const SHOWN_CHARS = 100;

export const REFUSALS = [
  'unreadable',
  'formula',
  'no_name',
  'long_name',
  'bad_kind',
  'bad_region',
  'bad_number',
  'long_contact',
] as const;
/** `near_name` alone may be wrong: who puts the import in force may take such a row in. */
export const DUPLICATIONS = ['same_number', 'same_name', 'near_name'] as const;

export interface Known {
  id: string;
  name: string;
  name_key: string;
  region: string;
  registration_number: string | null;
}

export interface GivenRow {
  name: string;
  name_key: string;
  kind: ClientKind;
  region: string;
  registration_number: string | null;
  contact: string | null;
}

export interface Judged {
  line: number;
  outcome: 'accepted' | 'duplicate' | 'refused';
  name: string;
  reason: '' | (typeof REFUSALS)[number] | (typeof DUPLICATIONS)[number];
  about: string;
  /** Null where the row cannot become a client. */
  given: GivenRow | null;
}

export interface Defaults {
  kind: ClientKind;
  region: string;
}

class Refused extends Error {
  readonly reason: (typeof REFUSALS)[number];
  readonly about: string;
  constructor(reason: (typeof REFUSALS)[number], about: string) {
    super(reason);
    this.reason = reason;
    this.about = about.slice(0, SHOWN_CHARS);
  }
}

/** Judges rows in their order: what was accepted counts for those after it. */
export class Judge {
  readonly #columns: Columns;
  readonly #defaults: Defaults;
  readonly #numbers = new Map<string, Known>();
  readonly #names = new Map<string, Known>();
  readonly #near = new Map<string, NearNames>();
  readonly #known = new Map<string, Known>();

  constructor(columns: Columns, defaults: Defaults, known: readonly Known[]) {
    this.#columns = columns;
    this.#defaults = defaults;
    for (const each of known) this.#learn(each);
  }

  judge(row: TableRow): Judged {
    const name = this.#cell(row, 'name').text.slice(0, SHOWN_CHARS);
    try {
      const given = this.#read(row);
      const twin = this.#twinOf(given);
      if (twin) return { line: row.line, outcome: 'duplicate', name, given, ...twin };
      this.#learn({ ...given, id: `line ${row.line}` });
      return { line: row.line, outcome: 'accepted', name, reason: '', about: '', given };
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      const { reason, about } = error;
      return { line: row.line, outcome: 'refused', name, reason, about, given: null };
    }
  }

  #read(row: TableRow): GivenRow {
    if (row.fault !== undefined) throw new Refused('unreadable', row.fault);
    for (const field of FIELDS)
      if (this.#cell(row, field).formula) throw new Refused('formula', this.#cell(row, field).text || field);
    const text = (field: Field) => this.#cell(row, field).text.trim();
    const [name, kind, region, number] = [
      text('name'),
      text('kind'),
      text('region'),
      text('registration_number'),
    ];
    const name_key = nameKey(name);
    if (name_key === '') throw new Refused('no_name', name);
    if (name.length > MAX_NAME_LENGTH) throw new Refused('long_name', name);
    if (kind !== '' && kindIn(kind) === null) throw new Refused('bad_kind', kind);
    if (region !== '' && regionOf(region) === null) throw new Refused('bad_region', region);
    const registration_number = number === '' ? null : registrationKey(number);
    if (registration_number !== null && !isRegistrationNumber(registration_number))
      throw new Refused('bad_number', number);
    const contact = (['contact', 'phone', 'email'] as const)
      .map(text)
      .filter((part) => part !== '')
      .join(', ');
    if (contact.length > MAX_CONTACT_LENGTH) throw new Refused('long_contact', contact);
    return {
      name,
      name_key,
      kind: kindIn(kind) ?? this.#defaults.kind,
      region: regionOf(region) ?? this.#defaults.region,
      registration_number,
      contact: contact === '' ? null : contact,
    };
  }

  #twinOf({ name_key, region, registration_number }: GivenRow): Pick<Judged, 'reason' | 'about'> | null {
    const same_number = registration_number === null ? undefined : this.#numbers.get(registration_number);
    if (same_number) return { reason: 'same_number', about: same_number.name };
    const same_name = this.#names.get(`${region} ${name_key}`);
    if (same_name) return { reason: 'same_name', about: same_name.name };
    const near = this.#near.get(region)?.find(name_key, NEAR_LIKENESS);
    const other = near && this.#known.get(near.id)!;
    if (!other || (registration_number !== null && other.registration_number !== null)) return null;
    return { reason: 'near_name', about: other.name };
  }

  #learn(known: Known): void {
    const { id, region, name_key, registration_number } = known;
    this.#known.set(id, known);
    this.#names.set(`${region} ${name_key}`, known);
    if (registration_number !== null) this.#numbers.set(registration_number, known);
    const near = this.#near.get(region) ?? new NearNames();
    near.add(id, name_key);
    this.#near.set(region, near);
  }

  #cell({ cells }: TableRow, field: Field): Cell {
    const at = this.#columns[field];
    return (at === undefined ? undefined : cells[at]) ?? { text: '', formula: false };
  }
}
