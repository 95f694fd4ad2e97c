/**
 * How well the rules find faults that somebody planted: by set, by rule.
 *
 * A planted fault is found when its rule speaks of its claim, whatever the severity. In a sound set everything above
 * `info` is a false alarm. What else is said of a faulty set is counted as `others`: one fault often brings a second.
 */
import { checkApplication } from './check.ts';
import type { ApplicationText, Finding } from './types.ts';

export interface PlantedFault {
  rule: string;
  /** Null where it is not about a claim. */
  claim: number | null;
}

/** An application of somebody's making; sound where nothing is planted. */
export interface ClaimSet extends ApplicationText {
  id: string;
  planted: readonly PlantedFault[];
}

export interface SetFinding {
  set: string;
  rule: string;
  claim: number | null;
  quote: string;
}

export interface RuleCounts {
  planted: number;
  found: number;
  false_alarms: number;
}

export interface ClaimReport {
  faulty_sets: number;
  planted: number;
  found: number;
  missed: (PlantedFault & { set: string })[];
  sound_sets: number;
  false_alarms: number;
  alarms: SetFinding[];
  others: SetFinding[];
  by_rule: Record<string, RuleCounts>;
}

export function measureClaims(sets: readonly ClaimSet[]): ClaimReport {
  const checked = sets.map((set) => ({ set, findings: checkApplication(set) }));
  const faulty = checked.filter(({ set }) => set.planted.length > 0);
  const sound = checked.filter(({ set }) => set.planted.length === 0);
  const faults = faulty.flatMap(({ set, findings }) =>
    set.planted.map((fault) => ({
      ...fault,
      set: set.id,
      is_found: findings.some((each) => isOf(each, fault)),
    })),
  );
  const alarms = sound.flatMap(({ set, findings }) =>
    findings.filter(isAlarm).map((each) => shown(set, each)),
  );
  const others = faulty.flatMap(({ set, findings }) =>
    findings
      .filter((each) => isAlarm(each) && !set.planted.some((fault) => isOf(each, fault)))
      .map((each) => shown(set, each)),
  );
  return {
    faulty_sets: faulty.length,
    planted: faults.length,
    found: faults.filter(({ is_found }) => is_found).length,
    missed: faults.filter(({ is_found }) => !is_found).map(({ is_found: _, ...fault }) => fault),
    sound_sets: sound.length,
    false_alarms: alarms.length,
    alarms,
    others,
    by_rule: countsByRule(faults, alarms),
  };
}

function isOf({ rule, claim }: Finding, fault: PlantedFault): boolean {
  return rule === fault.rule && claim === fault.claim;
}

function isAlarm({ severity }: Finding): boolean {
  return severity !== 'info';
}

function shown({ id }: ClaimSet, { rule, claim, place }: Finding): SetFinding {
  return { set: id, rule, claim, quote: place.quote };
}

function countsByRule(
  faults: readonly { rule: string; is_found: boolean }[],
  alarms: readonly SetFinding[],
): Record<string, RuleCounts> {
  const rules = [...new Set([...faults, ...alarms].map(({ rule }) => rule))].sort();
  return Object.fromEntries(
    rules.map((rule) => {
      const own = faults.filter((fault) => fault.rule === rule);
      const found = own.filter(({ is_found }) => is_found).length;
      const false_alarms = alarms.filter((alarm) => alarm.rule === rule).length;
      return [rule, { planted: own.length, found, false_alarms }];
    }),
  );
}
