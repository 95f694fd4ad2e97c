/** Sections of a report: the value, how it was reached, from what, and which factors were looked at. */
import type { Quantiles } from '../../models/quantiles.ts';
import { PREMISES, type Premise } from '../../models/value/formulas/premise.ts';
import { METHODS, type Method } from '../../models/value/methods.ts';
import type { Words } from '../pages/language/words.ts';
import { drawSpans } from './drawings.ts';
import { fieldText } from './identity.ts';
import type { Block, ReportSection, Row } from './report.ts';
import { failureText, type Told } from './told.ts';

export function worth(told: Told): ReportSection {
  const { content, words } = told;
  const { status, failure } = content.result.valuation;
  const title = words.say('section.value');
  if (status === 'unknown') {
    const reason = failure ? failureText(failure, words) : words.say('term.unknown');
    return { title, blocks: [{ kind: 'text', text: words.say('report.status_unknown', { reason }) }] };
  }
  const stands: Block = { kind: 'text', text: words.say(`report.status_${status}`) };
  const valued = status === 'valued' ? [spansOf(told), quantileTable(told), riskText(told)] : [];
  return { title, blocks: [stands, ...valued, ...premiseTable(told)] };
}

interface Line {
  name: string;
  quantiles: Quantiles;
  weight: string;
}

/** Methods that ran, what they join to, and that weighted. */
function linesOf({ content, words, percent }: Told): Line[] {
  const { methods, if_valid, weighted, explanation } = content.result.valuation;
  const shares = explanation.find(({ what }) => what === 'reconciled value in force')?.values ?? {};
  const ran = METHODS.flatMap(({ id, role }) => {
    const result = methods[id];
    if (!result?.ok) return [];
    const weight = role === 'floor' ? words.say('value.floor') : percent(Number(shares[`weight_${id}`]));
    return [{ name: methodName(id, words), quantiles: result.quantiles, weight }];
  });
  return [
    ...ran,
    { name: words.say('value.joined'), quantiles: if_valid!, weight: '' },
    { name: words.say('value.weighted'), quantiles: weighted!, weight: '' },
  ];
}

function methodName(id: Method['id'], words: Words): string {
  const key = `method.${id}`;
  return words.has(key) ? words.say(key) : id;
}

function spansOf(told: Told): Block {
  const { content, words } = told;
  const { currency } = content.result.valuation;
  const spans = linesOf(told).map(({ name, quantiles: { p10, p50, p90 } }) => ({
    name,
    low: p10,
    mid: p50,
    high: p90,
  }));
  return {
    kind: 'drawing',
    drawing: drawSpans(spans, words.say('value.chart', { currency }), (amount) => words.number(amount)),
  };
}

function quantileTable(told: Told): Block {
  const { words, money } = told;
  return {
    kind: 'table',
    caption: words.say('value.quantiles'),
    columns: [
      { head: words.say('value.line'), share: 0.34 },
      { head: words.say('value.low'), share: 0.18, number: true },
      { head: words.say('value.mid'), share: 0.18, number: true },
      { head: words.say('value.high'), share: 0.18, number: true },
      { head: words.say('value.weight'), share: 0.12, number: true },
    ],
    rows: linesOf(told).map(({ name, quantiles: { p10, p50, p90 }, weight }) => [
      name,
      money(p10),
      money(p50),
      money(p90),
      weight,
    ]),
  };
}

function riskText({ content, words, money, percent }: Told): Block {
  const { in_force_probability, validity_probability, collateral } = content.result.valuation;
  return {
    kind: 'text',
    text: words.say('value.risk', {
      in_force: percent(in_force_probability),
      valid: percent(validity_probability),
      haircut: percent(content.assumptions.parameters.haircut.value),
      collateral: money(collateral),
    }),
  };
}

function premiseTable({ content, words, money, percent }: Told): Block[] {
  const { premises } = content.result.valuation;
  if (premises === null) return [];
  return [
    {
      kind: 'table',
      caption: words.say('value.premises'),
      columns: [
        { head: words.say('value.premise'), share: 0.34 },
        { head: words.say('value.price'), share: 0.22, number: true },
        { head: words.say('value.chance'), share: 0.22, number: true },
        { head: words.say('value.proceeds'), share: 0.22, number: true },
      ],
      rows: (Object.keys(PREMISES) as Premise[]).map((premise) => {
        const { price_if_sold, sale_probability, expected_proceeds } = premises[premise];
        return [
          words.say(`premise.${premise}`),
          money(price_if_sold),
          percent(sale_probability),
          money(expected_proceeds),
        ];
      }),
    },
  ];
}

export function methods({ content, words, money, day, number }: Told): ReportSection {
  const { methods: results } = content.result.valuation;
  const tried = METHODS.flatMap(({ id }): Row[] => {
    const result = results[id];
    if (!result) return [];
    const outcome = result.ok
      ? words.say('methods.median', { amount: money(result.quantiles.p50) })
      : failureText(result.failure, words);
    return [[methodName(id, words), outcome]];
  });
  const table: Block = {
    kind: 'table',
    caption: words.say('methods.ran'),
    columns: [
      { head: words.say('methods.method'), share: 0.4 },
      { head: words.say('methods.outcome'), share: 0.6 },
    ],
    rows: tried,
  };
  const inputs: Block = {
    kind: 'table',
    caption: words.say('inputs.title'),
    columns: [
      { head: words.say('inputs.input'), share: 0.38 },
      { head: words.say('inputs.value'), share: 0.24 },
      { head: words.say('inputs.source'), share: 0.38 },
    ],
    rows: [
      ...declaredRows({ content, words, money, day }),
      ...registerRows({ content, words, day, number }),
      ...modelRows({ content, words, day, number }),
    ],
  };
  return { title: words.say('section.methods'), blocks: [...(tried.length === 0 ? [] : [table]), inputs] };
}

function declaredRows({
  content,
  words,
  money,
  day,
}: Pick<Told, 'content' | 'words' | 'money' | 'day'>): Row[] {
  const { declared, as_of } = content;
  const source = words.say('inputs.from_pledgor', { day: day(as_of) });
  if (declared === null)
    return [[words.say('factors.use'), words.say('term.none'), words.say('inputs.not_declared')]];
  const { annual_revenue, industry, launch, reproduction_cost } = declared;
  const given = (label: string, text: string | null): Row =>
    text === null ? [label, words.say('term.none'), ''] : [label, text, source];
  const amount = (major: number | null) => (major === null ? null : money(major));
  return [
    given(words.say('inputs.revenue'), amount(annual_revenue)),
    given(words.say('inputs.industry'), industry?.replaceAll('_', ' ') ?? null),
    given(words.say('inputs.launch'), amount(launch?.value ?? null)),
    given(words.say('inputs.development'), amount(launch?.development_cost ?? null)),
    given(words.say('inputs.reproduction'), amount(reproduction_cost)),
  ];
}

type Read = Pick<Told, 'content' | 'words' | 'day' | 'number'>;

function registerRows({ content, words, day, number }: Read): Row[] {
  const { facts } = content;
  const source = words.say('inputs.from_register', { day: day(facts.register_seen_on) });
  return [
    [words.say('law.state'), words.say(`legal.${facts.legal_state}`), source],
    [words.say('patent.filed'), day(facts.filed_on), source],
    [words.say('patent.granted'), day(facts.granted_on), source],
    [words.say('patent.claims'), number(facts.claims), source],
  ];
}

function modelRows({ content, words, day, number }: Read): Row[] {
  const { lapse_model, market } = content;
  const { id, trained_to, patents, events } = lapse_model.parameters;
  const learnt: Row = [
    words.say('inputs.lapse_model'),
    [patents, events].map(number).join(words.say('term.between')),
    words.say('inputs.from_model', { model: id, day: day(trained_to) }),
  ];
  if (market === null) return [learnt];
  const { own, imported } = market.parameters.deals;
  const deals = [own, imported].map(number).join(words.say('term.between'));
  return [
    learnt,
    [words.say('inputs.deals'), deals, words.say('inputs.from_deals', { day: day(content.as_of) })],
  ];
}

export function factors({ content, words, percent, number }: Told): ReportSection {
  const { facts, declared, result } = content;
  const { in_force_probability, validity_probability, lapse_probability_12m } = result.valuation;
  const title = words.say('section.factors');
  const [law, technical, economic] = [
    words.say('factors.legal'),
    words.say('factors.technical'),
    words.say('factors.economic'),
  ];
  const open = words.say('factors.not_assessed');
  const rank = (share: number | null | undefined) =>
    share == null ? words.say('term.unknown') : words.say('factors.rank', { share: percent(share) });
  return {
    title,
    blocks: [
      {
        kind: 'table',
        caption: title,
        columns: [
          { head: words.say('factors.kind'), share: 0.18 },
          { head: words.say('factors.factor'), share: 0.5 },
          { head: words.say('factors.finding'), share: 0.32 },
        ],
        rows: [
          [law, words.say('law.in_force'), percent(in_force_probability)],
          [law, words.say('law.valid'), percent(validity_probability)],
          [law, words.say('law.lapse'), percent(lapse_probability_12m?.value ?? null)],
          [law, words.say('factors.scope'), open],
          [technical, words.say('patent.field'), fieldText(facts.technology_field, words)],
          [technical, words.say('patent.claims'), number(facts.claims)],
          [technical, words.say('factors.citations'), rank(facts.standing?.citation_rank)],
          [technical, words.say('factors.feasibility'), open],
          [economic, words.say('factors.family'), rank(facts.standing?.family_rank)],
          [economic, words.say('factors.use'), words.say(declared ? 'answer.yes' : 'answer.no')],
          [economic, words.say('factors.market'), open],
        ],
      },
    ],
  };
}
