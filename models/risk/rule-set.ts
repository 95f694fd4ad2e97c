/**
 * Rule sets: which rules are on, how grave, and from which thresholds. A bank's set names only what differs; the rest is
 * inherited from the default, so that a better default reaches every bank that has not decided otherwise.
 * Errors: every fault of a set is named with its place; nothing is repaired silently.
 */
import type { Sentence } from '../sentences.ts';
import { findingKey, type RaisedWithout } from './cases.ts';
import { factsWithout, type PledgeRisk } from './facts.ts';
import { type Finding, type Parameters, type Rule, SEVERITIES, type Severity } from './rule.ts';
import { RULE_BY_ID, RULES } from './rules.ts';
import { say } from './sentences.ts';

export interface RuleSetting {
  enabled?: boolean;
  severity?: Severity;
  parameters?: Parameters;
}

/** What differs from the default, by rule. */
export type RuleSet = Readonly<Record<string, RuleSetting>>;

export interface RuleInForce {
  rule: Rule;
  severity: Severity;
  parameters: Parameters;
}

/** Off by default: what it would add to the rules that are on was measured, see docs/decisions/. */
const OFF_BY_DEFAULT: readonly string[] = [];

/** A rule that is off would leave the pledge without the one fact that nobody may miss. */
export const ALWAYS_ON: readonly string[] = ['right_ended'];

/** Pairs whose first must not be over the second, or a flag would clear before it could open. */
const ORDERED: readonly [string, string][] = [
  ['clear_below', 'raise_at'],
  ['clear_below_bp', 'raise_at_bp'],
];

/** The rules that are on, in the order of the catalogue, each with its severity and thresholds. */
export function rulesInForce(set: RuleSet): RuleInForce[] {
  return RULES.filter(({ id }) => set[id]?.enabled ?? !OFF_BY_DEFAULT.includes(id)).map((rule) => ({
    rule,
    severity: set[rule.id]?.severity ?? rule.severity,
    parameters: parametersOf(rule, set[rule.id]),
  }));
}

export interface RuledFinding extends Finding {
  rule: Rule;
  severity: Severity;
}

export function evaluateAll(rules: readonly RuleInForce[], facts: PledgeRisk): RuledFinding[] {
  return rules.flatMap(({ rule, severity, parameters }) =>
    rule.evaluate(facts, parameters).map((finding) => ({ ...finding, rule, severity })),
  );
}

/** What would be raised on the rest of a pledge, for `casesOf`. */
export function raisedWithout(rules: readonly RuleInForce[], facts: PledgeRisk): RaisedWithout {
  return (patent_ids) => {
    const left = evaluateAll(rules, factsWithout(facts, patent_ids));
    const raised = left.filter(({ verdict }) => verdict === 'raise');
    return new Set(raised.map((finding) => findingKey({ ...finding, rule: finding.rule.id })));
  };
}

export interface SetFault {
  /** JSON pointer into the set. */
  pointer: string;
  sentence: Sentence;
}

/** Everything that is wrong with a set; empty when it can be used. */
export function faultsOf(set: RuleSet): SetFault[] {
  return Object.entries(set).flatMap(([id, setting]) => {
    const rule = RULE_BY_ID.get(id);
    if (!rule) return [{ pointer: `/${id}`, sentence: say('rule_unknown') }];
    return settingFaults(rule, setting).map(({ pointer, sentence }) => ({
      pointer: `/${id}${pointer}`,
      sentence,
    }));
  });
}

function settingFaults(rule: Rule, setting: RuleSetting): SetFault[] {
  const faults: SetFault[] = [];
  if (setting.enabled === false && ALWAYS_ON.includes(rule.id))
    faults.push({ pointer: '/enabled', sentence: say('rule_never_off') });
  if (setting.severity !== undefined && !SEVERITIES.includes(setting.severity))
    faults.push({
      pointer: '/severity',
      sentence: say('rule_severity', { severities: SEVERITIES.join(', ') }),
    });
  for (const [name, value] of Object.entries(setting.parameters ?? {})) {
    const known = Object.hasOwn(rule.parameters, name) ? rule.parameters[name] : undefined;
    const pointer = `/parameters/${name}`;
    if (!known) faults.push({ pointer, sentence: say('rule_no_parameter', { rule: rule.id }) });
    else if (!(value >= known.least && value <= known.most)) {
      const { least, most, unit } = known;
      faults.push({ pointer, sentence: say('rule_out_of_range', { least, most, unit }) });
    }
  }
  const values = parametersOf(rule, setting);
  for (const [lower, upper] of ORDERED)
    if (values[lower] !== undefined && values[lower] > values[upper]!)
      faults.push({
        pointer: `/parameters/${lower}`,
        sentence: say('rule_order', { threshold: upper, value: values[upper]! }),
      });
  return faults;
}

function parametersOf(rule: Rule, setting: RuleSetting | undefined): Parameters {
  const defaults = Object.entries(rule.parameters).map(([name, { default: value }]) => [name, value]);
  return { ...Object.fromEntries(defaults), ...setting?.parameters };
}
