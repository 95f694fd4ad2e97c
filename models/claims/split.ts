/**
 * Cuts the text of the claims into claims by their numbers.
 *
 * A number begins a claim at the start of a line (`1.`, `2、`, `3．`, `权利要求4：`) or, where a text has no lines, after the
 * end of a sentence if it is the next one. A numbered line that goes on an unfinished sentence and does not begin like a
 * claim is a step of the claim before. A line that begins like a claim after a finished one is a claim without number.
 */
import { requireClaimCount, requireLength } from './limits.ts';
import type { ClaimLanguage } from './types.ts';
import { trimmedSpan } from './words.ts';

export interface RawClaim {
  /** As written, or the place in the order. */
  number: number;
  is_numbered: boolean;
  /** Of what stands after the number, without blanks around it. */
  start: number;
  end: number;
}

const HEADING =
  /^[\s#*]*(?:(?:what|we|i)\b[^\n]{0,60}\bclaim(?:ed)?\b[^\n]{0,40}|(?:patent\s+)?claims?|权利要求书?)\s*(?:is|are)?\s*[:：.]?\s*$/i;
const NUMBERED =
  /^[ \t　]*(?:(?:claim\s+|权利要求\s*)(\d{1,4})\s*[.:：、．]?|(\d{1,4})\s*(?:[.．、。:：)）](?!\d)))[ \t　]*/i;
const OPENING = {
  en: /^(?:an?|the|use|method|process|one or more|in an?|apparatus|system|device|composition|kit)\b/i,
  zh: /^(?:一种|一类|一个|根据|按照|依据|如|依照|权利要求|按|一套|一组)/,
};
/** How much of a claim is read for its end. */
const END_characters = 8;
const FINISHED = /[.。．]["'”’)]*$/;

interface Line {
  start: number;
  text: string;
}

/** @throws FormulaFailure `too_long`, `too_many` */
export function splitClaims(text: string, language: ClaimLanguage): RawClaim[] {
  requireLength('claims', text);
  const claims: RawClaim[] = [];
  const lines = linesOf(text);
  const is_numbered_text = lines.some((line) => NUMBERED.test(line.text));
  for (const line of lines) {
    if (claims.length === 0 && HEADING.test(line.text)) continue;
    const last = claims.at(-1);
    const begun = beginsClaim(line, text, last, language, is_numbered_text);
    if (begun) claims.push(begun);
    else if (last) last.end = line.start + line.text.trimEnd().length;
    else
      claims.push({
        number: 1,
        is_numbered: false,
        ...trimmedSpan(text, line.start, line.start + line.text.length),
      });
  }
  const cut = claims
    .map((claim) => ({ ...claim, ...trimmedSpan(text, claim.start, claim.end) }))
    .flatMap((claim) => withInline(text, claim, language));
  requireClaimCount(cut.length);
  return cut;
}

function linesOf(text: string): Line[] {
  return Array.from(text.matchAll(/[^\r\n]+/g), (match) => ({ start: match.index, text: match[0] })).filter(
    ({ text: line }) => line.trim() !== '',
  );
}

function beginsClaim(
  line: Line,
  text: string,
  last: RawClaim | undefined,
  language: ClaimLanguage,
  is_numbered_text: boolean,
): RawClaim | null {
  const match = NUMBERED.exec(line.text);
  const after = match ? line.text.slice(match[0].length) : line.text.trimStart();
  const opens = OPENING[language].test(after);
  const is_finished =
    last === undefined ||
    FINISHED.test(text.slice(Math.max(last.start, last.end - END_characters), last.end));
  const end = line.start + line.text.trimEnd().length;
  if (match) {
    // A step of the claim before, or its number alone on a line.
    if (!opens && !is_finished) return null;
    const start = Math.min(line.start + match[0].length, end);
    return { number: Number(match[1] ?? match[2]), is_numbered: true, start, end };
  }
  if (!opens || !is_finished || last === undefined) return null;
  if (is_numbered_text && last.start === last.end) return null;
  return { number: last.number + 1, is_numbered: false, ...trimmedSpan(text, line.start, end) };
}

/** Claims that follow each other on one line: `... rotor. 2. The pump of claim 1 ...`. */
function withInline(text: string, claim: RawClaim, language: ClaimLanguage): RawClaim[] {
  if (!claim.is_numbered) return [claim];
  const claims = [claim];
  const body = text.slice(claim.start, claim.end);
  for (const match of body.matchAll(/([.。．])\s*(\d{1,4})\s*[.．、]\s*(?=\p{L})/gu)) {
    const last = claims.at(-1)!;
    const start = claim.start + match.index + match[0].length;
    if (Number(match[2]) !== last.number + 1 || !OPENING[language].test(text.slice(start, start + 20)))
      continue;
    const end = last.end;
    last.end = claim.start + match.index + match[1]!.length;
    claims.push({ number: last.number + 1, is_numbered: true, start, end });
  }
  return claims;
}
