import { createReadStream, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import t from 'tap';
import {
  patentsviewAnswer,
  patentsviewApplications,
  patentsviewLines,
  patentsviewPatents,
} from '../../src/patents/sources/patentsview.ts';
import {
  type AcceptedRecord,
  type QuarantinedRecord,
  type SourceAdapter,
  SourceFormatError,
  type SourceRecord,
} from '../../src/patents/sources/record.ts';
import {
  usptoAssignmentJson,
  usptoAssignmentTable,
  usptoAssignmentXml,
} from '../../src/patents/sources/uspto/assignment-answers.ts';
import { usptoAssignments } from '../../src/patents/sources/uspto/assignments.ts';
import { conveyanceType, documentsNamed } from '../../src/patents/sources/uspto/conveyance.ts';
import { readJsonItems } from '../../src/patents/sources/uspto/json.ts';
import { usptoMaintenanceFees } from '../../src/patents/sources/uspto/maintenance-fees.ts';
import { usptoOpenData } from '../../src/patents/sources/uspto/open-data.ts';
import { feeExpiry, usPatentNumber } from '../../src/patents/sources/uspto/patents.ts';
import { usptoTrials } from '../../src/patents/sources/uspto/trials.ts';

const fixtures = join(import.meta.dirname, 'fixtures');
const shared = join(import.meta.dirname, '../../../shared/data');

const FIXTURES: [SourceAdapter, string][] = [
  [usptoMaintenanceFees, 'uspto-maintenance-fees.txt'],
  [usptoAssignments, 'uspto-assignments.xml'],
  [usptoAssignmentTable, 'uspto-assignments.csv'],
  [usptoOpenData, 'uspto-open-data.json'],
  [usptoTrials, 'uspto-trials.json'],
  [patentsviewPatents, 'patentsview-g_patent.tsv'],
  [patentsviewApplications, 'patentsview-g_application.tsv'],
  [patentsviewLines, 'patentsview-patents.jsonl'],
];
const ADAPTERS = [
  ...FIXTURES.map(([adapter]) => adapter),
  usptoAssignmentJson,
  usptoAssignmentXml,
  patentsviewAnswer,
];

function fixture(name: string): string {
  return readFileSync(join(fixtures, name), 'utf8');
}

async function readAll(adapter: SourceAdapter, ...chunks: (string | Uint8Array)[]) {
  const records: SourceRecord[] = [];
  const input = Readable.from(chunks.map((chunk) => Buffer.from(chunk)));
  for await (const record of adapter.read(input)) records.push(record);
  const accepted = records.filter((record): record is AcceptedRecord => record.ok);
  const quarantined = records.filter((record): record is QuarantinedRecord => !record.ok);
  return { records, accepted, quarantined };
}

function brief(records: readonly AcceptedRecord[]): string[] {
  return records.flatMap(({ patent, signals }) =>
    signals.map(
      (signal) => `${patent.publication_number} ${signal.source_code} ${signal.kind} ${signal.category}`,
    ),
  );
}

function reasons(records: readonly QuarantinedRecord[]): string[] {
  return records.map(({ line, field, reason }) => `${line} ${field}: ${reason}`);
}

t.test('each file is recognised by its own adapter and by no other', (t) => {
  for (const [adapter, name] of FIXTURES) {
    const head = fixture(name).slice(0, 4096);
    t.strictSame(
      ADAPTERS.filter((candidate) => candidate.recognises(head)).map(({ id }) => id),
      [adapter.id],
      name,
    );
  }
  t.equal(new Set(ADAPTERS.map(({ id }) => id)).size, ADAPTERS.length);
  for (const adapter of ADAPTERS)
    for (const head of ['', '\n', '{}', 'PK\u0003\u0004', '<html>', 'patent_id,type,filing_date'])
      t.notOk(adapter.recognises(head), `${adapter.id} ${JSON.stringify(head)}`);
  t.end();
});

t.test('patent numbers lose their padding and keep their letters', (t) => {
  t.equal(usPatentNumber('0000004593999', ''), '4593999');
  t.equal(usPatentNumber('000000RE35000', ''), 'RE35000');
  t.equal(usPatentNumber('D0662395', ''), 'D662395');
  t.equal(usPatentNumber('11,646,472', ''), '11646472');
  for (const text of ['', '0000000', 'US123', '123456789', 'ABC'])
    t.throws(() => usPatentNumber(text, 'patent'), { message: /is not a US patent number/ }, text);
  t.end();
});

t.test('an unpaid fee ends a patent on the anniversary, not on the day of the notice', (t) => {
  t.strictSame(feeExpiry('11324169', '2022-05-10', '2026-06-15'), { years: 4, on: '2026-05-10' });
  t.strictSame(feeExpiry('8000000', '2012-02-29', '2024-04-01'), { years: 12, on: '2024-02-29' });
  t.equal(feeExpiry('11324169', '2022-05-10', '2026-05-09'), null);
  t.equal(feeExpiry('RE46360', '2017-04-04', '2026-06-15'), null);
  t.end();
});

t.test('maintenance fee events: payments, surcharges, expiry, reinstatement', async (t) => {
  const { accepted, quarantined } = await readAll(
    usptoMaintenanceFees,
    fixture('uspto-maintenance-fees.txt'),
  );
  t.strictSame(quarantined, []);
  t.strictSame(
    brief(accepted).filter((line) => !/filing_date|grant_date/.test(line)),
    [
      '4593999 M273 fee_paid U',
      '4593999 EXP. lapsed H',
      '11324169 BIG. other U',
      '11324169 REM. fee_late U',
      '11324169 EXP. lapsed H',
      '11324169 EXPX restored K',
      '11324169 M1558 fee_late U',
      '11324170 M3551 fee_paid U',
      '11324170 M3554 fee_late U',
      'RE46360 EXP. lapsed H',
      'D662395 ASPN other U',
      '11324170 ZZZZZ other Z',
    ],
  );
  t.match(accepted[1], {
    patent: { application_number: '06633146', filed_on: '1984-07-20', right_type: 'invention' },
    signals: [
      {
        effective_on: '1994-06-10',
        published_on: '1994-06-10',
        detail: { stage_years: '8', entity: 'small' },
      },
    ],
  });
  t.match(accepted[4]!.signals, [
    { kind: 'lapsed', effective_on: '2026-05-10', published_on: '2026-06-15', detail: { stage_years: '4' } },
  ]);
  t.equal(accepted[9]!.signals.at(-1)!.effective_on, null);
  t.equal(accepted[10]!.patent.right_type, 'design');
});

t.test('what happened before grant became public with it; filing and grant are told once', async (t) => {
  const { accepted } = await readAll(usptoMaintenanceFees, fixture('uspto-maintenance-fees.txt'));
  t.match(accepted[2]!.signals, [
    { kind: 'filed', effective_on: '2020-08-19', published_on: '2022-05-10' },
    { kind: 'granted', effective_on: '2022-05-10', published_on: '2022-05-10' },
    { source_code: 'BIG.', effective_on: '2020-08-19', published_on: '2022-05-10' },
  ]);
  t.equal(accepted[3]!.signals.length, 1);
});

const FEE_LINES = fixture('uspto-maintenance-fees.txt').trimEnd().split('\r\n');

t.test('the old layout of seven columns gives the same records; neither layout is an error', async (t) => {
  const short = FEE_LINES.filter((line) => line.startsWith('000000'));
  const narrow = short.map((line) => line.slice(6)).join('\n');
  t.ok(usptoMaintenanceFees.recognises(narrow));
  t.equal(short.length, 4);
  t.strictSame(
    await readAll(usptoMaintenanceFees, narrow),
    await readAll(usptoMaintenanceFees, short.join('\n')),
  );
  const mixed = [...FEE_LINES.slice(0, 6), ...FEE_LINES.slice(6).map((line) => line.slice(3))].join('\n');
  await t.rejects(readAll(usptoMaintenanceFees, mixed), { name: 'SourceFormatError', message: /90 %/ });
  await t.rejects(readAll(usptoMaintenanceFees, ''), { name: 'SourceFormatError' });
});

t.test('a bad line is quarantined among two hundred and more good ones', async (t) => {
  const good = '0000011324169 16997001 N 20200819 20220510 20260615 EXP. ';
  const lines = [
    ...Array.from({ length: 250 }, () => good),
    good.replace('20260615', '20260231'),
    good.replace('20260615', '20210615'),
    good.replace('20200819', '20230819'),
    good.slice(6),
    `${good}\u0001`,
    good.replace('0000011324169', '0000000000000'),
    good,
  ];
  const { accepted, quarantined } = await readAll(usptoMaintenanceFees, lines.join('\r\n'));
  t.equal(accepted.length, 251);
  t.strictSame(
    quarantined.map(({ line, field }) => [line, field]),
    [
      [251, 'event_date'],
      [252, 'event_date'],
      [253, 'grant_date'],
      [254, 'line'],
      [255, 'line'],
      [256, 'patent_number'],
    ],
  );
});

t.test('a conveyance is classified by the first rule that fits', (t) => {
  const cases: [string, string][] = [
    ['TERMINATION AND RELEASE OF PATENT SECURITY AGREEMENT RECORDED AT REEL 048818/FRAME 0520', 'release'],
    ['RELEASE BY SECURED PARTY (SEE DOCUMENT FOR DETAILS).', 'release'],
    ['RELEASE OF LIEN', 'release'],
    [
      'ASSIGNMENT OF PATENT SECURITY INTEREST RECORDED AT REEL/FRAME 048811/0679',
      'security_interest_assigned',
    ],
    ['Assignment and assumption of security interest', 'security_interest_assigned'],
    ['SECURITY INTEREST (SEE DOCUMENT FOR DETAILS).', 'security_interest'],
    ['INTELLECTUAL PROPERTY SECURITY AGREEMENT', 'security_interest'],
    ['COLLATERAL ASSIGNMENT OF PATENTS', 'security_interest'],
    ['ASSIGNMENT OF PATENTS FOR SECURITY', 'security_interest'],
    ['MORTGAGE (SEE DOCUMENT FOR DETAILS).', 'security_interest'],
    ['NUNC PRO TUNC ASSIGNMENT (SEE DOCUMENT FOR DETAILS).', 'assignment'],
    ['ASSIGNMENT OF ASSIGNORS INTEREST (SEE DOCUMENT FOR DETAILS).', 'assignment'],
    ['ASSIGNMENT TO NATIONAL SECURITY BANK', 'assignment'],
    [
      'CORRECTIVE ASSIGNMENT TO CORRECT THE CONVEYING PARTY DATA PREVIOUSLY RECORDED ON REEL 066284',
      'correction',
    ],
    ['MERGER AND CHANGE OF NAME (SEE DOCUMENT FOR DETAILS).', 'merger'],
    ['CHANGE OF NAME (SEE DOCUMENT FOR DETAILS).', 'name_change'],
    ['CONFIRMATORY LICENSE (SEE DOCUMENT FOR DETAILS).', 'licence'],
    ['TERMINATION OF LICENSE', 'licence'],
    ['COURT APPOINTMENT (SEE DOCUMENT FOR DETAILS).', 'other'],
    ['', 'other'],
  ];
  for (const [text, type] of cases) t.equal(conveyanceType(text), type, text);
  t.end();
});

t.test('documents that a text names come as reel/frame in whole numbers', (t) => {
  const cases: [string, string[]][] = [
    ['AGREEMENT RECORDED AT REEL 048818/FRAME 0520', ['48818/520']],
    ['RECORDED AT REEL/FRAME 048811/0679', ['48811/679']],
    ['RELEASE OF SECURITY INTEREST AT REEL/FRAME NO. 49107/0392', ['49107/392']],
    ['PREVIOUSLY RECORDED ON REEL 066284 FRAME 0247. ASSIGNOR(S)', ['66284/247']],
    ['recorded at Reel: 4567, Frame: 12', ['4567/12']],
    ['(REEL/FRAME NOS. 012345/0123 AND 012346/0456)', ['12345/123', '12346/456']],
    ['DATED 01/02/2019, DOCUMENT 12345/678', []],
    ['SECURITY INTEREST (SEE DOCUMENT FOR DETAILS).', []],
  ];
  for (const [text, documents] of cases) t.strictSame(documentsNamed(text), documents, text);
  t.end();
});

t.test('the form in which reel and frame are written does not matter', async () => {
  const number = (max: number) => fc.integer({ min: 1, max });
  const form = fc.constantFrom(
    (reel: string, frame: string) => `RELEASE OF SECURITY INTEREST RECORDED AT REEL ${reel}/FRAME ${frame}`,
    (reel: string, frame: string) => `RELEASE (REEL/FRAME ${reel}/${frame})`,
    (reel: string, frame: string) => `release of lien at reel no. ${reel} frame no. ${frame}.`,
  );
  const zeros = fc.tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 4 }));
  fc.assert(
    fc.property(
      number(999_999),
      number(9999),
      form,
      zeros,
      (reel, frame, write, [reel_width, frame_width]) => {
        const text = write(String(reel).padStart(reel_width, '0'), String(frame).padStart(frame_width, '0'));
        const named = documentsNamed(text);
        if (named.join() !== `${reel}/${frame}`) throw new Error(`${text}: ${named}`);
      },
    ),
  );
});

t.test('a daily assignment file gives a record for each property', async (t) => {
  const { accepted, quarantined } = await readAll(usptoAssignments, fixture('uspto-assignments.xml'));
  t.strictSame(brief(accepted), [
    '10232332 security_interest encumbered S',
    'null security_interest encumbered S',
    'null release encumbrance_released S',
    'null purged other Y',
  ]);
  t.strictSame(accepted[0], {
    ok: true,
    line: 16,
    patent: {
      office: 'US',
      application_number: '15294349',
      right_type: 'invention',
      publication_number: '10232332',
      kind: 'B2',
      filed_on: '2016-10-14',
      priority_on: null,
      title: 'MOBILE FRACTURING',
      claims: null,
      ipc: [],
      individual_applicant: null,
      domestic_applicant: null,
      agency: null,
    },
    signals: [
      {
        kind: 'encumbered',
        category: 'S',
        source_code: 'security_interest',
        effective_on: '2019-01-07',
        published_on: '2019-04-08',
        detail: {
          reel: '48818',
          frame: '520',
          recorded_on: '2019-04-08',
          text: 'SECURITY INTEREST (SEE DOCUMENT FOR DETAILS).',
          assignors: 'U.S. WELL SERVICES, LLC',
          assignees: 'U.S. BANK NATIONAL ASSOCIATION',
        },
      },
    ],
  });
  t.match(accepted[1], { patent: { right_type: 'design' }, signals: [{ published_on: '2019-05-01' }] });
  t.match(accepted[2]!.signals[0], {
    effective_on: null,
    detail: { refers_to: '48818/520', executed: '20190000', reel: '49109', frame: '610' },
  });
  t.strictSame(reasons(quarantined), [
    '18 document-id: no US application or patent among "WO A1"',
    '27 patent-properties: the document names no patent',
  ]);
});

t.test('declarations of elements may go; of entities, and what is no assignment file, may not', async (t) => {
  const xml = fixture('uspto-assignments.xml');
  const whole = await readAll(usptoAssignments, xml);
  const bytes = Buffer.from(xml);
  const pieces = Array.from({ length: bytes.length }, (_, i) => bytes.subarray(i, i + 1));
  t.strictSame(await readAll(usptoAssignments, ...pieces), whole);
  const cases: [string, RegExp][] = [
    [xml.replace('<!ELEMENT date (#PCDATA)>', '<!ENTITY date "x">'), /document type declaration/],
    [xml.replace('<!ELEMENT date (#PCDATA)>', '%all;'), /document type declaration/],
    [
      `<!DOCTYPE us-patent-assignments [${'<!ELEMENT a ANY>'.repeat(9000)}]><us-patent-assignments/>`,
      /document type/,
    ],
    ['<html/>', /the root is "html"/],
    [xml.slice(0, -40), /unclosed tag/],
    ['', /root element/],
  ];
  for (const [text, message] of cases)
    await t.rejects(readAll(usptoAssignments, text), { name: 'SourceFormatError', message }, String(message));
});

t.test('a release meets its security interest by reel and frame', async (t) => {
  const { accepted, quarantined } = await readAll(usptoAssignmentTable, fixture('uspto-assignments.csv'));
  t.strictSame(quarantined, []);
  const signals = accepted.flatMap((record) => record.signals);
  const open = new Set<string>();
  const closed: string[] = [];
  for (const { kind, detail } of signals) {
    if (kind === 'encumbered') open.add(`${detail.reel}/${detail.frame}`);
    if (kind !== 'encumbrance_released') continue;
    for (const named of detail.refers_to?.split(' ') ?? ['not named'])
      if (open.delete(named) || named === 'not named') closed.push(named);
  }
  t.strictSame(closed, ['48818/520', '48041/605', '49107/392', '49111/583', 'not named', 'not named']);
  t.strictSame([...open], ['48811/679', '66186/752']);
  t.match(
    signals.find((signal) => signal.source_code === 'security_interest_assigned'),
    { kind: 'other', category: 'S', detail: { reel: '50965', frame: '35', refers_to: '48811/679' } },
  );
});

t.test('a table pairs patents and applications only where each property has both', async (t) => {
  const { accepted } = await readAll(usptoAssignmentTable, fixture('uspto-assignments.csv'));
  t.strictSame(
    accepted.slice(0, 5).map(({ patent }) => [patent.application_number, patent.publication_number]),
    [
      ['10628795', '7130913'],
      ['11400674', '7321937'],
      ['09210491', '6195024'],
      ['09705446', '6309424'],
      ['09266394', '6601104'],
    ],
  );
  const cycle = accepted.filter(({ signals: [signal] }) => signal!.detail.reel === '48818');
  t.strictSame(
    cycle.map(({ patent }) => patent.publication_number),
    [null, null],
  );
});

t.test('bad rows of the table and bad properties are quarantined, their neighbours are read', async (t) => {
  const header = 'reel_frame,recorded,conveyance,assignors,exec,assignees,patents,appls,n_properties';
  const rows = [
    '1-2,2019-01-01,MERGER,A,2018-01-01,B,,15000001; 1; 15000002,3',
    'x-2,2019-01-01,MERGER,A,2018-01-01,B,,15000001,1',
    '1-2,2019-02-30,MERGER,A,2018-01-01,B,,15000001,1',
    '1-2,2019-01-01,MERGER,A,2018-01-01,B,,,0',
    '1-2,2019-01-01,"MERGER,A,2018-01-01,B,,15000001,1',
    '1-2,2019-01-01,SECURITY INTEREST,A,2020-01-01,B,10000001,,1',
  ];
  const { accepted, quarantined } = await readAll(usptoAssignmentTable, [header, ...rows].join('\n'));
  t.strictSame(
    quarantined.map(({ line, field }) => `${line} ${field}`),
    ['2 applNum', '3 reel_frame', '4 recorded', '5 properties', '6 line'],
  );
  t.match(accepted.at(-1), {
    patent: { application_number: 'patent 10000001', publication_number: '10000001' },
    signals: [{ kind: 'encumbered', effective_on: null, detail: { executed: '2020-01-01' } }],
  });
  await t.rejects(readAll(usptoAssignmentTable, 'reel_frame,recorded\n'), {
    message: /no column conveyance/,
  });
});

t.test('search answers as XML and as JSON give the same', async (t) => {
  const xml = `<?xml version="1.0"?><response><result name="response" numFound="1"><doc>
    <str name="reelNo">018247</str><str name="frameNo">0405</str><str name="purgeIndicator">N</str>
    <date name="recordedDate">2006-09-14T04:00:00Z</date><str name="conveyanceText">LIEN &amp; MORTGAGE</str>
    <arr name="patAssignorName"><str>A, INC.</str><str>B</str></arr>
    <arr name="patAssignorExDate"><date>2006-09-13T04:00:00Z</date><str>0001-01-01T00:00:00Z</str></arr>
    <arr name="patAssigneeName"><str>BANK</str></arr>
    <arr name="applNum"><str>10628795</str><str>11400674</str></arr>
    <arr name="patNum"><str>7130913</str><str>NULL</str></arr>
    <arr name="filingDate"><date>2003-07-28T04:00:00Z</date><date>0001-01-01T00:00:00Z</date></arr>
    <arr name="inventionTitle"><str>ONE</str><str>TWO</str></arr>
  </doc></result></response>`;
  const json = JSON.stringify({
    numFound: '1',
    docs: [
      {
        reelNo: '18247',
        frameNo: 405,
        purgeIndicator: 'N',
        recordedDate: '2006-09-14T04:00:00Z',
        conveyanceText: 'LIEN & MORTGAGE',
        assignors: [
          { patAssignorName: 'A, INC.', patAssignorExDate: '2006-09-13T04:00:00Z' },
          { patAssignorName: 'B', patAssignorExDate: '0001-01-01T00:00:00Z' },
        ],
        assignees: [{ patAssigneeName: 'BANK' }],
        properties: [
          {
            applNum: '10628795',
            patNum: '7130913',
            filingDate: '2003-07-28T04:00:00Z',
            inventionTitle: 'ONE',
          },
          { applNum: '11400674', patNum: null, filingDate: '0001-01-01T00:00:00Z', inventionTitle: 'TWO' },
        ],
      },
    ],
  });
  t.ok(usptoAssignmentXml.recognises(xml));
  t.ok(usptoAssignmentJson.recognises(json));
  const from_xml = await readAll(usptoAssignmentXml, xml);
  const from_json = await readAll(usptoAssignmentJson, json);
  t.strictSame(from_xml.accepted, from_json.accepted);
  t.match(from_xml.accepted, [
    {
      patent: { application_number: '10628795', publication_number: '7130913', filed_on: '2003-07-28' },
      signals: [
        { kind: 'encumbered', effective_on: null, detail: { reel: '18247', assignors: 'A, INC.; B' } },
      ],
    },
    { patent: { application_number: '11400674', publication_number: null, filed_on: null } },
  ]);
  const short = await readAll(usptoAssignmentXml, xml.replace('<str>NULL</str>', ''));
  t.match(short.quarantined, [{ field: 'applNum', reason: /have 2 and 1 values/ }]);
});

t.test('a file wrapper gives the record, the transactions and the term adjustment', async (t) => {
  const { accepted, quarantined } = await readAll(usptoOpenData, fixture('uspto-open-data.json'));
  t.strictSame(quarantined, []);
  const [wrapper] = accepted;
  t.match(wrapper!.patent, {
    application_number: '17248024',
    publication_number: '11646472',
    filed_on: '2021-01-05',
    priority_on: '2004-02-06',
    domestic_applicant: true,
    agency: true,
  });
  t.strictSame(wrapper!.patent.ipc, ['H01M50/46', 'H01M4/13']);
  t.strictSame(wrapper!.parties, [{ role: 'agent', name: 'WEAVER AND PARTNERS LLP', country: 'US' }]);
  t.match(wrapper!.signals.slice(0, 3), [
    {
      kind: 'filed',
      effective_on: '2021-01-05',
      published_on: '2021-07-08',
      detail: { term_runs_from: '2004-04-14' },
    },
    { kind: 'published', category: 'Q', effective_on: '2021-07-08' },
    { kind: 'granted', effective_on: '2023-05-09', detail: { patent_number: '11646472' } },
  ]);
  t.match(wrapper!.signals.at(-1), {
    kind: 'other',
    category: 'G',
    published_on: '2023-05-09',
    detail: { adjustment_days: '304', a_delay_days: '304', c_delay_days: '0' },
  });
  t.notOk(wrapper!.signals.some((signal) => signal.published_on < '2021-07-08'));
});

t.test('an expired file wrapper: the status and the transaction agree on the day in law', async (t) => {
  const { accepted } = await readAll(usptoOpenData, fixture('uspto-open-data.json'));
  t.match(
    accepted[2]!.signals.filter((signal) => signal.kind === 'lapsed'),
    [
      { source_code: 'status 250', effective_on: '2024-06-14', published_on: '2024-07-15' },
      { source_code: 'EXP.', effective_on: '2024-06-14', published_on: '2024-07-15' },
    ],
  );
  t.ok(accepted[2]!.signals.some(({ kind, source_code }) => kind === 'fee_paid' && source_code === 'M2551'));
  t.match(accepted[1]!.signals, [
    { kind: 'transferred', effective_on: '2016-01-05', detail: { reel: '38323', frame: '190' } },
  ]);
});

t.test('abandonment and revival of an application', async (t) => {
  const wrapper = {
    applicationNumberText: '15000001',
    applicationMetaData: {
      earliestPublicationDate: '2017-07-13',
      earliestPublicationNumber: 'US20170200001A1',
      applicationStatusCode: 161,
      applicationStatusDate: '2018-03-02',
      applicationStatusDescriptionText: 'Abandoned  --  Failure to Respond to an Office Action',
    },
    eventDataBag: [
      {
        eventCode: 'ABN2',
        eventDate: '2016-03-01',
        eventDescriptionText: 'Abandonment for Failure to Respond',
      },
      {
        eventCode: 'PREV',
        eventDate: '2016-09-01',
        eventDescriptionText: 'Petition to Revive Application - Granted',
      },
    ],
  };
  const { accepted } = await readAll(usptoOpenData, JSON.stringify({ patentFileWrapperDataBag: [wrapper] }));
  t.match(accepted[0]!.patent, { publication_number: '20170200001', kind: 'A1' });
  t.match(accepted[0]!.signals, [
    { kind: 'published' },
    { kind: 'withdrawn', category: 'B', source_code: 'status 161', effective_on: '2018-03-02' },
    { kind: 'withdrawn', category: 'B', effective_on: '2016-03-01', published_on: '2017-07-13' },
    { kind: 'restored', category: 'C', effective_on: '2016-09-01', published_on: '2017-07-13' },
  ]);
});

t.test('damaged file wrappers are quarantined one by one', async (t) => {
  const wrapper = (changes: object) => ({
    applicationNumberText: '17/248,024',
    applicationMetaData: { filingDate: '2021-01-05', earliestPublicationDate: '2021-07-08' },
    ...changes,
  });
  const items = [
    wrapper({}),
    wrapper({ applicationNumberText: 'PCTUS2012012345' }),
    wrapper({ applicationMetaData: { filingDate: '2021-13-05' } }),
    wrapper({ applicationMetaData: { filingDate: '2021-01-05' } }),
    wrapper({ applicationMetaData: [] }),
    wrapper({ eventDataBag: {} }),
    wrapper({ eventDataBag: [{ eventCode: 'X' }] }),
    wrapper({ applicationMetaData: { inventionTitle: 'a\u0000b' } }),
    wrapper({ parentContinuityBag: [{ parentApplicationFilingDate: '2022-01-05' }] }),
    wrapper({ patentTermAdjustmentData: { aDelayQuantity: 3 } }),
    wrapper({ assignmentBag: [{ reelNumber: 'x', frameNumber: 1, assignmentRecordedDate: '2022-01-01' }] }),
    [1],
    7,
    wrapper({ __proto__: null, constructor: 'x' }),
  ];
  const broken = JSON.stringify({ patentFileWrapperDataBag: items }, null, 1).replace('"X"', '"X\n');
  const { accepted, quarantined } = await readAll(usptoOpenData, broken);
  t.equal(accepted.length, 2);
  t.strictSame(
    quarantined.map(({ field }) => field),
    [
      'applicationNumberText',
      'filingDate',
      'applicationMetaData',
      'applicationMetaData',
      'eventDataBag',
      'item',
      'inventionTitle',
      'filingDate',
      'patentTermAdjustmentData',
      'reel',
    ],
  );
});

t.test('items of JSON are found whatever the chunks', async () => {
  const value = fc.jsonValue({ maxDepth: 3 });
  const item = fc.dictionary(fc.string({ maxLength: 4 }), value, { maxKeys: 4 });
  const cuts = fc.array(fc.nat(400), { maxLength: 8 });
  const property = fc.asyncProperty(
    fc.array(item),
    value,
    fc.nat(2),
    cuts,
    async (items, other, indent, cuts) => {
      const bytes = Buffer.from(JSON.stringify({ count: 1, other: [[other]], bag: items }, null, indent));
      const ends = [...cuts.map((cut) => Math.min(cut, bytes.length)), bytes.length].sort((a, b) => a - b);
      const chunks = ends.map((end, i) => bytes.subarray(ends[i - 1] ?? 0, end));
      const found: unknown[] = [];
      for await (const { bag, raw } of readJsonItems(Readable.from(chunks)))
        if (bag === 'bag') found.push(JSON.parse(raw));
      if (JSON.stringify(found) !== JSON.stringify(items)) throw new Error(JSON.stringify(found));
    },
  );
  await fc.assert(property);
});

t.test('an item beyond the limit is cut and told, the next one is read', async (t) => {
  const long = `{"applicationNumberText":"${'1'.repeat(5_000_000)}"}`;
  const good = '{"applicationNumberText":"15000001"}';
  const { accepted, quarantined } = await readAll(
    usptoOpenData,
    `{"patentFileWrapperDataBag":[${long},${good}]}`,
  );
  t.match(quarantined, [{ field: 'item', reason: /longer than 4194304/ }]);
  t.match(accepted, [{ patent: { application_number: '15000001' } }]);
  t.strictSame(
    (await readAll(usptoOpenData, '{"toString":[{}],"constructor":[{}],"facets":[{}]}')).records,
    [],
  );
  await t.rejects(readAll(usptoOpenData, '{"patentFileWrapperDataBag":[{'), { name: 'SourceFormatError' });
  await t.rejects(readAll(usptoOpenData, '{}}'), {
    name: 'SourceFormatError',
    message: /one closing bracket/,
  });
  await t.rejects(readAll(usptoOpenData, '<html>'), { name: 'SourceFormatError', message: /line 1/ });
});

t.test('a petition challenges; a final decision invalidates as far as its title says', async (t) => {
  const { accepted, quarantined } = await readAll(usptoTrials, fixture('uspto-trials.json'));
  t.strictSame(quarantined, []);
  t.match(accepted[0], {
    patent: { application_number: '15860939', publication_number: '10169987' },
    signals: [
      {
        kind: 'challenged',
        category: 'L',
        source_code: 'IPR',
        effective_on: '2021-10-01',
        detail: { trial: 'IPR2021-01599', petitioner: 'Lyft, Inc.' },
      },
      { kind: 'other', source_code: 'institutionDecisionDate' },
      {
        kind: 'other',
        source_code: 'terminationDate',
        detail: { status: 'Final Written Decision - Appealed' },
      },
      { kind: 'other', category: 'L', source_code: 'Institution Granted' },
    ],
  });
  t.match(
    accepted.slice(1).map(({ signals }) => signals.at(-1)),
    [
      { kind: 'other', category: 'M', detail: { claims_unpatentable: 'none of the challenged' } },
      {
        kind: 'partly_invalidated',
        category: 'M',
        detail: { claims_unpatentable: 'some of the challenged' },
      },
      { kind: 'partly_invalidated', effective_on: null, published_on: '2026-06-05' },
      { kind: 'invalidated', category: 'H', detail: { claims_unpatentable: 'all' } },
    ],
  );
});

t.test('derivations do not challenge the claims, and a trial must name its patent', async (t) => {
  const proceeding = (trialNumber: string, owner: object) => ({
    trialNumber,
    patentOwnerData: owner,
    trialMetaData: { petitionFilingDate: '2026-06-05' },
  });
  const owner = { patentNumber: '12233106', grantDate: '2025-02-25' };
  const items = [
    proceeding('DER2026-00001', owner),
    proceeding('PGR2026-00055', {}),
    proceeding('55', owner),
  ];
  const { accepted, quarantined } = await readAll(
    usptoTrials,
    JSON.stringify({ patentTrialProceedingDataBag: items }),
  );
  t.match(accepted, [{ patent: { application_number: 'patent 12233106' }, signals: [{ kind: 'other' }] }]);
  t.strictSame(
    quarantined.map(({ field }) => field),
    ['patentOwnerData', 'trialNumber'],
  );
});

t.test('PatentsView tables: patents with title and claims, applications with filing days', async (t) => {
  const patents = await readAll(patentsviewPatents, fixture('patentsview-g_patent.tsv'));
  t.strictSame(brief(patents.accepted), [
    '11324169 grant_date granted F',
    'D662395 grant_date granted F',
    'RE46360 grant_date granted F',
    'PP12345 grant_date granted F',
    '10000002 withdrawn withdrawn B',
  ]);
  t.match(patents.accepted[0]!.patent, {
    application_number: 'patent 11324169',
    kind: 'B2',
    claims: 20,
    title: 'Apparatus, so called "smart" with a tab',
  });
  t.match(patents.accepted[2]!.patent, { claims: null, right_type: 'invention' });
  t.equal(patents.accepted[1]!.patent.right_type, 'design');
  t.strictSame(
    patents.quarantined.map(({ line, field }) => `${line} ${field}`),
    ['7 patent_type', '8 patent_type', '9 patent_date', '10 num_claims'],
  );
  const applications = await readAll(patentsviewApplications, fixture('patentsview-g_application.tsv'));
  t.match(applications.accepted, [
    { patent: { application_number: '16997001', publication_number: '11324169', filed_on: '2020-08-19' } },
    { patent: { application_number: '29400306', right_type: 'design' } },
  ]);
  t.strictSame(reasons(applications.quarantined), [
    '4 filing_date: 1184-07-20 is not a possible date',
    '5 application_id: "1" is not a US application number of eight digits',
  ]);
  const empty = 'patent_id\tpatent_type\tpatent_date\tpatent_title\twipo_kind\tnum_claims\twithdrawn\n';
  const cells = await readAll(patentsviewPatents, empty, '"9"\t"utility"\t"1990-01-02"\t\t\t\t0\n');
  t.match(cells.accepted, [{ patent: { title: null, kind: null, claims: null } }]);
});

t.test('PatentsView patents as lines and as an answer give the same', async (t) => {
  const text = fixture('patentsview-patents.jsonl');
  const lines = await readAll(patentsviewLines, text);
  const answer = `{"error":false,"count":4,"patents":[${text.trimEnd().split('\n').join(',\n')}]}`;
  t.ok(patentsviewAnswer.recognises(answer));
  t.strictSame(await readAll(patentsviewAnswer, answer), lines);
  t.match(lines.accepted[0]!.patent, {
    publication_number: '10000723',
    individual_applicant: false,
    domestic_applicant: true,
  });
  t.equal(lines.accepted[0]!.patent.ipc[0], 'C11B9/027');
  t.strictSame(lines.accepted[3]!.patent.ipc, ['A01G1/04']);
  t.match(lines.accepted[3], {
    patent: { filed_on: '2020-08-19', title: 'A title' },
    signals: [
      { kind: 'filed', published_on: '2022-05-10' },
      { kind: 'granted', effective_on: '2022-05-10' },
    ],
  });
});

t.test('splitting a table between records changes no record', async () => {
  const tables: [SourceAdapter, string, string][] = FIXTURES.filter(([, name]) =>
    /\.(?:txt|csv|tsv|jsonl)$/.test(name),
  ).map(([adapter, name]) => {
    const lines = fixture(name).split('\n');
    const header = /\.[ct]sv$/.test(name) ? `${lines.shift()}\n` : '';
    return [adapter, header, lines.join('\n')];
  });
  // A record repeats filing and grant of the patent before it: what counts is the facts told of each patent.
  const told = (records: readonly SourceRecord[]) =>
    [
      ...new Set(
        records.flatMap((record) =>
          record.ok
            ? [
                JSON.stringify(record.patent),
                ...record.signals.map((signal) => JSON.stringify([record.patent.application_number, signal])),
              ]
            : [JSON.stringify({ ...record, line: 0 })],
        ),
      ),
    ].sort();
  const property = fc.asyncProperty(
    fc.constantFrom(...tables),
    fc.nat(100),
    async ([adapter, header, body], at) => {
      const lines = body.trimEnd().split('\n');
      const middle = 1 + (at % (lines.length - 1));
      const part = (from: number, to?: number) => readAll(adapter, header + lines.slice(from, to).join('\n'));
      const whole = await readAll(adapter, header + body);
      const parts = [...(await part(0, middle)).records, ...(await part(middle)).records];
      if (JSON.stringify(told(parts)) !== JSON.stringify(told(whole.records)))
        throw new Error(`${adapter.id} at ${middle}`);
    },
  );
  await fc.assert(property, { numRuns: 60 });
});

t.test('any damage to a file gives records or one format error', async () => {
  const damage = fc.record({
    file: fc.constantFrom(...FIXTURES),
    at: fc.nat(7000),
    length: fc.nat(40),
    inserted: fc.oneof(
      fc.uint8Array({ maxLength: 8 }).map((bytes) => Buffer.from(bytes)),
      fc
        .constantFrom('', '<', '&', '"', '{', '}', ']', '\\', '\t', '\n', '\0', '__proto__')
        .map((text) => Buffer.from(text)),
    ),
  });
  const property = fc.asyncProperty(damage, async ({ file: [adapter, name], at, length, inserted }) => {
    const bytes = readFileSync(join(fixtures, name));
    const start = at % bytes.length;
    const damaged = Buffer.concat([bytes.subarray(0, start), inserted, bytes.subarray(start + length)]);
    try {
      const { quarantined } = await readAll(adapter, damaged);
      for (const { field, reason, line } of quarantined)
        if (field === '' || reason === '' || line < 1) throw new Error(`${adapter.id}: empty report`);
    } catch (error) {
      if (!(error instanceof SourceFormatError)) throw error;
    }
  });
  await fc.assert(property, { numRuns: 1000 });
});

/** Shared folder, files, and how many records each gives; none is quarantined. */
const SHARED: [SourceAdapter, string, number][] = [
  [usptoAssignmentJson, 'uspto_assignment/assignment_1.json', 5],
  [usptoAssignmentXml, 'uspto_assignment/assignment_1.xml', 5],
  [usptoAssignmentJson, 'uspto_assignment/assignment_2.json', 1],
  [usptoAssignmentXml, 'uspto_assignment/assignment_2.xml', 1],
  [usptoAssignmentTable, 'uspto_assignment/uspto_assignments_harvested.csv', 4093],
  [usptoOpenData, 'uspto_odp/get_patent.json', 1],
  [usptoOpenData, 'uspto_odp/get_patent_adjustment.json', 1],
  [usptoOpenData, 'uspto_odp/get_patent_assignment.json', 1],
  [usptoOpenData, 'uspto_odp/get_patent_continuity.json', 1],
  [usptoOpenData, 'uspto_odp/get_patent_transactions.json', 1],
  [usptoOpenData, 'uspto_odp/get_petition_decision.json', 1],
  [usptoOpenData, 'uspto_odp/search_petitions.json', 5],
  [usptoTrials, 'uspto_odp/get_trial_decision.json', 1],
  [usptoTrials, 'uspto_odp/get_trial_decisions_by_trial_number.json', 3],
  [usptoTrials, 'uspto_odp/get_trial_proceeding.json', 1],
  [usptoTrials, 'uspto_odp/search_trial_decisions.json', 5],
  [usptoTrials, 'uspto_odp/search_trial_proceedings.json', 5],
  [patentsviewLines, 'patentsview/patents_sample.jsonl', 1137],
];

t.test('real files are read whole', { skip: !existsSync(shared) && 'no shared data' }, async (t) => {
  for (const [adapter, name, expected] of SHARED) {
    const path = join(shared, name);
    const head = readFileSync(path, 'utf8').slice(0, 4096);
    t.strictSame(
      ADAPTERS.filter((candidate) => candidate.recognises(head)).map(({ id }) => id),
      [adapter.id],
      name,
    );
    const counts = { accepted: 0, quarantined: 0 };
    for await (const { ok } of adapter.read(createReadStream(path)))
      counts[ok ? 'accepted' : 'quarantined'] += 1;
    t.strictSame(counts, { accepted: expected, quarantined: 0 }, name);
  }
  const read = new Set(SHARED.map(([, name]) => name));
  for (const folder of ['uspto_odp', 'epo_ops', 'us_fee_lapse', 'dpma_register'])
    for (const name of readdirSync(join(shared, folder))) {
      if (read.has(`${folder}/${name}`)) continue;
      const head = readFileSync(join(shared, folder, name), 'utf8').slice(0, 4096);
      t.notOk(
        ADAPTERS.some((adapter) => adapter.recognises(head)),
        `${folder}/${name} is another's`,
      );
    }
});
