/** What is said of stress tests of a portfolio, its calendar addresses and watch lists. */
import { sentencesOf } from '../../models/sentences.ts';

export const SENTENCES = {
  stress_too_large:
    '{patents} patents times {draws} draws is over {most} (limit MAX_PATENT_DRAWS); ask for fewer draws.',
  stress_of_nothing: 'No pledge of the portfolio has a value; there is nothing to simulate.',
  another_run: 'Another {run} is under way here; ask again in some seconds.',
  feeds_full:
    '{count} calendar addresses are open, the most there may be (limit MAX_COVENANT_FEEDS); take one back first.',
  watch_lists_full: 'There are {count} watch lists already (limit MAX_WATCH_LISTS).',
  watched_full:
    'The list would have {count} patents, at most {most} (limit MAX_WATCHED_PATENTS); use another list.',
  quota_over:
    'Your plan holds {allowed} {meter} a month, {used} are used and this would take {count}; ask for a larger plan, or again from {day} on.',
} as const;

export const say = sentencesOf(SENTENCES);
