import type { SQL } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import type { Caller } from '../accounts/store.ts';
import { eq } from '../db/drizzle.ts';

/** Rows of a table with two parties that the caller may see: its own, or all for staff. */
export function visibleTo(
  { kind, organisation_id }: Caller,
  parties: { bank_id: PgColumn; firm_id: PgColumn },
): SQL | undefined {
  if (kind === 'staff') return undefined;
  return eq(kind === 'bank' ? parties.bank_id : parties.firm_id, organisation_id);
}
