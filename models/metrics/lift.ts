/**
 * Lift: how many times more events the patents ranked highest hold than patents drawn at random.
 *
 *   lift@q = (events among the round(q n) highest scores / round(q n)) / (events / n)
 * Where equal scores straddle the cut, the events among them count by the share of them above it, so the order of the
 * records does not matter. Source: common in direct marketing and credit scoring [M].
 * Units: none. Domain: 0 < q <= 1 with round(q n) >= 1, at least one event. Cost: one sort.
 * Errors: not_finite, out_of_range, lengths_differ, empty_sample, no_events.
 * Worked: scores .9, .8, .3, .1 with outcomes 1, 0, 1, 0 and q = .25: precision 1, base rate .5, lift 2.
 */
import { FormulaFailure, requireBetween, requireFinite } from '../failure.ts';

export function lift(scores: readonly number[], events: readonly boolean[], share: number): number {
  requireBetween('share q', share, 0, 1);
  if (scores.length !== events.length)
    throw new FormulaFailure(
      'lengths_differ',
      `${scores.length} scores and ${events.length} outcomes; give one outcome a score.`,
    );
  const chosen = Math.round(share * scores.length);
  if (chosen === 0)
    throw new FormulaFailure(
      'empty_sample',
      `share ${share} of ${scores.length} patents is none; give a larger share or more patents.`,
    );
  const eventCount = events.filter(Boolean).length;
  if (eventCount === 0)
    throw new FormulaFailure('no_events', 'no event among the outcomes; lift needs at least one.');
  return eventsAmongHighest(scores, events, chosen) / chosen / (eventCount / scores.length);
}

function eventsAmongHighest(scores: readonly number[], events: readonly boolean[], chosen: number): number {
  const sorted = Float64Array.from(scores, (score) => requireFinite('score', score)).sort();
  const cut = sorted[sorted.length - chosen]!;
  let above = 0;
  let eventsAbove = 0;
  let tied = 0;
  let eventsTied = 0;
  scores.forEach((score, i) => {
    if (score > cut) above++;
    if (score > cut && events[i]) eventsAbove++;
    if (score === cut) tied++;
    if (score === cut && events[i]) eventsTied++;
  });
  return eventsAbove + ((chosen - above) * eventsTied) / tied;
}
