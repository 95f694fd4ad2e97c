/**
 * What follows from news of a patent: rows that are computed from what is known of it and kept beside it, so that a question
 * need not compute them, and word to those who watch it. Patent by patent, as news comes in.
 */
import { deriveCorpusFacts } from '../corpus/facts.ts';
import type { Database, Transaction } from '../db/client.ts';
import { deriveSearch, settleIndexes } from '../search/derive.ts';
import { addToMap, takeFromMap } from '../search/knowledge-map.ts';
import { tellWatchers } from '../watching/tell.ts';
import { deriveIndicators } from './derive-indicators.ts';

/** Computes the derived rows of some patents anew, from what is committed of them. */
export type Derivation = (tx: Transaction, patent_ids: readonly string[], at: Date) => Promise<void>;

/** In the order in which they read each other's rows. */
export const DERIVATIONS: readonly Derivation[] = [
  takeFromMap,
  deriveSearch,
  addToMap,
  deriveIndicators,
  deriveCorpusFacts,
  tellWatchers,
];

/**
 * Patents a transaction: the more, the fewer pages of the indexes each one touches. Those that are behind wait for it where
 * they have news again.
 */
const BATCH_PATENTS = 20_000;
const BATCH_LIMIT_ms = 600_000;
/** Batches at once where more than one waits: reading, words and sorting overlap; what is counted over all is counted by one at a time. */
const LANES = 2;
/** For one batch: what its words are counted and sorted in, and what waits to be sorted into an index meanwhile. */
const BATCH_WORK_MEM = '64MB';
const BATCH_PENDING = '16MB';

/**
 * Derives what is behind, until nothing is left. Several workers may run it at once: each claims other patents, and
 * what is learnt meanwhile waits for the claim and is derived after it.
 * @returns how many patents were brought up to date
 */
export async function deriveChanged(
  database: Database,
  at: Date,
  derivations: readonly Derivation[] = DERIVATIONS,
): Promise<number> {
  const patient = database.sibling({ max: LANES, statement_timeout_ms: BATCH_LIMIT_ms });
  try {
    const lanes = (await areManyBehind(patient, at)) ? LANES : 1;
    const derived = await Promise.all(
      Array.from({ length: lanes }, () => deriveBatches(patient, at, derivations)),
    );
    return derived.reduce((sum, of_lane) => sum + of_lane, 0);
  } finally {
    await patient.close();
  }
}

/** Whether more is behind than one batch takes. */
async function areManyBehind({ sql }: Database, at: Date): Promise<boolean> {
  const [row] = await sql<{ behind: number }[]>`select count(*) as behind
    from (select from patent_change where since <= ${at} limit ${BATCH_PATENTS + 1}) change`;
  return row!.behind > BATCH_PATENTS;
}

async function deriveBatches(
  patient: Database,
  at: Date,
  derivations: readonly Derivation[],
): Promise<number> {
  for (let derived = 0; ; ) {
    const claimed = await patient.transaction((tx) => deriveBatch(tx, at, derivations));
    derived += claimed;
    if (claimed > 0) await patient.transaction(settleIndexes);
    if (claimed < BATCH_PATENTS) return derived;
  }
}

async function deriveBatch(tx: Transaction, at: Date, derivations: readonly Derivation[]): Promise<number> {
  const rows = await tx<{ patent_id: string }[]>`
    delete from patent_change where patent_id in (select patent_id from patent_change where since <= ${at}
      order by since, patent_id limit ${BATCH_PATENTS} for update skip locked) returning patent_id`;
  if (rows.length === 0) return 0;
  await tx`select set_config('work_mem', ${BATCH_WORK_MEM}, true), set_config('lock_timeout', '0', true),
    set_config('gin_pending_list_limit', ${BATCH_PENDING}, true)`;
  // As the tables are ordered: neighbours are read together.
  const patent_ids = rows.map((row) => row.patent_id).sort();
  for (const derive of derivations) await derive(tx, patent_ids, at);
  return patent_ids.length;
}
