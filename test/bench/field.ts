/** What every measurement stands on: a durable PostgreSQL of its own and a receiver in a process of its own. */
import { rm } from 'node:fs/promises';
import { connect, type Database } from '../../src/db/client.ts';
import { startEmbedded } from '../../src/db/embedded.ts';
import { migrate } from '../../src/db/migrate.ts';
import { MIGRATIONS } from '../../src/db/open.ts';
import { openFolder } from '../database.ts';
import type { Arrival, ReceiverQuestion, ReceiverReady } from './arrivals.ts';
import { startChild } from './child.ts';

export interface Store {
  /** Of the database. */
  url: string;
  database: Database;
  close(): Promise<void>;
}

/** A fresh, migrated database with the settings of production, thrown away when closed. */
export async function openStore(): Promise<Store> {
  const folder = await openFolder('pledgewatch-bench-');
  const server = await startEmbedded({ directory: folder });
  const database = connect(server.owner_url);
  await migrate(database, MIGRATIONS);
  return {
    url: server.owner_url,
    database,
    async close() {
      await database.close();
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export interface Field extends Store {
  /** `127.0.0.1:port` of the receiver. */
  host: string;
  /** What arrived since the last time, in order. */
  takeArrivals(): Promise<Arrival[]>;
  /** Cuts the requests that hang. @returns how many there were */
  letGo(): Promise<number>;
}

export async function openField(): Promise<Field> {
  const store = await openStore();
  const receiver = await startChild<ReceiverReady>('receiver.ts', []);
  const ask = <Answer>(what: ReceiverQuestion['what']) => receiver.ask<Answer>({ what });
  return {
    ...store,
    host: receiver.ready.host,
    takeArrivals: () => ask<Arrival[]>('arrivals since'),
    letGo: async () => (await ask<{ held: number }>('let go')).held,
    async close() {
      await receiver.end();
      await store.close();
    },
  };
}
