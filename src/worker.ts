/** `npm run worker`: jobs only, for as many processes as the work needs, beside `npm start -- --http-only`. */
import { parseArgs } from 'node:util';
import { startWorker } from '../jobs/worker.ts';
import { systemClock } from './clock.ts';
import { run } from './command.ts';
import { loadConfig } from './config.ts';
import { openDatabase } from './db/open.ts';
import { openCalendar } from './demonstration/calendar.ts';
import { createLogger, endInOrder } from './process.ts';
import { beginSecrets } from './secrets/begin.ts';
import { masterKeyOf } from './secrets/master-key.ts';
import { createVault } from './secrets/vault.ts';
import { serveMetrics } from './telemetry/serve.ts';
import { startTraces } from './telemetry/traces.ts';

const HELP = `npm run worker

Runs the jobs (ingest, revalue, assess, deliver) against DATABASE_URL, with the MASTER_KEY of the server. Any number may
run; no slot is run twice. With METRICS_PORT figures for Prometheus are answered there, on METRICS_HOST (127.0.0.1).
`;

await run(async () => {
  const { values } = parseArgs({ options: { help: { type: 'boolean' } } });
  if (values.help) return void process.stdout.write(HELP);
  const config = loadConfig(process.env);
  const log = createLogger(config);
  const traces = await startTraces(config, 'pledgewatch-worker');
  const { database, close } = await openDatabase(config.database_url, config.home, log);
  try {
    const master_key = await masterKeyOf(config, database);
    const vault = createVault(database, master_key);
    await beginSecrets(database, master_key, vault);
    const calendar = await openCalendar(database);
    const clock = calendar?.clock ?? systemClock;
    const metrics = await serveMetrics(config, database, clock);
    const worker = await startWorker({
      database,
      vault,
      clock,
      demonstration: calendar !== null,
      config,
      log,
    });
    endInOrder(log, [
      ['jobs', () => worker.stop()],
      ['metrics', async () => metrics?.close()],
      ['database', close],
      ['traces', async () => traces?.close()],
    ]);
  } catch (error) {
    await close();
    throw error;
  }
});
