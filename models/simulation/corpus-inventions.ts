/**
 * A corpus, and the inventions in it: number, first filing, field, quality and the offices of the family.
 *
 * The number of an invention is its place in the order of first filing, share = (number + .5) / inventions. Quality is
 * standard normal; it moves claims and citations, and nobody but the generator sees it.
 * How many inventions a number of applications takes is asked of a pilot, since families grow and offices change with time:
 * n = applications / mean per invention, a fiftieth and four roots more, so that the end of the corpus is cut and not missed.
 * Source: ours. Units: days since FIRST_DAY (corpus-filings.ts). Domain: 1 to 10 million applications.
 * Errors: FormulaFailure `out_of_range`, `not_whole`.
 * Worked: invention 500 of 1,000 is first filed some 24.3 of 37 years after the first day.
 */
import { FormulaFailure, requireBetween } from '../failure.ts';
import { CORPUS_FIELDS, type CorpusField, FIELD_WEIGHTS } from './corpus-fields.ts';
import { filingDay, yearOfDay } from './corpus-filings.ts';
import { CORPUS_OFFICES, type CorpusOffice, drawOffices } from './corpus-offices.ts';
import { drawPublicationLag_days } from './corpus-prosecution.ts';
import { streamOf } from './corpus-stream.ts';
import { weightedPosition } from './corpus-weights.ts';
import { chance, type Random, standardNormal } from './draws.ts';

export const MOST_PATENTS = 10_000_000;
const PILOT_INVENTIONS = 20_000;
const SPARE_SHARE = 0.02;
const SPARE_ROOTS = 4;

export interface CorpusWorld {
  seed: number;
  patents: number;
  inventions: number;
  /** Applications elsewhere are left out. */
  offices: readonly CorpusOffice[];
}

/** What citations go by; quickly drawn. */
export interface Traits {
  field: CorpusField;
  quality: number;
  first_filed_day: number;
  published_day: number;
}

export interface Invention extends Traits {
  number: number;
  /** That of the first filing first. */
  offices: readonly CorpusOffice[];
}

export function corpusWorld(
  seed: number,
  patents: number,
  offices: readonly CorpusOffice[] = CORPUS_OFFICES,
): CorpusWorld {
  requireBetween('patents', patents, 1, MOST_PATENTS);
  if (!Number.isInteger(patents))
    throw new FormulaFailure('not_whole', `patents is ${patents}; give a whole number.`);
  const pilot: CorpusWorld = { seed, patents, inventions: PILOT_INVENTIONS, offices };
  let kept = 0;
  for (let number = 0; number < PILOT_INVENTIONS; number++)
    kept += inventionAt(pilot, number).offices.filter((office) => offices.includes(office)).length;
  const needed = (patents * PILOT_INVENTIONS) / kept;
  const inventions = Math.ceil(needed * (1 + SPARE_SHARE) + SPARE_ROOTS * Math.sqrt(needed)) + 1;
  return { seed, patents, inventions, offices };
}

export function traitsAt(world: CorpusWorld, number: number): Traits {
  return drawTraits(world, number, streamOf(world.seed, 'invention', number));
}

export function inventionAt(world: CorpusWorld, number: number): Invention {
  const random = streamOf(world.seed, 'invention', number);
  const traits = drawTraits(world, number, random);
  return { ...traits, number, offices: drawOffices(yearOfDay(traits.first_filed_day), random) };
}

function drawTraits({ inventions }: CorpusWorld, number: number, random: Random): Traits {
  const first_filed_day = filingDay((number + 0.5) / inventions);
  return {
    field: CORPUS_FIELDS[weightedPosition(FIELD_WEIGHTS, random())]!,
    quality: standardNormal(random),
    first_filed_day,
    published_day: first_filed_day + drawPublicationLag_days(random),
  };
}

/** IPC groups: one to four of the field, some of them of any other. */
export function drawIpc(field: CorpusField, random: Random): string[] {
  const found = new Set([field.ipc[Math.floor(random() * field.ipc.length)]!]);
  while (chance(0.5, random)) {
    const from = chance(0.7, random) ? field : CORPUS_FIELDS[weightedPosition(FIELD_WEIGHTS, random())]!;
    found.add(from.ipc[Math.floor(random() * from.ipc.length)]!);
  }
  return [...found];
}
