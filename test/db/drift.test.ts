/** The live catalogue, as the migrations make it, against what the program believes of it. */
import { globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { connect } from '../../src/db/client.ts';
import { hasCitus } from '../../src/db/distribute.ts';
import { DISTRIBUTED_TABLES, LOCAL_TABLES } from '../../src/db/distribution.ts';
import { distributionFaults } from '../../src/db/distribution-faults.ts';
import { getTableConfig, is, PgTable } from '../../src/db/drizzle.ts';
import * as schema from '../../src/db/schema.ts';
import { shardsOf } from '../../src/db/shards.ts';
import { createTestDatabase } from '../database.ts';

const { database, owner_url } = await createTestDatabase(t);
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

t.test('the tables can be distributed by patent_id as they are declared', async (t) => {
  t.same(await distributionFaults(sql), []);
  t.ok(DISTRIBUTED_TABLES.length >= 10 && LOCAL_TABLES.length >= 60);
});

/** A change of the schema that a rule of distribution forbids, and what is said of it. */
const FORBIDDEN: [string, string, string][] = [
  [
    'a table that nobody placed',
    'create table unplaced (id text)',
    'unplaced: where it lies is not declared',
  ],
  ['a declared table that is gone', 'drop table patent_text', 'patent_text: it is declared, and not there'],
  [
    'a key without the patent',
    'create unique index on patent (office, application_number)',
    'patent: its unique index patent_office_application_number_idx1 leaves patent_id out',
  ],
  [
    'a reference from one server to all of them',
    'alter table valuation add constraint back foreign key (patent_id) references patent',
    'valuation: its reference back to patent would lead from one server to all of them',
  ],
  [
    'a reference from a patent to what is whole',
    'alter table patent add column run_id text constraint run references ingest_run',
    'patent: its reference run to ingest_run would lead from one server to all of them',
  ],
  [
    'a reference between patents',
    'alter table patent_citation add constraint cites foreign key (cited_patent_id) references patent',
    'patent_citation: its reference cites to patent leaves patent_id out',
  ],
  [
    'a trigger that may look further',
    `create function look() returns trigger language plpgsql as 'begin return new; end';
     create trigger looks before insert on signal for each row execute function look()`,
    'signal: its trigger looks may look at rows of other servers',
  ],
  [
    'rows under policies',
    'alter table patent_party enable row level security',
    'patent_party: its rows are under policies, which see no tenant on another server',
  ],
  [
    'a check by a function of ours',
    `create function fits(text) returns boolean language sql immutable return true;
     alter table patent_class add check (fits(symbol))`,
    'patent_class: it computes with fits, which other servers may not have',
  ],
  [
    'a number drawn on every server',
    'alter table patent_facts add column number bigint generated always as identity',
    'patent_facts: number is counted by a sequence, of which every server has its own',
  ],
  [
    'a patent that may be unknown',
    'alter table patent_search drop constraint patent_search_pkey, alter patent_id drop not null',
    'patent_search: it has no patent_id that is a uuid and never null',
  ],
];

const forbids_itself = (await hasCitus(sql)) && 'a cluster refuses them itself';

t.test('what Citus forbids is found in the catalogue and named', { skip: forbids_itself }, async (t) => {
  const rolled_back = new Error('as it was');
  for (const [what, change, fault] of FORBIDDEN)
    await t.rejects(
      database.transaction(async (tx) => {
        await tx.unsafe(change).simple();
        t.same(await distributionFaults(tx), [fault], what);
        throw rolled_back;
      }),
      rolled_back,
    );
});

t.test('shards hold every patent once, each where its hash says', async (t) => {
  await sql`insert into patent select gen_random_uuid(), 'CN', number::text, 'invention', 'test', now()
    from generate_series(1, 300) as number`;
  const shards = await shardsOf(sql);
  let next = -(2 ** 31);
  let found = 0;
  for (const { first_hash, last_hash, node, tables } of shards) {
    t.equal(first_hash, next, 'begins where the one before ended');
    next = last_hash + 1;
    const at = node === null ? {} : { hostname: node.host, port: String(node.port) };
    const server = connect(Object.assign(new URL(owner_url), at).href, { max: 1 });
    const [count] = await server.sql<{ all: number; within: number }[]>`select count(*) as all,
      count(*) filter (where uuid_hash(patent_id) between ${first_hash} and ${last_hash}) as within
      from ${server.sql(tables.patent!)}`;
    await server.close();
    t.equal(count!.within, count!.all, `${tables.patent} holds its range alone`);
    found += count!.all;
  }
  t.equal(next, 2 ** 31);
  t.equal(found, 300);
});

/** By number or by citation, which lead from one patent to others: the coordinator gathers one side of them (docs/scale.md). */
const GATHERED = [
  'src/patents/bibliography.ts: citing on (cited_office, cited_number) = (document.office, document.number)',
  'src/patents/bibliography.ts: citing on cited_patent_id = asked.patent_id),',
  'src/patents/bibliography.ts: on (patent.office, patent.application_number) = (wanted.office, wanted.number)),',
  'src/patents/bibliography.ts: priority using (office, number)',
  'src/patents/derive-indicators.ts: cited on (office, number) = (cited_office, cited_number)',
  'src/patents/derive-indicators.ts: on (patent.office, application_number) = (claim.office, claim.number)`;',
  'src/patents/derive-indicators.ts: using (office, number)',
  'src/search/prior-art.ts: citation on (cited_office, cited_number) = (document.office, document.number)',
  'src/search/prior-art.ts: citation on cited_patent_id = seed.patent_id',
  "src/search/prior-art.ts: cited on numbers @> array['P ' || cited_office || ' ' || cited_number]",
];

t.test('statements join distributed tables by patent_id', async (t) => {
  const joins = await joinsOfDistributedTables();
  t.ok(joins.length > 30, `${joins.length} joins`);
  const odd = joins.filter(({ by_patent }) => !by_patent).map(({ file, join }) => `${file}: ${join}`);
  t.same(odd.sort(), [...GATHERED].sort());
});

/** As far as a text tells: each join in the product's statements, with its condition. */
async function joinsOfDistributedTables(): Promise<{ file: string; join: string; by_patent: boolean }[]> {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const pattern = new RegExp(
    `\\bjoin (?:${DISTRIBUTED_TABLES.join('|')})\\b((?: (?!using|on)\\w+)?\\s+(?:using \\([^)]*\\)|on [^\\n]*))`,
    'g',
  );
  const files = await Promise.all(
    globSync('{src,jobs}/**/*.ts', { cwd: root }).map(async (name) => ({
      file: name.replaceAll('\\', '/'),
      text: await readFile(path.join(root, name), 'utf8'),
    })),
  );
  return files.flatMap(({ file, text }) =>
    [...text.matchAll(pattern)].map(([, condition]) => ({
      file,
      join: condition!.trim().replace(/\s+/g, ' '),
      by_patent: /using \([^)]*\bpatent_id\b|\b\w+\.patent_id = \w+/.test(condition!),
    })),
  );
}
