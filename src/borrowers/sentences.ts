/** What is said of facts about borrowers and of the consents that they rest on. */
import { sentencesOf } from '../../models/sentences.ts';

export const SENTENCES = {
  consent_to_no_bank: 'The field bank_id must name a bank; {bank_id} is none.',
  consent_revoked: 'The consent was revoked at {at} already.',
  consent_narrower:
    'The firm’s consent does not cover {fact_kind}; ask the firm to give it for that kind too.',
  fact_period: 'The period from {first} ends before it begins, on {effective_on}.',
  fact_too_early: 'The day {first} is before {earliest}, the earliest that is taken.',
  fact_corrects_other:
    'The field corrects must name a fact of kind {fact_kind} about this firm that your own organisation recorded.',
  fact_corrected: 'The fact was corrected by {fact_id}; correct that one.',
} as const;

export const say = sentencesOf(SENTENCES);
