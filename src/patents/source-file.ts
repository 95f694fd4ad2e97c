/** A file of any known format, plain or packed, with one document or several, as one stream of records. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ARCHIVE_LIMITS, ReadMeter, readDocuments } from './archives.ts';
import { decodeStart } from './sources/decode.ts';
import { RECOGNITION_HEAD_CHARS, recogniseSource, SOURCE_ADAPTERS } from './sources/index.ts';
import { type SourceAdapter, SourceFormatError, type SourceRecord } from './sources/record.ts';

export interface SourceFile {
  /** Id of the adapter that reads it. */
  source: string;
  name: string;
  /** Of the bytes as they lie there, packed or not; in hexadecimal. */
  sha256: string;
  /** Size of the file as it lies there. */
  bytes: number;
  /** From the start, at every call. @param meter follows the reading, up to `bytes` */
  records: (meter?: ReadMeter) => AsyncIterable<SourceRecord>;
}

/** @throws an error naming the file, and why it cannot be read or which formats are known */
export async function openSourceFile(
  file: string,
  adapters: readonly SourceAdapter[] = SOURCE_ADAPTERS,
): Promise<SourceFile> {
  try {
    for await (const { content } of readDocuments(file)) {
      const { adapter, whole } = await recognised(content, adapters);
      whole.destroy();
      return {
        source: adapter.id,
        name: path.basename(file),
        sha256: await sha256Of(file),
        bytes: (await stat(file)).size,
        records: (meter = new ReadMeter()) => recordsOf(file, adapter, adapters, meter),
      };
    }
    throw new SourceFormatError('there is no document in it.');
  } catch (error) {
    throw new Error(`${file}: ${(error as Error).message}`, { cause: error });
  }
}

async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

async function* recordsOf(
  file: string,
  first: SourceAdapter,
  adapters: readonly SourceAdapter[],
  meter: ReadMeter,
): AsyncGenerator<SourceRecord> {
  for await (const { name, content } of readDocuments(file, ARCHIVE_LIMITS, meter)) {
    const { adapter, whole } = await recognised(content, adapters);
    if (adapter.id !== first.id)
      throw new SourceFormatError(
        `${name} is of ${adapter.id} and the first document of ${first.id}; give each source a file of its own.`,
      );
    yield* adapter.read(whole);
  }
}

/** The adapter that the start of a document asks for, and the document from its start again. */
async function recognised(content: Readable, adapters: readonly SourceAdapter[]) {
  const pieces = content[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  const start: Buffer[] = [];
  let length = 0;
  while (length < RECOGNITION_HEAD_CHARS) {
    const { done, value } = await pieces.next();
    if (done) break;
    start.push(Buffer.from(value));
    length += value.length;
  }
  const adapter = recogniseSource(decodeStart(Buffer.concat(start)), adapters);
  const whole = Readable.from(replayed(start, pieces), { objectMode: false });
  whole.once('close', () => content.destroy());
  return { adapter, whole };
}

async function* replayed(start: readonly Buffer[], rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  yield* start;
  for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
}
