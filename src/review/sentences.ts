/** What is said of cases of review and of the filters of their queue. */
import { sentencesOf } from '../../models/sentences.ts';

export const SENTENCES = {
  case_moved: 'The case is at version {version}, not {given}; read it again.',
  case_cleared: 'The flag was cleared by its rule meanwhile.',
  case_to_nobody: '{person_id} is no person or key of staff in force; delegate to one that is.',
  filters_full: 'A person saves at most {count} filters; delete one, or save this under the name of one.',
} as const;

export const say = sentencesOf(SENTENCES);
