/** What server and worker do with the secrets of the database when they start. */
import type { Database, Transaction } from '../db/client.ts';
import { StartupError } from '../errors.ts';
import { publicKeys } from '../webhooks/signing-keys.ts';
import { KEPT_ANSWERS, lockRows, putText, SEALED_COLUMNS, type SealedColumn } from './columns.ts';
import { masterIdOf, SEALED_PREFIX, type Vault } from './vault.ts';

/** The ASCII bytes of "pledgese". */
const LOCK = '8100961311638516581';

/**
 * Refuses a database that was begun with another master key, and seals what is in it in clear from versions before. The
 * first signing key is made, so that the next start knows the master key by it.
 * @throws StartupError
 */
export async function beginSecrets(database: Database, master_key: Buffer, vault: Vault): Promise<void> {
  await database.transaction(async (tx) => {
    await tx`select pg_advisory_xact_lock(${LOCK}::bigint)`;
    await refuseOtherMaster(tx, master_key);
    for (const column of SEALED_COLUMNS) await sealClear(tx, vault, column);
    await publicKeys(tx, vault);
  });
}

/** @throws StartupError when what is sealed here is under another master key */
export async function refuseOtherMaster(tx: Transaction, master_key: Buffer): Promise<void> {
  const id = masterIdOf(master_key);
  const others = await tx<{ master_id: string }[]>`
    select distinct master_id from data_key where master_id <> ${id} order by 1`;
  if (others.length === 0) return;
  throw new StartupError(
    `The secrets in this database are sealed under the master key ${others.map(({ master_id }) => master_id).join(', ')}, and the one given is ${id}: give that one, or re-wrap them with "npm run secrets:rewrap" (docs/operate.md).`,
  );
}

async function sealClear(tx: Transaction, vault: Vault, column: SealedColumn): Promise<void> {
  const clear =
    column === KEPT_ANSWERS
      ? String.raw`body like '{%"secret":"whsec\_%'`
      : `${column.column} not like '${SEALED_PREFIX}%'`;
  for (const row of await lockRows(tx, column, clear))
    await putText(tx, column, row, await vault.seal(row.owner, row.place, row.text));
}
