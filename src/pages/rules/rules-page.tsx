/** The rules as the bank has them, all in one form that proposes a set, and the backtests made so far. */
import { type Parameter, type Rule, SEVERITIES } from '../../../models/risk/rule.ts';
import { ALWAYS_ON } from '../../../models/risk/rule-set.ts';
import { RULES } from '../../../models/risk/rules.ts';
import type { Sentence } from '../../../models/sentences.ts';
import type { Problem } from '../../errors.ts';
import type { StoredBacktest } from '../../risk/backtest-store.ts';
import type { StoredRuleSet } from '../../risk/rule-sets.ts';
import { SessionForm } from '../parts/forms.tsx';
import { Section, Table } from '../parts/parts.tsx';
import { Said, Why } from '../parts/said.tsx';
import { ruleTitle } from '../parts/terms.ts';
import { useView } from '../view.ts';
import type { Typed } from './settings.ts';

export interface Outcome {
  typed: Typed;
  /** By field: what is wrong, in the service's own words; null where it is no number. */
  faults: Readonly<Record<string, Sentence | null>>;
  problem: Problem | null;
}

interface Props {
  in_force: StoredRuleSet | null;
  typed: Typed;
  outcome: Outcome | null;
  backtests: readonly StoredBacktest[];
  nameOf: (id: string) => string;
}

export function RulesPage({ in_force, typed, outcome, backtests, nameOf }: Props) {
  const { words } = useView();
  return (
    <>
      <div class="heading">
        <h1>{words.say('nav.rules')}</h1>
        <p>
          {in_force
            ? words.say('rules.in_force', {
                version: in_force.version,
                at: words.instant(in_force.in_force_from),
                who: nameOf(in_force.set_by),
              })
            : words.say('rules.default')}
        </p>
      </div>
      {outcome && <Refusal outcome={outcome} />}
      <Section title={words.say('rules.backtests')} note={words.say('rules.backtests_note')}>
        <Backtests {...{ backtests, nameOf }} />
      </Section>
      <Section title={words.say('rules.propose')} note={words.say('rules.propose_note')}>
        <SessionForm action="/rules/backtests">
          <RuleTable typed={typed} faults={outcome?.faults ?? {}} />
          <button type="submit" class="button primary">
            {words.say('rules.run')}
          </button>
        </SessionForm>
      </Section>
    </>
  );
}

function Refusal({ outcome: { problem } }: { outcome: Outcome }) {
  const { words } = useView();
  return (
    <div class="refusal" role="alert">
      <p>
        <strong>{words.say(problem ? `problem.${problem.code}` : 'rules.faulty')}</strong>
      </p>
      {problem && <Why problem={problem} />}
    </div>
  );
}

function Backtests({ backtests, nameOf }: Pick<Props, 'backtests' | 'nameOf'>) {
  const { words } = useView();
  return (
    <Table<StoredBacktest>
      caption={words.say('rules.backtests')}
      empty={words.say('rules.no_backtests')}
      rows={backtests}
      keyOf={({ id }) => id}
      columns={[
        {
          head: words.say('rules.made'),
          cell: ({ id, known_at }) => <a href={`/rules/backtests/${id}`}>{words.instant(known_at)}</a>,
        },
        { head: words.say('case.who'), cell: ({ made_by }) => nameOf(made_by) },
        {
          head: words.say('rules.changes'),
          kind: 'number',
          cell: ({ settings }) => words.number(Object.keys(settings).length),
        },
      ]}
    />
  );
}

type Fields = Pick<Outcome, 'typed' | 'faults'>;

function RuleTable(fields: Fields) {
  const { words } = useView();
  return (
    <Table<Rule>
      caption={words.say('rules.propose')}
      empty=""
      rows={RULES}
      keyOf={({ id }) => id}
      columns={[
        { head: words.say('flags.rule'), cell: ({ id }) => ruleTitle(id, words) },
        { head: words.say('rules.on'), cell: (rule) => <On {...fields} rule={rule} /> },
        { head: words.say('flags.severity'), cell: (rule) => <Gravity {...fields} rule={rule} /> },
        {
          head: words.say('rules.thresholds'),
          cell: (rule) =>
            Object.entries(rule.parameters).map(([name, parameter]) => (
              <Threshold key={name} name={`${rule.id}.${name}`} {...{ parameter, ...fields }} />
            )),
        },
      ]}
    />
  );
}

/** A rule that is never off has no choice, but its field, so that all sets read alike. */
function On({ rule, typed }: Fields & { rule: Rule }) {
  const { words } = useView();
  const name = `on.${rule.id}`;
  if (ALWAYS_ON.includes(rule.id))
    return (
      <>
        <input type="hidden" name={name} value="yes" />
        {words.say('rules.always')}
      </>
    );
  return (
    <input
      type="checkbox"
      name={name}
      value="yes"
      checked={typed[name] !== undefined}
      aria-label={words.say('rules.on_of', { rule: ruleTitle(rule.id, words) })}
    />
  );
}

function Gravity({ rule, typed }: Fields & { rule: Rule }) {
  const { words } = useView();
  const name = `severity.${rule.id}`;
  return (
    <span class="field">
      <select name={name} aria-label={words.say('rules.severity_of', { rule: ruleTitle(rule.id, words) })}>
        {SEVERITIES.map((severity) => (
          <option key={severity} value={severity} selected={severity === typed[name]}>
            {words.say(`severity.${severity}`)}
          </option>
        ))}
      </select>
    </span>
  );
}

function Threshold({ name, parameter, typed, faults }: Fields & { name: string; parameter: Parameter }) {
  const { words } = useView();
  const { least, most, unit } = parameter;
  const is_wrong = name in faults;
  const fault = faults[name];
  return (
    <div class="field threshold">
      <label for={name}>
        {words.say('rules.threshold', {
          name: words.say(`threshold.${name.slice(name.indexOf('.') + 1) as ThresholdName}`),
          unit: words.say(`unit.${unit.replaceAll(' ', '_') as Unit}`),
        })}
      </label>
      <input
        id={name}
        name={name}
        inputMode="decimal"
        value={typed[name]}
        aria-invalid={is_wrong || undefined}
        aria-describedby={is_wrong ? `${name}-fault` : undefined}
      />
      {is_wrong && (
        <p class="fault" id={`${name}-fault`}>
          {fault ? (
            <Said of={fault} />
          ) : (
            words.say('rules.number_fault', { least: String(least), most: String(most) })
          )}
        </p>
      )}
    </div>
  );
}

type Unit =
  | 'days'
  | 'months'
  | 'basis_points'
  | 'probability'
  | 'standard_deviations'
  | 'share_a_year'
  | 'notches'
  | 'score';

type ThresholdName =
  | 'told_days'
  | 'notice_days'
  | 'late_days'
  | 'least_probability'
  | 'raise_at'
  | 'clear_below'
  | 'months'
  | 'hysteresis_bp'
  | 'raise_at_bp'
  | 'clear_below_bp'
  | 'cusum_threshold'
  | 'ewma_limit'
  | 'fall'
  | 'over'
  | 'stale_days'
  | 'share_bp';
