/**
 * The secondary modules beside the monitor, joined to it here and nowhere else. They know the core by its functions and hear
 * its events; the core knows them by this interface; they know nothing of each other.
 */
import type { FastifyInstance, FastifyPluginAsync } from 'fastify';
import type { Logger } from 'pino';
import type { HttpConfig } from './config.ts';
import type { Database } from './db/client.ts';
import { filing } from './filing/module.ts';
import type { Rates } from './http/rates.ts';
import { listing } from './listing/module.ts';
import { marking } from './marking/module.ts';
import { network } from './network/module.ts';
import type { Listener } from './outbox/hear.ts';
import type { Place } from './pages/navigation.ts';
import type { Derivation } from './patents/derived.ts';
import type { Vault } from './secrets/vault.ts';
import type { Service } from './service.ts';

/** What routes and pages of a module are handed. */
export interface ModuleSetting {
  service: Service;
  rates: Rates;
  http: HttpConfig;
}

/** What its daily work is handed. */
export interface TendContext {
  database: Database;
  vault: Vault;
  log: Logger;
}

export interface SecondaryModule {
  name: string;
  routes(setting: ModuleSetting): FastifyPluginAsync;
  /** Registered where errors are pages and forms are read. */
  pages(app: FastifyInstance, setting: ModuleSetting): void;
  /** Where the navigation leads to in it. */
  places: readonly Place[];
  /** Events of the core that it hears: each once, in order. */
  listeners: readonly Listener[];
  /** What it does when something was learnt of patents, in the transaction that derives the rest. */
  derivations: readonly Derivation[];
  /** Its daily work, once for each day, days missed caught up. */
  tend(context: TendContext, slot: Date): Promise<Record<string, number>>;
}

export const MODULES: readonly SecondaryModule[] = [filing, listing, marking, network];

export const MODULE_LISTENERS: readonly Listener[] = MODULES.flatMap((module) => module.listeners);
export const MODULE_DERIVATIONS: readonly Derivation[] = MODULES.flatMap((module) => module.derivations);
