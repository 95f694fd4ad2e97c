/**
 * Takes a font file out of its web wrapping: WOFF 1.0 (W3C 2012), whose tables are compressed each on its own.
 * fontkit reads WOFF too, but fails on some of these files and unpacks the outlines again for every glyph.
 */
import { inflateSync } from 'node:zlib';

const WOFF = { signature: 'wOFF', head: 44, entry: 20 };
const SFNT = { head: 12, entry: 16 };

interface Table {
  tag: Buffer;
  checksum: number;
  bytes: Buffer;
}

/** @returns the font as OpenType; RangeError when it is no WOFF file */
export function unwrap(woff: Buffer): Buffer {
  if (woff.toString('latin1', 0, 4) !== WOFF.signature)
    throw new RangeError('a font file is no WOFF 1.0: install the packages as package-lock.json names them');
  const tables = Array.from({ length: woff.readUInt16BE(12) }, (_, index) => tableAt(woff, index));
  const head = Buffer.alloc(SFNT.head + SFNT.entry * tables.length);
  woff.copy(head, 0, 4, 8);
  head.writeUInt16BE(tables.length, 4);
  const power = Math.floor(Math.log2(tables.length));
  head.writeUInt16BE(SFNT.entry * 2 ** power, 6);
  head.writeUInt16BE(power, 8);
  head.writeUInt16BE(SFNT.entry * (tables.length - 2 ** power), 10);
  let offset = head.length;
  const bodies = tables.map(({ tag, checksum, bytes }, index) => {
    const at = SFNT.head + SFNT.entry * index;
    tag.copy(head, at);
    head.writeUInt32BE(checksum, at + 4);
    head.writeUInt32BE(offset, at + 8);
    head.writeUInt32BE(bytes.length, at + 12);
    const padded = Buffer.alloc(Math.ceil(bytes.length / 4) * 4);
    bytes.copy(padded);
    offset += padded.length;
    return padded;
  });
  return Buffer.concat([head, ...bodies]);
}

function tableAt(woff: Buffer, index: number): Table {
  const at = WOFF.head + WOFF.entry * index;
  const [offset, packed, length, checksum] = [4, 8, 12, 16].map((place) => woff.readUInt32BE(at + place));
  const bytes = woff.subarray(offset, offset! + packed!);
  return {
    tag: woff.subarray(at, at + 4),
    checksum: checksum!,
    bytes: packed! < length! ? inflateSync(bytes) : bytes,
  };
}
