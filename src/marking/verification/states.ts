/**
 * What is known of marks whose signatures hold, read for all that were asked for meanwhile in one trip: always as it stands, and
 * still thousands a second.
 */

import { MAX_HISTORY } from '../../../models/scans/score.ts';
import type { Scan } from '../../../models/scans/signs.ts';
import type { Sql } from '../../db/client.ts';
import { Problem } from '../../errors.ts';
import type { Said } from '../products/statement.ts';
import { say } from '../sentences.ts';

export interface MarkState {
  lot_id: string;
  lot_code: string;
  product_id: string;
  organisation_id: string;
  shipped_ms: number | null;
  territory: string[];
  /** The mark, its lot or its product was revoked. */
  revoked: boolean;
  alarmed: boolean;
  claimed_at: Date | null;
  /** What the public page says, from when on, and the place of that among all that it said. */
  said: Said;
  said_at: Date;
  said_seq: number;
  said_sha256: string;
  /** In the order of time, since the owner looked at them last. */
  scans: Scan[];
}

interface Waiting {
  lot_number: number;
  serial: Buffer;
  resolve(state: MarkState | null): void;
  reject(error: unknown): void;
}

const MAX_BATCH = 200;
/** Beyond it the service is too slow for what is asked of it, and says so. */
const MAX_WAITING = 5_000;

/** @returns asks for one mark; null for a lot that is not there */
export function markStates(sql: Sql) {
  const waiting: Waiting[] = [];
  let is_reading = false;
  const send = async () => {
    if (is_reading) return;
    is_reading = true;
    while (waiting.length > 0) await read(sql, waiting.splice(0, MAX_BATCH));
    is_reading = false;
  };
  return (lot_number: number, serial: Buffer): Promise<MarkState | null> =>
    new Promise((resolve, reject) => {
      if (waiting.length >= MAX_WAITING)
        return reject(new Problem('database_unavailable', say('marks_busy')));
      waiting.push({ lot_number, serial, resolve, reject });
      if (waiting.length === 1) setImmediate(send);
    });
}

type Row = Omit<MarkState, 'said' | 'scans'> & {
  place: number;
  said: string;
  scanned_ms: number[] | null;
  places: (string | null)[] | null;
};

async function read(sql: Sql, batch: readonly Waiting[]): Promise<void> {
  try {
    const numbers = batch.map(({ lot_number }) => lot_number);
    const serials = batch.map(({ serial }) => serial.toString('hex'));
    const rows = await sql<Row[]>`
      select asked.place, lot.id as lot_id, lot.code as lot_code, product.id as product_id, organisation_id, territory,
        extract(epoch from shipped_on)::float8 * 1000 as shipped_ms,
        product.state <> 'certified' or lot.revoked_at is not null or kept.revoked_at is not null as revoked,
        kept.alarmed_at is not null as alarmed, claimed_at, said.body as said, said.at as said_at, said.seq as said_seq,
        encode(said.sha256, 'hex') as said_sha256, scanned_ms, places
      from unnest(${numbers}::bigint[], ${serials}::text[]) with ordinality as asked (number, hex, place)
        cross join lateral (select decode(asked.hex, 'hex') as serial) mark
        join mark_lot lot on lot.number = asked.number
        join marked_product product on product.id = lot.product_id
        join lateral (select body, at, seq, sha256 from product_statement
          where product_statement.product_id = product.id order by seq desc limit 1) said on true
        left join mark_serial kept on kept.lot_id = lot.id and kept.serial = mark.serial
        left join mark_claim claim on claim.lot_id = lot.id and claim.serial = mark.serial
        left join lateral (
          select array_agg(extract(epoch from at)::float8 * 1000) as scanned_ms, array_agg(scan.place) as places from (
            select at, mark_scan.place from mark_scan
            where mark_scan.lot_id = lot.id and mark_scan.serial = mark.serial
              and at > coalesce(kept.cleared_at, '-infinity')
            order by at desc limit ${MAX_HISTORY}) scan) history on true`;
    const found = new Map(rows.map((row) => [row.place, row]));
    for (const [index, { resolve }] of batch.entries()) resolve(stateOf(found.get(index + 1)));
  } catch (error) {
    for (const { reject } of batch) reject(error);
  }
}

function stateOf(row: Row | undefined): MarkState | null {
  if (!row) return null;
  const { place: _, said, scanned_ms, places, ...state } = row;
  const scans = (scanned_ms ?? []).map((at_ms, n) => ({ at_ms, place: places![n] ?? null })).reverse();
  return { ...state, said: JSON.parse(said) as Said, scans };
}
