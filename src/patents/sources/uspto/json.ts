/**
 * JSON answers and bulk files of the USPTO as a stream of items: the objects that stand in an array of the root
 * object or of an object in it, or in a root array. Each item is parsed alone, so a file of gigabytes takes the memory of one item and a
 * damaged item spoils itself only. Readers of one member of an item follow.
 */
import type { Readable } from 'node:stream';
import type { CalendarDate } from '../../../../models/types.ts';
import { decode } from '../decode.ts';
import { calendarDate, shown } from '../fields.ts';
import type { Problem } from '../lines.ts';
import { RejectedField, SourceFormatError } from '../record.ts';

/** The longest file wrappers known have some hundred thousand characters. */
const MAX_ITEM_CHARS = 4_194_304;
/** Brackets within brackets; the deepest known answer has some ten. */
const MAX_DEPTH = 256;
/** Items stand in an array of the root, or of an object in it. */
const MAX_ITEM_DEPTH = 3;
const MAX_KEY_CHARS = 100;
const MAX_TEXT_CHARS = 20_000;

export type JsonObject = Readonly<Record<string, unknown>>;

export interface JsonItem {
  line: number;
  /** Member of the root object in whose array the item stands; empty in a root array. */
  bag: string;
  /** Text of the item, cut at the limit. */
  raw: string;
  problem: Problem | null;
}

/** @throws {SourceFormatError} no JSON object or array, or one that ends too early */
export async function* readJsonItems(input: Readable): AsyncGenerator<JsonItem> {
  const splitter = new ItemSplitter();
  for await (const piece of decode(input)) yield* splitter.write(piece);
  splitter.close();
}

/** Follows brackets and strings only; what stands between them is the parser's affair. */
class ItemSplitter {
  private line = 1;
  private depth = 0;
  /** Whether the brackets at the depths in which items can stand are those of arrays. */
  private readonly arrays = Array.from({ length: MAX_ITEM_DEPTH }, () => false);
  private in_string = false;
  private escaped = false;
  private key = '';
  private item: { line: number; depth: number; raw: string; over: boolean; deep: boolean } | null = null;
  private items: JsonItem[] = [];

  write(piece: string): JsonItem[] {
    this.items = [];
    let from = 0;
    for (let at = 0; at < piece.length; at += 1) {
      const before = this.item;
      this.step(piece[at]!);
      if (!before && this.item) from = at;
      if (before && !this.item) this.release(before, piece.slice(from, at + 1));
    }
    if (this.item) this.hold(this.item, piece.slice(from));
    return this.items;
  }

  close(): void {
    if (this.depth > 0 || this.in_string)
      throw new SourceFormatError(
        `JSON, line ${this.line}: the file ends before its last bracket. Fetch it again from its source.`,
      );
  }

  private step(character: string): void {
    if (character === '\n') {
      this.line += 1;
      // JSON has no line breaks in strings: a quote that is never closed spoils its own line.
      this.in_string = false;
    } else if (this.in_string) this.stepInString(character);
    else if (character === '"') {
      this.in_string = true;
      if (this.depth === 1) this.key = '';
    } else if (character === '{' || character === '[') this.open(character);
    else if (character === '}' || character === ']') this.shut();
    else if (this.depth === 0 && /\S/.test(character))
      throw new SourceFormatError(
        `JSON, line ${this.line}: "${shown(character)}" stands where an object or array must begin. Give the answer as it came.`,
      );
  }

  private stepInString(character: string): void {
    if (this.escaped) this.escaped = false;
    else if (character === '\\') this.escaped = true;
    else if (character === '"') this.in_string = false;
    else if (this.depth === 1 && this.key.length < MAX_KEY_CHARS) this.key += character;
  }

  private open(bracket: string): void {
    const in_array = this.depth > 0 && this.depth <= MAX_ITEM_DEPTH && this.arrays[this.depth - 1]!;
    if (bracket === '{' && in_array && !this.item)
      this.item = { line: this.line, depth: this.depth, raw: '', over: false, deep: false };
    if (this.depth < MAX_ITEM_DEPTH) this.arrays[this.depth] = bracket === '[';
    this.depth += 1;
    if (this.item && this.depth > MAX_DEPTH) this.item.deep = true;
  }

  private shut(): void {
    this.depth -= 1;
    if (this.depth < 0)
      throw new SourceFormatError(
        `JSON, line ${this.line}: one closing bracket too many. Fetch the file again from its source.`,
      );
    if (this.item?.depth === this.depth) this.item = null;
  }

  private hold(item: NonNullable<typeof this.item>, piece: string): void {
    if (item.over) return;
    item.over = item.raw.length + piece.length > MAX_ITEM_CHARS;
    item.raw = (item.raw + piece).slice(0, MAX_ITEM_CHARS);
  }

  private release(item: NonNullable<typeof this.item>, piece: string): void {
    this.hold(item, piece);
    this.items.push({
      line: item.line,
      bag: this.depth === 1 ? '' : this.key,
      raw: item.raw,
      problem: problemOf(item),
    });
  }
}

function problemOf({ over, deep }: { over: boolean; deep: boolean }): Problem | null {
  if (over) return { code: 'too_long', reason: `longer than ${MAX_ITEM_CHARS} characters` };
  return deep ? { code: 'too_deep', reason: `nested more than ${MAX_DEPTH} deep` } : null;
}

/** @throws {RejectedField} the text is not one JSON object */
export function parseItem({ raw, problem }: Pick<JsonItem, 'raw' | 'problem'>): JsonObject {
  if (problem) throw new RejectedField('item', problem.reason, problem.code);
  if (raw.includes('\uFFFD')) throw new RejectedField('item', 'not UTF-8', 'encoding');
  let value: unknown;
  try {
    value = JSON.parse(raw);
  } catch {
    throw new RejectedField('item', 'is not JSON', 'broken_record');
  }
  if (!isObject(value)) throw new RejectedField('item', 'is not a JSON object', 'broken_record');
  return value;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** @returns null where the member is missing, null or blank */
export function textAt(object: JsonObject, key: string): string | null {
  return plainText(Object.hasOwn(object, key) ? object[key] : null, key);
}

function plainText(value: unknown, field: string): string | null {
  if (value === null || value === undefined) return null;
  if (typeof value === 'number') return String(value);
  if (typeof value !== 'string') throw new RejectedField(field, 'is neither text nor number');
  return tidyText(value, field) || null;
}

/** One line without control characters, which no store or display takes. @throws {RejectedField} */
export function tidyText(text: string, field: string): string {
  if (text.length > MAX_TEXT_CHARS)
    throw new RejectedField(field, `is longer than ${MAX_TEXT_CHARS} characters`, 'too_long');
  const tidy = text.replace(/\s+/g, ' ').trim();
  if (/[^\P{Cc}\u0080-\u009F]/u.test(tidy) || !tidy.isWellFormed())
    throw new RejectedField(field, 'has a control character or half a character', 'encoding');
  return tidy;
}

/** Of a date or a point in time; the office writes 0001-01-01 for none. */
export function dateAt(object: JsonObject, key: string): CalendarDate | null {
  const text = textAt(object, key);
  if (text === null || text === 'NULL' || text.startsWith('0001-01-01')) return null;
  return calendarDate(text.replace(/[T ]\d{2}:\d{2}.*$/, ''), key);
}

/** @returns an empty object where the member is missing */
export function objectAt(object: JsonObject, key: string): JsonObject {
  const value = Object.hasOwn(object, key) ? object[key] : null;
  if (value === null || value === undefined) return {};
  if (!isObject(value)) throw new RejectedField(key, 'is not an object');
  return value;
}

/** @returns nothing where the member is missing */
export function objectsAt(object: JsonObject, key: string): JsonObject[] {
  return arrayAt(object, key).map((value) => {
    if (!isObject(value)) throw new RejectedField(key, 'holds something that is not an object');
    return value;
  });
}

/** @returns nothing where the member is missing; missing texts are left out */
export function textsAt(object: JsonObject, key: string): string[] {
  return arrayAt(object, key)
    .map((value) => plainText(value, key))
    .filter((text) => text !== null);
}

function arrayAt(object: JsonObject, key: string): unknown[] {
  const value = Object.hasOwn(object, key) ? object[key] : null;
  if (value === null || value === undefined) return [];
  if (!Array.isArray(value)) throw new RejectedField(key, 'is not an array');
  return value;
}
