/** The statistics of a corpus for people: each beside the real one. */
import type { Distribution } from '../../models/simulation/corpus-statistics.ts';
import type { CorpusStatistics } from './statistics.ts';

const NAME_WIDTH = 30;
const CELL_WIDTH = 10;

export function statisticsText(told: CorpusStatistics): string {
  const { patents, families, events, top_owner_share } = told;
  const share =
    top_owner_share === null ? '' : `, ${(100 * top_owner_share).toFixed(1)} % of them of 100 owners`;
  return `${[
    `${patents} applications of ${families} families first filed in it${share}; ${events} payments, transfers and pledges`,
    `offices ${pairs(told.offices)}`,
    `fields  ${pairs(told.fields)}`,
    `filed   ${pairs(told.filing_years)}`,
    '',
    `${''.padEnd(NAME_WIDTH)}${['n', 'mean', 'p10', 'p50', 'p90'].map(cell).join('')}`,
    ...beside('claims, CN', told.cn_claims),
    ...beside('days to grant, CN', told.cn_grant_lag_days),
    ...beside('days to grant, US', told.us_grant_lag_days),
    ...beside('days back to the cited', told.citation_lag_days),
    '',
    'fees unpaid, CN, per cent of those due, with the number due',
    `${'patent year'.padEnd(NAME_WIDTH)}${['corpus', 'due', 'real', 'due'].map(cell).join('')}`,
    ...lapseLines(told),
  ].join('\n')}\n`;
}

function beside(name: string, { corpus, real }: CorpusStatistics['cn_claims']): string[] {
  return [line(`${name}: corpus`, corpus), line(`${' '.repeat(name.length)}  real`, real)];
}

function line(name: string, { n, mean, p10, p50, p90 }: Partial<Distribution>): string {
  return name.padEnd(NAME_WIDTH) + [n, mean, p10, p50, p90].map(cell).join('');
}

/** A number that is not known is a dash. */
function cell(value: string | number | null | undefined): string {
  const text = typeof value === 'number' ? String(Math.round(value * 10) / 10) : (value ?? '-');
  return text.padStart(CELL_WIDTH);
}

function lapseLines({ cn_lapses: { corpus, real } }: CorpusStatistics): string[] {
  const years = new Set([...corpus, ...real].map(({ patent_year }) => patent_year));
  return [...years]
    .sort((a, b) => a - b)
    .map((year) => {
      const cells = [corpus, real].flatMap((of) => {
        const found = of.find(({ patent_year }) => patent_year === year);
        return [found && 100 * found.hazard, found?.due];
      });
      return String(year).padEnd(NAME_WIDTH) + cells.map(cell).join('');
    });
}

function pairs(of: Record<string, number>): string {
  return Object.entries(of)
    .map(([name, times]) => `${name} ${times}`)
    .join(', ');
}
