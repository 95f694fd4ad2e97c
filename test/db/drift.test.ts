/** The live catalogue, as the migrations make it, against what the program believes of it. */
import { is } from 'drizzle-orm';
import { getTableConfig, PgTable } from 'drizzle-orm/pg-core';
import t from 'tap';
import * as schema from '../../src/db/schema.ts';
import { createTestDatabase } from '../database.ts';

const { database } = await createTestDatabase(t);
const { sql } = database;

const tables = Object.values(schema).filter((each) => is(each, PgTable));

t.test('the tables that are queried through drizzle are those of the database', async (t) => {
  t.ok(tables.length > 0);
  for (const table of tables) {
    const { name, columns } = getTableConfig(table);
    const live = await sql<{ name: string; type: string; not_null: boolean; primary: boolean }[]>`
      select attname as name, format_type(atttypid, atttypmod) as type, attnotnull as not_null,
        coalesce(attnum = any(key.conkey), false) as primary
      from pg_attribute left join pg_constraint key on key.conrelid = attrelid and key.contype = 'p'
      where attrelid = ${`public.${name}`}::regclass and attnum > 0 and not attisdropped order by attnum`;
    const believed = columns.map((column) => ({
      name: column.name,
      // The catalogue spells the type out.
      type: column.getSQLType().replace(/^char\(/, 'character('),
      not_null: column.notNull,
      primary: column.primary,
    }));
    t.same(believed, [...live], name);
  }
});

/** Tables whose rows are each about one patent: those that begin with its id. */
const aboutPatents = sql`class.relnamespace = 'public'::regnamespace and class.relkind in ('r', 'p')
  and exists (select from pg_attribute where attrelid = class.oid and attnum = 1 and attname = 'patent_id')`;

t.test('every table about patents can be distributed by patent_id', async (t) => {
  const about = await sql<{ table: string; keys: { primary: boolean; columns: string[] }[] }[]>`
    select class.relname as table, (
      select jsonb_agg(jsonb_build_object('primary', indisprimary, 'columns', (
        select jsonb_agg(attname order by place) from unnest(indkey::int2[]) with ordinality as part (attnum, place)
        join pg_attribute on attrelid = indrelid and pg_attribute.attnum = part.attnum)))
      from pg_index where indrelid = class.oid and indisunique) as keys
    from pg_class class where ${aboutPatents} order by class.relname`;
  const names = about.map(({ table }) => table);
  for (const table of ['patent', 'patent_facts', 'signal', 'valuation', 'patent_citation', 'patent_search'])
    t.ok(names.includes(table), table);
  for (const { table, keys } of about) {
    t.equal(
      keys.find(({ primary }) => primary)?.columns[0],
      'patent_id',
      `${table}: first in the primary key`,
    );
    for (const { columns } of keys) t.ok(columns.includes('patent_id'), `${table} (${columns.join(', ')})`);
  }
});

t.test(
  'tables about patents refer to each other by patent_id, and nothing else refers to them',
  async (t) => {
    const references = await sql<{ from: string; to: string; columns: string[] }[]>`
    select conrelid::regclass::text as from, confrelid::regclass::text as to,
      array(select attname::text from pg_attribute where attrelid = conrelid and attnum = any(conkey)) as columns
    from pg_constraint where contype = 'f'`;
    const named = await sql<
      { table: string }[]
    >`select relname as table from pg_class class where ${aboutPatents}`;
    const about = new Set(named.map(({ table }) => table));
    for (const { from, to, columns } of references) {
      t.equal(about.has(from), about.has(to), `${from} refers to ${to}`);
      if (about.has(from)) t.ok(columns.includes('patent_id'), `${from} refers to ${to} by ${columns}`);
    }
  },
);
