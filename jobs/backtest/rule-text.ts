/** The backtest of the rules for people: what the default set warned of, each rule, and the thresholds that were tried. */
import type { RuleMeasures } from '../../models/risk/measure.ts';
import type { RuleBacktest } from './rule-report.ts';

const NAME_WIDTH = 44;
const HEADING = `${''.padEnd(NAME_WIDTH)}events  judged  precision  recall  lead days`;

export function ruleText(report: RuleBacktest): string {
  const { default: set, tried, rules } = report;
  const lines = [
    `${report.file}: ${report.read} read, ${report.bad} bad; ${report.patents} granted patents from ${report.from} to ${report.to}`,
    '',
    `The register flagged ${set.notices_flagged} of ${set.notices_total} termination notices when they came.`,
    `Warned before the notice, from ${report.held_out_from} on (thresholds were chosen before it): ${percent(set.early_warned_share)} of ${set.held_out_notices},`,
    `  by ${set.early_events} warnings of which ${percent(set.early_precision)} came true, ${set.median_lead_days} days ahead by the median.`,
    '',
    HEADING,
    ...rules.map((rule) => row(rule.id, rule) + (rule.measured ? '' : '  facts not in the file')),
    '',
    'Thresholds tried, on the part held out:',
    HEADING,
    ...tried.map(({ rule, parameters, held_out }) => row(`${rule} ${given(parameters)}`, held_out)),
  ];
  return `${lines.join('\n')}\n`;
}

function row(name: string, { events, judged, precision, recall, median_lead_days }: RuleMeasures): string {
  const shares = `${fixed(precision).padStart(9)}${fixed(recall).padStart(8)}`;
  const days = String(median_lead_days ?? '-').padStart(11);
  return `${name.padEnd(NAME_WIDTH)}${String(events).padStart(6)}${String(judged).padStart(8)}  ${shares}${days}`;
}

function given(parameters: Record<string, number>): string {
  return Object.entries(parameters)
    .map(([name, value]) => `${name} ${Number(value.toFixed(4))}`)
    .join(', ');
}

function fixed(share: number | null): string {
  return share === null ? '-' : share.toFixed(3);
}

function percent(share: number | null): string {
  return share === null ? 'none' : `${(100 * share).toFixed(1)} %`;
}
