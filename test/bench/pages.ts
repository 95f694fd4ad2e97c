/** `npm run bench -- pages`: a day's queue and a large portfolio as pages: the service's time, what is sent, when it is painted. */
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import type { Browser } from 'playwright-core';
import { calibrate } from '../../jobs/calibrate.ts';
import { RULES } from '../../models/risk/rules.ts';
import { issueKey } from '../../src/accounts/store.ts';
import type { Database } from '../../src/db/client.ts';
import { newId } from '../../src/ids.ts';
import { ingestRecords } from '../../src/patents/ingest.ts';
import { assessPledges } from '../../src/risk/assess.ts';
import type { OnProgress } from '../chaos/run.ts';
import {
  activate,
  at,
  hire,
  ingestTo,
  news,
  type Parties,
  request,
  SOURCE,
  surroundings,
  told,
} from '../jobs/setting.ts';
import { launchBrowser } from '../pages/browser.ts';
import type { ApiReady } from './api-server.ts';
import { startChild } from './child.ts';
import { openStore } from './field.ts';
import { median, rounded } from './figures.ts';
import { type Load, mostPerSecond, waitAt } from './load.ts';

interface Measured {
  /** Documents a second, as many as are answered. */
  per_second: number;
  /** The service's time for the document, at 99 of 100, at half of `per_second`. */
  p99_ms: number;
  /** Document, style and scripts as sent to a browser that reads gzip; and its fonts, which a browser keeps. */
  page_gzip_kb: number;
  fonts_kb: number;
  /** From the click to the largest paint, in a browser that has kept nothing. */
  largest_paint_ms: number;
}

export interface PagesBenchReport extends Record<Name, Measured> {
  flags: number;
  patents: number;
  pledges: number;
}

const NAMES = ['queue', 'portfolio'] as const;
type Name = (typeof NAMES)[number];
const PATHS: Readonly<Record<Name, string>> = { queue: '/reviews', portfolio: '/portfolio' };

const NOW = new Date('2007-06-01T02:00:00Z');
const KNOWN_ON = '2007-06-01';
const FLAGS = 10_000;
const PLEDGES = 2_500;
const PATENTS_PER_PLEDGE = 4;
const ROUNDS = 3;
const ROUND_seconds = 5;
const WARMING_seconds = 2;
const PAINTS = 5;
const PAINT_LIMIT_ms = 30_000;
/** After it was loaded, for what is painted still. */
const SETTLING_ms = 500;

export async function benchPages(on_progress: OnProgress): Promise<PagesBenchReport> {
  const store = await openStore();
  const atEnd: (() => Promise<unknown>)[] = [];
  try {
    const parties = await prepare(store.database, on_progress, (end) => void atEnd.push(end));
    const child = await startChild<ApiReady>(
      'api-server.ts',
      [store.url, NOW.toISOString(), parties.bank.organisation_id],
      true,
    );
    atEnd.push(() => child.end());
    const browser = await launchBrowser();
    atEnd.push(() => browser.close());
    const origin = child.ready.service;
    const measured = {} as Record<Name, Measured>;
    for (const [place, name] of NAMES.entries()) {
      const { organisation_id } = name === 'queue' ? parties.staff : parties.bank;
      const { key } = await store.database.transaction((tx) => issueKey(tx, organisation_id, 'bench', NOW));
      const reader = { address: `${origin}${PATHS[name]}`, headers: { authorization: `Bearer ${key}` } };
      measured[name] = { ...(await served(origin, name, reader)), ...(await seen(browser, reader)) };
      on_progress(`${name} measured`, 0.7 + (0.3 * (place + 1)) / NAMES.length);
    }
    return { flags: FLAGS, patents: PLEDGES * PATENTS_PER_PLEDGE, pledges: PLEDGES, ...measured };
  } finally {
    for (const end of atEnd.reverse()) await end();
    await store.close();
  }
}

/** A bank's loans on made patents in force, each valued, and a queue as long as is asked for. */
async function prepare(
  database: Database,
  on_progress: OnProgress,
  atEnd: (end: () => Promise<unknown>) => void,
): Promise<Parties> {
  await ingestTo(database, KNOWN_ON);
  const context = surroundings({ teardown: atEnd }, database, at(KNOWN_ON));
  await calibrate(context, at(KNOWN_ON));
  const numbers = Array.from({ length: PLEDGES * PATENTS_PER_PLEDGE }, (_, n) => `2002${1_000_000 + n}`);
  await ingestRecords(
    database,
    { ...SOURCE, name: 'made' },
    numbers.map((number) =>
      told(number, { filed_on: '2002-03-04', ipc: ['H01L21/00'], claims: 9 }, [
        news('granted', '2005-06-01'),
      ]),
    ),
    at(KNOWN_ON),
  );
  const rows = await database.sql<{ patent_id: string }[]>`
    select patent_id from patent where application_number = any(${numbers}) order by patent_id`;
  const parties = await hire(database, at(KNOWN_ON));
  for (let n = 0; n < PLEDGES; n++) {
    const own = rows.slice(n * PATENTS_PER_PLEDGE, (n + 1) * PATENTS_PER_PLEDGE);
    const { id } = await request(
      database,
      parties,
      own.map((row) => row.patent_id),
      at(KNOWN_ON),
    );
    await activate(database, parties, id, at(KNOWN_ON));
    if (n % 50 === 0) on_progress(`${n} pledges of ${PLEDGES}`, (0.7 * n) / PLEDGES);
  }
  await assessPledges(database, at(KNOWN_ON));
  await fillQueue(database);
  // What autovacuum does in its own time.
  await database.sql`vacuum analyze`;
  return parties;
}

/** Flags beside those that the rules raised, over all pledges, rules and severities. */
async function fillQueue({ sql }: Database): Promise<void> {
  const [open] = await sql<{ count: number }[]>`select count(*) from flag where state = 'open'`;
  const pledges = await sql<{ id: string }[]>`select id from pledge order by id`;
  const flags = Array.from({ length: FLAGS - open!.count }, (_, n) => ({
    id: newId('flg'),
    pledge_id: pledges[n % pledges.length]!.id,
    occasion: `made ${n}`,
    rule: RULES[n % RULES.length]!.id,
    rule_version: 1,
    severity: ['critical', 'warning', 'info'][n % 3]!,
    state: 'open',
    opened_as_of: KNOWN_ON,
    opened_at: NOW.toISOString(),
    evidence: {},
  }));
  await sql`insert into flag (id, pledge_id, occasion, rule, rule_version, severity, state, opened_as_of, opened_at, evidence)
    select * from jsonb_to_recordset(${sql.json(flags as never)}) as row (id text, pledge_id text, occasion text,
      rule text, rule_version integer, severity text, state text, opened_as_of date, opened_at timestamptz, evidence jsonb)`;
}

interface Reader {
  address: string;
  headers: { authorization: string };
}

async function served(origin: string, name: Name, { headers }: Reader) {
  const load: Load = {
    address: origin,
    status: 200,
    next: () => ({ method: 'GET', path: PATHS[name], headers }),
  };
  await mostPerSecond(load, WARMING_seconds);
  const rates: number[] = [];
  const waits: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    rates.push(await mostPerSecond(load, ROUND_seconds));
    waits.push(await waitAt(rates.at(-1)! / 2, load, ROUND_seconds));
  }
  return { per_second: rounded(median(rates), 1), p99_ms: median(waits) };
}

async function seen(browser: Browser, { address, headers }: Reader) {
  const paints: number[] = [];
  let page_bytes = 0;
  let font_bytes = 0;
  for (let visit = 0; visit < PAINTS; visit++) {
    const context = await browser.newContext({ extraHTTPHeaders: headers });
    const page = await context.newPage();
    page.setDefaultTimeout(PAINT_LIMIT_ms);
    const bodies: Promise<{ address: string; body: Buffer }>[] = [];
    page.on('requestfinished', (request) =>
      bodies.push(
        request
          .response()
          .then((response) => response!.body())
          .then((body) => ({ address: request.url(), body })),
      ),
    );
    await page.goto(address, { waitUntil: 'load' });
    await sleep(SETTLING_ms);
    paints.push(await page.evaluate(LARGEST_PAINT));
    const sent = await Promise.all(bodies);
    const weigh = (fonts: boolean) =>
      sent
        .filter((each) => each.address.endsWith('.woff2') === fonts)
        .reduce((sum, { body }) => sum + (fonts ? body.length : gzipSync(body).length), 0);
    page_bytes = weigh(false);
    font_bytes = weigh(true);
    await context.close();
  }
  return {
    page_gzip_kb: rounded(page_bytes / 1000, 1),
    fonts_kb: rounded(font_bytes / 1000, 1),
    largest_paint_ms: Math.round(median(paints)),
  };
}

/** In the page: when the largest thing so far was painted, in milliseconds after the address was asked for. */
const LARGEST_PAINT = `new Promise((resolve) =>
  new PerformanceObserver((list) => resolve(list.getEntries().at(-1).startTime))
    .observe({ type: 'largest-contentful-paint', buffered: true }))`;

export function pagesText(report: PagesBenchReport): string {
  const line = (name: Name) => {
    const { per_second, p99_ms, page_gzip_kb, fonts_kb, largest_paint_ms } = report[name];
    return `${name.padEnd(11)}${p99_ms} ms at 99 of 100 at half of ${per_second} a second; ${page_gzip_kb} kB and ${fonts_kb} kB of fonts; painted after ${largest_paint_ms} ms`;
  };
  return [
    `${report.flags} flags; ${report.patents} patents in ${report.pledges} pledges`,
    ...NAMES.map(line),
    '',
  ].join('\n');
}
