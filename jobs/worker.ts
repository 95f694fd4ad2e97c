/** One worker: its feeds, its sender and its running jobs. */
import path from 'node:path';
import type { Logger } from 'pino';
import type { Clock } from '../src/clock.ts';
import type { Config } from '../src/config.ts';
import type { Database } from '../src/db/client.ts';
import { createDownloader } from '../src/fetches/download.ts';
import type { Vault } from '../src/secrets/vault.ts';
import { createAddressGuard } from '../src/webhooks/address-guard.ts';
import { createSender } from '../src/webhooks/send.ts';
import { type Feed, gazetteFeed, inboxFeed } from './feeds.ts';
import { fetchFeed } from './fetch-feed.ts';
import { DEFAULT_REPLAY } from './history.ts';
import { startJobs } from './index.ts';

export interface Worker {
  /** Looks at once for what is due, instead of at the next tick. */
  wake(): void;
  /** Ends after what is under way. */
  stop(): Promise<void>;
}

export interface WorkerOptions {
  database: Database;
  vault: Vault;
  clock: Clock;
  /** The bundled gazette goes on appearing in a demonstration. */
  demonstration: boolean;
  config: Config;
  log: Logger;
}

export async function startWorker({
  database,
  vault,
  clock,
  demonstration,
  config,
  log,
}: WorkerOptions): Promise<Worker> {
  const inbox = inboxFeed(path.join(config.home, 'inbox'), (line) => log.error(line));
  const downloader = createDownloader(createAddressGuard({ allowed_hosts: config.fetch_allowed_hosts }));
  const fetched = fetchFeed(database, vault, downloader, path.join(config.home, 'spool'));
  const gazette = demonstration ? [await gazetteFeed(DEFAULT_REPLAY.file)] : [];
  const feeds: Feed[] = [...gazette, inbox, fetched];
  const sender = createSender({ allowed_hosts: config.webhook_allowed_hosts });
  const jobs = await startJobs({ database, vault, clock, log, feeds, sender });
  return {
    wake: () => void jobs.tick().catch((error) => log.error({ error }, 'jobs are held up; trying again')),
    async stop() {
      await jobs.stop();
      await sender.close();
      await downloader.close();
    },
  };
}
