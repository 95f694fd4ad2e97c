/** Figures of nine desks with the clients of the network: the operator's page over all, as another process would ask for it. */
import { STAGES } from '../../models/desk/pipeline.ts';
import { nameKey } from '../../models/party-name.ts';
import { mulberry32 } from '../../models/random.ts';
import { ownerName } from '../../models/simulation/corpus-texts.ts';
import type { Database } from '../../src/db/client.ts';
import { newId } from '../../src/ids.ts';
import { quantile, rounded } from './figures.ts';

export interface FiguresMeasured {
  p50_ms: number;
  p99_ms: number;
}

/** A desk has some years behind it. */
const MONTHS = 36;
const ENTRIES_A_CLIENT = 5;
const TASKS_A_CLIENT = 2;
const ASKED = 400;
const WARMING = 20;
const CLIENTS_A_STEP = 2_000;

/** Clients with their entries and tasks, spread over the desks. */
export async function fillDesks(
  { sql }: Database,
  { clients, desks, seed, until }: { clients: readonly string[]; desks: number; seed: number; until: Date },
): Promise<void> {
  const random = mulberry32(seed);
  const moment = () => new Date(until.getTime() - random() * MONTHS * 30 * 86_400_000).toISOString();
  const at_desk = Array.from({ length: desks }, (_, n) => ({
    id: newId('dsk'),
    name: `Desk ${n + 1}`,
    region: 'CN',
    made_at: until,
  }));
  await sql`insert into desk ${sql(at_desk)}`;
  for (let first = 0; first < clients.length; first += CLIENTS_A_STEP) {
    const rows = clients.slice(first, first + CLIENTS_A_STEP).map((account_id, at) => {
      const name = `${ownerName(first + at + 1)} ${first + at}`;
      const desk_id = at_desk[(first + at) % desks]!.id;
      const stage = STAGES[Math.floor(random() * STAGES.length)];
      return {
        id: newId('dcl'),
        desk_id,
        name,
        name_key: nameKey(name),
        stage,
        account_id,
        made_at: moment(),
      };
    });
    await sql`insert into desk_client (id, desk_id, name, name_key, kind, region, stage, account_id, made_at, made_by)
      select id, desk_id, name, name_key, 'firm', 'CN', stage, account_id, made_at, 'bench'
      from jsonb_to_recordset(${sql.json(rows as never)}) as row (id text, desk_id text, name text, name_key text,
        stage text, account_id text, made_at timestamptz)`;
    const entries = rows.flatMap(({ id, desk_id }) =>
      Array.from({ length: ENTRIES_A_CLIENT }, () => {
        const to = STAGES[Math.floor(random() * STAGES.length)];
        return { id: newId('den'), desk_id, desk_client_id: id, to, at: moment() };
      }),
    );
    await sql`insert into desk_entry (id, desk_id, desk_client_id, kind, detail, note, at, actor)
      select id, desk_id, desk_client_id, 'moved', jsonb_build_object('to', "to"), '', at, 'bench'
      from jsonb_to_recordset(${sql.json(entries as never)}) as row (id text, desk_id text, desk_client_id text,
        "to" text, at timestamptz)`;
    const tasks = rows.flatMap(({ id, desk_id }) =>
      Array.from({ length: TASKS_A_CLIENT }, () => {
        const due = moment();
        return { id: newId('dtk'), desk_id, desk_client_id: id, due, done: random() < 0.7 ? due : null };
      }),
    );
    await sql`insert into desk_task (id, desk_id, desk_client_id, title, due_on, made_at, made_by, done_at, done_by)
      select id, desk_id, desk_client_id, 'call', due::date, due, 'bench', done, case when done is not null then 'bench' end
      from jsonb_to_recordset(${sql.json(tasks as never)}) as row (id text, desk_id text, desk_client_id text,
        due timestamptz, done timestamptz)`;
    const came = rows.slice(0, rows.length / 4).map(({ id, desk_id, made_at }) => ({ id, desk_id, made_at }));
    await sql`insert into desk_outcome (came_of, client_of, kind, desk_id, month)
      select kind || id, id, kind, desk_id, date_trunc('month', made_at)::date
      from jsonb_to_recordset(${sql.json(came as never)}) as row (id text, desk_id text, made_at timestamptz),
        unnest(array['served', 'introduction', 'deal']) as kind`;
  }
}

/** @param key of staff, who see all desks */
export async function askFigures(address: string, key: string): Promise<FiguresMeasured> {
  const took: number[] = [];
  for (let n = -WARMING; n < ASKED; n++) {
    const started_ms = performance.now();
    const answer = await fetch(`${address}/desks`, { headers: { authorization: `Bearer ${key}` } });
    const text = await answer.text();
    if (answer.status !== 200) throw new Error(`${answer.status} ${text.slice(0, 400)}`);
    if (n >= 0) took.push(performance.now() - started_ms);
  }
  const share = (of: number) => rounded(quantile(took, of), 1);
  return { p50_ms: share(0.5), p99_ms: share(0.99) };
}
