/** `npm run picture`: one pledge of the demonstration as docs/value-flow.svg, for the title page. */
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { run } from '../../src/command.ts';
import { loadConfig } from '../../src/config.ts';
import type { Database } from '../../src/db/client.ts';
import { openCalendar } from '../../src/demonstration/calendar.ts';
import { StartupError } from '../../src/errors.ts';
import { movesOf, type Pledge, pledgedPatents, valuesOf } from '../../src/pledges/store.ts';
import { openForCommand } from '../../src/process.ts';
import { flagsOf } from '../../src/risk/store.ts';
import { drawValueFlow, type PictureFlow } from './chart.tsx';

const HELP = `npm run picture

Draws docs/value-flow.svg from the demonstration database in PLEDGEWATCH_HOME, which must not be in use: the oldest
pledge that has a termination notice, a default and declared revenue for each of its patents.
`;

const FILE = fileURLToPath(new URL('../../docs/value-flow.svg', import.meta.url));

await run(async () => {
  const { values } = parseArgs({ options: { help: { type: 'boolean' } } });
  if (values.help) return void process.stdout.write(HELP);
  const config = loadConfig(process.env);
  const { database, close } = await openForCommand(config);
  try {
    await writeFile(FILE, await drawValueFlow(await readFlow(database)));
  } finally {
    await close();
  }
});

async function readFlow(database: Database): Promise<PictureFlow> {
  const calendar = await openCalendar(database);
  const pledge = calendar && (await choosePledge(database));
  if (!calendar || !pledge)
    throw new StartupError(
      'This database holds no finished demonstration: run npm start once, stop it, and run this again.',
    );
  const { sql } = database;
  const now = calendar.clock.now();
  const [patents, points, moves, flags] = await Promise.all([
    pledgedPatents(sql, [pledge.id]),
    valuesOf(sql, pledge.id, now),
    movesOf(sql, pledge.id, now),
    flagsOf(sql, pledge.id, now),
  ]);
  return { pledge, patents, points, moves, flags };
}

/** By rule and not by taste. Without declared revenue the band spans orders of magnitude, and nothing else is seen. */
async function choosePledge({ sql }: Database): Promise<Pledge | null> {
  const [row] = await sql<Pledge[]>`select pledge.* from pledge
    where exists (select from flag where pledge_id = pledge.id and rule = 'right_ended'
        and evidence ->> 'legal_state' = 'lapsed')
      and exists (select from pledge_move where pledge_id = pledge.id and to_state = 'defaulted')
      and not exists (select from pledge_patent where pledge_id = pledge.id and removed_at is null
        and annual_revenue_minor is null)
    order by pledge.id limit 1`;
  return row ?? null;
}
