/** What stands in the way of spreading the tables as declared, by the rules of Citus, read from the catalogue alone. */
import type { Sql } from './client.ts';
import { DISTRIBUTED_TABLES, DISTRIBUTION_COLUMN, LOCAL_TABLES, TRIGGER_FUNCTIONS } from './distribution.ts';

/** @returns a sentence a fault, in a stable order; empty when the tables can be distributed */
export async function distributionFaults(sql: Sql): Promise<string[]> {
  const faults = await Promise.all([
    undeclared(sql),
    withoutColumn(sql),
    keysWithout(sql),
    badReferences(sql),
    badTriggers(sql),
    underPolicies(sql),
    ownFunctions(sql),
    sequences(sql),
  ]);
  return faults.flat();
}

/** The tables of the schema that the service's rows are in. */
function ordinary(sql: Sql) {
  return sql`class.relnamespace = 'public'::regnamespace and class.relkind in ('r', 'p') and not class.relispartition
    and not exists (select from pg_depend where objid = class.oid and deptype = 'e')`;
}

function distributed(sql: Sql) {
  return sql`${ordinary(sql)} and class.relname = any(${DISTRIBUTED_TABLES})`;
}

async function undeclared(sql: Sql): Promise<string[]> {
  const rows = await sql<
    { name: string }[]
  >`select relname as name from pg_class class where ${ordinary(sql)} order by 1`;
  const there = rows.map(({ name }) => name);
  const declared = [...DISTRIBUTED_TABLES, ...LOCAL_TABLES];
  return [
    ...there
      .filter((name) => !declared.includes(name))
      .map((name) => `${name}: where it lies is not declared`),
    ...declared
      .filter((name) => !there.includes(name))
      .map((name) => `${name}: it is declared, and not there`),
    ...declared
      .filter((name, at) => declared.indexOf(name) !== at)
      .map((name) => `${name}: it is declared twice`),
  ];
}

async function withoutColumn(sql: Sql): Promise<string[]> {
  const rows = await sql<{ name: string }[]>`
    select relname as name from pg_class class where ${distributed(sql)} and not exists (
      select from pg_attribute where attrelid = class.oid and attname = ${DISTRIBUTION_COLUMN} and atttypid = 'uuid'::regtype
        and attnotnull and attgenerated = '' and not attisdropped) order by 1`;
  return rows.map(({ name }) => `${name}: it has no ${DISTRIBUTION_COLUMN} that is a uuid and never null`);
}

/** Primary keys, unique and excluding indexes: a server can hold only what lies with it to be unique. */
async function keysWithout(sql: Sql): Promise<string[]> {
  const rows = await sql<{ table: string; name: string }[]>`
    select class.relname as table, pg_index.indexrelid::regclass::text as name
    from pg_class class join pg_index on indrelid = class.oid
    where ${distributed(sql)} and (indisunique or indisexclusion) and not exists (
      select from pg_attribute where attrelid = class.oid and attname = ${DISTRIBUTION_COLUMN}
        and attnum = any(indkey::int2[])) order by 1, 2`;
  return rows.map(
    ({ table, name }) => `${table}: its unique index ${name} leaves ${DISTRIBUTION_COLUMN} out`,
  );
}

/** References stay within the distributed tables and go by patent, or within the local ones. */
async function badReferences(sql: Sql): Promise<string[]> {
  const rows = await sql<{ name: string; from: string; to: string; by_patent: boolean }[]>`
    select conname as name, source.relname as from, target.relname as to, exists (
      select from unnest(conkey, confkey) as pair (here, there)
        join pg_attribute mine on mine.attrelid = conrelid and mine.attnum = here
        join pg_attribute theirs on theirs.attrelid = confrelid and theirs.attnum = there
      where mine.attname = ${DISTRIBUTION_COLUMN} and theirs.attname = ${DISTRIBUTION_COLUMN}) as by_patent
    from pg_constraint join pg_class source on source.oid = conrelid join pg_class target on target.oid = confrelid
    where contype = 'f' order by 2, 1`;
  const spread = (name: string) => DISTRIBUTED_TABLES.includes(name);
  return rows
    .filter(({ from, to, by_patent }) => spread(from) !== spread(to) || (spread(from) && !by_patent))
    .map(({ name, from, to }) =>
      spread(from) === spread(to)
        ? `${from}: its reference ${name} to ${to} leaves ${DISTRIBUTION_COLUMN} out`
        : `${from}: its reference ${name} to ${to} would lead from one server to all of them`,
    );
}

async function badTriggers(sql: Sql): Promise<string[]> {
  const rows = await sql<{ table: string; name: string }[]>`
    select class.relname as table, tgname as name
    from pg_class class join pg_trigger on tgrelid = class.oid join pg_proc on pg_proc.oid = tgfoid
    where ${distributed(sql)} and not tgisinternal and proname <> all(${TRIGGER_FUNCTIONS}) order by 1, 2`;
  return rows.map(({ table, name }) => `${table}: its trigger ${name} may look at rows of other servers`);
}

/** A policy is judged where the row lies, and the tenant that a transaction sets does not come along. */
async function underPolicies(sql: Sql): Promise<string[]> {
  const rows = await sql<{ name: string }[]>`select relname as name from pg_class class
    where ${distributed(sql)} and (relrowsecurity or exists (select from pg_policy where polrelid = class.oid)) order by 1`;
  return rows.map(
    ({ name }) => `${name}: its rows are under policies, which see no tenant on another server`,
  );
}

/** What a constraint, a default or an index computes must be known to every server: functions of PostgreSQL itself are. */
async function ownFunctions(sql: Sql): Promise<string[]> {
  const rows = await sql<{ table: string; name: string }[]>`
    with part as (
      select class.relname, 'pg_constraint'::regclass as kind, pg_constraint.oid
      from pg_class class join pg_constraint on conrelid = class.oid where ${distributed(sql)}
      union all select class.relname, 'pg_attrdef'::regclass, pg_attrdef.oid
      from pg_class class join pg_attrdef on adrelid = class.oid where ${distributed(sql)}
      union all select class.relname, 'pg_class'::regclass, indexrelid
      from pg_class class join pg_index on indrelid = class.oid where ${distributed(sql)})
    select distinct relname as table, refobjid::regproc::text as name
    from part join pg_depend on classid = kind and objid = part.oid
    where refclassid = 'pg_proc'::regclass and refobjid >= 16384 order by 1, 2`;
  return rows.map(
    ({ table, name }) => `${table}: it computes with ${name}, which other servers may not have`,
  );
}

async function sequences(sql: Sql): Promise<string[]> {
  const rows = await sql<{ table: string; column: string }[]>`
    select distinct class.relname as table, attname as column
    from pg_class class join pg_attribute on attrelid = class.oid
      left join pg_attrdef on adrelid = attrelid and adnum = attnum
    where ${distributed(sql)} and attnum > 0 and (attidentity <> '' or pg_get_expr(adbin, adrelid) like 'nextval(%')
    order by 1, 2`;
  return rows.map(
    ({ table, column }) => `${table}: ${column} is counted by a sequence, of which every server has its own`,
  );
}
