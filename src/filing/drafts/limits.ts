/** How much a draft may hold: each limit with its unit, told by name when it is passed. */
import { fieldFault, Problem } from '../../errors.ts';
import { say } from '../sentences.ts';
import type { DraftText } from './store.ts';

/** Of each part. Those of the claims are far beyond what an office takes, and within what the checks read in a second. */
export const PART_LIMITS_CHARS = {
  title: 500,
  claims: 200_000,
  description: 800_000,
  abstract: 10_000,
  figures: 20_000,
} as const satisfies Partial<Record<keyof DraftText, number>>;
export type TextPart = keyof typeof PART_LIMITS_CHARS;
export const TEXT_PARTS = Object.keys(PART_LIMITS_CHARS) as TextPart[];

export const MAX_CLASSES = 50;
export const MAX_CITED = 100;
export const MAX_NUMBER_CHARS = 40;
/** Holds every part at its limit, in the longest encoding; a body beyond it is not read. */
export const DRAFT_BODY_LIMIT_BYTES = 8_388_608;
/** The same in a form, where a Chinese character takes nine bytes. */
export const DRAFT_FORM_LIMIT_BYTES = 10_485_760;
/** Of a file of the longest part, in base64. */
export const MAX_FILE_BASE64_CHARS = 4_300_000;
export const MAX_DRAFTS = 2_000;
export const MAX_VERSIONS = 1_000;
export const MAX_COMMENT_CHARS = 4_000;
export const MAX_COMMENTS = 2_000;
export const MAX_NOTE_CHARS = 500;

/** @throws Problem `refused` naming every part that is over its limit */
export function requireWithinLimits(text: Pick<DraftText, TextPart>): void {
  const long = TEXT_PARTS.filter((part) => text[part].length > PART_LIMITS_CHARS[part]).map((part) => ({
    part,
    fault: say('draft_part_long', { length: text[part].length, most: PART_LIMITS_CHARS[part] }),
  }));
  const [first] = long;
  if (first)
    throw new Problem(
      'refused',
      say('draft_part_refused', first),
      long.map(({ part, fault }) => fieldFault(`/body/${part}`, fault)),
    );
}
