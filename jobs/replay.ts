/**
 * History walked again: the calendar goes month by month, the gazette brings what was really published by then, the
 * model is fitted on that alone, demonstration contracts are made and watched, and every event is delivered, signed,
 * to receivers that verify it.
 */
import type { Logger } from 'pino';
import { addMonths } from '../models/calendar.ts';
import { mulberry32 } from '../models/random.ts';
import { type Caller, createOrganisation, issueKey, type OrganisationKind } from '../src/accounts/store.ts';
import { settableClock } from '../src/clock.ts';
import type { Database, Transaction } from '../src/db/client.ts';
import { deriveChanged } from '../src/patents/derived.ts';
import { assessPledges } from '../src/risk/assess.ts';
import type { Vault } from '../src/secrets/vault.ts';
import { type Receiver, startReceiver } from '../src/webhooks/receiver.ts';
import { createSender } from '../src/webhooks/send.ts';
import { deleteEndpoint, insertEndpoint } from '../src/webhooks/store.ts';
import type { JobContext } from './context.ts';
import { contractBook, type Parties } from './contracts.ts';
import { deliverDue } from './deliver.ts';
import { gazetteFeed } from './feeds.ts';
import { ingest } from './ingest.ts';
import { type ReplaySummary, summarise } from './replay-summary.ts';
import { revalue } from './revalue.ts';

const BANKS = 3;
const FIRMS = 40;

export interface ReplayOptions {
  /** File in the layout of the bundled sample. */
  file: string;
  /** First and last month, as their first day. */
  from: string;
  to: string;
  seed: number;
  log: Logger;
  /** Called after each month with the share of the way that is done. */
  on_month?: (month: string, done: number) => void;
}

/** Organisations of the demonstration and a key for one of each kind. */
export interface Cast {
  parties: Parties;
  keys: Record<OrganisationKind, { organisation_id: string; name: string; key: string }>;
}

export interface Replayed {
  summary: ReplaySummary;
  cast: Cast;
}

/** Replays into a migrated, empty database. The endpoints it registers are gone when it returns. */
export async function replay(database: Database, vault: Vault, options: ReplayOptions): Promise<Replayed> {
  const started_ms = performance.now();
  const clock = settableClock(instantOf(options.from));
  const cast = await database.transaction((tx) => hire(tx, clock.now()));
  const arrived = new Set<string>();
  const secrets = new Map<string, string>();
  const receiver = await startReceiver({
    secrets_for: (path) => (secrets.has(path) ? [secrets.get(path)!] : []),
    on_event: ({ path, id }) => void arrived.add(`${path} ${id}`),
  });
  const sender = createSender({ allowed_hosts: [receiver.host] });
  try {
    const endpoints = await database.transaction((tx) =>
      subscribe(tx, vault, cast.parties, receiver, secrets, clock.now()),
    );
    const feeds = [await gazetteFeed(options.file)];
    const context: JobContext = { database, vault, clock, log: options.log, feeds, sender };
    await walk(context, clock.set, cast.parties, options);
    const summary = await summarise(database, {
      seed: options.seed,
      verified: receiver.counts.verified,
      arrived,
      seconds: (performance.now() - started_ms) / 1000,
    });
    await database.transaction(async (tx) => {
      for (const id of endpoints) await deleteEndpoint(tx, id, clock.now());
    });
    return { summary, cast };
  } finally {
    await sender.close();
    await receiver.close();
  }
}

async function walk(
  context: JobContext,
  setClock: (instant: Date) => void,
  parties: Parties,
  { from, to, seed, on_month }: ReplayOptions,
): Promise<void> {
  const { database } = context;
  const book = contractBook(parties, mulberry32(seed));
  const months = monthsBetween(from, to);
  for (const [index, month] of months.entries()) {
    const now = instantOf(month);
    setClock(now);
    await ingest(context, now);
    await deriveChanged(database, now);
    await revalue(context, now);
    await book.month(database, index, now);
    await revalue(context, now);
    await assessPledges(database, now);
    await deliverDue(context);
    on_month?.(month, (index + 1) / months.length);
  }
}

/** Invented organisations, marked as such. */
async function hire(tx: Transaction, now: Date): Promise<Cast> {
  const keys = {} as Cast['keys'];
  const engage = async (kind: OrganisationKind, number: number): Promise<Caller> => {
    const name = `Demonstration ${kind} ${String(number).padStart(2, '0')}`;
    const { id } = await createOrganisation(tx, { kind, name, demonstration: true }, now);
    const key = await issueKey(tx, id, 'demonstration', now);
    keys[kind] ??= { organisation_id: id, name, key: key.key };
    return { organisation_id: id, kind, key_id: key.id };
  };
  const banks: Caller[] = [];
  const firms: Caller[] = [];
  for (let n = 1; n <= BANKS; n++) banks.push(await engage('bank', n));
  for (let n = 1; n <= FIRMS; n++) firms.push(await engage('firm', n));
  await engage('staff', 1);
  return { parties: { banks, firms }, keys };
}

/** One endpoint each bank and firm. @returns the endpoints' ids */
async function subscribe(
  tx: Transaction,
  vault: Vault,
  { banks, firms }: Parties,
  receiver: Receiver,
  secrets: Map<string, string>,
  now: Date,
): Promise<string[]> {
  const ids: string[] = [];
  for (const { organisation_id } of [...banks, ...firms]) {
    const path = `/${organisation_id}`;
    const { endpoint, secret } = await insertEndpoint(
      tx,
      vault,
      { organisation_id, url: receiver.url + path, description: 'receiver of the replay', event_types: [] },
      now,
    );
    secrets.set(path, secret);
    ids.push(endpoint.id);
  }
  return ids;
}

function monthsBetween(from: string, to: string): string[] {
  const months: string[] = [];
  for (let month = from; month <= to; month = addMonths(from, months.length)) months.push(month);
  return months;
}

function instantOf(day: string): Date {
  return new Date(`${day}T01:00:00Z`);
}
