/** Whether each source has been heard of in time, as known at an instant. What hangs on a late one is unknown. */
import { addDays, daysBetween } from '../../models/calendar.ts';
import type { Caller } from '../accounts/store.ts';
import { appendAudit } from '../audit/log.ts';
import { dateOf } from '../clock.ts';
import type { Database, Sql, Transaction } from '../db/client.ts';
import { emitEvents, type NewEvent } from '../outbox/emit.ts';
import { type Cadence, defaultCadence, lateAfterDays } from './sources/cadence.ts';

export interface Freshness extends Cadence {
  id: string;
  /** End of the last run that read all of a file; null when there was none. */
  last_heard_at: Date | null;
  /** Last day on which it is still in time. */
  due_by: string | null;
  late: boolean;
  /** Of its last run. */
  last_run: {
    name: string;
    started_at: Date;
    finished_at: Date | null;
    failure: string | null;
    read: number;
    quarantined: number;
  };
}

/** Cadences that staff have set, by source. */
export async function cadencesSet(sql: Sql, known_at: Date): Promise<Map<string, Cadence>> {
  const rows = await sql<{ source: string; cadence_days: number; tolerance_days: number }[]>`
    select distinct on (source) source, cadence_days, tolerance_days from source_cadence
    where known_at <= ${known_at} order by source, known_at desc`;
  return new Map(
    rows.map(({ source, cadence_days, tolerance_days }) => [
      source,
      { cadence_days, tolerance_days, source: 'set by staff', verified: true },
    ]),
  );
}

/** Days of silence after which a source is late. */
export function lateAfter(source: string, set: ReadonlyMap<string, Cadence>): number {
  return lateAfterDays(set.get(source) ?? defaultCadence(source));
}

/** Every source that anything was read of, in order of id. */
export async function sourceFreshness(sql: Sql, known_at: Date): Promise<Freshness[]> {
  const set = await cadencesSet(sql, known_at);
  const rows = await sql<(Pick<Freshness, 'id' | 'last_heard_at'> & Freshness['last_run'])[]>`
    select last.source as id, heard.at as last_heard_at, last.name, last.started_at, last.finished_at, last.failure,
      last.read, last.quarantined
    from (select distinct on (source) * from ingest_run where started_at <= ${known_at}
      order by source, started_at desc, id desc) last
    left join (select source, max(finished_at) as at from ingest_run where finished_at <= ${known_at}
      group by source) heard using (source)
    order by last.source collate "C"`;
  return rows.map(({ id, last_heard_at, ...last_run }) => {
    const due_by = last_heard_at && addDays(dateOf(last_heard_at), lateAfter(id, set));
    const late = due_by !== null && daysBetween(due_by, dateOf(known_at)) > 0;
    return { id, ...(set.get(id) ?? defaultCadence(id)), last_heard_at, due_by, late, last_run };
  });
}

/**
 * Records of each source's last run that read any, by source; of a file that was paused or broke off, what is known of
 * it. A run under way says nothing yet.
 */
export async function lastRecords(
  sql: Sql,
  known_at: Date,
): Promise<Map<string, { read: number; quarantined: number }>> {
  const rows = await sql<{ source: string; read: number; quarantined: number }[]>`
    select distinct on (source) source, read, quarantined from ingest_run
    where read > 0 and started_at <= ${known_at} and (finished_at <= ${known_at} or failure is not null)
    order by source, started_at desc, id desc`;
  return new Map(rows.map(({ source, ...records }) => [source, records]));
}

export async function setCadence(
  tx: Transaction,
  source: string,
  given: { cadence_days: number; tolerance_days: number },
  caller: Caller,
  now: Date,
): Promise<void> {
  await tx`insert into source_cadence ${tx({ source, known_at: now, ...given, key_id: caller.key_id })}
    on conflict (source, known_at) do nothing`;
  const { organisation_id, key_id: actor } = caller;
  await appendAudit(tx, [
    { organisation_id, at: now, actor, action: 'source.cadence_set', subject: source, detail: given },
  ]);
}

/**
 * Finds the sources that have become late or are heard of again: tells staff once, and marks the live pledges that hang on
 * them, whose value turns unknown or known.
 * @returns how many changed
 */
export async function checkSources(database: Database, now: Date): Promise<{ late: number; heard: number }> {
  const fresh = await sourceFreshness(database.sql, now);
  return database.transaction(async (tx) => {
    const known = await tx<{ source: string }[]>`select source from source_late order by source for update`;
    const told = new Set(known.map(({ source }) => source));
    const late = fresh.filter((source) => source.late && !told.has(source.id));
    const heard = fresh.filter((source) => !source.late && told.has(source.id));
    for (const { id, last_heard_at } of late)
      await tx`insert into source_late (source, last_heard_at, late_since) values (${id}, ${last_heard_at}, ${now})`;
    await tx`delete from source_late where source = any(${heard.map(({ id }) => id)})`;
    await markHanging(
      tx,
      [...late, ...heard].map(({ id }) => id),
      now,
    );
    await tellStaff(
      tx,
      [
        ...late.map((source) => ({ type: 'data.source.late', source })),
        ...heard.map((source) => ({ type: 'data.source.heard', source })),
      ],
      now,
    );
    return { late: late.length, heard: heard.length };
  });
}

async function markHanging(tx: Transaction, sources: readonly string[], now: Date): Promise<void> {
  if (sources.length === 0) return;
  await tx`insert into pledge_stale (pledge_id, since, reason)
    select distinct pledge.id, ${now}::timestamptz, 'source'
    from pledge join pledge_patent on pledge_patent.pledge_id = pledge.id join patent using (patent_id)
    where pledge.live and pledge_patent.removed_at is null and patent.source = any(${sources as string[]})
    order by pledge.id on conflict (pledge_id) do nothing`;
}

async function tellStaff(
  tx: Transaction,
  changes: readonly { type: string; source: Freshness }[],
  now: Date,
): Promise<void> {
  if (changes.length === 0) return;
  const staff = await tx<{ id: string }[]>`select id from organisation where kind = 'staff' order by id`;
  const events: NewEvent[] = changes.flatMap(({ type, source }) => {
    const { id, last_heard_at, cadence_days, tolerance_days } = source;
    const data = { source: id, last_heard_on: dateOf(last_heard_at!), cadence_days, tolerance_days };
    return staff.map((organisation) => ({
      type,
      pledge_id: null,
      bank_id: organisation.id,
      firm_id: null,
      occurred_at: now,
      data,
    }));
  });
  await emitEvents(tx, events);
}
