/** Passwords: which may be taken, and how they are kept (Argon2id, in the PHC string format). */
import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import type { Sentence } from '../../models/sentences.ts';
import { fieldFault, Problem } from '../errors.ts';
import { COMMON_WORDS } from './common-words.ts';
import { say } from './sentences.ts';

/** In characters as a reader counts them. */
export const MIN_PASSWORD_LENGTH = 12;
export const MAX_PASSWORD_LENGTH = 128;
/** OWASP Password Storage Cheat Sheet: 19 MiB, two passes, one lane. */
const COST = { memory: 19_456, passes: 2, parallelism: 1 };
const SALT_BYTES = 16;
const TAG_BYTES = 32;
/** What must be left of a password when all that is common in it is taken away. */
const MIN_OWN_LETTERS = 4;
const MIN_WORD_LETTERS = 4;
/** So many letters that repeat or count up or down are one. */
const RUN_LETTERS = 3;

const derive = promisify(argon2);
const PHC = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;

/**
 * Any characters will do: no rule says which kinds must be among them.
 * @param about words that others know of the person, such as name and address
 * @throws Problem `bad_request` with the rule and the remedy
 */
export function requireGoodPassword(password: string, about: readonly string[], pointer: string): void {
  const fault = passwordFault(password, about);
  if (fault === null) return;
  throw new Problem('bad_request', say('password_at_fault', { pointer, fault }), [
    fieldFault(pointer, fault),
  ]);
}

function passwordFault(password: string, about: readonly string[]): Sentence | null {
  const length = [...password].length;
  if (length < MIN_PASSWORD_LENGTH) return say('password_short', { length, least: MIN_PASSWORD_LENGTH });
  if (length > MAX_PASSWORD_LENGTH) return say('password_long', { length, most: MAX_PASSWORD_LENGTH });
  return ownLetters(password, about) < MIN_OWN_LETTERS ? say('password_common') : null;
}

/** Different characters that are left when common words, words about the person, runs and punctuation are taken out. */
function ownLetters(password: string, about: readonly string[]): number {
  const words = about.flatMap((text) => text.toLowerCase().split(/[^\p{L}\p{N}]+/u));
  const known = [...COMMON_WORDS, ...words.filter((word) => word.length >= MIN_WORD_LETTERS)];
  const longestFirst = known.sort((one, other) => other.length - one.length);
  const rest = longestFirst.reduce((text, word) => text.replaceAll(word, ' '), password.toLowerCase());
  return new Set(withoutRuns(rest).replace(/[\s!-/:-@[-`{-~]/g, '')).size;
}

/** Without letters that repeat, count up or count down three times and more. */
function withoutRuns(text: string): string {
  const codes = [...text].map((letter) => letter.codePointAt(0)!);
  const kept: number[] = [];
  for (let from = 0, to = 0; from < codes.length; from = to) {
    const step = codes[from + 1]! - codes[from]!;
    to = from + 1;
    if (Math.abs(step) <= 1) while (codes[to]! - codes[to - 1]! === step) to += 1;
    if (to - from < RUN_LETTERS) {
      kept.push(codes[from]!);
      to = from + 1;
    }
  }
  return String.fromCodePoint(...kept);
}

/** @returns `$argon2id$v=19$m=...,t=...,p=...$salt$tag` */
export async function hashPassword(password: string): Promise<string> {
  const nonce = randomBytes(SALT_BYTES);
  const tag = await derive('argon2id', { message: password, nonce, tagLength: TAG_BYTES, ...COST });
  const { memory, passes, parallelism } = COST;
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${unpadded(nonce)}$${unpadded(tag)}`;
}

/** Verified as it was typed, to the letter. @param hash null for nobody's, which takes as long and is never right */
export async function passwordMatches(password: string, hash: string | null): Promise<boolean> {
  const [, memory, passes, parallelism, salt, tag] = PHC.exec(hash ?? NOBODYS)!;
  const kept = Buffer.from(tag!, 'base64');
  const made = await derive('argon2id', {
    message: password,
    nonce: Buffer.from(salt!, 'base64'),
    memory: Number(memory),
    passes: Number(passes),
    parallelism: Number(parallelism),
    tagLength: kept.length,
  });
  return timingSafeEqual(made, kept) && hash !== null;
}

function unpadded(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '');
}

/** Costs what any other does. */
const NOBODYS = await hashPassword(randomBytes(TAG_BYTES).toString('base64'));
