/** What pages themselves find wrong with what was typed into their forms or asked for. */
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
  no_model_yet: 'No model is in force yet; ask again when one is.',
  chart_of_no_value: 'The pledge has no value yet; ask again after its valuation.',
  change_of_one_value: 'The pledge has no two values yet; ask again after the next one.',
  change_backwards: 'The field from, {from}, is later than to, {to}: swap them.',
  queue_place: 'The field after is of no page of the queue; begin at the first page.',
} as const;

export const say = sentencesOf(SENTENCES);
