/**
 * A walk of rule sets over history: month by month, on the facts of each day alone, flags are opened, held and closed as
 * the service would.
 *
 * Domain: histories of one office. Cost: one fit a month, one prediction a patent and month, each rule of each set.
 * Deterministic; the order of histories fixes the order of episodes.
 */
import { DEFAULT_ASSUMPTIONS } from '../assumptions.ts';
import { addDays, addMonths } from '../calendar.ts';
import { fitLapse } from '../lapse/fit.ts';
import type { LapseHistory, LapseModel } from '../lapse/types.ts';
import type { CalendarDate } from '../types.ts';
import { findingKey } from './cases.ts';
import {
  type Contract,
  contractOf,
  legalStateOn,
  NO_CONTRACT,
  type PatentHistory,
  riskOn,
  valueOn,
} from './history.ts';
import type { RuleInForce } from './rule-set.ts';

/** A flag from its opening to its end; `cleared_on` null while it stands. */
export interface Episode {
  rule: string;
  occasion: string;
  /** Index of the history. */
  patent: number;
  opened_on: CalendarDate;
  cleared_on: CalendarDate | null;
}

export interface Walk {
  histories: readonly PatentHistory[];
  /** First of a month. */
  from: CalendarDate;
  /** First of a month, inclusive. */
  to: CalendarDate;
  /** Every so-manieth patent is valued too, since that costs a hundred times what the rest does; 0 for none. */
  value_every: number;
}

export interface Walked {
  episodes: Episode[];
  /** Patent-months in which a rule lacked its facts, by rule. */
  unknown_months: Map<string, number>;
  patent_months: number;
}

interface Course extends Walked {
  rules: readonly RuleInForce[];
  /** Open flags of each patent, by key. */
  open: Map<string, Episode>[];
}

export interface WalkedMonth {
  day: CalendarDate;
  /** Share of the months that is done. */
  done: number;
}

/**
 * Yields after each month, so that the caller can tell of it, or let others work.
 * @returns one result a rule set, in the order given
 */
export function* walk(
  { histories, from, to, value_every }: Walk,
  sets: readonly (readonly RuleInForce[])[],
): Generator<WalkedMonth, Walked[]> {
  const courses = sets.map((rules) => newCourse(rules, histories.length));
  const contracts: Contract[] = histories.map(() => NO_CONTRACT);
  // What had ended before is not pledged.
  const before = addDays(from, -1);
  const ended = new Set(
    [...histories.keys()].filter((index) => legalStateOn(histories[index]!, before) !== 'in_force'),
  );
  const lapses = histories.map(lapseHistory);
  const months = monthsBetween(from, to);
  for (const [place, day] of months.entries()) {
    const fit = fitLapse(lapses, day);
    const model = fit.ok ? fit.model : null;
    for (const [index, history] of histories.entries()) {
      if (history.granted_on > day || ended.has(index)) continue;
      const valued = value_every > 0 && index % value_every === 0;
      const value = valued ? valueIfModelled(history, day, model) : null;
      if (value && contracts[index] === NO_CONTRACT) contracts[index] = contractOf(value);
      const risk = riskOn(history, day, model, contracts[index]!, value);
      for (const course of courses) step(course, index, day, risk);
      // The contract is over: nothing is pledged any more.
      if (legalStateOn(history, day) !== 'in_force') ended.add(index);
    }
    yield { day, done: (place + 1) / months.length };
  }
  return courses.map(({ episodes, unknown_months, patent_months }) => ({
    episodes,
    unknown_months,
    patent_months,
  }));
}

/** Goes through all months at once. */
export function toEnd(
  months: Generator<WalkedMonth, Walked[]>,
  on_month: (month: WalkedMonth) => void = () => {},
): Walked[] {
  for (;;) {
    const step = months.next();
    if (step.done) return step.value;
    on_month(step.value);
  }
}

function valueIfModelled(history: PatentHistory, day: CalendarDate, model: LapseModel | null): number | null {
  return model && valueOn(history, day, model, DEFAULT_ASSUMPTIONS);
}

function newCourse(rules: readonly RuleInForce[], patents: number): Course {
  return {
    rules,
    episodes: [],
    unknown_months: new Map(),
    patent_months: 0,
    open: Array.from({ length: patents }, () => new Map()),
  };
}

function step(course: Course, patent: number, day: CalendarDate, risk: ReturnType<typeof riskOn>): void {
  const before = course.open[patent]!;
  const after = new Map<string, Episode>();
  course.patent_months += 1;
  const lacking = new Set<string>();
  for (const { rule, parameters } of course.rules) {
    for (const { patent_id, occasion, verdict } of rule.evaluate(risk, parameters)) {
      if (verdict === 'unknown') lacking.add(rule.id);
      const key = findingKey({ rule: rule.id, patent_id, occasion });
      const known = before.get(key);
      if (known) after.set(key, known);
      else if (verdict === 'raise')
        after.set(key, opened(course, { rule: rule.id, occasion, patent, opened_on: day }));
    }
  }
  for (const id of lacking) course.unknown_months.set(id, (course.unknown_months.get(id) ?? 0) + 1);
  for (const [key, episode] of before) if (!after.has(key)) episode.cleared_on = day;
  course.open[patent] = after;
}

function opened({ episodes }: Course, begun: Omit<Episode, 'cleared_on'>): Episode {
  const episode: Episode = { ...begun, cleared_on: null };
  episodes.push(episode);
  return episode;
}

function lapseHistory({ facts, granted_on, notice_on, otherwise_ended }: PatentHistory): LapseHistory {
  return {
    facts,
    granted_on,
    terminated_notice_on: notice_on,
    otherwise_ended_on: otherwise_ended?.on ?? null,
  };
}

function monthsBetween(from: CalendarDate, to: CalendarDate): CalendarDate[] {
  const months: CalendarDate[] = [];
  for (let count = 0, day = from; day <= to; day = addMonths(from, ++count)) months.push(day);
  return months;
}
