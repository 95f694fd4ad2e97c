// A process to be killed: makes moves of pledges and emits their events, each transaction as the service does it.
import { setTimeout as sleep } from 'node:timers/promises';
import { mulberry32 } from '../../models/random.ts';
import { connect, isDatabaseAway, type Transaction } from '../../src/db/client.ts';
import { emitEvents } from '../../src/outbox/emit.ts';
import { insertMove, type PledgeMove } from '../../src/pledges/store.ts';
import { patiently } from './hasten.ts';
import { eventTypeOf, type ProducerMessage, type Quota, STATES } from './moves.ts';
import { pick } from './plan.ts';

const CONCURRENT_TRANSACTIONS = 4;
const MOVES_PER_TRANSACTION = 3;
/** Transactions that change their mind, and those that give a fault time to strike between writing and commit. */
const ROLLBACK_SHARE = 0.05;
const LINGER_SHARE = 0.3;
const LINGER_ms = 40;
const POLL_ms = 10;

class ChangedMind extends Error {}

interface Pledge {
  id: string;
  bank_id: string;
  firm_id: string;
}

const [url, seed] = process.argv.slice(2);
let quota: Quota = { moves: 0 };
process.on('message', (message) => {
  quota = message as Quota;
});
process.on('disconnect', () => process.exit());

const database = connect(url!, { max: CONCURRENT_TRANSACTIONS });
const pledges = await patiently(
  () => database.sql<Pledge[]>`select id, bank_id, firm_id from pledge order by id`,
);
const random = mulberry32(Number(seed) + (await patiently(movesMade)));
process.send!('ready');
for (;;) {
  try {
    const made = await movesMade();
    if (made < quota.moves) await produce(quota.moves - made);
    else await sleep(POLL_ms);
  } catch (error) {
    if (!isDatabaseAway(error)) throw error;
    await sleep(POLL_ms);
  }
}

async function movesMade(): Promise<number> {
  const [row] = await database.sql<{ made: number }[]>`select count(*)::integer as made from pledge_move`;
  return row!.made;
}

/** Makes some of the missing moves, in transactions side by side. */
async function produce(missing: number): Promise<void> {
  const sizes: number[] = [];
  for (let left = missing; left > 0 && sizes.length < CONCURRENT_TRANSACTIONS; left -= sizes.at(-1)!)
    sizes.push(Math.min(left, 1 + Math.floor(random() * MOVES_PER_TRANSACTION)));
  const outcomes = await Promise.allSettled(
    sizes.map(async (size) => {
      const moves = await database.transaction((tx) => makeMoves(tx, size));
      tell({ committed: moves });
    }),
  );
  const failure = outcomes.find(
    (outcome) => outcome.status === 'rejected' && !(outcome.reason instanceof ChangedMind),
  );
  if (failure?.status === 'rejected') throw failure.reason;
}

async function makeMoves(tx: Transaction, size: number): Promise<PledgeMove[]> {
  const moves: PledgeMove[] = [];
  const events = [];
  for (let n = 0; n < size; n++) {
    const { id: pledge_id, bank_id, firm_id } = pick(pledges, random);
    const occurred_at = new Date();
    const [from_state, to_state] = ['requested' as const, pick(STATES, random)];
    const moved_on = occurred_at.toISOString().slice(0, 10);
    const what = { pledge_id, from_state, to_state, moved_on, moved_at: occurred_at };
    const move = await insertMove(tx, { ...what, actor: 'chaos', detail: {} });
    const data = { as_of: moved_on, from: from_state, to: to_state, detail: { move_id: move.id } };
    events.push({ type: eventTypeOf(to_state), pledge_id, bank_id, firm_id, occurred_at, data });
    moves.push(move);
  }
  await emitEvents(tx, events);
  tell({ written: moves });
  if (random() < LINGER_SHARE) await sleep(random() * LINGER_ms);
  if (random() < ROLLBACK_SHARE) throw new ChangedMind();
  return moves;
}

function tell(message: ProducerMessage): void {
  process.send!(message);
}
