/** New data keys, and what is sealed under older ones sealed anew: while servers and workers run, and to be taken up again. */
import type { Database, Transaction } from '../db/client.ts';
import { lockRows, putText, SEALED_COLUMNS, type SealedColumn } from './columns.ts';
import { SealedTextError } from './seal.ts';
import { INSTALLATION, SEALED_PREFIX, type Vault } from './vault.ts';

/** Texts sealed anew in one transaction. */
const STEP_TEXTS = 200;

export interface Resealed {
  /** Owners who got a new data key. */
  renewed: number;
  /** Texts that are under the newest key of their owner now and were not before. */
  resealed: number;
  /** Texts that do not open, which are left as they are. */
  unopened: SealedTextError[];
}

/**
 * Each owner whose newest data key is older than that gets a new one; then all that is not under the newest of its owner is
 * sealed anew, whichever run made that key.
 * @param on_step told how many texts of how many were looked at
 */
export async function reseal(
  database: Database,
  vault: Vault,
  older_than_hours: number,
  on_step: (done: number, all: number) => void = () => {},
): Promise<Resealed> {
  const owners = await database.sql<{ owner: string }[]>`select owner from data_key group by owner
    having max(created_at) <= now() - make_interval(hours => ${older_than_hours}) order by owner`;
  for (const { owner } of owners) await vault.renew(owner);
  let all = 0;
  for (const column of SEALED_COLUMNS) all += await countBehind(database, column);
  const told: Resealed = { renewed: owners.length, resealed: 0, unopened: [] };
  for (const column of SEALED_COLUMNS)
    for (let after: readonly string[] | undefined = []; after; ) {
      const from: readonly string[] = after;
      after = await database.transaction((tx) => resealStep(tx, vault, column, from, told));
      if (all > 0) on_step(Math.min(all, told.resealed + told.unopened.length), all);
    }
  return told;
}

/** @returns the key of the last row; undefined when there is none */
async function resealStep(
  tx: Transaction,
  vault: Vault,
  column: SealedColumn,
  after: readonly string[],
  told: Resealed,
): Promise<readonly string[] | undefined> {
  const rows = await lockRows(tx, column, behind(column), after, STEP_TEXTS);
  for (const row of rows) {
    const { owner, place, text } = row;
    try {
      const opened = await vault.open(owner, place, text);
      await putText(tx, column, row, await vault.seal(owner, place, opened));
      told.resealed += 1;
    } catch (error) {
      if (!(error instanceof SealedTextError)) throw error;
      told.unopened.push(error);
    }
  }
  return rows.at(-1)?.key;
}

async function countBehind({ sql }: Database, column: SealedColumn): Promise<number> {
  const [row] = await sql.unsafe<{ count: number }[]>(
    `select count(*)::int as count from ${column.table} where ${behind(column)}`,
  );
  return row!.count;
}

/** SQL that is true of a text under an older data key than the newest of its owner. */
function behind({ column, owner }: SealedColumn): string {
  const whose = owner ?? `'${INSTALLATION}'`;
  return `${column} like '${SEALED_PREFIX}%' and ${column} not like '${SEALED_PREFIX}'
    || (select max(version) from data_key where data_key.owner = ${whose}) || '.%'`;
}
