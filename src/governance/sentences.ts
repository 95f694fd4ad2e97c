/** What is said of models: why a review is due, and why a review, a promotion or a decision on a haircut is refused. */
import { sentencesOf } from '../../models/sentences.ts';

export const SENTENCES = {
  review_never: 'nobody has reviewed it',
  review_refused: 'it was refused on {day}',
  review_overdue: 'the review was due on {due_on}',
  review_defeated: 'a challenger won the comparison of {day}',

  model_retired: '{model} is retired; there is nothing to review.',
  review_by_author:
    '{author} is the author of {model}; a review takes four eyes, so let another staff organisation make it.',
  not_a_challenger: '{model} is {model_role} already; only a challenger can be promoted.',
  standing_unproven:
    'No value became known that {model} could be held against; its effects stay a challenger’s until prices of patents with known standing are recorded.',
  model_without_code: 'This program holds no code for {model}; install a version of it that does.',
  model_kind_unfit:
    'Valuations run on models of kind {needed} alone; {model} is of kind {kind}, which has no coefficients to carry their standard errors.',
  comparison_missing:
    'There is no such comparison of {model} with the champion {champion}; make one with npm run compare.',
  comparison_older: 'The comparison {latest} is later than {comparison}; promotion rests on the last one.',
  comparison_against: 'The comparison {comparison} does not allow it: {reasons}.',
  review_not_in_force: '{model} has no review in force: {reasons}. Let a reviewer approve it first.',

  haircut_decided: 'The proposal is {haircut_state}; GET /v1/haircuts shows what stands.',
  haircut_same_eyes: 'Who proposed cannot decide; four eyes are needed: let another person decide it.',
} as const;

export const say = sentencesOf(SENTENCES);
