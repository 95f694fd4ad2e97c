/**
 * JSON Lines with a mapping file, and the reader of one JSON object a line. A path names keys with points between,
 * `biblio.titles.0.text`; a list at its end is joined by the mapping's `list_separator`.
 */
import type { Readable } from 'node:stream';
import { readLines } from '../lines.ts';
import {
  type AcceptedRecord,
  RejectedField,
  recordOrQuarantine,
  type SourceAdapter,
  type SourceRecord,
} from '../record.ts';
import { type MappedField, type Mapping, mappedRecord } from './record.ts';

/** A record nested deeper is a mistake or an attack. */
const MAX_DEPTH = 32;

export type JsonObject = Readonly<Record<string, unknown>>;

export function mappedLines(mapping: Mapping): SourceAdapter {
  return {
    id: 'mapped-lines',
    describe: 'JSON Lines with a mapping file',
    recognises: (head) => /^\s*\{/.test(head),
    read: (input) =>
      readJsonLines(input, (json) =>
        mappedRecord(mapping, (field: MappedField) => {
          const path = mapping.fields[field];
          return path === undefined ? '' : textAt(json, path, field, mapping.list_separator);
        }),
      ),
  };
}

/** @param convert throws `RejectedField` to quarantine the line */
export async function* readJsonLines(
  input: Readable,
  convert: (json: JsonObject) => Omit<AcceptedRecord, 'ok' | 'line'>,
): AsyncGenerator<SourceRecord> {
  for await (const line of readLines(input))
    yield recordOrQuarantine(line.number, line.text, () => {
      if (line.problem) throw new RejectedField('line', line.problem.reason, line.problem.code);
      return convert(objectOf(line.text));
    });
}

function objectOf(text: string): JsonObject {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new RejectedField('line', 'not JSON', 'broken_record');
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    throw new RejectedField('line', 'not a JSON object', 'broken_record');
  if (isDeeper(json, MAX_DEPTH))
    throw new RejectedField('line', `nested more than ${MAX_DEPTH} deep`, 'too_deep');
  if (ESCAPED.test(text) && !isStorable(json))
    throw new RejectedField('line', 'has a NUL character or half a character', 'encoding');
  return json as JsonObject;
}

/** Escapes of what UTF-8 could not bring: NUL, and halves of characters, which are whole in pairs. */
const ESCAPED = /\\u(?:0000|[dD][89a-fA-F])/;

function isStorable(json: unknown): boolean {
  if (typeof json === 'string') return json.isWellFormed() && !json.includes('\0');
  return typeof json !== 'object' || json === null || Object.entries(json).flat().every(isStorable);
}

function isDeeper(json: unknown, depth: number): boolean {
  if (typeof json !== 'object' || json === null) return false;
  return depth === 0 || Object.values(json).some((value) => isDeeper(value, depth - 1));
}

/** @returns undefined where the path leads nowhere; never what an object has from its prototype */
export function valueAt(json: unknown, path: string): unknown {
  let at = json;
  for (const key of path.split('.')) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return undefined;
    at = (at as JsonObject)[key];
  }
  return at;
}

function textAt(json: JsonObject, path: string, field: MappedField, separator: string): string {
  const value = valueAt(json, path);
  const parts = Array.isArray(value) ? value : [value ?? ''];
  return parts
    .map((part) => {
      if (typeof part !== 'string' && typeof part !== 'number')
        throw new RejectedField(field, `"${path}" holds neither text nor a number nor a list of these`);
      return String(part).trim();
    })
    .join(separator);
}
