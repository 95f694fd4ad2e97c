/** What the rules of terms are called, and what a draft lacks for a score. */
import { readingOf, sentencesOf } from '../sentences.ts';

/** As a term keeps them. */
export const RULES = {
  rule_priority_abroad: 'Paris Convention, article 4C',
  rule_cn_filing_fee: 'Chinese implementing rules, filing fee',
  rule_cn_examination: 'Chinese Patent Law, article 35',
  rule_cn_priority_document: 'Chinese Patent Law, article 30',
  rule_cn_first_action: 'CNIPA guidelines, first office action',
  rule_cn_further_action: 'CNIPA guidelines, further office actions',
  rule_cn_grant: 'Chinese implementing rules, grant formalities',
  rule_ep_filing_fee: 'EPC, rule 38',
  rule_ep_priority_document: 'EPC, rule 53',
  rule_ep_examination: 'EPC, rule 70',
  rule_ep_action: 'EPC, article 94(3) and rule 132',
  rule_ep_grant: 'EPC, rule 71(3)',
  rule_ep_search_report: 'EPC, rules 70 and 70a',
  rule_pct_filing_fee: 'PCT, rules 14 to 16',
  rule_pct_priority_document: 'PCT, rule 17',
  rule_pct_amendment: 'PCT, rule 46',
  rule_pct_demand: 'PCT, rule 54bis',
  rule_pct_national_phase: 'PCT, articles 22 and 39',
  rule_of_letter: 'set by the office, {count} months',
} as const;

export const SENTENCES = {
  ...RULES,
  no_independent_claim: 'There is no independent claim; write one and number it 1.',
  claim_without_features: 'Claim {claim} has no features; say what the invention has or does.',
} as const;

export const say = sentencesOf(SENTENCES);

/** What the rule of a stored term is called. */
export const ruleOf = readingOf(RULES);
