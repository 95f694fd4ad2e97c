/** Rows into PostgreSQL by COPY, text format; and the bytes of any COPY, in and out. */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Transaction } from './client.ts';
import type { DriverQuery } from './deadline.ts';

/** A cell before it is written: arrays become text[], other objects jsonb. */
export type Cell = string | number | boolean | null | undefined | readonly string[] | object;

/** Text that becomes bytes at once: strings that live long cost the collector of garbage more than they cost to make. */
const PIECE_CHARS = 65_536;

/** Lines of one table, kept as bytes. */
export class CopyLines {
  readonly #pieces: Buffer[] = [];
  #text = '';

  add(line: string): void {
    this.#text += line;
    if (this.#text.length >= PIECE_CHARS) this.#seal();
  }

  /** @param columns in the order of the cells of `copyLine` */
  async copyInto(tx: Transaction, table: string, columns: readonly string[]): Promise<void> {
    this.#seal();
    await copyIn(tx, `${table} (${columns.join(', ')}) from stdin`, this.#pieces);
  }

  #seal(): void {
    this.#pieces.push(Buffer.from(this.#text));
    this.#text = '';
  }
}

/**
 * @param what after COPY, names of the program's own only
 * @throws what the server says of the rows. It says it when the driver has handed out the stream and sent the last of them,
 *   and then tells the query alone, never the stream, which would wait for ever.
 */
export async function copyIn(tx: Transaction, what: string, pieces: Iterable<Buffer>): Promise<void> {
  const query = tx.unsafe(`copy ${what}`);
  const refused = new Promise<never>((_, refuse) => {
    const driver = query as unknown as DriverQuery;
    const { reject } = driver;
    driver.reject = (error) => {
      reject(error);
      refuse(error);
    };
  });
  const target = await Promise.race([query.writable(), refused]);
  await Promise.race([pipeline(Readable.from(pieces), target), refused]);
}

/**
 * @param what after COPY, names of the program's own only
 * @param take is given the answer as it comes: the server sends each row whole
 * @throws what `take` threw first, once the answer is at its end
 */
export async function copyOut(tx: Transaction, what: string, take: (piece: Buffer) => void): Promise<void> {
  const stream = await tx.unsafe(`copy ${what}`).readable();
  let fault: { error: unknown } | null = null;
  const takeOrNote = (piece: Buffer) => {
    try {
      take(piece);
    } catch (error) {
      fault ??= { error };
    }
  };
  await new Promise<void>((resolve, reject) => {
    stream.on('data', takeOrNote);
    stream.once('error', reject);
    stream.once('end', resolve);
    stream.once('close', () => reject(new Error('the connection was lost during COPY')));
  });
  if (fault !== null) throw (fault as { error: unknown }).error;
}

export function copyLine(cells: readonly Cell[]): string {
  let line = '';
  for (let i = 0; i < cells.length; i++) line += (i === 0 ? '' : '\t') + copyCell(cells[i]);
  return `${line}\n`;
}

function copyCell(cell: Cell): string {
  if (cell === null || cell === undefined) return '\\N';
  if (typeof cell === 'string') return escaped(cell);
  if (typeof cell === 'number') return String(cell);
  if (typeof cell === 'boolean') return cell ? 't' : 'f';
  return escaped(Array.isArray(cell) ? arrayText(cell) : jsonText(cell));
}

/** No character of it would end a cell or a line, and none is NUL, which no text of PostgreSQL takes. */
function escaped(text: string): string {
  return NEEDS_ESCAPE.test(text) ? text.replace(ESCAPED, escapeOf) : text;
}

const NEEDS_ESCAPE = /[\\\t\n\r\0]/;
const ESCAPED = new RegExp(NEEDS_ESCAPE, 'g');
const ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\t': '\\t',
  '\n': '\\n',
  '\r': '\\r',
  '\0': '\uFFFD',
};

function escapeOf(character: string): string {
  return ESCAPES[character]!;
}

function arrayText(items: readonly string[]): string {
  return `{${items.map((item) => `"${item.replace(/["\\]/g, '\\$&')}"`).join(',')}}`;
}

/** jsonb takes neither NUL nor half of a surrogate pair, both of which JSON can write as an escape. */
function jsonText(value: object): string {
  const text = JSON.stringify(value);
  if (!text.includes('\\u')) return text;
  return JSON.stringify(value, (_key, inner) =>
    typeof inner === 'string' ? inner.replaceAll('\0', '\uFFFD').toWellFormed() : inner,
  );
}
