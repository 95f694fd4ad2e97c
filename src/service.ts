/** What the routes are handed. */
import type { Clock } from './clock.ts';
import type { Database } from './db/client.ts';
import type { Calendar } from './demonstration/calendar.ts';
import type { Vault } from './secrets/vault.ts';
import type { AddressGuard } from './webhooks/address-guard.ts';

export interface Service {
  /** As requests see it: what is the caller's (src/db/tenancy.ts). */
  database: Database;
  /** As the jobs see it: for who is asking, before anybody is known, and nothing else. */
  system: Database;
  vault: Vault;
  clock: Clock;
  guard: AddressGuard;
  /** The calendar of a demonstration, which staff may move; null in earnest. */
  calendar: Calendar | null;
  /** Told when something was changed that the jobs should look at soon. */
  onNews: () => void;
}
