import { createReadStream, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import t from 'tap';
import { cnApplicationNumber, withCheckDigit } from '../../src/patents/sources/cnipa/application-number.ts';
import { cnSample } from '../../src/patents/sources/cnipa/sample.ts';
import { epoOpsLegal } from '../../src/patents/sources/epo/ops-legal.ts';
import { RECOGNITION_HEAD_CHARS, recogniseSource, SOURCE_ADAPTERS } from '../../src/patents/sources/index.ts';
import {
  type AcceptedRecord,
  type QuarantinedRecord,
  type SourceAdapter,
  SourceFormatError,
  type SourceRecord,
} from '../../src/patents/sources/record.ts';
import { usptoFeeLapse } from '../../src/patents/sources/uspto/fee-lapse.ts';

const root = join(import.meta.dirname, '../..');
const fixtures = join(import.meta.dirname, 'fixtures');
/** Fixtures of other tests: numbers, and mapped files with their mappings. */
const NOT_A_SOURCE = /^(numbers|mapped)-/;
const CN_FILE = join(root, 'data/cn_patents.csv');
const [CN_HEADER = '', ...CN_ROWS] = readFileSync(CN_FILE, 'utf8').trimEnd().split('\r\n');
const CN_ROW =
  'CN01127694.0,A01G1/04,A01G1/04,2002.01.09,CN1329816A,2001-08-03,NA,NA,1,1,0,0,1,1,1,1,5,0,44,1,0,2001-11-28,NA,NA,NA,2003-05-07,2008-09-03';
const US_HEADER = 'patent_id,type,filing_date,grant_date,lapse_date,reason,lapse_stage_years';

async function readAll(adapter: SourceAdapter, input: Readable) {
  const records: SourceRecord[] = [];
  for await (const record of adapter.read(input)) records.push(record);
  const accepted = records.filter((record): record is AcceptedRecord => record.ok);
  const quarantined = records.filter((record): record is QuarantinedRecord => !record.ok);
  return { read: records.length, accepted, quarantined };
}

function text(...chunks: (string | Uint8Array)[]): Readable {
  return Readable.from(chunks.map((chunk) => Buffer.from(chunk)));
}

function cnRow(changes: Record<string, string>): string {
  const cells = CN_ROW.split(',');
  for (const [column, value] of Object.entries(changes)) cells[CN_HEADER.split(',').indexOf(column)] = value;
  return cells.join(',');
}

async function cnRecord(row: string): Promise<SourceRecord> {
  const { accepted, quarantined } = await readAll(cnSample, text(`${CN_HEADER}\n${row}\n`));
  return [...accepted, ...quarantined][0]!;
}

function countKinds(records: AcceptedRecord[]): Record<string, number> {
  const kinds = records.flatMap((record) => record.signals.map((signal) => signal.kind));
  return Object.fromEntries(
    [...new Set(kinds)].map((kind) => [kind, kinds.filter((k) => k === kind).length]),
  );
}

t.test('the bundled Chinese file gives every row, three of them quarantined', async (t) => {
  const { read, accepted, quarantined } = await readAll(cnSample, createReadStream(CN_FILE));
  t.equal(read, 2766);
  t.equal(accepted.length, 2763);
  t.strictSame(
    quarantined.map(({ line, field, reason }) => [line, field, reason]),
    [1448, 1557, 2713].map((line) => [line, 'total_claims', 'the number of claims is missing']),
  );
  t.strictSame(countKinds(accepted), {
    filed: 2763,
    published: 2763,
    examination_requested: 2742,
    withdrawn: 862,
    granted: 1596,
    lapsed: 1191,
    refused: 221,
    restored: 2,
  });
  t.equal(new Set(accepted.map((record) => record.patent.application_number)).size, 2763);
});

t.test('nothing is public before the application was published', async (t) => {
  const { accepted } = await readAll(cnSample, createReadStream(CN_FILE));
  for (const { patent, signals } of accepted) {
    const published = signals.find((signal) => signal.kind === 'published')!.published_on;
    const early = signals.filter((signal) => signal.published_on < published);
    if (early.length > 0) t.fail(`${patent.application_number} ${early[0]!.kind}`);
  }
});

t.test('a Chinese row becomes one patent and its signals', async (t) => {
  const record = await cnRecord(
    cnRow({ priority: '2000.08.04 JP 1;2000.08.03 JP 2', recover: '2009-01-07' }),
  );
  t.strictSame(record, {
    ok: true,
    line: 2,
    patent: {
      office: 'CN',
      application_number: '01127694.0',
      right_type: 'invention',
      publication_number: '1329816',
      kind: 'A',
      filed_on: '2001-08-03',
      priority_on: '2000-08-03',
      title: null,
      claims: 5,
      ipc: ['A01G1/04'],
      individual_applicant: true,
      domestic_applicant: true,
      agency: true,
    },
    signals: [
      ['filed', 'A', 'app_date', '2001-08-03', '2002-01-09'],
      ['published', 'Q', 'pub_date', '2002-01-09', '2002-01-09'],
      ['examination_requested', 'D', 'substantive_review', '2001-11-28', '2002-01-09'],
      ['granted', 'F', 'grant', '2003-05-07', '2003-05-07'],
      ['lapsed', 'H', 'terminate', null, '2008-09-03'],
      ['restored', 'K', 'recover', null, '2009-01-07'],
    ].map(([kind, category, source_code, effective_on, published_on]) => ({
      kind,
      category,
      source_code,
      effective_on,
      published_on,
      detail: {},
    })),
  });
});

t.test('a Chinese row that contradicts itself or law is quarantined with field and reason', async (t) => {
  const cases: [Record<string, string>, string, RegExp][] = [
    [{ app_num: 'CN01127694.1' }, 'app_num', /check digit 1 is wrong, 01127694 has 0/],
    [{ app_num: '1.2E+10' }, 'app_num', /not a Chinese application number/],
    [{ app_num: `CN${withCheckDigit('01727694')}` }, 'app_num', /type digit 7/],
    [{ app_date: '2001-02-30' }, 'app_date', /not a possible date/],
    [{ app_date: '0000-00-00' }, 'app_date', /not a possible date/],
    [{ app_date: '9999-12-31' }, 'app_date', /not a possible date/],
    [{ app_date: '2001-08.03' }, 'app_date', /not a date of the form/],
    [{ app_date: 'NA' }, 'app_date', /not a date of the form/],
    [{ app_date: '2000-08-03' }, 'app_date', /the number is of 2001/],
    [{ pub_date: '2001.08.02' }, 'pub_date', /before filing/],
    [{ pub_num: 'CN1329816' }, 'pub_num', /publication number/],
    [{ grant: '2001-08-02' }, 'grant', /before filing/],
    [{ terminate: '2003-05-06' }, 'terminate', /before grant/],
    [{ grant: 'NA' }, 'terminate', /without a grant/],
    [{ total_claims: '0' }, 'total_claims', /whole number from 1/],
    [{ total_claims: '10000' }, 'total_claims', /whole number from 1/],
    [{ total_claims: '' }, 'total_claims', /missing/],
    [{ Chinese: '44' }, 'Chinese', /neither 0 nor 1/],
    [{ IPC: '5' }, 'IPC', /not an IPC symbol/],
    [{ priority: '2002.01.01 JP 1' }, 'priority', /after filing/],
    [{ app_num: '"CN01127694.0' }, 'line', /quote/],
    [{ Int_filing: 'a\0b' }, 'line', /control character/],
    [{ terminate: 'NA,NA' }, 'line', /28 columns, the header has 27/],
  ];
  for (const [changes, field, reason] of cases) {
    const record = await cnRecord(cnRow(changes));
    t.match(record, { ok: false, line: 2, field, reason }, JSON.stringify(changes));
  }
  t.match(await cnRecord('CN01127694.0,A01G1/04'), { ok: false, field: 'line', reason: /^2 columns/ });
  t.match(await cnRecord(cnRow({ app_num: 'CN03127694.6', app_date: '2001-08-03', divisional_app: '1' })), {
    ok: true,
  });
});

t.test('missing flags are unknown, indexing codes are no classification', async (t) => {
  const record = await cnRecord(cnRow({ type3_individual: 'NA', Chinese: '', IPC: 'A61K35/78;//159:00' }));
  t.match(record, {
    patent: { individual_applicant: null, domestic_applicant: null, agency: true, ipc: ['A61K35/78'] },
  });
});

t.test('a bad row never spoils its neighbours', async (t) => {
  const rows = [
    cnRow({ app_num: '"never closed' }),
    CN_ROW,
    `x${'\u{1F600}'.repeat(100_000)}`,
    CN_ROW,
    '',
    CN_ROW,
  ];
  const body = `${CN_HEADER}\r\n${rows.join('\r\n')}`;
  const { accepted, quarantined } = await readAll(cnSample, text('\uFEFF', body));
  t.strictSame(
    accepted.map((record) => record.line),
    [3, 5, 7],
  );
  t.match(quarantined, [
    { line: 2, field: 'line' },
    { line: 4, field: 'line', reason: 'longer than 65536 characters' },
  ]);
  t.equal(Buffer.byteLength(quarantined[1]!.excerpt), 2000);
  t.ok(quarantined[1]!.excerpt.isWellFormed());
});

t.test('bytes that are not UTF-8 quarantine their line, and excerpts are safe to store', async (t) => {
  const latin = Buffer.from(`${CN_HEADER}\n${cnRow({ Int_filing: 'caf\u00E9\0' })}\n${CN_ROW}`, 'latin1');
  const { accepted, quarantined } = await readAll(cnSample, text(latin));
  t.equal(accepted.length, 1);
  t.match(quarantined, [{ field: 'line', reason: 'not UTF-8' }]);
  t.notMatch(quarantined[0]!.excerpt, /\p{Cc}/u);
});

t.test('a header that is not the layout is one error that names the column', async (t) => {
  const cases: [string, RegExp][] = [
    [CN_HEADER.replace('grant', 'granted'), /line 1: column 26 is "granted", it must be "grant"/],
    [CN_HEADER.replace(',terminate', ''), /column 27 is missing, it must be "terminate"/],
    [`${CN_HEADER},extra`, /column 28 is "extra", there must be no such column/],
    [CN_HEADER.replaceAll(',', ';'), /column 1 is "app_num;/],
    ['"', /column 1 is """, it must be "app_num"/],
    ['', /file is empty/],
  ];
  for (const [header, message] of cases)
    await t.rejects(readAll(cnSample, text(`${header}\n${CN_ROW}`.replace(/^\n.*/s, ''))), { message });
});

t.test('any damage to a line never throws and never loses count', async () => {
  const damage = fc.record({
    row: fc.integer({ min: 0, max: 39 }),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    length: fc.integer({ min: 0, max: 30 }),
    with: fc.oneof(fc.string({ unit: 'binary', maxLength: 12 }), fc.constantFrom('"', ',', '\r', '""', '\0')),
  });
  const property = fc.asyncProperty(fc.array(damage, { minLength: 1, maxLength: 5 }), async (damages) => {
    const rows = CN_ROWS.slice(0, 40);
    for (const { row, at, length, with: inserted } of damages) {
      const from = Math.floor(at * rows[row]!.length);
      rows[row] = rows[row]!.slice(0, from) + inserted + rows[row]!.slice(from + length);
    }
    const body = rows.join('\n');
    const expected = body.split('\n').filter((line) => line.trim() !== '').length;
    const { read, quarantined } = await readAll(cnSample, text(`${CN_HEADER}\n${body}`));
    return (
      read === expected &&
      quarantined.every((record) => record.reason !== '' && record.excerpt.isWellFormed())
    );
  });
  await fc.assert(property, { numRuns: 300 });
});

t.test('text means the same wherever the stream is cut', async (t) => {
  const body = Buffer.from(`${CN_HEADER}\r\n${CN_ROW}\r\n${cnRow({ Int_filing: '\u4E13\u5229' })}\r\n`);
  const whole = await readAll(cnSample, text(body));
  for (const size of [1, 2, 7]) {
    const chunks = Array.from({ length: Math.ceil(body.length / size) }, (_, i) =>
      body.subarray(i * size, (i + 1) * size),
    );
    t.strictSame(await readAll(cnSample, text(...chunks)), whole);
  }
});

t.test('a file of 50 MB is read holding less than 8 MiB of it', async (t) => {
  setFlagsFromString('--expose-gc');
  const collectGarbage: () => void = runInNewContext('gc');
  const held = () => {
    collectGarbage();
    return process.memoryUsage().heapUsed;
  };
  const rows_a_chunk = 500;
  const rows = Buffer.from(`${CN_ROW}\n`.repeat(rows_a_chunk));
  const endless = Buffer.alloc(30_000, 'x');
  const levels: number[] = [];
  function* file() {
    yield Buffer.from(`${CN_HEADER}\n`);
    levels.push(held());
    for (let i = 0; i < 200; i += 1) yield rows;
    levels.push(held());
    for (let i = 0; i < 1200; i += 1) yield endless;
    levels.push(held());
  }
  let accepted = 0;
  for await (const record of cnSample.read(Readable.from(file()))) accepted += record.ok ? 1 : 0;
  t.equal(accepted, 200 * rows_a_chunk);
  const [start = 0, ...later] = levels;
  for (const level of later) t.ok(level - start < 8 * 2 ** 20, `${level - start} bytes over the start`);
});

t.test('Chinese check digits', async (t) => {
  t.equal(withCheckDigit('00118464'), '00118464.4');
  t.equal(withCheckDigit('201710117081'), '201710117081.7');
  t.match(cnApplicationNumber('CN201710117081.7', 'n'), { number: '201710117081.7', year: 2017 });
  t.match(cnApplicationNumber('201510390459.1', 'n'), { right_type: 'invention', year: 2015 });
  t.equal(CN_ROWS.filter((row) => row.startsWith(`CN${withCheckDigit(row.slice(2, 10))},`)).length, 2766);
});

t.test('a US fee lapse is effective on the anniversary and public with the weekly batch', async (t) => {
  const file = join(fixtures, 'us-fee-lapse.csv');
  const { accepted, quarantined } = await readAll(usptoFeeLapse, createReadStream(file));
  t.match(accepted, [
    {
      patent: {
        office: 'US',
        application_number: 'patent 11324169',
        publication_number: '11324169',
        claims: null,
      },
      signals: [
        { kind: 'filed', effective_on: '2020-08-19', published_on: '2022-05-10' },
        { kind: 'granted', effective_on: '2022-05-10', published_on: '2022-05-10' },
        {
          kind: 'lapsed',
          effective_on: '2026-05-10',
          published_on: '2026-06-15',
          detail: { stage_years: '4' },
        },
      ],
    },
    {
      patent: { application_number: 'patent RE46360' },
      signals: [{}, {}, { kind: 'lapsed', effective_on: null }],
    },
  ]);
  t.match(quarantined, [
    { line: 4, field: 'lapse_stage_years', reason: /4, 8 or 12 years/ },
    { line: 5, field: 'reason', reason: /not fee_lapse/ },
  ]);
});

t.test('a US row that cannot be is quarantined', async (t) => {
  const rows = [
    '11324169,design,2020-08-19,2022-05-10,2026-06-15,fee_lapse,4',
    '2024/0001,utility,2020-08-19,2022-05-10,2026-06-15,fee_lapse,4',
    '11324169,utility,2020-08-19,2019-05-10,2026-06-15,fee_lapse,4',
    '11324169,utility,2020-08-19,2022-05-10,2026-05-09,fee_lapse,4',
    '8000000,utility,2008-08-19,2012-02-29,2026-02-27,fee_lapse,4',
    '8000000,utility,2008-08-19,2016-02-29,2028-04-03,fee_lapse,12',
  ];
  const { accepted, quarantined } = await readAll(usptoFeeLapse, text([US_HEADER, ...rows].join('\n')));
  t.strictSame(
    quarantined.map((record) => record.field),
    ['type', 'patent_id', 'grant_date', 'lapse_date'],
  );
  t.equal(accepted[1]!.signals[2]!.effective_on, '2028-02-29');
});

t.test('OPS events become signals; a repeated event comes without', async (t) => {
  const { read, accepted, quarantined } = await readAll(
    epoOpsLegal,
    createReadStream(join(fixtures, 'ops-legal.xml')),
  );
  const xml = readFileSync(join(fixtures, 'ops-legal.xml'), 'utf8');
  t.equal(read, xml.split('<ops:legal ').length - 1);
  t.match(
    accepted.slice(0, 11).map((record) => [record.patent.office, record.patent.application_number]),
    Array.from({ length: 11 }, () => ['EP', '09999901']),
  );
  t.match(accepted[0]!.patent, {
    publication_number: '9999901',
    kind: 'A1',
    filed_on: '2014-06-30',
    priority_on: '2013-06-28',
  });
  const brief = accepted.map(({ signals: [signal] }) =>
    signal ? `${signal.source_code} ${signal.kind} ${signal.category}` : 'repeated',
  );
  t.strictSame(brief, [
    'PG25 other H',
    'PG25 other H',
    '17P examination_requested D',
    'GRAA granted F',
    '26 challenged L',
    'DE.R081 transferred R',
    'PGFP fee_paid U',
    'GBPC other H',
    '27W invalidated H',
    '27W deleted Y',
    'repeated',
    'GR01 granted F',
    'PE01 encumbered S',
    'PC01 encumbrance_released S',
    'CF01 lapsed H',
    'PP01 encumbered T',
    'AS encumbered S',
    'AS encumbrance_released S',
    'AS transferred R',
    'FEPP fee_late U',
    'ZZZZ other Z',
  ]);
  t.match(quarantined, [
    { field: 'L007EP', reason: '2022-02-30 is not a possible date' },
    { field: 'L005EP', reason: /neither PI nor UM/ },
  ]);
});

t.test('OPS details: dates, owner, state, and the number in the form of its office', async (t) => {
  const { accepted } = await readAll(epoOpsLegal, createReadStream(join(fixtures, 'ops-legal.xml')));
  const signals = accepted.map((record) => record.signals[0]);
  t.match(signals[0], {
    effective_on: '2018-06-30',
    published_on: '2019-05-31',
    detail: { state: 'EE', kind_in_state: 'lapsed', text: 'LAPSE BECAUSE OF NON-PAYMENT OF DUE FEES' },
  });
  t.match(signals[5]!.detail, { state: 'DE', owner: 'EXAMPLE BUYER AG' });
  t.match(signals[6], { effective_on: '2018-10-22', detail: { state: 'FR', fee_year: '9' } });
  t.match(signals[7]!.detail, { state: 'GB', kind_in_state: 'lapsed' });
  t.equal(accepted[11]!.patent.application_number, withCheckDigit('201799999901'));
  t.match(accepted[16]!.patent, {
    office: 'US',
    application_number: '15999901',
    publication_number: '10999901',
  });
});

const OPS_START =
  '<ops:world-patent-data xmlns="http://www.epo.org/exchange" xmlns:ops="http://ops.epo.org"><ops:patent-family legal="true">';
const OPS_END = '</ops:patent-family></ops:world-patent-data>';

t.test('hostile or broken XML is one error with line and column', async (t) => {
  const cases: [string, RegExp][] = [
    [
      `<!DOCTYPE a [<!ENTITY b "c">]>\n${OPS_START}&b;${OPS_END}`,
      /line 1, column \d+: a document type declaration/,
    ],
    [`\n${OPS_START}&nothere;${OPS_END}`, /line 2, column \d+: undefined entity/],
    [`${OPS_START}\n</wrong>`, /line 2, column \d+: unexpected close tag/],
    [OPS_START, /unclosed tag/],
    [OPS_START + '<a>'.repeat(200), /nested more than 64 deep/],
    [`${OPS_START}<a>${'x'.repeat(70_000)}</a>`, /text of a is longer than 65536/],
    [`${OPS_START}<!--${'x'.repeat(2_000_000)}`, /one piece of markup is longer/],
    [`${OPS_START}<ops:legal><ops:legal/></ops:legal>`, /a legal event stands inside another/],
    ['<html/>', /the root is "html", it must be "world-patent-data"/],
    ['', /document must contain a root element/],
  ];
  for (const [xml, message] of cases)
    await t.rejects(readAll(epoOpsLegal, text(xml)), { name: 'SourceFormatError', message }, String(message));
});

t.test('any damage to an OPS answer gives records or one format error', async () => {
  const xml = readFileSync(join(fixtures, 'ops-legal.xml'), 'utf8');
  const damage = fc.record({
    at: fc.integer({ min: 0, max: xml.length }),
    length: fc.integer({ min: 0, max: 60 }),
    inserted: fc.oneof(
      fc.string({ unit: 'binary', maxLength: 8 }),
      fc.constantFrom('', '<', '&', ']]>', '</ops:legal>'),
    ),
  });
  const property = fc.asyncProperty(damage, async ({ at, length, inserted }) => {
    const damaged = xml.slice(0, at) + inserted + xml.slice(at + length);
    try {
      await readAll(epoOpsLegal, text(damaged));
    } catch (error) {
      if (!(error instanceof SourceFormatError)) throw error;
    }
  });
  await fc.assert(property, { numRuns: 200 });
});

t.test('a bad OPS event is quarantined and the others are read', async (t) => {
  const event = (fields: Record<string, string>) =>
    `<ops:legal code="x">${Object.entries({
      L001EP: 'EP',
      L002EP: 'F',
      L003EP: '   09999901',
      L005EP: 'PI',
      L007EP: '2019-01-02',
      L008EP: '26  ',
      ...fields,
    })
      .map(([tag, value]) => `<ops:${tag}>${value}</ops:${tag}>`)
      .join('')}</ops:legal>`;
  const events = [
    event({ L003EP: '' }),
    event({ L002EP: 'P' }),
    event({ L525EP: '20190230' }),
    event({ L001EP: 'CN', L003EP: '001184645' }),
    event(Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`L5${10 + i}EP`, 'x'.repeat(4_000)]))),
    event({}),
  ];
  const { accepted, quarantined } = await readAll(epoOpsLegal, text(OPS_START + events.join('') + OPS_END));
  t.match(accepted, [
    { patent: { filed_on: null, publication_number: null }, signals: [{ kind: 'challenged' }] },
  ]);
  t.strictSame(
    quarantined.map((record) => record.field),
    ['L003EP', 'application-reference', 'L525EP', 'L003EP', 'legal'],
  );
});

t.test('no file is taken by two adapters, and every one reads its fixture', async (t) => {
  const seen = new Set<string>();
  for (const name of readdirSync(fixtures)) {
    const head = readFileSync(join(fixtures, name), 'utf8').slice(0, RECOGNITION_HEAD_CHARS);
    const takers = SOURCE_ADAPTERS.filter((adapter) => adapter.recognises(head));
    if (takers.length === 0 && NOT_A_SOURCE.test(name)) continue;
    t.equal(takers.length, 1, `${name}: ${takers.map(({ id }) => id)}`);
    seen.add(takers[0]!.id);
    let read = 0;
    for await (const _record of takers[0]!.read(createReadStream(join(fixtures, name)))) read += 1;
    t.ok(read > 0, name);
  }
  t.ok(seen.size >= 15, `${seen.size} adapters have a fixture`);
});

t.test('a file is recognised by its start, and an unknown one is told what is known', async (t) => {
  t.equal(recogniseSource(`\uFEFF${CN_HEADER}`).id, 'cn-sample');
  t.equal(recogniseSource(US_HEADER).id, 'uspto-fee-lapse');
  t.equal(recogniseSource(readFileSync(join(fixtures, 'ops-legal.xml'), 'utf8')).id, 'epo-ops-legal');
  for (const adapter of SOURCE_ADAPTERS)
    t.throws(() => recogniseSource('PK\u0003\u0004'), { message: new RegExp(adapter.id) });
});

const shared = join(root, '../shared/data');
const sharedFiles: [SourceAdapter, string, RegExp][] = [
  [usptoFeeLapse, 'us_fee_lapse', /^us_fee_lapse_.*\.csv$/],
  [epoOpsLegal, 'epo_ops', /legal.*\.xml$/],
];
for (const [adapter, folder, pattern] of sharedFiles) {
  const path = join(shared, folder);
  const names = existsSync(path) ? readdirSync(path).filter((name) => pattern.test(name)) : [];
  for (const name of names)
    t.test(`${folder}/${name}: every record is accepted or quarantined`, async (t) => {
      const content = readFileSync(join(path, name), 'utf8');
      const expected =
        adapter === epoOpsLegal ? content.split('<ops:legal ').length : content.trimEnd().split('\n').length;
      t.equal(recogniseSource(content).id, adapter.id);
      const { read, accepted, quarantined } = await readAll(adapter, createReadStream(join(path, name)));
      t.equal(read, expected - 1);
      t.equal(read, accepted.length + quarantined.length);
      t.ok(quarantined.length < read * 0.001);
    });
}

t.test('every source is told in docs/sources.md', (t) => {
  const told = readFileSync(join(root, 'docs/sources.md'), 'utf8');
  for (const { id, describe } of SOURCE_ADAPTERS) t.ok(told.includes(`| \`${id}\` | ${describe} |`), id);
  t.end();
});
