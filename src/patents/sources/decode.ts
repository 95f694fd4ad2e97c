/**
 * Bytes of a file into text. The encoding is the one of the byte order mark; else UTF-16 where every second byte of the
 * start is zero; else the one that an XML declaration names; else UTF-8. Any other must be declared: bytes do not tell
 * GB18030 from Big5 or Shift JIS, and a guess would store wrong names.
 */
import { TextDecoder } from 'node:util';
import { SourceFormatError } from './record.ts';

const PIECE_BYTES = 65_536;
/** What the look at the start needs: a declaration stands within it. */
const START_BYTES = 200;

/**
 * Text in pieces of at most 64 KiB of bytes, byte order mark dropped; what the encoding does not have becomes U+FFFD.
 * What is text already passes.
 * @throws {SourceFormatError} the declared encoding is unknown
 */
export async function* decode(input: AsyncIterable<Uint8Array | string>): AsyncGenerator<string> {
  let decoder: TextDecoder | null = null;
  let start: Buffer = Buffer.alloc(0);
  for await (const chunk of input) {
    if (typeof chunk === 'string') {
      yield chunk;
      continue;
    }
    let bytes = chunk;
    if (decoder === null) {
      start = Buffer.concat([start, bytes]);
      if (start.length < START_BYTES) continue;
      decoder = decoderOf(start);
      bytes = start;
    }
    for (let at = 0; at < bytes.length; at += PIECE_BYTES)
      yield decoder.decode(bytes.subarray(at, at + PIECE_BYTES), { stream: true });
  }
  if (decoder) yield decoder.decode();
  else yield decodeStart(start);
}

/** The first bytes of a file as text; its last character may be cut off. @throws {SourceFormatError} see `decode` */
export function decodeStart(bytes: Uint8Array): string {
  return decoderOf(bytes).decode(bytes);
}

function decoderOf(bytes: Uint8Array): TextDecoder {
  const [a = 1, b = 1, c = 1, d = 1] = bytes;
  if ((a === 0xff && b === 0xfe) || (a > 0 && b === 0 && c > 0 && d === 0))
    return new TextDecoder('utf-16le');
  if ((a === 0xfe && b === 0xff) || (a === 0 && b > 0 && c === 0 && d > 0))
    return new TextDecoder('utf-16be');
  const head = Buffer.from(bytes.subarray(0, START_BYTES)).toString('latin1');
  const declared =
    /^(?:\xef\xbb\xbf)?<\?xml\s[^>]*?encoding\s*=\s*["']([^"']*)["']/.exec(head)?.[1] ?? 'utf-8';
  // A declaration that can be read as bytes cannot be in UTF-16, whatever it says.
  if (/^utf-?16/i.test(declared)) return new TextDecoder();
  try {
    return new TextDecoder(declared);
  } catch {
    throw new SourceFormatError(
      `The encoding "${declared.slice(0, 40)}" that its first line declares is not known. Give the file in UTF-8.`,
    );
  }
}
