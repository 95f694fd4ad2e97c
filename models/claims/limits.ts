/** How much is read at once; more is refused whole, and nothing of it is judged. */
import { FormulaFailure } from '../failure.ts';
import { say } from './sentences.ts';
import type { ApplicationPart } from './types.ts';

/** In UTF-16 code units. */
export const MAX_LENGTH_characters: Readonly<Record<ApplicationPart, number>> = {
  title: 1_000,
  claims: 200_000,
  description: 2_000_000,
  abstract: 20_000,
  figures: 100_000,
};

export const MAX_CLAIMS = 1_000;

/** @throws FormulaFailure `too_long` */
export function requireLength(part: ApplicationPart, text: string): string {
  const most = MAX_LENGTH_characters[part];
  if (text.length > most)
    throw new FormulaFailure('too_long', say('part_unreadably_long', { part, length: text.length, most }));
  return text;
}

/** @throws FormulaFailure `too_many` */
export function requireClaimCount(count: number): void {
  if (count > MAX_CLAIMS)
    throw new FormulaFailure('too_many', say('claims_too_many', { length: count, most: MAX_CLAIMS }));
}
