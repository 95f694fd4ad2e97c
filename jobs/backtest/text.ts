/** The backtest for people: one table of figures and what became of the rows. */
import type { Assessment, Measures } from '../../models/termination/assess.ts';
import type { BacktestReport, Figures, FileReport } from './report.ts';

const NAME_WIDTH = 34;
const IMPORTANT_TERMS = 8;
const SHOWN_BAD_ROWS = 10;

export function backtestText(report: BacktestReport): string {
  const { seed, model, files, out_of_time, folds, test, importance } = report;
  const lines = [`${model}, seed ${seed}: termination notice within five years of grant`, ''];
  lines.push(...files.map(fileLine), '');
  lines.push(`${''.padEnd(NAME_WIDTH)}     n   rate    AUC (se)        Brier    ECE (of noise)`);
  if (out_of_time) lines.push(...block('out of time', out_of_time));
  if (out_of_time) {
    const { known_on, outcomes_known, notices_known } = out_of_time.strict;
    lines.push(
      `  strict: on ${known_on} ${outcomes_known} outcomes and ${notices_known} notices were known, too few to learn from`,
    );
  }
  if (folds) lines.push(...block(`${folds.folds} folds, ${folds.repeats} times`, folds));
  if (test) lines.push(...block('test file', test));
  if (test && test.seen_in_training > 0)
    lines.push(
      `  ${test.seen_in_training} patents of the test file are in the training file too: this flatters.`,
    );
  lines.push('', 'Fall of the AUC when a term is shuffled, inside the training part:');
  if ('failure' in importance) lines.push(`  ${importance.failure.message}`);
  else
    for (const { term, auc_fall } of importance.slice(0, IMPORTANT_TERMS))
      lines.push(`  ${term.padEnd(NAME_WIDTH - 2)}${fixed(auc_fall)}`);
  return `${lines.join('\n')}\n`;
}

function fileLine({
  file,
  read,
  used,
  not_granted,
  not_followed,
  bad,
  bad_rows,
  granted,
}: FileReport): string {
  const counts = `${read} read = ${used} used + ${not_granted} not granted + ${not_followed} not followed + ${bad} bad`;
  const faults = bad_rows
    .slice(0, SHOWN_BAD_ROWS)
    .map(({ line, field, reason }) => `\n  line ${line}, ${field}: ${reason}`);
  if (bad > faults.length) faults.push(`\n  and ${bad - faults.length} more, named with --json`);
  return `${file}: ${counts}; granted ${granted.from} to ${granted.to}${faults.join('')}`;
}

function block(name: string, { chinese_owners, ...all }: Figures): string[] {
  const chinese =
    'failure' in chinese_owners
      ? [`  Chinese owners: ${chinese_owners.failure.message}`]
      : [row('  Chinese owners', chinese_owners)];
  return [
    row(name, all),
    baseline('  base rate of training', all.baseline.base_rate),
    baseline('  hazard by stage', all.baseline.stage_hazard),
    ...chinese,
  ];
}

function row(name: string, { n, base_rate, auc, auc_se, brier, ece, ece_noise }: Assessment): string {
  const size = `${String(n).padStart(6)}  ${fixed(base_rate)}`;
  const ranking = `${fixed(auc)} (${fixed(auc_se)})`;
  return `${name.padEnd(NAME_WIDTH)}${size}  ${ranking}  ${fixed(brier)}  ${fixed(ece)} (${fixed(ece_noise)})`;
}

function baseline(name: string, { auc, brier, ece }: Measures): string {
  return `${name.padEnd(NAME_WIDTH)}${''.padEnd(13)}  ${fixed(auc)}           ${fixed(brier)}  ${fixed(ece)}`;
}

function fixed(value: number): string {
  return value.toFixed(3);
}
