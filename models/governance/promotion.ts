/**
 * Whether a challenger takes the champion's place, judged on the same patents.
 *
 * It does when (1) the metric was registered before the evaluation, (2) both predicted the same snapshot, (3) the
 * paired bootstrap 95 % interval of the improvement lies wholly above 0 and (4) its calibration error is at most the
 * champion's plus the margin registered with the metric. Improvement is challenger minus champion for a metric that
 * is better when higher, champion minus challenger otherwise. Every condition that is not met is a reason; the
 * figures are given either way.
 * Source: champion and challenger testing of SR 11-7 [M]; paired bootstrap, metrics/paired-bootstrap.ts.
 * Units: those of the metric. Errors: lengths_differ, out_of_range and those of the metric; RangeError for no date.
 * Worked: two models with equal predictions: improvement 0 to 0, not promoted.
 */
import { parseDate } from '../calendar.ts';
import { FormulaFailure, requireBetween, requireFinite } from '../failure.ts';
import { type BootstrapInterval, pairedBootstrap } from '../metrics/paired-bootstrap.ts';
import type { Sentence } from '../sentences.ts';
import type { CalendarDate } from '../types.ts';
import { say } from './sentences.ts';

/** A metric of predictions and what happened; both lists have one entry a patent. */
export type Metric = (predictions: readonly number[], outcomes: readonly number[]) => number;

/** What was fixed before anybody saw the evaluation data. */
export interface Protocol {
  registered_on: CalendarDate;
  metric_name: string;
  better: 'higher' | 'lower';
  /** By how much the calibration error may rise; 0 for not at all. */
  calibration_margin: number;
  seed: number;
}

export interface Evaluation {
  model_id: string;
  /** Identifies the data predicted. */
  snapshot: string;
  predictions: readonly number[];
}

export interface PromotionCase {
  evaluated_on: CalendarDate;
  protocol: Protocol;
  champion: Evaluation;
  challenger: Evaluation;
  outcomes: readonly number[];
}

export interface PromotionDecision {
  promote: boolean;
  /** What speaks against it; [] when promoted. */
  reasons: Sentence[];
  improvement: BootstrapInterval;
  calibration_error: { champion: number; challenger: number };
}

/** `calibrationError` is lower when better. */
export function decidePromotion(
  promotion: PromotionCase,
  metric: Metric,
  calibrationError: Metric,
): PromotionDecision {
  const { champion, challenger, outcomes, protocol } = promotion;
  requireSameLength(promotion);
  requireBetween('calibration margin', protocol.calibration_margin, 0, Number.MAX_VALUE);
  const sign = protocol.better === 'higher' ? 1 : -1;
  const improvement = pairedBootstrap(
    outcomes.length,
    (drawn) => {
      const take = (values: readonly number[]) => drawn.map((i) => values[i]!);
      const actual = take(outcomes);
      return (
        sign * (metric(take(challenger.predictions), actual) - metric(take(champion.predictions), actual))
      );
    },
    protocol.seed,
  );
  const errorOf = ({ predictions }: Evaluation) =>
    requireFinite('calibration error', calibrationError(predictions, outcomes));
  const calibration_error = { champion: errorOf(champion), challenger: errorOf(challenger) };
  const reasons = [...comparisonFaults(promotion), ...resultFaults(protocol, improvement, calibration_error)];
  return { promote: reasons.length === 0, reasons, improvement, calibration_error };
}

function comparisonFaults({ champion, challenger, protocol, evaluated_on }: PromotionCase): Sentence[] {
  parseDate(evaluated_on);
  parseDate(protocol.registered_on);
  const faults: Sentence[] = [];
  if (protocol.registered_on >= evaluated_on)
    faults.push(say('metric_late', { registered_on: protocol.registered_on, evaluated_on }));
  if (champion.snapshot !== challenger.snapshot)
    faults.push(say('snapshots_differ', { champion: champion.snapshot, challenger: challenger.snapshot }));
  return faults;
}

function resultFaults(
  { metric_name, calibration_margin }: Protocol,
  { low, high }: BootstrapInterval,
  { champion, challenger }: PromotionDecision['calibration_error'],
): Sentence[] {
  const faults: Sentence[] = [];
  if (low <= 0) faults.push(say('improvement_unsure', { metric: metric_name, low, high }));
  if (challenger > champion + calibration_margin)
    faults.push(say('calibration_worse', { champion, challenger, margin: calibration_margin }));
  return faults;
}

function requireSameLength({ champion, challenger, outcomes }: PromotionCase): void {
  for (const { model_id, predictions } of [champion, challenger])
    if (predictions.length !== outcomes.length)
      throw new FormulaFailure(
        'lengths_differ',
        `'${model_id}' has ${predictions.length} predictions for ${outcomes.length} outcomes; give one each.`,
      );
}
