// Run by client.test.ts as a process that may crash: loses connections with work under way, through the driver file
// named, and prints what became of each piece of work.
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const [driver, path] = process.argv.slice(2);
const { default: postgres } = await import(driver);
const options = {
  path,
  user: 'pledgewatch',
  database: 'pledgewatch',
  password: process.env.SECRET,
  onnotice() {},
};
const sql = postgres({ ...options, max: 2 });
const outcome = (work) =>
  Promise.race([
    work.then(
      () => 'done',
      (error) => error.code ?? error.message,
    ),
    sleep(3_000, 'pending'),
  ]);

const cutTransaction = sql.begin(async (tx) => {
  await tx`select pg_terminate_backend(pg_backend_pid())`.catch(() => undefined);
  await tx`select ${1}::int`.catch(() => undefined);
  await tx`select 1`;
});
const transaction = await outcome(cutTransaction);

const reserved = await sql.reserve();
await reserved`select pg_terminate_backend(pg_backend_pid())`.catch(() => undefined);
const afterReserve = await outcome(reserved`select ${1}::int`);

const pids = [];
const cutCursor = sql`select n, pg_backend_pid() as pid from generate_series(1, 9) n`.cursor(
  3,
  async ([row]) => {
    pids.push(row.pid);
    await sql`select pg_terminate_backend(${row.pid})`.catch(() => undefined);
    await sleep(100);
  },
);
const cursor = await outcome(cutCursor);

// Two sockets go in one turn: the first one's loss sends a query to the second, which is closed before it is flushed.
const sockets = [];
const socket = () => sockets[sockets.push(connect(path)) - 1];
const pause = () => {
  for (const end = performance.now() + 2; performance.now() < end; );
};
const flush = [];
for (let round = 0; round < 6; round++) {
  const two = postgres({ ...options, max: 2, socket, debug: pause });
  await Promise.all([two`select pg_sleep(0.1)`, two`select pg_sleep(0.1)`]);
  const next = two`select pg_sleep(9)`.catch(() => two`select 1`);
  await sleep(100);
  const pair = sockets.splice(0);
  for (const each of round % 2 ? pair : pair.reverse()) each.destroy();
  await outcome(next);
  flush.push(await outcome(Promise.all([two`select 1`, two`select 1`])));
}

// Its socket goes while the password is looked up.
const password = async () => {
  sockets.at(-1).destroy();
  await sleep(20);
  return options.password;
};
const login = await outcome(postgres({ ...options, max: 1, socket, password, backoff: () => 1 })`select 1`);

// Every connection of the pool still works, and its first answer is its own and whole.
const later = [];
for (let n = 0; n < 6; n++) later.push(await outcome(Promise.all([sql`select ${n}::int`, sql`select 1`])));
process.stdout.write(JSON.stringify({ transaction, afterReserve, cursor, flush, login, later }));
process.exit(0);
