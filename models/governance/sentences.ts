/** What speaks against the promotion of a challenger. */
import { sentencesOf } from '../sentences.ts';

export const SENTENCES = {
  metric_late: 'the metric was registered on {registered_on}, not before the evaluation of {evaluated_on}',
  snapshots_differ: "the snapshots differ: '{champion}' and '{challenger}'",
  improvement_unsure: 'the improvement in {metric}, {low} to {high}, does not lie wholly above 0',
  calibration_worse: 'the calibration error rises from {champion} to {challenger}, margin {margin}',
} as const;

export const say = sentencesOf(SENTENCES);
