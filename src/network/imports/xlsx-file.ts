/**
 * The first sheet of an Office Open XML spreadsheet (ECMA-376), read as a stream of cells: texts, numbers as they are written,
 * formulas seen and never evaluated. Nothing else of the file is looked at: no macros, links, names or drawings. It is read by
 * the readers of zip and XML that source files go through, which refuse bombs, entities and entries that share bytes.
 */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { SaxesParser } from 'saxes';
import { Problem } from '../../errors.ts';
import { readDocuments } from '../../patents/archives.ts';
import { SourceFormatError } from '../../patents/sources/record.ts';
import { say } from '../sentences.ts';
import {
  MAX_CELL_CHARS,
  MAX_COLUMNS,
  MAX_ENTRIES,
  MAX_RATIO,
  MAX_SHARED_CHARS,
  MAX_UNPACKED_BYTES,
} from './limits.ts';
import { type Cell, type TableFile, type TableRow, tooWide } from './table.ts';

const LIMITS = { entries: MAX_ENTRIES, ratio: MAX_RATIO, total_bytes: MAX_UNPACKED_BYTES };
const SHARED = 'xl/sharedStrings.xml';
const SHEET = /^xl\/worksheets\/sheet\d+\.xml$/;

export function isSpreadsheet(bytes: Buffer): boolean {
  return bytes.subarray(0, 4).toString('hex') === '504b0304';
}

export function readXlsx(bytes: Buffer): TableFile {
  return { format: 'xlsx', encoding: 'utf-8', rows: rowsOf(bytes) };
}

/** The zip is read from a folder of its own, since its directory stands at its end. */
async function* rowsOf(bytes: Buffer): AsyncGenerator<TableRow> {
  const folder = await mkdtemp(path.join(tmpdir(), 'pledgewatch-import-'));
  const file = path.join(folder, randomUUID());
  try {
    await writeFile(file, bytes, { mode: 0o600 });
    const { shared, sheet } = await look(file);
    yield* sheetRows(file, sheet, shared);
  } catch (error) {
    if (!(error instanceof SourceFormatError)) throw error;
    throw damaged(
      error.message.replace(/^The archive cannot be read: /, '').replace(/\. Fetch it again.*/, ''),
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function damaged(reason: string): Problem {
  return new Problem('refused', say('list_damaged', { reason }));
}

/** The shared texts, and which entry is the first sheet. */
async function look(file: string): Promise<{ shared: string[]; sheet: string }> {
  const sheets: string[] = [];
  let shared: string[] = [];
  for await (const { name, content } of readDocuments(file, LIMITS)) {
    if (SHEET.test(name)) sheets.push(name);
    if (name === SHARED) shared = await sharedTexts(content);
    else content.destroy();
  }
  const [sheet] = sheets.sort((a, b) => a.length - b.length || (a < b ? -1 : 1));
  if (sheet === undefined) throw damaged('it is no XLSX spreadsheet: it holds no sheet');
  return { shared, sheet };
}

async function sharedTexts(content: Readable): Promise<string[]> {
  const texts: string[] = [];
  let text: string | null = null;
  let chars = 0;
  let is_text = false;
  let is_reading = false;
  const parser = xmlParser();
  parser.on('opentag', ({ name }) => {
    if (local(name) === 'si') text = '';
    // How it is read aloud stands beside it.
    if (local(name) === 'rPh') is_reading = true;
    is_text = local(name) === 't' && !is_reading;
  });
  parser.on('text', (part) => {
    if (!is_text || text === null) return;
    chars += part.length;
    if (chars > MAX_SHARED_CHARS)
      throw damaged(`its texts are longer than ${MAX_SHARED_CHARS} characters (limit MAX_SHARED_CHARS)`);
    text = (text + part).slice(0, MAX_CELL_CHARS + 1);
  });
  parser.on('closetag', ({ name }) => {
    is_text = false;
    if (local(name) === 'rPh') is_reading = false;
    if (local(name) === 'si') texts.push(text ?? '');
  });
  for await (const _ of fed(parser, content));
  return texts;
}

async function* sheetRows(file: string, sheet: string, shared: readonly string[]): AsyncGenerator<TableRow> {
  for await (const { name, content } of readDocuments(file, LIMITS)) {
    if (name !== sheet) {
      content.destroy();
      continue;
    }
    const reader = new SheetReader(shared);
    for await (const _ of fed(reader.parser, content)) yield* reader.taken();
    yield* reader.taken();
    return;
  }
}

/** Feeds a parser piece by piece, giving way after each. */
async function* fed(parser: SaxesParser, content: Readable): AsyncGenerator<void> {
  const decoder = new TextDecoder('utf-8', { fatal: false });
  try {
    for await (const piece of content) {
      parser.write(decoder.decode(piece as Buffer, { stream: true }));
      yield;
    }
    parser.write(decoder.decode()).close();
  } finally {
    content.destroy();
  }
}

function xmlParser(): SaxesParser {
  const parser = new SaxesParser();
  parser.on('doctype', () => {
    throw damaged('its XML declares a document type, which no spreadsheet does');
  });
  parser.on('error', (error) => {
    throw damaged(`its XML is damaged (${error.message.slice(0, 200)})`);
  });
  return parser;
}

/** Collects the rows of a sheet while its XML goes by. */
class SheetReader {
  readonly parser = xmlParser();
  #rows: TableRow[] = [];
  #line = 0;
  #cells: Cell[] = [];
  #cell: { column: number; type: string; text: string; formula: boolean } | null = null;
  #in: string | null = null;

  constructor(shared: readonly string[]) {
    this.parser.on('opentag', ({ name, attributes }) => this.#open(local(name), attributes));
    this.parser.on('text', (text) => {
      if (this.#cell && (this.#in === 'v' || this.#in === 't'))
        this.#cell.text = (this.#cell.text + text).slice(0, MAX_CELL_CHARS + 1);
    });
    this.parser.on('closetag', ({ name }) => this.#close(local(name), shared));
  }

  taken(): TableRow[] {
    const rows = this.#rows;
    this.#rows = [];
    return rows;
  }

  #open(name: string, attributes: Record<string, unknown>): void {
    this.#in = name;
    if (name === 'row') {
      const line = Number(attributes.r);
      this.#line = Number.isSafeInteger(line) && line > 0 ? line : this.#line + 1;
      this.#cells = [];
    }
    if (name === 'c') {
      const column = columnOf(String(attributes.r ?? ''), this.#cells.length);
      if (column >= MAX_COLUMNS) throw tooWide(this.#line);
      this.#cell = { column, type: String(attributes.t ?? 'n'), text: '', formula: false };
    }
    if (name === 'f' && this.#cell) this.#cell.formula = true;
  }

  #close(name: string, shared: readonly string[]): void {
    this.#in = null;
    if (name === 'c' && this.#cell) {
      const { column, type, text, formula } = this.#cell;
      while (this.#cells.length < column) this.#cells.push({ text: '', formula: false });
      const shown = type === 's' ? (shared[Number(text)] ?? '') : text;
      this.#cells[column] = { text: shown.trim(), formula };
      this.#cell = null;
    }
    if (name === 'row') this.#rows.push({ line: this.#line, cells: this.#cells });
  }
}

/** A1 is 0; without an address the next. */
function columnOf(address: string, next: number): number {
  const [letters] = /^[A-Z]{1,3}/.exec(address) ?? [];
  if (letters === undefined) return next;
  return [...letters].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0) - 1;
}

/** The name without its prefix. */
function local(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}
