/** Bytes into text and lines, with bounded memory: UTF-8, byte order mark dropped, LF or CRLF. */
import type { Readable } from 'node:stream';

/** Longest line that is kept; the longest known row of any layout has some two thousand. */
const MAX_LINE_CHARS = 65_536;

const PIECE_BYTES = 65_536;

export interface Line {
  /** From 1. */
  number: number;
  /** Without its end; cut at the limit. */
  text: string;
  /** What makes the line unreadable, or null. */
  problem: string | null;
}

/** Text in pieces of at most 64 KiB of bytes; bytes that are not UTF-8 become U+FFFD. */
export async function* decode(input: Readable): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  for await (const chunk of input) {
    const bytes: Uint8Array = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    for (let at = 0; at < bytes.length; at += PIECE_BYTES)
      yield decoder.decode(bytes.subarray(at, at + PIECE_BYTES), { stream: true });
  }
  yield decoder.decode();
}

/** Every line that is not blank: a blank line is no record. */
export async function* readLines(input: Readable): AsyncGenerator<Line> {
  let number = 0;
  let held = '';
  let over = false;
  const hold = (piece: string) => {
    over ||= held.length + piece.length > MAX_LINE_CHARS;
    held = (held + piece).slice(0, MAX_LINE_CHARS);
  };
  const release = (): Line => {
    number += 1;
    const text = held.endsWith('\r') ? held.slice(0, -1) : held;
    const line = { number, text, problem: over ? `longer than ${MAX_LINE_CHARS} characters` : problem(text) };
    held = '';
    over = false;
    return line;
  };
  for await (const piece of decode(input)) {
    let from = 0;
    for (let end = piece.indexOf('\n'); end !== -1; end = piece.indexOf('\n', from)) {
      hold(piece.slice(from, end));
      from = end + 1;
      const line = release();
      if (line.text.trim() !== '') yield line;
    }
    hold(piece.slice(from));
  }
  const last = release();
  if (last.text.trim() !== '') yield last;
}

/** Control characters that no store or display takes; C1 stays, since damaged text of real files is full of it. */
function problem(text: string): string | null {
  if (text.includes('\uFFFD')) return 'not UTF-8';
  const control = /[^\P{Cc}\t\u0080-\u009F]/u.exec(text);
  return control && `control character at position ${control.index + 1}`;
}
