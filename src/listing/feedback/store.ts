/** What closed deals brought, append-only: for staff, and naming nobody. */
import type { CalendarDate } from '../../../models/types.ts';
import type { Sql, Transaction } from '../../db/client.ts';
import type { ClosedDeal } from './book.ts';

export interface Proceeds extends Omit<ClosedDeal, 'id' | 'actor'> {
  deal_id: string;
  dealt_on: CalendarDate;
  /** Of all its patents as last valued before the deal: before the haircut, and after it. */
  value_minor: number | null;
  predicted_minor: number | null;
  comparable_id: string | null;
  booked_at: Date;
}

export async function isBooked(tx: Transaction, deal_id: string): Promise<boolean> {
  return (await tx`select from listing_proceeds where deal_id = ${deal_id}`).count > 0;
}

export async function insertProceeds(
  tx: Transaction,
  { id: deal_id, ...row }: Omit<Proceeds, 'deal_id'> & { id: string },
): Promise<void> {
  await tx`insert into listing_proceeds ${tx({ deal_id, ...row })}`;
}

/** In order of deal id. */
export async function listProceeds(sql: Sql, after: string, limit: number): Promise<Proceeds[]> {
  const rows = await sql<Proceeds[]>`
    select * from listing_proceeds where deal_id > ${after} order by deal_id limit ${limit}`;
  return [...rows];
}
