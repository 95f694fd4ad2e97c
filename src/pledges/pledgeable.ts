/** Which patents may be pledged: known, in force, and under no other live pledge. */
import type { Transaction } from '../db/client.ts';
import { acrossTenants } from '../db/tenancy.ts';
import { together } from '../db/together.ts';
import { Problem } from '../errors.ts';
import { type KnownPatent, knownPatents } from '../patents/facts.ts';
import { say } from './sentences.ts';

/**
 * Holds patents until the end of the transaction, so that no two pledges take one.
 * @returns one of them that is under a live pledge; null when all are free
 */
export function holdPatents(tx: Transaction, ids: readonly string[]): Promise<string | null> {
  return acrossTenants(tx, async () => {
    const [, [taken]] = await Promise.all([
      // Two requests for one patent at once must not both be told that it is free.
      tx`select pg_advisory_xact_lock(hashtextextended(id, 0)) from unnest(${[...ids].sort()}::text[]) as id`,
      tx<{ patent_id: string }[]>`
        select pledge_patent.patent_id from pledge_patent join pledge on pledge.id = pledge_patent.pledge_id
        where pledge_patent.patent_id = any(${ids as string[]}::uuid[]) and pledge_patent.removed_at is null
          and pledge.live limit 1`,
    ]);
    return taken?.patent_id ?? null;
  });
}

/**
 * @param taken as `holdPatents` told
 * @throws Problem `refused` for a patent that is not known, not pledgeable or already under a live pledge
 */
export function requirePledgeable(
  ids: readonly string[],
  known: ReadonlyMap<string, KnownPatent>,
  taken: string | null,
): void {
  for (const id of ids) {
    const state = known.get(id)?.facts.legal_state;
    if (state === undefined) throw new Problem('refused', say('patent_unknown', { patent_id: id }));
    if (state !== 'in_force')
      throw new Problem('refused', say('patent_not_in_force', { patent_id: id, legal: state }));
  }
  if (taken !== null) throw new Problem('refused', say('patent_taken', { patent_id: taken }));
}

/** Holds the patents. @throws Problem as `requirePledgeable` does */
export async function refusePatents(tx: Transaction, ids: readonly string[], now: Date): Promise<void> {
  const [known, taken] = await acrossTenants(tx, () =>
    together([knownPatents(tx, ids, now), holdPatents(tx, ids)]),
  );
  requirePledgeable(ids, known, taken);
}

/** @throws Problem `refused` for a patent that is not pledged there now */
export async function requirePledged(tx: Transaction, pledge_id: string, patent_id: string): Promise<void> {
  const [pledged] = await tx`select from pledge_patent
    where pledge_id = ${pledge_id} and patent_id = ${patent_id} and removed_at is null`;
  if (!pledged) throw new Problem('refused', say('patent_not_pledged', { patent_id }));
}

/** A contract that stands before the law, and whose consent the patent needs to pass to another. */
export interface Pledgee {
  pledge_id: string;
  bank_id: string;
  patent_id: string;
}

/** Of patents, whosever they are: nothing of it goes into an answer but to the pledgee, and to the pledgor. */
export function pledgeesOf(tx: Transaction, patent_ids: readonly string[]): Promise<Pledgee[]> {
  return acrossTenants(
    tx,
    () =>
      tx<
        Pledgee[]
      >`select * from pledgees_of(${patent_ids as string[]}::uuid[]) order by pledge_id, patent_id`,
  );
}
