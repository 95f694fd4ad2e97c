/** Where texts of a table are sealed that has one sealed column: named by the table and the row. */
export const placeIn = (table: string) => (id: string) => `${table}/${id}`;
