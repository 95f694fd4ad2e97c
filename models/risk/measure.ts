/**
 * What the flags of a walk were worth against the termination notices that came.
 *
 * A flag is right when the notice of its patent is published after its opening and within its horizon: for a rule about
 * one annuity, while a notice of that annuity can still come; for the lapse hazard, twelve months and that delay. So a
 * flag that just stands for years is not right because a notice comes at last, and a late annuity not by the next one.
 * Right or wrong, a flag is judged only when its horizon is over: to count the right ones earlier would flatter.
 * precision = right / judged flags; recall = notices found by a right flag / notices; lead = days from the earliest
 * right flag to the notice. right_ended follows its notice: it finds it when it opens by the first assessment after
 * it, and its lead is negative.
 * Worked: flags of 2009-01-01 (notice 2010-02-01) and 2009-05-01 (none), both of annuities due the day before: precision
 * .5, lead 396.
 */
import { quantileSorted } from 'simple-statistics';
import { addDays, addYears, daysBetween } from '../calendar.ts';
import { dueDateOfNotice, NOTICE_DELAY_days } from '../lapse/notice.ts';
import type { CalendarDate } from '../types.ts';
import type { PatentHistory } from './history.ts';
import type { RuleInForce } from './rule-set.ts';
import type { Episode } from './walk.ts';

const YEAR_days = 366;
/** Assessments of a walk lie at most this far apart. */
const STEP_days = 31;

/** How far the rules see, from the opening on; those about one annuity see to the last day of its notice. */
const HORIZONS_days: Readonly<Record<string, number>> = {
  lapse_likely: YEAR_days + NOTICE_DELAY_days,
  term_ending: YEAR_days + STEP_days,
  expiry_before_maturity: YEAR_days + STEP_days,
  term_short: 3 * YEAR_days + STEP_days,
  right_ended: STEP_days,
};

export interface Period {
  /** Flags opened and notices published from here on. */
  from: CalendarDate;
  /** The last day of which anything is known. */
  to: CalendarDate;
}

export interface RuleMeasures {
  events: number;
  /** Flags whose horizon was over. */
  judged: number;
  /** Null where nothing was judged. */
  precision: number | null;
  /** Null where no notice came. */
  recall: number | null;
  median_lead_days: number | null;
}

/** Rules of a set that warn of the end of a right before the register tells of it. */
export function warningsBefore(rules: readonly RuleInForce[]): Set<string> {
  const early = rules.filter(
    ({ rule, severity }) => rule.group === 'legal' && rule.id !== 'right_ended' && severity !== 'info',
  );
  return new Set(early.map(({ rule }) => rule.id));
}

/** Notices published in the period, and those for which the end of the right was flagged by the next assessment. */
export function noticesFlagged(
  histories: readonly PatentHistory[],
  episodes: readonly Episode[],
  { from, to }: Period,
): { notices_total: number; notices_flagged: number } {
  const ended_on = new Map(
    episodes.filter(({ rule }) => rule === 'right_ended').map(({ patent, opened_on }) => [patent, opened_on]),
  );
  const noticed = [...histories.entries()].filter(
    ([, { notice_on }]) => notice_on !== null && notice_on >= from && notice_on <= to,
  );
  const flagged = noticed.filter(([patent, { notice_on }]) => {
    const opened_on = ended_on.get(patent);
    return opened_on !== undefined && opened_on <= addDays(notice_on!, STEP_days);
  });
  return { notices_total: noticed.length, notices_flagged: flagged.length };
}

/** @param episodes of the rules that are measured together, one or several */
export function measure(
  histories: readonly PatentHistory[],
  episodes: readonly Episode[],
  { from, to }: Period,
): RuleMeasures & { notices: number; found: number } {
  const own = episodes.filter(({ opened_on }) => opened_on >= from && opened_on <= to);
  const judged = own.filter((episode) => judgedOn(histories, episode) <= to);
  const right = judged.filter((episode) => isRight(histories, episode, to));
  const leads = new Map<number, number>();
  // A flag opened before the period can find a notice within it.
  for (const episode of episodes) {
    const notice = histories[episode.patent]!.notice_on;
    if (notice === null || notice < from || !isRight(histories, episode, to)) continue;
    const lead = daysBetween(episode.opened_on, notice);
    leads.set(episode.patent, Math.max(lead, leads.get(episode.patent) ?? Number.NEGATIVE_INFINITY));
  }
  const notices = histories.filter(
    ({ notice_on }) => notice_on && notice_on >= from && notice_on <= to,
  ).length;
  return {
    events: own.length,
    judged: judged.length,
    precision: judged.length === 0 ? null : right.length / judged.length,
    recall: notices === 0 ? null : leads.size / notices,
    median_lead_days: median([...leads.values()]),
    notices,
    found: leads.size,
  };
}

function isRight(histories: readonly PatentHistory[], episode: Episode, to: CalendarDate): boolean {
  const { facts, notice_on } = histories[episode.patent]!;
  const due_on = dueDateOf(episode, facts.filed_on);
  if (notice_on === null || notice_on > to || notice_on > horizonEnd(episode, due_on)) return false;
  const earliest =
    episode.rule === 'right_ended' ? addDays(episode.opened_on, -STEP_days) : episode.opened_on;
  return notice_on > earliest && (due_on === null || dueDateOfNotice(facts.filed_on, notice_on) === due_on);
}

function judgedOn(histories: readonly PatentHistory[], episode: Episode): CalendarDate {
  return horizonEnd(episode, dueDateOf(episode, histories[episode.patent]!.facts.filed_on));
}

function horizonEnd({ rule, opened_on }: Episode, due_on: CalendarDate | null): CalendarDate {
  if (due_on !== null) return addDays(due_on, NOTICE_DELAY_days);
  return addDays(opened_on, HORIZONS_days[rule] ?? NOTICE_DELAY_days);
}

/** Of the annuity that the flag is about; null for rules about none. */
function dueDateOf({ rule, occasion }: Episode, filed_on: CalendarDate): CalendarDate | null {
  return rule.startsWith('annuity_') ? addYears(filed_on, Number(occasion) - 1) : null;
}

function median(values: number[]): number | null {
  if (values.length === 0) return null;
  return quantileSorted(
    values.sort((a, b) => a - b),
    0.5,
  );
}
