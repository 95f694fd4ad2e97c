import { createReadStream, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { text as textOf } from 'node:stream/consumers';
import { crc32, deflateRawSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import t from 'tap';
import { ARCHIVE_LIMITS, type ArchiveLimits, readDocuments } from '../../src/patents/archives.ts';
import { openSourceFile } from '../../src/patents/source-file.ts';
import { googlePatents, googlePatentsTable } from '../../src/patents/sources/google-patents.ts';
import { lens } from '../../src/patents/sources/lens.ts';
import { mappedLines } from '../../src/patents/sources/mapped/lines.ts';
import { readMapping } from '../../src/patents/sources/mapped/record.ts';
import { mappedTable } from '../../src/patents/sources/mapped/table.ts';
import {
  type AcceptedRecord,
  type QuarantinedRecord,
  type SourceAdapter,
  SourceFormatError,
  type SourceRecord,
} from '../../src/patents/sources/record.ts';

const fixtures = join(import.meta.dirname, 'fixtures');
const fixture = (name: string) => readFileSync(join(fixtures, name));
const folder = t.testdir();
const GOOGLE = fixture('google-publications.jsonl').toString();
const MAPPED_CSV = fixture('mapped-de.csv').toString();
const MAPPING = JSON.parse(fixture('mapped-de.json').toString());
const LENS_HEADER =
  'number,jurisdiction,kind,publication_number,lens_id,publication_date,publication_year,application_number,application_date,priority_numbers,title,applicants,inventors,url,type,full_text,cited_count,simple_family_size,extended_family_size,sequence_count,cpc_classifications,ipcr_classifications,us_classifications,npl_citation_ids';
const LENS_ROW =
  '1,US,A1,US 2017/0090068 A1,000-000-000-000-000,30/03/17,2017,US 201414284079 A,21/05/14,US 201361825823 P 20130521;;FI 2013050497 W 20130601,"Flying, slowly",A CO;;B CO,DOE J,https://example.org,Patent Application,yes,3,2,4,0,B64C39/02,B64C39/02;;G05D1/00,,';

async function readAll(adapter: SourceAdapter, ...chunks: (string | Uint8Array)[]) {
  const records: SourceRecord[] = [];
  for await (const record of adapter.read(Readable.from(chunks.map((chunk) => Buffer.from(chunk)))))
    records.push(record);
  return {
    records,
    accepted: records.filter((record): record is AcceptedRecord => record.ok),
    quarantined: records.filter((record): record is QuarantinedRecord => !record.ok),
  };
}

async function documents(path: string, limits: ArchiveLimits = ARCHIVE_LIMITS): Promise<[string, string][]> {
  const found: [string, string][] = [];
  for await (const { name, content } of readDocuments(path, limits))
    found.push([name, await textOf(content)]);
  return found;
}

function file(name: string, bytes: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

interface Packed {
  name: string;
  bytes: Buffer;
  stored?: boolean;
  crc?: number;
  flags?: number;
  method?: number;
  /** Offset that the directory tells, in place of the real one. */
  offset?: number;
}

/** A zip as other programs write it; what is wrong in it, the caller asks for. */
function zip(...entries: Packed[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const {
    name,
    bytes,
    stored,
    crc = crc32(bytes),
    flags = 0,
    method = stored ? 0 : 8,
    offset = at,
  } of entries) {
    const data = stored ? bytes : deflateRawSync(bytes);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(flags, 2);
    common.writeUInt16LE(method, 4);
    common.writeUInt32LE(crc, 10);
    common.writeUInt32LE(data.length, 14);
    common.writeUInt32LE(bytes.length, 18);
    common.writeUInt16LE(Buffer.byteLength(name), 22);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    parts.push(Buffer.from('504b0304', 'hex'), common, Buffer.from(name), data);
    directory.push(Buffer.from('504b01021400', 'hex'), common, tail, Buffer.from(name));
    at += 30 + Buffer.byteLength(name) + data.length;
  }
  const listed = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('504b0506', 'hex');
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(listed.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...parts, listed, end]);
}

t.test('a Google publication becomes a patent with its signals, and bad lines are quarantined', async (t) => {
  t.ok(googlePatents.recognises(GOOGLE));
  const { accepted, quarantined } = await readAll(googlePatents, GOOGLE);
  t.match(accepted[0], {
    line: 1,
    patent: {
      office: 'US',
      application_number: '10871244',
      right_type: 'invention',
      publication_number: '7650331',
      kind: 'B1',
      filed_on: '2004-06-18',
      priority_on: '2004-06-18',
      title: 'System and method for efficient large-scale data processing',
      ipc: ['G06F17/30', 'G06F7/00'],
      domestic_applicant: true,
    },
    signals: [
      { kind: 'filed', effective_on: '2004-06-18', published_on: '2010-01-19' },
      { kind: 'granted', category: 'F', source_code: 'grant_date', effective_on: '2010-01-19' },
      {
        kind: 'other',
        category: 'Q',
        source_code: 'B1',
        detail: {
          family: '41509853',
          owners: 'GOOGLE INC',
          priorities: 'US 10871244',
          cited: 'US-5414849-A',
        },
      },
    ],
  });
  t.match(accepted[1], {
    patent: { office: 'WO', application_number: 'PCT/FI2016/050497', title: null, domestic_applicant: null },
    signals: [{ kind: 'filed' }, { kind: 'published', effective_on: '2017-01-12' }],
  });
  t.equal(accepted.length, 2);
  t.strictSame(
    quarantined.map(({ line, field }) => [line, field]),
    [
      [3, 'publication_date'],
      [4, 'publication_date'],
      [5, 'application_number'],
      [6, 'citation'],
      [7, 'line'],
      [8, 'line'],
      [9, 'priority_date'],
    ],
  );
});

t.test('a flat Google export gives the same patent as its JSON', async (t) => {
  const csv =
    'title,filing_date,publication_date,grant_date,application_number,publication_number,unknown\n' +
    '"System, method",20040618,20100119,20100119,US-87124404-A,US-7650331-B1,x\n';
  t.ok(googlePatentsTable.recognises(csv));
  t.notOk(googlePatents.recognises(csv));
  const { accepted } = await readAll(googlePatentsTable, csv);
  t.match(accepted, [
    {
      patent: { application_number: '10871244', title: 'System, method' },
      signals: [{}, { kind: 'granted' }, {}],
    },
  ]);
  await t.rejects(readAll(googlePatentsTable, 'publication_number,application_number\n'), {
    name: 'SourceFormatError',
    message: /column "publication_date" is missing/,
  });
  await t.rejects(readAll(googlePatentsTable, 'title,title\n'), { message: /"title" stands twice/ });
});

t.test('a Lens row becomes a patent; the year of the last days of December is not believed', async (t) => {
  const change = (...pairs: [string, string][]) => pairs.reduce((row, [a, b]) => row.replace(a, b), LENS_ROW);
  t.ok(lens.recognises(LENS_HEADER));
  const rows = [
    LENS_ROW,
    change(['30/03/17,2017', '31/12/17,2016']),
    change(['21/05/14', '29/12/14']),
    change(['21/05/14', '21/05/18']),
    change(['30/03/17,2017', '30/03/16,2017']),
    change(['US 201414284079 A', '']),
    change(['Patent Application', 'Poem']),
    change(['30/03/17', '31/02/17']),
  ];
  const { accepted, quarantined } = await readAll(lens, [LENS_HEADER, ...rows].join('\n'));
  t.match(accepted[0], {
    patent: {
      office: 'US',
      application_number: '14284079',
      publication_number: '2017090068',
      filed_on: '2014-05-21',
      priority_on: '2013-05-21',
      title: 'Flying, slowly',
      ipc: ['B64C39/02', 'G05D1/00'],
    },
    signals: [
      { kind: 'filed', published_on: '2017-03-30' },
      {
        kind: 'published',
        detail: { owners: 'A CO; B CO', priorities: 'US 61825823; WO PCT/FI2013/050497' },
      },
    ],
  });
  t.equal(accepted[1]!.signals[1]!.published_on, '2016-12-31');
  t.match(accepted[2], { patent: { filed_on: null }, signals: [{ kind: 'published' }] });
  t.equal(accepted[3]!.patent.filed_on, '1918-05-21');
  t.strictSame(
    quarantined.map((record) => record.field),
    ['publication_date', 'application_number', 'type', 'publication_date'],
  );
});

t.test('a table with a mapping becomes patents; every bad row says what is wrong', async (t) => {
  const adapter = mappedTable(readMapping(MAPPING));
  t.ok(adapter.recognises(MAPPED_CSV));
  t.notOk(adapter.recognises(LENS_HEADER));
  const { accepted, quarantined } = await readAll(adapter, MAPPED_CSV);
  t.match(accepted, [
    {
      line: 2,
      patent: {
        office: 'DE',
        application_number: '102010006316',
        right_type: 'invention',
        filed_on: '2010-02-01',
        title: 'Pumpe; klein',
        claims: 7,
        ipc: ['F04D1/00', 'F04B9/00'],
      },
      signals: [
        { kind: 'filed', published_on: '2011-08-04' },
        { kind: 'published', published_on: '2011-08-04' },
        { kind: 'granted', effective_on: '2012-05-02' },
        {
          kind: 'lapsed',
          category: 'H',
          source_code: 'R119',
          effective_on: null,
          published_on: '2014-09-05',
        },
      ],
    },
  ]);
  t.strictSame(
    quarantined.map(({ line, field }) => [line, field]),
    [
      [3, 'application_number'],
      [4, 'filed_on'],
      [5, 'published_on'],
      [6, 'claims'],
      [7, 'event_on'],
      [8, 'application_number'],
      [9, 'line'],
    ],
  );
});

t.test('JSON Lines with paths become the same kind of record', async (t) => {
  const mapping = readMapping({
    dates: 'YYYYMMDD',
    fields: {
      office: 'cc',
      application_number: 'bib.no',
      filed_on: 'bib.day',
      published_on: 'pub',
      ipc: 'bib.ipc',
      owner: 'who',
      abstract: 'said.short',
      claims_text: 'said.claims',
    },
  });
  const line = (json: object) => JSON.stringify(json);
  const lines = [
    line({
      cc: 'KR',
      bib: { no: '10-2013-0012345', day: 20130204, ipc: ['H01L 1/00', 'H01L2/00'] },
      pub: '20140901',
      who: ['A Co; Ltd', 'B Co'],
      said: { short: '배터리', claims: '1. 배터리' },
    }),
    line({ cc: 'KR', bib: { no: { a: 1 } } }),
    line({ cc: 'KR', bib: {} }),
    line({ bib: { no: '10-2013-0012345' } }),
    '{"__proto__": {"cc": "KR"}, "bib": {"no": "1020130012345"}}',
    `${'{"a":'.repeat(40)}1${'}'.repeat(40)}`,
    'null',
  ];
  const { accepted, quarantined } = await readAll(mappedLines(mapping), lines.join('\n'));
  t.match(accepted, [
    {
      patent: {
        office: 'KR',
        application_number: '1020130012345',
        filed_on: '2013-02-04',
        ipc: ['H01L1/00', 'H01L2/00'],
      },
      parties: [{ role: 'owner', name: 'A Co' }, { name: 'Ltd' }, { name: 'B Co' }],
      texts: [
        { part: 'abstract', language: null, text: '배터리' },
        { part: 'claims', text: '1. 배터리' },
      ],
    },
  ]);
  t.strictSame(
    quarantined.map((record) => record.field),
    ['application_number', 'application_number', 'office', 'office', 'line', 'line'],
  );
});

t.test('a wrong mapping is one error that names key, rule and remedy', async (t) => {
  const good = { office: 'DE', fields: { application_number: 'A' } };
  const cases: [unknown, RegExp][] = [
    [null, /key "the mapping": it must be an object; write it in braces/],
    [{ ...good, colour: 1 }, /key "colour": there is no such key; use one of office/],
    [{ ...good, office: 'Germany' }, /key "office": it must be two capital letters; give/],
    [{ ...good, dates: 'DD-MM' }, /key "dates": "DD-MM" is not allowed; use one of/],
    [{ ...good, delimiter: '::' }, /key "delimiter"/],
    [{ office: 'DE' }, /key "fields": it must be an object/],
    [{ office: 'DE', fields: {} }, /key "fields.application_number": it is missing.*; name the column/],
    [{ fields: good.fields }, /key "fields.office": it is missing/],
    [{ ...good, fields: { ...good.fields, colour: 'B' } }, /key "fields.colour": there is no such field/],
    [{ ...good, fields: { ...good.fields, kind: 7 } }, /key "fields.kind": it must be text/],
    [
      { ...good, fields: { ...good.fields, event_code: 'B' } },
      /key "fields.event_on": an event needs the day/,
    ],
    [
      { ...good, fields: { ...good.fields, filed_on: 'B' } },
      /key "fields.published_on": a filing needs the day/,
    ],
  ];
  for (const [json, message] of cases)
    t.throws(() => readMapping(json), { name: 'SourceFormatError', message });
  await t.rejects(readAll(mappedTable(readMapping(good)), 'B,C\n1,2\n'), {
    message: /key "fields.application_number": the file has no column "A"; name one of B, C/,
  });
});

const ADAPTERS: [SourceAdapter, string][] = [
  [googlePatents, GOOGLE],
  [lens, `${LENS_HEADER}\n${LENS_ROW}\n${LENS_ROW}\n`],
  [mappedTable(readMapping(MAPPING)), MAPPED_CSV],
];

t.test('where the bytes of a file are cut makes no difference', async () => {
  const property = fc.asyncProperty(
    fc.constantFrom(...ADAPTERS),
    fc.nat(),
    fc.nat(),
    async ([adapter, text], a, b) => {
      const bytes = Buffer.from(text);
      const [from, to] = [a % bytes.length, b % bytes.length].sort((x, y) => x - y) as [number, number];
      const cut = await readAll(
        adapter,
        bytes.subarray(0, from),
        bytes.subarray(from, to),
        bytes.subarray(to),
      );
      const whole = await readAll(adapter, bytes);
      return JSON.stringify(cut.records) === JSON.stringify(whole.records);
    },
  );
  await fc.assert(property, { numRuns: 100 });
});

t.test('any damage gives records or one format error', async () => {
  const bytes = fc.uint8Array({ maxLength: 6 });
  const property = fc.asyncProperty(
    fc.constantFrom(...ADAPTERS),
    fc.nat(),
    bytes,
    async ([adapter, text], at, noise) => {
      const whole = Buffer.from(text);
      const cut = at % whole.length;
      try {
        await readAll(adapter, whole.subarray(0, cut), noise, whole.subarray(cut + noise.length));
      } catch (error) {
        if (!(error instanceof SourceFormatError)) throw error;
      }
    },
  );
  await fc.assert(property, { numRuns: 200 });
});

t.test('plain, gz and zip give their documents', async (t) => {
  t.strictSame(await documents(file('plain.csv', 'a,b\n')), [['plain.csv', 'a,b\n']]);
  t.strictSame(await documents(file('empty.csv', '')), [['empty.csv', '']]);
  const members = Buffer.concat([gzipSync('one\n'), gzipSync('two\n')]);
  t.strictSame(await documents(file('a.csv.gz', members)), [['a.csv', 'one\ntwo\n']]);
  const archive = zip(
    { name: 'folder/', bytes: Buffer.alloc(0), stored: true },
    { name: '../b.csv', bytes: Buffer.from('b'.repeat(5000)) },
    { name: 'c.csv', bytes: Buffer.from('c'), stored: true },
    { name: 'd.csv', bytes: Buffer.alloc(0) },
  );
  t.strictSame(await documents(file('a.zip', archive)), [
    ['../b.csv', 'b'.repeat(5000)],
    ['c.csv', 'c'],
    ['d.csv', ''],
  ]);
  t.strictSame(await documents(file('none.zip', zip())), []);
});

t.test(
  'names in an archive are names and no paths: nothing is written, and nothing read but the archive',
  async (t) => {
    const root = t.testdir({ secret: 'of the machine', deep: { inbox: {} } });
    const inbox = join(root, 'deep', 'inbox');
    const names = [
      '../../secret',
      '../../made',
      '/etc/passwd',
      join(root, 'secret'),
      'C:\\Windows\\win.ini',
      '..\\..\\secret',
      'file:///etc/passwd',
      'a/../../../secret',
    ];
    const archive = join(inbox, 'a.zip');
    writeFileSync(archive, zip(...names.map((name, at) => ({ name, bytes: Buffer.from(`entry ${at}`) }))));
    const packed = join(inbox, '..%2f..%2fsecret.gz');
    writeFileSync(packed, gzipSync('packed'));
    const before = readdirSync(root, { recursive: true }).sort();
    t.strictSame(
      await documents(archive),
      names.map((name, at) => [name, `entry ${at}`]),
    );
    t.strictSame(await documents(packed), [['..%2f..%2fsecret', 'packed']]);
    t.strictSame(readdirSync(root, { recursive: true }).sort(), before);
    t.equal(readFileSync(join(root, 'secret')).toString(), 'of the machine');
    t.notOk(existsSync('../../made'));
  },
);

t.test('the wide fields of zip64 are read', async (t) => {
  const bytes = Buffer.from('wide');
  const narrow = zip({ name: 'w', bytes, stored: true });
  const directory_at = 30 + 1 + bytes.length;
  const local = narrow.subarray(0, directory_at);
  const header = Buffer.from(narrow.subarray(directory_at, directory_at + 47));
  header.writeUInt16LE(28, 30);
  for (const field of [20, 24, 42]) header.writeUInt32LE(0xffffffff, field);
  const extra = Buffer.alloc(28);
  extra.writeUInt16LE(1, 0);
  extra.writeUInt16LE(24, 2);
  extra.writeBigUInt64LE(BigInt(bytes.length), 4);
  extra.writeBigUInt64LE(BigInt(bytes.length), 12);
  const end = Buffer.alloc(56);
  end.writeUInt32LE(0x06064b50, 0);
  end.writeBigUInt64LE(1n, 32);
  end.writeBigUInt64LE(BigInt(header.length + extra.length), 40);
  end.writeBigUInt64LE(BigInt(directory_at), 48);
  const locator = Buffer.alloc(20);
  locator.writeUInt32LE(0x07064b50, 0);
  locator.writeBigUInt64LE(BigInt(directory_at + header.length + extra.length), 8);
  const last = Buffer.from(narrow.subarray(narrow.length - 22));
  last.writeUInt32LE(0xffffffff, 16);
  const wide = Buffer.concat([local, header, extra, end, locator, last]);
  t.strictSame(await documents(file('wide.zip', wide)), [['w', 'wide']]);
});

t.test('XML documents one after another are parted, wherever the pieces end', async (t) => {
  const one = '<?xml version="1.0"?><?xml-stylesheet href="x"?><a>1</a>\n';
  const many = [one, one.replace('1<', `${'x'.repeat(70_000)}<`), one];
  t.strictSame(await documents(file('many.xml', many.join(''))), [
    ['many.xml', many[0]],
    ['many.xml (2)', many[1]],
    ['many.xml (3)', many[2]],
  ]);
  for (let length = 65_500; length < 65_545; length += 1) {
    const parts = [`<?xml version="1.0"?>${'y'.repeat(length)}`, one];
    const found = await documents(file('edge.xml', parts.join('')));
    if (found.length !== 2 || found[0]![1] !== parts[0]) t.fail(`parted wrongly at ${length}`);
  }
  t.strictSame(await documents(file('bom.xml', `\uFEFF${one}${one}`)), [
    ['bom.xml', `\uFEFF${one}`].map((text) => text.replace('\uFEFF', '')),
    ['bom.xml (2)', one],
  ]);
});

t.test('a document that is not read to its end does not harm the next entry', async (t) => {
  const path = file(
    'two.zip',
    zip({ name: 'a', bytes: Buffer.from('x'.repeat(300_000)) }, { name: 'b', bytes: Buffer.from('b') }),
  );
  const seen: string[] = [];
  for await (const { name, content } of readDocuments(path)) {
    if (name === 'a') content.destroy();
    else seen.push(await textOf(content));
  }
  t.strictSame(seen, ['b']);
});

t.test('bombs and broken archives are refused by one clear error', async (t) => {
  const zeros = Buffer.alloc(8 * 2 ** 20);
  const plain = { name: 'a', bytes: Buffer.from('some text') };
  const good = zip(plain, { ...plain, name: 'b' });
  const cases: [string, Uint8Array, RegExp, Partial<ArchiveLimits>?][] = [
    ['bomb.gz', gzipSync(zeros), /unpacks to more than 200 times its size \(limit ratio\)/],
    ['bomb.zip', zip({ name: 'a', bytes: zeros }), /"a" unpacks to more than 200 times/],
    ['big.gz', gzipSync(zeros), /more than 1000000 bytes \(limit total_bytes\)/, { total_bytes: 1_000_000 }],
    ['sum.zip', zip(plain, plain), /more than 12 bytes \(limit total_bytes\), at "a"/, { total_bytes: 12 }],
    ['many.zip', good, /2 entries, more than 1 \(limit entries\)/, { entries: 1 }],
    ['overlap.zip', zip(plain, { ...plain, name: 'b', offset: 0 }), /shares bytes/],
    ['crc.zip', zip({ ...plain, crc: 7 }), /its check sum is wrong/],
    ['secret.zip', zip({ ...plain, flags: 1 }), /"a" is encrypted/],
    ['lzma.zip', zip({ ...plain, method: 14 }), /packed by method 14/],
    ['short.zip', good.subarray(0, good.length - 30), /no directory/],
    ['short.gz', gzipSync(Buffer.from('some text')).subarray(0, 20), /"short" is cut off or damaged/],
    [
      'noise.zip',
      zip({ name: 'a', bytes: Buffer.from('\xff\xff\xff', 'latin1'), stored: true, method: 8 }),
      /damaged/,
    ],
  ];
  for (const [name, bytes, message, limits] of cases)
    await t.rejects(
      documents(file(name, bytes), { ...ARCHIVE_LIMITS, ...limits }),
      { name: 'SourceFormatError', message },
      name,
    );
});

t.test('any damage to a zip gives documents or one format error', async () => {
  const good = zip(
    { name: 'a', bytes: Buffer.from('a'.repeat(500)) },
    { name: 'b', bytes: Buffer.from('b'), stored: true },
  );
  const property = fc.asyncProperty(fc.nat(), fc.integer({ min: 0, max: 255 }), async (at, byte) => {
    const damaged = Buffer.from(good);
    damaged[at % good.length] = byte;
    try {
      await documents(file('damaged.zip', damaged));
    } catch (error) {
      if (!(error instanceof SourceFormatError)) throw error;
    }
  });
  await fc.assert(property, { numRuns: 400 });
});

const lens_file = join(import.meta.dirname, '../../../shared/data/lens_drones_9071.csv.gz');
t.test(
  'the Lens file: all rows but four with impossible international numbers are accepted',
  { skip: !existsSync(lens_file) },
  async (t) => {
    for await (const { name, content } of readDocuments(lens_file)) {
      t.equal(name, 'lens_drones_9071.csv');
      const records: SourceRecord[] = [];
      for await (const record of lens.read(content)) records.push(record);
      const rejected = records.filter((record): record is QuarantinedRecord => !record.ok);
      t.equal(records.length, 9071);
      t.strictSame(new Set(rejected.map((record) => record.field)), new Set(['application_number']));
      t.equal(rejected.length, 4);
    }
  },
);

t.test('a file of the bundled data comes through unchanged', async (t) => {
  const path = join(import.meta.dirname, '../../data/cn_patents.csv');
  t.strictSame(await documents(path), [['cn_patents.csv', await textOf(createReadStream(path))]]);
});

t.test(
  'a packed file is recognised and read like the plain one; two sources in one archive are refused',
  async (t) => {
    const fees = readFileSync(new URL('fixtures/us-fee-lapse.csv', import.meta.url));
    const notices = readFileSync(new URL('fixtures/cnipa-notices.txt', import.meta.url));
    const all = async (path: string) => {
      const { source, records } = await openSourceFile(path);
      const read = [];
      for await (const record of records()) read.push(record);
      return { source, read };
    };
    const plain = await all(file('fees.csv', fees));
    t.ok(plain.read.length > 0);
    t.strictSame(await all(file('fees.csv.gz', gzipSync(fees))), plain);
    t.strictSame(await all(file('fees.zip', zip({ name: 'fees.csv', bytes: fees }))), plain);
    const twice = await all(
      file('twice.zip', zip({ name: 'a.csv', bytes: fees }, { name: 'b.csv', bytes: fees })),
    );
    t.strictSame(twice.read, [...plain.read, ...plain.read]);
    const mixed = zip({ name: 'a.csv', bytes: fees }, { name: 'b.txt', bytes: notices });
    await t.rejects(
      all(file('mixed.zip', mixed)),
      /b\.txt is of cnipa-notices and the first document of uspto-fee-lapse/,
    );
    await t.rejects(openSourceFile(file('none.zip', zip())), /none\.zip: there is no document in it/);
    await t.rejects(openSourceFile(file('letter.txt', Buffer.from('dear bank'))), /fits no known source/);
  },
);
