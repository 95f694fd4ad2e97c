/** The jobs of the service: what runs when, and the loop that runs it. */
import cron from 'node-cron';
import { publishHeads } from '../src/audit/heads.ts';
import { dateOf } from '../src/clock.ts';
import { MODULE_DERIVATIONS, MODULE_LISTENERS, MODULES } from '../src/modules.ts';
import { hearEvents } from '../src/outbox/hear.ts';
import { DERIVATIONS, deriveChanged } from '../src/patents/derived.ts';
import { checkSources } from '../src/patents/freshness.ts';
import { revalueStale } from '../src/pledges/revalue.ts';
import { assessPledges } from '../src/risk/assess.ts';
import { markEnded } from '../src/search/derive.ts';
import { latestModels } from '../src/valuations/store.ts';
import type { JobContext } from './context.ts';
import { deliverUntilStopped } from './deliver.ts';
import { ingest } from './ingest.ts';
import { revalue } from './revalue.ts';
import { runDueSlots, type SlottedJob, startSlots } from './slots.ts';
import { tend } from './tend.ts';

/** In the order of a day: what was ingested is valued, what was valued is assessed. */
export const JOBS: readonly SlottedJob[] = [
  { id: 'ingest', minute: 10, run: ingest },
  { id: 'sources', minute: 15, run: ({ database }, slot) => checkSources(database, slot) },
  { id: 'revalue', minute: 20, run: revalue },
  { id: 'assess', minute: 30, run: ({ database }, slot) => assessPledges(database, slot) },
  { id: 'tend', minute: 40, run: tend },
  ...MODULES.map(({ name, tend }) => ({ id: name, minute: 45, run: tend })),
  { id: 'heads', minute: 50, run: ({ database }, slot) => publishHeads(database, slot) },
];

/** The ticker only looks; what is due is read from the database. */
const TICK = '*/10 * * * * *';

export interface RunningJobs {
  /** Runs what is due now, for a caller who will not wait for the next tick. */
  tick(): Promise<void>;
  /** Ends after what is under way. */
  stop(): Promise<void>;
}

/**
 * Starts the jobs of one worker. Any number of workers may run against one database.
 * Between the daily slots every tick also revalues and assesses the pledges that something made stale.
 */
export async function startJobs(context: JobContext): Promise<RunningJobs> {
  const { database, clock, log } = context;
  await startSlots(database.sql, JOBS, clock.now());
  let under_way: Promise<void> = Promise.resolve();
  const tick = () => {
    under_way = under_way.then(async () => {
      await runDueSlots(context, JOBS);
      await react(context);
    });
    return under_way;
  };
  const guarded = () => {
    tick().catch((error) => {
      log.error({ error }, 'jobs are held up; trying again');
      under_way = Promise.resolve();
    });
  };
  const ticker = cron.schedule(TICK, guarded, { timezone: 'UTC', logger: log });
  const stopping = new AbortController();
  const delivering = deliverUntilStopped(context, stopping.signal);
  guarded();
  return {
    tick,
    async stop() {
      await ticker.destroy();
      stopping.abort();
      await Promise.allSettled([under_way, delivering]);
    },
  };
}

/** News should not wait for the next daily slot: what is behind is derived, what is stale is valued and assessed now. */
async function react(context: JobContext): Promise<void> {
  const { database, clock } = context;
  const now = clock.now();
  await markEnded(database.sql, dateOf(now), now);
  const quick = context.feeds.filter((feed) => feed.every_tick);
  if (quick.length > 0) await ingest({ ...context, feeds: quick }, now);
  await deriveChanged(database, now, [...DERIVATIONS, ...MODULE_DERIVATIONS]);
  await hearEvents(database, MODULE_LISTENERS, now);
  const stale = await database.sql<{ pledge_id: string }[]>`
    select pledge_id from pledge_stale where since <= ${now} order by pledge_id`;
  const models = stale.length === 0 ? null : await latestModels(database.sql, now);
  if (models === null) return;
  await revalueStale(database, models, now);
  await assessPledges(
    database,
    now,
    stale.map((row) => row.pledge_id),
  );
}
