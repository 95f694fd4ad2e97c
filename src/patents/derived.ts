/**
 * What follows from news of a patent: rows that are computed from what is known of it and kept beside it, so that a question
 * need not compute them, and word to those who watch it. Patent by patent, as news comes in.
 */
import type { Database, Transaction } from '../db/client.ts';
import { deriveSearch } from '../search/derive.ts';
import { addToMap, takeFromMap } from '../search/knowledge-map.ts';
import { tellWatchers } from '../watching/tell.ts';

/** Computes the derived rows of some patents anew, from what is committed of them. */
export type Derivation = (tx: Transaction, patent_ids: readonly string[], at: Date) => Promise<void>;

/** In the order in which they read each other's rows. */
export const DERIVATIONS: readonly Derivation[] = [takeFromMap, deriveSearch, addToMap, tellWatchers];

/** Patents a transaction. */
const BATCH_PATENTS = 1_000;

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
  for (let derived = 0; ; ) {
    const claimed = await database.transaction(async (tx) => {
      const rows = await tx<{ patent_id: string }[]>`
        delete from patent_change where patent_id in (select patent_id from patent_change where since <= ${at}
          order by since, patent_id limit ${BATCH_PATENTS} for update skip locked) returning patent_id`;
      const patent_ids = rows.map((row) => row.patent_id);
      if (patent_ids.length > 0) for (const derive of derivations) await derive(tx, patent_ids, at);
      return patent_ids.length;
    });
    derived += claimed;
    if (claimed < BATCH_PATENTS) return derived;
  }
}
