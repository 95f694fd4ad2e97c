/** Slots, valuations as of a slot, and history walked again: once each, in order, and the same bytes every time. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { calibrate } from '../../jobs/calibrate.ts';
import { DEFAULT_REPLAY } from '../../jobs/history.ts';
import { type Replayed, replay } from '../../jobs/replay.ts';
import { revalue } from '../../jobs/revalue.ts';
import {
  DAY_MS,
  lastSlot,
  MAX_ATTEMPTS,
  runDueSlots,
  type SlottedJob,
  startSlots,
} from '../../jobs/slots.ts';
import { fitLapse } from '../../models/lapse/fit.ts';
import { canonicalJson } from '../../src/canonical.ts';
import { dateOf } from '../../src/clock.ts';
import { migrate } from '../../src/db/migrate.ts';
import { MIGRATIONS } from '../../src/db/open.ts';
import { lapseHistories } from '../../src/patents/facts.ts';
import { ingestRecords } from '../../src/patents/ingest.ts';
import { revalueStale } from '../../src/pledges/revalue.ts';
import { latestValues } from '../../src/pledges/store.ts';
import { assessPledges } from '../../src/risk/assess.ts';
import { createTestDatabase } from '../database.ts';
import {
  activate,
  at,
  breakTable,
  bundledRecords,
  freePatents,
  hire,
  ingestTo,
  news,
  request,
  SOURCE,
  surroundings,
  told,
} from './setting.ts';

// Three walks through history take their time on a busy machine.
t.setTimeout(120_000);
const { database } = await createTestDatabase(t);
const { sql } = database;

async function startOver(): Promise<void> {
  await database.transaction(async (tx) => {
    await tx`drop schema public, staging cascade`;
    await tx`create schema public`;
  });
  await migrate(database, MIGRATIONS);
}

/** Jobs that note what ran; `during` is what their work is. */
function notingJobs(during: (job: string, slot: Date) => Promise<unknown> = async () => {}) {
  const ran: string[] = [];
  const jobs = ['first', 'second', 'third'].map(
    (id, index): SlottedJob => ({
      id,
      minute: 10 * (index + 1),
      async run(_context, slot) {
        ran.push(`${slot.toISOString()} ${id}`);
        await during(id, slot);
        return {};
      },
    }),
  );
  return { jobs, ran };
}

function slotsBetween(jobs: readonly SlottedJob[], days: number, from: Date): string[] {
  const all = Array.from({ length: days }, (_, day) =>
    jobs.map((job) => {
      const slot = new Date(lastSlot(job, from).getTime() + (day + 1) * DAY_MS);
      return `${slot.toISOString()} ${job.id}`;
    }),
  );
  return all.flat().sort();
}

const NOON = new Date('2009-06-01T12:00:00Z');
const daysOn = (days: number) => new Date(NOON.getTime() + days * DAY_MS);
const leaseIsOver = () =>
  sql`update job_run set lease_until = now() - interval '1 second' where state <> 'done'`;

t.test('three workers run each of 300 missed slots once and in order', async (t) => {
  const { jobs, ran } = notingJobs(() => sleep(0));
  await startSlots(sql, jobs, NOON);
  await startSlots(sql, jobs, daysOn(50));
  const expected = slotsBetween(jobs, 100, NOON);
  const work = async () => {
    const context = surroundings(t, database.sibling({ max: 2 }), daysOn(100));
    t.teardown(() => context.database.close());
    let own = 0;
    for (; ran.length < expected.length; await sleep(1)) own += await runDueSlots(context, jobs);
    return own;
  };
  const shares = await Promise.all([work(), work(), work()]);
  t.same(ran, expected);
  t.equal(shares[0]! + shares[1]! + shares[2]!, 300, 'what the workers say they ran');
  const [rows] = await sql`select count(*) as slots, max(attempts) as attempts,
    count(*) filter (where state = 'done') as done from job_run`;
  t.same(rows, { slots: 303, attempts: 1, done: 303 });
  t.equal(await runDueSlots(surroundings(t, database, daysOn(100)), jobs), 0);
  await sql`truncate job_run`;
});

t.test(
  'a slot that keeps failing is tried a few times, holds the rest up meanwhile, and is given up',
  async (t) => {
    const bad = new Date(lastSlot({ minute: 20 } as SlottedJob, daysOn(1)));
    const { jobs, ran } = notingJobs(async (job, slot) => {
      if (job === 'second' && slot.getTime() === bad.getTime()) throw new Error('no such luck');
    });
    await startSlots(sql, jobs, NOON);
    const context = surroundings(t, database, daysOn(3));
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
      await runDueSlots(context, jobs);
      const [row] =
        await sql`select state, attempts, error from job_run where job = 'second' and slot = ${bad}`;
      t.match(row, { state: 'failed', attempts: attempt, error: /no such luck/ });
      if (attempt === MAX_ATTEMPTS) break;
      t.equal(await runDueSlots(context, jobs), 0, 'not before its wait is over');
      t.equal(ran.length, 1 + attempt, 'and nothing later before it');
      await leaseIsOver();
    }
    await leaseIsOver();
    await runDueSlots(context, jobs);
    const expected = slotsBetween(jobs, 3, NOON);
    t.same([...new Set(ran)], expected);
    t.equal(ran.length, expected.length + MAX_ATTEMPTS - 1);
    await sql`truncate job_run`;
  },
);

for (const word of ['done', 'failed'])
  t.test(
    `a dead worker’s slot is taken again when its lease is over; its late "${word}" is not heard`,
    async (t) => {
      const died = Promise.withResolvers<void>();
      let runs = 0;
      const { jobs } = notingJobs(async (job) => {
        if (job === 'first' && ++runs === 1) await died.promise;
      });
      await startSlots(sql, jobs, NOON);
      const context = surroundings(t, database, daysOn(1));
      const dead = runDueSlots(context, jobs);
      while (runs === 0) await sleep(1);
      t.equal(await runDueSlots(context, jobs), 0, 'it may still be alive');
      await leaseIsOver();
      t.equal(await runDueSlots(context, jobs), 3);
      const rows = () => sql`select * from job_run order by job, slot`;
      const before = await rows();
      t.match(
        before.filter((row) => row.job === 'first'),
        [{ state: 'done' }, { state: 'done', attempts: 2 }],
      );
      if (word === 'done') died.resolve();
      else died.reject(new Error('too late'));
      await dead;
      t.same(await rows(), before);
      await sql`truncate job_run`;
    },
  );

const SLOT = at('2009-06-01');

/** Hash of every number about pledges as of the slot, without the random ids. */
async function results(): Promise<string> {
  const valuations =
    await sql`select * from valuation where as_of <= ${dateOf(SLOT)} order by patent_id, valuation_id`;
  const points =
    await sql`select * from pledge_valuation where known_at <= ${SLOT} order by pledge_id, known_at`;
  const flags = await sql`select pledge_id, patent_id, occasion, rule, state, opened_as_of, evidence from flag
    where opened_at <= ${SLOT} order by pledge_id, rule, patent_id, occasion`;
  return createHash('sha256')
    .update(canonicalJson([valuations, points, flags]))
    .digest('hex');
}

async function forget(): Promise<void> {
  await sql`truncate valuation, pledge_valuation, pledge_status`;
  // What a review says of a flag refers to it, and may not be truncated.
  await sql`delete from flag`;
}
const markAll = () =>
  sql`insert into pledge_stale (pledge_id, since, reason) select id, ${SLOT}, 'test' from pledge on conflict do nothing`;

t.test('what is learnt after a slot changes nothing as of the slot', async (t) => {
  const opened = at('2008-06-01');
  await startOver();
  await ingestTo(database, '2008-06-01');
  const parties = await hire(database, opened);
  const context = surroundings(t, database, opened);
  const model = (await calibrate(context, opened))!;
  const patents = await freePatents(database, 30);
  for (let n = 0; n < 10; n++) {
    const { id } = await request(database, parties, patents.slice(3 * n, 3 * n + 3), opened);
    await activate(database, parties, id, opened);
  }
  await ingestTo(database, '2009-06-01');
  const fit = async (known_at: Date) => fitLapse(await lapseHistories(sql, known_at), dateOf(known_at));
  const compute = async () => {
    await forget();
    await sql`delete from pledge_stale`;
    await markAll();
    await revalueStale(database, model, SLOT);
    await assessPledges(database, SLOT);
    return results();
  };
  const before = { fit: canonicalJson(await fit(SLOT)), results: await compute() };
  const found = await sql`select rule from flag group by rule having count(*) > 2 order by rule`;
  t.same(
    found.map(({ rule }) => rule),
    [
      'annuity_late',
      'annuity_overdue',
      'lapse_likely',
      'ltv_breach',
      'ltv_warning',
      'right_ended',
      'value_collapse',
      'value_drop',
    ],
  );
  const future = (await bundledRecords()).map((record) =>
    record.ok ? { ...record, patent: { ...record.patent, claims: 99, agency: false } } : record,
  );
  const { signals } = await ingestRecords(database, SOURCE, future, at('2017-12-31'));
  t.ok(signals > 500, 'notices and grants to come');
  t.equal(canonicalJson(await fit(SLOT)), before.fit);
  t.equal(await compute(), before.results);
  t.not(canonicalJson(await fit(at('2017-12-31'))), before.fit, 'with time they do change the model');
  await revalueStale(database, model, at('2017-12-31'));
  const ids = (await sql`select id from pledge`).map((row) => row.id);
  const later = await latestValues(sql, ids, at('2017-12-31'));
  t.ok(
    [...later.values()].some(
      ({ status, patents }) => status === 'worthless' || patents.some((p) => p.mid_minor === 0),
    ),
  );
});

t.test('revaluing', async (t) => {
  const PLEDGES = 130;
  await startOver();
  await ingestTo(database, '2009-06-01');
  const parties = await hire(database, SLOT);
  const patents = await freePatents(database, PLEDGES);
  for (const patent_id of patents) await request(database, parties, [patent_id], SLOT);
  const context = surroundings(t, database, SLOT);
  const model = (await calibrate(context, SLOT))!;
  const marks = async () => (await sql`select count(*) from pledge_stale`)[0]!.count;
  t.match(await revalueStale(database, model, SLOT), { pledges: PLEDGES, valuations: PLEDGES });
  const undisturbed = await results();

  t.test('the same inputs under the same model append no valuation', async (t) => {
    await markAll();
    t.match(await revalueStale(database, model, SLOT), { pledges: PLEDGES, valuations: 0 });
    t.equal(await results(), undisturbed);
    t.equal(await marks(), 0);
  });

  t.test('a kill leaves its marks, and the resumed run ends where an undisturbed one does', async (t) => {
    await forget();
    await markAll();
    const [last] = await sql`select max(id) as id from pledge`;
    const mend = await breakTable(database, 'pledge_valuation', `pledge_id = '${last!.id}'`);
    await t.rejects(revalueStale(database, model, SLOT), /broken/);
    t.equal(await marks(), PLEDGES - 100, 'the batch that was under way');
    const [kept] = await sql`select (select count(*) from valuation) as valuations,
      (select count(*) from pledge_valuation) as points`;
    t.same(kept, { valuations: 100, points: 100 });
    await mend();
    t.match(await revalueStale(database, model, SLOT), { pledges: PLEDGES - 100 });
    t.equal(await results(), undisturbed);
  });

  t.test('two workers at once value each pledge once', async (t) => {
    await forget();
    await markAll();
    const other = database.sibling({ max: 2 });
    t.teardown(() => other.close());
    await other.check();
    const counts = await Promise.all([revalueStale(database, model, SLOT), revalueStale(other, model, SLOT)]);
    t.equal(counts[0].pledges + counts[1].pledges, PLEDGES);
    t.ok(Math.min(counts[0].pledges, counts[1].pledges) > 0, 'both had a part');
    t.equal(await results(), undisturbed);
  });

  t.test('an impossible history is left out of the fit and holds up no value', async (t) => {
    const july = at('2009-07-01');
    const signals = [news('granted', '2009-06-02', '2009-06-02'), news('lapsed', '2009-06-03')];
    const impossible = told('09100001.1', { filed_on: '2009-05-01' }, signals);
    await ingestRecords(database, SOURCE, [impossible], july);
    t.equal((await calibrate(context, july))?.lapse.parameters.excluded, 1);
    t.match(await revalue(context, july), { pledges: PLEDGES });
  });
  t.end();
});

t.test('a replay', async (t) => {
  const walk = async (seed: number): Promise<Replayed> => {
    await startOver();
    const { log, vault } = surroundings(t, database, NOON);
    return replay(database, vault, { ...DEFAULT_REPLAY, from: '2005-01-01', to: '2005-07-01', seed, log });
  };
  const { summary, cast } = await walk(7);
  t.match(summary, { seed: 7, lost: 0 });
  for (const count of ['pledges', 'valuations', 'risk_events', 'deliveries'] as const)
    t.ok(summary[count] > 0, count);
  t.equal(summary.signatures_verified, summary.deliveries);
  const [left] = await sql`select (select count(*) from endpoint where deleted_at is null) as endpoints,
    (select count(*) from delivery) as deliveries, (select count(*) from organisation where not demonstration) as real,
    (select count(*) from pledge where not demonstration) as real_pledges`;
  t.same(left, { endpoints: 0, deliveries: 0, real: 0, real_pledges: 0 });
  for (const { key } of Object.values(cast.keys)) t.match(key, /^pwk_/);
  const figures = ({ seconds: _, ...rest }: Replayed['summary']) => rest;
  t.same(figures((await walk(7)).summary), figures(summary), 'comes out the same from the same seed');
  const other = (await walk(8)).summary;
  t.not(other.valuations_sha256, summary.valuations_sha256, 'and otherwise from another');
});

t.test('the command says what it does, and refuses a seed that is none in one sentence', async (t) => {
  const demo = async (...given: string[]) => {
    const program = fileURLToPath(new URL('../../jobs/demo.ts', import.meta.url));
    const child = spawn(process.execPath, ['--import', 'tsx', program, ...given]);
    let [output, errors] = ['', ''];
    child.stdout.on('data', (piece) => {
      output += piece;
    });
    child.stderr.on('data', (piece) => {
      errors += piece;
    });
    const [code] = await once(child, 'close');
    return { code, output, errors };
  };
  t.match(await demo('--help'), { code: 0, output: /--seed N/, errors: '' });
  for (const seed of ['x', '', '4294967297']) {
    const { code, output, errors } = await demo(`--seed=${seed}`);
    t.equal(code, 2, seed);
    t.equal(output, '');
    t.match(errors, new RegExp(`^--seed: "${seed}" is no whole number.*such as --seed 7\\.\n$`));
  }
  t.match(await demo('--sed', '1'), { code: 2, errors: /^[^\n]*--sed[^\n]*\n$/ });
});
