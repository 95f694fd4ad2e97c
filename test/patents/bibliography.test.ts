/** What documents tell around a patent: stored once whatever the order, read as known at an instant. */
import { deepEqual, equal } from 'node:assert/strict';
import { createReadStream, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import fc from 'fast-check';
import t from 'tap';
import { addYears } from '../../models/calendar.ts';
import { summarise } from '../../models/indicators/cohort.ts';
import { canonicalJson } from '../../src/canonical.ts';
import {
  bibliographyRows,
  citationCounts,
  cpcSymbols,
  familiesKnown,
  priorities,
  simpleFamily,
} from '../../src/patents/bibliography.ts';
import { standings } from '../../src/patents/cohorts.ts';
import { deriveChanged } from '../../src/patents/derived.ts';
import { patentId } from '../../src/patents/identity.ts';
import { ingestRecords } from '../../src/patents/ingest.ts';
import { simpleFamilies } from '../../src/patents/numbers/families.ts';
import { owners } from '../../src/patents/owners.ts';
import { epoOpsBiblio } from '../../src/patents/sources/epo/ops-biblio.ts';
import { epoOpsFamily } from '../../src/patents/sources/epo/ops-family.ts';
import { googlePatents } from '../../src/patents/sources/google-patents.ts';
import { lens } from '../../src/patents/sources/lens.ts';
import { patentsviewLines } from '../../src/patents/sources/patentsview.ts';
import { patstat } from '../../src/patents/sources/patstat/tables.ts';
import type {
  AcceptedRecord,
  CitedRecord,
  SourceAdapter,
  SourceRecord,
} from '../../src/patents/sources/record.ts';
import { createTestDatabase } from '../database.ts';
import { at, bundledRecords, news, SOURCE, told } from '../jobs/setting.ts';
import { buildService } from '../service.ts';

const { database } = await createTestDatabase(t);
const service = await buildService(t);
const { sql } = database;
const fixture = (name: string) => readFileSync(join(import.meta.dirname, 'fixtures', name));
const PATSTAT = [
  'tls201_appln',
  'tls211_pat_publn',
  'tls204_appln_prior',
  'tls212_citation',
  'tls224_appln_cpc',
]
  .map((table) => fixture(`patstat-${table}.csv`).toString())
  .join('');
const LENS = [
  'number,jurisdiction,kind,publication_number,lens_id,publication_date,publication_year,application_number,application_date,priority_numbers,title,applicants,inventors,url,type,full_text,cited_count,simple_family_size,extended_family_size,sequence_count,cpc_classifications,ipcr_classifications,us_classifications,npl_citation_ids',
  '1,US,A1,US 2017/0090068 A1,0,30/03/17,2017,US 201414284079 A,21/05/14,US 201361825823 P 20130521;;FI 2013050497 W 20130601,T,A CO;;B CO,DOE J,u,Patent Application,yes,3,2,4,0,B64C39/02,B64C39/02;;G05D1/00,,',
].join('\n');
const TABLES = ['publication', 'party', 'priority', 'class', 'citation', 'text'].map(
  (table) => `patent_${table}`,
);

const empty =
  () => sql`truncate patent_document, citation_edge, patent_indicator, cohort_count, patent_search, search_term, knowledge_cell,
  patent, patent_facts, signal, patent_change, ingest_run, ${sql(TABLES[0]!)}, ${sql(TABLES[1]!)}, ${sql(TABLES[2]!)},
  ${sql(TABLES[3]!)}, ${sql(TABLES[4]!)}, ${sql(TABLES[5]!)} cascade`;

async function stored(): Promise<string> {
  const rows = TABLES.map((table) => sql`select * from ${sql(table)} order by 1, 2, 3`);
  return canonicalJson(await Promise.all(rows));
}

async function read(adapter: SourceAdapter, content: string | Buffer): Promise<SourceRecord[]> {
  const records: SourceRecord[] = [];
  for await (const record of adapter.read(Readable.from([Buffer.from(content)]))) records.push(record);
  return records;
}

const ingest = (adapter: { id: string }, records: Iterable<SourceRecord>, day: string) =>
  ingestRecords(database, { id: adapter.id, name: 'test' }, records, at(day));

const FILES: [SourceAdapter, SourceRecord[]][] = [
  [epoOpsBiblio, await read(epoOpsBiblio, fixture('ops-biblio.xml'))],
  [epoOpsFamily, await read(epoOpsFamily, fixture('ops-family.xml'))],
  [patstat, await read(patstat, PATSTAT)],
  [googlePatents, await read(googlePatents, fixture('google-publications.jsonl'))],
  [lens, await read(lens, LENS)],
  [patentsviewLines, await read(patentsviewLines, fixture('patentsview-patents.jsonl'))],
];

t.test('every adapter passes on what it reads', async (t) => {
  for (const [adapter, records] of FILES) await ingest(adapter, records, '2024-01-01');
  const ep = patentId('EP', '14999901');
  t.strictSame(await owners(sql, ep, at('2024-01-01')), [
    {
      role: 'applicant',
      name: 'EXAMPLE OY',
      country: 'FI',
      source: 'epo-ops-biblio',
      published_on: '2015-01-07',
    },
    {
      role: 'applicant',
      name: 'EXAMPLE AB',
      country: 'SE',
      source: 'epo-ops-biblio',
      published_on: '2015-01-07',
    },
  ]);
  t.match(await priorities(sql, ep, at('2024-01-01')), [
    { office: 'FI', filed_on: '2013-06-28' },
    { office: 'FI', filed_on: '2013-06-28' },
    { office: 'US', number: '61999901', filed_on: '2013-07-03' },
  ]);
  t.strictSame(await cpcSymbols(sql, ep, at('2024-01-01')), ['H04W84/20', 'Y02D30/70']);
  const cited =
    await sql`select cited_office, cited_number, cited_kind, cited_reference, literature, phase, cited_by,
    categories, published_on from patent_citation where patent_id = ${ep} order by literature, cited_office`;
  t.match(cited, [
    { cited_office: 'GB', cited_number: '999901', cited_kind: 'A', literature: false, cited_by: 'applicant' },
    { cited_office: 'US', cited_number: '2003999901', categories: ['Y', 'A'], published_on: '2015-01-07' },
    { cited_office: null, cited_reference: 'NOBODY: "Invented devices", 2001', literature: true },
  ]);
  const us = patentId('US', '10871244');
  t.match(await owners(sql, us, at('2024-01-01')), [{ role: 'owner', name: 'GOOGLE INC', country: 'US' }]);
  t.strictSame(await priorities(sql, us, at('2024-01-01')), [
    { office: 'US', number: '10871244', filed_on: null },
  ]);
  t.match((await citationCounts(sql, [us], at('2024-01-01'))).get(us), { backward: 1, literature: 1 });
  const drone = patentId('US', '14284079');
  t.match(await owners(sql, drone, at('2024-01-01')), [{ name: 'A CO' }, { name: 'B CO' }]);
  t.match(await priorities(sql, drone, at('2024-01-01')), [
    { office: 'US', number: '61825823', filed_on: '2013-05-21' },
    { office: 'WO', filed_on: '2013-06-01' },
  ]);
  t.match(await owners(sql, patentId('US', 'patent 10001710'), at('2024-01-01')), [
    { role: 'owner', name: 'ASML NETHERLANDS B.V.', country: 'NL', published_on: null },
  ]);
  const said = async (patent_id: string) => [
    ...(await sql`select distinct part, language, content from patent_text
      where patent_id = ${patent_id} order by part, language`),
  ];
  t.match(await said(ep), [
    { part: 'abstract', language: 'en', content: 'An invented abstract.' },
    { part: 'title', language: 'de' },
    { part: 'title', language: 'en' },
  ]);
  t.strictSame(
    (await said(us)).map(({ part, language, content }) => [part, language, content]),
    [
      ['abstract', 'en', 'Data are processed in parts.'],
      ['claims', 'ko', '데이터 처리 방법'],
      ['title', 'en', 'System and method for efficient large-scale data processing'],
    ],
  );
  const [inventors] = await sql`select count(*) from patent_party where role = 'inventor'`;
  t.equal(inventors!.count, 1);
  await empty();
});

t.test('PATSTAT citations reach the patent that is cited', async (t) => {
  await ingest(patstat, await read(patstat, PATSTAT), '2024-01-01');
  const [citing] = await sql<{ patent_id: string; cited_patent_id: string }[]>`
    select patent_id, cited_patent_id from patent_citation where cited_number = '2014999901'`;
  const [cited] = await sql<{ patent_id: string }[]>`select patent_id from patent where office = 'WO'`;
  t.equal(citing!.cited_patent_id, cited!.patent_id);
  const ids = [citing!.patent_id, cited!.patent_id];
  const counts = await citationCounts(sql, ids, at('2024-01-01'));
  t.match(counts.get(ids[0]!), { published_on: '2015-01-07', backward: 2, literature: 1, forward: 0 });
  t.match(counts.get(ids[1]!), {
    published_on: '2014-12-31',
    backward: null,
    forward: 1,
    forward_5_years: 1,
  });
  t.equal((await citationCounts(sql, ids, at('2017-05-09'))).get(ids[1]!)!.forward, null, 'not known then');
  const before = await citationCounts(sql, ids, at('2024-01-01'), '2017-05-09');
  t.match(before.get(ids[1]!), { forward: 0 }, 'the citing document was not public');
  await empty();
});

t.test('files read twice, in any order and in pieces, end in the same rows', async (t) => {
  const all = FILES.flatMap(([adapter, records]) => records.map((record) => ({ adapter, record })));
  const one_by_one = async (items: typeof all, size: number) => {
    for (let start = 0; start < items.length; start += size) {
      const piece = items.slice(start, start + size);
      for (const adapter of new Set(piece.map((item) => item.adapter)))
        await ingest(
          adapter,
          piece.filter((item) => item.adapter === adapter).map((item) => item.record),
          '2024-01-01',
        );
    }
  };
  for (const [adapter, records] of FILES) {
    await ingest(adapter, records, '2024-01-01');
    t.match(await ingest(adapter, records, '2024-02-01'), { accepted: 0, signals: 0 }, adapter.id);
    await empty();
  }
  await one_by_one(all, all.length);
  const whole = await stored();
  for (const [adapter, records] of FILES)
    t.match(await ingest(adapter, records, '2024-02-01'), { signals: 0 }, adapter.id);
  t.equal(await stored(), whole);
  const order = fc.shuffledSubarray(all, { minLength: all.length });
  await fc.assert(
    fc.asyncProperty(order, fc.integer({ min: 3, max: 30 }), async (items, size) => {
      await empty();
      await one_by_one(items, size);
      return (await stored()) === whole;
    }),
    { numRuns: 4 },
  );
  await empty();
});

/** A row of patent_indicator, with the filing day beside it. */
interface Indicated {
  filed_on: string;
  published_on: string;
  numbered: boolean;
  forward: number;
  forward_5_years: number;
  forward_7_years: number;
  backward: number | null;
  family_size: number | null;
}

/** A patent of which a document of that day tells something. */
function document(number: string, published_on: string, more: Partial<AcceptedRecord> = {}): AcceptedRecord {
  const publication = { office: 'CN', number: `1${number.slice(0, 6)}`, kind: 'A', published_on };
  return { ...told(number, {}, [news('published', published_on)]), publication, ...more };
}

function citing(...documents: [office: string, number: string, kind: string | null][]): CitedRecord[] {
  return documents.map(([office, number, kind]) => ({
    cited: { office, number, kind },
    cited_application: null,
    cited_reference: null,
    literature: false,
    phase: null,
    by: null,
    categories: [],
  }));
}

t.test('windows of 5 and 7 years hold both their ends, and count patents, not documents', async (t) => {
  const id = patentId('CN', '01100000.1');
  const cites = (number: string, day: string) =>
    document(number, day, { citations: citing(['CN', '1011000', null], ['CN', '1011000', 'B']) });
  const records = [
    document('01100000.1', '2010-03-01', { citations: citing(['CN', '1011000', 'A'], ['US', '1', 'A']) }),
    cites('02100000.1', '2010-03-01'),
    cites('03100000.1', '2015-03-01'),
    cites('03100000.1', '2016-03-01'),
    cites('04100000.1', '2015-03-02'),
    cites('05100000.1', '2017-03-01'),
    cites('06100000.1', '2017-03-02'),
  ];
  await ingest(SOURCE, records, '2018-01-01');
  const on = async (day: string) => (await citationCounts(sql, [id], at('2018-01-01'), day)).get(id);
  t.strictSame(await on('2018-01-01'), {
    published_on: '2010-03-01',
    backward: 2,
    literature: 0,
    forward: 5,
    forward_5_years: 2,
    forward_7_years: 4,
  });
  t.match(await on('2015-03-01'), { forward: 2, forward_5_years: 2, forward_7_years: 2 });
  t.strictSame(await on('2010-02-28'), {
    published_on: null,
    backward: null,
    literature: null,
    forward: 0,
    forward_5_years: null,
    forward_7_years: null,
  });
  const unknown = patentId('CN', 'none');
  t.match((await citationCounts(sql, [unknown, id, id], at('2018-01-01'))).get(unknown), {
    backward: null,
    forward: null,
    forward_5_years: null,
  });
  t.equal((await citationCounts(sql, [], at('2018-01-01'))).size, 0);
  await empty();
});

t.test('a number that only the facts tell is found; a Japanese one only with its kind', async (t) => {
  const jp = (number: string, kind: string) =>
    told(number, { office: 'JP', publication_number: 'H0312345', kind }, [news('published', '1991-01-21')]);
  const records = [
    jp('1989000001', 'A'),
    jp('1980000002', 'B2'),
    document('01100000.1', '2002-01-01', { citations: citing(['JP', 'H0312345', 'B2']) }),
  ];
  await ingest(SOURCE, records, '2018-01-01');
  const ids = ['1989000001', '1980000002'].map((number) => patentId('JP', number));
  const counts = await citationCounts(sql, ids, at('2018-01-01'));
  t.strictSame(
    ids.map((id) => counts.get(id)!.forward),
    [0, 1],
  );
  await empty();
});

t.test('counts of any graph on any day are those of plain counting', async () => {
  const size = 8;
  const numbers = Array.from({ length: size }, (_, index) => `0${index}100000.1`);
  const ids = numbers.map((number) => patentId('CN', number));
  const day = fc.integer({ min: 0, max: 12 }).map((years) => addYears('2005-03-01', years));
  const edge = fc.tuple(fc.nat(size - 1), fc.nat(size - 1));
  await fc.assert(
    fc.asyncProperty(
      fc.array(day, { minLength: size, maxLength: size }),
      fc.array(edge, { maxLength: 30 }),
      day,
      async (days, edges, public_by) => {
        await empty();
        const records = numbers.map((number, index) => {
          const cited = edges
            .filter(([from]) => from === index)
            .map(([, to]) => `1${numbers[to]!.slice(0, 6)}`);
          return document(number, days[index]!, {
            citations: citing(...cited.map((one): [string, string, null] => ['CN', one, null])),
          });
        });
        await ingest(SOURCE, records, '2018-01-01');
        const counts = await citationCounts(sql, ids, at('2018-01-01'), public_by);
        return ids.every((id, index) => {
          const from = new Set(edges.filter(([a, b]) => b === index && a !== index).map(([a]) => a));
          const seen = [...from].map((a) => days[a]!).filter((citing_on) => citing_on <= public_by);
          const opens = days[index]!;
          const within = (years: number) =>
            opens > public_by ? null : seen.filter((d) => d >= opens && d <= addYears(opens, years)).length;
          const to = new Set(edges.filter(([a]) => a === index).map(([, b]) => b));
          const count = counts.get(id)!;
          return (
            count.forward === seen.length &&
            count.forward_5_years === within(5) &&
            count.forward_7_years === within(7) &&
            count.backward === (opens > public_by || to.size === 0 ? null : to.size)
          );
        });
      },
    ),
    { numRuns: 12 },
  );
  await empty();
});

t.test('kept counts and cohorts are those of a recount, however news comes in', async () => {
  const offices = ['CN', 'EP', 'US', 'WO'];
  const people = Array.from({ length: 8 }, (_, index) => ({
    office: offices[index % 4]!,
    number: `0${index}100000.1`,
  }));
  const ids = people.map(({ office, number }) => patentId(office, number));
  const year = fc.integer({ min: 0, max: 12 });
  const piece = fc.record({
    who: fc.nat(7),
    published: year,
    filed: fc.constantFrom(2000, 2001),
    ipc: fc.subarray(['A01B1/00', 'H04W4/00'], { maxLength: 1 }),
    claims: fc.option(fc.integer({ min: 1, max: 4 })),
    cites: fc.array(fc.tuple(fc.nat(7), fc.boolean()), { maxLength: 5 }),
    claimed: fc.array(fc.constantFrom('q', 'r', people[0]!.number), { maxLength: 2 }),
    numbered: fc.boolean(),
    derived: fc.boolean(),
  });
  const recordOf = ({
    who,
    published,
    filed,
    ipc,
    claims,
    cites,
    claimed,
    numbered,
  }: Piece): AcceptedRecord => {
    const { office, number } = people[who]!;
    const published_on = addYears('2002-03-01', published);
    const citations = cites.map(([to, by_number]): CitedRecord => {
      const { office, number } = people[to]!;
      const document = { office, number: `1${number.slice(0, 6)}`, kind: 'A' };
      const [cited] = by_number ? citing([office, document.number, 'A']) : citing([office, number, null]);
      return by_number ? cited! : { ...cited!, cited: null, cited_application: { office, number } };
    });
    return {
      ...told(number, { office, filed_on: `${filed}-05-06`, ipc, claims }, [news('published', published_on)]),
      publication: {
        ...{ office, kind: 'A', published_on },
        number: numbered ? `1${number.slice(0, 6)}` : `9${number}`,
      },
      citations,
      priorities: claimed.map((one) => ({ office: 'CN', number: one, filed_on: null })),
    };
  };
  type Piece = typeof piece extends fc.Arbitrary<infer Of> ? Of : never;
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { minLength: 1, maxLength: 12 }), async (pieces) => {
      await empty();
      for (const [index, told] of pieces.entries()) {
        const day = addYears('2030-01-01', index);
        await ingest(SOURCE, [recordOf(told), recordOf(pieces[0]!)], day);
        if (told.derived || index === pieces.length - 1) await deriveChanged(database, at(day));
      }
      const now = at('2050-01-01');
      const counts = await citationCounts(sql, ids, now, '9999-12-31');
      const families = await familiesKnown(sql, ids, now);
      const rows = await sql<(Indicated & { patent_id: string })[]>`
        select patent_indicator.*, filed_on::text from patent_indicator join patent_search using (patent_id)`;
      const publishedOf = (id: string) => counts.get(id)!.published_on!;
      const officeOf = (id: string) => people[ids.indexOf(id)]!.office;
      for (const row of rows) {
        const { patent_id, published_on, backward } = row;
        const known = row.numbered || row.forward > 0;
        const members = families.get(patent_id);
        const closes = addYears(row.filed_on, 5);
        const within = (members ?? []).filter((id) => publishedOf(id) <= closes).map(officeOf);
        const offices = new Set([officeOf(patent_id), ...within].filter((office) => office !== 'WO'));
        deepEqual(
          {
            ...{ published_on, backward },
            forward: known ? row.forward : null,
            forward_5_years: known ? row.forward_5_years : null,
            forward_7_years: known ? row.forward_7_years : null,
            family_size: row.family_size,
          },
          {
            ...(({ literature: _, ...rest }) => rest)(counts.get(patent_id)!),
            family_size: members === undefined ? null : offices.size,
          },
          patent_id,
        );
      }
      const found = [...(await standings(sql, ids)).values()].flatMap(({ field, filing_year, indicators }) =>
        indicators.map((place) => ({ key: `${field} ${filing_year} ${place.indicator}`, ...place })),
      );
      for (const [, places] of Map.groupBy(found, ({ key }) => key)) {
        const values = places.map(({ value }) => value);
        for (const { value, rank, cohort } of places) {
          const below = values.filter((other) => other < value).length;
          const level = values.filter((other) => other === value).length;
          deepEqual(cohort, summarise(values));
          equal(rank, (below + level / 2) / values.length);
        }
      }
      const [left] = await sql<{ patents: number }[]>`
        select coalesce(sum(patents), 0)::integer as patents from cohort_count`;
      return left!.patents === found.length;
    }),
    { numRuns: 12 },
  );
  await empty();
});

t.test('a simple family has one set of priorities, and the first filing belongs to it', async (t) => {
  const claims = (number: string, ...claimed: string[]) => ({
    ...told(number, {}),
    priorities: claimed.map((one) => ({ office: 'CN', number: one, filed_on: null })),
  });
  const [p, a, b, c, d] = ['1', '2', '3', '4', '5'];
  const records = [told(p!, {}), claims(a!, p!), claims(b!, p!), claims(c!, p!, 'q'), claims(d!, 'q')];
  await ingest(SOURCE, records, '2018-01-01');
  const family = (number: string, day = '2018-01-01') => simpleFamily(sql, patentId('CN', number), at(day));
  const ids = (...numbers: string[]) => numbers.map((number) => patentId('CN', number)).sort();
  for (const member of [p!, a!, b!]) t.strictSame(await family(member), ids(p!, a!, b!));
  t.strictSame(await family(c!), ids(c!));
  t.strictSame(await family(d!), ids(d!));
  t.equal(await family(p!, '2017-12-31'), null, 'not known then');
  await ingest(SOURCE, [told('6', {})], '2018-01-01');
  t.equal(await family('6'), null, 'nothing is told of its priorities');
  await empty();
});

t.test('families of one patent are those of the bulk', async () => {
  const numbers = ['1', '2', '3', '4', '5', '6'];
  const claim = fc.uniqueArray(fc.constantFrom('1', '2', 'q', 'r'), { maxLength: 3 });
  await fc.assert(
    fc.asyncProperty(fc.array(claim, { minLength: 6, maxLength: 6 }), async (claims) => {
      await empty();
      const records = numbers.map((number, index) => ({
        ...told(number, {}),
        priorities: claims[index]!.map((one) => ({ office: 'CN', number: one, filed_on: null })),
      }));
      await ingest(SOURCE, records, '2018-01-01');
      const members = numbers.map((number, index) => ({ application: number, priorities: claims[index]! }));
      for (const family of simpleFamilies(members))
        for (const number of family) {
          const found = await simpleFamily(sql, patentId('CN', number), at('2018-01-01'));
          const wanted = family.map((member) => patentId('CN', member)).sort();
          if (family.length === 1 && claims[numbers.indexOf(number)]!.length === 0) {
            if (found !== null) return false;
          } else if (canonicalJson(found) !== canonicalJson(wanted)) return false;
        }
      return true;
    }),
    { numRuns: 12 },
  );
  await empty();
});

t.test('owners are those of the latest document known then, of one source', async (t) => {
  const names = (day: string, role: 'owner' | 'applicant', ...all: string[]) =>
    document('01100000.1', day, { parties: all.map((name) => ({ role, name, country: 'CN' })) });
  const id = patentId('CN', '01100000.1');
  const on = async (day: string) => (await owners(sql, id, at(day))).map(({ name }) => name);
  await ingest({ id: 'b' }, [names('2004-05-01', 'owner', 'New Ltd', 'Other Ltd')], '2005-01-01');
  await ingest({ id: 'a' }, [names('2002-05-01', 'applicant', 'Old Ltd')], '2006-01-01');
  t.strictSame(await on('2004-12-31'), []);
  t.strictSame(await on('2005-01-01'), ['New Ltd', 'Other Ltd']);
  t.strictSame(await on('2006-01-01'), ['New Ltd', 'Other Ltd'], 'an older document learnt later');
  await ingest({ id: 'a' }, [names('2004-05-01', 'applicant', 'NEW LTD')], '2007-01-01');
  t.strictSame(await on('2007-01-01'), ['New Ltd', 'Other Ltd'], 'owners before applicants');
  await ingest({ id: 'a' }, [names('2004-05-01', 'owner', 'NEW LTD')], '2008-01-01');
  t.strictSame(await on('2008-01-01'), ['NEW LTD'], 'one spelling');
  t.strictSame(await on('2007-12-31'), ['New Ltd', 'Other Ltd'], 'as known before');
  await empty();
});

t.test('a transfer after the latest document leads its owners, unless its office took it back', async (t) => {
  const number = '01100000.1';
  const id = patentId('CN', number);
  const on = async (day: string) => (await owners(sql, id, at(day))).map(({ name }) => name);
  const transfer = (day: string, detail: Record<string, string>, effective_on: string | null = null) =>
    told(number, {}, [
      { kind: 'transferred', category: 'R', source_code: 'TR01', effective_on, published_on: day, detail },
    ]);
  const parties = [{ role: 'owner' as const, name: 'First Ltd', country: 'CN' }];
  await ingest({ id: 'a' }, [document(number, '2004-05-01', { parties })], '2004-06-01');
  await ingest({ id: 'b' }, [transfer('2006-01-04', { owner_after: 'Second Ltd; Third Ltd' })], '2006-02-01');
  t.strictSame(await on('2006-01-31'), ['First Ltd'], 'as known before');
  t.strictSame(await on('2006-02-01'), ['Second Ltd', 'Third Ltd']);
  await ingest({ id: 'c' }, [transfer('2008-01-01', { assignees: 'Early Ltd' }, '2003-01-01')], '2008-02-01');
  t.strictSame(
    await on('2008-02-01'),
    ['Second Ltd', 'Third Ltd'],
    'recorded late, signed before the document',
  );
  await ingest({ id: 'd' }, [transfer('2009-01-01', {})], '2009-02-01');
  t.strictSame(await on('2009-02-01'), ['Second Ltd', 'Third Ltd'], 'a transfer that names nobody');
  const undone = { undoes_code: 'TR01', undoes_on: '2006-01-04' };
  const deletion = { kind: 'deleted' as const, category: 'Y', source_code: 'TR01', effective_on: null };
  await ingest(
    { id: 'b' },
    [told(number, {}, [{ ...deletion, published_on: '2010-01-01', detail: undone }])],
    '2010-02-01',
  );
  t.strictSame(await on('2010-02-01'), ['First Ltd']);
  t.strictSame(await on('2009-12-31'), ['Second Ltd', 'Third Ltd']);
  await empty();
});

t.test('odd names and long references neither stop a batch nor spoil a row', async (t) => {
  const reference = {
    ...citing(['CN', '1', null])[0]!,
    cited: null,
    cited_reference: 'x\u0000'.repeat(5000),
    literature: true,
    phase: '\u0000',
    categories: ['X\u0000'],
  };
  const record = document('01100000.1', '2004-05-01', {
    parties: [{ role: 'owner', name: `A\u0000${'\u{1F600}'.repeat(400)}`, country: 'somewhere' }],
    citations: [reference],
  });
  t.match(await ingest(SOURCE, [record], '2005-01-01'), { accepted: 1 });
  const [owner] = await owners(sql, patentId('CN', '01100000.1'), at('2005-01-01'));
  t.match(owner, { country: null, name: /^A / });
  const [row] = await sql`select length(cited_reference) from patent_citation`;
  t.equal(row!.length, 2000);
  await empty();
});

t.test('a source that tells none of this makes no row of it', async (t) => {
  const records = (await bundledRecords()).filter((record) => record.ok);
  t.ok(records.length > 1000);
  t.strictSame(
    records.flatMap((record) => bibliographyRows(record, 'cn-sample')),
    [],
  );
});

t.test('the tables are keyed by patent first, refer to nothing and never change', async (t) => {
  for (const table of TABLES) {
    const keys = await sql<{ columns: string[] }[]>`
      select array(select attname::text from pg_attribute where attrelid = indrelid and attnum = any(indkey)
        order by array_position(indkey::int2[], attnum)) as columns
      from pg_index where indrelid = ${`public.${table}`}::regclass and indisunique`;
    t.same(
      keys.map(({ columns }) => columns[0]),
      ['patent_id'],
      table,
    );
    const references = await sql`select 1 from pg_constraint where contype = 'f'
      and ${`public.${table}`}::regclass in (conrelid, confrelid)`;
    t.equal(references.length, 0, table);
  }
  for (const [adapter, records] of FILES) await ingest(adapter, records, '2024-01-01');
  for (const table of TABLES) {
    await t.rejects(sql`update ${sql(table)} set known_at = now()`, /append-only|change/, table);
    await t.rejects(sql`delete from ${sql(table)}`, /append-only|change/, table);
  }
  await empty();
});

t.test('a patent is answered with what was known around it at the instant', async (t) => {
  const number = '02100000.1';
  const record = document(number, '2003-01-01', {
    parties: [{ role: 'applicant', name: 'Example Ltd', country: 'CN' }],
    priorities: [{ office: 'US', number: '60123456', filed_on: '2001-03-01' }],
    classes: [{ scheme: 'CPC', symbol: 'A23G9/08' }],
    citations: citing(['US', '5414849', 'A']),
  });
  await ingestRecords(service.database, { id: 'test', name: 'test' }, [record], at('2009-06-05'));
  const id = patentId('CN', number);
  const { status, body } = await service.call<object>(service.bank_a.key, 'GET', `/v1/patents/${id}`);
  t.equal(status, 200);
  t.match(body, {
    owners: [
      { role: 'applicant', name: 'Example Ltd', country: 'CN', source: 'test', published_on: '2003-01-01' },
    ],
    priorities: [{ office: 'US', number: '60123456', filed_on: '2001-03-01' }],
    cpc: ['A23G9/08'],
    family: [id],
    citations: { published_on: '2003-01-01', backward: 1, literature: 0, forward: 0, forward_5_years: 0 },
  });
  const plain = `/v1/patents/${service.takePatent()}`;
  const { body: bare } = await service.call<object>(service.bank_a.key, 'GET', plain);
  t.match(bare, { owners: [], priorities: [], cpc: [], family: null, citations: { backward: null } });
});

t.test('indicators follow the citation graph as known at an instant, by window and field', async (t) => {
  const id = patentId('CN', '01100000.1');
  const [chemistry, measuring] = ['A61K31/00', 'G01N33/00'];
  const cites = (number: string, day: string, ipc: string, priority: string) =>
    document(number, day, {
      citations: citing(['CN', '1011000', null]),
      classes: [{ scheme: 'IPC', symbol: ipc }],
      priorities: [{ office: 'US', number: priority, filed_on: '2001-03-01' }],
    });
  const records = [
    document('01100000.1', '2003-03-01', {
      citations: citing(['US', '5414849', 'A'], ['US', '5414849', 'A']),
    }),
    cites('02100001.1', '2004-03-01', chemistry, '60000001'),
    cites('02100002.X', '2004-06-01', chemistry, '60000001'),
    cites('02100003.8', '2005-03-01', measuring, '60000002'),
    cites('02100004.6', '2008-03-02', measuring, '60000003'),
  ];
  const source = { id: 'test', name: 'test' };
  await ingestRecords(service.database, source, records, at('2009-06-05'));
  const indicators = (query = '') =>
    service.call<{ values: Record<string, number | null>; truncated: string[]; citations: object }>(
      service.bank_a.key,
      'GET',
      `/v1/patents/${id}/indicators?${query}`,
    );
  const { body } = await indicators();
  t.match(body.values, { forward_citations_5: 2, forward_citations_7: 3, backward_citations: 1 });
  t.ok(body.truncated.includes('forward_citations_7') && !body.truncated.includes('forward_citations_5'));
  t.match(body.citations, {
    window_years: 5,
    window_truncated: false,
    by_field: [
      { field: 11, citing_families: 1 },
      { field: 16, citing_families: 1 },
    ],
    lifetime: { method: 'truncation_factor' },
  });
  t.match((await indicators('window_years=7')).body.citations, {
    window_truncated: true,
    by_field: [
      { field: 11, citing_families: 2 },
      { field: 16, citing_families: 1 },
    ],
  });
  const early = cites('02100005.4', '2006-03-01', chemistry, '60000004');
  await ingestRecords(service.database, source, [early], at('2009-06-12'));
  t.match((await indicators('as_of=2009-06-10T02:00:00Z')).body, body, 'what is learnt later moves no past');
  t.match(
    (await indicators('as_of=2009-06-13T00:00:00Z')).body.values,
    { forward_citations_5: 3 },
    'and counts since',
  );
  t.equal((await indicators('as_of=2000-01-01T00:00:00Z')).status, 404);
  t.equal((await indicators('window_years=0')).status, 400);
  const cohort = (of: string) =>
    service.call<{ indicators: { indicator: string; rank: number; cohort: { count: number } }[] }>(
      service.bank_a.key,
      'GET',
      `/v1/patents/${of}/cohort`,
    );
  await deriveChanged(service.database, at('2009-06-13'));
  const citing_id = patentId('CN', '02100003.8');
  t.match((await cohort(citing_id)).body, {
    patent_id: citing_id,
    field: 11,
    filing_year: 2001,
    indicators: [
      { indicator: 'backward', value: 1 },
      { indicator: 'family_size', value: 1 },
      { indicator: 'forward_5_years', value: 0 },
      { indicator: 'forward_7_years', value: 0 },
    ],
  });
  for (const { rank, cohort: counted } of (await cohort(citing_id)).body.indicators)
    t.ok(rank >= 0 && rank <= 1 && counted.count >= 2);
  t.match((await cohort(id)).body, { field: null, filing_year: null, indicators: [] }, 'no class is known');
  t.equal((await cohort(patentId('CN', 'none'))).status, 404);
  const bare = await service.call<typeof body>(
    service.bank_a.key,
    'GET',
    `/v1/patents/${service.takePatent()}/indicators`,
  );
  t.match(bare.body, {
    values: { forward_citations_5: 0, backward_citations: null },
    citations: { by_field: [] },
  });
});

t.test(
  'a pledged patent that is cited is valued anew with its place, which moves no value yet',
  async (t) => {
    const { bank_a, firm_a, staff, call } = service;
    const patent_id = service.takePatent();
    const [told] = await service.database.sql<{ publication_number: string; known_at: Date }[]>`
    select publication_number from patent_facts where patent_id = ${patent_id} order by known_at desc limit 1`;
    const pledge = await call<{ id: string }>(firm_a.key, 'POST', '/v1/pledges', {
      ...{ bank_id: bank_a.id, firm_id: firm_a.id, currency: 'CNY' },
      ...{ principal_minor: 1_000_000, matures_on: '2011-06-10', patents: [{ patent_id }] },
    });
    t.equal(pledge.status, 201);
    await deriveChanged(service.database, service.clock.now());
    await service.passTo('2009-06-15T20:00:00Z');
    interface Detail {
      facts: { standing?: { citation_rank: number | null; family_rank: number | null } };
      explanation: { what: string; values: Record<string, number> }[];
    }
    const last = async () =>
      (
        await call<{ data: { mid_minor: number; detail: Detail }[] }>(
          staff.key,
          'GET',
          `/v1/patents/${patent_id}/valuations`,
        )
      ).body.data[0]!;
    t.equal((await last()).detail.facts.standing, undefined, 'nobody of its cohort is cited');
    const citers = ['02100011.9', '02100012.7', '02100013.5'].map((number) =>
      document(number, '2004-05-01', { citations: citing(['CN', told!.publication_number, null]) }),
    );
    await ingestRecords(service.database, { id: 'test', name: 'test' }, citers, at('2009-06-16'));
    service.clock.set(at('2009-06-16'));
    await deriveChanged(service.database, at('2009-06-16'));
    const stale = await service.database.sql`select from pledge_stale where pledge_id = ${pledge.body.id}`;
    t.equal(stale.length, 1, 'news of those that cite it is news of the pledge');
    await service.passTo('2009-06-16T20:00:00Z');
    const { facts, explanation } = (await last()).detail;
    t.ok(facts.standing!.citation_rank! > 0.9);
    t.equal(facts.standing!.family_rank, null, 'all families are alike');
    t.match(
      explanation.find(({ what }) => what === 'place in the cohort'),
      { values: { citation_shift: 0, factor: 1 } },
    );
    const flow = await call<{ bars: { cause: string; change_minor: number }[] }>(
      bank_a.key,
      'GET',
      `/v1/pledges/${pledge.body.id}/waterfall?from=2009-06-15&to=2009-06-16`,
    );
    t.equal(flow.body.bars.find(({ cause }) => cause === 'citations')!.change_minor, 0);
    t.equal(flow.body.bars.find(({ cause }) => cause === 'residual')!.change_minor, 0);
  },
);

const EVENTS = [
  ['granted', 'PR', 'F'],
  ['lapsed', 'CF01', 'H'],
  ['restored', 'RS', 'D'],
  ['surrendered', 'AV01', 'H'],
  ['partly_invalidated', 'IP01', 'N'],
  ['invalidated', 'IW01', 'N'],
  ['transferred', 'TR01', 'R'],
  ['encumbered', 'PE01', 'T'],
  ['encumbrance_released', 'PC01', 'T'],
  ['licensed', 'EE01', 'S'],
  ['deleted', 'RECT', 'Y'],
] as const;
const event = fc
  .record({
    what: fc.constantFrom(...EVENTS),
    published_on: fc.integer({ min: 2002, max: 2010 }).map((year) => `${year}-05-06`),
    effective_on: fc.option(fc.constantFrom('2002-01-01', '2004-02-29', '2008-12-31')),
    number: fc.constantFrom('Y1', 'Y2'),
    undone: fc.constantFrom(...EVENTS),
  })
  .map(({ what: [kind, source_code, category], published_on, effective_on, number, undone }) => {
    const undoes = { undoes_code: undone[1], undoes_on: published_on };
    const owner = kind === 'transferred' ? { owner_after: `Firm ${number}` } : {};
    const detail = kind === 'deleted' ? undoes : { registration_number: number, ...owner };
    return { kind, source_code, category, published_on, effective_on, detail };
  });
/** Events of a patent, and the same again: repeated, shuffled and divided over files. */
const course = fc.array(event, { minLength: 1, maxLength: 12 }).chain((events) =>
  fc.tuple(
    fc.constant(events),
    fc.subarray(events).chain((repeated) => {
      const all = [...events, ...repeated];
      const order = fc.shuffledSubarray(all, { minLength: all.length });
      return fc.tuple(order, fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 4 }));
    }),
  ),
);

t.test(
  'events in any order, division and repetition give the same answers over HTTP as of any day',
  async () => {
    const learnt = '2001-02-03';
    const days = ['2001-02-02', learnt, '2003-01-01', '2005-05-06', '2008-12-31', '2010-05-07', '2040-01-01'];
    const source = { id: 'test', name: 'test' };
    let patents = 0;
    const answers = async (number: string) => {
      const id = patentId('CN', number);
      const asked = days.map((day) =>
        service.call<Record<string, unknown>>(
          service.bank_a.key,
          'GET',
          `/v1/patents/${id}?as_of=${day}T02:00:00Z`,
        ),
      );
      return (await Promise.all(asked)).map(({ status, body }) => {
        const { patent_id: _, application_number: _own, ...rest } = body;
        return { status, body: status === 200 ? rest : null };
      });
    };
    await fc.assert(
      fc.asyncProperty(course, async ([events, [shuffled, cuts]]) => {
        const [plain, divided] = [`2001${++patents}.P`, `2001${patents}.D`];
        await ingestRecords(service.database, source, [told(plain, {}, events)], at(learnt));
        const left = shuffled.map((one) => told(divided, {}, [one]));
        for (let file = 0; left.length > 0; file++) {
          const records = left.splice(0, cuts[file % cuts.length]!);
          await ingestRecords(service.database, source, records, at(learnt));
        }
        const expected = await answers(plain);
        deepEqual(
          expected.map(({ status }) => status),
          [404, ...Array(days.length - 1).fill(200)],
        );
        deepEqual(await answers(divided), expected);
      }),
      { numRuns: 30 },
    );
  },
);

const DRONES = join(import.meta.dirname, '../../../shared/data/lens_drones_9071.csv.gz');
t.test('real records keep their owners and priorities', { skip: !existsSync(DRONES) }, async (t) => {
  const records = lens.read(createReadStream(DRONES).pipe(createGunzip()));
  await ingestRecords(database, { id: lens.id, name: 'drones' }, records, at('2024-01-01'));
  const [count] = await sql<Record<string, number>[]>`
    select (select count(*) from patent) as patents, (select count(distinct patent_id) from patent_priority) as claiming,
      (select count(distinct patent_id) from patent_party where role = 'applicant') as with_applicant`;
  t.comment(JSON.stringify(count));
  t.ok(count!.claiming! > 0.9 * count!.patents!);
  t.ok(count!.with_applicant! > 0.8 * count!.patents!);
});
