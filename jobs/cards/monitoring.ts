/** The figures of docs/models/monitoring.md: what the charts cost in false alarms, and when they speak. Pure. */
import { type AlarmBudget, cusumThreshold, inControlRunLength } from '../../models/drift/alarm-budget.ts';
import { LEAST_POOL_COUNT } from '../../models/drift/residuals.ts';
import { cusumRunLength, ewmaRunLength } from '../../models/drift/run-length.ts';
import { type Materiality, REVIEW_MONTHS } from '../../models/governance/registry.ts';
import { LEAST_CELL_COUNT } from '../../models/interval/mondrian.ts';
import { coverageBand } from '../../models/metrics/coverage-band.ts';
import { DEFAULT_CONFIDENCE, DEFAULT_RESAMPLES } from '../../models/metrics/paired-bootstrap.ts';
import { PSI_ACT, PSI_WATCH } from '../../models/metrics/population-stability.ts';
import { GBT_42748_2023 } from '../../models/scoring/gbt-42748-2023.ts';
import { childrenByParent } from '../../models/scoring/table.ts';
import { prose, sumOf, table } from '../walkthrough/format.ts';
import { materialityPart, part, shareText } from './text.ts';

export const MONITORING_MATERIALITY: Materiality = {
  exposure: 2,
  purpose: 2,
  complexity: 2,
  assumptions: 2,
  data_quality: 1,
};

/** What a lender may bear, checked once a month. */
const BUDGET: AlarmBudget = { patents: 5000, checks_per_year: 12, false_alarms_per_year: 60 };
const REFERENCE_VALUES = [0.25, 0.5, 0.75, 1];
const SHIFTS = [0.5, 1, 1.5, 2];
/** For an average of 500 checks without a shift, as Lucas and Saccucci 1990 print them [M]. */
const EWMA_CHARTS = [
  { smoothing: 0.05, limit_width: 2.615 },
  { smoothing: 0.1, limit_width: 2.814 },
  { smoothing: 0.2, limit_width: 2.962 },
  { smoothing: 0.4, limit_width: 3.054 },
];
const BAND_COUNTS = [50, 250, 500];
const COVERAGES = [0.5, 0.8, 0.9];

export function monitoringFigures(): string {
  return [
    materialityPart(MONITORING_MATERIALITY),
    cusumPart(),
    ewmaPart(),
    bandPart(),
    constantsPart(),
    scoringPart(),
  ].join('\n\n');
}

function cusumPart(): string {
  const run_length = inControlRunLength(BUDGET);
  const { patents, checks_per_year, false_alarms_per_year } = BUDGET;
  const rows = REFERENCE_VALUES.map((reference_value) => {
    const threshold = cusumThreshold(run_length, reference_value);
    const steps = SHIFTS.map((shift) => cusumRunLength({ reference_value, threshold }, shift).toFixed(1));
    const two_sided = cusumThreshold(2 * run_length, reference_value);
    return [String(reference_value), threshold.toFixed(3), two_sided.toFixed(3), ...steps];
  });
  return part(
    'CUSUM charts for the default alarm budget',
    prose(
      `${patents} patents checked ${checks_per_year} times a year with ${false_alarms_per_year} false alarms a year: on average ${run_length} checks of a patent without a shift until its chart speaks. h holds that for each k. Then the checks until a one-sided chart finds a fall of so many standard deviations.`,
    ),
    table(['k', 'h one-sided', 'h two-sided', ...SHIFTS.map((shift) => `fall of ${shift}`)], rows),
  );
}

function ewmaPart(): string {
  const rows = EWMA_CHARTS.map((chart) => [
    String(chart.smoothing),
    String(chart.limit_width),
    ...[0, ...SHIFTS].map((shift) => ewmaRunLength(chart, shift).toFixed(1)),
  ]);
  return part(
    'EWMA charts, two-sided, constant limits',
    'Checks until the chart speaks.',
    table(['lambda', 'L', 'no shift', ...SHIFTS.map((shift) => `shift of ${shift}`)], rows),
  );
}

function bandPart(): string {
  return part(
    'Coverage that chance alone explains',
    'Observed shares between these ends (95 % of a binomial) do not speak against an interval.',
    table(
      ['values known', ...COVERAGES.map((coverage) => `${100 * coverage} % interval`)],
      BAND_COUNTS.map((count) => [
        String(count),
        ...COVERAGES.map((coverage) => {
          const { least, most } = coverageBand(count, coverage);
          return `${shareText(least)} to ${shareText(most)}`;
        }),
      ]),
    ),
  );
}

function constantsPart(): string {
  return part(
    'Fixed limits',
    table(
      ['limit', 'value', 'whose'],
      [
        ['residuals before a pool may scale a chart', String(LEAST_POOL_COUNT), 'custom'],
        ['known values before a cell has an interval of its own', String(LEAST_CELL_COUNT), 'ours'],
        ['population stability: watch from', String(PSI_WATCH), 'credit scoring [M]'],
        ['population stability: act above', String(PSI_ACT), 'credit scoring [M]'],
        ['paired bootstrap: draws', String(DEFAULT_RESAMPLES), 'ours'],
        ['paired bootstrap: confidence', String(DEFAULT_CONFIDENCE), 'custom'],
        ['months until the next review', String(REVIEW_MONTHS), 'ours'],
      ],
    ),
  );
}

function scoringPart(): string {
  const { standard_version, nodes } = GBT_42748_2023;
  const parents = childrenByParent(nodes);
  const leaves = sumOf(nodes, ({ indicator_code }) => (parents.has(indicator_code) ? 0 : 1));
  const verified = sumOf(nodes, (node) => (node.verified ? 1 : 0));
  return part(
    'Scoring tree',
    prose(
      `${standard_version}: ${nodes.length} nodes, ${leaves} of them scored; ${verified} read in the standard itself.`,
    ),
  );
}
