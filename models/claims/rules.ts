/** The rules of form, in the order in which a reader meets the faults. */
import type { ClaimRule } from './rule.ts';
import { ANTECEDENT } from './rules/antecedent.ts';
import { CIRCULAR, FORWARD, MISSING, SELF } from './rules/dependency.ts';
import { CLAIMS_FEE, PAGES_FEE } from './rules/fees.ts';
import { FIGURE_MISSING, FIGURE_UNMENTIONED, SIGN_UNDESCRIBED } from './rules/figures.ts';
import { ABSTRACT_LENGTH, TITLE_LENGTH } from './rules/lengths.ts';
import { NOT_ALTERNATIVE, ON_MULTIPLE } from './rules/multiple.ts';
import { EMPTY_CLAIM, NO_CLAIMS, NUMBERING } from './rules/numbering.ts';
import { REFERENCE_TO_TEXT, TRADE_MARK_NAMED, WEB_ADDRESS_NAMED } from './rules/outside.ts';
import { DUPLICATE, INDEPENDENTS } from './rules/sameness.ts';
import { END_MARK, ONE_SENTENCE } from './rules/sentence.ts';
import { SIGN_INCONSISTENT, SIGN_UNBRACKETED, SIGN_UNKNOWN } from './rules/signs.ts';
import { CATEGORY, NO_LIMITATION, SUBJECT, UNCLEAR, UTILITY_MODEL } from './rules/subject.ts';
import { SUPPORT } from './rules/support.ts';
import { TRANSITION_TWICE, TWO_PART } from './rules/two-part.ts';
import { EXEMPLARY_TERM, OPEN_ENDED_LIST, RELATIVE_TERM } from './rules/vague.ts';

export const CLAIM_RULES: readonly ClaimRule[] = [
  ...[NO_CLAIMS, NUMBERING, EMPTY_CLAIM, MISSING, SELF, FORWARD, CIRCULAR, NOT_ALTERNATIVE, ON_MULTIPLE],
  ...[CATEGORY, SUBJECT, UNCLEAR, UTILITY_MODEL, NO_LIMITATION, DUPLICATE, INDEPENDENTS],
  ...[ONE_SENTENCE, END_MARK, TWO_PART, TRANSITION_TWICE, ANTECEDENT, SUPPORT],
  ...[RELATIVE_TERM, EXEMPLARY_TERM, OPEN_ENDED_LIST, REFERENCE_TO_TEXT, TRADE_MARK_NAMED, WEB_ADDRESS_NAMED],
  ...[
    SIGN_UNKNOWN,
    SIGN_INCONSISTENT,
    SIGN_UNBRACKETED,
    SIGN_UNDESCRIBED,
    FIGURE_MISSING,
    FIGURE_UNMENTIONED,
  ],
  ...[TITLE_LENGTH, ABSTRACT_LENGTH, CLAIMS_FEE, PAGES_FEE],
];

export const RULE_CODES: readonly string[] = CLAIM_RULES.map(({ code }) => code);
