/** A rule set as a form brings it, and back: every rule stands in the form, what is the default is left out of the set. */

import type { Severity } from '../../../models/risk/rule.ts';
import type { RuleSet, RuleSetting } from '../../../models/risk/rule-set.ts';
import { RULES } from '../../../models/risk/rules.ts';

/** Fields by name: `on.RULE`, `severity.RULE`, `RULE.PARAMETER`. */
export type Typed = Readonly<Record<string, string>>;

export interface Read {
  settings: RuleSet;
  /** Fields that hold no number. */
  not_numbers: string[];
}

export function readSettings(typed: Typed): Read {
  const not_numbers: string[] = [];
  const settings = RULES.flatMap((rule) => {
    const setting: RuleSetting = {};
    if (typed[`on.${rule.id}`] === undefined) setting.enabled = false;
    const severity = typed[`severity.${rule.id}`] as Severity | undefined;
    if (severity !== undefined && severity !== rule.severity) setting.severity = severity;
    const parameters: Record<string, number> = {};
    for (const [name, { default: value }] of Object.entries(rule.parameters)) {
      const text = typed[`${rule.id}.${name}`]?.trim().replace(',', '.');
      if (text === undefined) continue;
      if (!/^-?\d+(\.\d+)?$/.test(text)) not_numbers.push(`${rule.id}.${name}`);
      else if (Number(text) !== value) parameters[name] = Number(text);
    }
    if (Object.keys(parameters).length > 0) setting.parameters = parameters;
    return Object.keys(setting).length > 0 ? [[rule.id, setting] as const] : [];
  });
  return { settings: Object.fromEntries(settings), not_numbers };
}

/** What the form shows of a set. */
export function typedOf(settings: RuleSet): Typed {
  return Object.fromEntries(
    RULES.flatMap((rule) => {
      const { enabled = true, severity = rule.severity, parameters } = settings[rule.id] ?? {};
      return [
        ...(enabled ? [[`on.${rule.id}`, 'yes']] : []),
        [`severity.${rule.id}`, severity],
        ...Object.entries(rule.parameters).map(([name, { default: value }]) => [
          `${rule.id}.${name}`,
          String(parameters?.[name] ?? value),
        ]),
      ];
    }),
  );
}
