/** What is said of questions for patents that cannot be looked for. */
import { sentencesOf } from '../../models/sentences.ts';

export const SENTENCES = {
  search_unranked: 'sort: there is no rank without words to look for; give q as well.',
  search_too_common:
    'q: more than {most} patents have the words of the phrase, and few of them together; add a rarer word, a class, an owner or days.',
  search_number: 'number: {fault}',
  search_number_unread: 'it cannot be read',
  search_owner: 'owner: it has neither letter nor digit; give a word of the name.',
  search_class:
    'class: give a section, class, subclass, main group or symbol of IPC or CPC, such as H01M or H01M10/052.',
  search_words: 'q: it has neither letter nor digit; give a word to look for.',
  search_place: 'cursor: it is not of this order; give next_cursor of the page before, and its sort.',
} as const;

export const say = sentencesOf(SENTENCES);
