/** The first start on an empty embedded database: history replayed, its calendar kept, keys and passwords written down. */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Logger } from 'pino';
import { addMonths } from '../models/calendar.ts';
import type { Config } from '../src/config.ts';
import { connect, type Database } from '../src/db/client.ts';
import { migrate } from '../src/db/migrate.ts';
import { MIGRATIONS } from '../src/db/open.ts';
import { foundCalendar } from '../src/demonstration/calendar.ts';
import { type DemonstratedKind, foundVisitors } from '../src/demonstration/people.ts';
import type { Vault } from '../src/secrets/vault.ts';
import { DEFAULT_REPLAY } from './history.ts';
import { progressBar } from './progress.ts';
import { type Cast, replay } from './replay.ts';
import { summaryText } from './replay-summary.ts';

/** Set while a replay is under way, so that one that was cut short is known at the next start. */
const UNFINISHED = 'demonstration_unfinished';

/** Whether nothing has been recorded here, or only a replay that was cut short. */
export async function wantsDemonstration({ sql }: Database): Promise<boolean> {
  const [row] = await sql<{ wanted: boolean }[]>`
    select (not exists (select from organisation) and not exists (select from patent))
      or exists (select from setting where name = ${UNFINISHED}) as wanted`;
  return row!.wanted;
}

/** Takes about a minute, with a bar. The calendar goes on from the month after the last one replayed. */
export async function foundDemonstration(
  { database, owner_url, vault }: { database: Database; owner_url: string; vault: Vault },
  config: Config,
  log: Logger,
): Promise<void> {
  await startAfresh(database, owner_url);
  process.stderr.write(
    'The database is empty: replaying the real history of the bundled patents, about a minute.\n',
  );
  const quiet = log.child({}, { level: 'warn' });
  const { summary, cast } = await replay(database, vault, {
    ...DEFAULT_REPLAY,
    log: quiet,
    on_month: progressBar('replay'),
  });
  await mkdir(config.home, { recursive: true });
  const file = path.join(config.home, 'demonstration.json');
  const visitors = await database.transaction((tx) =>
    foundVisitors(tx, vault, organisationsOf(cast), new Date(`${DEFAULT_REPLAY.to}T00:00:00Z`)),
  );
  await writeFile(file, `${JSON.stringify({ ...cast.keys, visitors, summary }, null, 2)}\n`, { mode: 0o600 });
  await foundCalendar(database, new Date(`${addMonths(DEFAULT_REPLAY.to, 1)}T00:00:00Z`));
  await database.sql`delete from setting where name = ${UNFINISHED}`;
  process.stderr.write(summaryText(summary));
  for (const { email, password } of Object.values(visitors))
    process.stderr.write(`Signs in   ${email} ${password}\n`);
}

/** Those that the demonstration has a key of. */
export function organisationsOf({ keys }: Cast): Record<DemonstratedKind, string> {
  return {
    bank: keys.bank.organisation_id,
    firm: keys.firm.organisation_id,
    staff: keys.staff.organisation_id,
  };
}

/** Removes what a replay that was cut short has left, and notes that one is under way. */
async function startAfresh(database: Database, owner_url: string): Promise<void> {
  const [unfinished] = await database.sql`select from setting where name = ${UNFINISHED}`;
  if (unfinished) {
    const owner = connect(owner_url, { max: 1 });
    await owner.transaction(async (tx) => {
      await tx`drop schema public cascade`;
      await tx`create schema public`;
    });
    await migrate(owner, MIGRATIONS);
    await owner.close();
  }
  await database.sql`insert into setting (name, value) values (${UNFINISHED}, 'true')`;
}
