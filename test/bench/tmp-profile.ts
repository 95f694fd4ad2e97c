import { existsSync, writeFileSync } from 'node:fs';
import { corpusWorld } from '../../models/simulation/corpus-inventions.ts';
import { candidatesOf, wordsOfNeed } from '../../src/network/matching/candidates.ts';
import { matchesOf } from '../../src/network/matching/match.ts';
import { findNeed } from '../../src/network/needs/need-store.ts';
import { openStore } from './field.ts';
import { makeNetwork } from './network-made.ts';

const store = await openStore();
const database = store.database.sibling({ statement_timeout_ms: 1_800_000 });
const t0 = Date.now();
const made = await makeNetwork(database, { clients: 2000, offers: 100_000, needs: 200, seed: 1 }, (t, s) => {
  if (Math.round(s * 50) % 10 === 0) console.log(t, (Date.now() - t0) / 1000);
});
await database.sql`vacuum analyze`;
console.log('url', store.url, (Date.now() - t0) / 1000);
const sql = database.sql;
const ms: Record<string, number[]> = { words: [], cand: [], all: [] };
for (const { id } of made.needs) {
  const need = await findNeed(sql, id);
  let a = performance.now();
  const w = await wordsOfNeed(sql, id);
  ms.words!.push(performance.now() - a);
  a = performance.now();
  const c = await candidatesOf(sql, need, w);
  ms.cand!.push(performance.now() - a);
  a = performance.now();
  await matchesOf(sql, need, 20);
  ms.all!.push(performance.now() - a);
}
for (const [k, v] of Object.entries(ms)) {
  v.sort((x, y) => x - y);
  console.log(k, 'p50', v[100], 'p90', v[180], 'p99', v[198]);
}
writeFileSync('/tmp/nm-url', store.url);
while (!existsSync('/tmp/nm-stop')) await new Promise((r) => setTimeout(r, 2000));
await database.close();
await store.close();
