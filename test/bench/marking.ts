/**
 * `npm run bench -- marking`: marks issued and signed a second, verifications a second over HTTP with the database behind them,
 * and forged marks, of which none may be taken.
 */

import { gazetteFeed } from '../../jobs/feeds.ts';
import { ingest } from '../../jobs/ingest.ts';
import { mulberry32 } from '../../models/random.ts';
import { privateKey } from '../../src/marking/marks/keys.ts';
import { findLot, gs1Of, issueLot, MAX_MARKS_PER_LOT } from '../../src/marking/marks/lots.ts';
import { csvRow, makeMarks } from '../../src/marking/marks/make.ts';
import { certifyProduct, submitProduct } from '../../src/marking/products/service.ts';
import { verifierOf } from '../../src/marking/verification/verify.ts';
import { lotSeedPlace } from '../../src/secrets/places.ts';
import { createAddressGuard } from '../../src/webhooks/address-guard.ts';
import type { OnProgress } from '../chaos/run.ts';
import { BUNDLED, freePatents, hire, surroundings } from '../jobs/setting.ts';
import { forgeries } from '../marks.ts';
import type { ApiReady } from './api-server.ts';
import { startChild } from './child.ts';
import { openStore } from './field.ts';
import { median, rounded } from './figures.ts';
import { type Load, mostPerSecond, waitAt } from './load.ts';

export interface MarkingReport {
  marks: number;
  lots: number;
  /** Issued, derived, signed and written as a printer gets them. */
  marks_per_second: number;
  bytes_for_printers: number;
  /** Rows that the marks left in the database. */
  rows_stored: number;
  /** Most, on 16 connections, half of them pages and half for programs, each a scan that is recorded. */
  requests_per_second: number;
  /** Milliseconds at 99 of 100 when so many are asked a second as are aimed at. */
  p99_ms: number;
  p99_at_per_second: number;
  scans_recorded: number;
  forged: number;
  forged_accepted: number;
  forged_per_second: number;
  seed: number;
}

export const DEFAULT_MARKS = 1_000_000;
export const MOST_MARKS = 10_000_000;
const MARKS_PER_LOT = 50_000;
const FORGED = 100_000;
/** Kept to be verified. */
const SAMPLES_PER_LOT = 5_000;
const AIM_PER_SECOND = 2_000;
const ROUNDS = 3;
const ROUND_seconds = 5;
const WARMING_seconds = 3;
const ORIGIN = 'https://marks.example';
const GTIN = '09506000134352';
const LEARNT_AT = new Date('2009-06-01T01:00:00Z');
const NOW = new Date('2009-06-10T02:00:00Z');
const FORGED_AT_ONCE = 200;

export async function benchMarking(
  { marks, seed }: { marks: number; seed: number },
  on_progress: OnProgress,
): Promise<MarkingReport> {
  const store = await openStore();
  const { database } = store;
  const atEnd: (() => Promise<void>)[] = [];
  try {
    const context = surroundings({ teardown: (end) => void atEnd.push(end) }, database, LEARNT_AT);
    await ingest({ ...context, feeds: [await gazetteFeed(BUNDLED)] }, LEARNT_AT);
    on_progress('patents read', 0.1);
    const issued = await issue(context, marks, (done) => on_progress('marks signed', 0.1 + 0.5 * done));
    const [stored] = await database.sql<{ rows: number }[]>`
      select (select count(*) from mark_lot) + (select count(*) from mark_serial) as rows`;
    const child = await startChild<ApiReady>(
      'api-server.ts',
      [store.url, NOW.toISOString(), issued.firm_id],
      true,
    );
    atEnd.push(() => child.end());
    const random = mulberry32(seed);
    const load = loadOf(child.ready.service, issued.samples, random);
    await mostPerSecond(load, WARMING_seconds);
    // What autovacuum does in its own time.
    await database.sql`analyze`;
    const most: number[] = [];
    const waits: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      most.push(await mostPerSecond(load, ROUND_seconds));
      waits.push(await waitAt(AIM_PER_SECOND, load, ROUND_seconds));
      on_progress('verified', 0.6 + (0.3 * (round + 1)) / ROUNDS);
    }
    const forged = await tryForgeries(context, issued.samples, seed);
    const [recorded] = await database.sql<{ scans: number }[]>`select count(*) as scans from mark_scan`;
    return {
      marks,
      lots: issued.lots,
      marks_per_second: issued.per_second,
      bytes_for_printers: issued.bytes,
      rows_stored: stored!.rows,
      requests_per_second: Math.round(median(most)),
      p99_ms: median(waits),
      p99_at_per_second: AIM_PER_SECOND,
      scans_recorded: recorded!.scans,
      ...forged,
      seed,
    };
  } finally {
    for (const end of atEnd.reverse()) await end();
    await store.close();
  }
}

type Context = ReturnType<typeof surroundings>;

/** Lots of a product with a GTIN and of one without, in turn. */
async function issue({ database, vault }: Context, marks: number, on_done: (share: number) => void) {
  const { firm, staff } = await hire(database, NOW);
  const patents = await freePatents(database, 2);
  const products = await Promise.all(
    [GTIN, undefined].map((gtin, n) =>
      database.transaction(async (tx) => {
        const product = { name: 'Pump', gtin, territory: ['CN'], patent_ids: [patents[n]!] };
        const { id } = await submitProduct(tx, product, firm, NOW);
        await certifyProduct(tx, id, { decision: 'certified', note: 'seen' }, staff, NOW);
        return id;
      }),
    ),
  );
  const started_ms = performance.now();
  const samples: string[] = [];
  let bytes = 0;
  let lots = 0;
  for (let done = 0; done < marks; lots++) {
    const count = Math.min(MARKS_PER_LOT, MAX_MARKS_PER_LOT, marks - done);
    const made = { code: `LOT-${lots}`, marks: count };
    const { id } = await database.transaction((tx) =>
      issueLot(tx, vault, products[lots % products.length]!, made, firm, NOW),
    );
    const lot = await findLot(database.sql, id);
    const seed = await vault.open(lot.organisation_id, lotSeedPlace(id), lot.seed);
    const key = await privateKey(database.sql, vault, lot.key_number);
    const { number: lot_number, key_number } = lot;
    const making = { seed, lot_number, key_number, gs1: gs1Of(lot), origin: ORIGIN };
    let sampled = 0;
    for await (const batch of makeMarks(making, key, 0, count)) {
      for (const mark of batch) bytes += csvRow(mark).length;
      if (sampled < SAMPLES_PER_LOT) samples.push(...batch.map(({ uri }) => uri));
      sampled += batch.length;
    }
    done += count;
    on_done(done / marks);
  }
  const per_second = Math.round((1000 * marks) / (performance.now() - started_ms));
  return { firm_id: firm.organisation_id, samples, bytes, lots, per_second };
}

const PLACES = ['CN-GD', 'CN-ZJ', 'CN-BJ', 'DE', 'RU-MOW', 'US-CA'];

function loadOf(address: string, samples: readonly string[], random: () => number): Load {
  let turn = 0;
  return {
    address,
    status: 200,
    next() {
      const mark = samples[Math.floor(random() * samples.length)]!;
      const place = PLACES[Math.floor(random() * PLACES.length)]!;
      const headers = { 'scan-place': place, 'accept-language': ['en', 'zh', 'ru'][turn % 3]! };
      const path =
        turn++ % 2 === 0
          ? mark.slice(ORIGIN.length)
          : `/v1/marks/verification?${new URLSearchParams({ mark })}`;
      return { method: 'GET', path, headers };
    },
  };
}

async function tryForgeries(context: Context, real: readonly string[], seed: number) {
  const { database, vault, clock, log } = context;
  clock.set(NOW);
  const guard = createAddressGuard({ allowed_hosts: [] });
  const service = {
    database,
    system: database,
    vault,
    clock,
    guard,
    calendar: null,
    onNews: () => undefined,
  };
  const verifier = verifierOf(service, log);
  // So that a verifier that accepts nothing at all is told.
  if ((await verifier.verify(real[0]!, null, true)).result !== 'genuine')
    throw new Error('a real mark was refused');
  const forged = forgeries(real, FORGED, seed);
  const started_ms = performance.now();
  let forged_accepted = 0;
  for (let at = 0; at < forged.length; at += FORGED_AT_ONCE) {
    const verdicts = await Promise.all(
      forged.slice(at, at + FORGED_AT_ONCE).map((mark) => verifier.verify(mark, null)),
    );
    forged_accepted += verdicts.filter(({ result }) => result !== 'unknown').length;
  }
  const forged_per_second = Math.round((1000 * forged.length) / (performance.now() - started_ms));
  await verifier.recorder.close();
  return { forged: forged.length, forged_accepted, forged_per_second };
}

export function markingText(report: MarkingReport): string {
  const megabytes = rounded(report.bytes_for_printers / 1e6, 0);
  return `${report.marks} marks in ${report.lots} lots: ${report.marks_per_second} a second, ${megabytes} MB for printers, ${report.rows_stored} rows stored
Verified ${report.requests_per_second} a second; ${report.p99_ms} ms at 99 of 100 at ${report.p99_at_per_second} a second; ${report.scans_recorded} scans recorded
Forged ${report.forged} (seed ${report.seed}): accepted ${report.forged_accepted}, ${report.forged_per_second} a second
`;
}
