/** What is said of rule sets, and of the steps by which staff come to a decision on a flag. */
import { sentencesOf } from '../sentences.ts';

export const SENTENCES = {
  rule_unknown: 'is no rule; GET /v1/rules lists them',
  rule_never_off: 'must stay true: the end of a right is never passed over',
  rule_severity: 'must be one of {severities}',
  rule_no_parameter: 'is no parameter of {rule}',
  rule_out_of_range: 'must be from {least} to {most} {unit}',
  rule_order: 'must not be over {threshold}, {value}',

  case_over: 'The case is {review} already.',
  case_held: '{holder} holds the case until {until}.',
  case_escalated: 'Who escalated a case leaves it to somebody else.',
  case_not_back: 'Who escalated a case does not get it back.',
  case_not_held: 'The case is {review}, and not held by you; claim it first.',
  case_not_submitted: 'The case is {review}; only a submitted case can be checked.',
  case_not_decided: 'The case is {review}; only a decided case can be reopened.',
  case_same_eyes: 'Who submitted a decision cannot check it; four eyes are needed.',
  case_evidence_moved: 'The evidence has moved since the submission; it must be submitted anew.',
} as const;

export const say = sentencesOf(SENTENCES);
