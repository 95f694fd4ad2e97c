/** What is said of calendar addresses. */
import { sentencesOf } from '../../models/sentences.ts';

export const SENTENCES = {
  feeds_full:
    '{count} calendar addresses are open, the most there may be (limit MAX_COVENANT_FEEDS); take one back first.',
} as const;

export const say = sentencesOf(SENTENCES);
