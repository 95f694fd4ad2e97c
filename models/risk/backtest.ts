/**
 * What rule sets were worth over histories: each rule by itself, and the early warnings of a set together.
 *
 * Of rules about values only one patent in `value_every` is seen, so their recall is recall among these. A rule that
 * raised nothing and lacked its facts in half of the patent-months was not measured: its silence is no calm.
 * Domain and cost: those of walk.ts. Deterministic.
 */
import { addMonths } from '../calendar.ts';
import type { CalendarDate } from '../types.ts';
import type { PatentHistory } from './history.ts';
import { measure, noticesFlagged, type Period, type RuleMeasures, warningsBefore } from './measure.ts';
import { type RuleInForce, type RuleSet, rulesInForce } from './rule-set.ts';
import { toEnd, type Walked, walk } from './walk.ts';

const LACKING_SHARE = 0.5;

export interface RuleFigures extends RuleMeasures {
  id: string;
  group: string;
  severity: string;
  /** False where facts are lacking: no flag is then no sign of calm. */
  measured: boolean;
  /** Share of patent-months in which the rule lacked its facts. */
  unknown_share: number;
}

export interface EarlyFigures {
  /** Of the notices, those that a right warning came before; null where no notice came. */
  early_warned_share: number | null;
  early_precision: number | null;
  median_lead_days: number | null;
}

export interface SetFigures extends EarlyFigures {
  notices_total: number;
  notices_flagged: number;
  /** Warnings before the end of a right, right or wrong. */
  early_events: number;
  rules: RuleFigures[];
}

export interface WalkedSet {
  histories: readonly PatentHistory[];
  rules: readonly RuleInForce[];
  walked: Walked;
  value_every: number;
}

/** @returns the figures of each set, in the order given */
export function backtestSets(
  histories: readonly PatentHistory[],
  settings: readonly RuleSet[],
  period: Period,
  value_every: number,
): SetFigures[] {
  const sets = settings.map(rulesInForce);
  const span = { histories, from: period.from, to: monthAfter(period.to), value_every };
  const walked = toEnd(walk(span, sets));
  return sets.map((rules, index) =>
    setFigures({ histories, rules, walked: walked[index]!, value_every }, period),
  );
}

function setFigures(set: WalkedSet, period: Period): SetFigures {
  const { histories, rules, walked } = set;
  const early = measureEarly(set, period);
  return {
    ...noticesFlagged(histories, walked.episodes, period),
    ...earlyFigures(early),
    early_events: early.events,
    rules: rules.map((rule) => ruleFigures(set, rule, period)),
  };
}

/** All that warns of the end of a right before the register tells of it, measured together. */
export function measureEarly(
  { histories, rules, walked }: WalkedSet,
  period: Period,
): ReturnType<typeof measure> {
  const early = warningsBefore(rules);
  const warnings = walked.episodes.filter(({ rule }) => early.has(rule));
  return measure(histories, warnings, period);
}

export function earlyFigures({ recall, precision, median_lead_days }: RuleMeasures): EarlyFigures {
  return { early_warned_share: recall, early_precision: precision, median_lead_days };
}

export function ruleFigures(
  { histories, walked, value_every }: WalkedSet,
  { rule, severity }: RuleInForce,
  period: Period,
): RuleFigures {
  const { episodes, unknown_months, patent_months } = walked;
  const own = episodes.filter((episode) => episode.rule === rule.id);
  const seen = rule.group === 'value' ? valuedAlone(histories, value_every) : histories;
  const unknown_share = patent_months === 0 ? 1 : (unknown_months.get(rule.id) ?? 0) / patent_months;
  const figures = measuresOf(measure(seen, own, period));
  const measured = figures.events > 0 || unknown_share < LACKING_SHARE;
  const recall = measured ? figures.recall : null;
  return { id: rule.id, group: rule.group, severity, ...figures, recall, measured, unknown_share };
}

/** The notices of patents that no rule about values saw are none that it could find. */
function valuedAlone(histories: readonly PatentHistory[], value_every: number): PatentHistory[] {
  return histories.map((history, index) =>
    index % value_every === 0 ? history : { ...history, notice_on: null },
  );
}

export function measuresOf({ notices: _, found: __, ...measures }: ReturnType<typeof measure>): RuleMeasures {
  return measures;
}

/** The first day of the month after. */
export function monthAfter(day: CalendarDate): CalendarDate {
  return addMonths(`${day.slice(0, 7)}-01`, 1);
}
