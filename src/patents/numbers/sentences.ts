/** What is said of a text that is read as no patent number. */
import { sentencesOf } from '../../../models/sentences.ts';

export const SENTENCES = {
  number_without_office:
    '{quoted} names no office; put its two letters before it, or give the office beside it.',
  number_of_either:
    '{quoted} can be an application or a publication of {office}; say which of the two it is.',
  number_unknown:
    '{quoted} has no form of a patent number that is known here; write it as DOCDB does, office, number and kind.',
  number_of_no_application:
    '{quoted} has no form of an application number that is known here; write it as DOCDB does, office, number and kind.',
  number_of_no_publication:
    '{quoted} has no form of a publication number that is known here; write it as DOCDB does, office, number and kind.',
  check_digit_wrong:
    'Check digit {given} of {number} is wrong, it must be {right}; look the number up again.',
} as const;

export const say = sentencesOf(SENTENCES);
