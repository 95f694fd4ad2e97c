/** Values of all patents: the same as of one patent, whole or not at all, resumed, kept up by what changed, and their history. */

import { execFile, fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import fc from 'fast-check';
import t from 'tap';
import { addDays } from '../../models/calendar.ts';
import { type CorpusFacts, storeFacts } from '../../src/corpus/facts.ts';
import { revalueAll } from '../../src/corpus/full.ts';
import { HISTORY_years, isPoint, keepHistory } from '../../src/corpus/history.ts';
import { revalueChanged } from '../../src/corpus/incremental.ts';
import { indicativeValue } from '../../src/corpus/read.ts';
import { lastRun, openRun, runProgress } from '../../src/corpus/run.ts';
import { BinaryRows, BinaryWriter, KnownTexts } from '../../src/db/binary-copy.ts';
import type { Database } from '../../src/db/client.ts';
import { copyIn, copyOut } from '../../src/db/copy.ts';
import { WORKER_ROLE } from '../../src/db/tenancy.ts';
import { deriveChanged } from '../../src/patents/derived.ts';
import { knownPatents } from '../../src/patents/facts.ts';
import type { ModelSet } from '../../src/valuations/models.ts';
import { value } from '../../src/valuations/value.ts';
import { storeFittedModels, storeMadeCorpus } from '../bench/corpus-made.ts';
import { createTestDatabase, type TestDatabase } from '../database.ts';
import { at, hire, ingestTo } from './setting.ts';

const DAY = '2017-06-01';
const PATENTS = 1_500;
const OPTIONS = { chunk_patents: 250, threads: 1 };
const NO_USE = {
  annual_revenue_minor: null,
  industry: null,
  launch_value_minor: null,
  development_cost_minor: null,
  reproduction_cost_minor: null,
};

interface Row {
  patent_id: string;
  as_of: string;
  status: string;
  low_minor: number | null;
  mid_minor: number | null;
  high_minor: number | null;
  collateral_minor: number | null;
  changes_on: string | null;
}

async function values(database: Database): Promise<Row[]> {
  const rows = await database.sql<Row[]>`select patent_id, as_of, status, low_minor, mid_minor, high_minor,
    collateral_minor, changes_on from corpus_value order by patent_id`;
  return [...rows];
}

/** As the jobs are: not the owner. */
function placeOf({ url, database }: TestDatabase) {
  return { url, role: WORKER_ROLE, database: database.sibling({ role: WORKER_ROLE, max: 4 }) };
}

interface Made {
  base: TestDatabase;
  place: ReturnType<typeof placeOf>;
  models: ModelSet;
}

async function made(t: Parameters<typeof createTestDatabase>[0], patents = PATENTS): Promise<Made> {
  const base = await createTestDatabase(t);
  const models = await storeFittedModels(base.database, at('2017-01-02'));
  await storeMadeCorpus(base.database, patents, DAY);
  const place = placeOf(base);
  t.teardown(() => place.database.close());
  return { base, place, models };
}

t.test('from signals to values: each is what the patent is worth by itself', async (t) => {
  const base = await createTestDatabase(t);
  const { database } = base;
  const place = placeOf(base);
  t.teardown(() => place.database.close());
  const day = '2012-03-01';
  await ingestTo(database, day);
  await deriveChanged(database, at(day));
  const models = await storeFittedModels(database, at(day));
  const report = await revalueAll(place, models, at(day), { threads: 1 });
  const stored = await values(database);
  t.equal(report.patents, stored.length);
  const known = await knownPatents(
    database.sql,
    stored.map(({ patent_id }) => patent_id),
    at(day),
  );
  t.equal(known.size, stored.length);
  for (const row of stored) {
    const { row: alone } = value(known.get(row.patent_id)!, NO_USE, 'CNY', models, day);
    for (const name of ['status', 'low_minor', 'mid_minor', 'high_minor', 'collateral_minor'] as const)
      if (alone[name] !== row[name]) t.equal(row[name], alone[name], `${row.patent_id} ${name}`);
  }
  const [first] = stored;
  const told = (await indicativeValue(database.sql, first!.patent_id))!;
  t.hasStrict(told, { as_of: day, status: first!.status, mid_minor: first!.mid_minor });
  t.same(told.series, [{ as_of: day, mid_minor: first!.mid_minor }]);
  t.equal(await indicativeValue(database.sql, randomUUID()), null);
  const statuses = Object.groupBy(stored, ({ status }) => status);
  t.ok(statuses.valued!.length > 500 && statuses.worthless!.length > 500 && statuses.unknown!.length > 5);
});

t.test('a process that is killed leaves nothing published, and the next goes on after it', async (t) => {
  const { base, place, models } = await made(t);
  const child = fork(fileURLToPath(new URL('../bench/corpus-valuer.ts', import.meta.url)), [base.url], {
    execArgv: [],
  });
  await once(child, 'message');
  const now = at(DAY);
  const run = await openRun(base.database, models, now, 50);
  child.send({ what: 'all', model_set_id: models.id, now_ms: now.getTime() });
  let done = 0;
  for (let look = 0; look < 2_000 && done < 3; look++) {
    ({ done } = await runProgress(base.database.sql, run.id));
    await sleep(5);
  }
  child.kill('SIGKILL');
  await once(child, 'exit');
  const left = await runProgress(base.database.sql, run.id);
  t.ok(left.done >= 3 && left.done < left.chunks, `${left.done} of ${left.chunks} chunks were done`);
  t.same(await values(base.database), []);
  const report = await revalueAll(place, models, now, OPTIONS);
  t.ok(report.resumed >= left.done && report.patents === PATENTS);
  const resumed = await values(base.database);
  t.equal(resumed.length, PATENTS);
  await revalueAll(place, models, now, OPTIONS);
  t.same(await values(base.database), resumed, 'as if it had never been killed');
});

t.test('connections that are lost in mid-run cost one attempt each', async (t) => {
  const { base, place, models } = await made(t);
  let cut = 0;
  const report = await revalueAll(place, models, at(DAY), {
    ...OPTIONS,
    threads: 2,
    on_progress: ({ done }) => {
      if (done !== 2) return;
      cut++;
      base.database.sql`select pg_terminate_backend(pid) from pg_stat_activity
        where pid <> pg_backend_pid() and query like '%corpus_chunk%'`.then(
        () => undefined,
        () => undefined,
      );
    },
  });
  t.equal(cut, 1);
  t.equal(report.patents, PATENTS);
  t.equal((await values(base.database)).length, PATENTS);
});

/** Lets the staged table refuse one patent, as a fault in a row or a full disk would. */
async function refuse({ sql }: Database, code: string): Promise<void> {
  await sql.unsafe(`create function refuse() returns trigger language plpgsql as $$
    begin
      if new.number = 600 then raise exception 'refused on purpose' using errcode = '${code}'; end if;
      return new;
    end $$`);
  await sql.unsafe(`create trigger refuse before insert on staging.corpus_value for each row
    execute function refuse()`);
}

t.test('a chunk that fails three times stops the run; mended, the same call goes on', async (t) => {
  const { base, place, models } = await made(t);
  await openRun(base.database, models, at(DAY), OPTIONS.chunk_patents);
  await refuse(base.database, 'P0001');
  await t.rejects(revalueAll(place, models, at(DAY), OPTIONS), {
    message:
      /^Chunk 3 of run 1 failed 3 times, with [2-5] of 6 chunks done: refused on purpose. Nothing was published.*goes on/,
  });
  t.same(await values(base.database), []);
  await base.database.sql`drop function refuse cascade`;
  const report = await revalueAll(place, models, at(DAY), OPTIONS);
  t.ok(report.resumed > 0);
  t.equal((await values(base.database)).length, PATENTS);
});

t.test('a full disk ends the run at once and gives back what it took', async (t) => {
  const { base, place, models } = await made(t);
  await revalueAll(place, models, at(DAY), OPTIONS);
  const before = await values(base.database);
  await openRun(base.database, models, at(addDays(DAY, 30)), OPTIONS.chunk_patents);
  await refuse(base.database, '53100');
  // Whichever thread it happens to.
  await t.rejects(revalueAll(place, models, at(addDays(DAY, 30)), { ...OPTIONS, threads: 2 }), {
    message: /^The database has no room left.*refused on purpose. Nothing was published/,
  });
  t.same(await values(base.database), before, 'the old values stand');
  const [staged] = await base.database.sql`select to_regclass('staging.corpus_value') as name`;
  t.equal(staged!.name, null);
});

t.test('a run of other formulas is not gone on with', async (t) => {
  const { base, place, models } = await made(t, 300);
  await openRun(base.database, models, at(DAY), 100);
  await base.database.sql`update corpus_run set valuation_model = 'older'`;
  const report = await revalueAll(place, models, at(DAY), OPTIONS);
  t.equal(report.resumed, 0);
  const run = await lastRun(base.database.sql);
  t.ok(run!.published_at !== null && run!.valuation_model !== 'older');
});

/** What may become known of a patent. */
const anyChange = fc.record({
  place: fc.integer({ min: 0, max: PATENTS - 1 }),
  told: fc.oneof(
    fc.record({ legal_state: fc.constantFrom('lapsed', 'in_force', 'pending', 'unknown', 'invalidated') }),
    fc.record({ claims: fc.option(fc.integer({ min: 1, max: 80 })) }),
    fc.record({ agency: fc.option(fc.boolean()) }),
    fc.record({ challenges: fc.integer({ min: 0, max: 3 }) }),
  ),
});

interface Change {
  place: number;
  told: Partial<CorpusFacts>;
}

async function learn({ sql, transaction }: Database, changes: readonly Change[], now: Date): Promise<void> {
  const facts = await sql<CorpusFacts[]>`select * from corpus_patent order by patent_id`;
  const last = new Map(changes.map(({ place, told }) => [place, told]));
  const told = [...last].map(([place, told]) => ({ ...facts[place]!, ...told }));
  await transaction((tx) => storeFacts(tx, told, now));
}

t.test('after any changes and any time, values kept up are those of a full run', async (t) => {
  const { base, place, models } = await made(t);
  const { database } = base;
  let day = DAY;
  await revalueAll(place, models, at(day), OPTIONS);
  const seen = { valued_anew: 0, only_worn: 0 };
  const keptUp = async (changes: Change[], days: number) => {
    day = addDays(day, days);
    await learn(database, changes, at(day));
    const last = (await lastRun(database.sql))!;
    const { patents } = await revalueChanged(place.database, last, models, at(day));
    const kept = await values(database);
    await revalueAll(place, models, at(day), OPTIONS);
    const full = await values(database);
    t.ok(days > 0 || patents <= changes.length, 'what did not change is not valued');
    t.equal(kept.length, full.length);
    for (const [index, row] of full.entries()) {
      const own = kept[index]!;
      if (own.as_of === day) t.strictSame(own, row);
      else t.strictSame([own.status, own.changes_on], [row.status, row.changes_on]);
      seen[own.as_of === day ? 'valued_anew' : 'only_worn']++;
    }
    return t.passing();
  };
  await fc.assert(
    fc.asyncProperty(fc.array(anyChange, { maxLength: 40 }), fc.integer({ min: 0, max: 200 }), keptUp),
    { numRuns: 6 },
  );
  t.ok(seen.valued_anew > 100 && seen.only_worn > 100, JSON.stringify(seen));
});

t.test('every value of a followed patent is kept, of the others where they moved by a tenth', async (t) => {
  const { base, place, models } = await made(t, 600);
  const { database } = base;
  const { bank } = await hire(database, at(DAY));
  await database.sql`insert into watch_list (id, organisation_id, name, created_at)
    values ('wl_1', ${bank.organisation_id}, 'Watched', ${at(DAY)})`;
  await database.sql`insert into watch_list_patent select 'wl_1', patent_id, ${at(DAY)}
    from corpus_patent where number % 10 = 0`;
  const days = Array.from({ length: 15 }, (_, month) => addDays(DAY, 31 * month));
  const told = new Map<string, { as_of: string; mid_minor: number | null }[]>();
  for (const [month, day] of days.entries()) {
    if (month % 7 === 0) await revalueAll(place, models, at(day), OPTIONS);
    else await revalueChanged(place.database, (await lastRun(database.sql))!, models, at(day));
    for (const { patent_id, as_of, mid_minor } of await values(database))
      if (as_of === day) told.set(patent_id, [...(told.get(patent_id) ?? []), { as_of, mid_minor }]);
  }
  const rows = await database.sql<
    { patent_id: string; followed: boolean; points: { as_of: string; mid_minor: number | null }[] }[]
  >`
    select patent_id, number % 10 = 0 as followed, (
      select jsonb_agg(jsonb_build_object('as_of', as_of, 'mid_minor', mid_minor) order by as_of) from (
        select as_of, mid_minor from corpus_value_history past where past.patent_id = corpus_value.patent_id
        union all select recorded_on, recorded_mid_minor) point) as points
    from corpus_value order by patent_id`;
  let long = 0;
  for (const { patent_id, followed, points } of rows) {
    const all = told.get(patent_id)!;
    const expected = all.slice(0, 1);
    for (const each of all.slice(1)) if (isPoint(expected.at(-1)!, each, followed)) expected.push(each);
    t.strictSame(points, expected, followed ? 'followed' : 'not followed');
    if (followed && points.at(-1)!.mid_minor! > 0) t.equal(points.length, days.length);
    else if (points.length > 1) long++;
  }
  t.ok(long > 10, `${long} of the others moved`);
  t.equal(await keepHistory(place.database.sql, '2017-12-31'), 0);
  const later = addDays(`${2018 + HISTORY_years}-01-01`, 40);
  t.ok((await keepHistory(place.database.sql, later)) > 0, 'years that are too old are let go of');
  const [left] = await database.sql`select min(as_of) as first from corpus_value_history`;
  t.ok(left!.first >= '2018-01-01', left!.first);
});

t.test('news that leaves a patent without a value does not touch its row', async (t) => {
  const { base, place, models } = await made(t, 300);
  const { database } = base;
  await revalueAll(place, models, at(DAY), OPTIONS);
  const rows =
    () => database.sql`select patent_id, ctid::text, xmin::text, xmax::text, as_of from corpus_value
    where status <> 'valued' order by patent_id`;
  const before = await rows();
  const facts = await database.sql<
    CorpusFacts[]
  >`select * from corpus_patent join corpus_value using (patent_id)
    where status <> 'valued'`;
  const told = facts.map((each) => ({ ...each, claims: (each.claims ?? 0) + 1 }));
  await database.transaction((tx) => storeFacts(tx, told, at(DAY)));
  const { patents } = await revalueChanged(
    place.database,
    (await lastRun(database.sql))!,
    models,
    at(addDays(DAY, 1)),
  );
  t.ok(patents >= before.length && before.length > 100, `${patents} of which ${before.length} have no value`);
  const untouched = (await rows()).filter(({ as_of }) => as_of === DAY);
  t.ok(untouched.length > 100);
  const known = new Map(before.map((row) => [row.patent_id, row]));
  for (const row of untouched) t.strictSame(row, known.get(row.patent_id));
});

interface AnyRow {
  word: string;
  whole: number | null;
  big: number | null;
  day: string | null;
}

const anyRow: fc.Arbitrary<AnyRow> = fc.record({
  word: fc.constantFrom('valued', 'worthless', '值', ''),
  whole: fc.option(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })),
  big: fc.option(fc.maxSafeInteger()),
  day: fc.option(fc.integer({ min: 0, max: 3_652_058 }).map((days) => addDays('0001-01-01', days))),
});

t.test('rows in binary come back as they were written, and a reader that throws is heard', async (t) => {
  const { database } = await createTestDatabase(t);
  const andBack = (told: AnyRow[]) =>
    database.transaction(async (tx) => {
      await tx`create temporary table any_row (word text, whole integer, big bigint, day date) on commit drop`;
      const writer = new BinaryWriter(1);
      for (const { word, whole, big, day } of told) {
        writer.row(4);
        writer.raw(Buffer.from(word));
        writer.int32(whole);
        writer.int64(big);
        writer.date(day);
      }
      await copyIn(tx, 'any_row from stdin (format binary)', writer.end());
      const what = '(select word, whole, big, day, whole > 0 from any_row) to stdout (format binary)';
      const reader = new BinaryRows(5);
      const words = new KnownTexts();
      const read: object[] = [];
      await copyOut(tx, what, (piece) => {
        reader.take(piece);
        while (reader.next()) {
          const row = {
            word: reader.text(words),
            whole: reader.int32(),
            big: reader.int64(),
            day: reader.date(),
          };
          t.equal(reader.boolean(), row.whole === null ? null : row.whole > 0);
          read.push(row);
        }
      });
      // Those of fast-check have no prototype.
      t.strictSame(
        read,
        told.map((row) => ({ ...row })),
      );
      const refuse = (piece: Buffer) => new BinaryRows(4).take(piece);
      if (told.length > 0)
        await t.rejects(copyOut(tx, 'any_row to stdout', refuse), { message: /not in binary format/ });
      t.strictSame([...(await tx`select count(*) as rows from any_row`)], [{ rows: told.length }]);
      return t.passing();
    });
  await fc.assert(fc.asyncProperty(fc.array(anyRow, { maxLength: 60 }), andBack), { numRuns: 20 });
});

t.test('what is a point', async (t) => {
  const of = (mid_minor: number | null) => ({ as_of: DAY, mid_minor });
  t.notOk(isPoint(of(1000), of(1099), false));
  t.ok(isPoint(of(1000), of(1100), false) && isPoint(of(1000), of(900), false));
  t.ok(isPoint(of(1000), of(1000), true), 'followed');
  t.ok(isPoint(of(null), of(0), false) && isPoint(of(5), of(null), false) && isPoint(of(0), of(1), false));
  t.notOk(isPoint(of(null), of(null), false) || isPoint(of(0), of(0), false));
});

t.test('the values of a source whose register falls silent are unknown until it speaks again', async (t) => {
  const { base, place, models } = await made(t, 300);
  const { database } = base;
  const { sql } = database;
  const heard = (
    id: string,
    day: string,
  ) => sql`insert into ingest_run (id, source, name, reader, started_at, finished_at)
    values (${id}, 'made', 'test', 'made', ${at(day)}, ${at(day)})`;
  const valued = async () => (await values(database)).filter(({ status }) => status === 'valued').length;
  const keepUp = async (day: string) =>
    revalueChanged(place.database, (await lastRun(sql))!, models, at(day));
  await heard('run_1', DAY);
  await revalueAll(place, models, at(DAY), OPTIONS);
  const before = await valued();
  t.ok(before > 20);
  const silent = addDays(DAY, 3_000);
  await keepUp(silent);
  t.equal(await valued(), 0);
  await heard('run_2', silent);
  await keepUp(silent);
  t.ok((await valued()) > 0);
});

t.test('the command values all, then what changed, and says what it did', async (t) => {
  const { base } = await made(t, 400);
  const command = (...args: string[]) =>
    promisify(execFile)(process.execPath, ['--import=tsx', 'jobs/revalue-corpus.ts', ...args], {
      env: { ...process.env, DATABASE_URL: base.url },
    });
  const first = await command('--chunk', '100', '--threads', '2', '--json');
  t.match(JSON.parse(first.stdout), { mode: 'all', patents: 400, chunks: 4, done: 4, resumed: 0 });
  t.match(first.stderr, /revalue \[#+\] 400 patents, \d+ a second, 0 s left/);
  const [lapsing] = await base.database.sql<CorpusFacts[]>`
    select * from corpus_patent where legal_state = 'pending' limit 1`;
  await base.database.transaction((tx) =>
    storeFacts(tx, [{ ...lapsing!, legal_state: 'withdrawn' }], at(DAY)),
  );
  const second = await command('--json');
  t.match(JSON.parse(second.stdout), { mode: 'changed', patents: 1, valued: 0 });
  const third = await command('--full');
  t.match(third.stdout, /^All patents as of \d{4}-\d\d-\d\d: 400 patents/);
  await t.rejects(command('--chunk', '0'), { code: 2 });
  await base.database.sql`truncate model_set cascade`;
  await t.rejects(command(), { code: 1, stderr: /No models are fitted yet/ });
});
