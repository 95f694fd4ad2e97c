/** `npm run bench -- deliver`: how fast and how soon risk events reach their receivers, on one worker. */

import { deleteEndpoint } from '../../src/webhooks/store.ts';
import type { OnProgress } from '../chaos/run.ts';
import { MASTER_KEY } from '../database.ts';
import { HANGING_PATH } from './arrivals.ts';
import { drainBacklog } from './backlog.ts';
import { startChild } from './child.ts';
import { type Field, openField } from './field.ts';
import { median, quantile, rounded } from './figures.ts';
import { found, type PledgeOf, pledge, subscribe } from './stage.ts';
import { measureLatencies } from './steady.ts';

export interface DeliverReport {
  /** Ordered HTTP deliveries of a backlog of 5,000 events over 200 pledges, each to a bank's and a firm's endpoint. */
  per_second: number;
  /** That over the same posts, with the same bodies, headers and concurrency, by bare undici. */
  ratio_to_bare: number;
  /** From commit to arrival at 100 events a second, each to two endpoints. */
  p50_ms: number;
  p99_ms: number;
  /** Of 99 good endpoints at 100 events a second: with a hundredth that never answers, over without it. */
  hang_p99_ratio: number;
}

const ROUNDS = 3;
const PLEDGES = 200;
const STEADY_SECONDS = 10;
const WARM_UP_SECONDS = 2;
const GOOD_ENDPOINTS = 99;
const PLEDGES_AN_ENDPOINT = 2;
/** More than a worker has lanes under way. */
const HANGING_PLEDGES = 40;

export async function benchDeliver(on_progress: OnProgress): Promise<DeliverReport> {
  const field = await openField();
  try {
    const pledges = await setPair(field);
    const backlog = await benchBacklog(field, pledges, on_progress);
    const steady = await benchSteady(field, pledges, on_progress);
    const hang_p99_ratio = await benchHang(field, on_progress);
    on_progress('done', 1);
    return { ...backlog, ...steady, hang_p99_ratio };
  } finally {
    await field.close();
  }
}

/** A bank and a firm with an endpoint each, and pledges between them. */
async function setPair({ database, host }: Field): Promise<PledgeOf[]> {
  const parties = { bank_id: await found(database, 'bank'), firm_id: await found(database, 'firm') };
  for (const [role, id] of Object.entries(parties)) await subscribe(database, id, `http://${host}/${role}`);
  return pledge(database, parties, PLEDGES);
}

async function benchBacklog(field: Field, pledges: readonly PledgeOf[], on_progress: OnProgress) {
  const rounds = [];
  for (let round = 0; round < ROUNDS; round++) {
    rounds.push(await drainBacklog(field, pledges));
    on_progress(`backlog, ${Math.round(rounds.at(-1)!.per_second)} a second`, (0.4 * (round + 1)) / ROUNDS);
  }
  const per_second = median(rounds.map((round) => round.per_second));
  const bare_per_second = median(rounds.map((round) => round.bare_per_second));
  return { per_second: Math.round(per_second), ratio_to_bare: rounded(per_second / bare_per_second, 2) };
}

async function benchSteady(field: Field, pledges: readonly PledgeOf[], on_progress: OnProgress) {
  const worker = await startChild('deliverer.ts', [field.url, MASTER_KEY.toString('base64'), field.host]);
  await measureLatencies(field, { pledges, beside: [], seconds: WARM_UP_SECONDS });
  const latencies = await measureLatencies(field, { pledges, beside: [], seconds: STEADY_SECONDS });
  await worker.end();
  on_progress(`${latencies.length} steady arrivals`, 0.5);
  return { p50_ms: rounded(median(latencies), 1), p99_ms: rounded(quantile(latencies, 0.99), 1) };
}

/** By turns without and with the hanging endpoint; the events are the same. */
async function benchHang(field: Field, on_progress: OnProgress): Promise<number> {
  const { pledges, beside, hanging_bank_id } = await setCrowd(field);
  const worker = await startChild('deliverer.ts', [field.url, MASTER_KEY.toString('base64'), field.host]);
  const measure = async (seconds: number) =>
    quantile(await measureLatencies(field, { pledges, beside, seconds }), 0.99);
  await measure(WARM_UP_SECONDS);
  const [without, beside_hanging]: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round++) {
    without.push(await measure(STEADY_SECONDS));
    const endpoint_id = await subscribe(
      field.database,
      hanging_bank_id,
      `http://${field.host}${HANGING_PATH}`,
    );
    beside_hanging.push(await measure(STEADY_SECONDS));
    await field.database.transaction((tx) => deleteEndpoint(tx, endpoint_id, new Date()));
    if ((await field.letGo()) === 0) throw new Error('Nothing was posted to the endpoint that hangs.');
    const [calm, held] = [without.at(-1)!, beside_hanging.at(-1)!].map(Math.round);
    on_progress(
      `p99 ${calm} ms, ${held} ms beside one that hangs`,
      0.5 + (0.5 * (round + 1)) / (ROUNDS + 0.01),
    );
  }
  await worker.end();
  return rounded(median(beside_hanging) / median(without), 2);
}

/** 99 banks with an endpoint each, and one more bank whose endpoint comes and goes. */
async function setCrowd({ database, host }: Field) {
  const firm_id = await found(database, 'firm');
  const pledges: PledgeOf[] = [];
  for (let n = 1; n <= GOOD_ENDPOINTS; n++) {
    const bank_id = await found(database, 'bank');
    await subscribe(database, bank_id, `http://${host}/good/${n}`);
    pledges.push(...(await pledge(database, { bank_id, firm_id }, PLEDGES_AN_ENDPOINT)));
  }
  const hanging_bank_id = await found(database, 'bank');
  const beside = await pledge(database, { bank_id: hanging_bank_id, firm_id }, HANGING_PLEDGES);
  return { pledges, beside, hanging_bank_id };
}

export function deliverText(report: DeliverReport): string {
  return [
    `Backlog     ${report.per_second} ordered deliveries a second, ${report.ratio_to_bare} of bare undici`,
    `Steady      ${report.p50_ms} ms from commit to arrival at 100 events a second, p99 ${report.p99_ms} ms`,
    `Hanging     p99 of 99 endpoints is ${report.hang_p99_ratio} times as long when a hundredth hangs`,
    '',
  ].join('\n');
}
