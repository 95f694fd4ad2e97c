/** `npm run bench -- api`: what the service answers a second, beside a bare Fastify route that does one SELECT. */
import { randomUUID } from 'node:crypto';
import { calibrate } from '../../jobs/calibrate.ts';
import { gazetteFeed } from '../../jobs/feeds.ts';
import { ingest } from '../../jobs/ingest.ts';
import { revalue } from '../../jobs/revalue.ts';
import { VALUATION_CURRENCY } from '../../models/valuation.ts';
import { issueKey } from '../../src/accounts/store.ts';
import type { Database } from '../../src/db/client.ts';
import type { OnProgress } from '../chaos/run.ts';
import {
  activate,
  at,
  BUNDLED,
  freePatents,
  hire,
  type Parties,
  request,
  surroundings,
} from '../jobs/setting.ts';
import type { ApiReady } from './api-server.ts';
import { startChild } from './child.ts';
import { openStore } from './field.ts';
import { median, rounded } from './figures.ts';
import { type Load, mostPerSecond, type Request, waitAt } from './load.ts';

interface Measured {
  per_second: number;
  /** At 99 of 100, at half of `per_second`. */
  p99_ms: number;
  /** Of `per_second` to that of the bare route. */
  ratio: number;
}

export interface ApiReport extends Record<Name, Measured> {
  pledges: number;
  patents: number;
  points_per_pledge: number;
}

const KNOWN_ON = '2007-06-01';
const MONTHS = 24;
const NOW = new Date('2009-06-10T02:00:00Z');
const PLEDGES = 50;
const PATENTS_PER_PLEDGE = 2;
const CREATING_BANKS = 8;
/** As many patents in force as the bundled file may have. */
const MOST_CREATED = 10_000;
const ROUNDS = 3;
const ROUND_seconds = 5;
const WARMING_seconds = 2;

/** Those that end in `unchanged` send the tag of the last answer, and are told 304. */
const NAMES = [
  'bare',
  'portfolio',
  'portfolio_unchanged',
  'value_flow',
  'value_flow_unchanged',
  'create_pledge',
] as const;
type Name = (typeof NAMES)[number];

export async function benchApi(on_progress: OnProgress): Promise<ApiReport> {
  const store = await openStore();
  const { database } = store;
  const atEnd: (() => Promise<void>)[] = [];
  try {
    const { parties, patents } = await prepare(database, (end) => void atEnd.push(end));
    on_progress('pledges valued', 0.1);
    const { organisation_id } = parties.bank;
    const child = await startChild<ApiReady>(
      'api-server.ts',
      [store.url, NOW.toISOString(), organisation_id],
      true,
    );
    atEnd.push(() => child.end());
    const creation = await pledgesToCreate(database);
    const loads = await loadsOf(child.ready, database, parties, creation.next);
    const measured = Object.fromEntries(
      NAMES.map((name) => [name, { per_second: [], p99_ms: [] }]),
    ) as unknown as Record<Name, { per_second: number[]; p99_ms: number[] }>;
    for (const name of NAMES) await mostPerSecond(loads[name], WARMING_seconds);
    for (let round = 1; round <= ROUNDS; round++)
      for (const [place, name] of NAMES.entries()) {
        await creation.letPatentsGo();
        const per_second = await mostPerSecond(loads[name], ROUND_seconds);
        measured[name].per_second.push(per_second);
        await creation.letPatentsGo();
        measured[name].p99_ms.push(await waitAt(per_second / 2, loads[name], ROUND_seconds));
        on_progress(
          `round ${round}, ${name}`,
          0.1 + (0.9 * (NAMES.length * (round - 1) + place + 1)) / (NAMES.length * ROUNDS),
        );
      }
    const bare_per_second = median(measured.bare.per_second);
    const rateOf = (name: Name): Measured => {
      const per_second = median(measured[name].per_second);
      return {
        per_second: Math.round(per_second),
        p99_ms: median(measured[name].p99_ms),
        ratio: rounded(per_second / bare_per_second, 3),
      };
    };
    const rates = Object.fromEntries(NAMES.map((name) => [name, rateOf(name)])) as Record<Name, Measured>;
    return { pledges: PLEDGES, patents, points_per_pledge: MONTHS, ...rates };
  } finally {
    for (const end of atEnd.reverse()) await end();
    await store.close();
  }
}

/** A bank's loans on real patents, each valued every month for two years. */
async function prepare(database: Database, atEnd: (end: () => Promise<void>) => void) {
  const first = at(KNOWN_ON);
  const feeds = [await gazetteFeed(BUNDLED)];
  const context = { ...surroundings({ teardown: atEnd }, database, first), feeds };
  await ingest(context, first);
  await calibrate(context, first);
  const parties = await hire(database, first);
  const patents = await freePatents(database, PLEDGES * PATENTS_PER_PLEDGE);
  for (let n = 0; n < PLEDGES; n++) {
    const own = patents.slice(n * PATENTS_PER_PLEDGE, (n + 1) * PATENTS_PER_PLEDGE);
    const { id } = await request(database, parties, own, first);
    await activate(database, parties, id, first);
  }
  for (let month = 1; month < MONTHS; month++) {
    const slot = new Date(first);
    slot.setUTCMonth(slot.getUTCMonth() + month);
    await ingest(context, slot);
    await revalue(context, slot);
  }
  // What autovacuum does in its own time.
  await database.sql`vacuum analyze`;
  return { parties, patents: patents.length };
}

async function loadsOf(
  { service, bare }: ApiReady,
  database: Database,
  { bank }: Parties,
  creation: () => Request | null,
) {
  const { key } = await database.transaction((tx) => issueKey(tx, bank.organisation_id, 'bench', NOW));
  const headers = { authorization: `Bearer ${key}` };
  const pledges = await database.sql<{ id: string }[]>`select id from pledge order by id`;
  let turn = 0;
  const flowOf = () => `/v1/pledges/${pledges[turn++ % pledges.length]!.id}/value-flow`;
  const get = (path: string, more = {}): Request => ({
    method: 'GET',
    path,
    headers: { ...headers, ...more },
  });
  const tags = new Map<string, string>();
  for (const path of ['/v1/portfolio', ...pledges.map(({ id }) => `/v1/pledges/${id}/value-flow`)]) {
    const answer = await fetch(service + path, { headers });
    tags.set(path, answer.headers.get('etag') ?? '');
  }
  const unchanged = (path: string) => get(path, { 'if-none-match': tags.get(path)! });
  const on = (address: string, status: number, next: () => Request | null): Load => ({
    address,
    status,
    next,
  });
  return {
    bare: on(bare, 200, () => ({ method: 'GET', path: '/', headers: {} })),
    portfolio: on(service, 200, () => get('/v1/portfolio')),
    portfolio_unchanged: on(service, 304, () => unchanged('/v1/portfolio')),
    value_flow: on(service, 200, () => get(flowOf())),
    value_flow_unchanged: on(service, 304, () => unchanged(flowOf())),
    create_pledge: on(service, 201, creation),
  };
}

interface Creation {
  /** Null when every patent is pledged. */
  next: () => Request | null;
  /** So that they may be pledged again: a patent is under one live pledge at most. */
  letPatentsGo(): Promise<void>;
}

/** Each of one patent, for several banks and firms in turn, with a key of idempotency as a client would send. */
async function pledgesToCreate(database: Database): Promise<Creation> {
  const pairs: { headers: Record<string, string>; bank_id: string; firm_id: string }[] = [];
  for (let n = 0; n < CREATING_BANKS; n++) {
    const { bank, firm } = await hire(database, NOW);
    const { key } = await database.transaction((tx) => issueKey(tx, bank.organisation_id, 'bench', NOW));
    pairs.push({
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      bank_id: bank.organisation_id,
      firm_id: firm.organisation_id,
    });
  }
  const patents = await freePatents(database, MOST_CREATED);
  let pledged = 0;
  const next = () => {
    const patent_id = patents[pledged];
    if (patent_id === undefined) return null;
    const { headers, ...parties } = pairs[pledged++ % pairs.length]!;
    const loan = { currency: VALUATION_CURRENCY, principal_minor: 100_000, matures_on: '2011-06-01' };
    return {
      method: 'POST',
      path: '/v1/pledges',
      headers: { ...headers, 'idempotency-key': randomUUID() },
      body: JSON.stringify({ ...parties, ...loan, patents: [{ patent_id }] }),
    } as const;
  };
  const letPatentsGo = async () => {
    await database.sql`update pledge set state = 'withdrawn' where state = 'requested'`;
    pledged = 0;
  };
  return { next, letPatentsGo };
}

export function apiText(report: ApiReport): string {
  const line = (name: Name) => {
    const { per_second, p99_ms, ratio } = report[name];
    return `${name.padEnd(22)}${per_second} a second, ratio ${ratio}; ${p99_ms} ms at 99 of 100 at half of that`;
  };
  return [`A portfolio of ${report.pledges} pledges, ${report.patents} patents`, ...NAMES.map(line), ''].join(
    '\n',
  );
}
