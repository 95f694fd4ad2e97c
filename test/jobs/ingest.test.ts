/** From source files to what was known at an instant: every record accounted for, nothing twice, nothing too early. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import t from 'tap';
import { calibrate } from '../../jobs/calibrate.ts';
import { generateCorpus } from '../../jobs/corpus/generate.ts';
import { gazetteFeed, inboxFeed } from '../../jobs/feeds.ts';
import { ingest } from '../../jobs/ingest.ts';
import { type DatedSignal, legalHistory } from '../../models/legal-state.ts';
import { canonicalJson } from '../../src/canonical.ts';
import { deriveChanged } from '../../src/patents/derived.ts';
import { knownPatents } from '../../src/patents/facts.ts';
import { patentId } from '../../src/patents/identity.ts';
import { ingestRecords, ingestSurveyed, type SourceOfRun } from '../../src/patents/ingest.ts';
import { claimRun, sweepRuns } from '../../src/patents/runs.ts';
import { openSourceFile } from '../../src/patents/source-file.ts';
import { cnSample } from '../../src/patents/sources/cnipa/sample.ts';
import type { PatentRecord, SourceRecord } from '../../src/patents/sources/record.ts';
import { Batch, UPPER_HALF } from '../../src/patents/staging.ts';
import { revalueStale } from '../../src/pledges/revalue.ts';
import { movePledge } from '../../src/pledges/service.ts';
import { createTestDatabase } from '../database.ts';
import {
  at,
  BUNDLED,
  bundledRecords,
  freePatents,
  hire,
  news,
  publishedTo,
  request,
  SOURCE,
  surroundings,
  told,
} from './setting.ts';

const LOADED_PATENTS = 24_000;
const LOADED_BATCHES = 5;

const { database, url } = await createTestDatabase(t);
const { sql } = database;
const RECORDS = await bundledRecords();
const [HEADER, ...LINES] = readFileSync(BUNDLED, 'utf8').trimEnd().split('\n');

const empty = () =>
  sql`truncate patent, patent_facts, signal, patent_change, ingest_run, quarantine, model_version cascade`;

async function stored(): Promise<string> {
  const patents = await sql`select patent_id, office, application_number, right_type from patent order by 1`;
  const facts = await sql`select * from patent_facts order by patent_id, known_at`;
  const signals = await sql`select * from signal order by patent_id, signal_id`;
  return canonicalJson([patents, facts, signals]);
}

const BAD: SourceRecord = {
  ok: false,
  line: 3,
  field: 'claims',
  code: 'value',
  reason: 'no number',
  excerpt: 'x',
};

t.test('every record of the bundled file is accounted for, and read again it adds nothing', async (t) => {
  const first = await ingestRecords(database, SOURCE, RECORDS, at('2018-01-01'));
  t.equal(first.read, LINES.length);
  t.equal(first.read, first.accepted + first.duplicate + first.quarantined);
  const [rows] =
    await sql`select (select count(*) from patent) as patents, (select count(*) from signal) as signals,
    (select count(*) from quarantine) as quarantined`;
  t.same(rows, { patents: first.accepted, signals: first.signals, quarantined: first.quarantined });
  const before = await stored();
  const second = await ingestRecords(database, SOURCE, RECORDS, at('2018-01-02'));
  t.match(second, { read: first.read, accepted: 0, duplicate: first.read - first.quarantined, signals: 0 });
  t.equal(await stored(), before);
  const runs =
    await sql`select read, accepted, duplicate, quarantined, signals from ingest_run order by started_at`;
  t.same(runs, [first, second]);
  await t.rejects(sql`update ingest_run set read = read + 1`, /every_record_is_accounted_for/);
  await empty();
});

t.test('pieces in any order and number end in the same patents, facts and signals', async (t) => {
  const wrong = LINES[5]!.replace('2001', 'then');
  const lines = [...LINES.slice(0, 150), wrong];
  const read = (piece: string[]) =>
    cnSample.read(Readable.from([HEADER, ...piece].map((line) => `${line}\n`)));
  t.match(await ingestRecords(database, SOURCE, read(lines), at('2018-01-01')), {
    read: 151,
    quarantined: 1,
  });
  const whole = await stored();
  const shuffled = fc.shuffledSubarray(lines, { minLength: lines.length });
  const sizes = fc.array(fc.integer({ min: 1, max: 80 }), { minLength: 1, maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(
      shuffled,
      sizes,
      fc.shuffledSubarray(lines, { maxLength: 20 }),
      async (order, cuts, repeated) => {
        await empty();
        const left = [...order, ...repeated];
        while (left.length > 0) {
          const piece = left.splice(0, cuts[left.length % cuts.length]!);
          await ingestRecords(database, SOURCE, read(piece), at('2018-01-01'));
        }
        return (await stored()) === whole;
      },
    ),
    { numRuns: 6 },
  );
  await empty();
});

t.test('what a source leaves unsaid stays said; what it says otherwise is a new row', async (t) => {
  const id = patentId('CN', '01100001.1');
  const factsAt = async (day: string) => (await knownPatents(sql, [id], at(day))).get(id)!.facts;
  const rich = told('01100001.1', { claims: 8, ipc: ['A23G9/08'], agency: true }, [
    news('filed', '2002-01-09'),
  ]);
  const other = { id: 'other', name: 'sparse' };
  await ingestRecords(database, SOURCE, [rich], at('2005-01-01'));
  t.match(await ingestRecords(database, other, [told('01100001.1', {})], at('2005-02-01')), { duplicate: 1 });
  t.match(await ingestRecords(database, other, [told('01100001.1', { claims: 5 })], at('2005-03-01')), {
    accepted: 1,
  });
  t.match(await factsAt('2005-02-28'), { claims: 8, ipc: ['A23G9/08'], agency: true });
  t.match(await factsAt('2005-03-01'), { claims: 5, ipc: ['A23G9/08'], agency: true });
  const [rows] = await sql`select count(*) from patent_facts`;
  t.equal(rows!.count, 2);
});

t.test('what several records tell of a patent at one instant is told together', async (t) => {
  const id = patentId('CN', '01100002.1');
  const now = at('2005-01-01');
  const sparse = told('01100002.1', { title: 'Ice' });
  const rich = told('01100002.1', { claims: 8, ipc: ['A23G9/08'] });
  await ingestRecords(database, SOURCE, [sparse, rich], now);
  t.match(
    (await knownPatents(sql, [id], now)).get(id)!.facts,
    { claims: 8, ipc: ['A23G9/08'] },
    'in one batch',
  );
  const more = [told('01100002.1', { agency: false })];
  t.match(await ingestRecords(database, { id: 'other', name: 'second file' }, more, now), { accepted: 1 });
  t.match((await knownPatents(sql, [id], now)).get(id)!.facts, { claims: 8, agency: false }, 'in two files');
  t.match(await ingestRecords(database, SOURCE, more, at('2005-01-02')), { accepted: 0, duplicate: 1 });
  const [row] = await sql`select title from patent_facts where patent_id = ${id}`;
  t.equal(row!.title, 'Ice');
  await empty();
});

t.test('a read as of an instant sees nothing learnt later', async (t) => {
  const record = told('01100003.1', { claims: 3, ipc: ['A23G9/08'] }, [
    news('granted', '2004-01-07', '2004-01-07'),
  ]);
  const id = patentId('CN', '01100003.1');
  await ingestRecords(database, SOURCE, [record], at('2005-01-01'));
  const read = async (instant: Date) => canonicalJson([...(await knownPatents(sql, [id], instant)).values()]);
  t.equal(await read(new Date(at('2005-01-01').getTime() - 1)), '[]', 'not even that there is a patent');
  const then = await read(at('2005-06-01'));
  t.match(JSON.parse(then)[0].facts, { legal_state: 'in_force', granted_on: '2004-01-07' });
  // The notice had been published by then; nobody here had read it.
  const late = told('01100003.1', { claims: 4 }, [news('lapsed', '2005-03-02')]);
  await ingestRecords(database, { id: 'other', name: 'late' }, [late], at('2006-01-01'));
  t.equal(await read(at('2005-06-01')), then);
  t.match(JSON.parse(await read(at('2006-01-01')))[0].facts, { legal_state: 'lapsed', claims: 4 });
  await empty();
});

t.test('a source that breaks leaves nothing but its run, and reading it again adds all', async (t) => {
  async function* breaking() {
    yield* RECORDS.slice(0, 700);
    throw new Error('the line went dead');
  }
  const now = at('2018-01-01');
  await t.rejects(ingestRecords(database, SOURCE, breaking(), now), /the line went dead/);
  const [run] = await sql`select * from ingest_run`;
  t.match(run, { read: 0, finished_at: null, failure: /the line went dead/ });
  t.equal((await sql`select from patent`).length, 0);
  t.same(await stagedTables(), [], 'nothing is left behind');
  t.match(await ingestRecords(database, SOURCE, RECORDS.slice(0, 700), now), { read: 700, duplicate: 0 });
  await empty();
});

t.test('a load that was killed goes on where it stopped, and stores each record once', async (t) => {
  const folder = await mkdtemp(path.join(tmpdir(), 'pledgewatch-load-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const file = path.join(folder, 'cn-sample.csv');
  await generateCorpus({ seed: 1, patents: LOADED_PATENTS, format: 'cn-sample' }, file);
  const item = await openSourceFile(file);
  const source = { id: item.source, name: item.name, sha256: item.sha256 };
  for (const staged of [1, LOADED_BATCHES]) {
    await killedLoad(file, staged);
    const [cut_short] = await sql`select * from ingest_run`;
    t.equal(cut_short!.finished_at, null);
    const batches = await stagedBatches();
    t.ok(batches >= staged, `killed with ${batches} batches staged`);
    const told: (number | null)[] = [];
    const note = (_: number, of: number | null) => void told.push(of);
    const { counts } = await ingestSurveyed(database, source, item.records(), at('2018-01-02'), note);
    const [run, ...others] = await sql`select * from ingest_run`;
    t.same(others, [], 'it is the same run');
    t.equal(run!.id, cut_short!.id);
    t.match(counts, { read: LOADED_PATENTS, accepted: LOADED_PATENTS, duplicate: 0, quarantined: 0 });
    t.equal(
      told.filter((of) => of === null).length,
      LOADED_BATCHES - batches,
      'what was staged is not staged again',
    );
    t.equal((await sql`select from patent`).length, LOADED_PATENTS);
    t.same(await stagedTables(), []);
    const again = await ingestSurveyed(database, source, item.records(), at('2018-01-03'));
    t.match(again.counts, { accepted: 0, duplicate: LOADED_PATENTS, signals: 0 });
    await empty();
  }
});

t.test('what a crash of the server took from a load is staged anew', async (t) => {
  const source = { ...SOURCE, sha256: 'a'.repeat(64) };
  const records = RECORDS.slice(0, 500);
  const run = await database.transaction((tx) => claimRun(tx, source, at('2018-01-01')));
  await database.transaction(async (tx) => {
    const batch = new Batch(1, source.id, 0);
    for (const record of records.slice(0, 300)) batch.add(record);
    const [chunk] = batch.chunks;
    await chunk!.stage(tx, run!.id);
    await tx`insert into ingest_chunk (run_id, chunk, records, rejected) values (${run!.id}, 1, 300, ${chunk!.rejected})`;
  });
  t.equal(
    await database.transaction((tx) => claimRun(tx, source, at('2018-01-02'))),
    null,
    'it is worked at',
  );
  await sql`update ingest_run set lease_until = now()`;
  for (const table of await stagedTables()) await sql`truncate ${sql(`staging.${table}`)}`;
  const counts = await ingestRecords(database, source, records, at('2018-01-02'));
  t.match(counts, { read: 500, duplicate: 0 });
  t.equal((await sql`select from patent`).length, counts.accepted);
  await empty();
});

t.test(
  'a server that crashes when half of the patents are merged: each record is stored and counted once',
  async (t) => {
    const source = { ...SOURCE, sha256: 'e'.repeat(64) };
    const name = (n: number) => `2001${n}`;
    const idOf = (n: number) => patentId('CN', name(n));
    const numbers = Array.from({ length: 11_000 }, (_, n) => n);
    const patents: SourceRecord[] = numbers.map((n) => told(name(n), {}, [news('licensed', '2009-06-01')]));
    const often = numbers.findLast((n) => idOf(n) < '8')!;
    // What is told of one patent in several batches is merged in their order.
    patents.splice(6_000, 0, told(name(often), { claims: 3 }, [news('fee_paid', '2009-06-02')]));
    const records = [
      BAD,
      ...patents,
      told(name(often), { claims: 7 }, [news('fee_paid', '2009-06-03')]),
      BAD,
    ];
    await cutShortWhenUpperHalfIsMerged(source, records, idOf(often));
    async function* breaking() {
      yield* records.slice(0, 10_500);
      throw Object.assign(new Error('the database is away'), { code: 'ECONNRESET' });
    }
    for (const staged_anew of [false, true, false]) {
      for (const table of await stagedTables()) await sql`truncate ${sql(`staging.${table}`)}`;
      await sql`update ingest_run set lease_until = now()`;
      await database.transaction(async (tx) => {
        const run = await claimRun(tx, source, at('2018-01-01'));
        t.match(run, { staged_batches: 1, staged_records: 5_000, merging: true });
      });
      await sql`update ingest_run set lease_until = now()`;
      if (staged_anew) await t.rejects(ingestRecords(database, source, breaking(), at('2018-01-01')), /away/);
    }
    await sql`update ingest_run set lease_until = now()`;
    const counts = await ingestRecords(database, source, records, at('2018-01-01'));
    t.same(counts, { read: 11_004, accepted: 11_002, duplicate: 0, quarantined: 2, signals: 11_002 });
    t.same(await sql`select claims from patent_facts where patent_id = ${idOf(often)}`, [{ claims: 7 }]);
    t.same(await sql`select number from quarantine order by number`, [{ number: 1 }, { number: 2 }]);
    t.equal((await sql`select from patent_change`).length, 11_000);
    await empty();
  },
);

/** @param holds_up a patent of the lower half, whose signals are not stored before the upper half is */
async function cutShortWhenUpperHalfIsMerged(source: SourceOfRun, records: SourceRecord[], holds_up: string) {
  await sql.unsafe(`create function wait() returns trigger language plpgsql as $$ begin
    if new.patent_id = '${holds_up}' then perform pg_advisory_xact_lock(1); end if; return new; end $$;
    create trigger wait before insert on signal for each row execute function wait()`);
  const end = Promise.withResolvers<void>();
  const held = Promise.withResolvers<void>();
  const holder = database.transaction(async (tx) => {
    await tx`select pg_advisory_xact_lock(1), set_config('idle_in_transaction_session_timeout', '0', true)`;
    held.resolve();
    await end.promise;
  });
  await held.promise;
  const ended = ingestRecords(database, source, records, at('2018-01-01')).catch((error: Error) => error);
  const waiting = () =>
    sql<{ pid: number }[]>`select pid from pg_locks where not granted and locktype = 'advisory'`;
  const upper = () => sql`select from ingest_chunk where chunk > ${UPPER_HALF} and merged_at is not null`;
  while ((await waiting()).length === 0 || (await upper()).length === 0) await sleep(5);
  for (const { pid } of await waiting()) await sql`select pg_terminate_backend(${pid})`;
  const error = await ended;
  if (!(error instanceof Error)) throw new Error('the load was not cut short');
  end.resolve();
  await holder;
  await sql`drop function wait cascade`;
}

t.test('a load is gone on with by the same reader alone, and what was decided of it stays', async (t) => {
  const source = { ...SOURCE, sha256: 'b'.repeat(64), mapping_sha256: 'c'.repeat(64) };
  const bad = Array.from({ length: 100 }, (_, i) => (i % 10 === 0 ? BAD : RECORDS[i]!));
  const cutShort = async (merged: boolean) => {
    const run = await database.transaction((tx) => claimRun(tx, source, at('2018-01-01')));
    await database.transaction(async (tx) => {
      const batch = new Batch(1, source.id, 0);
      for (const record of bad) batch.add(record);
      const [chunk] = batch.chunks;
      await chunk!.stage(tx, run!.id);
      await tx`insert into ingest_chunk (run_id, chunk, records, rejected, merged_at)
        values (${run!.id}, 1, 100, ${chunk!.rejected}, ${merged ? at('2018-01-01') : null})`;
      await tx`update ingest_run set lease_until = now() - interval '1 second'`;
    });
    return run!.id;
  };
  await cutShort(false);
  const other = { ...source, mapping_sha256: 'd'.repeat(64) };
  await ingestSurveyed(database, other, RECORDS.slice(0, 5), at('2018-01-02'));
  t.equal((await sql`select from ingest_run`).length, 2, 'another mapping reads the file from its start');
  t.match((await ingestSurveyed(database, source, bad, at('2018-01-02'))).reason, /records are bad/);
  await empty();
  const id = await cutShort(true);
  const { reason } = await ingestSurveyed(database, source, bad, at('2018-01-02'));
  t.equal(reason, null, 'somebody took its bad records, and some of it is stored');
  t.match(await sql`select id, failure from ingest_run`, [{ id, failure: null }]);
  await empty();
  await cutShort(false);
  t.match(await sweepRuns(database), { runs_given_up: 0 });
  await sql`update ingest_run set lease_until = now() - interval '8 days'`;
  t.match(await sweepRuns(database), { runs_given_up: 1 });
  t.same(await stagedTables(), []);
  await empty();
});

async function stagedTables(): Promise<string[]> {
  const rows = await sql<{ relname: string }[]>`select relname from pg_class
    where relnamespace = 'staging'::regnamespace and relkind = 'r'`;
  return rows.map(({ relname }) => relname);
}

async function stagedBatches(): Promise<number> {
  const [row] = await sql<{ batches: number }[]>`
    select coalesce(max(chunk % ${UPPER_HALF}), 0) as batches from ingest_chunk`;
  return row!.batches;
}

/** The command, ended by SIGKILL once it has staged so many batches. */
async function killedLoad(file: string, staged: number): Promise<void> {
  const command = ['--import', 'tsx', 'jobs/ingest-files.ts', file];
  const child = spawn(process.execPath, command, {
    env: { ...process.env, DATABASE_URL: url },
    stdio: 'ignore',
  });
  const ended = once(child, 'exit');
  for (;;) {
    if ((await stagedBatches()) >= staged) break;
    if (child.exitCode !== null) throw new Error('the load ended by itself');
    await sleep(5);
  }
  child.kill('SIGKILL');
  await ended;
  await sql`update ingest_run set lease_until = now() where lease_until is not null`;
}

t.test(
  'ten signals on the patents of a pledge leave one mark, and a contract that is over gets none',
  async (t) => {
    const now = at('2009-06-01');
    await ingestRecords(database, SOURCE, publishedTo(RECORDS, '2009-06-01'), now);
    const parties = await hire(database, now);
    const ids = await freePatents(database, 3);
    const pledge = await request(database, parties, ids.slice(0, 2), now);
    const over = await request(database, parties, ids.slice(2), now);
    await database.transaction((tx) =>
      movePledge(tx, over.id, 'withdrawn', { reason: 'x' }, parties.firm, now),
    );
    await sql`delete from pledge_stale`;
    const patents = await sql<PatentRecord[]>`select * from patent where patent_id = any(${ids})`;
    const ten = Array.from({ length: 10 }, (_, n) =>
      told(patents[n % 3]!.application_number, { filed_on: null }, [news('licensed', `2009-06-${10 + n}`)]),
    );
    const later = at('2009-07-01');
    const counts = await ingestRecords(database, SOURCE, ten, later);
    t.equal(counts.signals, 10);
    const marks = await sql`select pledge_id, since from pledge_stale`;
    t.same(marks, [{ pledge_id: pledge.id, since: later }]);
    await t.test('which a valuation that cannot see them yet does not take away', async (t) => {
      const context = surroundings(t, database, later);
      const model = (await calibrate(context, later))!;
      const holding = Promise.withResolvers<void>();
      const holder = database.transaction(async (tx) => {
        await tx`lock table quarantine in exclusive mode`;
        await holding.promise;
      });
      const more = told(patents[0]!.application_number, { filed_on: null }, [news('licensed', '2009-06-30')]);
      const reading = ingestRecords(database, SOURCE, [more, BAD], later);
      const waits = () => sql`select from pg_locks where not granted and relation = 'quarantine'::regclass`;
      while ((await waits()).length === 0) await sleep(5);
      t.match(await revalueStale(database, model, later), { pledges: 0 });
      holding.resolve();
      await Promise.all([holder, reading]);
      t.match(await revalueStale(database, model, later), { pledges: 1 });
    });
  },
);

t.test('the inbox keeps what it read in done/ and what it could not in refused/, saying why', async (t) => {
  const folder = await mkdtemp(path.join(tmpdir(), 'pledgewatch-inbox-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const put = (name: string, lines: (string | undefined)[]) =>
    writeFile(path.join(folder, name), lines.join('\n'));
  await mkdir(path.join(folder, 'a folder'));
  await put('1-good.csv', [HEADER, ...LINES.slice(0, 3)]);
  await put('2-unknown.txt', ['dear bank,']);
  await put('3-other-columns.csv', ['app_num,colour', '1,red']);
  await put('4-good.csv', [HEADER, ...LINES.slice(2, 5)]);
  const said: string[] = [];
  const feeds = [inboxFeed(folder, (line) => void said.push(line))];
  const slot = at('2018-01-01');
  const context = { ...surroundings(t, database, slot), feeds };
  await empty();
  t.match(await ingest(context, slot), { read: 6, accepted: 5, duplicate: 1 });
  t.same((await readdir(path.join(folder, 'done'))).sort(), ['1-good.csv', '4-good.csv']);
  t.same((await readdir(path.join(folder, 'refused'))).sort(), ['2-unknown.txt', '3-other-columns.csv']);
  t.equal(said.length, 2);
  t.match(said[0], /2-unknown\.txt: .*fits no known source.*cn-sample/);
  t.match(said[1], /3-other-columns\.csv: .*column 2 is "colour"/);
  t.match(await ingest(context, slot), { read: 0 }, 'nothing is left');
});

t.test('a file with more than 2 % bad records is paused: nothing of it is published', async (t) => {
  const folder = await mkdtemp(path.join(tmpdir(), 'pledgewatch-paused-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const bad = LINES[0]!.replace(/^[^,]*,/, 'CN99999999.0,');
  const put = (name: string, lines: (string | undefined)[]) =>
    writeFile(path.join(folder, name), lines.join('\n'));
  await put('1-bad.csv', [HEADER, ...LINES.slice(1, 49), bad]);
  await put('2-good-enough.csv', [HEADER, ...LINES.slice(1, 50), bad]);
  const said: string[] = [];
  const feeds = [inboxFeed(folder, (line) => void said.push(line))];
  const slot = at('2018-01-01');
  const context = { ...surroundings(t, database, slot), feeds };
  await empty();
  t.match(await ingest(context, slot), { read: 50, accepted: 49, quarantined: 1 }, 'one in fifty is taken');
  t.same(await readdir(path.join(folder, 'paused')), ['1-bad.csv']);
  t.match(said, [
    /1-bad\.csv: 1 of 49 records are bad \(2\.04 %.*line 50, app_date: .*Nothing was stored.*--accept-bad/,
  ]);
  const [run] = await sql`select read, accepted, quarantined, finished_at, failure from ingest_run
    where name = '1-bad.csv'`;
  t.match(run, { read: 1, accepted: 0, quarantined: 1, finished_at: null, failure: /^paused: 1 of 49/ });
});

t.test('a gazette issue that was not stored is issued again', async (t) => {
  const feed = await gazetteFeed(BUNDLED);
  const context = { ...surroundings(t, database, at('2003-01-01')), feeds: [feed] };
  await empty();
  await sql`alter table signal rename to gone`;
  await t.rejects(ingest(context, at('2003-01-01')));
  await sql`alter table gone rename to signal`;
  const counts = await ingest(context, at('2003-01-01'));
  t.ok(counts.signals > 1000);
  t.match(await ingest(context, at('2003-01-02')), { accepted: 0 }, 'and then no more');
});

const AS_OF = '2010-01-01';
const EXPIRES = '2021-01-05';
const signal = (kind: string, published_on: string, effective_on: string | null = null): DatedSignal => ({
  kind,
  published_on,
  effective_on,
});

t.test('each course of a right ends in its state in law', (t) => {
  const courses: [string, string[], string][] = [
    ['nothing known', [], 'unknown'],
    ['an application', ['filed', 'published'], 'pending'],
    ['a grant', ['filed', 'published', 'granted'], 'in_force'],
    ['a lapse', ['filed', 'granted', 'lapsed'], 'lapsed'],
    ['a lapse restored', ['filed', 'granted', 'lapsed', 'restored'], 'in_force'],
    ['lapsed after its restoration', ['granted', 'lapsed', 'restored', 'lapsed'], 'lapsed'],
    ['an application restored', ['filed', 'withdrawn', 'restored'], 'pending'],
    ['granted after its restoration', ['filed', 'withdrawn', 'restored', 'granted'], 'in_force'],
    ['a restoration of nothing', ['filed', 'granted', 'restored'], 'in_force'],
    ['a refusal after the grant', ['filed', 'granted', 'refused'], 'in_force'],
    ['a surrender', ['granted', 'surrendered'], 'surrendered'],
    ['no restoration of a surrender', ['granted', 'surrendered', 'restored'], 'surrendered'],
    ['an invalidation of a lapsed right', ['granted', 'lapsed', 'invalidated'], 'invalidated'],
    ['a licence', ['granted', 'licensed'], 'in_force'],
  ];
  for (const [name, kinds, state] of courses) {
    const signals = kinds.map((kind, index) => signal(kind, `200${index}-03-01`));
    t.equal(legalHistory(signals, EXPIRES, AS_OF).state, state, name);
  }
  const granted = [signal('granted', '2004-02-11', '2004-02-04')];
  t.match(legalHistory(granted, EXPIRES, AS_OF), { since: '2004-02-11', granted_on: '2004-02-04' });
  t.match(legalHistory(granted, EXPIRES, '2021-01-04'), { state: 'in_force' });
  t.match(legalHistory(granted, EXPIRES, EXPIRES), { state: 'expired', since: EXPIRES });
  t.end();
});

t.test('the state does not depend on the order in which signals came', (t) => {
  const kinds = [
    'filed',
    'published',
    'granted',
    'refused',
    'withdrawn',
    'lapsed',
    'restored',
    'surrendered',
    'other',
  ];
  const signals = fc.uniqueArray(
    fc.record({
      kind: fc.constantFrom(...kinds),
      published_on: fc.constantFrom(...'12345678'.split('').map((n) => `200${n}-05-06`)),
    }),
    { selector: ({ kind, published_on }) => `${kind} ${published_on}`, maxLength: 12 },
  );
  const course = signals.chain((all) =>
    fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })),
  );
  fc.assert(
    fc.property(course, ([ordered, shuffled]) => {
      const read = (given: typeof ordered) =>
        canonicalJson(
          legalHistory(
            given.map(({ kind, published_on }) => signal(kind, published_on)),
            EXPIRES,
            AS_OF,
          ),
        );
      return read(ordered) === read(shuffled);
    }),
  );
  t.end();
});

t.test(
  'news of a patent is derived once, after it is committed, and only where there was news',
  async (t) => {
    await empty();
    await sql`truncate patent_change`;
    const [first, second] = RECORDS.filter((record) => record.ok).slice(0, 2) as [SourceRecord, SourceRecord];
    const derived: string[][] = [];
    const watch = async (_: unknown, patent_ids: readonly string[]) => void derived.push([...patent_ids]);
    const derive = (on: string) => deriveChanged(database, at(on), [watch]);
    await ingestRecords(database, SOURCE, [first, second, first], at('2018-01-01'));
    t.equal(await derive('2017-12-31'), 0, 'nothing is derived before it is known');
    t.equal(await derive('2018-01-01'), 2);
    await ingestRecords(database, SOURCE, [first], at('2018-01-02'));
    t.equal(await derive('2018-01-02'), 0, 'what is told again is no news');
    t.equal(derived.length, 1);
  },
);
