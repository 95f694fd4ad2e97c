/** How fast a backlog goes out, in order, and how fast bare undici makes the same posts. */
import pino from 'pino';
import { Agent } from 'undici';
import { deliverDue } from '../../jobs/deliver.ts';
import { connect, type Database } from '../../src/db/client.ts';
import { createVault } from '../../src/secrets/vault.ts';
import { createSender, type Sender } from '../../src/webhooks/send.ts';
import { MASTER_KEY } from '../database.ts';
import type { Field } from './field.ts';
import { type PledgeOf, tell } from './stage.ts';

const EVENTS = 5_000;
const PLEDGES_A_TRANSACTION = 100;

export interface Drained {
  per_second: number;
  bare_per_second: number;
}

/** One worker delivers 5,000 events to two endpoints each; then undici makes the same posts with the same concurrency. */
export async function drainBacklog(field: Field, pledges: readonly PledgeOf[]): Promise<Drained> {
  const order = await fill(field.database, pledges);
  const sender = createSender({ allowed_hosts: [field.host] });
  const watched = watch(sender);
  const database = connect(field.url);
  await database.check();
  const vault = createVault(database, MASTER_KEY);
  const log = pino({ level: 'silent' });
  const started_ms = performance.now();
  const { delivered } = await deliverDue({ database, vault, sender: watched.sender, log });
  const seconds = (performance.now() - started_ms) / 1000;
  await database.close();
  await sender.close();
  await checkArrivals(field, order, delivered);
  const bare_seconds = await postBare(watched.posts, watched.most_at_once());
  await field.takeArrivals();
  return { per_second: delivered / seconds, bare_per_second: watched.posts.length / bare_seconds };
}

/** @returns each event's place among those of its pledge, which is its place on the wire */
async function fill(
  database: Database,
  pledges: readonly PledgeOf[],
): Promise<Map<string, [string, number]>> {
  const order = new Map<string, [pledge_id: string, place: number]>();
  for (let made = 0; made < EVENTS; made += PLEDGES_A_TRANSACTION) {
    const start = made % pledges.length;
    const some = pledges.slice(start, start + PLEDGES_A_TRANSACTION);
    const ids = await database.transaction((tx) => tell(tx, some));
    for (const [index, id] of ids.entries()) order.set(id, [some[index]!.id, made]);
  }
  return order;
}

async function checkArrivals(field: Field, order: Map<string, [string, number]>, delivered: number) {
  const last = new Map<string, number>();
  const arrivals = await field.takeArrivals();
  for (const { path, event_id } of arrivals) {
    const [pledge_id, place] = order.get(event_id)!;
    const lane = `${path} ${pledge_id}`;
    if (place <= (last.get(lane) ?? -1)) throw new Error(`Event ${event_id} came out of order.`);
    last.set(lane, place);
  }
  if (arrivals.length !== delivered || delivered !== 2 * EVENTS)
    throw new Error(`${arrivals.length} arrived and ${delivered} were counted instead of ${2 * EVENTS}.`);
}

type Post = Parameters<Sender['post']>;

/** Remembers the posts, and how many were under way at once. */
function watch(sender: Sender) {
  const posts: Post[] = [];
  let under_way = 0;
  let most = 0;
  const post: Sender['post'] = async (...given) => {
    posts.push(given);
    most = Math.max(most, ++under_way);
    const result = await sender.post(...given);
    under_way -= 1;
    return result;
  };
  return { sender: { ...sender, post }, posts, most_at_once: () => most };
}

/** @returns seconds taken */
async function postBare(posts: readonly Post[], concurrency: number): Promise<number> {
  const agent = new Agent({ connections: concurrency });
  const left = posts.values();
  const work = async () => {
    for (const [url, headers, body] of left) {
      const { origin, pathname: path } = new URL(url);
      const typed = { 'content-type': 'application/json', ...headers };
      const answer = await agent.request({ origin, path, method: 'POST', headers: typed, body });
      await answer.body.dump();
    }
  };
  const started_ms = performance.now();
  await Promise.all(Array.from({ length: concurrency }, work));
  const seconds = (performance.now() - started_ms) / 1000;
  await agent.close();
  return seconds;
}
