import { createReadStream, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import t from 'tap';
import { cnipaNoticeLog } from '../../src/patents/sources/cnipa/notice-log.ts';
import { cnipaNotices } from '../../src/patents/sources/cnipa/notices.ts';
import { recogniseSource, SOURCE_ADAPTERS } from '../../src/patents/sources/index.ts';
import {
  type AcceptedRecord,
  type QuarantinedRecord,
  type SourceAdapter,
  SourceFormatError,
  type SourceRecord,
} from '../../src/patents/sources/record.ts';
import { kindOf, statusEventOf } from '../../src/patents/sources/st27/event-code.ts';
import { st27Events } from '../../src/patents/sources/st27/events.ts';
import { kiprisStatus } from '../../src/patents/sources/st27/kipris-status.ts';
import { koreanApplicationNumber } from '../../src/patents/sources/st27/korean-number.ts';

const fixtures = join(import.meta.dirname, 'fixtures');
const NOTICES = readFileSync(join(fixtures, 'cnipa-notices.txt'), 'utf8');
const LOG = readFileSync(join(fixtures, 'cnipa-notice-log.csv'), 'utf8');
const EVENTS = readFileSync(join(fixtures, 'st27-events.txt'), 'utf8');
const KIPRIS = readFileSync(join(fixtures, 'kipris-status.xml'), 'utf8');
const ADAPTERS: [SourceAdapter, string][] = [
  [cnipaNotices, NOTICES],
  [cnipaNoticeLog, LOG],
  [st27Events, EVENTS],
  [kiprisStatus, KIPRIS],
];

async function readAll(adapter: SourceAdapter, input: Readable) {
  const records: SourceRecord[] = [];
  for await (const record of adapter.read(input)) records.push(record);
  const accepted = records.filter((record): record is AcceptedRecord => record.ok);
  const quarantined = records.filter((record): record is QuarantinedRecord => !record.ok);
  return { records, accepted, quarantined };
}

function text(...chunks: (string | Uint8Array)[]): Readable {
  return Readable.from(chunks.map((chunk) => Buffer.from(chunk)));
}

/** The event of each record: the grant that a notice also tells stands before it. */
function brief(accepted: readonly AcceptedRecord[]): string[] {
  return accepted.map(({ signals }) => {
    const { source_code, kind, category, effective_on, published_on } = signals.at(-1)!;
    return `${source_code} ${kind} ${category} ${effective_on ?? '-'} ${published_on}`;
  });
}

t.test('Chinese notices become signals with the day in law and the day of the gazette apart', async (t) => {
  const { accepted, quarantined } = await readAll(cnipaNotices, text(NOTICES));
  t.strictSame(brief(accepted), [
    'PE01 encumbered S 2020-04-17 2020-05-08',
    'PM01 encumbered S 2021-01-28 2021-02-19',
    'PC01 encumbrance_released S 2022-05-25 2022-06-10',
    'PP01 encumbered T 2022-06-20 2022-07-08',
    'PD01 encumbrance_released T 2023-06-20 2023-07-07',
    'CF01 lapsed H 2022-12-30 2024-02-16',
    'RR01 restored K - 2024-06-14',
    'TR01 transferred R 2024-07-19 2024-08-02',
    'TA01 transferred R 2019-02-12 2019-03-01',
    'EE01 licensed S 2021-08-23 2021-09-10',
    'EC01 other S 2023-08-23 2023-09-08',
    'IP01 partly_invalidated M 2022-09-30 2022-11-04',
    'IW01 invalidated H 2023-01-31 2023-03-03',
    'CX01 expired H - 2023-11-03',
    'AV01 surrendered H 2024-01-05 2024-01-05',
    'ERR other Y - 2024-01-12',
    'GR01 granted F 2019-01-04 2019-01-04',
    'TR01 transferred R 2022-11-16 2022-11-25',
  ]);
  t.match(quarantined, [
    { field: 'title', reason: '"专利权的奇怪事件" is not the title of a known notice' },
    { field: 'number', reason: /^check digit 3 is wrong/ },
    { field: 'published_on', reason: '"" is not a date of the form YYYY-MM-DD' },
    { field: 'registered_on', reason: '2022-06-31 is not a possible date' },
  ]);
  const lines = NOTICES.split('\n');
  t.equal(lines[quarantined[0]!.line - 1], '专利权的奇怪事件');
});

t.test('a pledge notice tells parties, registration number, title and the grant', async (t) => {
  const { accepted } = await readAll(cnipaNotices, text(NOTICES));
  t.match(accepted[0], {
    line: 1,
    patent: {
      office: 'CN',
      application_number: '201719999901.7',
      right_type: 'invention',
      filed_on: '2017-12-30',
      title: '一种示例装置',
      ipc: [],
    },
    signals: [
      { kind: 'granted', effective_on: '2019-01-04', published_on: '2019-01-04' },
      {
        kind: 'encumbered',
        detail: {
          registration_number: 'Y2020990000123',
          registered_on: '2020-04-17',
          pledgor: '示例科技有限公司; 示例制造有限公司; 第三示例有限公司',
          pledgee: '示例银行股份有限公司深圳分行',
          main_ipc: 'G06F 3/01',
        },
      },
    ],
  });
  t.match(accepted[1]!.signals[0]!.detail, {
    registration_number: 'Y2020990000123',
    changed: '质权人',
    pledgee_before: '示例银行股份有限公司深圳分行',
    pledgee_after: '第二示例银行股份有限公司',
  });
  t.match(accepted[2]!.signals[0]!.detail, { registered_on: '2020-04-17', released_on: '2022-05-25' });
});

t.test('details of transfer, licence, invalidation and restoration', async (t) => {
  const { accepted } = await readAll(cnipaNotices, text(NOTICES));
  const detail = (code: string) =>
    accepted.map((record) => record.signals.at(-1)!).find((signal) => signal.source_code === code)!.detail;
  t.match(detail('TR01'), {
    owner_before: '示例科技有限公司',
    owner_after: '另一示例有限公司',
    address_before: '广东省深圳市示例路1号',
    address_after: '江苏省南京市示例路2号',
  });
  t.match(detail('EE01'), {
    contract_number: 'X2021990000456',
    licensor: '示例科技有限公司',
    licensee: '被许可示例有限公司',
    licence_type: '普通许可',
  });
  t.match(detail('IP01'), {
    decision_number: '59999',
    decided_on: '2022-09-30',
    commission_number: '4W199999',
  });
  t.match(detail('RR01'), { original_decision: '未缴年费专利权终止', original_decision_on: '2024-02-16' });
});

t.test('fields of one line, without line ends, are told apart by their labels', async (t) => {
  const line =
    'PE01 公告日:20200508专利号:ZL201719999901.7合同登记号:Y2020990000123登记生效日:20200417出质人:甲公司质权人:乙银行备注:无';
  const { accepted } = await readAll(cnipaNotices, text(line));
  t.strictSame(accepted[0]!.signals[0]!.detail, {
    registration_number: 'Y2020990000123',
    registered_on: '2020-04-17',
    pledgor: '甲公司',
    pledgee: '乙银行备注:无',
  });
  const apart = await readAll(
    cnipaNotices,
    text(line.replace('备注', ';备注').replace('出质人', '\n出质人')),
  );
  t.match(apart.accepted[0]!.signals[0]!.detail, { pledgee: '乙银行', 备注: '无' });
});

t.test('a title or a # starts a notice, with or without a blank line before it', async (t) => {
  const whole = await readAll(cnipaNotices, text(NOTICES));
  const packed = await readAll(
    cnipaNotices,
    text(NOTICES.replaceAll('\n\n专利权的保全', '\n专利权的保全').replaceAll('\n\n#', '\n#')),
  );
  t.strictSame(brief(packed.accepted), brief(whole.accepted));
  const line = '专利权的保全IPC(主分类):G06F 3/01公告日:20220708专利号:ZL201719999902.1登记生效日:20220620\n';
  t.equal((await readAll(cnipaNotices, text(line.repeat(3)))).accepted.length, 3);
  t.ok(cnipaNotices.recognises(line));
  t.notOk(cnipaNotices.recognises('# a comment\n'));
});

t.test('a Chinese notice that cannot be is quarantined', async (t) => {
  const notice = (...lines: string[]) => ['未缴年费专利权终止', '专利号:201719999901.7', ...lines].join('\n');
  const cases: [string, string][] = [
    [notice('公告日:2016.12.30'), 'published_on'],
    [notice('公告日:2024.02.16', '申请日:2018.01.01'), 'filed_on'],
    [notice('公告日:2024.02.16', '申请日:2017.03.01', '授权公告日:2017.02.01'), 'granted_on'],
    [notice('公告日:2024.02.16', '授权公告日:2024.03.01'), 'granted_on'],
    [notice('公告日:2024.02.16', '公告日:2024.02.17'), 'published_on'],
    [notice('公告日:2024.02.16', '发明名称:\0'), 'notice'],
    [notice('公告日:2024.02.16', ...Array.from({ length: 8_000 }, () => '出质人:甲乙丙丁戊')), 'notice'],
    ['未缴年费专利权终止\n公告日:2024.02.16', 'number'],
    ['公告日:2024.02.16\n专利号:201719999901.7', 'title'],
    ['ZZ99\n公告日:2024.02.16\n专利号:201719999901.7', 'title'],
  ];
  for (const [bad, field] of cases) {
    const { accepted, quarantined } = await readAll(cnipaNotices, text(`${bad}\n\n${NOTICES}`));
    t.equal(accepted.length, 18);
    t.equal(quarantined.length, 5);
    t.equal(quarantined[0]!.field, field, bad.slice(0, 80));
  }
});

t.test('names that every object has are plain text', async (t) => {
  const notice = 'PM01\n公告日:2024.01.12\n专利号:201719999901.7\n变更事项:constructor\n变更前:a\n变更后:b';
  const { accepted } = await readAll(cnipaNotices, text(notice));
  t.strictSame(accepted[0]!.signals[0]!.detail, {
    changed: 'constructor',
    change_before: 'a',
    change_after: 'b',
  });
});

t.test('corrections of a document have their category', async (t) => {
  const notice = 'CI03\n公告日:2024.01.12\n专利号:201719999901.7';
  t.strictSame(brief((await readAll(cnipaNotices, text(notice))).accepted), ['CI03 other P - 2024-01-12']);
});

t.test(
  'a log of notices: the day of the gazette from source, or from pub_date where it is one',
  async (t) => {
    const { accepted, quarantined } = await readAll(cnipaNoticeLog, text(LOG));
    t.strictSame(brief(accepted), [
      'PE01 encumbered S 2020-04-17 2020-05-08',
      'CF01 lapsed H 2022-12-30 2024-02-16',
      'TR01 transferred R - 2024-08-02',
      'PD01 encumbrance_released T 2023-06-20 2023-07-07',
    ]);
    t.match(accepted[0]!.signals[0]!.detail, {
      registration_number: 'Y2020990000123',
      pledgor: '示例科技有限公司',
    });
    t.strictSame(accepted[2]!.signals[0]!.detail, {
      change_before: '示例科技有限公司',
      change_after: '另一示例有限公司',
    });
    t.match(quarantined, [
      { line: 10, field: 'source', reason: '"F3607_01.pdf" does not tell the day of the gazette' },
      { line: 12, field: 'line', reason: /quote is out of place or never closed/ },
      { line: 14, field: 'raw_data', reason: 'the title is that of PP01, the code is PD01' },
    ]);
  },
);

t.test('ST.27 events: the category decides, the office and the detailed event refine', async (t) => {
  const { accepted, quarantined } = await readAll(st27Events, text(EVENTS));
  t.strictSame(brief(accepted), [
    'PA0109 filed A 2013-01-15 2015-06-30',
    'PA0201 examination_requested D 2013-05-02 2015-06-30',
    'PE0902 other D 2014-09-01 2015-06-30',
    'PR0701 granted F 2015-03-20 2015-03-20',
    'PR1001 fee_paid U 2015-03-20 2015-03-20',
    'R18 other R 2017-03-01 2017-03-01',
    'PN2301 transferred R 2018-04-02 2018-04-02',
    'S00 encumbered S 2018-05-02 2018-05-02',
    'L11 challenged L 2018-06-01 2018-06-01',
    'M11 other M 2019-06-01 2019-06-01',
    'PC1903 lapsed H - 2021-03-16',
    'K11 restored K 2021-08-01 2021-08-01',
    'H00 lapsed H - 2022-08-01',
    'PC1801 expired H 2013-01-16 2013-01-16',
    'PE0601 refused B 2015-02-01 2015-06-30',
    'N11 withdrawn N 2015-03-01 2015-06-30',
    'PE01 encumbered S 2020-05-08 2020-05-08',
    'PP01 encumbered T 2020-06-08 2020-06-08',
    'PC01 encumbrance_released S 2021-05-08 2021-05-08',
  ]);
  t.match(accepted[10], {
    patent: { office: 'KR', application_number: '1020139999901', right_type: 'invention', filed_on: null },
    signals: [
      {
        detail: {
          state: 'N',
          previous_stage: '4',
          current_stage: '6',
          key_event: 'H10',
          detailed_event: 'H13',
          indicator: 'oth',
          national_code: 'PC1903',
        },
      },
    ],
  });
  t.match(accepted[13]!.patent, { right_type: 'utility_model' });
  t.match(accepted[16]!.patent, { office: 'CN', application_number: '201719999901.7' });
  t.match(quarantined, [
    { field: 'event', reason: 'detailed event F11 is not of key event H10' },
    { field: 'event', reason: /is not an ST.27 status event code/ },
    { field: 'event', reason: '"X" is no category of ST.27' },
    { field: 'number', reason: /type 30 is neither/ },
    { field: 'number', reason: /neither a Korean nor a Chinese/ },
    { field: 'date', reason: /2012-12-31 is before the year of the number/ },
    { line: 26, field: 'line', reason: /^2 values/ },
  ]);
});

t.test('what is not told to be published is public 18 months after filing', async (t) => {
  const filed = (application: string) =>
    KIPRIS.replace(/(?<=<applicationDate>)\d{8}/g, application).replace(
      /<openingDate>\d{8}<\/openingDate>/g,
      '',
    );
  const { accepted } = await readAll(
    kiprisStatus,
    text(filed('20130115').replaceAll('20150102', '20130502')),
  );
  t.match(accepted[1]!.signals[0], { effective_on: '2013-05-02', published_on: '2014-07-15' });
});

t.test('a national code of another category does not refine', async (t) => {
  const kind = (code: string, office: string) => kindOf(statusEventOf(code, 'event'), office);
  t.equal(kind('A-4-4-U10-U11-oth-PC1903', 'KR'), 'fee_paid');
  t.equal(kind('N-4-6-H10-H12-oth-PC1801', 'CN'), 'lapsed');
  t.equal(kind('N-4-6-H10-H12-oth-IW01', 'CN'), 'invalidated');
  t.equal(kind('N-5-6-N10-N11-oth-X000', 'KR'), 'lapsed');
  t.equal(kind('A-4-4-R10-R11-asn-X000', 'KR'), 'transferred');
});

t.test('Korean application numbers', async (t) => {
  t.strictSame(koreanApplicationNumber('10-2013-0012345', 'n'), {
    number: '1020130012345',
    year: 2013,
    right_type: 'invention',
  });
  for (const bad of ['1020130012', '10-20130012345', '1019450012345', '4020130012345', ''])
    t.throws(() => koreanApplicationNumber(bad, 'n'), { name: 'RejectedField' });
});

t.test('answers of the Korean register, in both spellings of the detailed event', async (t) => {
  const { accepted, quarantined } = await readAll(kiprisStatus, text(KIPRIS));
  t.strictSame(brief(accepted), [
    'PA0109 filed A 2013-01-15 2014-07-23',
    'PA0201 examination_requested D 2015-01-02 2015-01-02',
    'PR0701 granted F 2015-03-20 2015-03-20',
    'L10 challenged L 2016-04-01 2016-04-01',
    'PC1903 lapsed H - 2021-03-16',
    'B00 withdrawn B 2014-01-02 2014-07-15',
  ]);
  t.match(accepted[2], {
    patent: {
      office: 'KR',
      application_number: '1020139999901',
      filed_on: '2013-01-15',
      publication_number: '20149999901',
    },
    signals: [
      { detail: { detailed_event: 'F11', registration_number: '1015999990000', serial_number: '3' } },
    ],
  });
  t.equal(accepted[3]!.signals[0]!.detail.trial_number, '2016100099999');
  t.match(quarantined, [
    { field: 'keyEventCode', reason: 'is missing' },
    { field: 'eventDate', reason: '2021-02-31 is not a possible date' },
    { field: 'detailedEventCode', reason: 'stands twice with different values' },
    { field: 'applicationNumber', reason: /not a Korean application number/ },
  ]);
});

t.test('an answer that reports an error or nothing is refused as a whole', async (t) => {
  const answer = (body: string) => `<response><header><resultCode>${body}</body></response>`;
  const cases: [string, RegExp][] = [
    [answer('31</resultCode></header><body>'), /error "31". Subscribe/],
    [answer('99</resultCode></header><body>'), /error "99". Ask the service again/],
    [answer('00</resultCode></header><body>'), /there is no legalStatusST27Info/],
    ['<html>', /unclosed tag/],
  ];
  for (const [xml, message] of cases)
    await t.rejects(readAll(kiprisStatus, text(xml)), { name: 'SourceFormatError', message });
});

t.test('an empty file or a wrong header is one format error', async (t) => {
  const header = LOG.slice(0, LOG.indexOf('\n'));
  for (const [adapter] of ADAPTERS)
    await t.rejects(readAll(adapter, text('')), { name: 'SourceFormatError' }, adapter.id);
  await t.rejects(readAll(cnipaNoticeLog, text(LOG.replace(header, 'a,b'))), {
    message: /it must be id,code/,
  });
});

t.test('each file is recognised by its own adapter alone', async (t) => {
  for (const [adapter, content] of ADAPTERS) {
    const head = content.slice(0, 4096);
    const by = [...ADAPTERS.map(([other]) => other), ...SOURCE_ADAPTERS].filter((a) => a.recognises(head));
    t.ok(by.every(({ id }) => id === adapter.id) && by.length > 0, adapter.id);
  }
  t.throws(() => recogniseSource('专利'));
});

/** The records of each layout as text, so that a file can be cut between them. */
const PIECES: [SourceAdapter, string, string[]][] = [
  [cnipaNotices, '', NOTICES.split(/(?<=\n\n)/)],
  [cnipaNoticeLog, `${LOG.split('\n', 1)[0]}\n`, LOG.split(/(?<=\n)(?=\d+,)/).slice(1)],
  [st27Events, '', EVENTS.split(/(?<=\n)/)],
];

t.test('a file cut between records and read in parts gives the same records', async () => {
  const withoutLines = (records: SourceRecord[]) => JSON.stringify(records.map((r) => ({ ...r, line: 0 })));
  for (const [adapter, header, pieces] of PIECES) {
    const whole = withoutLines((await readAll(adapter, text(header, ...pieces))).records);
    const property = fc.asyncProperty(fc.integer({ min: 1, max: pieces.length - 1 }), async (at) => {
      const parts = [pieces.slice(0, at), pieces.slice(at)];
      const read = [];
      for (const part of parts) read.push(...(await readAll(adapter, text(header, ...part))).records);
      return withoutLines(read) === whole;
    });
    await fc.assert(property, { numRuns: 30 });
  }
});

t.test('any damage gives records or one format error, with safe excerpts', async () => {
  const damage = fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    length: fc.integer({ min: 0, max: 40 }),
    inserted: fc.oneof(
      fc.uint8Array({ maxLength: 8 }).map((bytes) => Buffer.from(bytes)),
      fc.constantFrom('', '"', '<', '&', '\n\n', ':', ';', '#', '\r').map((piece) => Buffer.from(piece)),
    ),
  });
  for (const [adapter, content] of ADAPTERS) {
    const bytes = Buffer.from(content);
    const property = fc.asyncProperty(damage, async ({ at, length, inserted }) => {
      const from = Math.floor(at * bytes.length);
      const damaged = Buffer.concat([bytes.subarray(0, from), inserted, bytes.subarray(from + length)]);
      try {
        const { quarantined } = await readAll(adapter, text(damaged));
        return quarantined.every(
          ({ line, field, reason, excerpt }) =>
            line > 0 && field !== '' && reason !== '' && excerpt.isWellFormed() && !/\p{Cc}/u.test(excerpt),
        );
      } catch (error) {
        return error instanceof SourceFormatError;
      }
    });
    await fc.assert(property, { numRuns: 150 });
  }
});

t.test('text means the same wherever the stream is cut', async (t) => {
  for (const [adapter, content] of ADAPTERS) {
    const bytes = Buffer.from(content);
    const whole = await readAll(adapter, text(bytes));
    for (const size of [1, 7, 997]) {
      const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
        bytes.subarray(i * size, (i + 1) * size),
      );
      t.strictSame(await readAll(adapter, text(...chunks)), whole);
    }
    const streamed = await readAll(adapter, createReadStream(join(fixtures, fileOf(adapter))));
    t.strictSame(streamed, whole);
  }
});

t.test('endless records are quarantined, in time that grows with the file alone', async (t) => {
  const line = `${'专'.repeat(300)}\n`;
  const repeated = (start: string, lines: number) => Readable.from([start, ...Array(lines).fill(line)]);
  const notices = await readAll(cnipaNotices, repeated('专利权的保全\n', 20_000));
  t.match(notices.quarantined, [{ line: 1, field: 'notice', reason: /longer than 65536/ }]);
  const log = await readAll(cnipaNoticeLog, repeated(LOG.slice(0, LOG.indexOf('专利权')), 20_000));
  t.match(log.quarantined, [{ line: 2, field: 'line', reason: /longer than 65536/ }]);
});

function fileOf(adapter: SourceAdapter): string {
  const extensions: Record<string, string> = {
    'cnipa-notices': 'txt',
    'cnipa-notice-log': 'csv',
    'st27-events': 'txt',
    'kipris-status': 'xml',
  };
  return `${adapter.id}.${extensions[adapter.id]}`;
}
