/** The daily work of marks: pages brought up to date, old scans forgotten, and what was learnt of use told to the monitor. */
import type { Database, Sql } from '../db/client.ts';
import { type PatentUse, recordUse } from '../patents/use.ts';
import { restate } from './products/statement.ts';
import { certifiedProducts } from './products/store.ts';
import { forgetScans } from './scans/store.ts';

/** Products a transaction. */
const BATCH_PRODUCTS = 200;

export async function tendMarks(database: Database, slot: Date) {
  let statements_changed = 0;
  const products = await certifiedProducts(database.sql);
  for (let at = 0; at < products.length; at += BATCH_PRODUCTS) {
    const batch = products.slice(at, at + BATCH_PRODUCTS);
    statements_changed += await database.transaction((tx) => restate(tx, batch, slot));
  }
  const uses = await usesSince(database.sql, slot);
  const uses_told = await database.transaction((tx) => recordUse(tx, uses, slot));
  return { statements_changed, uses_told, ...(await forgetScans(database, slot)) };
}

/** Of this month and the one before, by patent: each month is counted to its end, and no scan of it is forgotten yet. */
async function usesSince(sql: Sql, slot: Date): Promise<PatentUse[]> {
  const rows = await sql<PatentUse[]>`
    with since as (select date_trunc('month', ${slot}::timestamptz) - interval '1 month' as at),
    told as (
      select lot_id, claimed_at as at, 'sale_verified' as class from mark_claim, since where claimed_at >= since.at
      union all select lot_id, mark_scan.at, 'mark_scanned' from mark_scan, since where mark_scan.at >= since.at
      union all select lot_id, alarmed_at, 'mark_copied' from mark_serial, since where alarmed_at >= since.at)
    select patent_id, organisation_id, date_trunc('month', at)::date as month, class, count(*)::integer as count
    from told join mark_lot lot on lot.id = lot_id join marked_product product on product.id = product_id
      join marked_product_patent using (product_id)
    where at <= ${slot}
    group by patent_id, organisation_id, month, class order by patent_id, organisation_id, month, class`;
  return [...rows];
}
