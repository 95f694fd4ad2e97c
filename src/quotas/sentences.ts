/** What is said of what a plan holds. */
import { sentencesOf } from '../../models/sentences.ts';

export const SENTENCES = {
  quota_over:
    'Your plan holds {allowed} {meter} a month, {used} are used and this would take {count}; ask for a larger plan, or again from {day} on.',
} as const;

export const say = sentencesOf(SENTENCES);
