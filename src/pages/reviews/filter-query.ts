/** A filter of the queue as fields of an address or a form. */
import { REVIEW_STATES, type ReviewState } from '../../../models/review.ts';
import { SEVERITIES, type Severity } from '../../../models/risk/rule.ts';
import { OneOf } from '../../http/schemas.ts';
import type { Filter } from '../../review/filters.ts';
import { Blank, blank } from '../asking.ts';

export const FILTER_QUERY = {
  state: Blank(OneOf(REVIEW_STATES, 'only those')),
  severity: Blank(OneOf(SEVERITIES, 'only those')),
  mine: Blank(OneOf(['yes'], 'only those that the reader has taken on')),
};

interface Query {
  state?: ReviewState | '';
  severity?: Severity | '';
  mine?: 'yes' | '';
}

export function filterOf({ state, severity, mine }: Query): Filter {
  return { state: blank(state) ?? null, severity: blank(severity) ?? null, mine: mine === 'yes' };
}
