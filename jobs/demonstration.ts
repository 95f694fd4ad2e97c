/** The first start on an empty embedded database: history replayed, its calendar kept, keys written down. */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Logger } from 'pino';
import { addMonths } from '../models/calendar.ts';
import type { Config } from '../src/config.ts';
import type { Database } from '../src/db/client.ts';
import { foundCalendar } from '../src/demonstration/calendar.ts';
import { progressBar } from './progress.ts';
import { DEFAULT_REPLAY, replay } from './replay.ts';
import { summaryText } from './replay-summary.ts';

/** Nothing has ever been recorded here. */
export async function isEmpty({ sql }: Database): Promise<boolean> {
  const [row] = await sql`select from organisation limit 1`;
  return row === undefined;
}

/** Takes about a minute, with a bar. The calendar goes on from the month after the last one replayed. */
export async function foundDemonstration(database: Database, config: Config, log: Logger): Promise<void> {
  process.stderr.write(
    'The database is empty: replaying the real history of the bundled patents, about a minute.\n',
  );
  const quiet = log.child({}, { level: 'warn' });
  const { summary, cast } = await replay(database, {
    ...DEFAULT_REPLAY,
    log: quiet,
    on_month: progressBar('replay'),
  });
  await mkdir(config.home, { recursive: true });
  const file = path.join(config.home, 'demonstration.json');
  await writeFile(file, `${JSON.stringify({ ...cast.keys, summary }, null, 2)}\n`, { mode: 0o600 });
  await foundCalendar(database, new Date(`${addMonths(DEFAULT_REPLAY.to, 1)}T00:00:00Z`));
  process.stderr.write(summaryText(summary));
}
