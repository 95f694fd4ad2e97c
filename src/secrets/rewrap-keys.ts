/** The data keys wrapped anew, when the master key is to be another. */
import type { Database } from '../db/client.ts';
import { StartupError } from '../errors.ts';
import { masterIdOf, unwrap, wrap } from './vault.ts';

/**
 * Puts a new master key in the place of the one before, for all data keys or none; what is sealed stays as it is.
 * @returns how many data keys are under the new master key now and were not before
 * @throws StartupError when one is wrapped by neither
 */
export async function rewrap(database: Database, previous: Buffer, next: Buffer): Promise<number> {
  const [previous_id, master_id] = [masterIdOf(previous), masterIdOf(next)];
  return database.transaction(async (tx) => {
    const rows = await tx<{ owner: string; version: number; wrapped: string; master_id: string }[]>`
      select owner, version, wrapped, master_id from data_key where master_id <> ${master_id} order by owner, version for update`;
    for (const { owner, version, wrapped, master_id: found } of rows) {
      if (found !== previous_id)
        throw new StartupError(
          `The data key of ${owner} is wrapped by the master key ${found}, and PREVIOUS_MASTER_KEY is ${previous_id}: give that one. Nothing was changed.`,
        );
      const again = wrap(next, owner, version, unwrap(previous, owner, version, wrapped));
      await tx`update data_key set wrapped = ${again}, master_id = ${master_id}
        where owner = ${owner} and version = ${version}`;
    }
    return rows.length;
  });
}
