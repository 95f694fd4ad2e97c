/** What is said of requests whatever they ask for. */
import { sentencesOf } from '../../models/sentences.ts';

export const SENTENCES = {
  date_out_of_calendar:
    'A date of the request leads out of the calendar, to {date}; give one nearer to today.',
  database_silent: 'The database did not answer; nothing was changed. Try again shortly.',
  failed: 'The service failed on this request; its log has the reason under the request id.',
  too_often: 'More than {max} requests in {seconds} seconds ({limit}): try again in {count} seconds.',
  another_run: 'Another {run} is under way here; ask again in some seconds.',
  run_too_long: 'The {run} took over {seconds} seconds; {remedy}.',
  run_later: 'ask again when the service has less to do',
  foreign_page:
    'A session may change something only from a page of the service itself (Sec-Fetch-Site, Origin).',
  token_foreign:
    'Send the token of the session (csrf_token of GET /v1/sessions/current) in the header {header}.',
  role_unfit: 'This is for {for_role}; your organisation is of kind {role}.',
  role_too_low: 'This needs a role that may {action}; yours, {person_role}, may {actions}.',
  proof_missing: 'Show again who you are first, with POST /v1/sessions/current/proofs.',
  request_too_large: 'Request body is too large',
  form_unreadable: 'The form cannot be read; send it again from its page.',
  form_sent_before:
    'This form was sent before, and what came of it is not known: look whether it was done, and open its page anew to send it again.',

  field_faulty: '{pointer} {fault}.',
  fault_unknown: 'is no field of this request',
  fault_missing: 'is missing',
  fault_none_of: 'must be one of {allowed}',
  fault_another: 'must be {wanted}',
  fault_long: 'must NOT have more than {limit} characters',
  fault_short: 'must NOT have fewer than {limit} characters',
  fault_over: 'must be <= {limit}',
  fault_under: 'must be >= {limit}',
  fault_format: 'must match format "{format}"',
  fault_pattern: 'must match pattern "{pattern}"',
  fault_type: 'must be {type}',
  fault_unkeepable: 'must be Unicode text without NUL and without half of a surrogate pair',
} as const;

export const say = sentencesOf(SENTENCES);
