/** docs/scale.md and docs/scale.svg with the figures of the plan as they are now. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { capacityPlan, firstBreaks } from '../../models/capacity/plan.ts';
import { type Card, withFigures } from '../cards/update.ts';
import { drawPlans } from './chart.ts';
import { SIZES, WORLD } from './measured.ts';
import { breakTable, brokenTable, planTable, premises } from './text.ts';

export const DOCS = fileURLToPath(new URL('../../docs/', import.meta.url));

export const PLANS = SIZES.map((patents) => capacityPlan(patents, WORLD));
export const BREAKS = firstBreaks(WORLD);

export async function capacityFiles(): Promise<Card[]> {
  const text = await readFile(`${DOCS}scale.md`, 'utf8');
  const chart = await readFile(`${DOCS}scale.svg`, 'utf8').catch(() => '');
  return [
    { name: 'scale.md', stored: text, fresh: withFigures('docs/scale.md', text, figures()) },
    { name: 'scale.svg', stored: chart, fresh: drawPlans(PLANS) },
  ];
}

function figures(): string {
  const { machine, assumed, limits } = WORLD;
  return [
    premises(machine, assumed, limits),
    planTable(PLANS),
    'What breaks first on one server, by size:',
    breakTable(BREAKS),
    'And by corpus:',
    brokenTable(PLANS),
  ].join('\n\n');
}
