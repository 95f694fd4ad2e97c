import type { Sentence } from '../../models/sentences.ts';
import { fieldFault, Problem } from '../errors.ts';
import { sentence } from './sentences.ts';

/** One field for which nothing came of what was asked. */
export function atFault(
  what: 'range' | 'expert' | 'opinion' | 'share',
  field: string,
  fault: Sentence,
): Problem {
  return new Problem('refused', sentence(`${what}_at_fault`, { field, fault }), [
    fieldFault(`/body/${field}`, fault),
  ]);
}
