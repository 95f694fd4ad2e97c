/** What is said of a chain of the audit log that does not hold, and where. */
import { sentencesOf } from '../../models/sentences.ts';

export const SENTENCES = {
  chain_cut: 'entries up to {last} are gone',
  chain_head: 'the head of the chain does not fit its last entry',
  chain_short: 'the chain ends before the published head {head}',
  chain_gap: 'entry {gone} is gone, {next} follows',
  chain_rewritten: 'it is not what was written',
  chain_unlinked: 'it does not follow the entry before it',
  chain_unpublished: 'it is not what was published',
} as const;

export const say = sentencesOf(SENTENCES);
