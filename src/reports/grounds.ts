/** Sections of a report: how far it can be trusted, what it assumes, what moves it, and how to make it again. */
import { type Assumptions, DEFAULT_ASSUMPTIONS } from '../../models/assumptions.ts';
import { COVERAGE } from '../../models/interval/measured.ts';
import { INTERVALS, type Interval, MISS_RATES } from '../../models/quantiles.ts';
import { sensitivity, swingWidth } from '../../models/value/sensitivity.ts';
import { inputsOf } from '../valuations/receipt.ts';
import { drawSwings } from './drawings.ts';
import type { Block, ReportSection, Row } from './report.ts';
import type { Told } from './told.ts';

export function coverage({ content, words, percent }: Told): ReportSection {
  const { calibration } = content;
  const basis = calibration
    ? words.say('coverage.corrected', { count: calibration.parameters.known_values })
    : words.say('coverage.alone');
  const { models_alone, corrected } = COVERAGE;
  return {
    title: words.say('section.coverage'),
    blocks: [
      { kind: 'text', text: `${basis} ${words.say('coverage.simulated')}` },
      {
        kind: 'table',
        caption: words.say('coverage.title'),
        columns: [
          { head: words.say('coverage.interval'), share: 0.4 },
          { head: words.say('coverage.promised'), share: 0.2, number: true },
          { head: words.say('coverage.by_models'), share: 0.2, number: true },
          { head: words.say('coverage.by_correction'), share: 0.2, number: true },
        ],
        rows: [
          ...(Object.keys(INTERVALS) as Interval[]).map((interval) => [
            INTERVALS[interval].join(' – '),
            percent(1 - MISS_RATES[interval]),
            percent(models_alone.held[interval]),
            percent(corrected.held[interval]),
          ]),
          [words.say('coverage.worst'), '', percent(models_alone.worst_gap), percent(corrected.worst_gap)],
        ],
      },
    ],
  };
}

export function assumptions({ content, words, number }: Told): ReportSection {
  const title = words.say('section.assumptions');
  const { parameters } = content.assumptions;
  return {
    title,
    blocks: [
      { kind: 'text', text: words.say('assumptions.note') },
      {
        kind: 'table',
        caption: title,
        columns: [
          { head: words.say('assumptions.name'), share: 0.33 },
          { head: words.say('assumptions.value'), share: 0.2 },
          { head: words.say('assumptions.source'), share: 0.47, english: true },
        ],
        rows: namesOf(parameters).map((name) => {
          const { value, unit, source, verified } = parameters[name];
          return [
            `${words.say(`assumption.${name}`)}${verified ? '' : ' *'}`,
            `${number(value)} ${unitText(unit, words)}`,
            source,
          ];
        }),
      },
    ],
  };
}

/** In the order of the models, any others after them. */
function namesOf(parameters: Assumptions): (keyof Assumptions)[] {
  const names = [...Object.keys(DEFAULT_ASSUMPTIONS), ...Object.keys(parameters)] as (keyof Assumptions)[];
  return [...new Set(names)].filter((name) => name in parameters);
}

function unitText(unit: string, words: Told['words']): string {
  const key = `unit.${unit.replaceAll(' ', '_')}`;
  return words.has(key) ? words.say(key) : unit;
}

export function sensitivityOf({ content, words, percent }: Told): ReportSection[] {
  const swings = sensitivity(inputsOf(content));
  if (swings === null) return [];
  const moving = swings.filter((swing) => swingWidth(swing) > 0);
  const named = moving.map(({ name, change_at_less, change_at_more }) => ({
    name: words.say(`assumption.${name}`),
    less: change_at_less,
    more: change_at_more,
  }));
  const title = words.say('section.sensitivity');
  const table: Block = {
    kind: 'table',
    caption: title,
    columns: [
      { head: words.say('assumptions.name'), share: 0.5 },
      { head: words.say('sensitivity.less'), share: 0.25, number: true },
      { head: words.say('sensitivity.more'), share: 0.25, number: true },
    ],
    rows: named.map(({ name, less, more }) => [name, percent(less), percent(more)]),
  };
  return [
    {
      title,
      blocks: [
        {
          kind: 'text',
          text: words.say('sensitivity.note', { count: swings.length - moving.length }),
        },
        {
          kind: 'drawing',
          drawing: drawSwings(named, words.say('sensitivity.title'), (change) =>
            words.percent(change * 10_000, 0),
          ),
        },
        table,
      ],
    },
  ];
}

export function limits({ words }: Told): ReportSection {
  return {
    title: words.say('section.limits'),
    blocks: [
      { kind: 'text', text: words.say('limits.no_appraiser') },
      { kind: 'text', text: words.say('limits.declared') },
      { kind: 'text', text: words.say('limits.not_read') },
      { kind: 'text', text: words.say('limits.wide') },
      { kind: 'text', text: words.say('limits.alone') },
    ],
  };
}

export function reproduction({ content, words }: Told): ReportSection {
  const { valuation_id, valuation_model, model_set_id, lapse_model, market, calibration } = content;
  const title = words.say('section.reproduction');
  const none = words.say('term.none');
  return {
    title,
    blocks: [
      { kind: 'text', text: words.say('reproduction.text', { id: valuation_id }) },
      {
        kind: 'facts',
        caption: title,
        rows: [
          [words.say('reproduction.valuation'), valuation_id],
          [words.say('reproduction.model'), valuation_model],
          [words.say('reproduction.models'), model_set_id],
          [words.say('reproduction.lapse'), lapse_model.id],
          [words.say('reproduction.market'), market?.id ?? none],
          [words.say('reproduction.calibration'), calibration?.id ?? none],
          [words.say('reproduction.assumptions'), content.assumptions.id],
          [words.say('reproduction.inputs'), content.input_sha256],
          [words.say('reproduction.result'), content.result_sha256],
        ],
      },
    ],
  };
}

const STEP_DIGITS = 6;

/** As the model recorded it, in full. */
export function steps({ content, words }: Told): ReportSection[] {
  const { explanation, currency } = content.result.valuation;
  const text = (value: number | string) =>
    typeof value === 'number' ? String(Number(value.toPrecision(STEP_DIGITS))) : value;
  const title = words.say('section.steps');
  return [
    {
      title,
      blocks: [
        { kind: 'text', text: words.say('steps.note', { currency }) },
        {
          kind: 'table',
          caption: title,
          columns: [
            { head: words.say('methods.method'), share: 0.36, english: true },
            { head: words.say('inputs.value'), share: 0.64, english: true },
          ],
          rows: explanation.map(
            ({ what, formula, values, source }): Row => [
              `${what}: ${formula}. ${source}`,
              Object.entries(values)
                .map(([name, value]) => `${name}=${text(value)}`)
                .join('; '),
            ],
          ),
        },
      ],
    },
  ];
}
