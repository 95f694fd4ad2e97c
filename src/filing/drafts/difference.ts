/**
 * What changed between two versions, line by line: the longest common subsequence of lines, after the beginning and the end
 * that both share were set aside.
 * Worked: `1. a\n2. b` to `1. a\n2. c` is one line that stayed, one taken out, one put in.
 */

import { TEXT_PARTS, type TextPart } from './limits.ts';
import type { DraftText } from './store.ts';

export interface LineChange {
  /** `same` lines stand in both. */
  kind: 'same' | 'out' | 'in';
  text: string;
}

export interface PartDifference {
  part: TextPart;
  /** Empty where the part is the same in both. */
  lines: LineChange[];
}

/** Pairs of lines that are compared; beyond it what differs is shown as taken out and put in as a whole. */
export const MAX_COMPARED_PAIRS = 4_000_000;

/** Parts that differ, in their order. */
export function differenceOf(from: DraftText, to: DraftText): PartDifference[] {
  return TEXT_PARTS.filter((part) => from[part] !== to[part]).map((part) => ({
    part,
    lines: lineChanges(from[part], to[part]),
  }));
}

export function lineChanges(from: string, to: string): LineChange[] {
  const [before, after] = [linesOf(from), linesOf(to)];
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start++;
  let end = 0;
  const shorter = Math.min(before.length, after.length) - start;
  while (end < shorter && before.at(-1 - end) === after.at(-1 - end)) end++;
  const same = (text: string): LineChange => ({ kind: 'same', text });
  return [
    ...before.slice(0, start).map(same),
    ...between(before.slice(start, before.length - end), after.slice(start, after.length - end)),
    ...before.slice(before.length - end).map(same),
  ];
}

function linesOf(text: string): string[] {
  return text === '' ? [] : text.split('\n');
}

function between(before: readonly string[], after: readonly string[]): LineChange[] {
  const whole = [
    ...before.map((text): LineChange => ({ kind: 'out', text })),
    ...after.map((text): LineChange => ({ kind: 'in', text })),
  ];
  if (before.length === 0 || after.length === 0 || before.length * after.length > MAX_COMPARED_PAIRS)
    return whole;
  const common = commonLengths(before, after);
  const changes: LineChange[] = [];
  let [i, j] = [0, 0];
  while (i < before.length || j < after.length) {
    if (i < before.length && j < after.length && before[i] === after[j]) {
      changes.push({ kind: 'same', text: before[i]! });
      i++;
      j++;
    } else if (j >= after.length || (i < before.length && common[i + 1]![j]! >= common[i]![j + 1]!))
      changes.push({ kind: 'out', text: before[i++]! });
    else changes.push({ kind: 'in', text: after[j++]! });
  }
  return changes;
}

/** Of the ends from each pair of lines on. */
function commonLengths(before: readonly string[], after: readonly string[]): Uint16Array[] {
  const lengths = Array.from({ length: before.length + 1 }, () => new Uint16Array(after.length + 1));
  for (let i = before.length - 1; i >= 0; i--)
    for (let j = after.length - 1; j >= 0; j--)
      lengths[i]![j] =
        before[i] === after[j]
          ? lengths[i + 1]![j + 1]! + 1
          : Math.max(lengths[i + 1]![j]!, lengths[i]![j + 1]!);
  return lengths;
}
