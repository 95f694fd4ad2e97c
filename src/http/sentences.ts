/** What is said of requests whatever they ask for. */
import { sentencesOf } from '../../models/sentences.ts';

export const SENTENCES = {
  date_out_of_calendar:
    'A date of the request leads out of the calendar, to {date}; give one nearer to today.',
  database_silent: 'The database did not answer; nothing was changed. Try again shortly.',
  failed: 'The service failed on this request; its log has the reason under the request id.',
  too_often: 'More than {max} requests in {seconds} seconds ({limit}): try again in {count} seconds.',
  another_run: 'Another {run} is under way here; ask again in some seconds.',
  foreign_page:
    'A session may change something only from a page of the service itself (Sec-Fetch-Site, Origin).',
  form_unreadable: 'The form cannot be read; send it again from its page.',
  form_sent_before:
    'This form was sent before, and what came of it is not known: look whether it was done, and open its page anew to send it again.',
} as const;

export const say = sentencesOf(SENTENCES);
