/** What is said of endpoints: why one was disabled, and why a change of one is refused. */
import { sentencesOf } from '../../models/sentences.ts';

export const SENTENCES = {
  endpoint_by_owner: 'disabled by its owner',
  endpoint_gone: 'the receiver answered 410 Gone',
  endpoint_failing: 'nothing but failures for {hours} hours',
  endpoints_full: 'An organisation has at most {count} endpoints; delete one first.',
} as const;

export const say = sentencesOf(SENTENCES);
