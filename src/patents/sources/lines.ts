/** Bytes into lines, with bounded memory. A line ends with LF or CRLF, or all of them with CR. */
import type { Readable } from 'node:stream';
import { decode } from './decode.ts';
import type { FaultCode } from './record.ts';

/** Longest line that is kept; the longest known row of any layout has some two thousand. */
const MAX_LINE_CHARS = 65_536;

export interface Line {
  /** From 1. */
  number: number;
  /** Without its end; cut at the limit. */
  text: string;
  /** What makes the line unreadable, or null. */
  problem: Problem | null;
}

export interface Problem {
  code: FaultCode;
  reason: string;
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
    const problem: Problem | null = over
      ? { code: 'too_long', reason: `longer than ${MAX_LINE_CHARS} characters` }
      : problemOf(text);
    const line = { number, text, problem };
    held = '';
    over = false;
    return line;
  };
  for await (const piece of withLineFeeds(decode(input))) {
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

/**
 * CR as LF in a file whose first line ends with CR alone. In any other a CR within a line is damage, and no line end.
 */
async function* withLineFeeds(pieces: AsyncIterable<string>): AsyncGenerator<string> {
  let held = '';
  let line_end: '\r' | '\n' | null = null;
  for await (const piece of pieces) {
    const text = held + piece;
    line_end ??= firstLineEnd(text);
    // Whether a CR at the very end stands alone is not known yet.
    held = line_end === null && text.endsWith('\r') ? '\r' : '';
    const known = held === '' ? text : text.slice(0, -1);
    yield line_end === '\r' ? known.replaceAll('\r', '\n') : known;
  }
  yield held;
}

function firstLineEnd(text: string): '\r' | '\n' | null {
  const found = /\r?\n|\r(?!$)/.exec(text)?.[0];
  return found === undefined ? null : found === '\r' ? '\r' : '\n';
}

/** Control characters that no store or display takes; C1 stays, since damaged text of real files is full of it. */
function problemOf(text: string): Problem | null {
  if (text.includes('\uFFFD'))
    return {
      code: 'encoding',
      reason: 'not UTF-8; bring the file to UTF-8 from the encoding in which it was written',
    };
  const control = /[^\P{Cc}\t\u0080-\u009F]/u.exec(text);
  return (
    control && { code: 'control_character', reason: `control character at position ${control.index + 1}` }
  );
}
