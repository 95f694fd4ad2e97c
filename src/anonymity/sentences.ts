/** What is said of pseudonyms, and of asking who is behind one. */
import { sentencesOf } from '../../models/sentences.ts';

export const SENTENCES = {
  pseudonym_telling:
    'The field display_name holds "{told}" of your organisation’s name: choose one that does not, or leave it out.',
  pseudonyms_full: 'An organisation has at most {count} pseudonyms.',
  pseudonym_own: 'The pseudonym is your own.',
  identity_asked: 'You have asked that before; the answer, or its absence, stands.',
  identity_by_other: 'The step {step} is for the {by}; you are the {party}.',
  identity_out_of_order: 'A request that is {identity_state} cannot become {step}.',
} as const;

export const say = sentencesOf(SENTENCES);
