/** The backtest of the risk rules: what each would have raised over a file's history, and what came. */
import { CNIPA_OFFICE } from '../../models/annuity/cnipa.ts';
import { addDays } from '../../models/calendar.ts';
import {
  type EarlyFigures,
  earlyFigures,
  measureEarly,
  measuresOf,
  monthAfter,
  type RuleFigures,
  ruleFigures,
  type WalkedSet,
} from '../../models/risk/backtest.ts';
import type { PatentHistory } from '../../models/risk/history.ts';
import {
  measure,
  noticesFlagged,
  type Period,
  type RuleMeasures,
  warningsBefore,
} from '../../models/risk/measure.ts';
import { type RuleInForce, type RuleSet, rulesInForce } from '../../models/risk/rule-set.ts';
import { toEnd, type WalkedMonth, walk } from '../../models/risk/walk.ts';
import type { CalendarDate } from '../../models/types.ts';
import { StartupError } from '../../src/errors.ts';
import { technologyField } from '../../src/patents/technology-field.ts';
import { FOLLOWED_TO, rounded } from './report.ts';
import type { BacktestRows } from './rows.ts';

/** One patent in so many is valued each month: enough for the rules about values, within a minute. */
const VALUE_EVERY = 20;

/** What was tried; the defaults were chosen among them on the earlier part alone. */
const TRIED = {
  lapse_likely: [0.1, 0.15, 0.2, 0.25, 0.3, 0.4].map((raise_at) => ({
    raise_at,
    clear_below: 0.75 * raise_at,
  })),
  annuity_late: [0, 0.15, 0.2, 0.25, 0.3].flatMap((least_probability) =>
    [92, 183, 300].map((late_days) => ({ late_days, least_probability })),
  ),
};

export interface TriedThreshold {
  rule: string;
  parameters: Record<string, number>;
  /** On the part on which thresholds were chosen, and on the part held out. */
  chosen_on: RuleMeasures;
  held_out: RuleMeasures;
}

export interface RuleBacktest {
  file: string;
  read: number;
  bad: number;
  patents: number;
  from: CalendarDate;
  to: CalendarDate;
  /** Thresholds were chosen before it; the early figures below are from it on. */
  held_out_from: CalendarDate;
  default: EarlyFigures & {
    notices_total: number;
    notices_flagged: number;
    early_rules: string[];
    early_events: number;
    held_out_notices: number;
    /** The same on the part on which the thresholds were chosen. */
    chosen_on: EarlyFigures;
  };
  /** Over the whole history; of rules about values on one patent in `value_every`. */
  rules: RuleFigures[];
  value_every: number;
  tried: TriedThreshold[];
}

/** @throws StartupError when the file holds no notice */
export function backtestRules(rows: BacktestRows, on_month: (month: WalkedMonth) => void): RuleBacktest {
  const histories = historiesOf(rows);
  const notices = histories.flatMap(({ notice_on }) => notice_on ?? []).sort();
  if (notices.length === 0)
    throw new StartupError(
      `${rows.file}: none of ${histories.length} granted patents has a termination notice; give a file with some.`,
    );
  const to = notices.at(-1)! > FOLLOWED_TO ? notices.at(-1)! : FOLLOWED_TO;
  const from = monthAfter(histories[0]!.granted_on);
  const held_out_from = heldOutFrom(notices);
  const tried = Object.entries(TRIED).flatMap(([rule, each]) =>
    each.map((parameters) => ({ rule, parameters: parameters as Record<string, number> })),
  );
  const rules = rulesInForce({});
  const sets = [rules, ...tried.map(({ rule, parameters }) => only(rule, parameters))];
  const period = { histories, from, to: monthAfter(to), value_every: VALUE_EVERY };
  const [walked, ...others] = toEnd(walk(period, sets), on_month);
  const set = { histories, rules, walked: walked!, value_every: VALUE_EVERY };
  const before = { from, to: addDays(held_out_from, -1) };
  const after = { from: held_out_from, to };
  return rounded({
    file: rows.file,
    read: rows.read,
    bad: rows.bad.length,
    patents: histories.length,
    from,
    to,
    held_out_from,
    default: defaults(set, before, after),
    rules: rules.map((each) => ruleFigures(set, each, { from, to })),
    value_every: VALUE_EVERY,
    tried: tried.map((each, index) => ({
      ...each,
      chosen_on: measuresOf(measure(histories, others[index]!.episodes, before)),
      held_out: measuresOf(measure(histories, others[index]!.episodes, after)),
    })),
  });
}

function defaults(set: WalkedSet, before: Period, after: Period): RuleBacktest['default'] {
  const { histories, rules, walked } = set;
  const held_out = measureEarly(set, after);
  return {
    ...noticesFlagged(histories, walked.episodes, { from: before.from, to: after.to }),
    ...earlyFigures(held_out),
    early_rules: [...warningsBefore(rules)],
    early_events: held_out.events,
    held_out_notices: held_out.notices,
    chosen_on: earlyFigures(measureEarly(set, before)),
  };
}

function only(id: string, parameters: Record<string, number>): RuleInForce[] {
  const set: RuleSet = { [id]: { parameters } };
  return rulesInForce(set).filter(({ rule }) => rule.id === id);
}

/** The new year after half of the notices. */
function heldOutFrom(notices: readonly CalendarDate[]): CalendarDate {
  const median = notices[Math.floor(notices.length / 2)]!;
  return `${Number(median.slice(0, 4)) + 1}-01-01`;
}

function historiesOf({ granted }: BacktestRows): PatentHistory[] {
  return granted.map(({ facts, notice_on }) => ({
    granted_on: facts.granted_on,
    notice_on,
    otherwise_ended: null,
    invalidation: null,
    facts: {
      office: CNIPA_OFFICE,
      application_number: facts.application_number,
      right_type: facts.right_type,
      filed_on: facts.filed_on,
      granted_on: facts.granted_on,
      legal_state: 'in_force',
      legal_state_since: facts.granted_on,
      claims: facts.claims,
      ipc: [...facts.ipc],
      individual_applicant: facts.individual,
      domestic_applicant: facts.domestic,
      agency: facts.agency,
      technology_field: facts.ipc[0] === undefined ? null : technologyField(facts.ipc[0]),
      paid_through: null,
      challenges: [],
      register_seen_on: null,
    },
  }));
}
