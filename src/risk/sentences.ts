/** What is said of rules, their rule sets and their silences. */
import { sentencesOf } from '../../models/sentences.ts';

export const SENTENCES = {
  rule_set_faulty: 'The rule set cannot be used; each fault is named.',
  rule_set_stale: 'Version {version} is not the newest rule set; read it again and decide anew.',
  rule_set_same_eyes:
    'Who proposed cannot decide; four eyes are needed: let another person put in force what you had tested.',
  rule_set_untested:
    'No backtest of exactly these settings was made since {since} (limit BACKTEST_VALID_days, {days}); make one with POST /v1/rule-sets/backtest, look at its answer, and ask again.',
  silence_of_nothing: 'Name a rule, a pledge or both; not everything can be silenced at once.',
  silence_of_always: '{rule} is always told; silence other rules.',
  silence_too_long: 'until_at must lie after now and at most {count} days ahead, by {latest}.',
  backtest_smaller: 'ask for a smaller sample',
} as const;

export const say = sentencesOf(SENTENCES);
