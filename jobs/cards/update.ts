/** The model cards of docs/models with their figures as the models give them now. */
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { StartupError } from '../../src/errors.ts';
import { readGranted } from '../bundled-file.ts';
import { lapseFigures } from './lapse.ts';
import { monitoringFigures } from './monitoring.ts';
import { valuationFigures } from './valuation.ts';

const FOLDER = fileURLToPath(new URL('../../docs/models/', import.meta.url));
const START = '<!-- figures:start -->';
const END = '<!-- figures:end -->';

export interface Card {
  name: string;
  /** As the file has it. */
  stored: string;
  /** As it should be. */
  fresh: string;
}

export async function freshCards(): Promise<Card[]> {
  const histories = await readGranted();
  return Promise.all([
    card('lapse.md', lapseFigures(histories)),
    card('valuation.md', valuationFigures(histories)),
    card('monitoring.md', monitoringFigures()),
  ]);
}

async function card(name: string, figures: string): Promise<Card> {
  const stored = await readFile(path.join(FOLDER, name), 'utf8');
  return { name, stored, fresh: withFigures(`docs/models/${name}`, stored, figures) };
}

/** The text with what stands between the marks replaced. @throws StartupError without exactly one pair of marks */
export function withFigures(name: string, text: string, figures: string): string {
  const [before, rest, ...more] = text.split(START);
  const [, after, ...ends] = rest?.split(END) ?? [];
  if (after === undefined || more.length > 0 || ends.length > 0)
    throw new StartupError(`${name} needs one ${START} and one ${END} after it; put them back.`);
  return `${before}${START}\n${figures}\n${END}${after}`;
}

function isStale({ stored, fresh }: Card): boolean {
  return stored !== fresh;
}

/** @throws StartupError naming the cards whose figures are not those of the models */
export function requireFresh(cards: readonly Card[]): void {
  const stale = cards.filter(isStale).map(({ name }) => `docs/models/${name}`);
  if (stale.length === 0) return;
  throw new StartupError(`Out of date: ${stale.join(', ')}. Run npm run cards and read what changed.`);
}

/** @returns names of the cards that changed */
export async function storeCards(cards: readonly Card[]): Promise<string[]> {
  const stale = cards.filter(isStale);
  await Promise.all(stale.map(({ name, fresh }) => writeFile(path.join(FOLDER, name), fresh)));
  return stale.map(({ name }) => name);
}
