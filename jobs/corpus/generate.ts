/** Writes a corpus to a file while counting what it holds. The same world gives the same bytes. */
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type CorpusWorld, corpusWorld } from '../../models/simulation/corpus-inventions.ts';
import { type CorpusApplication, corpusFamilies } from '../../models/simulation/corpus-patents.ts';
import { count } from '../../models/simulation/corpus-statistics.ts';
import { CN_SAMPLE_HEADER, cnSampleLine } from './cn-sample.ts';
import { patstatBlock } from './patstat.ts';
import { type CorpusCounts, countApplication, newCounts } from './statistics.ts';

export const FORMATS = ['cn-sample', 'patstat'] as const;

export type CorpusFormat = (typeof FORMATS)[number];

export interface CorpusRequest {
  seed: number;
  patents: number;
  format: CorpusFormat;
}

/** As many applications are held in memory. */
const BLOCK_PATENTS = 5_000;

/** @param on_progress share of the patents that are made */
export async function generateCorpus(
  request: CorpusRequest,
  file: string,
  on_progress: (done: number) => void = () => undefined,
): Promise<CorpusCounts> {
  const counts = newCounts();
  await pipeline(Readable.from(corpusText(request, counts, on_progress)), createWriteStream(file));
  return counts;
}

export function* corpusText(
  { seed, patents, format }: CorpusRequest,
  counts: CorpusCounts,
  on_progress: (done: number) => void,
): Generator<string> {
  const world = corpusWorld(seed, patents, ...(format === 'cn-sample' ? ([['CN']] as const) : []));
  if (format === 'cn-sample') yield CN_SAMPLE_HEADER;
  let done = 0;
  for (const families of blocks(world)) {
    const all = families.flat();
    for (const application of all) countApplication(counts, application);
    done += all.length;
    if (format === 'cn-sample') yield all.map(cnSampleLine).join('');
    else yield countedBlock(world, families, counts);
    on_progress(done / patents);
  }
}

function countedBlock(world: CorpusWorld, families: CorpusApplication[][], counts: CorpusCounts): string {
  const { text, citation_lags_days } = patstatBlock(world, families);
  for (const lag_days of citation_lags_days) count(counts.citation_lag_days, lag_days);
  return text;
}

function* blocks(world: CorpusWorld): Generator<CorpusApplication[][]> {
  let block: CorpusApplication[][] = [];
  let held = 0;
  for (const family of corpusFamilies(world)) {
    block.push(family);
    held += family.length;
    if (held < BLOCK_PATENTS) continue;
    yield block;
    block = [];
    held = 0;
  }
  if (held > 0) yield block;
}
