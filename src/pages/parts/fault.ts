import type { Sentence } from '../../../models/sentences.ts';
import { fieldFault, Problem } from '../../errors.ts';
import { say } from '../sentences.ts';

/** What a page itself finds wrong with a field of its form. */
export function faultAt(
  field: string,
  sentence: Sentence,
  code: 'bad_request' | 'refused' = 'bad_request',
): Problem {
  const fault = fieldFault(`/body/${field}`, sentence);
  return new Problem(code, say('form_faulty'), [fault]);
}
