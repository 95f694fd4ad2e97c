/** The registry of models: review by other eyes, comparison on one snapshot, promotion, and what each refuses. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import fc from 'fast-check';
import t, { type Test } from 'tap';
import { attempt } from '../../models/failure.ts';
import { fitLapse, LAPSE_MODEL } from '../../models/lapse/fit.ts';
import { predictLapse } from '../../models/lapse/predict.ts';
import {
  fitStageRate,
  STAGE_RATE_MODEL,
  stageHazard,
  stageRateLapse,
} from '../../models/lapse/stage-rate.ts';
import { textsOf } from '../../models/sentences.ts';
import { STANDING_MODEL } from '../../models/value/standing.ts';
import { verifyChain } from '../../src/audit/verify.ts';
import { type Comparison, compareModels, LAPSE_METRIC } from '../../src/governance/comparison.ts';
import { LAPSE_TASK } from '../../src/governance/runnable.ts';
import { compareChallengers } from '../../src/governance/service.ts';
import { latestModels } from '../../src/valuations/store.ts';
import { cnHistories, knownOn } from '../models/cn-patents.ts';
import { buildService, CN_PATENTS, type ProblemAnswer } from '../service.ts';

interface Model {
  id: string;
  specification: string;
  task: string;
  role: string;
  tier: number;
  metric: string;
  metric_registered_on: string;
  calibration_margin: number;
  review: { state: string; reasons: string[]; approved_by: string | null; due_on: string | null };
  latest_version: { id: string; trained_to: string; rows: number; parameters_sha256: string } | null;
}
interface ModelHistory extends Model {
  versions: { id: string; trained_to: string }[];
  reviews: { decision: string; organisation_id: string; note: string }[];
  comparisons: { id: string; promote: boolean; champion_version_id: string; result: Comparison }[];
}

const CHAMPION = 'pledgewatch-lapse.1';
const CHALLENGER = 'lapse-stage-rate.1';
/** A day on which the plain model really does better, and the day when its outcomes are all known. */
const ASKED_ON = '2012-01-01';
const KNOWN_AT = '2014-12-01T02:00:00Z';

const service = await buildService(t);
const { database, clock, call, bank_a, firm_a, staff } = service;
const { sql } = database;

const all = async () => (await call<{ data: Model[] }>(staff.key, 'GET', '/v1/models')).body.data;
const models = async () => (await all()).filter(({ task }) => task === LAPSE_TASK);
const history = async (id: string) => (await call<ModelHistory>(staff.key, 'GET', `/v1/models/${id}`)).body;
const review = (id: string, decision: string, key = staff.key) =>
  call<Model & ProblemAnswer>(key, 'POST', `/v1/models/${id}/reviews`, { decision, note: 'read and rerun' });
const promote = (id: string, comparison_id: string) =>
  call<Model & ProblemAnswer>(staff.key, 'POST', `/v1/models/${id}/promotion`, { comparison_id });

async function refuses(
  t: Test,
  ask: () => Promise<{ status: number; body: ProblemAnswer }>,
  status: number,
  reason: RegExp,
): Promise<void> {
  const written = () => sql`select (select count(*) from model_review) as reviews,
    (select count(*) from audit_entry) as entries, (select string_agg(role, ',' order by id) from model_specification) as roles`;
  const before = await written();
  const answer = await ask();
  t.equal(answer.status, status, answer.body.detail);
  t.match(answer.body.detail, reason);
  t.same(await written(), before, 'nothing is written');
}

/** Puts the registration of the metric and the roles where a test needs them. */
async function register(registered_on: string, champion = LAPSE_MODEL): Promise<void> {
  await sql`update model_specification set metric_registered_on = ${registered_on}, role = 'challenger'
    where task = ${LAPSE_TASK}`;
  await sql`update model_specification set role = 'champion' where id = ${champion}`;
}

t.test('a hazard by patent year is shrunk to the prior by the due dates that this is worth', async (t) => {
  t.ok(Math.abs(stageHazard(100, 12) - 0.09379) < 5e-6);
  t.ok(Math.abs(stageHazard(0, 0) - 0.058) < 1e-12, 'nothing seen: the prior');
  fc.assert(
    fc.property(fc.nat(100_000), fc.nat(1000), (paid, unpaid) => {
      const hazard = stageHazard(paid + unpaid, unpaid);
      return hazard > 0 && hazard < 1 && stageHazard(paid + unpaid + 1, unpaid + 1) > hazard;
    }),
  );
  const many = stageHazard(1e9, 2e8);
  t.ok(Math.abs(many / 0.2 - 1) < 1e-6, 'much seen: the rate');
});

t.test(
  'the plain model counts due dates as the champion does and is bounded by the same silence',
  async (t) => {
    const histories = cnHistories();
    const fitted = fitStageRate(histories, '2011-01-01');
    const fit = fitLapse(histories, '2011-01-01');
    t.ok(fit.ok);
    if (!fit.ok) return;
    const { rows, events, patents, excluded } = fit.model;
    t.hasStrict(fitted, { rows, events, patents, excluded });
    t.same(JSON.parse(JSON.stringify(fitted)), fitted, 'plain data');
    const level = { ...fit.model, coefficients: fit.model.coefficients.map((b, j) => (j === 0 ? b : 0)) };
    const [first] = histories;
    const { facts, granted_on } = first!;
    const flat = {
      ...fitted,
      rates: [],
      prior_hazard: predictLapse(level, facts, granted_on, '2011-01-01').annuities[0]!.hazard,
    };
    for (const as_of of ['2009-07-01', '2010-06-29', '2010-08-15', '2011-10-01', '2020-06-30'])
      t.ok(
        Math.abs(
          stageRateLapse(flat, facts, granted_on, as_of) -
            predictLapse(level, facts, granted_on, as_of).lapse_probability_12m.value,
        ) < 1e-12,
        `with one hazard for all both models say the same on ${as_of}`,
      );
    t.equal(stageRateLapse(fitted, { ...facts, paid_through: 20 }, granted_on, '2011-01-01'), 0);
    for (const [given, to, code] of [
      [histories, 'today', 'trained_to_invalid'],
      [[], '2011-01-01', 'no_rows'],
      [[{ ...first!, granted_on: '1980-01-01' }], '2011-01-01', 'grant_before_filing'],
    ] as const) {
      const outcome = attempt(() => fitStageRate(given, to));
      t.equal(outcome.ok ? 'none' : outcome.failure.code, code);
    }
  },
);

t.test('a comparison asks both of the same patents, and of none whose outcome cannot be seen', async (t) => {
  const later = cnHistories();
  const ids = { champion: LAPSE_MODEL, challenger: STAGE_RATE_MODEL };
  const on = (asked_on: string, to = later) =>
    compareModels(ids, { asked_on, known: knownOn(later, asked_on), later: to }, LAPSE_METRIC, '2026-12-01')
      .comparison;
  const seen = on('2009-01-01');
  t.hasStrict(seen, { patents: 1106, lapses: 118, left_out: 0, promote: false });
  t.ok(Math.abs(seen.champion.auc - 0.591) < 5e-4, 'as docs/decisions/0008 has it');
  const deciles = seen.champion.calibration!;
  const lapsed = deciles.reduce((sum, { observed, cases }) => sum + observed * cases, 0);
  const expected = deciles.reduce((sum, { stated, cases }) => sum + stated * cases, 0);
  t.equal(deciles.length, 10);
  t.ok(
    Math.abs(lapsed - 118) < 1e-9 && Math.abs(expected - seen.champion.expected_lapses) < 1e-9,
    'every patent is in one decile',
  );
  t.ok(
    deciles.every(({ stated }, index) => index === 0 || stated >= deciles[index - 1]!.stated),
    'in order of the chance stated',
  );
  t.equal(seen.improvement.estimate, seen.champion.score - seen.challenger.score);
  t.ok(seen.improvement.low < seen.improvement.estimate && seen.improvement.estimate < seen.improvement.high);
  t.same(on('2009-01-01'), seen, 'the same again, to the last digit');
  const early = on('2009-01-01', knownOn(later, '2011-06-01'));
  t.ok(early.left_out > 0 && early.patents + early.left_out === seen.patents);
  t.not(early.snapshot_sha256, seen.snapshot_sha256);
  const better = on(ASKED_ON);
  t.ok(better.promote && better.improvement.low > 0, 'the plain model did better of 2012');
  const same = compareModels(
    { champion: LAPSE_MODEL, challenger: LAPSE_MODEL },
    { asked_on: ASKED_ON, known: knownOn(later, ASKED_ON), later },
    LAPSE_METRIC,
    '2026-12-01',
  ).comparison;
  t.hasStrict(same, { promote: false, improvement: { estimate: 0, low: 0, high: 0 } });
  const refused = (change: () => unknown) => {
    const outcome = attempt(change);
    return outcome.ok ? 'none' : outcome.failure.code;
  };
  t.equal(
    refused(() => on('2016-02-01')),
    'no_rows',
  );
  t.equal(
    refused(() => on('2009-01-01', [])),
    'no_rows',
  );
  const snapshot = { asked_on: ASKED_ON, known: later, later };
  const unknown = { ...ids, challenger: 'guess/1' };
  t.equal(
    refused(() => compareModels(unknown, snapshot, LAPSE_METRIC, '2026-12-01')),
    'model_unknown',
  );
  t.equal(
    refused(() => compareModels(ids, snapshot, { ...LAPSE_METRIC, metric: 'luck' }, '2026-12-01')),
    'metric_unknown',
  );
});

t.test('the registry begins with a champion that nobody has reviewed, and says so', async (t) => {
  const [champion, challenger, ...others] = await models();
  t.same(others, []);
  t.hasStrict(champion, { id: CHAMPION, specification: LAPSE_MODEL, role: 'champion', tier: 1 });
  t.hasStrict(champion!.review, {
    state: 'due',
    reasons: ['nobody has reviewed it'],
    approved_by: null,
    due_on: null,
  });
  t.hasStrict(champion!.latest_version, { trained_to: '2009-06-01' });
  t.ok(champion!.latest_version!.rows > 1000);
  t.equal(
    champion!.latest_version!.id,
    (await latestModels(sql, clock.now()))!.lapse.id,
    'what values are made with',
  );
  t.hasStrict(challenger, { id: CHALLENGER, role: 'challenger', tier: 3, latest_version: null });
  t.hasStrict(challenger, LAPSE_METRIC, 'comparisons on a file follow the same registration');
  for (const party of [bank_a, firm_a]) t.equal((await call(party.key, 'GET', '/v1/models')).status, 403);
  t.equal((await call(staff.key, 'GET', '/v1/models/missing')).status, 404);
});

t.test('a review takes other eyes than the author’s, and holds for a year', async (t) => {
  const author = await call<{ id: string }>(staff.key, 'POST', '/v1/organisations', {
    kind: 'staff',
    name: 'the founders of Pledgewatch',
  });
  const issued = await call<{ key: string }>(staff.key, 'POST', `/v1/organisations/${author.body.id}/keys`, {
    label: 'own',
  });
  await refuses(
    t,
    () => review(CHAMPION, 'approved', issued.body.key),
    422,
    /is the author of pledgewatch-lapse\/1; a review takes four eyes/,
  );
  await refuses(t, () => review('missing', 'approved'), 404, /no such model/);
  await refuses(t, () => review(CHAMPION, 'approved', bank_a.key), 403, /is for staff/);
  await refuses(t, () => review(CHAMPION, 'perhaps'), 400, /must be one of approved, refused/);
  const approved = await review(CHAMPION, 'approved');
  t.hasStrict(approved, { status: 201, body: { id: CHAMPION } });
  t.hasStrict(approved.body.review, {
    state: 'current',
    reasons: [],
    approved_by: staff.id,
    due_on: '2010-06-10',
  });
  const now = clock.now();
  clock.set(new Date('2010-06-10T00:00:00Z'));
  t.same((await models())[0]!.review.reasons, ['the review was due on 2010-06-10']);
  clock.set(now);
  await review(CHAMPION, 'refused');
  t.hasStrict((await models())[0]!.review, { state: 'due', approved_by: null }, 'the last word counts');
  await review(CHAMPION, 'approved');
  t.same(
    (await history(CHAMPION)).reviews.map(({ decision }) => decision),
    ['approved', 'refused', 'approved'],
  );
  await t.rejects(sql`update model_review set decision = 'approved'`, /append-only/);
});

t.test('a comparison is stored once, with its versions, and moves no valuation', async (t) => {
  await service.passTo(`${ASKED_ON}T01:00:00Z`);
  await service.passTo(KNOWN_AT);
  const used = await latestModels(sql, clock.now());
  const [stored, ...others] = await compareChallengers(database, ASKED_ON, clock.now());
  t.same(others, []);
  const { result } = stored!;
  t.hasStrict(result, { asked_on: ASKED_ON, evaluated_on: '2014-12-01', metric: 'brier', left_out: 0 });
  t.ok(result.improvement.low > 0, 'the plain model did better');
  t.same(
    result.reasons,
    ['the metric was registered on 2026-11-22, not before the evaluation of 2014-12-01'],
    'in a past that was seen before the metric was registered nothing is promoted',
  );
  clock.set(new Date(clock.now().getTime() + 60_000));
  const [again] = await compareChallengers(database, ASKED_ON, clock.now());
  t.same(again, stored);
  const shown = await history(CHALLENGER);
  t.same(
    shown.comparisons.map(({ id }) => id),
    [stored!.id],
  );
  const { sentences, ...told } = result;
  t.same(shown.comparisons[0]!.result, told, 'the codes are for the pages');
  t.same(textsOf(sentences!), result.reasons);
  t.equal((await history(CHAMPION)).comparisons[0]!.id, stored!.id);
  t.hasStrict(shown.latest_version, { id: stored!.challenger_version_id, trained_to: ASKED_ON });
  const refit = (await history(CHAMPION)).versions.filter(({ trained_to }) => trained_to === ASKED_ON);
  t.same(
    refit.map(({ id }) => id),
    [stored!.champion_version_id],
    'the monthly refit of that day is the version that was compared',
  );
  t.same(await latestModels(sql, clock.now()), used);
  await t.rejects(sql`delete from model_comparison`, /append-only/);
  await t.rejects(sql`update model_version set trained_to = '2015-01-01'`, /append-only/);
  await t.rejects(compareChallengers(database, '2009-05-01', clock.now()), { code: 'nothing_known' });
  const [byDefault] = await compareChallengers(database, null, clock.now());
  t.equal(byDefault!.result.left_out, 0);
});

t.test('a version of a specification that is not registered cannot be stored', async (t) => {
  await t.rejects(
    sql`insert into model_version (id, kind, parameters, parameters_sha256, trained_to, created_at)
      values ('mdl_x', 'lapse-hazard', '{"version": "guess/1"}', '\\x00', '2011-01-01', now())`,
    /foreign key/,
  );
});

t.test('a challenger is promoted only when every condition is met, and each refusal names one', async (t) => {
  const [first] = (await history(CHALLENGER)).comparisons.filter(
    ({ result }) => result.asked_on === ASKED_ON,
  );
  await refuses(t, () => promote(CHAMPION, first!.id), 409, /is champion already; only a challenger/);
  await refuses(
    t,
    () => promote(CHALLENGER, first!.id),
    422,
    /Valuations run on models of kind lapse-hazard alone; lapse-stage-rate\/1 is of kind lapse-stage-rate/,
  );

  await register('2009-01-01');
  await review(CHAMPION, 'approved');
  await review(CHALLENGER, 'approved');
  clock.set(new Date(clock.now().getTime() + 60_000));
  const [better] = await compareChallengers(database, ASKED_ON, clock.now());
  t.hasStrict(better, { promote: true, result: { reasons: [] } });
  t.same((await models())[0]!.review.reasons, ['a challenger won the comparison of 2014-12-01']);
  await refuses(t, () => promote(CHALLENGER, better!.id), 422, /Valuations run on models of kind/);
});

t.test('a promoted challenger takes the place of the champion in one step', async (t) => {
  // The roles turned about: the plain model holds the place, and the hazard model asks for it.
  await register('2009-01-01', STAGE_RATE_MODEL);
  const of = async (asked_on: string) => (await compareChallengers(database, asked_on, clock.now()))[0]!;
  await refuses(t, () => promote(CHAMPION, 'cmp_none'), 422, /no such comparison of pledgewatch-lapse\/1/);
  const [other] = (await history(CHAMPION)).comparisons;
  await refuses(t, () => promote(CHAMPION, other!.id), 422, /no such comparison/);
  const lost = await of(ASKED_ON);
  t.equal(lost.promote, false);
  await refuses(
    t,
    () => promote(CHAMPION, lost.id),
    422,
    /does not allow it: the improvement in brier, .* does not lie wholly above 0/,
  );
  await service.passTo('2015-12-01T01:00:00Z');
  const won = await of('2009-06-10');
  t.ok(won.promote, 'the hazard model did better of 2009');
  await refuses(t, () => promote(CHAMPION, lost.id), 422, /is later than .* promotion rests on the last one/);
  await refuses(
    t,
    () => promote(CHAMPION, won.id),
    422,
    /has no review in force: the review was due on 2015-12-01/,
  );
  await review(CHAMPION, 'refused');
  await refuses(t, () => promote(CHAMPION, won.id), 422, /it was refused on 2015-12-01/);
  await review(CHAMPION, 'approved');
  const answers = await Promise.all(Array.from({ length: 5 }, () => promote(CHAMPION, won.id)));
  t.same(answers.map(({ status }) => status).sort(), [201, 409, 409, 409, 409]);
  const roles = (await models()).map(({ id, role }) => [id, role]);
  t.same(roles, [
    [CHAMPION, 'champion'],
    [CHALLENGER, 'retired'],
  ]);
  await refuses(t, () => review(CHALLENGER, 'approved'), 409, /is retired; there is nothing to review/);
  await refuses(t, () => promote(CHALLENGER, won.id), 409, /is retired already/);
  t.same(await compareChallengers(database, ASKED_ON, clock.now()), [], 'nobody is left to compare');
  const [entry] = await sql<{ action: string; subject: string; detail: string }[]>`
    select action, subject, detail from audit_entry where organisation_id = ${staff.id} order by seq desc limit 1`;
  t.hasStrict(entry, { action: 'model.promoted', subject: LAPSE_MODEL });
  t.same(JSON.parse(entry!.detail), { comparison_id: won.id, retired: STAGE_RATE_MODEL });
  t.equal((await database.transaction((tx) => verifyChain(tx, staff.id))).broken_at, null);
});

t.test(
  'what moves no value for want of prices is registered, told, and neither compared nor promoted',
  async (t) => {
    const rivals = (await all()).filter(({ task }) => task === 'value-by-standing');
    t.same(
      rivals.map(({ specification, role }) => [specification, role]),
      [
        ['value-without-standing/1', 'champion'],
        [STANDING_MODEL, 'challenger'],
      ],
    );
    await refuses(t, () => promote('value-by-standing.1', 'cmp_none'), 422, /No value became known/);
  },
);

t.test('what this program holds no code for is neither compared nor promoted', async (t) => {
  await sql`insert into model_specification select 'pledgewatch-lapse/2', task, kind, 'challenger', author, materiality,
    limits, metric, metric_registered_on, calibration_margin, review_triggers
    from model_specification where id = ${LAPSE_MODEL}`;
  await refuses(
    t,
    () => promote('pledgewatch-lapse.2', 'cmp_none'),
    422,
    /holds no code for pledgewatch-lapse\/2/,
  );
  await t.rejects(compareChallengers(database, ASKED_ON, clock.now()), { code: 'model_unknown' });
  await t.rejects(
    sql`update model_specification set role = 'champion' where id = 'pledgewatch-lapse/2'`,
    /model_champion/,
    'one champion a task',
  );
});

t.test('the files are compared from the command line, without a database', async (t) => {
  const program = fileURLToPath(new URL('../../jobs/compare/main.ts', import.meta.url));
  const compare = (...args: string[]) =>
    promisify(execFile)(process.execPath, ['--import', 'tsx', program, ...args]);
  const { stdout } = await compare('--file', CN_PATENTS, '--on', '2009-01-01', '--json');
  t.hasStrict(JSON.parse(stdout), { id: null, asked_on: '2009-01-01', patents: 1106, metric: 'brier' });
  await t.rejects(compare('--on', 'yesterday'), { code: 2, stderr: /"yesterday" is no day/ });
  await t.rejects(compare('--file', CN_PATENTS, '--on', '1999-01-01'), { code: 1, stderr: /no_rows/ });
  const text = await compare('--file', CN_PATENTS);
  t.match(text.stdout, /95 % from .* neither|95 % from .* better/);
});
