/**
 * Placeholder for the indicator table of GB/T 42748-2023, Guidelines for patent evaluation (专利评估指引).
 *
 * Read: issued by CNIPA, PBoC and NFRA, in force 2023-09-01; 3 first-level, 14 second-level, 27 third-level
 * indicators; weights are set by scenario. Not read: the table itself. The first two levels are recalled [M]; the
 * names of the third level and all weights are OURS, not the standard's: first level .35, .25, .40 for a pledge,
 * equal shares below. Every node is therefore `verified: false`; a bank with a licensed copy loads its own table
 * (load-table.ts). Scale 0 to 100 [M].
 * Worked: every legal leaf 80, technical 70, economic 60: .35 * 80 + .25 * 70 + .40 * 60 = 69.5.
 */
import type { IndicatorNode, IndicatorTable } from './table.ts';

export const PLEDGE_SCENARIO = 'pledge';

type Branch = readonly [name: string, leaves: readonly string[]];

const FIRST_LEVEL: readonly (readonly [
  code: string,
  name: string,
  weight: number,
  branches: readonly Branch[],
])[] = [
  [
    'L',
    '法律价值 legal value',
    0.35,
    [
      [
        '权利稳定性 stability of the right',
        ['margin over the prior art', 'support of the claims', 'challenges survived'],
      ],
      ['权利保护范围 scope of protection', ['breadth of the claims', 'countries of the family']],
      ['侵权可判定性 detectability of infringement', ['ease of proof']],
      ['依赖度 dependence', ['dependence on earlier patents', 'dependence on standards']],
    ],
  ],
  [
    'T',
    '技术价值 technical value',
    0.25,
    [
      ['先进性 advancement', ['weight of the problem solved', 'originality', 'technical effect']],
      ['替代性 substitutability', ['number of alternatives']],
      ['适用范围 range of application', ['technical fields served', 'products served']],
      ['独立性 independence', ['supporting technology needed']],
      ['成熟度 maturity', ['technology readiness level']],
      ['领域发展态势 trend of the field', ['growth of filings']],
    ],
  ],
  [
    'E',
    '经济价值 economic value',
    0.4,
    [
      ['剩余经济寿命 remaining economic life', ['remaining legal term', 'remaining economic life']],
      ['竞争态势 competition', ['concentration of the market', 'strength of competitors']],
      ['市场应用 market application', ['revenue of covered products', 'market share', 'fit with policy']],
      ['运营情况 exploitation', ['licences', 'transfers', 'pledges']],
    ],
  ],
];

const RECALLED = 'GB/T 42748-2023 [M]; weight ours';
const OURS = 'ours, not the text of GB/T 42748-2023';

export const GBT_42748_2023: IndicatorTable = {
  standard_version: 'GB/T 42748-2023 (placeholder)',
  scale: { least: 0, most: 100 },
  nodes: FIRST_LEVEL.flatMap(([code, name, weight, branches]) => [
    node(code, name, null, weight, RECALLED),
    ...branches.flatMap(([branchName, leaves], i) => {
      const branch = `${code}${i + 1}`;
      return [
        node(branch, branchName, code, 1 / branches.length, RECALLED),
        ...leaves.map((leaf, j) => node(`${branch}.${j + 1}`, leaf, branch, 1 / leaves.length, OURS)),
      ];
    }),
  ]),
};

function node(
  indicator_code: string,
  name: string,
  parent: string | null,
  weight: number,
  source: string,
): IndicatorNode {
  return {
    indicator_code,
    name,
    parent,
    weights: { [PLEDGE_SCENARIO]: weight },
    verified: false,
    source,
  };
}
