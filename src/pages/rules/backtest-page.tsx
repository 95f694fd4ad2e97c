/** What a proposed set would have raised, beside the set in force, and the button that puts it in force. */
import type { SetFigures } from '../../../models/risk/backtest.ts';
import type { Problem } from '../../errors.ts';
import type { StoredBacktest } from '../../risk/backtest-store.ts';
import { SessionForm } from '../parts/forms.tsx';
import { Section, Table } from '../parts/parts.tsx';
import { Why } from '../parts/said.tsx';
import { ruleTitle } from '../parts/terms.ts';
import { useView, type View } from '../view.ts';

interface Props {
  backtest: StoredBacktest;
  /** Of the set in force now. */
  version: number;
  nameOf: (id: string) => string;
  may_set: boolean;
  problem: Problem | null;
}

type RuleFigures = SetFigures['rules'][number];

const COUNTS = ['notices_total', 'notices_flagged', 'early_events'] as const;
const SHARES = ['early_warned_share', 'early_precision'] as const;
type Name = (typeof COUNTS)[number] | (typeof SHARES)[number] | 'median_lead_days';
const NAMES: readonly Name[] = [...COUNTS, ...SHARES, 'median_lead_days'];

export function BacktestPage({ backtest, version, nameOf, may_set, problem }: Props) {
  const { words } = useView();
  const { result, known_at, made_by, id } = backtest;
  return (
    <>
      <div class="heading">
        <p class="trail">
          <a href="/rules">{words.say('nav.rules')}</a>
        </p>
        <h1>{words.say('rules.backtest')}</h1>
        <p>
          {words.say('rules.walked', {
            patents: result.patents,
            own: result.own_patents,
            from: words.day(result.from),
            to: words.day(result.to),
          })}
        </p>
      </div>
      {problem && (
        <div class="refusal" role="alert">
          <p>
            <strong>{words.say(`problem.${problem.code}`)}</strong>
          </p>
          <Why problem={problem} />
        </div>
      )}
      <Section title={words.say('rules.outcome')} note={words.say('rules.outcome_note')}>
        <Figures result={result} />
      </Section>
      <Section title={words.say('rules.by_rule')} note={words.say('rules.by_rule_note')}>
        <ByRule result={result} />
      </Section>
      <Section title={words.say('rules.enable')} note={words.say('rules.enable_note')}>
        <p>{words.say('rules.made_by', { who: nameOf(made_by), at: words.instant(known_at) })}</p>
        <pre class="plain">{JSON.stringify(backtest.settings, null, 2)}</pre>
        {may_set && (
          <SessionForm action={`/rules/backtests/${id}/set`}>
            <input type="hidden" name="version" value={version} />
            <button type="submit" class="button primary">
              {words.say('rules.enable')}
            </button>
          </SessionForm>
        )}
      </Section>
    </>
  );
}

function told(figures: SetFigures, name: Name, words: View['words']): string {
  const value = figures[name];
  if (value === null) return words.say('term.none');
  return (SHARES as readonly string[]).includes(name) ? words.percent(value * 10_000) : words.number(value);
}

function Figures({ result }: { result: StoredBacktest['result'] }) {
  const { words } = useView();
  return (
    <Table<Name>
      caption={words.say('rules.outcome')}
      empty=""
      rows={NAMES}
      keyOf={(name) => name}
      columns={[
        { head: words.say('models.figure'), cell: (name) => words.say(`rule_figure.${name}`) },
        {
          head: words.say('rules.proposed'),
          kind: 'number',
          cell: (name) => told(result.proposed, name, words),
        },
        {
          head: words.say('rules.present', { version: result.in_force.version }),
          kind: 'number',
          cell: (name) => told(result.in_force, name, words),
        },
      ]}
    />
  );
}

function ByRule({ result: { proposed, in_force } }: { result: StoredBacktest['result'] }) {
  const { words } = useView();
  const of = (figures: SetFigures, id: string) => figures.rules.find((rule) => rule.id === id);
  const ids = [...new Set([...in_force.rules, ...proposed.rules].map(({ id }) => id))];
  const cell = (figures: SetFigures, tell: (rule: RuleFigures) => string) => (id: string) => {
    const rule = of(figures, id);
    return rule ? tell(rule) : words.say('rules.off');
  };
  const events = ({ events }: RuleFigures) => words.number(events);
  const precision = ({ precision }: RuleFigures) =>
    precision === null ? words.say('term.none') : words.percent(precision * 10_000);
  const heads = { proposed: words.say('rules.proposed_short'), present: words.say('rules.present_short') };
  return (
    <Table<string>
      caption={words.say('rules.by_rule')}
      empty=""
      rows={ids}
      keyOf={(id) => id}
      columns={[
        { head: words.say('flags.rule'), cell: (id) => ruleTitle(id, words) },
        {
          head: words.say('rules.events_of', { set: heads.proposed }),
          kind: 'number',
          cell: cell(proposed, events),
        },
        {
          head: words.say('rules.events_of', { set: heads.present }),
          kind: 'number',
          cell: cell(in_force, events),
        },
        {
          head: words.say('rules.precision_of', { set: heads.proposed }),
          kind: 'number',
          cell: cell(proposed, precision),
        },
        {
          head: words.say('rules.precision_of', { set: heads.present }),
          kind: 'number',
          cell: cell(in_force, precision),
        },
      ]}
    />
  );
}
