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

/** Walks over the rows of one COPY: `take` each piece of it, `next` before each row, then one call a column, in their order. */
export class BinaryRows {
  readonly #fields: number;
  #bytes: Buffer = SIGNATURE;
  #at = 0;
  #row = 0;
  #begun = false;

  constructor(fields: number) {
    this.#fields = fields;
  }

  /** @param piece whole rows, as the server sends them @throws Error when they are none */
  take(piece: Buffer): void {
    this.#bytes = piece;
    this.#at = 0;
    if (this.#begun) return;
    if (!piece.subarray(0, SIGNATURE.length).equals(SIGNATURE))
      throw new Error('the answer to COPY is not in binary format');
    this.#at = HEADER_BYTES;
    this.#begun = true;
  }

  /** @returns whether there is a row left in the piece */
  next(): boolean {
    if (this.#at === this.#bytes.length) return false;
    const fields = this.#bytes.readInt16BE(this.#at);
    this.#at += 2;
    this.#row = this.#at;
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

  /** Writes the next column as it is; it is not null. */
  copyTo(out: BinaryWriter): void {
    const from = this.#field();
    out.raw(this.#bytes, from, this.#at);
  }

  /** Writes the first column of the row, wherever we are in it. */
  copyFirstTo(out: BinaryWriter): void {
    const from = this.#row + 4;
    out.raw(this.#bytes, from, from + this.#bytes.readInt32BE(this.#row));
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
  #view: DataView;
  #at = HEADER_BYTES;
  rows = 0;

  constructor(piece_bytes: number) {
    this.#piece_bytes = Math.max(piece_bytes, ROW_BYTES);
    this.#bytes = Buffer.allocUnsafeSlow(this.#piece_bytes);
    this.#view = new DataView(this.#bytes.buffer);
    SIGNATURE.copy(this.#bytes);
    this.#bytes.fill(0, SIGNATURE.length, HEADER_BYTES);
  }

  row(fields: number): void {
    if (this.#at + ROW_BYTES > this.#piece_bytes) this.#seal();
    this.#view.setInt16(this.#at, fields);
    this.#at += 2;
    this.rows++;
  }

  /** A loop: a call into the runtime takes longer than the few bytes do. */
  raw(bytes: Buffer, from = 0, to = bytes.length): void {
    this.#word(to - from);
    const out = this.#bytes;
    let at = this.#at;
    for (let index = from; index < to; index++) out[at++] = bytes[index]!;
    this.#at = at;
  }

  int32(value: number | null): void {
    this.#word(value === null ? NULL : 4);
    if (value !== null) this.#word(value);
  }

  int64(value: number | null): void {
    this.#word(value === null ? NULL : 8);
    if (value === null) return;
    const high = Math.floor(value / TWO_32);
    this.#word(high);
    this.#word(value - high * TWO_32);
  }

  date(value: CalendarDate | null): void {
    this.int32(value === null ? null : daysOfDate(value));
  }

  /** Ends the rows. */
  end(): Buffer[] {
    if (this.#at + 2 > this.#piece_bytes) this.#seal();
    this.#view.setInt16(this.#at, TRAILER);
    this.#at += 2;
    this.#seal();
    return this.#pieces;
  }

  /** The low 32 bits of a whole number. */
  #word(value: number): void {
    this.#view.setInt32(this.#at, value);
    this.#at += 4;
  }

  #seal(): void {
    this.#pieces.push(this.#bytes.subarray(0, this.#at));
    this.#bytes = Buffer.allocUnsafeSlow(this.#piece_bytes);
    this.#view = new DataView(this.#bytes.buffer);
    this.#at = 0;
  }
}

/** By days since FIRST_DAY. */
const dates: (CalendarDate | undefined)[] = [];
const days = new Map<CalendarDate, number>();
/** Of 1900 and of 2173: corpora have some ten thousand different days, all of them between. */
const FIRST_DAY = -36_524;
const LAST_DAY = 63_475;

function dateOfDays(number: number): CalendarDate {
  if (number < FIRST_DAY || number > LAST_DAY) return addDays(EPOCH, number);
  const place = number - FIRST_DAY;
  dates[place] ??= addDays(EPOCH, number);
  return dates[place];
}

function daysOfDate(date: CalendarDate): number {
  const known = days.get(date);
  if (known !== undefined) return known;
  const number = daysBetween(EPOCH, date);
  days.set(date, number);
  return number;
}
