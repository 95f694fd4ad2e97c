/**
 * Documents of a file: the file itself, what a gz holds, the entries of a zip (stored or deflate, zip64 too), and each
 * XML document where several stand one after another, as in the weekly files of the USPTO.
 *
 * Nothing is written to disk, so an entry's name can lead nowhere. Memory is bounded: entries stream, the directory
 * of a zip is read whole but has a limit. What unpacks to more than the limits is refused by one SourceFormatError
 * that names the limit; so are entries that share bytes, encryption and unknown methods. A document must be read to
 * its end, or destroyed, before the next is asked for.
 */
import { createReadStream, type ReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { pipeline, Readable, type Transform } from 'node:stream';
import { crc32, createGunzip, createInflateRaw } from 'node:zlib';
import { SourceFormatError } from './sources/record.ts';

export interface ArchiveLimits {
  /** Entries of a zip. */
  entries: number;
  /** Unpacked over packed bytes, looked at from the first mebibyte; text reaches some 20, deflate ends at 1,032. */
  ratio: number;
  /** Unpacked bytes of all entries together. */
  total_bytes: number;
}

export const ARCHIVE_LIMITS: ArchiveLimits = { entries: 10_000, ratio: 200, total_bytes: 64 * 2 ** 30 };

export interface SourceDocument {
  /** Name of the entry, and the number of the document within it where there are several; for people. */
  name: string;
  content: Readable;
}

interface Entry {
  name: string;
  method: number;
  packed_bytes: number;
  crc: number;
  /** Where its local header starts. */
  offset: number;
}

/** Unpacked bytes so far, over all entries. */
interface Budget {
  limits: ArchiveLimits;
  used: number;
}

const RATIO_FROM_BYTES = 2 ** 20;
const MAX_DIRECTORY_BYTES = 2 ** 24;
const END_BYTES = 22;
const MAX_COMMENT_BYTES = 65_535;
const STORED = 0;
const DEFLATE = 8;

/** How many bytes of a file have been read, packed or not. */
export class ReadMeter {
  #before = 0;
  #stream: ReadStream | null = null;

  /** Counts what this stream reads, after those before it. */
  follow(stream: ReadStream): ReadStream {
    this.#before = this.bytes;
    this.#stream = stream;
    return stream;
  }

  get bytes(): number {
    return this.#before + (this.#stream?.bytesRead ?? 0);
  }
}

/**
 * @param meter follows the reading
 * @throws {SourceFormatError} here or while a document is read; see the header
 */
export async function* readDocuments(
  path: string,
  limits: ArchiveLimits = ARCHIVE_LIMITS,
  meter: ReadMeter = new ReadMeter(),
): AsyncGenerator<SourceDocument> {
  const file = await open(path, 'r');
  try {
    const start = await bytesAt(file, 0, 4);
    if (start.length === 4 && ['504b0304', '504b0506'].includes(start.toString('hex')))
      return yield* zipDocuments(path, file, { limits, used: 0 }, meter);
    const gz = start.toString('latin1', 0, 2) === '\x1f\x8b';
    const name = path.replace(/^.*[\\/]/, '');
    const raw = meter.follow(createReadStream(path));
    if (!gz) return yield* xmlDocuments(name, raw);
    const inner = name.replace(/\.gz$/i, '');
    yield* xmlDocuments(inner, unpacked(inner, raw, createGunzip(), { limits, used: 0 }));
  } finally {
    await file.close();
  }
}

async function* zipDocuments(
  path: string,
  file: FileHandle,
  budget: Budget,
  meter: ReadMeter,
): AsyncGenerator<SourceDocument> {
  for (const entry of await readDirectory(file, budget.limits)) {
    const header = await bytesAt(file, entry.offset, 30);
    if (header.length < 30 || header.readUInt32LE(0) !== 0x04034b50)
      throw refused(`entry "${entry.name}" does not stand where the directory says`);
    const start = entry.offset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
    const raw =
      entry.packed_bytes === 0
        ? Readable.from([])
        : meter.follow(createReadStream(path, { start, end: start + entry.packed_bytes - 1 }));
    const transform = entry.method === DEFLATE ? createInflateRaw() : null;
    yield* xmlDocuments(entry.name, unpacked(entry.name, raw, transform, budget, entry.crc));
  }
}

/** Bytes of one packed stream, counted and checked while they flow. */
async function* unpacked(
  name: string,
  packed: Readable,
  transform: Transform | null,
  budget: Budget,
  crc?: number,
): AsyncGenerator<Buffer> {
  let read_bytes = 0;
  let own_bytes = 0;
  let sum = 0;
  const counted = Readable.from(
    (async function* () {
      for await (const chunk of packed) {
        read_bytes += chunk.length;
        yield chunk;
      }
    })(),
  );
  // The loop below sees every error; the pipeline needs somebody to tell.
  const output = transform ? pipeline(counted, transform, () => {}) : counted;
  try {
    for await (const chunk of output) {
      own_bytes += chunk.length;
      budget.used += chunk.length;
      checkBudget(name, own_bytes, read_bytes, budget);
      if (crc !== undefined) sum = crc32(chunk, sum);
      yield chunk;
    }
  } catch (error) {
    if (!/^Z_/.test((error as NodeJS.ErrnoException).code ?? '')) throw error;
    throw refused(`"${name}" is cut off or damaged (${(error as Error).message})`);
  } finally {
    packed.destroy();
  }
  if (crc !== undefined && sum !== crc) throw refused(`"${name}" is damaged: its check sum is wrong`);
}

function checkBudget(name: string, own_bytes: number, read_bytes: number, { limits, used }: Budget): void {
  if (used > limits.total_bytes)
    throw refused(`it unpacks to more than ${limits.total_bytes} bytes (limit total_bytes), at "${name}"`);
  if (own_bytes > RATIO_FROM_BYTES && own_bytes > read_bytes * limits.ratio)
    throw refused(`"${name}" unpacks to more than ${limits.ratio} times its size (limit ratio)`);
}

async function readDirectory(file: FileHandle, limits: ArchiveLimits): Promise<Entry[]> {
  const { count, start, bytes } = await endOfDirectory(file);
  if (count > limits.entries)
    throw refused(`it has ${count} entries, more than ${limits.entries} (limit entries)`);
  if (bytes > MAX_DIRECTORY_BYTES) throw refused(`its directory is longer than ${MAX_DIRECTORY_BYTES} bytes`);
  const directory = await bytesAt(file, start, bytes);
  const entries: Entry[] = [];
  for (let at = 0, i = 0; i < count; i += 1) {
    if (at + 46 > directory.length || directory.readUInt32LE(at) !== 0x02014b50)
      throw refused('its directory is cut off or damaged');
    const length = [28, 30, 32].reduce((sum, field) => sum + directory.readUInt16LE(at + field), 46);
    const entry = readEntry(directory.subarray(at, at + length));
    if (!entry.name.endsWith('/')) entries.push(entry);
    at += length;
  }
  requireSeparate(entries, start);
  return entries;
}

/** The zip64 fields stand in for those that are all ones, in this order. */
function readEntry(header: Buffer): Entry {
  const name_end = 46 + header.readUInt16LE(28);
  const name = header
    .toString('utf8', 46, name_end)
    .replace(/\p{Cc}/gu, '\uFFFD')
    .slice(0, 200);
  const method = header.readUInt16LE(10);
  if (header.readUInt16LE(8) & 1) throw refused(`"${name}" is encrypted`);
  if (method !== STORED && method !== DEFLATE)
    throw refused(`"${name}" is packed by method ${method}; only stored and deflate are read`);
  const wide = zip64Fields(header.subarray(name_end, name_end + header.readUInt16LE(30)));
  const field = (at: number) =>
    header.readUInt32LE(at) === 0xffffffff ? wide.shift() : header.readUInt32LE(at);
  field(24);
  const [packed_bytes, offset] = [field(20), field(42)];
  if (packed_bytes === undefined || offset === undefined) throw refused(`"${name}" has no size or place`);
  return { name, method, packed_bytes, crc: header.readUInt32LE(16), offset };
}

function zip64Fields(extra: Buffer): number[] {
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    if (extra.readUInt16LE(at) !== 1) continue;
    const end = Math.min(at + 4 + extra.readUInt16LE(at + 2), extra.length);
    const fields: number[] = [];
    for (let field = at + 4; field + 8 <= end; field += 8) fields.push(Number(extra.readBigUInt64LE(field)));
    return fields;
  }
  return [];
}

/** Entries that share bytes are the cheapest bomb: a small file that unpacks to any size. */
function requireSeparate(entries: readonly Entry[], directory_start: number): void {
  const sorted = entries.toSorted((a, b) => a.offset - b.offset);
  for (const [i, entry] of sorted.entries())
    if (entry.offset + 30 + entry.packed_bytes > (sorted[i + 1]?.offset ?? directory_start))
      throw refused(`"${entry.name}" shares bytes with what follows it`);
}

async function endOfDirectory(file: FileHandle): Promise<{ count: number; start: number; bytes: number }> {
  const { size } = await file.stat();
  const from = Math.max(0, size - END_BYTES - MAX_COMMENT_BYTES);
  const tail = await bytesAt(file, from, size - from);
  const at = tail.lastIndexOf(Buffer.from('504b0506', 'hex'));
  if (at === -1 || at + END_BYTES > tail.length) throw refused('it has no directory: it is cut off');
  const locator = at - 20;
  if (locator >= 0 && tail.readUInt32LE(locator) === 0x07064b50) {
    const wide = await bytesAt(file, Number(tail.readBigUInt64LE(locator + 8)), 56);
    if (wide.length < 56 || wide.readUInt32LE(0) !== 0x06064b50) throw refused('its directory is damaged');
    const [count, bytes, start] = [32, 40, 48].map((field) => Number(wide.readBigUInt64LE(field)));
    return { count: count!, start: start!, bytes: bytes! };
  }
  return {
    count: tail.readUInt16LE(at + 10),
    bytes: tail.readUInt32LE(at + 12),
    start: tail.readUInt32LE(at + 16),
  };
}

async function bytesAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  if (!Number.isSafeInteger(position)) throw refused('it names a place that no file has');
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
}

const DECLARATION = Buffer.from('<?xml ');

/** One document a declaration; a file that does not start with one is passed on as it is. */
async function* xmlDocuments(name: string, bytes: AsyncIterable<Buffer>): AsyncGenerator<SourceDocument> {
  const source = bytes[Symbol.asyncIterator]();
  const rest: { held: Buffer; done: boolean } = { held: Buffer.alloc(0), done: false };
  const fill = async () => {
    const next = await source.next();
    if (next.done) rest.done = true;
    else rest.held = Buffer.concat([rest.held, next.value]);
  };
  try {
    while (!rest.done && rest.held.length < DECLARATION.length + 3) await fill();
    const mark = rest.held.indexOf('\uFEFF') === 0 ? 3 : 0;
    const several = rest.held.indexOf(DECLARATION) === mark;
    for (let number = 1; number === 1 || rest.held.length > 0; number += 1) {
      const content = Readable.from(untilDeclaration(rest, fill, several, number === 1 ? mark : 0));
      yield { name: number === 1 ? name : `${name} (${number})`, content };
      if (!content.readableEnded) return;
    }
  } finally {
    await source.return?.();
  }
}

/** @param skip bytes before the declaration with which the document itself starts */
async function* untilDeclaration(
  rest: { held: Buffer; done: boolean },
  fill: () => Promise<void>,
  several: boolean,
  skip: number,
): AsyncGenerator<Buffer> {
  let from = skip + DECLARATION.length;
  for (;;) {
    const end = several ? rest.held.indexOf(DECLARATION, from) : -1;
    // What could be the start of a declaration stays until more is there.
    const kept = rest.done || !several ? 0 : DECLARATION.length - 1;
    const upto = end === -1 ? Math.max(0, rest.held.length - kept) : end;
    if (upto > 0) yield rest.held.subarray(0, upto);
    rest.held = rest.held.subarray(upto);
    if (end !== -1 || rest.done) return;
    from = 0;
    await fill();
  }
}

function refused(reason: string): SourceFormatError {
  return new SourceFormatError(
    `The archive cannot be read: ${reason}. Fetch it again from its source or unpack it.`,
  );
}
