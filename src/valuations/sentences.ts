/** Why a valuation cannot be reached again. */
import { sentencesOf } from '../../models/sentences.ts';

export const SENTENCES = {
  valuation_changed:
    'Valuation {valuation_id} of {known_at} cannot be reached again: {reason}. Ask for a later valuation, or the version of the program that made this one.',
  valuation_older: 'it was made before all that goes into one was kept',
  valuation_inputs: 'its inputs no longer hash to what was stored',
  valuation_result: '{path} was stored as {stated} and comes out as {recomputed} now',
} as const;

export const say = sentencesOf(SENTENCES);
