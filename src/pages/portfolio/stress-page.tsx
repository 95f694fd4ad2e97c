/** What shocks would do to a portfolio within a year: a form that asks, and two curves of chance. */
import { quantileSorted } from 'simple-statistics';
import { VALUATION_CURRENCY } from '../../../models/valuation.ts';
import type { Problem } from '../../errors.ts';
import { MAX_LAPSE_MULTIPLIER, stressFigures, type stressPortfolio } from '../../portfolio/stress.ts';
import { StressCurves } from '../charts/distribution.tsx';
import type { Key } from '../language/catalogue.ts';
import type { Words } from '../language/words.ts';
import { Field, Refusal } from '../parts/forms.tsx';
import { AskForm, Choice, type Fact, Facts, Figure, Section, Table } from '../parts/parts.tsx';
import { useView } from '../view.ts';

const FIELDS_COUNT = 35;

/** Fields of the form, in percent but for the multiplier; where the slider ends, and where the number does. */
export const STRESS_FIELDS = {
  value_fall: { blank: 0, slider: 90, max: 100 },
  lapse_multiplier: { blank: 1, slider: 20, max: MAX_LAPSE_MULTIPLIER },
  challenge_probability: { blank: 0, slider: 50, max: 100 },
  field_fall: { blank: 0, slider: 90, max: 100 },
} as const;
export type StressField = keyof typeof STRESS_FIELDS;
const NAMES = Object.keys(STRESS_FIELDS) as StressField[];

/** As typed. */
export type TypedShocks = Partial<Record<StressField | 'technology_field', string>>;

export interface ReadShocks {
  numbers: Record<StressField, number>;
  /** Fields that hold no number in their bounds. */
  faults: StressField[];
}

export function readShocks(typed: TypedShocks): ReadShocks {
  const numbers = Object.fromEntries(
    NAMES.map((name) => {
      const text = (typed[name] ?? '').trim().replace(',', '.');
      return [name, text === '' ? STRESS_FIELDS[name].blank : Number(text)];
    }),
  ) as ReadShocks['numbers'];
  const faults = NAMES.filter((name) => !(numbers[name] >= 0 && numbers[name] <= STRESS_FIELDS[name].max));
  return { numbers, faults };
}

export type Stressed = Awaited<ReturnType<typeof stressPortfolio>>;

interface Props {
  typed: TypedShocks;
  faults: readonly StressField[];
  problem: Problem | null;
  result: Stressed | null;
  /** Names of the pledges that result tells of. */
  names: ReadonlyMap<string, string>;
}

export function StressPage({ typed, faults, problem, result, names }: Props) {
  const { words } = useView();
  return (
    <>
      <div class="heading">
        <p class="trail">
          <a href="/portfolio">{words.say('nav.portfolio')}</a>
        </p>
        <h1>{words.say('stress.title')}</h1>
        <p>{words.say('stress.lead')}</p>
      </div>
      <Section title={words.say('stress.shocks')} note={words.say('stress.shocks_note')}>
        <Refusal problem={problem} />
        <AskForm action="/portfolio/stress">
          {NAMES.map((name) => (
            <ShockField key={name} {...{ name, typed }} wrong={faults.includes(name)} />
          ))}
          <Choice
            name="technology_field"
            label={words.say('stress.technology_field')}
            chosen={typed.technology_field ?? ''}
            options={[{ value: '', text: words.say('term.none') }, ...technologyFields(words)]}
          />
        </AskForm>
      </Section>
      {result && <Outcome {...{ result, names }} />}
    </>
  );
}

function ShockField({ name, typed, wrong }: { name: StressField; typed: TypedShocks; wrong: boolean }) {
  const { words } = useView();
  const { blank, slider, max } = STRESS_FIELDS[name];
  return (
    <Field
      name={name}
      label={words.say(`stress.${name}`)}
      input={{
        type: 'number',
        min: 0,
        max,
        step: 0.5,
        value: typed[name] ?? String(blank),
      }}
      slider={slider}
      fault={wrong ? words.say('stress.out_of_bounds', { max }) : undefined}
    />
  );
}

function technologyFields(words: Words): { value: string; text: string }[] {
  return Array.from({ length: FIELDS_COUNT }, (_, index) => String(index + 1)).flatMap((value) => {
    const key = `field.${value}`;
    return words.has(key) ? [{ value, text: words.say(key) }] : [];
  });
}

/** Percent of the draws; the last twentieth reaches so far that it would flatten the rest. */
const CURVE_END = 95;
const CURVES_WIDTH = 900;

function Outcome({ result, names }: { result: Stressed; names: Props['names'] }) {
  const { words } = useView();
  const { calm, stressed, pledge_ids } = result;
  const before = stressFigures(calm, pledge_ids);
  const after = stressFigures(stressed, pledge_ids);
  const curves = [
    { name: words.say('stress.calm'), style: 'calm' as const, points: curveOf(calm.value_minor) },
    { name: words.say('stress.stressed'), style: 'stressed' as const, points: curveOf(stressed.value_minor) },
  ];
  const title = words.say('stress.curves');
  const tell = (minor: number) => words.shortMoney(minor, VALUATION_CURRENCY);
  return (
    <>
      <Facts facts={factsOf(before, after, result, words)} />
      <Section title={title} note={words.say('stress.curves_note')}>
        <Figure
          title={title}
          wide={CURVES_WIDTH}
          draw={(width) => <StressCurves {...{ curves, words, width, title, tell }} />}
          keys={<CurveKeys />}
          table={<Quantiles {...{ before, after }} />}
        />
      </Section>
      <Section title={words.say('stress.worst')} note={words.say('stress.worst_note')}>
        <Worst {...{ before, after, names }} />
      </Section>
    </>
  );
}

/** Shares of draws at or below a value, percent by percent. */
function curveOf(draws: Float64Array): { value: number; share: number }[] {
  const sorted = [...draws].sort((a, b) => a - b);
  return Array.from({ length: CURVE_END + 1 }, (_, index) => ({
    share: index / 100,
    value: quantileSorted(sorted, index / 100),
  }));
}

type Figures = ReturnType<typeof stressFigures>;

function factsOf(before: Figures, after: Figures, { draws, left_out }: Stressed, words: Words): Fact[] {
  const money = (minor: number) => words.briefMoney(minor, VALUATION_CURRENCY);
  const instead = (told: string) => words.say('stress.instead', { told });
  return [
    {
      label: words.say('stress.value'),
      value: money(after.value_minor.p50),
      note: instead(money(before.value_minor.p50)),
    },
    {
      label: words.say('stress.breaches'),
      value: words.number(after.breaches.p50),
      note: instead(words.number(before.breaches.p50)),
    },
    {
      label: words.say('stress.uncovered'),
      value: money(after.uncovered_minor.p95),
      note: instead(money(before.uncovered_minor.p95)),
    },
    {
      label: words.say('stress.draws'),
      value: words.number(draws),
      note: words.say('stress.left_out', { count: left_out }),
    },
  ];
}

function CurveKeys() {
  const { words } = useView();
  return (
    <ul class="keys">
      {(['calm', 'stressed'] as const).map((style) => (
        <li key={style}>
          <svg viewBox="0 0 24 10" width="24" height="10" aria-hidden="true">
            <path class={`c-curve-${style}`} d="M0 5H24" />
          </svg>
          {words.say(`stress.${style}`)}
        </li>
      ))}
    </ul>
  );
}

const SHOWN_LEVELS = ['p05', 'p10', 'p50', 'p90', 'p95'] as const;
const LEVEL_BP = { p05: 500, p10: 1_000, p50: 5_000, p90: 9_000, p95: 9_500 };

function Quantiles({ before, after }: { before: Figures; after: Figures }) {
  const { words } = useView();
  const money = (minor: number) => words.money(minor, VALUATION_CURRENCY);
  return (
    <Table<(typeof SHOWN_LEVELS)[number]>
      caption={words.say('stress.curves')}
      empty={words.say('term.none')}
      rows={SHOWN_LEVELS}
      keyOf={(level) => level}
      columns={[
        { head: words.say('stress.share'), cell: (level) => words.percent(LEVEL_BP[level], 0) },
        {
          head: words.say('stress.calm'),
          kind: 'number',
          cell: (level) => money(before.value_minor[level]),
        },
        {
          head: words.say('stress.stressed'),
          kind: 'number',
          cell: (level) => money(after.value_minor[level]),
        },
      ]}
    />
  );
}

function Worst({ before, after, names }: { before: Figures; after: Figures; names: Props['names'] }) {
  const { words } = useView();
  const calm = new Map(before.worst.map((each) => [each.pledge_id, each.breach_probability]));
  const percent = (share: number) => words.percent(share * 10_000, 0);
  const columns: { head: Key; of: (id: string, share: number) => string }[] = [
    {
      head: 'stress.calm',
      of: (id) => (calm.has(id) ? percent(calm.get(id)!) : words.say('term.unknown')),
    },
    { head: 'stress.stressed', of: (_, share) => percent(share) },
  ];
  return (
    <Table<Figures['worst'][number]>
      caption={words.say('stress.worst')}
      empty={words.say('pledges.none')}
      rows={after.worst.filter(({ breach_probability }) => breach_probability > 0)}
      keyOf={({ pledge_id }) => pledge_id}
      columns={[
        {
          head: words.say('pledges.pledge'),
          cell: ({ pledge_id }) => <a href={`/pledges/${pledge_id}`}>{names.get(pledge_id) ?? pledge_id}</a>,
        },
        ...columns.map(({ head, of }) => ({
          head: words.say(head),
          kind: 'number' as const,
          cell: ({ pledge_id, breach_probability }: Figures['worst'][number]) =>
            of(pledge_id, breach_probability),
        })),
      ]}
    />
  );
}
