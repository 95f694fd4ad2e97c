/** What is said of watch lists. */
import { sentencesOf } from '../../models/sentences.ts';

export const SENTENCES = {
  watch_lists_full: 'There are {count} watch lists already (limit MAX_WATCH_LISTS).',
  watched_full:
    'The list would have {count} patents, at most {most} (limit MAX_WATCHED_PATENTS); use another list.',
} as const;

export const say = sentencesOf(SENTENCES);
