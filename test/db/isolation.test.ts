/** Who sees what, as the database itself holds it: for every table, against random statements, whatever the code asks. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import fc from 'fast-check';
import t from 'tap';
import { mulberry32 } from '../../models/random.ts';
import { connect, type Sql, type Transaction } from '../../src/db/client.ts';
import { APP_ROLE, actFor, type Tenant, tenantDatabase, WORKER_ROLE } from '../../src/db/tenancy.ts';
import { peopleTheService } from '../security/world.ts';
import { buildService } from '../service.ts';

/** `npm run security:isolation` asks 100,000. */
const RANDOM_QUERIES = Number(process.env.ISOLATION_QUERIES ?? 10_000);
const QUERIES_A_TRANSACTION = 500;
const RANDOM_WRITES = 1_500;
const SEED = Number(process.env.ISOLATION_SEED ?? Date.now() % 1_000_000_000);
const REFUSED = '42501';

const service = await buildService(t);
const { database, requests, url, bank_a, bank_b, firm_a, firm_b, staff, agency, expert, buyer } = service;
const { sql } = database;
await peopleTheService(service);

const TENANTS: Tenant[] = [
  { organisation_id: bank_a.id, kind: 'bank' },
  { organisation_id: bank_b.id, kind: 'bank' },
  { organisation_id: firm_a.id, kind: 'firm' },
  { organisation_id: firm_b.id, kind: 'firm' },
  { organisation_id: agency.id, kind: 'agency' },
  { organisation_id: expert.id, kind: 'expert' },
  { organisation_id: buyer.id, kind: 'buyer' },
];

/** Columns by which a row says whose it is, and those by which it hangs on a row that does. */
const PARTIES = [
  'organisation_id',
  'bank_id',
  'firm_id',
  'agency_id',
  'owner_id',
  'asker_id',
  'engager_id',
  'expert_id',
  'stream',
];
const PARENTS: Record<string, string> = {
  pledge_id: 'pledge',
  endpoint_id: 'endpoint',
  flag_id: 'flag',
  list_id: 'watch_list',
  delivery_id: 'delivery',
  request_id: 'identity_request',
  engagement_id: 'expert_engagement filing_engagement',
  draft_id: 'filing_draft',
  application_id: 'filing_application',
  package_id: 'filing_package',
  introduction_id: 'network_introduction',
  desk_id: 'desk',
  from_desk_id: 'desk',
  to_desk_id: 'desk',
  desk_client_id: 'desk_client',
  import_id: 'desk_import',
  subscription_id: 'bulletin_subscription',
};
/** Said by one party, and seen by whoever sees what it is said of. */
const SEEN_WITH_PARENT = [
  'pledge_score',
  'expert_opinion',
  'filing_comment',
  'filing_step',
  'filing_application',
  'filing_package',
  'filing_message',
  'filing_engagement_step',
];
/** An agency of the directory is for everybody to see. */
const OF_AGENCIES = ['organisation', 'filing_agency', 'filing_agency_record'];
/** Reviews of models are shown to everybody, with who made them; and the directory of experts, with what they were rated. */
const SHOWN_TO_ALL = ['model_review', 'expert_profile', 'expert_rating'];
/** What staff alone decide, and what deals brought. */
const FOR_STAFF = ['haircut_decision', 'listing_proceeds'];
/** What people prove themselves with by way of a provider: requests have no right on it at all (test/http/people.test.ts). */
const OUT_OF_REACH = ['identity_provider', 'provider_subject'];

interface Column {
  table: string;
  column: string;
}

const columns = [
  ...(await sql<Column[]>`select relname as table, attname as column from pg_attribute
    join pg_class on pg_class.oid = attrelid where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
      and attnum > 0 and not attisdropped order by relname, attnum`),
];
const columnsOf = (table: string) =>
  columns.filter((each) => each.table === table).map(({ column }) => column);
const isOwned = (table: string) =>
  ![...SHOWN_TO_ALL, ...FOR_STAFF, ...OUT_OF_REACH].includes(table) &&
  (table === 'organisation' ||
    table.startsWith('pseudonym') ||
    table === 'network_introduction' ||
    table === 'valuation' ||
    table.startsWith('listing') ||
    columnsOf(table).some((column) => PARTIES.includes(column) || column in PARENTS));
const tables = [...new Set(columns.map(({ table }) => table))].filter(isOwned);

const owners = await ownersOfRows();
const changeable = [
  ...(await sql<{ table: string }[]>`select name as table from unnest(${tables}::text[]) as name
    where has_table_privilege(${APP_ROLE}, name, 'update')`),
].map(({ table }) => table);

t.test(
  'every table with rows of somebody has forced policies for what is read and what is written',
  async (t) => {
    t.ok(tables.length > 35, `${tables.length} tables`);
    const all = [...tables, ...FOR_STAFF];
    const rows = await sql<
      { table: string; enabled: boolean; forced: boolean; roles: string[]; complete: boolean }[]
    >`
    select relname as table, relrowsecurity as enabled, relforcerowsecurity as forced,
      array_agg(distinct role.rolname::text) as roles,
      bool_and(polcmd = '*' and polqual is not null and polwithcheck is not null and polpermissive) as complete
    from pg_class left join pg_policy on polrelid = pg_class.oid
      left join pg_roles role on role.oid = any(polroles)
    where relname = any(${all}) and relnamespace = 'public'::regnamespace group by relname, 2, 3`;
    t.equal(rows.length, all.length);
    for (const { table, ...found } of rows)
      t.same(found, { enabled: true, forced: true, roles: [APP_ROLE, WORKER_ROLE], complete: true }, table);
  },
);

t.test(
  'a table without policies is of the house or public, and stands so in docs/data-classes.md',
  async (t) => {
    const open = await sql<{ table: string }[]>`select relname as table from pg_class
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition
      and not (relrowsecurity and relforcerowsecurity)`;
    const text = await readFile(new URL('../../docs/data-classes.md', import.meta.url), 'utf8');
    const lists = text.slice(text.indexOf('## Tables of the house')).matchAll(/^(?:`\w+`[, ]*)+$/gm);
    const listed = [...lists].flatMap(([line]) => [...line.matchAll(/`(\w+)`/g)].map(([, name]) => name!));
    t.same(listed.sort(), open.map(({ table }) => table).sort());
  },
);

t.test(
  'what looks through tables looks as whoever asks: no view, function or role stands above the policies',
  async (t) => {
    const views = await sql<{ name: string; invoker: boolean }[]>`
    select relname as name, coalesce('security_invoker=true' = any(reloptions), false) as invoker
    from pg_class where relkind in ('v', 'm') and relnamespace = 'public'::regnamespace`;
    t.ok(views.length > 0);
    for (const { name, invoker } of views) t.equal(invoker, true, name);
    const definers = await sql`select proname from pg_proc
    where pronamespace = 'public'::regnamespace and prosecdef`;
    const names = definers.map(({ proname }) => proname).sort();
    t.same(names, [
      'drop_staged_corpus_values',
      'index_staged_corpus_values',
      'keep_corpus_history',
      'publish_corpus_values',
      'settle_search_indexes',
      'stage_corpus_values',
    ]);
    const open = await sql`select proname from pg_proc where proname = any(${names})
      and has_function_privilege(${APP_ROLE}, oid, 'execute')`;
    t.same([...open], []);
    const roles = await sql<{ rolname: string; above: boolean; owned: number }[]>`
    select rolname, rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolcanlogin as above,
      (select count(*) from pg_class where relowner = pg_roles.oid and relnamespace = 'public'::regnamespace) as owned
    from pg_roles where rolname in (${APP_ROLE}, ${WORKER_ROLE}) order by rolname`;
    t.same(
      [...roles].map(({ above, owned }) => [above, owned]),
      [
        [false, 0],
        [false, 0],
      ],
    );
  },
);

/** Whose each row is, told apart from the policies: by following its columns as their owner. */
async function ownersOfRows(): Promise<Map<string, Set<string>>> {
  const owners = new Map<string, Set<string>>();
  const byId = new Map<string, Set<string>>();
  const rest = new Set(tables);
  // A table's parents before it, or together with it.
  // Where a desk is, is for everybody to know: it is here for what hangs on it.
  rest.add('desk');
  const order = ['organisation', 'pledge', 'endpoint', 'watch_list', 'flag', 'delivery', 'delivery_history'];
  order.push('identity_request', 'network_introduction', 'expert_engagement');
  order.push('filing_draft', 'filing_application', 'filing_engagement', 'filing_package');
  order.push('desk', 'desk_client', 'desk_import', 'bulletin_subscription');
  for (const table of [...order, ...[...rest].filter((name) => !order.includes(name))]) {
    const rows = await sql<Record<string, unknown>[]>`
      select tableoid::regclass::text || ctid::text as row_place, * from ${sql(table)}`;
    for (const row of rows) {
      const own = new Set<string>();
      for (const column of PARTIES) if (typeof row[column] === 'string') own.add(row[column]);
      if (table === 'organisation')
        for (const id of [String(row.id), ...(await counterpartsOf(String(row.id)))]) own.add(id);
      for (const [column, parent] of Object.entries(PARENTS))
        if (
          typeof row[column] === 'string' &&
          (SEEN_WITH_PARENT.includes(table) || !PARTIES.some((party) => row[party]))
        )
          for (const table of [...parent.split(' '), 'delivery_history'])
            for (const owner of byId.get(`${table} ${row[column]}`) ?? []) own.add(owner);
      if (table === 'filing_draft') for (const id of await agenciesOn(String(row.id))) own.add(id);
      if (OF_AGENCIES.includes(table) && (await isAdmitted(String(row.agency_id ?? row.id))))
        for (const id of [...TENANTS.map(({ organisation_id }) => organisation_id), staff.id]) own.add(id);
      if (table.startsWith('pseudonym') || table === 'identity_request')
        for (const owner of await readersOfPseudonym(table, row)) own.add(owner);
      if (table === 'network_introduction')
        for (const owner of await partiesOf(String(row.need_id), String(row.offer_id))) own.add(owner);
      if (table === 'desk') for (const owner of await seatedAt(String(row.id))) own.add(owner);
      if (table === 'valuation')
        for (const owner of await ownersOfValuation(String(row.valuation_id))) own.add(owner);
      if (table.startsWith('listing'))
        for (const reader of await readersOfListing(table, row)) own.add(reader);
      if (tables.includes(table)) owners.set(String(row.row_place), own);
      if (typeof row.id === 'string') byId.set(`${table} ${row.id}`, own);
    }
  }
  return owners;
}

/** Those whose engagement over a draft was accepted and has not ended. */
async function agenciesOn(draft_id: string): Promise<string[]> {
  const rows = await sql<{ agency_id: string }[]>`
    select agency_id from filing_engagement join filing_engagement_step on engagement_id = id
    where draft_id = ${draft_id} group by id having 'accepted' = any(array_agg(step)) and not 'ended' = any(array_agg(step))`;
  return rows.map(({ agency_id }) => agency_id);
}

async function isAdmitted(agency_id: string): Promise<boolean> {
  return (
    (await sql`select from filing_agency where agency_id = ${agency_id} and state = 'admitted'`).count > 0
  );
}

/**
 * Those who share a pledge or an engagement with an organisation know it, and those whom it asked who they are, or was
 * revealed to.
 */
async function counterpartsOf(id: string): Promise<string[]> {
  const rows = await sql<{ one: string; other: string }[]>`
    select bank_id as one, firm_id as other from pledge where ${id} in (bank_id, firm_id)
    union all select firm_id, agency_id from filing_engagement where ${id} in (firm_id, agency_id)
    union all select asker_id, owner_id from identity_reveal where ${id} in (asker_id, owner_id)
    union all select organisation_id, organisation_id from identity_request
      join pseudonym_owner using (pseudonym_id) where asker_id = ${id}`;
  return rows.flatMap(({ one, other }) => [one, other]);
}

/** Its owner; of what is shown everybody; of the name who asked; of whose it is, to whom that was revealed. */
async function readersOfPseudonym(table: string, row: Record<string, unknown>): Promise<string[]> {
  const id = String(row.pseudonym_id ?? row.id);
  const readers = async (text: string) =>
    (await sql.unsafe<{ reader: string }[]>(text, [id])).map(({ reader }) => reader);
  const all = [
    ...(await readers('select organisation_id as reader from pseudonym_owner where pseudonym_id = $1')),
  ];
  if (table === 'pseudonym')
    all.push(...(await readers('select asker_id as reader from identity_request where pseudonym_id = $1')));
  if (table === 'pseudonym_owner')
    all.push(...(await readers('select asker_id as reader from identity_reveal where pseudonym_id = $1')));
  const shown =
    table === 'pseudonym' || table === 'pseudonym_use'
      ? await sql`select from pseudonym_use where pseudonym_id = ${id} and ended_at is null`
      : [];
  return shown.length > 0
    ? [...all, ...TENANTS.map(({ organisation_id }) => organisation_id), staff.id]
    : all;
}

async function partiesOf(need_id: string, offer_id: string): Promise<string[]> {
  const rows = await sql<{ organisation_id: string }[]>`
    select organisation_id from network_need_owner where need_id = ${need_id}
    union select organisation_id from network_offer_owner where offer_id = ${offer_id}`;
  return rows.map(({ organisation_id }) => organisation_id);
}

async function seatedAt(desk_id: string): Promise<string[]> {
  const rows = await sql<{ organisation_id: string }[]>`
    select organisation_id from desk_staff where desk_id = ${desk_id} and person_id is null`;
  return rows.map(({ organisation_id }) => organisation_id);
}

/** What is published everybody; else the seller, who deals with it, and where its patents and name stand to whom it showed itself. */
async function readersOfListing(table: string, row: Record<string, unknown>): Promise<string[]> {
  if (table === 'listing' || table === 'listing_want')
    return [...TENANTS.map(({ organisation_id }) => organisation_id), staff.id];
  const listing_id = String(row.listing_id);
  const deal_id = String(table === 'listing_deal' ? row.id : row.deal_id);
  const readers = async (query: PromiseLike<unknown>) =>
    ((await query) as unknown as { reader: string }[]).map(({ reader }) => reader);
  const seller = sql`select organisation_id as reader from listing join pseudonym_owner using (pseudonym_id)
    where listing.id = ${listing_id}`;
  const sides = sql`select organisation_id as reader from listing_deal_party where deal_id = ${deal_id}`;
  switch (table) {
    case 'listing_patent':
      return readers(sql`${seller} union all select asker_id from identity_reveal
        join listing using (pseudonym_id) where listing.id = ${listing_id}`);
    case 'listing_private':
      return readers(seller);
    case 'listing_want_answer':
      return readers(sql`${seller} union all select organisation_id from listing_want
        join pseudonym_owner using (pseudonym_id) where listing_want.id = ${String(row.want_id)}`);
    case 'listing_referral':
      return readers(sql`${seller} union all select ${String(row.intermediary_id)}`);
    case 'listing_deal_party':
      return readers(sql`select unnest(array[asker_id, owner_id]) as reader from identity_reveal
        join listing_deal on seller_pseudonym_id = pseudonym_id
        where listing_deal.id = ${deal_id} and ${String(row.organisation_id)} in (asker_id, owner_id)`);
    case 'listing_document':
      return readers(sql`${seller} union all select organisation_id from listing_document_right
        join listing_deal_party using (deal_id) where document_id = ${String(row.id)} and revoked_at is null`);
    case 'listing_consent':
      return readers(sql`select organisation_id as reader from listing_deal_party
        where deal_id = ${deal_id} and side = 'seller'`);
    case 'listing_consent_answer':
      return readers(sql`select organisation_id as reader from listing_deal_party join listing_consent using (deal_id)
        where listing_consent.id = ${String(row.consent_id)} and side = 'seller'`);
    // A range is read by its own side alone, which stands in the row.
    case 'listing_expectation':
    case 'listing_sale':
      return [];
    default:
      return readers(sides);
  }
}

async function ownersOfValuation(valuation_id: string): Promise<string[]> {
  const rows = await sql<{ bank_id: string; firm_id: string }[]>`select bank_id, firm_id
    from pledge_valuation join pledge on pledge.id = pledge_id
    cross join lateral jsonb_array_elements(patents) as part where part ->> 'valuation_id' = ${valuation_id}`;
  return rows.flatMap(({ bank_id, firm_id }) => [bank_id, firm_id]);
}

/** A row of each kind that a tenant may see: what tells that the policies let through what they should. */
const visible = (organisation_id: string) =>
  new Set([...owners].filter(([, own]) => own.has(organisation_id)).map(([place]) => place));

t.test('a tenant sees all of its rows and none of another', async (t) => {
  for (const tenant of [...TENANTS, { organisation_id: staff.id, kind: 'bank' as const }]) {
    const mine = visible(tenant.organisation_id);
    const seen = new Set<string>();
    await actFor(tenant, () =>
      requests.transaction(async (tx) => {
        for (const table of tables)
          for (const { place } of await tx<{ place: string }[]>`
            select tableoid::regclass::text || ctid::text as place from ${tx(table)}`)
            seen.add(place);
      }),
    );
    t.same(
      [...seen].filter((place) => !mine.has(place)),
      [],
      'nothing of another',
    );
    t.same(
      [...mine].filter((place) => !seen.has(place)),
      [],
      'all of its own',
    );
  }
  await requests.transaction(async (tx) => {
    for (const table of tables)
      t.equal((await tx`select from ${tx(table)}`).count, 0, `${table}: nobody sees none`);
  });
});

/** A random statement that gives the places of rows: tables joined, filtered, nested, united, grouped. */
function randomQuery(random: () => number): string {
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!;
  const condition = (alias: string, table: string): string => {
    const column = `${alias}.${pick(columnsOf(table))}`;
    const party = pick(TENANTS).organisation_id;
    return pick([
      'true',
      `${column} is not null`,
      `${column}::text <> ${quoted(party)}`,
      `${column}::text = ${quoted(party)}`,
      `not (${column} is null) or 1 = 1`,
      `${column}::text in (select ${pick(columnsOf(table))}::text from ${table})`,
      `exists (select from ${pick(tables)} inner_one where inner_one.ctid is not null or ${column} is null)`,
      `random() < 0.9`,
      `length(${column}::text) > ${Math.floor(random() * 30)}`,
    ]);
  };
  const place = (alias: string) => `${alias}.tableoid::regclass::text || ${alias}.ctid::text`;
  const single = (from = tables) => {
    const table = pick(from);
    return `select ${place('a')} as place from ${table} a where ${condition('a', table)} ${pick(['and', 'or'])} ${condition('a', table)}`;
  };
  const joined = () => {
    const [first, second] = [pick(tables), pick(tables)];
    const kind = pick(['join', 'left join', 'right join', 'full join']);
    return `select unnest(array[${place('a')}, ${place('b')}]) as place from ${first} a ${kind} ${second} b
      on a.${pick(columnsOf(first))}::text = b.${pick(columnsOf(second))}::text limit 50`;
  };
  const grouped = () => {
    const table = pick(tables);
    return `select unnest(array_agg(${place('a')})) as place from ${table} a group by a.${pick(columnsOf(table))}::text
      ${pick(['', 'having count(*) > 0', 'having count(*) > 1'])}`;
  };
  return pick([
    // Mostly plain ones, which are many in the time of one that joins or locks.
    ...Array.from({ length: 8 }, () => () => single()),
    joined,
    grouped,
    () => `(${single()}) ${pick(['union', 'union all', 'except', 'intersect'])} (${single()})`,
    () => `with inner_one as (${single()}) select place from inner_one order by random() limit 20`,
    () => `select place from (${single()}) nested where place is not null`,
    () => `${single(changeable)} for ${pick(['update', 'share', 'key share'])}`,
    () => `select each.place from generate_series(1, 2) n cross join lateral (${single()}) each limit 40`,
  ])();
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

t.test(`${RANDOM_QUERIES} random queries find no row of another (seed ${SEED})`, async (t) => {
  const random = mulberry32(SEED);
  let queries = 0;
  let rows = 0;
  const foreign: string[] = [];
  for (let round = 0; queries < RANDOM_QUERIES; round++) {
    const tenant = TENANTS[round % TENANTS.length]!;
    const mine = visible(tenant.organisation_id);
    const texts = Array.from({ length: QUERIES_A_TRANSACTION }, () => randomQuery(random));
    await actFor(tenant, () =>
      requests.transaction(async (tx) => {
        const found = await Promise.all(texts.map((text) => tx.unsafe<{ place: string | null }[]>(text)));
        for (const [index, each] of found.entries())
          for (const { place } of each) {
            rows += 1;
            if (place !== null && !mine.has(place)) foreign.push(`${place}: ${texts[index]}`);
          }
      }),
    );
    queries += texts.length;
  }
  t.same(foreign.slice(0, 3), []);
  t.ok(rows > RANDOM_QUERIES, `${rows} rows were looked at`);
});

t.test('random writes change no row of another, and put none into its hands', async (t) => {
  const random = mulberry32(SEED + 1);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!;
  const outcomes = new Map<string, number>();
  for (let n = 0; n < RANDOM_WRITES; n++) {
    const tenant = pick(TENANTS);
    const table = pick(tables);
    const other = pick(TENANTS.filter(({ organisation_id }) => organisation_id !== tenant.organisation_id));
    const own = columnsOf(table).filter((column) => PARTIES.includes(column) || column in PARENTS);
    const column = own.length > 0 ? pick(own) : columnsOf(table)[0]!;
    const text = pick([
      `update ${table} set ${column} = ${column} returning tableoid::regclass::text || old.ctid::text as place`,
      `update ${table} set ${column} = ${quoted(other.organisation_id)} returning 'moved' as place`,
      `delete from ${table} returning tableoid::regclass::text || ctid::text as place`,
      `insert into ${table} (${column}) values (${quoted(other.organisation_id)}) returning 'made' as place`,
    ]);
    const mine = visible(tenant.organisation_id);
    const undo = new Error('undo');
    const outcome = await actFor(tenant, () =>
      requests.transaction(async (tx) => {
        const rows = await tx.unsafe<{ place: string }[]>(text);
        const foreign = rows.filter(({ place }) => !mine.has(place));
        throw Object.assign(undo, { outcome: foreign.length > 0 ? `foreign: ${text}` : 'own or none' });
      }),
    ).catch((error: Error & { code?: string; outcome?: string }) => error.outcome ?? String(error.code));
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  }
  for (const outcome of outcomes.keys()) t.notMatch(outcome, /^foreign/);
  t.ok(outcomes.get(REFUSED)! > 100, JSON.stringify([...outcomes]));
  t.ok(outcomes.get('own or none')! > 100);
});

t.test('writing under a pledge of another and under one that is missing is refused alike', async (t) => {
  const [foreign] = await sql<{ id: string }[]>`select id from pledge where bank_id = ${bank_b.id} limit 1`;
  const write = (pledge_id: string) =>
    actFor(TENANTS[0]!, () =>
      requests.sql`insert into pledge_stale (pledge_id, since, reason) values (${pledge_id}, now(), 'x')`.then(
        () => 'written',
        ({ code, message }: { code: string; message: string }) => `${code} ${message}`,
      ),
    );
  t.equal(await write(foreign!.id), await write('plg_missing'));
  t.match(await write('plg_missing'), REFUSED);
});

t.test('whoever has no part in pledges sees none, even one that names it as a party', async (t) => {
  const seenAs = (tenant: Tenant) =>
    actFor(tenant, () => requests.sql`select from pledge`.then(({ count }) => count));
  t.ok((await seenAs(TENANTS[0]!)) > 0);
  for (const kind of ['agency', 'expert', 'buyer'] as const)
    t.equal(await seenAs({ organisation_id: bank_a.id, kind }), 0, kind);
});

t.test('a tenant ends with its transaction: the next user of the connection has none', async (t) => {
  const single = connect(url, { role: APP_ROLE, max: 1 });
  t.teardown(() => single.close());
  const seen = ({ sql }: { sql: Sql }) => sql`select from pledge`.then(({ count }) => count);
  const tenants = tenantDatabase(single);
  t.ok((await actFor(TENANTS[0]!, () => seen(tenants))) > 0);
  t.equal(await seen(single), 0);
  t.equal(await seen(tenants), 0);
  const failing = actFor(TENANTS[0]!, () => tenants.transaction((tx) => tx`select 1 / 0`));
  await t.rejects(failing, /division by zero/);
  t.equal(await seen(single), 0);
});

t.test('any number of tenants at once are kept apart on one pool', async () => {
  const few = tenantDatabase(connect(url, { role: APP_ROLE, max: 3 }));
  const whose = (tx: Sql | Transaction) => tx<{ id: string }[]>`
    select distinct organisation_id as id from endpoint`;
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.nat(TENANTS.length - 1), fc.boolean(), fc.nat(3)), {
        minLength: 10,
        maxLength: 60,
      }),
      async (asks) => {
        const answers = await Promise.all(
          asks.map(([index, inTransaction, wait]) =>
            actFor(TENANTS[index]!, async () => {
              for (let tick = 0; tick < wait; tick++) await new Promise((resolve) => setImmediate(resolve));
              return inTransaction ? few.transaction(whose) : whose(few.sql);
            }),
          ),
        );
        return asks.every(([index], place) => {
          const ids = answers[place]!.map(({ id }) => id);
          return ids.length === 1 && ids[0] === TENANTS[index]!.organisation_id;
        });
      },
    ),
    { numRuns: 30 },
  );
  await few.close();
});

t.test('a login above the policies is not served from', async (t) => {
  const { owner_url } = service;
  const started = (DATABASE_URL: string) =>
    promisify(execFile)(process.execPath, ['--import', 'tsx', 'jobs/audit-verify.ts', '--json'], {
      env: { ...process.env, DATABASE_URL },
    });
  await t.rejects(started(owner_url), {
    message: /(owns the tables|stands above row-level security): keep it for "npm run migrate"/,
  });
  t.match(JSON.parse((await started(url)).stdout), { ok: true });
});

t.test('what is missing in a database is told, and brought by its owner alone', async (t) => {
  const { owner_url } = service;
  await sql`delete from schema_migration where number = (select max(number) from schema_migration)`;
  const command = (script: string, env: Record<string, string>) =>
    promisify(execFile)(process.execPath, ['--import', 'tsx', script, '--json'], {
      env: { ...process.env, ...env },
    });
  await t.rejects(command('jobs/audit-verify.ts', { DATABASE_URL: url }), {
    message: /run "npm run migrate"/,
  });
  await t.rejects(command('src/db/migrate-command.ts', { DATABASE_OWNER_URL: '' }), {
    message: /DATABASE_OWNER_URL is not set/,
  });
  await t.rejects(
    command('src/db/migrate-command.ts', { DATABASE_OWNER_URL: owner_url }),
    { message: /failed/ },
    'it is there',
  );
});
