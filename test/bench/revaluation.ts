/** A revaluation killed at random points, and whether what it leaves is taken up to the same end. */
import { setTimeout as sleep } from 'node:timers/promises';
import { mulberry32 } from '../../models/random.ts';
import type { Database } from '../../src/db/client.ts';
import { at, freePatents, hire, ingestTo, request } from '../jobs/setting.ts';
import { startChild } from './child.ts';

/** The day's slot, the first of its month, in which the model is fitted too. */
const DAY = '2009-06-01';
const SLOT = at(DAY);

export interface Place {
  /** Of the database. */
  url: string;
  database: Database;
}

export interface KillOptions {
  /** Pledges of one patent each, at most as many as there are patents in force. */
  pledges: number;
  kills: number;
  /** Draws the moments of the kills. */
  seed: number;
}

export interface KillReport {
  pledges: number;
  kills: number;
  /** Kills that left some pledges valued and others not. */
  kills_halfway: number;
  /** Revaluations that came to their end, each after the kills since the one before. */
  revaluations: number;
  /** Those that ended in another hash of valuations and value flows than the undisturbed one. */
  different_hashes: number;
}

/** Kills one process after the other, each while it goes on with what the one before it left. */
export async function killRevaluations(
  place: Place,
  { pledges, kills, seed }: KillOptions,
  on_progress: (kills: number) => void = () => {},
): Promise<KillReport> {
  const { database, url } = place;
  await prepare(database, pledges);
  const undisturbed = await revalueUndisturbed(place);
  const report = {
    pledges: undisturbed.pledges,
    kills: 0,
    kills_halfway: 0,
    revaluations: 0,
    different_hashes: 0,
  };
  const random = mulberry32(seed);
  await startOver(database);
  while (report.kills < kills || (await marks(database)) > 0) {
    const limit_ms = report.kills < kills ? random() * undisturbed.took_ms : null;
    const { killed } = await revalueUntil(url, limit_ms);
    const left = await marks(database);
    if (killed) {
      report.kills += 1;
      if (left > 0 && left < undisturbed.pledges) report.kills_halfway += 1;
      on_progress(report.kills);
    }
    if (left > 0) continue;
    report.revaluations += 1;
    if ((await hashOf(database)) !== undisturbed.hash) report.different_hashes += 1;
    if (report.kills < kills) await startOver(database);
  }
  return report;
}

async function prepare(database: Database, pledges: number): Promise<void> {
  await ingestTo(database, DAY);
  const parties = await hire(database, SLOT);
  for (const patent_id of await freePatents(database, pledges))
    await request(database, parties, [patent_id], SLOT);
}

/** Forgets every value and the model, so that all has to be computed again. */
async function startOver({ sql }: Database): Promise<void> {
  await sql`truncate valuation, pledge_valuation, corpus_run, corpus_chunk, model_set, model_version`;
  await sql`insert into pledge_stale (pledge_id, since, reason) select id, ${SLOT}, 'test' from pledge
    on conflict (pledge_id) do nothing`;
}

async function revalueUndisturbed({ url, database }: Place) {
  await startOver(database);
  const pledges = await marks(database);
  const { took_ms } = await revalueUntil(url, null);
  return { pledges, took_ms, hash: await hashOf(database) };
}

/** @param limit_ms when the process is killed, if it has not ended by then; null for never */
async function revalueUntil(url: string, limit_ms: number | null) {
  const child = await startChild('revaluer.ts', [url, SLOT.toISOString()]);
  const started_ms = performance.now();
  const ended = child.ask({}).then(() => true);
  ended.catch(() => undefined);
  const in_time = limit_ms === null ? await ended : await Promise.race([ended, sleep(limit_ms, false)]);
  const took_ms = performance.now() - started_ms;
  await (in_time ? child.end() : child.kill());
  return { killed: !in_time, took_ms };
}

async function marks({ sql }: Database): Promise<number> {
  const [row] = await sql<{ count: number }[]>`select count(*) from pledge_stale`;
  return row!.count;
}

/** SHA-256 of every column of every valuation and of every point of the value flows. */
async function hashOf({ sql }: Database): Promise<string> {
  const [row] = await sql<{ hash: string }[]>`
    select encode(sha256(convert_to(concat(
      (select string_agg(valuation::text, E'\n' order by patent_id, valuation_id) from valuation),
      (select string_agg(point::text, E'\n' order by pledge_id, as_of, known_at) from pledge_valuation as point)
    ), 'UTF8')), 'hex') as hash`;
  return row!.hash;
}
