/** What pages themselves find wrong with what was typed into their forms. */
import { sentencesOf } from '../../models/sentences.ts';

export const SENTENCES = {
  form_too_large: 'Too large: at most {size} MiB can be sent here.',
  form_unread:
    '{too_large} What was sent was not read, and what was typed is not on this page: the back button of the browser brings it back.',
  form_faulty: 'The form was not taken; what is wrong is said of each field.',
  field_empty: 'must be filled in',
  field_no_day: 'must be a calendar date, such as 2026-01-31',
  field_no_amount: 'must be an amount, such as 1200000 or 1,200,000.50',
  field_not_whole: 'must be a whole number from {least} to {most}',
  field_no_currency: 'must be an ISO 4217 code such as CNY',
  field_no_patent: 'names no patent in the database',
  field_no_lot_code: 'must have 1 to 20 capital letters, digits and dashes',
  field_unknown_patents: 'not in the database: {numbers}',
  text_empty: 'A message must not be empty.',
} as const;

export const say = sentencesOf(SENTENCES);
