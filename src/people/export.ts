/** All that the database says of one person, as one document, by the catalogue of src/people/personal-data.ts. */
import type { Sql } from '../db/client.ts';
import { SEALED_COLUMNS } from '../secrets/columns.ts';
import { INSTALLATION, SEALED_PREFIX, type Vault } from '../secrets/vault.ts';
import type { Service } from '../service.ts';
import { PERSONAL_DATA, type PersonalTable } from './personal-data.ts';

export type ExportedRow = Record<string, unknown>;

export interface PersonalData {
  person_id: string;
  /** By table and by the column that names the person; other people's ids, secrets and what tells nothing are left out. */
  tables: Record<string, Record<string, ExportedRow[]>>;
}

/** For the database as the jobs see it: a person's rows are in more hands than one. */
export async function exportPerson(
  { system, vault }: Pick<Service, 'system' | 'vault'>,
  person_id: string,
): Promise<PersonalData> {
  return system.transaction(async (tx) => {
    const tables: PersonalData['tables'] = {};
    for (const [table, declared] of Object.entries(PERSONAL_DATA)) {
      const shown = await shownColumns(tx, table, declared);
      for (const column of declared.people) {
        const rows = await tx.unsafe<ExportedRow[]>(
          `select ${shown.join(', ')} from ${table} where ${column} = $1`,
          [person_id],
        );
        if (rows.length === 0) continue;
        tables[table] ??= {};
        tables[table][column] = [];
        for (const row of rows) tables[table][column].push(await opened(vault, table, row));
      }
    }
    return { person_id, tables };
  });
}

/** Keys, what is personal, words, and every instant. */
async function shownColumns(
  sql: Sql,
  table: string,
  { key, personal = [], words = [] }: PersonalTable,
): Promise<string[]> {
  const instants = await sql<{ name: string }[]>`select attname as name from pg_attribute
    where attrelid = ${table}::regclass and attnum > 0 and not attisdropped and atttypid = 'timestamptz'::regtype`;
  return [...new Set([...key, ...personal, ...words, ...instants.map(({ name }) => name)])];
}

async function opened(vault: Vault, table: string, row: ExportedRow): Promise<ExportedRow> {
  const open = async (column: string, value: unknown) => {
    const sealed = SEALED_COLUMNS.find((each) => each.table === table && each.column === column);
    if (!sealed || typeof value !== 'string' || !value.startsWith(SEALED_PREFIX)) return value;
    const owner = sealed.owner === null ? INSTALLATION : String(row[sealed.owner]);
    return vault.open(owner, sealed.place(String(row[sealed.key.at(-1)!])), value);
  };
  const entries = Object.entries(row).map(async ([column, value]) => [column, await open(column, value)]);
  return Object.fromEntries(await Promise.all(entries));
}
