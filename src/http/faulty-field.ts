import type { Sentence } from '../../models/sentences.ts';
import { fieldFault, Problem } from '../errors.ts';
import { say } from './sentences.ts';

/** What is wrong with one field of a request. @param pointer JSON pointer, from the part of the request on */
export function faultyField(pointer: string, fault: Sentence): Problem {
  return new Problem('bad_request', say('field_faulty', { pointer, fault }), [fieldFault(pointer, fault)]);
}
