import type { SQL } from 'drizzle-orm';
import type { Sql } from './client.ts';
import { QueryBuilder } from './drizzle.ts';

/** Builds queries; it has no connection of its own. */
export const query = new QueryBuilder();

/** Runs a built query on the service's client. Rows carry the columns' own names. */
export async function rowsOf<T extends object>(
  sql: Sql,
  built: { toSQL(): { sql: string; params: unknown[] } },
): Promise<T[]> {
  const { sql: text, params } = built.toSQL();
  return sql.unsafe<T[]>(text, params as never[], { prepare: true });
}

/** Drops the filters that were not asked for. */
export function given(...filters: (SQL | undefined | false | null | '')[]): SQL[] {
  return filters.filter((filter): filter is SQL => Boolean(filter));
}
