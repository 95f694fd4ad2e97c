/** Where modules beside the core keep what they seal, for the vault: the core reseals it without knowing them. */

/** Private key that signs marks. */
export function markKeyPlace(number: string): string {
  return `mark_key/${number}`;
}

/** Seed that the marks of a lot are made from. */
export function lotSeedPlace(id: string): string {
  return `mark_lot/${id}`;
}

/** Of a table that has one sealed column: named by the table and the row. */
export const placeIn = (table: string) => (id: string) => `${table}/${id}`;
