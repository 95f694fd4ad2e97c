/**
 * Files as they come, broken and hostile, through the very road of `npm run ingest`: each with the report that it must
 * give. A file of bad records among sixty good ones loses the bad ones only; what cannot be read at all is refused in a
 * sentence, and what is bad beyond 2 % waits; nothing of either is stored.
 */
import { execFile } from 'node:child_process';
import { createWriteStream, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { crc32, deflateRawSync, gzipSync } from 'node:zlib';
import t from 'tap';
import { mulberry32 } from '../../models/random.ts';
import { ingestRecords, ingestSurveyed } from '../../src/patents/ingest.ts';
import { openSourceFile } from '../../src/patents/source-file.ts';
import { withCheckDigit } from '../../src/patents/sources/cnipa/application-number.ts';
import { RECOGNITION_HEAD_CHARS, SOURCE_ADAPTERS } from '../../src/patents/sources/index.ts';
import { readMapping } from '../../src/patents/sources/mapped/record.ts';
import { mappedTable } from '../../src/patents/sources/mapped/table.ts';
import {
  type FaultCode,
  type QuarantinedRecord,
  type SourceAdapter,
  SourceFormatError,
  type SourceRecord,
} from '../../src/patents/sources/record.ts';
import { createTestDatabase } from '../database.ts';

const { database, url } = await createTestDatabase(t);
const { sql } = database;
const folder = t.testdir();
const KNOWN_AT = new Date('2020-01-01T00:00:00Z');

const HEADER =
  'app_num,main_IPC,IPC,pub_date,pub_num,app_date,priority,Int_filing,IPCcount,total_applicant,type1_company,type2_university,type3_individual,total_inventers,if_agency,total_agents,total_claims,paid_claims,nation_province_code_2,Chinese,divisional_app,substantive_review,reject,app_withdraw,recover,grant,terminate';
const COLUMNS = HEADER.split(',');
type Cells = Record<string, string>;

/** An invented Chinese application; `serial` makes it another one. */
function row(serial: number, told: Cells = {}): string {
  const cells: Cells = {
    app_num: `CN${withCheckDigit(`001${String(serial).padStart(5, '0')}`)}`,
    main_IPC: 'A23G9/08',
    IPC: 'A23G9/08',
    pub_date: '2002.01.09',
    pub_num: `CN${1_300_000 + serial}A`,
    app_date: '2000-06-30',
    total_claims: '8',
    grant: '2004-05-05',
    ...told,
  };
  return COLUMNS.map(
    (column) => cells[column] ?? (/^(?:type|Chinese|if_|div)/.test(column) ? '0' : 'NA'),
  ).join(',');
}

const GOOD = Array.from({ length: 60 }, (_, i) => row(i));
const table = (...rows: string[]) => [HEADER, ...rows].join('\n');
/** Sixty rows that are stored already, and what a case adds. */
const among = (...rows: string[]) => table(...GOOD, ...rows);

const google = (told: object) =>
  JSON.stringify({
    publication_number: 'US-7650331-B1',
    application_number: 'US-87124404-A',
    publication_date: 20100119,
    filing_date: 20040618,
    ...told,
  });
/** Sixty publications, each of another application, which are stored already. */
const GOOGLE = Array.from({ length: 60 }, (_, i) => google({ application_number: `US-${871300 + i}04-A` }));

const MAPPING = readMapping({
  office: 'DE',
  delimiter: ';',
  dates: 'DD.MM.YYYY',
  fields: {
    application_number: 'Aktenzeichen',
    filed_on: 'Anmeldetag',
    published_on: 'Offenlegungstag',
    granted_on: 'Erteilungstag',
    title: 'Titel',
    claims: 'Ansprueche',
    event_code: 'Ereignis',
    event_on: 'Tag',
  },
});

const MAPPED_HEADER = Object.values(MAPPING.fields).join(';');
const mapped = (serial: number, told: Cells = {}): string => {
  const cells: Cells = { application_number: `102010${100_000 + serial}`, filed_on: '01.02.2010', ...told };
  return Object.keys(MAPPING.fields)
    .map((field) => cells[field] ?? '')
    .join(';');
};
const MAPPED = Array.from({ length: 60 }, (_, i) => mapped(i));
const amongMapped = (...rows: string[]) => [MAPPED_HEADER, ...MAPPED, ...rows].join('\n');

/** One European document with the members given. */
function exchange(serial: number, members = ''): string {
  const id = (number: string, kind: string, date: string) =>
    `<document-id document-id-type="docdb"><country>EP</country><doc-number>${number}</doc-number><kind>${kind}</kind><date>${date}</date></document-id>`;
  return (
    `<exchange-document family-id="7"><bibliographic-data><publication-reference>${id(String(9_000_000 + serial), 'A1', '20150107')}</publication-reference>` +
    `<application-reference>${id(String(13_000_000 + serial), 'A', '20130701')}</application-reference>${members}</bibliographic-data></exchange-document>`
  );
}

function ops(...documents: string[]): string {
  const open = '<ops:world-patent-data xmlns="http://www.epo.org/exchange" xmlns:ops="http://ops.epo.org">';
  return `<?xml version="1.0" encoding="UTF-8"?>\n${open}<exchange-documents>${documents.join('\n')}</exchange-documents></ops:world-patent-data>\n`;
}

function cites(office: string, number: string, date = '20140101'): string {
  return `<references-cited><citation cited-phase="search" cited-by="examiner"><patcit><document-id document-id-type="docdb"><country>${office}</country><doc-number>${number}</doc-number><kind>A1</kind><date>${date}</date></document-id></patcit></citation></references-cited>`;
}

function opsLegal(application: string): string {
  const id = application && `<application-reference>${application}</application-reference>`;
  const fields = {
    L001EP: 'EP',
    L002EP: 'P',
    L003EP: '9000700',
    L004EP: 'A1',
    L005EP: 'PI',
    L007EP: '2019-05-31',
  };
  const event = Object.entries({ ...fields, L008EP: 'PG25' }).map(
    ([tag, text]) => `<ops:${tag}>${text}</ops:${tag}>`,
  );
  return `<?xml version="1.0"?><ops:world-patent-data xmlns="http://www.epo.org/exchange" xmlns:ops="http://ops.epo.org"><ops:patent-family legal="true"><ops:family-member>${id}<ops:legal code="PG25">${event.join('')}</ops:legal></ops:family-member></ops:patent-family></ops:world-patent-data>`;
}

interface Packed {
  name: string;
  bytes: string;
  crc?: number;
  /** Entries that the end of the directory claims to have. */
  claimed?: number;
}

function zip({ name, bytes, crc, claimed = 1 }: Packed): Buffer {
  const data = deflateRawSync(bytes);
  const common = Buffer.alloc(26);
  common.writeUInt16LE(8, 4);
  common.writeUInt32LE(crc ?? crc32(bytes), 10);
  common.writeUInt32LE(data.length, 14);
  common.writeUInt32LE(bytes.length, 18);
  common.writeUInt16LE(name.length, 22);
  const local = Buffer.concat([Buffer.from('504b0304', 'hex'), common, Buffer.from(name), data]);
  const listed = Buffer.concat([
    Buffer.from('504b01021400', 'hex'),
    common,
    Buffer.alloc(14),
    Buffer.from(name),
  ]);
  const wide = Buffer.alloc(56);
  wide.writeUInt32LE(0x06064b50, 0);
  for (const [at, value] of [
    [32, claimed],
    [40, listed.length],
    [48, local.length],
  ] as const)
    wide.writeBigUInt64LE(BigInt(value), at);
  const locator = Buffer.alloc(20);
  locator.writeUInt32LE(0x07064b50, 0);
  locator.writeBigUInt64LE(BigInt(local.length + listed.length), 8);
  const end = Buffer.alloc(22, 0xff);
  end.write('504b0506', 'hex');
  end.writeUInt32LE(0, 4);
  end.writeUInt16LE(0, 20);
  return Buffer.concat([local, listed, wide, locator, end]);
}

function utf16(text: string, order: 'le' | 'be', mark: boolean): Buffer {
  const bytes = Buffer.from(mark ? `\uFEFF${text}` : text, 'utf16le');
  return order === 'le' ? bytes : bytes.swap16();
}

type Expected =
  | {
      accepted: number;
      duplicate?: number;
      quarantined?: readonly [line: number, field: string, code: FaultCode, reason: RegExp][];
      /** What the store holds then, the first column of the first row. */
      holds?: readonly [query: string, value: unknown];
    }
  | { refused: RegExp }
  | { paused: RegExp };

interface Case {
  name: string;
  bytes: string | Buffer;
  expected: Expected;
  /** Name of the file, where it tells something. */
  file?: string;
}

/** One bad row among sixty good ones: line 62 is lost, and nothing else. */
function bad(name: string, told: Cells, field: string, code: FaultCode, reason: RegExp): Case {
  return {
    name,
    bytes: among(row(900, told)),
    expected: { accepted: 0, duplicate: 60, quarantined: [[62, field, code, reason]] },
  };
}

function badMapped(name: string, told: Cells, field: string, code: FaultCode, reason: RegExp): Case {
  return {
    name,
    bytes: amongMapped(mapped(900, told)),
    expected: { accepted: 0, duplicate: 60, quarantined: [[62, field, code, reason]] },
  };
}

function badGoogle(name: string, line: string, field: string, code: FaultCode, reason: RegExp): Case {
  return {
    name,
    bytes: [...GOOGLE, line].join('\n'),
    expected: { accepted: 0, duplicate: 60, quarantined: [[61, field, code, reason]] },
  };
}

const titleOf = (number: string) =>
  [
    `select title from patent_facts join patent using (patent_id) where application_number = '${number}'`,
  ] as const;
const cn = (serial: number) => withCheckDigit(`001${String(serial).padStart(5, '0')}`);
const UNKNOWN = /fits no known source/;

const ENCODINGS: Case[] = [
  { name: 'UTF-8 with mark', bytes: `\uFEFF${among(row(100))}`, expected: { accepted: 1, duplicate: 60 } },
  {
    name: 'UTF-16LE with mark',
    bytes: utf16(among(row(101)), 'le', true),
    expected: { accepted: 1, duplicate: 60 },
  },
  {
    name: 'UTF-16BE with mark',
    bytes: utf16(among(row(102)), 'be', true),
    expected: { accepted: 1, duplicate: 60 },
  },
  {
    name: 'UTF-16LE without mark',
    bytes: utf16(among(row(103)), 'le', false),
    expected: { accepted: 1, duplicate: 60 },
  },
  {
    name: 'UTF-16BE without mark',
    bytes: utf16(among(row(104)), 'be', false),
    expected: { accepted: 1, duplicate: 60 },
  },
  {
    name: 'XML in UTF-16 that declares so',
    bytes: utf16(ops(exchange(1)).replace('UTF-8', 'UTF-16'), 'le', true),
    expected: { accepted: 1 },
  },
  {
    name: 'XML in GB18030 that declares so',
    // The bytes of U+6CF5, a pump, in GB18030.
    bytes: Buffer.concat(
      ops(exchange(2, '<invention-title lang="zh">@</invention-title>'))
        .replace('UTF-8', 'GB18030')
        .split('@')
        .flatMap((part, i) =>
          i === 0 ? [Buffer.from(part)] : [Buffer.from([0xb1, 0xc3]), Buffer.from(part)],
        ),
    ),
    expected: { accepted: 1, holds: [...titleOf('13000002'), '\u6CF5'] },
  },
  {
    name: 'XML in an encoding that nobody knows',
    bytes: ops(exchange(3)).replace('UTF-8', 'KLINGON-8'),
    expected: {
      refused: /encoding "KLINGON-8" that its first line declares is not known. Give the file in UTF-8/,
    },
  },
  ...(
    [
      ['GB18030', [0xd6, 0xd0]],
      ['Big5', [0xa4, 0xa4, 0xe9]],
      ['Shift JIS', [0x92, 0x86]],
    ] as const
  ).map(
    ([name, bytes]): Case => ({
      name: `${name} where UTF-8 is expected`,
      bytes: Buffer.concat([
        Buffer.from(`${among(row(905, { Int_filing: '' })).slice(0, -30)}`),
        Buffer.from(bytes),
      ]),
      expected: {
        accepted: 0,
        duplicate: 60,
        quarantined: [[62, 'line', 'encoding', /not UTF-8; bring the file to UTF-8/]],
      },
    }),
  ),
  {
    name: 'Latin-1 throughout',
    bytes: Buffer.from(table(...GOOD.map((line) => line.replace('NA', '\u00fc'))), 'latin1'),
    expected: { paused: /60 of 60 records are bad .*not UTF-8/ },
  },
  {
    name: 'lone surrogate in UTF-8',
    bytes: Buffer.concat([Buffer.from(among('CN')), Buffer.from([0xed, 0xa0, 0x80])]),
    expected: { accepted: 0, duplicate: 60, quarantined: [[62, 'line', 'encoding', /not UTF-8/]] },
  },
  badGoogle(
    'lone surrogate as an escape',
    google({}).replace('}', ',"title":"a\\ud800b"}'),
    'line',
    'encoding',
    /half a character/,
  ),
  badGoogle('NUL as an escape', google({}).replace('}', ',"title":"a\\u0000b"}'), 'line', 'encoding', /NUL/),
  badGoogle('NUL as a byte', google({}).replace('US', 'U\0S'), 'line', 'control_character', /position 25/),
  bad(
    'a control character',
    { IPC: 'A23G\x079/08' },
    'line',
    'control_character',
    /control character at position/,
  ),
  {
    name: 'decomposed letters (NFD)',
    bytes: amongMapped(mapped(100, { title: 'Mu\u0308hle' })),
    expected: { accepted: 61, holds: [...titleOf('102010100100'), 'M\u00fchle'] },
  },
  {
    name: 'composed letters (NFC) say the same',
    bytes: amongMapped(mapped(100, { title: 'M\u00fchle' })),
    expected: { accepted: 0, duplicate: 61 },
  },
  {
    name: 'digits of full width',
    bytes: among(
      row(105, {
        app_num: `\uFF23\uFF2E${cn(105)}`.normalize('NFKC').replace(/0/g, '\uFF10'),
        app_date: '\uFF12000-06-30',
      }),
    ),
    expected: {
      accepted: 1,
      duplicate: 60,
      holds: [`select count(*)::int from patent where application_number = '${cn(105)}'`, 1],
    },
  },
  {
    name: 'zero width and bidirectional marks',
    bytes: amongMapped(mapped(101, { title: '\u202Eelbmup\u202C \u200Bpump', filed_on: '\u200E01.02.2010' })),
    expected: { accepted: 1, duplicate: 60, holds: [...titleOf('102010100101'), 'elbmup pump'] },
  },
  { name: 'CRLF', bytes: among(row(106)).replaceAll('\n', '\r\n'), expected: { accepted: 1, duplicate: 60 } },
  { name: 'CR', bytes: among(row(107)).replaceAll('\n', '\r'), expected: { accepted: 1, duplicate: 60 } },
  {
    name: 'CRLF and LF mixed',
    bytes: among(row(108)).replace(/\n/g, (end, at: number) => (at % 2 ? end : '\r\n')),
    expected: { accepted: 1, duplicate: 60 },
  },
  {
    name: 'a CR in a file with LF',
    bytes: among(row(900).replace('A23G', 'A23\rG')),
    expected: {
      accepted: 0,
      duplicate: 60,
      quarantined: [[62, 'line', 'control_character', /control character/]],
    },
  },
];

const TABLES: Case[] = [
  {
    name: 'a quote never closed',
    bytes: among(row(900).replace('A23G9', '"A23G9')),
    expected: {
      accepted: 0,
      duplicate: 60,
      quarantined: [[62, 'line', 'broken_record', /quote is out of place/]],
    },
  },
  {
    name: 'a row too short',
    bytes: among(row(900).slice(0, -6)),
    expected: {
      accepted: 0,
      duplicate: 60,
      quarantined: [[62, 'line', 'broken_record', /26 columns, the header has 27/]],
    },
  },
  {
    name: 'a row too long',
    bytes: among(`${row(900)},1`),
    expected: { accepted: 0, duplicate: 60, quarantined: [[62, 'line', 'broken_record', /28 columns/]] },
  },
  {
    name: 'half of the last row (a file cut off)',
    bytes: among(row(900).slice(0, 40)),
    expected: {
      accepted: 0,
      duplicate: 60,
      quarantined: [[62, 'line', 'broken_record', /columns, the header has 27/]],
    },
  },
  { name: 'no header', bytes: GOOD.join('\n'), expected: { refused: UNKNOWN } },
  {
    name: 'a header renamed',
    bytes: among().replace('pub_date', 'publication'),
    expected: { refused: /Header, line 1: column 4 is "publication", it must be "pub_date"/ },
  },
  {
    name: 'a header twice',
    bytes: among().replace('pub_num', 'pub_date'),
    expected: { refused: /column 5 is "pub_date", it must be "pub_num"/ },
  },
  {
    name: 'a mapped header twice',
    bytes: amongMapped().replace('Titel', 'Tag'),
    expected: { refused: /column "Tag" stands twice|fits no known source/ },
  },
  { name: 'semicolons', bytes: among().replaceAll(',', ';'), expected: { refused: UNKNOWN } },
  { name: 'tabs', bytes: among().replaceAll(',', '\t'), expected: { refused: UNKNOWN } },
  { name: 'nothing', bytes: '', expected: { refused: UNKNOWN } },
  { name: 'a header alone', bytes: HEADER, expected: { accepted: 0 } },
  bad(
    'a thousands separator',
    { total_claims: '"1,234"' },
    'total_claims',
    'value',
    /"1,234" is not a whole number/,
  ),
  bad(
    'a number as Excel writes it',
    { app_num: '1.18464E+08' },
    'app_num',
    'value',
    /not a Chinese application number/,
  ),
  bad(
    'a date as Excel writes it',
    { app_date: '30/06/2000' },
    'app_date',
    'date',
    /not a date of the form YYYY-MM-DD/,
  ),
  bad('a date as the number of a day', { app_date: '36707' }, 'app_date', 'date', /not a date/),
  bad('0000-00-00', { app_date: '0000-00-00' }, 'app_date', 'date', /not a possible date/),
  bad(
    'the 30th of February',
    { app_date: '19990230' },
    'app_date',
    'date',
    /1999-02-30 is not a possible date/,
  ),
  bad('the year 9999', { grant: '9999-12-31' }, 'grant', 'date', /not a possible date/),
  {
    name: 'many rows of another layout',
    bytes: table(
      ...GOOD.slice(0, 10),
      ...Array.from({ length: 10 }, (_, i) => row(910 + i, { app_date: 'x' })),
    ),
    expected: { paused: /10 of 20 records are bad \(50.00 %.*Nothing was stored.*--accept-bad/ },
  },
  {
    name: 'a line of 70,000 characters',
    bytes: among(row(900, { IPC: `A23G9/08${';A23G9/08'.repeat(8000)}` })),
    expected: {
      accepted: 0,
      duplicate: 60,
      quarantined: [[62, 'line', 'too_long', /longer than 65536 characters/]],
    },
  },
];

const FACTS: Case[] = [
  bad(
    'grant before filing',
    { grant: '1999-05-05' },
    'grant',
    'date_order',
    /1999-05-05 is before filing on 2000-06-30/,
  ),
  bad(
    'lapse before grant',
    { terminate: '2003-01-01' },
    'terminate',
    'date_order',
    /before grant on 2004-05-05/,
  ),
  bad(
    'lapse without grant',
    { grant: 'NA', terminate: '2003-01-01' },
    'terminate',
    'value',
    /without a grant/,
  ),
  bad('priority after filing', { priority: '2001.01.01 US 1' }, 'priority', 'date_order', /after filing/),
  badMapped(
    'expiry before grant',
    { granted_on: '02.05.2012', published_on: '04.08.2011', event_code: 'R071', event_on: '01.03.2012' },
    'event_on',
    'date_order',
    /2012-03-01 is before grant on 2012-05-02/,
  ),
  badMapped(
    'an event before filing',
    { event_code: 'R119', event_on: '01.03.2001' },
    'event_on',
    'date_order',
    /before filing/,
  ),
  badMapped('an event without a day', { event_code: 'R119' }, 'event_on', 'missing', /has no day/),
  bad(
    'a check digit wrong',
    { app_num: 'CN00118464.5' },
    'app_num',
    'check_digit',
    /check digit 5 is wrong, 00118464 has 4/,
  ),
  bad('a check digit missing', { app_num: 'CN00118464' }, 'app_num', 'value', /with check digit/),
  badMapped(
    'a German check digit wrong',
    { application_number: '10 2010 006 316.8' },
    'application_number',
    'check_digit',
    /Check digit 8 .* must be 9/,
  ),
  bad(
    'a type of right that is none',
    { app_num: `CN${withCheckDigit('00718464')}` },
    'app_num',
    'value',
    /type digit 7/,
  ),
  bad('no claims', { total_claims: '0' }, 'total_claims', 'value', /whole number from 1/),
  bad('claims below zero', { total_claims: '-3' }, 'total_claims', 'value', /whole number from 1/),
  bad('ten thousand claims', { total_claims: '10000' }, 'total_claims', 'value', /from 1 to 5000/),
  bad(
    'a kind in lower case',
    { pub_num: 'CN1329838a' },
    'pub_num',
    'value',
    /not a Chinese publication number with kind/,
  ),
  bad(
    'a kind missing',
    { pub_num: 'CN1329838' },
    'pub_num',
    'value',
    /not a Chinese publication number with kind/,
  ),
  bad('a publication of another office', { pub_num: 'US1329838A' }, 'pub_num', 'value', /not a Chinese/),
  {
    name: 'a kind that nobody knows is published and grants nothing',
    bytes: [
      ...GOOGLE,
      google({ publication_number: 'US-7650399-X9', application_number: 'US-87140004-A' }),
    ].join('\n'),
    expected: {
      accepted: 1,
      duplicate: 60,
      holds: [
        `select string_agg(kind, ',' order by kind) from signal join patent using (patent_id) where application_number = '10871400'`,
        'filed,published',
      ],
    },
  },
  {
    name: 'the same row twice',
    bytes: among(row(110), row(110)),
    expected: { accepted: 1, duplicate: 61 },
  },
  {
    name: 'rows that contradict: the later one is the word, the other stays in history',
    bytes: among(row(111, { total_claims: '5' }), row(111, { total_claims: '6' })),
    expected: {
      accepted: 2,
      duplicate: 60,
      holds: [
        `select claims from patent_facts join patent using (patent_id) where application_number = '${cn(111)}' order by patent_facts.known_at desc limit 1`,
        6,
      ],
    },
  },
  {
    name: 'one family twice in an answer',
    bytes: ops(exchange(10), exchange(10)),
    expected: { accepted: 1, duplicate: 1 },
  },
  {
    name: 'a citation of the future',
    bytes: ops(exchange(11, cites('EP', '9999999', '20990101'))),
    expected: { accepted: 1 },
  },
  {
    name: 'a citation of itself',
    bytes: ops(exchange(12, cites('EP', '9000012'))),
    expected: { accepted: 1 },
  },
  {
    name: 'citations in a circle',
    bytes: ops(exchange(13, cites('EP', '9000014')), exchange(14, cites('EP', '9000013'))),
    expected: {
      accepted: 2,
      holds: ["select count(*)::int from patent_citation where cited_number in ('9000013', '9000014')", 2],
    },
  },
  {
    name: 'an event without its application',
    bytes: opsLegal(''),
    expected: {
      paused: /application-reference: the event names a publication, and its application is missing/,
    },
  },
  {
    name: 'an assignee of ten thousand characters, and one without a name',
    bytes: [
      ...GOOGLE,
      google({
        application_number: 'US-87140104-A',
        assignee_harmonized: [{ name: 'A'.repeat(10_000) }, { name: '' }],
      }),
    ].join('\n'),
    expected: { accepted: 1, duplicate: 60, holds: ['select max(length(name))::int from patent_party', 500] },
  },
];

const BOMB = gzipSync(Buffer.alloc(50 * 2 ** 20, 'a'));
const DEEP = '<a>'.repeat(100_000);

const CONTAINERS: Case[] = [
  { name: 'gz', bytes: gzipSync(among(row(120))), expected: { accepted: 1, duplicate: 60 } },
  {
    name: 'gz in two members',
    bytes: Buffer.concat([gzipSync(among()), gzipSync(`\n${row(121)}`)]),
    expected: { accepted: 1, duplicate: 60 },
  },
  {
    name: 'gz cut off',
    bytes: gzipSync(among(row(922))).subarray(0, -40),
    expected: { refused: /cut off or damaged/ },
  },
  {
    name: 'gz with a wrong check sum',
    bytes: ((packed) => packed.fill(0, packed.length - 8, packed.length - 4))(gzipSync(among(row(923)))),
    expected: { refused: /cut off or damaged/ },
  },
  {
    name: 'gz that is a bomb',
    bytes: Buffer.concat([gzipSync(`${HEADER}\n`), BOMB]),
    expected: { refused: /limit ratio/ },
  },
  {
    name: 'zip',
    bytes: zip({ name: 'a.csv', bytes: among(row(124)) }),
    expected: { accepted: 1, duplicate: 60 },
  },
  {
    name: 'zip whose entry would climb out',
    bytes: zip({ name: '../../etc/a.csv', bytes: among(row(125)) }),
    expected: { accepted: 1, duplicate: 60 },
  },
  {
    name: 'zip with a wrong check sum',
    bytes: zip({ name: 'a.csv', bytes: among(row(926)), crc: 1 }),
    expected: { refused: /check sum is wrong/ },
  },
  {
    name: 'zip that claims a million entries',
    bytes: zip({ name: 'a.csv', bytes: among(), claimed: 1_000_000 }),
    expected: { refused: /1000000 entries, more than 10000 \(limit entries\)/ },
  },
  {
    name: 'zip that is a bomb',
    bytes: zip({ name: 'a.csv', bytes: `${HEADER}\n${'a'.repeat(30 * 2 ** 20)}` }),
    expected: { refused: /limit ratio/ },
  },
  {
    name: 'zip cut off',
    bytes: zip({ name: 'a.csv', bytes: among() }).subarray(0, 60),
    expected: { refused: /cut off/ },
  },
  {
    name: 'XML with entities that multiply',
    bytes: ops(exchange(20, '&c;')).replace(
      '\n',
      '<!DOCTYPE a [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;"><!ENTITY c "&b;&b;">]>',
    ),
    expected: { refused: /document type declaration is not allowed/ },
  },
  {
    name: 'XML with an entity from elsewhere',
    bytes: ops(exchange(21, '&x;')).replace('\n', '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>'),
    expected: { refused: /document type declaration is not allowed/ },
  },
  {
    name: 'XML with an entity that nobody declared',
    bytes: ops(exchange(22, '<a>&nothere;</a>')),
    expected: { refused: /undefined entity/ },
  },
  {
    name: 'XML with the undeclared entities of old dumps',
    bytes: ops(
      exchange(23, '<invention-title lang="en">&ldquo;Pump&rdquo; &ndash; 5 &deg;C</invention-title>'),
    ),
    expected: { accepted: 1, holds: [...titleOf('13000023'), '\u201CPump\u201D \u2013 5 \u00B0C'] },
  },
  {
    name: 'XML nested without end',
    bytes: ops(exchange(24, DEEP)),
    expected: { refused: /nested more than 64 deep/ },
  },
  {
    name: 'XML half written',
    bytes: ops(exchange(25), exchange(26)).slice(0, -90),
    expected: { refused: /XML, line 3.*unclosed tag/ },
  },
  {
    name: 'XML that is not well-formed',
    bytes: ops(exchange(27).replace('</kind>', '</kin>')),
    expected: { refused: /XML, line 2/ },
  },
  {
    name: 'many documents in one file',
    bytes: ops(exchange(28)) + ops(exchange(29)) + ops(exchange(30)),
    expected: { accepted: 3 },
  },
  {
    name: 'JSON nested without end',
    bytes: `${GOOGLE.join('\n')}\n{"a":${'['.repeat(20_000)}${']'.repeat(20_000)}}`,
    expected: {
      accepted: 0,
      duplicate: 60,
      quarantined: [[61, 'line', 'too_deep', /nested more than 32 deep/]],
    },
  },
  badGoogle(
    'half of the last line of JSON Lines',
    google({}).slice(0, 50),
    'line',
    'broken_record',
    /not JSON/,
  ),
  {
    name: 'a JSON answer cut off',
    bytes: '{"patentFileWrapperDataBag": [{"applicationNumberText": "17248024"',
    expected: { refused: /ends before its last bracket/ },
  },
  {
    name: 'a JSON answer nested without end',
    bytes: `{"patentFileWrapperDataBag": [{"applicationNumberText": ${'['.repeat(5000)}${']'.repeat(5000)}}]}`,
    expected: { paused: /nested more than 256 deep/ },
  },
  { name: 'the same file again', bytes: among(row(100)), expected: { accepted: 0, duplicate: 61 } },
  {
    name: 'the newer of two deltas',
    file: 'delta-20060101.csv',
    bytes: table(row(130, { terminate: '2005-12-28' })),
    expected: { accepted: 1 },
  },
  {
    name: 'the older of two deltas comes later, under a name of the future',
    file: 'delta-29990101.csv',
    bytes: table(row(130)),
    expected: {
      accepted: 0,
      duplicate: 1,
      holds: [
        `select kind from signal join patent using (patent_id) where application_number = '${cn(130)}' order by published_on desc limit 1`,
        'lapsed',
      ],
    },
  },
  {
    name: 'a picture',
    bytes: Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'),
    expected: { refused: UNKNOWN },
  },
];

const ADAPTERS: readonly SourceAdapter[] = [...SOURCE_ADAPTERS, mappedTable(MAPPING)];

async function report(path: string) {
  const file = await openSourceFile(path, ADAPTERS);
  const source = { id: file.source, name: file.name, sha256: file.sha256 };
  return ingestSurveyed(database, source, file.records(), KNOWN_AT);
}

async function counted(): Promise<unknown> {
  return (
    await sql`select (select count(*) from patent) as patents, (select count(*) from signal) as signals,
    (select count(*) from patent_facts) as facts`
  )[0];
}

t.test('each of the bad files gives the report that it must give', async (t) => {
  for (const [i, bytes] of [table(...GOOD), GOOGLE.join('\n')].entries()) {
    const path = join(folder, `known-${i}`);
    writeFileSync(path, bytes);
    t.equal((await report(path)).counts?.accepted, 60);
  }
  const cases = [...ENCODINGS, ...TABLES, ...FACTS, ...CONTAINERS];
  t.ok(cases.length >= 60, `${cases.length} files`);
  t.equal(new Set(cases.map(({ name }) => name)).size, cases.length, 'each has a name of its own');
  for (const { name, bytes, expected, file = 'file' } of cases) {
    const path = join(folder, file);
    writeFileSync(path, bytes);
    const before = await counted();
    const found = await report(path).catch((error: Error) => error);
    if ('refused' in expected) {
      t.match(found, { message: expected.refused }, name);
      t.notMatch(String(found), /^(?:TypeError|RangeError)/, name);
      t.strictSame(await counted(), before, `${name}: nothing is stored`);
    } else if (found instanceof Error) t.fail(`${name}: ${found.message}`);
    else if ('paused' in expected) {
      t.match(found.reason ?? '', expected.paused, name);
      t.strictSame(await counted(), before, `${name}: nothing is stored`);
    } else await checkCounts(name, found.counts, found.reason);
  }

  async function checkCounts(name: string, counts: unknown, reason: string | null) {
    const { expected } = cases.find((one) => one.name === name)!;
    if (!('accepted' in expected)) return;
    const { accepted, duplicate = 0, quarantined = [], holds } = expected;
    const read = accepted + duplicate + quarantined.length;
    t.match(counts ?? reason, { read, accepted, duplicate, quarantined: quarantined.length }, name);
    const rows = await sql<QuarantinedRecord[]>`select line, field, code, reason, excerpt from quarantine
      where run_id = (select id from ingest_run order by id desc limit 1) order by number`;
    t.match(
      rows.map((row) => [row.line, row.field, row.code, row.reason]),
      quarantined.map((one) => [...one]),
      name,
    );
    t.ok(
      rows.every((row) => Buffer.byteLength(row.excerpt) <= 2048),
      `${name}: no long excerpt`,
    );
    if (!holds) return;
    const [held = {}] = await sql.unsafe(holds[0]);
    t.same(Object.values(held)[0], holds[1], name);
  }
});

const MEMORY_LIMIT_BYTES = 300 * 2 ** 20;
/** Prints the most memory that the process ever held, in KiB, as the last word on standard error. */
const MEMORY_AT_EXIT =
  'data:text/javascript,process.on("exit",()=>process.stderr.write(" "+process.resourceUsage().maxRSS))';
const ROOT = join(import.meta.dirname, '../..');

/** `npm run ingest -- FILE --json` on the test's database. */
async function ingestCommand(path: string) {
  const args = ['--import', 'tsx', '--import', MEMORY_AT_EXIT, 'jobs/ingest-files.ts', path, '--json'];
  const env = { ...process.env, DATABASE_URL: url };
  const done = await promisify(execFile)(process.execPath, args, { cwd: ROOT, env }).catch((error) => error);
  return {
    out: `${done.stdout}${done.stderr}`,
    code: done.code ?? 0,
    bytes: 1024 * Number(done.stderr.split(' ').at(-1)),
  };
}

t.test('a line of 100 MB and bombs are held in less than 300 MB', async (t) => {
  const endless = join(folder, 'endless.csv');
  const file = createWriteStream(endless);
  file.write(`${among()}\n`);
  for (let i = 0; i < 100; i += 1)
    if (!file.write('x'.repeat(2 ** 20))) await new Promise<void>((next) => file.once('drain', next));
  await new Promise<void>((next) => file.end(next));
  const json = join(folder, 'endless.json');
  writeFileSync(
    json,
    `{"patentFileWrapperDataBag": [{"applicationNumberText": "${'1'.repeat(100 * 2 ** 20)}"}]}`,
  );
  const xml = join(folder, 'endless.xml');
  writeFileSync(xml, ops(exchange(40, `<invention-title>${'x'.repeat(100 * 2 ** 20)}</invention-title>`)));
  const bomb = join(folder, 'bomb.gz');
  writeFileSync(bomb, Buffer.concat([gzipSync(`${among()}\n`), ...Array.from({ length: 20 }, () => BOMB)]));
  const expected: [string, number, RegExp][] = [
    [endless, 0, /"read":61,"accepted":0,"duplicate":60,"quarantined":1,/],
    [json, 1, /longer than 4194304 characters/],
    [xml, 1, /XML, line 2/],
    [bomb, 1, /limit ratio/],
  ];
  for (const [path, code, words] of expected) {
    const found = await ingestCommand(path);
    const name = path.slice(folder.length + 1);
    t.match(found.out, words, name);
    t.equal(found.code, code, name);
    t.ok(
      found.bytes > 0 && found.bytes < MEMORY_LIMIT_BYTES,
      `${name}: ${Math.round(found.bytes / 2 ** 20)} MiB`,
    );
  }
});

const FIXTURES = join(import.meta.dirname, 'fixtures');
const MUTATIONS = 1000;
/** Another one damages in other places. */
const MUTATION_SEED = Number(process.env.BAD_INPUT_SEED ?? 20_260_101);

t.test('a thousand damaged files: never a crash, and every record is accounted for', async (t) => {
  const german = mappedTable(readMapping(JSON.parse(readFileSync(join(FIXTURES, 'mapped-de.json'), 'utf8'))));
  const files = readdirSync(FIXTURES).flatMap((name) => {
    const bytes = readFileSync(join(FIXTURES, name));
    const adapter = [...ADAPTERS, german].find((one) =>
      one.recognises(bytes.toString('utf8', 0, RECOGNITION_HEAD_CHARS)),
    );
    return adapter ? [{ name, bytes, adapter }] : [];
  });
  t.ok(new Set(files.map(({ adapter }) => adapter.id)).size >= 15, 'of most of the adapters');
  const random = mulberry32(MUTATION_SEED);
  let records = 0;
  for (let i = 0; i < MUTATIONS; i += 1) {
    const { name, bytes, adapter } = files[i % files.length]!;
    const damaged = Buffer.from(bytes);
    const share = 0.001 + 0.009 * random();
    for (let left = Math.ceil(share * damaged.length); left > 0; left -= 1)
      damaged[Math.floor(random() * damaged.length)] = Math.floor(random() * 256);
    const where = `${name}, mutation ${i} of seed ${MUTATION_SEED}`;
    try {
      const found: SourceRecord[] = [];
      for await (const record of adapter.read(Readable.from([damaged]))) found.push(record);
      records += found.length;
      const wrong = found.find((one) => !one.ok && (one.reason === '' || !one.excerpt.isWellFormed()));
      if (wrong) t.fail(`${where}: line ${wrong.line}`);
      const counts = await ingestRecords(database, { id: adapter.id, name }, found, KNOWN_AT);
      if (
        counts.read !== found.length ||
        counts.read !== counts.accepted + counts.duplicate + counts.quarantined
      )
        t.fail(`${where}: ${JSON.stringify(counts)}`);
    } catch (error) {
      if (!(error instanceof SourceFormatError)) t.fail(`${where}: ${error}`);
    }
  }
  t.ok(records > MUTATIONS, `${records} records`);
});

const PACKED_MUTATIONS = 300;

t.test('three hundred damaged archives: read, or refused in a sentence', async (t) => {
  const plain = readFileSync(join(FIXTURES, 'us-fee-lapse.csv'), 'utf8');
  const packed = [gzipSync(plain), zip({ name: 'a.csv', bytes: plain })];
  const random = mulberry32(MUTATION_SEED);
  const ends = new Map<string, number>();
  for (let i = 0; i < PACKED_MUTATIONS; i += 1) {
    const damaged = Buffer.from(packed[i % packed.length]!);
    for (let left = 1 + Math.floor(3 * random()); left > 0; left -= 1)
      damaged[Math.floor(random() * damaged.length)] = Math.floor(random() * 256);
    const path = join(folder, 'packed');
    writeFileSync(path, damaged);
    const end = await readWhole(path).catch((error: Error) => error);
    if (typeof end === 'number') ends.set('read', (ends.get('read') ?? 0) + 1);
    else {
      const refusal = end instanceof SourceFormatError ? end : end.cause;
      if (!(refusal instanceof SourceFormatError))
        t.fail(`mutation ${i} of seed ${MUTATION_SEED}: ${end.stack}`);
      ends.set('refused', (ends.get('refused') ?? 0) + 1);
    }
  }
  t.ok((ends.get('read') ?? 0) > 0 && (ends.get('refused') ?? 0) > 0, JSON.stringify([...ends]));
});

async function readWhole(path: string): Promise<number> {
  let records = 0;
  for await (const _record of (await openSourceFile(path, ADAPTERS)).records()) records += 1;
  return records;
}
