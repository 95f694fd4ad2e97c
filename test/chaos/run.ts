/**
 * Chaos for deliveries: a producer and two deliverers on one database, faulty receivers, and a seeded plan of faults
 * that strike them at work. Then what arrived is held against what was committed.
 */
import { rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { mulberry32 } from '../../models/random.ts';
import { connect, type Database } from '../../src/db/client.ts';
import { migrate } from '../../src/db/migrate.ts';
import { MIGRATIONS } from '../../src/db/open.ts';
import { MASTER_KEY, openFolder } from '../database.ts';
import { FREEZE_ms, hasten, patiently } from './hasten.ts';
import { type Evidence, type Judgement, judge } from './judge.ts';
import type { Move, ProducerMessage, Quota } from './moves.ts';
import { type Fault, type FaultCounts, faultPlan, pick } from './plan.ts';
import { type Arrival, type FaultyReceiver, startFaultyReceiver } from './receivers.ts';
import { type CrashableServer, startServer } from './server.ts';
import { type Subscription, setStage } from './stage.ts';
import { type Supervised, supervise } from './supervisor.ts';

const RECEIVERS = 3;
const WORKERS = 2;
/** About: its bank's and its firm's endpoint. */
const DELIVERIES_PER_EVENT = 2;
/** Longest wait for the arrivals that come between two faults, and for work that the next one interrupts. */
const ARRIVALS_LIMIT_ms = 1_000;
const STRIKE_ms = 100;
/** A run that has not ended by then is broken off, and what is missing is reported. */
const LIMIT_ms = 60_000;
const LIMIT_PER_FAULT_ms = 1_000;
const LIMIT_PER_EVENT_ms = 15;
/** After so long without an arrival nothing more is waited for; a query of a worker that hangs ends before. */
const QUIET_LIMIT_ms = 40_000;
const QUERY_LIMIT_ms = 3_000;
const POLL_ms = 5;

export interface ChaosOptions extends FaultCounts {
  events: number;
  seed: number;
}

/** `events` and the faults are those that happened. */
export interface ChaosReport extends ChaosOptions, Judgement {
  /** Lanes with something open at the end, or whose count of it is wrong. */
  stuck: number;
  seconds: number;
}

/** What shows that the faults hit something. */
export interface ChaosTrace {
  /** Moves written, with their events, by transactions that were rolled back or cut off. */
  uncommitted: number;
  /** Processes that ended by themselves, as when the database goes away under them. */
  ended_unharmed: number;
}

export type OnProgress = (what: string, done: number) => void;

interface Field {
  random: () => number;
  /** Aborted when the run's time is over. */
  limit: AbortSignal;
  server: CrashableServer;
  database: Database;
  workers: Supervised[];
  producer: Supervised;
  quota: Quota;
  subscriptions: Subscription[];
  arrivals: Arrival[];
  written: Set<string>;
  acknowledged: Map<string, Move>;
  struck: FaultCounts;
}

/** @throws only when the harness itself fails; broken promises are in the report */
export async function runChaos(
  options: ChaosOptions,
  on_progress: OnProgress,
): Promise<{ report: ChaosReport; trace: ChaosTrace }> {
  const started_ms = performance.now();
  const undo: (() => Promise<unknown>)[] = [];
  try {
    const field = await setUp(options, undo);
    const broken_off = new Promise<void>((resolve) => field.limit.addEventListener('abort', () => resolve()));
    await Promise.race([storm(field, options, on_progress), broken_off]);
    for (const each of [field.producer, ...field.workers]) await each.stop();
    const evidence = await gather(field);
    const seconds = Math.round((performance.now() - started_ms) / 100) / 10;
    const happened = { events: evidence.committed.size, ...field.struck, seed: options.seed };
    const stuck = await patiently(() => stuckLanes(field.database));
    return {
      report: { ...happened, ...judge(evidence), stuck, seconds },
      trace: {
        uncommitted: [...field.written].filter((id) => !evidence.committed.has(id)).length,
        ended_unharmed: [field.producer, ...field.workers].reduce(
          (sum, each) => sum + each.endedUnharmed(),
          0,
        ),
      },
    };
  } finally {
    for (const step of undo.reverse()) await step();
  }
}

/** Everything on loopback, in a folder of its own. @param undo takes what ends each part, in the order of starting */
async function setUp(options: ChaosOptions, undo: (() => Promise<unknown>)[]): Promise<Field> {
  const { events, kills, restarts, freezes, seed } = options;
  const random = mulberry32(seed);
  const arrivals: Arrival[] = [];
  const folder = await openFolder('pledgewatch-chaos-');
  undo.push(() => rm(folder, { recursive: true, force: true }));
  const server = await startServer(folder);
  undo.push(() => server.stop());
  const database = connect(server.owner_url, {
    max: 2,
    statement_timeout_ms: QUERY_LIMIT_ms,
    deadline_ms: QUERY_LIMIT_ms,
  });
  undo.push(() => database.close());
  await migrate(database, MIGRATIONS);
  const secrets = new Map<string, string>();
  const receivers: FaultyReceiver[] = [];
  for (let n = 0; n < RECEIVERS; n++) {
    const secret_of = (path: string) => secrets.get(path);
    const on_arrival = (arrival: Arrival) => void arrivals.push(arrival);
    const receiver = await startFaultyReceiver({ secret_of, on_arrival, random: mulberry32(seed + n + 1) });
    undo.push(() => receiver.close());
    receivers.push(receiver);
  }
  const subscriptions = await setStage(
    database,
    receivers.map(({ url }) => url),
  );
  for (const { path, secret } of subscriptions) secrets.set(path, secret);
  undo.push(hasten(database));
  const hosts = receivers.map(({ host }) => host);
  const workers = Array.from({ length: WORKERS }, () =>
    supervise({ script: 'deliverer.ts', args: [server.owner_url, MASTER_KEY.toString('base64'), ...hosts] }),
  );
  for (const worker of workers) undo.push(() => worker.stop());
  const limit = AbortSignal.timeout(
    LIMIT_ms + (kills + restarts + freezes) * LIMIT_PER_FAULT_ms + events * LIMIT_PER_EVENT_ms,
  );
  const produced = startProducer(server.owner_url, seed);
  undo.push(() => produced.producer.stop());
  const struck = { kills: 0, restarts: 0, freezes: 0 };
  return { random, limit, server, database, workers, ...produced, subscriptions, arrivals, struck };
}

function startProducer(url: string, seed: number) {
  const quota: Quota = { moves: 0 };
  const written = new Set<string>();
  const acknowledged = new Map<string, Move>();
  const producer: Supervised = supervise({
    script: 'producer.ts',
    args: [url, String(seed)],
    on_ready: () => producer.send(quota),
    on_message(message) {
      const told = message as ProducerMessage;
      if ('written' in told) for (const { id } of told.written) written.add(id);
      else for (const move of told.committed) acknowledged.set(move.id, move);
    },
  });
  return { producer, quota, written, acknowledged };
}

/** The faults one after the other, spread over the deliveries, and the calm in which the rest is delivered. */
async function storm(field: Field, options: ChaosOptions, on_progress: OnProgress): Promise<void> {
  const { random, limit, arrivals, struck } = field;
  const plan = faultPlan(options, random);
  const thaws: Promise<void>[] = [];
  const allow = (step: number) => allowMoves(field, Math.ceil((options.events * step) / (plan.length + 1)));
  allow(1);
  for (const [step, fault] of plan.entries()) {
    await awaitArrivals(field, (2 * random() * DELIVERIES_PER_EVENT * options.events) / (plan.length + 1));
    const victim = await chooseVictim(field, fault);
    allow(step + 2);
    await awaitMoment(field, victim);
    if (limit.aborted) return;
    if (victim === null) await field.server.crash();
    else if (fault === 'freeze') thaws.push(victim.freeze(FREEZE_ms));
    else victim.kill();
    struck[`${fault}s`] += 1;
    on_progress(`${arrivals.length} arrivals`, (step + 1) / (plan.length + 1.01));
  }
  await Promise.all(thaws);
  await calm(field, options.events);
  on_progress(`${arrivals.length} arrivals`, 1);
}

function allowMoves({ quota, producer }: Field, moves: number): void {
  quota.moves = moves;
  producer.send(quota);
}

async function awaitArrivals({ arrivals, limit }: Field, more: number): Promise<void> {
  const enough = arrivals.length + more;
  const over = AbortSignal.any([limit, AbortSignal.timeout(ARRIVALS_LIMIT_ms)]);
  await until(() => arrivals.length >= enough, over);
}

/** @returns one that is at work; null stands for the database */
async function chooseVictim(field: Field, fault: Fault): Promise<Supervised | null> {
  if (fault === 'restart') return null;
  const candidates = () =>
    [...field.workers, ...(fault === 'kill' ? [field.producer] : [])].filter((each) => !each.isFrozen());
  await until(() => candidates().length > 0, field.limit);
  const victim = pick(candidates(), field.random);
  await until(() => victim.isAtWork(), field.limit);
  return victim;
}

/** For the producer, between a write and its commit; for the others, some time after work was given. */
async function awaitMoment({ random, limit, producer, written }: Field, victim: Supervised | null) {
  const before = written.size;
  const over = AbortSignal.any([limit, AbortSignal.timeout(Math.ceil(random() * STRIKE_ms))]);
  await until(() => victim === producer && written.size > before, over);
}

async function calm({ database, arrivals, limit }: Field, events: number): Promise<void> {
  let [seen, seen_ms] = [-1, 0];
  while (!limit.aborted) {
    if (arrivals.length !== seen) [seen, seen_ms] = [arrivals.length, performance.now()];
    else if (performance.now() - seen_ms > QUIET_LIMIT_ms) return;
    const [row] = await patiently(
      () => database.sql<{ made: number }[]>`select count(*)::integer as made from pledge_move`,
    );
    if (row!.made >= events && (await patiently(() => stuckLanes(database))) === 0) return;
    await sleep(20 * POLL_ms);
  }
}

async function until(condition: () => boolean, over: AbortSignal): Promise<void> {
  while (!condition() && !over.aborted) await sleep(POLL_ms);
}

async function stuckLanes({ sql }: Database): Promise<number> {
  const [row] = await sql<{ stuck: number }[]>`
    select count(*)::integer as stuck from lane left join lateral (select count(*) as still from delivery
      where delivery.endpoint_id = lane.endpoint_id and delivery.lane_key = lane.lane_key) counted on true
    where lane.open > 0 or lane.open <> still`;
  return row!.stuck;
}

/** Committed is what the database holds or has acknowledged to the producer: neither may be missing. */
async function gather({ database, subscriptions, arrivals, acknowledged }: Field): Promise<Evidence> {
  const stored = await patiently(() => database.sql<Move[]>`select id, pledge_id, to_state from pledge_move`);
  const pledges = await patiently(
    () => database.sql<{ id: string; bank_id: string; firm_id: string }[]>`
      select id, bank_id, firm_id from pledge`,
  );
  return {
    subscriptions,
    committed: new Map([...acknowledged, ...stored.map((move) => [move.id, move] as const)]),
    parties: new Map(pledges.map(({ id, bank_id, firm_id }) => [id, [bank_id, firm_id]])),
    arrivals,
  };
}
