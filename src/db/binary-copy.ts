/**
 * Rows of COPY in binary format, read from bytes and written to bytes: half the time of text to take in, and no text is made
 * of dates and numbers. Layout: PostgreSQL's manual of COPY, "Binary Format". Integers are big-endian; a date is the
 * number of days since 2000-01-01; -1 in place of a length is null.
 */
import { addDays, daysBetween } from '../../models/calendar.ts';
import type { CalendarDate } from '../../models/types.ts';

const SIGNATURE = Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1');
/** Signature, flags and the length of an extension that nobody uses. */
const HEADER_BYTES = SIGNATURE.length + 8;
const TRAILER = -1;
const NULL = -1;
const TWO_32 = 2 ** 32;
const EPOCH = '2000-01-01';
/** Of the longest row that is written, with room to spare. */
const ROW_BYTES = 1_024;

/** Walks over the rows of one COPY: `next` before each row, then one call a column, in their order. */
export class BinaryRows {
  readonly #bytes: Buffer;
  readonly #fields: number;
  #at = HEADER_BYTES;

  /** @param bytes of the whole answer @throws Error when they are no such rows */
  constructor(bytes: Buffer, fields: number) {
    if (bytes.length < HEADER_BYTES + 2 || !bytes.subarray(0, SIGNATURE.length).equals(SIGNATURE))
      throw new Error('the answer to COPY is not in binary format');
    this.#bytes = bytes;
    this.#fields = fields;
  }

  /** @returns whether there is a row */
  next(): boolean {
    const fields = this.#bytes.readInt16BE(this.#at);
    this.#at += 2;
    if (fields === TRAILER) return false;
    if (fields !== this.#fields) throw new Error(`a row of COPY has ${fields} columns, not ${this.#fields}`);
    return true;
  }

  /** Where the value of the next column begins; its length, or -1 for null, is in `length`. */
  length = 0;

  #field(): number {
    const from = this.#at + 4;
    this.length = this.#bytes.readInt32BE(this.#at);
    this.#at = from + Math.max(0, this.length);
    return from;
  }

  /** The bytes as they are, valid as long as the answer is. */
  raw(): Buffer {
    const from = this.#field();
    return this.#bytes.subarray(from, from + this.length);
  }

  text(known: KnownTexts): string {
    const from = this.#field();
    return known.find(this.#bytes, from, this.length);
  }

  int16(): number | null {
    const from = this.#field();
    return this.length === NULL ? null : this.#bytes.readInt16BE(from);
  }

  int32(): number | null {
    const from = this.#field();
    return this.length === NULL ? null : this.#bytes.readInt32BE(from);
  }

  /** @throws RangeError beyond 2^53 */
  int64(): number | null {
    const from = this.#field();
    if (this.length === NULL) return null;
    const value = this.#bytes.readInt32BE(from) * TWO_32 + this.#bytes.readUInt32BE(from + 4);
    if (!Number.isSafeInteger(value)) throw new RangeError(`${value} is beyond 2^53`);
    return value;
  }

  boolean(): boolean | null {
    const from = this.#field();
    return this.length === NULL ? null : this.#bytes[from] !== 0;
  }

  date(): CalendarDate | null {
    const days = this.int32();
    return days === null ? null : dateOfDays(days);
  }
}

/** Texts of which a column has few: each is made once. */
export class KnownTexts {
  readonly #known: { bytes: Buffer; text: string }[] = [];

  find(bytes: Buffer, from: number, length: number): string {
    for (const { bytes: told, text } of this.#known)
      if (told.length === length && isAt(bytes, from, told)) return text;
    const told = Buffer.from(bytes.subarray(from, from + length));
    const text = told.toString('utf8');
    this.#known.unshift({ bytes: told, text });
    return text;
  }
}

/** A loop: a call into the runtime takes longer than the few bytes do. */
function isAt(bytes: Buffer, from: number, told: Buffer): boolean {
  for (let index = 0; index < told.length; index++) if (bytes[from + index] !== told[index]) return false;
  return true;
}

/** Rows for COPY ... FROM STDIN, in pieces of bytes. */
export class BinaryWriter {
  readonly #pieces: Buffer[] = [];
  readonly #piece_bytes: number;
  #bytes: Buffer;
  #at = HEADER_BYTES;
  rows = 0;

  constructor(piece_bytes: number) {
    this.#piece_bytes = Math.max(piece_bytes, ROW_BYTES);
    this.#bytes = Buffer.allocUnsafe(this.#piece_bytes);
    SIGNATURE.copy(this.#bytes);
    this.#bytes.fill(0, SIGNATURE.length, HEADER_BYTES);
  }

  row(fields: number): void {
    if (this.#at + ROW_BYTES > this.#bytes.length) this.#seal();
    this.#at = this.#bytes.writeInt16BE(fields, this.#at);
    this.rows++;
  }

  raw(value: Buffer): void {
    this.#at = this.#bytes.writeInt32BE(value.length, this.#at);
    this.#at += value.copy(this.#bytes, this.#at);
  }

  int32(value: number | null): void {
    this.#at = this.#bytes.writeInt32BE(value === null ? NULL : 4, this.#at);
    if (value !== null) this.#at = this.#bytes.writeInt32BE(value, this.#at);
  }

  int64(value: number | null): void {
    this.#at = this.#bytes.writeInt32BE(value === null ? NULL : 8, this.#at);
    if (value === null) return;
    const high = Math.floor(value / TWO_32);
    this.#at = this.#bytes.writeInt32BE(high, this.#at);
    this.#at = this.#bytes.writeUInt32BE(value - high * TWO_32, this.#at);
  }

  date(value: CalendarDate | null): void {
    this.int32(value === null ? null : daysOfDate(value));
  }

  /** Ends the rows. */
  end(): Buffer[] {
    if (this.#at + 2 > this.#bytes.length) this.#seal();
    this.#at = this.#bytes.writeInt16BE(TRAILER, this.#at);
    this.#seal();
    return this.#pieces;
  }

  #seal(): void {
    this.#pieces.push(this.#bytes.subarray(0, this.#at));
    this.#bytes = Buffer.allocUnsafe(this.#piece_bytes);
    this.#at = 0;
  }
}

const dates = new Map<number, CalendarDate>();
const days = new Map<CalendarDate, number>();

/** Corpora have some ten thousand different days. */
function dateOfDays(number: number): CalendarDate {
  const known = dates.get(number);
  if (known !== undefined) return known;
  const date = addDays(EPOCH, number);
  dates.set(number, date);
  return date;
}

function daysOfDate(date: CalendarDate): number {
  const known = days.get(date);
  if (known !== undefined) return known;
  const number = daysBetween(EPOCH, date);
  days.set(date, number);
  return number;
}
