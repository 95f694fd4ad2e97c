/**
 * The values of what changed: patents of which something was learnt, whose day came on which something changes by itself, whose
 * register fell silent or spoke again, and once a month those with a value that are followed. All else keeps the value of its last change.
 */
import type { CalendarDate } from '../../models/types.ts';
import { dateOf } from '../clock.ts';
import type { Database, Transaction } from '../db/client.ts';
import type { ModelSet } from '../valuations/models.ts';
import { type ChunkCounts, type CorpusRun, READ_COLUMNS, valueRows, valuerOf } from './chunk.ts';
import { keepHistory } from './history.ts';
import { silentRegisters } from './registers.ts';
import { HISTORY_COLUMNS, type Registers, type RowValuer, VALUE_COLUMNS } from './rows.ts';

/** Patents a transaction. */
const BATCH_PATENTS = 20_000;
const TARGETS = { values: 'corpus_told', history: 'corpus_told_history' };

/**
 * Several workers may run it at once: each claims other patents.
 * @param run the last one published, under the same models
 */
export async function revalueChanged(
  database: Database,
  run: CorpusRun,
  models: ModelSet,
  now: Date,
): Promise<ChunkCounts & { as_of: CalendarDate }> {
  const as_of = dateOf(now);
  const stale_after = models.assumptions.parameters.register_stale_after.value;
  const registers = await silentRegisters(database.sql, now, stale_after);
  await keepHistory(database.sql, as_of);
  await database.transaction((tx) => markDue(tx, run, registers, now));
  const valuer = valuerOf({ ...run, as_of, registers }, models);
  const total = { patents: 0, valued: 0, points: 0 };
  for (;;) {
    const batch = await database.transaction((tx) => revalueBatch(tx, valuer));
    for (const name of ['patents', 'valued', 'points'] as const) total[name] += batch[name];
    if (batch.claimed < BATCH_PATENTS) return { ...total, as_of };
  }
}

async function markDue(tx: Transaction, run: CorpusRun, registers: Registers, now: Date): Promise<void> {
  const as_of = dateOf(now);
  await tx`insert into corpus_stale (patent_id, since)
    select patent_id, ${now}::timestamptz from corpus_value where changes_on <= ${as_of}
    union select patent_id, ${now}::timestamptz from corpus_followed join corpus_value using (patent_id)
      where status = 'valued' and as_of < ${`${as_of.slice(0, 7)}-01`}
    order by patent_id on conflict (patent_id) do nothing`;
  const turned = [...new Set([...Object.keys(registers), ...Object.keys(run.registers)])].filter(
    (source) => (registers[source] ?? false) !== (run.registers[source] ?? false),
  );
  if (turned.length === 0) return;
  await tx`insert into corpus_stale (patent_id, since)
    select patent_id, ${now}::timestamptz from corpus_patent
    where source = any(${turned}) and legal_state = 'in_force' order by patent_id
    on conflict (patent_id) do nothing`;
  await tx`update corpus_run set registers = ${tx.json(registers)} where id = ${run.id}`;
}

async function revalueBatch(tx: Transaction, valuer: RowValuer): Promise<ChunkCounts & { claimed: number }> {
  await tx`create temporary table corpus_claimed (patent_id uuid) on commit drop`;
  await tx`create temporary table corpus_told (like corpus_value) on commit drop`;
  await tx`create temporary table corpus_told_history (like corpus_value_history) on commit drop`;
  const { count: claimed } = await tx`
    with claimed as (delete from corpus_stale where patent_id in (select patent_id from corpus_stale
      order by patent_id limit ${BATCH_PATENTS} for update skip locked) returning patent_id)
    insert into corpus_claimed select patent_id from claimed order by patent_id`;
  await tx`analyze corpus_claimed`;
  // Looked up one by one: to join them the server would read the whole corpus.
  await tx`select set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true)`;
  const select = `select ${READ_COLUMNS} from corpus_claimed join corpus_patent using (patent_id)
    left join corpus_value last using (patent_id)`;
  const counts = await valueRows(tx, select, valuer, TARGETS);
  await tx`analyze corpus_told (patent_id)`;
  const names = tx.unsafe(VALUE_COLUMNS.join(', '));
  const assignments = tx.unsafe(
    VALUE_COLUMNS.slice(1)
      .map((column) => `${column} = excluded.${column}`)
      .join(', '),
  );
  // What has no value has none on any day: most news of a corpus leaves its row as it was, and is not to write its page.
  await tx`insert into corpus_value (${names}) select ${names} from corpus_told told
    where not exists (select from corpus_value kept where kept.patent_id = told.patent_id
      and kept.status <> 'valued' and kept.status = told.status
      and kept.changes_on is not distinct from told.changes_on)
    order by patent_id on conflict (patent_id) do update set ${assignments}`;
  const points = tx.unsafe(HISTORY_COLUMNS.join(', '));
  await tx`insert into corpus_value_history (${points}) select ${points} from corpus_told_history
    on conflict do nothing`;
  return { ...counts, claimed };
}
