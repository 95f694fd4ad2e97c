// A process of its own that values a corpus when it is asked to, and tells how long it took and how much memory.
import { revalueAll } from '../../src/corpus/full.ts';
import { revalueChanged } from '../../src/corpus/incremental.ts';
import { lastRun } from '../../src/corpus/run.ts';
import { connect } from '../../src/db/client.ts';
import { WORKER_ROLE } from '../../src/db/tenancy.ts';
import { modelsById } from '../../src/valuations/store.ts';

export interface ValuerQuestion {
  what: 'all' | 'changed';
  model_set_id: string;
  now_ms: number;
}

export interface ValuerAnswer {
  patents: number;
  valued: number;
  points: number;
  seconds: number;
  /** Processor time of this process, all threads. */
  cpu_seconds: number;
  /** Of this process since it began, all threads. */
  peak_rss_mb: number;
}

const KB_A_MB = 1024;

const [url] = process.argv.slice(2);
const place = { url: url!, role: WORKER_ROLE, database: connect(url!, { max: 3, role: WORKER_ROLE }) };
await place.database.check();
process.on('message', async ({ what, model_set_id, now_ms }: ValuerQuestion) => {
  const { sql } = place.database;
  const models = (await modelsById(sql, [model_set_id])).get(model_set_id)!;
  const now = new Date(now_ms);
  const started_ms = performance.now();
  const started_cpu = process.cpuUsage();
  const { patents, valued, points } =
    what === 'all'
      ? await revalueAll(place, models, now)
      : await revalueChanged(place.database, (await lastRun(sql))!, models, now);
  const cpu = process.cpuUsage(started_cpu);
  const answer: ValuerAnswer = {
    ...{ patents, valued, points },
    seconds: (performance.now() - started_ms) / 1000,
    cpu_seconds: (cpu.user + cpu.system) / 1e6,
    peak_rss_mb: process.resourceUsage().maxRSS / KB_A_MB,
  };
  process.send!(answer);
});
process.on('disconnect', () => process.exit());
process.send!('ready');
