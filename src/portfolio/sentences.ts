/** What is said of stress tests of a portfolio. */
import { sentencesOf } from '../../models/sentences.ts';

export const SENTENCES = {
  stress_too_large:
    '{patents} patents times {draws} draws is over {most} (limit MAX_PATENT_DRAWS); ask for fewer draws.',
  stress_of_nothing: 'No pledge of the portfolio has a value; there is nothing to simulate.',
  stress_smaller: 'ask for fewer draws',
} as const;

export const say = sentencesOf(SENTENCES);
