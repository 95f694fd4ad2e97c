/** Which patents may be pledged: known, in force, and under no other live pledge. */
import type { Transaction } from '../db/client.ts';
import { acrossTenants } from '../db/tenancy.ts';
import { Problem } from '../errors.ts';
import { knownPatents } from '../patents/facts.ts';

/**
 * Holds the patents until the end of the transaction, so that no two pledges take one.
 * @throws Problem `refused` for a patent that is not known, not pledgeable or already under a live pledge
 */
export async function refusePatents(tx: Transaction, ids: readonly string[], now: Date): Promise<void> {
  const known = await knownPatents(tx, ids, now);
  for (const id of ids) {
    const state = known.get(id)?.facts.legal_state;
    if (state === undefined)
      throw new Problem(
        'refused',
        `Patent ${id} is not in the database; look it up with GET /v1/patents first.`,
      );
    if (state !== 'in_force')
      throw new Problem(
        'refused',
        `Patent ${id} is ${state}; only a granted patent in force can be pledged.`,
      );
  }
  // Two requests for one patent at once must not both pass the check below.
  await tx`select pg_advisory_xact_lock(hashtextextended(id, 0)) from unnest(${[...ids].sort()}::text[]) as id`;
  const [taken] = await acrossTenants(
    tx,
    () => tx<{ patent_id: string }[]>`
      select pledge_patent.patent_id from pledge_patent join pledge on pledge.id = pledge_patent.pledge_id
      where pledge_patent.patent_id = any(${ids as string[]}::uuid[]) and pledge_patent.removed_at is null
        and pledge.live limit 1`,
  );
  if (taken)
    throw new Problem(
      'refused',
      `Patent ${taken.patent_id} is under another live pledge; leave it out or wait for its release.`,
    );
}

/** @throws Problem `refused` for a patent that is not pledged there now */
export async function requirePledged(tx: Transaction, pledge_id: string, patent_id: string): Promise<void> {
  const [pledged] = await tx`select from pledge_patent
    where pledge_id = ${pledge_id} and patent_id = ${patent_id} and removed_at is null`;
  if (!pledged) throw new Problem('refused', `Patent ${patent_id} is not part of this pledge.`);
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
