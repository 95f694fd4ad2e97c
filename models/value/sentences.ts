/** What is said of values that cannot be told. */
import { sentencesOf } from '../sentences.ts';

export const SENTENCES = {
  value_unknown_on: 'On {day} the value was unknown; choose days on which there was one.',
} as const;

export const say = sentencesOf(SENTENCES);
