/** What is said of regions and of the steps of an introduction. */
import { sentencesOf } from '../sentences.ts';

export const SENTENCES = {
  region_unknown:
    '"{given}" is no region; give a country such as CN, a subdivision such as CN-JS, or six digits of GB/T 2260 such as 320500.',
  introduction_step_out_of_order:
    'An introduction that is {introduction_state} takes no step {introduction_step}.',
  introduction_step_of_asker: 'The step {introduction_step} is for who asked; that is the other side.',
  introduction_step_of_asked: 'The step {introduction_step} is for who was asked; that is the other side.',
  introduction_said: 'You have said so already; it is a deal when the other side says it too.',
} as const;

export const say = sentencesOf(SENTENCES);
