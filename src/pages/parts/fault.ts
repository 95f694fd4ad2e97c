import type { Sentence } from '../../../models/sentences.ts';
import { Problem } from '../../errors.ts';
import { say } from '../sentences.ts';

/** What a page itself finds wrong with a field of its form. */
export function faultAt(
  field: string,
  sentence: Sentence,
  code: 'bad_request' | 'refused' = 'bad_request',
): Problem {
  const fault = { pointer: `/body/${field}`, detail: sentence.text, sentence };
  return new Problem(code, say('form_faulty'), [fault]);
}
