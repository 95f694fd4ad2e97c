/**
 * `npm run bench -- network`: how long it takes to match one need in a network of twenty thousand clients, over HTTP, each
 * question as one client under its policies, with patents beside that nobody offers.
 */
import pino from 'pino';
import { corpusWorld } from '../../models/simulation/corpus-inventions.ts';
import { createOrganisation, issueKey } from '../../src/accounts/store.ts';
import { buildApp } from '../../src/app.ts';
import { settableClock } from '../../src/clock.ts';
import { connect, type Database } from '../../src/db/client.ts';
import { APP_ROLE, tenantDatabase } from '../../src/db/tenancy.ts';
import { createVault } from '../../src/secrets/vault.ts';
import { createAddressGuard } from '../../src/webhooks/address-guard.ts';
import type { OnProgress } from '../chaos/run.ts';
import { MASTER_KEY } from '../database.ts';
import { UNHURRIED } from '../service.ts';
import { openStore } from './field.ts';
import { quantile, rounded } from './figures.ts';
import { askFigures, type FiguresMeasured, fillDesks } from './network-figures.ts';
import { DESKS, type MadeNetwork, makeNetwork } from './network-made.ts';
import { processorTime_ms } from './processor.ts';
import { derive, ingestCorpus } from './search.ts';

export interface NetworkSizes {
  clients: number;
  offers: number;
  patents: number;
  seed: number;
}

export interface NetworkReport extends NetworkSizes {
  desks: number;
  needs: number;
  /** Of matching one need. */
  p50_ms: number;
  p99_ms: number;
  /** Of service and database together; null where the kernel does not tell. */
  processor_p50_ms: number | null;
  processor_p99_ms: number | null;
  /** Needs that nothing matched. */
  empty: number;
  /** Of the operator's page over all desks. */
  figures: FiguresMeasured;
}

export const DEFAULT_CLIENTS = 20_000;
export const DEFAULT_OFFERS = 100_000;
export const DEFAULT_BESIDE = 20_000;
export const MOST_OFFERS = 1_000_000;

const NEEDS = 400;
const WARMING = 40;
const AT = new Date('2026-01-06T00:00:00Z');
/** An initial load may analyse and vacuum for longer than any question may take. */
const PATIENCE_ms = 1_800_000;

export async function benchNetwork(sizes: NetworkSizes, on_progress: OnProgress): Promise<NetworkReport> {
  const store = await openStore();
  const database = store.database.sibling({ statement_timeout_ms: PATIENCE_ms });
  try {
    const { clients, offers, patents, seed } = sizes;
    await ingestCorpus(database, corpusWorld(seed, patents), (text, share) => on_progress(text, share / 2));
    await derive(database, patents, () => on_progress('search rows derived', 0.4));
    const made = await makeNetwork(
      database,
      { clients, offers, needs: Math.min(NEEDS, clients), seed },
      (text, share) => on_progress(text, 0.4 + 0.4 * share),
    );
    await fillDesks(database, { clients: made.clients, desks: DESKS, seed, until: AT });
    // What autovacuum does in its own time.
    await database.sql`vacuum analyze`;
    const matching = await matchNeeds(store.url, database, made, on_progress);
    const figures = await figuresOf(store.url, database);
    return { ...sizes, desks: DESKS, needs: made.needs.length, ...matching, figures };
  } finally {
    await database.close();
    await store.close();
  }
}

async function matchNeeds(url: string, database: Database, { needs }: MadeNetwork, on_progress: OnProgress) {
  const keys = await Promise.all(
    needs.map(({ client_id }) =>
      database.transaction(async (tx) => (await issueKey(tx, client_id, 'bench', AT)).key),
    ),
  );
  const { address, close } = await openService(url, database);
  const took: number[] = [];
  const ran: number[] = [];
  let empty = 0;
  try {
    const ask = async (place: number) => {
      const started_ms = performance.now();
      const answer = await fetch(`${address}/v1/network/needs/${needs[place]!.id}/matches`, {
        headers: { authorization: `Bearer ${keys[place]}` },
      });
      const text = await answer.text();
      if (answer.status !== 200) throw new Error(`${answer.status} ${text}`);
      if ((JSON.parse(text) as { data: unknown[] }).data.length === 0) empty += 1;
      return performance.now() - started_ms;
    };
    for (let n = 0; n < WARMING; n++) await ask(n % needs.length);
    empty = 0;
    for (const place of needs.keys()) {
      const before_ms = await processorTime_ms();
      took.push(await ask(place));
      const after_ms = await processorTime_ms();
      if (before_ms !== null && after_ms !== null) ran.push(after_ms - before_ms);
      on_progress(`${place + 1} needs matched`, 0.8 + (0.2 * (place + 1)) / needs.length);
    }
  } finally {
    await close();
  }
  const share = (values: readonly number[], of: number) =>
    values.length > 0 ? rounded(quantile(values, of), 1) : null;
  return {
    p50_ms: share(took, 0.5)!,
    p99_ms: share(took, 0.99)!,
    processor_p50_ms: share(ran, 0.5),
    processor_p99_ms: share(ran, 0.99),
    empty,
  };
}

async function figuresOf(url: string, database: Database): Promise<FiguresMeasured> {
  const operator = { kind: 'staff', name: 'Operator', demonstration: true } as const;
  const { key } = await database.transaction(async (tx) =>
    issueKey(tx, (await createOrganisation(tx, operator, AT)).id, 'bench', AT),
  );
  const { address, close } = await openService(url, database);
  try {
    return await askFigures(address, key);
  } finally {
    await close();
  }
}

/** The service on a free port, as a client in another process would meet it. */
async function openService(url: string, system: Database) {
  const database = tenantDatabase(connect(url, { role: APP_ROLE }));
  const service = {
    database,
    system,
    vault: createVault(system, MASTER_KEY),
    clock: settableClock(AT),
    guard: createAddressGuard({ allowed_hosts: [] }),
    calendar: null,
    onNews: () => undefined,
  };
  const log = pino({ level: 'silent' });
  const app = await buildApp({ service, log, version: '0.0.0', http: UNHURRIED });
  const address = await app.listen({ host: '127.0.0.1', port: 0 });
  return {
    address,
    async close() {
      await app.close();
      await database.close();
    },
  };
}

export function networkText(report: NetworkReport): string {
  const { clients, desks, offers, patents, needs, empty, p50_ms, p99_ms, figures } = report;
  const { processor_p50_ms, processor_p99_ms } = report;
  return [
    `Network   ${clients} clients, ${desks} desks, ${offers} offers, ${patents} patents beside`,
    `Matching  ${p50_ms} ms in the middle, ${p99_ms} ms at 99 of 100; ${needs} needs, ${empty} found nothing`,
    `          ${processor_p50_ms ?? '-'} and ${processor_p99_ms ?? '-'} ms of processor time, service and database together`,
    `Figures   ${figures.p50_ms} ms in the middle, ${figures.p99_ms} ms at 99 of 100, of the page over all desks`,
    '',
  ].join('\n');
}
