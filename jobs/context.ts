/** What every job is handed. */
import type { Logger } from 'pino';
import type { Clock } from '../src/clock.ts';
import type { Database } from '../src/db/client.ts';
import type { Vault } from '../src/secrets/vault.ts';
import type { Sender } from '../src/webhooks/send.ts';
import type { Feed } from './feeds.ts';

export interface JobContext {
  database: Database;
  vault: Vault;
  /** The service's calendar: slots and valuation dates. Deliveries run on real time. */
  clock: Clock;
  log: Logger;
  feeds: readonly Feed[];
  sender: Sender;
}
