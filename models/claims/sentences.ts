/** What is said of claims that are too much to be read. */
import { sentencesOf } from '../sentences.ts';

export const SENTENCES = {
  part_unreadably_long: '{part} has {length} characters; give at most {most}, or check it in pieces.',
  claims_too_many: 'claims has {length} claims; give at most {most}.',
} as const;

export const say = sentencesOf(SENTENCES);
