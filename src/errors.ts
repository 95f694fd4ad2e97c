import { FormulaFailure } from '../models/failure.ts';
import type { Sentence } from '../models/sentences.ts';

/**
 * Every error that leaves the service: code, status, title. The detail of each occurrence names the place, the rule
 * and the remedy. Shown outside as RFC 9457 `application/problem+json` by `src/http/problems.ts`.
 */
export const PROBLEMS = {
  bad_request: { status: 400, title: 'The request does not fit its schema' },
  unauthenticated: { status: 401, title: 'A valid API key or session is needed' },
  forbidden: { status: 403, title: 'This role may not do that' },
  proof_needed: { status: 403, title: 'Show again who you are' },
  cross_site: { status: 403, title: 'The request did not come from a page of the service' },
  not_found: { status: 404, title: 'There is no such thing here' },
  request_timeout: { status: 408, title: 'The request took too long to arrive' },
  conflict: { status: 409, title: 'The present state does not allow that' },
  evidence_moved: { status: 409, title: 'What the decision rests on has changed' },
  stale: { status: 412, title: 'It has changed since it was read' },
  body_too_large: { status: 413, title: 'The body is over its limit' },
  media_type_unsupported: { status: 415, title: 'The body must be JSON' },
  refused: { status: 422, title: 'A rule of the contract refuses that' },
  idempotency_mismatch: { status: 422, title: 'The idempotency key was used for another request' },
  webhook_url_refused: { status: 422, title: 'The webhook address is refused' },
  own_listing: { status: 422, title: 'The listing is your own' },
  not_in_force: { status: 422, title: 'The patent is not in force' },
  listing_expired: { status: 409, title: 'The listing has expired' },
  listing_withdrawn: { status: 409, title: 'The listing was withdrawn' },
  already_sold: { status: 409, title: 'It is sold in another deal' },
  offer_expired: { status: 409, title: 'The offer has expired' },
  unacquainted: { status: 409, title: 'The parties do not know each other yet' },
  consent_missing: { status: 409, title: 'The pledgee has not consented' },
  consent_forged: { status: 422, title: 'A consent comes from the pledgee alone' },
  not_recorded: { status: 409, title: 'The register does not show it yet' },
  conflict_of_interest: { status: 422, title: 'A conflict of interest' },
  range_refused: { status: 409, title: 'A range cannot be submitted now' },
  backtest_required: { status: 428, title: 'A rule set must be backtested before it is in force' },
  quota_used_up: { status: 403, title: 'The plan holds no more of that this month' },
  rate_limited: { status: 429, title: 'Too many requests in this minute' },
  headers_too_large: { status: 431, title: 'The header fields are over their limit' },
  internal: { status: 500, title: 'The service failed' },
  database_unavailable: { status: 503, title: 'The database is away' },
} as const;

export type ProblemCode = keyof typeof PROBLEMS;

/** A place in the request, as a JSON pointer, and what is wrong there. */
export interface FieldProblem {
  pointer: string;
  detail: string;
  /** The same for pages, where it has a code. */
  sentence?: Sentence;
}

/** What is wrong with one field, as a sentence. @param pointer JSON pointer, such as /body/name */
export function fieldFault(pointer: string, sentence: Sentence): FieldProblem {
  return { pointer, detail: sentence.text, sentence };
}

/** An error meant for the caller. Anything else thrown is shown as `internal`, with its text only in the log. */
export class Problem extends Error {
  readonly code: ProblemCode;
  /** What pages say in the reader's language; null where there is English alone. */
  readonly sentence: Sentence | null;
  readonly fields: FieldProblem[];
  constructor(code: ProblemCode, detail: string | Sentence, fields: FieldProblem[] = []) {
    super(typeof detail === 'string' ? detail : detail.text);
    this.name = 'Problem';
    this.code = code;
    this.sentence = typeof detail === 'string' ? null : detail;
    this.fields = fields;
  }
}

/** What a formula says. @throws Problem made of what the formula refuses, `refused` if nothing else is said */
export function requireFormula<Value>(
  formula: () => Value,
  refusal: (failure: FormulaFailure) => Problem = ({ said }) => new Problem('refused', said),
): Value {
  try {
    return formula();
  } catch (error) {
    if (!(error instanceof FormulaFailure)) throw error;
    throw refusal(error);
  }
}

/** A failure at start-up that one sentence explains: no stack trace is shown for it. */
export class StartupError extends Error {}
