/** Scans in the database: written by the hundred, judged, kept for a short time; and what the owner makes of the judgement. */
import { HISTORY_DAYS } from '../../../models/scans/score.ts';
import type { Signs } from '../../../models/scans/signs.ts';
import type { Caller } from '../../accounts/store.ts';
import type { Database, Sql, Transaction } from '../../db/client.ts';
import { Problem } from '../../errors.ts';
import { emitEvents } from '../../outbox/emit.ts';
import { toBase32 } from '../marks/base32.ts';
import { findLot, serialBytes } from '../marks/lots.ts';
import { note } from '../products/service.ts';
import { say } from '../sentences.ts';
import type { Observed } from './recorder.ts';

/** Scans are looked at no longer, and kept no longer. */
export const SCAN_DAYS = HISTORY_DAYS;
/** Forged marks of one lot in an hour, from which on somebody tries them out. */
export const PROBES_ALARM = 100;
const BATCH_SCANS = 20_000;

export async function writeScans(database: Database, observed: readonly Observed[]): Promise<void> {
  const rows = observed.map(({ lot_id, serial, scan: { at_ms, place }, assessment }) => {
    const at = new Date(at_ms).toISOString();
    return { lot_id, hex: serial.toString('hex'), at, place, ...assessment };
  });
  const doubted = rows.filter(({ level }) => level !== 'quiet');
  await database.transaction(async (tx) => {
    await tx`insert into mark_scan (lot_id, serial, at, place) select lot_id, decode(hex, 'hex'), at, place
      from unnest(${rows.map(({ lot_id }) => lot_id)}::text[], ${rows.map(({ hex }) => hex)}::text[],
        ${rows.map(({ at }) => at)}::timestamptz[], ${rows.map(({ place }) => place)}::text[]) as row (lot_id, hex, at, place)`;
    if (doubted.length > 0) await noteDoubts(tx, doubted);
    const alarmed = doubted.filter(({ level }) => level === 'alarmed');
    if (alarmed.length > 0) await raiseAlarms(tx, alarmed);
  });
}

/** Nothing is kept of marks that nobody doubts but their scans. Rows are locked in one order, so that two writers do not deadlock. */
async function noteDoubts(tx: Transaction, rows: readonly object[]): Promise<void> {
  await tx`
    insert into mark_serial as kept (lot_id, serial, scans, first_scan_at, last_scan_at, score, signs, warned_at)
    select told.lot_id, mark.serial, scans, scanned_at, last_at, score, signs, first_at
    from (select lot_id, hex, max(at) as last_at, min(at) as first_at, (array_agg(score order by at desc))[1] as score,
        (array_agg(signs order by at desc))[1] as signs
      from jsonb_to_recordset(${tx.json(rows as never)}) as row (lot_id text, hex text, at timestamptz, score real, signs jsonb)
      group by lot_id, hex) told
    cross join lateral (select decode(hex, 'hex') as serial) mark
    cross join lateral (select count(*) as scans, min(at) as scanned_at from mark_scan
      where mark_scan.lot_id = told.lot_id and mark_scan.serial = mark.serial) kept_scans
    order by told.lot_id, hex
    on conflict (lot_id, serial) do update set scans = excluded.scans, last_scan_at = excluded.last_scan_at,
      score = excluded.score, signs = excluded.signs, warned_at = coalesce(kept.warned_at, excluded.warned_at)`;
}

interface Alarm {
  organisation_id: string;
  product_id: string;
  lot_id: string;
  lot_code: string;
  serial: Buffer;
  alarmed_at: Date;
  score: number;
}

/** Each mark once, until its owner has looked at it. */
async function raiseAlarms(
  tx: Transaction,
  rows: readonly { lot_id: string; hex: string; at: string }[],
): Promise<void> {
  const alarms = await tx<Alarm[]>`
    with told as (select lot_id, decode(hex, 'hex') as serial, min(at) as at
      from jsonb_to_recordset(${tx.json(rows as never)}) as row (lot_id text, hex text, at timestamptz) group by lot_id, hex)
    update mark_serial kept set alarmed_at = told.at from told, mark_lot lot, marked_product product
    where (kept.lot_id, kept.serial) = (told.lot_id, told.serial) and kept.alarmed_at is null
      and (kept.cleared_at is null or kept.cleared_at < told.at)
      and lot.id = kept.lot_id and product.id = lot.product_id
    returning organisation_id, product_id, kept.lot_id, lot.code as lot_code, kept.serial, kept.alarmed_at, kept.score`;
  await emitEvents(
    tx,
    alarms.map(({ organisation_id, serial, alarmed_at, ...about }) => ({
      type: 'mark.suspicious',
      ...{ pledge_id: null, bank_id: null, firm_id: organisation_id, occurred_at: alarmed_at },
      data: { ...about, serial: toBase32(serial), score: Number(about.score.toFixed(2)) },
    })),
  );
}

/** Forged marks that name a lot which is there; the owner is told once an hour when they are many. */
export async function writeProbes(
  database: Database,
  probed: readonly { lot_number: number; probes: number; at: Date }[],
): Promise<void> {
  const rows = probed.map(({ at, ...told }) => ({ ...told, at: at.toISOString() }));
  await database.transaction(async (tx) => {
    const counted = await tx<
      {
        organisation_id: string;
        product_id: string;
        lot_id: string;
        lot_code: string;
        hour: Date;
        probes: number;
        before: number;
      }[]
    >`
      with told as (select lot.id as lot_id, date_trunc('hour', at) as hour, sum(told.probes)::integer as probes
          from jsonb_to_recordset(${tx.json(rows)}) as told (lot_number bigint, probes integer, at timestamptz)
          join mark_lot lot on number = lot_number group by 1, 2 order by 1, 2),
        kept as (insert into mark_probe as kept (lot_id, hour, probes) select lot_id, hour, probes from told
          on conflict (lot_id, hour) do update set probes = kept.probes + excluded.probes
          returning lot_id, hour, probes)
      select organisation_id, product_id, lot_id, lot.code as lot_code, hour, kept.probes, kept.probes - told.probes as before
      from kept join told using (lot_id, hour) join mark_lot lot on lot.id = lot_id
        join marked_product product on product.id = product_id`;
    await emitEvents(
      tx,
      counted
        .filter(({ probes, before }) => probes >= PROBES_ALARM && before < PROBES_ALARM)
        .map(({ organisation_id, hour, before: _, ...data }) => ({
          type: 'mark.enumerated',
          ...{ pledge_id: null, bank_id: null, firm_id: organisation_id, occurred_at: hour },
          data,
        })),
    );
  });
}

export interface Anomaly {
  lot_id: string;
  lot_code: string;
  product_id: string;
  product: string;
  serial: string;
  level: 'warned' | 'alarmed';
  since: Date;
  scans: number;
  last_scan_at: Date;
  score: number;
  signs: Signs;
}

const NOWHERE = { at: null, lot_id: '', hex: '' };
const CURSOR =
  /^(?<at>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,6})?\+00)\/(?<lot_id>mlt_\w{1,60})\/(?<hex>[0-9a-f]{20})$/;

/** @throws Problem `bad_request` for what is no cursor of the list */
function anomalyAfter(cursor: string): { at: string; lot_id: string; hex: string } {
  const found = CURSOR.exec(cursor)?.groups as { at: string; lot_id: string; hex: string } | undefined;
  if (!found || Number.isNaN(Date.parse(found.at.replace(' ', 'T').replace('+00', 'Z'))))
    throw new Problem('bad_request', 'The cursor is none of this list: take next_cursor of the page before.');
  return found;
}

/** Alarmed marks first, the newest of them first. @param after `since` of the last of the page before, and its serial */
export async function listAnomalies(sql: Sql, level: Anomaly['level'], limit: number, after: string | null) {
  const column = sql(level === 'alarmed' ? 'alarmed_at' : 'warned_at');
  const { at, lot_id, hex } = after === null ? NOWHERE : anomalyAfter(after);
  const rows = await sql<(Omit<Anomaly, 'serial'> & { serial: Buffer; cursor: string })[]>`
    select kept.lot_id, lot.code as lot_code, product_id, product.name as product, serial, ${level} as level,
      ${column} as since, scans, last_scan_at, score, signs,
      ${column}::text || '/' || kept.lot_id || '/' || encode(serial, 'hex') as cursor
    from mark_serial kept join mark_lot lot on lot.id = kept.lot_id join marked_product product on product.id = product_id
    where ${column} is not null and kept.revoked_at is null ${level === 'warned' ? sql`and alarmed_at is null` : sql``}
      and (${at}::text is null
        or (${column}, kept.lot_id, serial) < (${at}::timestamptz, ${lot_id}, decode(${hex}, 'hex')))
    order by ${column} desc, kept.lot_id desc, serial desc limit ${limit}`;
  return rows.map(({ serial, ...row }) => ({ ...row, serial: toBase32(serial) }));
}

export interface Probes {
  lot_id: string;
  lot_code: string;
  product_id: string;
  product: string;
  hour: Date;
  probes: number;
}

/** Hours in which somebody tried marks of a lot out, the newest first. */
export async function listProbes(sql: Sql, limit: number): Promise<Probes[]> {
  const rows = await sql<Probes[]>`
    select lot_id, lot.code as lot_code, product_id, product.name as product, hour, probes
    from mark_probe join mark_lot lot on lot.id = lot_id join marked_product product on product.id = product_id
    where probes >= ${PROBES_ALARM} order by hour desc, lot_id limit ${limit}`;
  return [...rows];
}

/** The owner looked at the scans of a mark and takes it for honest: they count no more. @throws Problem `not_found`, `conflict` */
export async function clearMark(
  tx: Transaction,
  lot_id: string,
  serial: string,
  caller: Caller,
  now: Date,
): Promise<{ lot_id: string; serial: string; cleared_at: Date }> {
  const { product_id, organisation_id } = await findLot(tx, lot_id);
  const cleared = await tx`update mark_serial set cleared_at = ${now}, warned_at = null, alarmed_at = null
    where lot_id = ${lot_id} and serial = ${serialBytes(serial)} and warned_at is not null`;
  if (cleared.count === 0) throw new Problem('conflict', say('mark_unsuspected'));
  await note(tx, { id: product_id, organisation_id }, caller, 'mark.cleared', { lot_id, serial }, now);
  return { lot_id, serial, cleared_at: now };
}

/** What is older than is looked at, in short transactions. */
export async function forgetScans({ sql }: Database, now: Date): Promise<{ scans_forgotten: number }> {
  for (let scans_forgotten = 0; ; ) {
    const { count } = await sql`delete from mark_scan where ctid in (
      select ctid from mark_scan where at < ${now}::timestamptz - make_interval(days => ${SCAN_DAYS}) limit ${BATCH_SCANS})`;
    scans_forgotten += count;
    if (count < BATCH_SCANS) return { scans_forgotten };
  }
}
