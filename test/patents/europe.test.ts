import { createReadStream, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import t from 'tap';
import type { DocumentRecord } from '../../src/patents/sources/epo/bibliography.ts';
import { documentMeaning } from '../../src/patents/sources/epo/document-kinds.ts';
import { applicationNumber, classSymbol } from '../../src/patents/sources/epo/numbers.ts';
import { epoOpsBiblio } from '../../src/patents/sources/epo/ops-biblio.ts';
import { readOpsDocuments } from '../../src/patents/sources/epo/ops-documents.ts';
import { epoOpsFamily } from '../../src/patents/sources/epo/ops-family.ts';
import { epoOpsLegal } from '../../src/patents/sources/epo/ops-legal.ts';
import { patstatKeys } from '../../src/patents/sources/patstat/keys.ts';
import { type PatstatRecord, patstat, readPatstat } from '../../src/patents/sources/patstat/tables.ts';
import { type QuarantinedRecord, SourceFormatError } from '../../src/patents/sources/record.ts';

const fixtures = join(import.meta.dirname, 'fixtures');
const BIBLIO = readFileSync(join(fixtures, 'ops-biblio.xml'), 'utf8');
const FAMILY = readFileSync(join(fixtures, 'ops-family.xml'), 'utf8');
const TABLES = [
  'tls201_appln',
  'tls211_pat_publn',
  'tls204_appln_prior',
  'tls212_citation',
  'tls224_appln_cpc',
  'tls231_inpadoc_legal_event',
];
const CSV = TABLES.map((table) => readFileSync(join(fixtures, `patstat-${table}.csv`), 'utf8'));
const EXTRACT = CSV.join('');

type Read<Accepted> = AsyncIterable<Accepted | QuarantinedRecord>;

async function collect<Accepted extends { ok: true }>(records: Read<Accepted>) {
  const accepted: Accepted[] = [];
  const quarantined: QuarantinedRecord[] = [];
  for await (const record of records)
    if (record.ok) accepted.push(record);
    else quarantined.push(record);
  return { accepted, quarantined };
}

function text(...chunks: (string | Uint8Array)[]): Readable {
  return Readable.from(chunks.map((chunk) => Buffer.from(chunk)));
}

const documents = (xml: string) => collect(readOpsDocuments(text(xml)));
const rows = (csv: string, known = patstatKeys()) => collect(readPatstat(text(csv), known));

const reasons = (quarantined: readonly QuarantinedRecord[]) =>
  quarantined.map(({ field, reason }) => [field, reason]);

/** Each record as its number and its signals. */
const courses = (records: readonly (DocumentRecord | PatstatRecord)[]) =>
  records.map(({ patent, signals }) => [
    `${patent.office} ${patent.application_number}`,
    ...signals.map((s) => `${s.kind} ${s.source_code} ${s.effective_on} ${s.published_on}`),
  ]);

t.test('a bibliographic answer gives one record a document, by what the document is', async (t) => {
  const { accepted, quarantined } = await documents(BIBLIO);
  t.strictSame(courses(accepted), [
    [
      'EP 14999901',
      'filed application-reference 2014-06-30 2015-01-07',
      'published A1 2015-01-07 2015-01-07',
    ],
    ['EP 14999901', 'granted B1 2017-05-10 2017-05-10'],
    [
      'WO PCT/FI2014/999901',
      'filed application-reference 2014-06-27 2014-12-31',
      'published A1 2014-12-31 2014-12-31',
    ],
    ['CN 201480999901.4', 'granted B 2019-04-05 2019-04-05'],
    [
      'CN 201920999901.4',
      'filed application-reference 2019-05-01 2020-01-10',
      'granted U 2020-01-10 2020-01-10',
    ],
    ['EP 14999902', 'other A3 null 2015-01-07'],
  ]);
  t.strictSame(
    accepted.map(({ patent }) => [patent.right_type, patent.domestic_applicant]),
    [
      ['invention', null],
      ['invention', null],
      ['invention', null],
      ['invention', true],
      ['utility_model', null],
      ['invention', null],
    ],
  );
  t.strictSame(reasons(quarantined), [
    ['publication-reference', '2015-02-30 is not a possible date'],
    ['publication-reference', '2013-01-07 is before filing on 2014-06-30'],
    ['application-reference', 'the application is missing'],
    ['priority-claim', '2014-12-31 is after filing on 2014-06-30'],
    ['classification-ipcr', '"84/20" is not an IPC symbol'],
    ['publication-reference', 'office, number or kind is missing'],
  ]);
  t.equal(quarantined[0]!.line, 56);
});

t.test('bibliography: title, classes, applicants, priorities and family', async (t) => {
  const [first] = (await documents(BIBLIO)).accepted;
  t.strictSame(first!.patent, {
    office: 'EP',
    application_number: '14999901',
    right_type: 'invention',
    publication_number: '9999901',
    kind: 'A1',
    filed_on: '2014-06-30',
    priority_on: '2013-06-28',
    title: 'Invented device',
    claims: null,
    ipc: ['H04W84/20', 'A61K'],
    individual_applicant: null,
    domestic_applicant: null,
    agency: null,
  });
  t.strictSame(first!.signals[1]!.detail, {
    publication: 'EP9999901A1',
    family_id: '7001',
    priorities: 'FI20130000099 2013-06-28; US201361999901P 2013-07-03',
    applicants: 'EXAMPLE OY [FI]; EXAMPLE AB [SE]',
    cpc: 'H04W84/20; Y02D30/70',
  });
});

t.test('citations carry document or literature, phase, citing side and categories', async (t) => {
  const [first] = (await documents(BIBLIO)).accepted;
  const common = { citing: { office: 'EP', number: '9999901', kind: 'A1' }, published_on: '2015-01-07' };
  t.strictSame(first!.bibliography.citations, [
    {
      ...common,
      cited: { office: 'US', number: '2003999901', kind: 'A1' },
      cited_reference: null,
      cited_on: '2003-03-27',
      phase: 'national-search-report',
      by: 'examiner',
      categories: ['Y', 'A'],
    },
    {
      ...common,
      cited: { office: 'GB', number: '999901', kind: 'A' },
      cited_reference: null,
      cited_on: null,
      phase: 'undefined',
      by: 'applicant',
      categories: [],
    },
    {
      ...common,
      cited: null,
      cited_reference: 'NOBODY: "Invented devices", 2001',
      cited_on: null,
      phase: 'national-search-report',
      by: 'examiner',
      categories: ['X'],
    },
  ]);
});

t.test('a family answer gives one record a member, with priorities in the form of the store', async (t) => {
  const { accepted, quarantined } = await documents(FAMILY);
  t.strictSame(courses(accepted), [
    [
      'EP 14999901',
      'filed application-reference 2014-06-30 2015-01-07',
      'published A1 2015-01-07 2015-01-07',
    ],
    ['EP 14999901', 'granted B1 2017-05-10 2017-05-10'],
    [
      'US 14999901',
      'filed application-reference 2014-06-30 2015-04-02',
      'published A1 2015-04-02 2015-04-02',
    ],
    ['US 14999901', 'granted B2 2018-06-12 2018-06-12'],
    [
      'JP 2016099901',
      'filed application-reference 2014-06-27 2016-08-04',
      'published A 2016-08-04 2016-08-04',
    ],
    ['JP 2016099901', 'granted B2 null 2019-02-20'],
    ['AT 14999901', 'other T null 2017-05-15'],
  ]);
  t.strictSame(reasons(quarantined), [
    ['application-reference', 'check digit 1 is wrong, 201480999901 has 4'],
  ]);
  const { bibliography, patent } = accepted[0]!;
  t.equal(bibliography.family_id, '88001', 'of the member, not of the document inside it');
  t.equal(patent.title, 'Invented device');
  t.strictSame(bibliography.priorities, [
    { office: 'FI', number: '20130099', kind: 'A', form: 'docdb', filed_on: '2013-06-28', active: true },
    { office: 'US', number: '61999901', kind: 'P', form: 'docdb', filed_on: '2013-07-03', active: false },
  ]);
});

t.test('each OPS answer is recognised as one kind', async (t) => {
  const legal = readFileSync(join(fixtures, 'ops-legal.xml'), 'utf8');
  const heads = { [epoOpsBiblio.id]: BIBLIO, [epoOpsFamily.id]: FAMILY, [epoOpsLegal.id]: legal };
  for (const adapter of [epoOpsBiblio, epoOpsFamily, epoOpsLegal, patstat])
    t.strictSame(
      Object.keys(heads).filter((id) => adapter.recognises(heads[id]!.slice(0, 4096))),
      adapter === patstat ? [] : [adapter.id],
    );
});

t.test('an answer cut in two between documents gives the same records', async (t) => {
  for (const [xml, end] of [
    [BIBLIO, '</exchange-document>'],
    [FAMILY, '</ops:family-member>'],
  ] as const) {
    const [start = '', ...rest] = xml.split(/(?<=<exchange-documents>|total-result-count="8">)/);
    const parts = rest.join('').split(new RegExp(`(?<=${end})`));
    const tail = parts.pop()!.replace(/[\s\S]*?(?=<\/(?:exchange-documents|ops:patent-family)>)/, '');
    const bare = async (body: string[]) =>
      withoutLines(await collect(readOpsDocuments(text(start + body.join('') + tail))));
    const whole = await bare(parts);
    t.strictSame(whole.accepted, withoutLines(await documents(xml)).accepted);
    const property = fc.asyncProperty(fc.integer({ min: 0, max: parts.length }), async (cut) => {
      const [a, b] = [await bare(parts.slice(0, cut)), await bare(parts.slice(cut))];
      return JSON.stringify([...a.accepted, ...b.accepted]) === JSON.stringify(whole.accepted);
    });
    await fc.assert(property, { numRuns: 15 });
  }
});

function withoutLines<Accepted extends { line: number }>(read: {
  accepted: Accepted[];
  quarantined: QuarantinedRecord[];
}) {
  return {
    accepted: read.accepted.map((record) => ({ ...record, line: 0 })),
    quarantined: read.quarantined.map((record) => ({ ...record, line: 0 })),
  };
}

t.test('any damage to an answer or a table gives records or one format error', async () => {
  const damage = fc.record({
    file: fc.constantFrom(BIBLIO, FAMILY, EXTRACT),
    at: fc.nat({ max: 14_000 }),
    length: fc.nat({ max: 60 }),
    inserted: fc.oneof(
      fc.uint8Array({ maxLength: 8 }).map((bytes) => Buffer.from(bytes)),
      fc
        .constantFrom('', '<', '&', ']]>', '</exchange-document>', '"', '\n', ',,')
        .map((s) => Buffer.from(s)),
    ),
  });
  const property = fc.asyncProperty(damage, async ({ file, at, length, inserted }) => {
    const bytes = Buffer.from(file);
    const damaged = [bytes.subarray(0, at), inserted, bytes.subarray(at + length)];
    try {
      if (file === EXTRACT) await collect(readPatstat(text(...damaged), patstatKeys()));
      else await collect(readOpsDocuments(text(...damaged)));
    } catch (error) {
      if (!(error instanceof SourceFormatError)) throw error;
    }
  });
  await fc.assert(property, { numRuns: 200 });
});

t.test('documents that break the layout are one error, oversized or damaged ones go alone', async (t) => {
  const start = '<ops:world-patent-data xmlns:ops="o"><exchange-documents>';
  const end = '</exchange-documents></ops:world-patent-data>';
  await t.rejects(documents('<html/>'), { name: 'SourceFormatError', message: /"world-patent-data"/ });
  await t.rejects(documents(`${start}<exchange-document><exchange-document/></exchange-document>${end}`), {
    name: 'SourceFormatError',
    message: /exchange-document stands inside exchange-document/,
  });
  const title = `<invention-title lang="en">${'x'.repeat(60_000)}</invention-title>`;
  const classification =
    '<patent-classification><classification-scheme scheme="CPCI"/><section>H</section></patent-classification>';
  const bodies = [
    title.repeat(20),
    classification.repeat(40_000),
    `<citation>${'<category>X</category>'.repeat(70_000)}</citation>`,
    '<invention-title>\uFFFD</invention-title>',
  ];
  const xml = bodies.map((body) => `<exchange-document>${body}</exchange-document>`).join('');
  const good = /<exchange-document [\s\S]*?<\/exchange-document>/.exec(BIBLIO)![0];
  const { accepted, quarantined } = await documents(start + xml + good + end);
  t.strictSame(
    accepted.map(({ bibliography }) => bibliography),
    (await documents(BIBLIO)).accepted.slice(0, 1).map(({ bibliography }) => bibliography),
  );
  t.strictSame(reasons(quarantined), [
    ...Array(3).fill(['exchange-document', 'the document is longer than 1048576 characters']),
    ['exchange-document', 'not UTF-8'],
  ]);
});

t.test('kinds of documents mean what they mean at their office and in their time', async (t) => {
  const meaning = (office: string, kind: string, on: string) => {
    const { kind: means, opens, effective_on } = documentMeaning(office, kind, on);
    return `${means}${opens ? ' opens' : ''} ${effective_on}`;
  };
  t.equal(meaning('US', 'A', '1999-05-04'), 'granted opens 1999-05-04');
  t.equal(meaning('US', 'A', '2001-03-15'), 'other null');
  t.equal(meaning('US', 'B1', '2012-05-01'), 'granted opens 2012-05-01');
  t.equal(meaning('EP', 'B2', '2012-05-01'), 'other null');
  t.equal(meaning('CN', 'B', '1990-01-03'), 'other null');
  t.equal(meaning('CN', 'U', '1990-01-03'), 'other null');
  t.equal(meaning('CN', 'C', '2005-01-05'), 'granted 2005-01-05');
  t.equal(meaning('JP', 'B2', '1990-01-03'), 'other null');
  t.equal(meaning('AU', 'A1', '2012-05-01'), 'published opens 2012-05-01');
  t.equal(meaning('CA', 'A', '1980-05-01'), 'other null');
});

t.test('numbers and classes lose padding and gain their office', async (t) => {
  t.strictSame(applicationNumber('US', '2011040985', 'W', 'f'), {
    office: 'WO',
    number: 'PCT/US2011/040985',
  });
  t.strictSame(applicationNumber('CN', '201710117081', 'A', 'f'), { office: 'CN', number: '201710117081.7' });
  t.throws(() => applicationNumber('EP', '10 167', 'A', 'f'), { name: 'RejectedField', field: 'f' });
  t.throws(() => applicationNumber('', '10167', 'A', 'f'), { name: 'RejectedField' });
  t.equal(classSymbol('H04L  12/   715'), 'H04L12/715');
  t.equal(classSymbol('H04L12/715x'), null);
});

t.test('PATSTAT applications: sentinels, WO numbers and made-up applications', async (t) => {
  const { accepted, quarantined } = await rows(CSV[0]!);
  t.strictSame(courses(accepted), [
    ['EP 09999901', 'filed tls201_appln 2014-06-30 2015-01-07'],
    ['US 99999901'],
    ['WO PCT/FI2014/999901', 'filed tls201_appln 2014-06-27 2014-12-31'],
    ['CN 201499999901.7', 'filed tls201_appln 2014-06-27 2016-02-03'],
    ['DE 202014999901', 'filed tls201_appln 2014-07-01 2014-09-11'],
  ]);
  t.equal(accepted[4]!.patent.right_type, 'utility_model');
  t.strictSame(accepted[0]!.signals[0]!.detail, { appln_id: '101', family_id: '7001' });
  t.strictSame(
    quarantined.map(({ line, field }) => [line, field]),
    [
      [7, 'appln_kind'],
      [8, 'appln_filing_date'],
      [9, 'ipr_type'],
      [10, 'receiving_office'],
    ],
  );
});

t.test('PATSTAT publications: the first grant and its claims', async (t) => {
  const known = patstatKeys();
  await rows(CSV[0]!, known);
  const { accepted, quarantined } = await rows(CSV[1]!, known);
  t.strictSame(courses(accepted), [
    ['EP 09999901', 'published A1 2015-01-07 2015-01-07'],
    ['EP 09999901', 'granted B1 2017-05-10 2017-05-10'],
    ['EP 09999901', 'other B2 null 2019-09-04'],
    ['WO PCT/FI2014/999901', 'published A1 2014-12-31 2014-12-31'],
    ['CN 201499999901.7', 'published A 2016-02-03 2016-02-03'],
    ['DE 202014999901', 'granted U1 2014-09-11 2014-09-11'],
    ['CN 201499999901.7'],
  ]);
  t.strictSame(
    accepted.map(({ patent }) => patent.claims),
    [null, 12, null, null, 10, 8, null],
  );
  t.strictSame(
    quarantined.map(({ field }) => field),
    ['publn_first_grant', 'publn_claims'],
  );
});

t.test('PATSTAT priorities, citations and classes stand in the record and make no event', async (t) => {
  const known = patstatKeys();
  await rows(CSV[0]! + CSV[1]!, known);
  const { accepted, quarantined } = await rows(CSV[2]! + CSV[3]! + CSV[4]!, known);
  t.strictSame(
    accepted.flatMap(({ signals }) => signals),
    [],
  );
  t.strictSame(
    accepted
      .slice(0, 3)
      .map(({ patent, priority }) => [patent.priority_on, priority!.number, priority!.filed_on]),
    [
      ['2013-06-28', '99999901', '2013-06-28'],
      [null, 'PCT/FI2014/999901', '2014-06-27'],
      [null, '99999901', '2013-06-28'],
    ],
  );
  t.match(
    accepted.slice(3, 6).map(({ citation }) => citation),
    [
      { cited: { office: 'WO', number: '2014999901' }, cited_on: '2014-12-31', phase: 'SEA', by: 'examiner' },
      { cited: null, cited_reference: 'pat_publn_id 55555', by: 'applicant', published_on: '2017-05-10' },
      { cited: null, cited_reference: 'npl_publn_id 9a0b', phase: 'OPP', by: null },
    ],
  );
  t.strictSame(
    accepted.slice(6).map(({ cpc }) => cpc),
    ['H04W84/20', 'Y02D30/70', 'A61K2300/00'],
  );
  t.strictSame(
    quarantined.map(({ field }) => field),
    ['prior_appln_id', 'cited_pat_publn_id', 'pat_publn_id', 'cpc_class_symbol'],
  );
});

t.test('PATSTAT legal events become signals, states of a European patent stay apart', async (t) => {
  const known = patstatKeys();
  await rows(CSV[0]!, known);
  const { accepted, quarantined } = await rows(CSV[5]!, known);
  t.strictSame(courses(accepted), [
    ['EP 09999901', 'examination_requested 17P 2015-07-07 2015-08-12'],
    ['EP 09999901', 'fee_paid PGFP 2018-06-22 2018-07-31'],
    ['EP 09999901', 'other PG25 2018-07-01 2019-04-30'],
    ['EP 09999901', 'invalidated 27W 2020-01-15 2020-03-04'],
    ['US 99999901', 'encumbered AS 2014-01-30 2014-02-03'],
    ['CN 201499999901.7', 'encumbered PE01 null 2019-11-05'],
    ['EP 09999901', 'other REG null 2017-06-01'],
  ]);
  t.match(accepted[1]!.signals[0]!.detail, { state: 'FR', fee_year: '5', payment_on: '2018-06-22' });
  t.strictSame(accepted[2]!.signals[0]!.detail, {
    state: 'SE',
    kind_in_state: 'lapsed',
    text: 'LAPSED IN A CONTRACTING STATE; NON-PAYMENT OF DUE FEES, INVENTED',
  });
  t.match(accepted[4]!.signals[0]!.detail, { owner: 'EXAMPLE BANK, N.A.', previous_owner: 'EXAMPLE OY' });
  t.strictSame(reasons(quarantined), [
    ['event_publn_date', 'is missing: the event was never made public'],
    ['appln_id', 'application 4711 is not known: put its row of tls201_appln before, at most 200000 rows'],
    ['line', 'a quote is out of place or never closed'],
  ]);
});

t.test('PATSTAT tables in one file, or one after the other, give the same records', async (t) => {
  const known = patstatKeys();
  const separate = { accepted: [] as PatstatRecord[], quarantined: [] as QuarantinedRecord[] };
  for (const csv of CSV) {
    const { accepted, quarantined } = await rows(csv, known);
    separate.accepted.push(...accepted);
    separate.quarantined.push(...quarantined);
  }
  t.strictSame(withoutLines(await rows(EXTRACT)), withoutLines(separate));
  t.equal(separate.accepted.length + separate.quarantined.length, EXTRACT.trimEnd().split('\n').length - 6);
});

t.test('a PATSTAT table cut anywhere between rows gives the same records', async () => {
  const known = patstatKeys();
  await rows(CSV[0]! + CSV[1]!, known);
  const cases = CSV.map((csv) => csv.trimEnd().split('\n'));
  const property = fc.asyncProperty(fc.constantFrom(...cases), fc.nat({ max: 10 }), async (lines, after) => {
    const [header = '', ...body] = lines;
    const read = async (part: string[]) =>
      withoutLines(await rows([header, ...part].join('\n'), known)) as { accepted: object[] };
    const cut = after % (body.length + 1);
    const [a, b, whole] = [await read(body.slice(0, cut)), await read(body.slice(cut)), await read(body)];
    return JSON.stringify([...a.accepted, ...b.accepted]) === JSON.stringify(whole.accepted);
  });
  await fc.assert(property, { numRuns: 50 });
});

t.test(
  'PATSTAT columns may stand in any order, in quotes, and joined with those of the application',
  async (t) => {
    const joined = [
      '"APPLN_AUTH","APPLN_NR","APPLN_KIND","IPR_TYPE","APPLN_ID","EVENT_AUTH","EVENT_TEXT","EVENT_CODE","EVENT_PUBLN_DATE","EVENT_EFFECTIVE_DATE"',
      '"DE","102014999901","A ","PI","999","DE","","R119","2020-02-06","9999-12-31"',
    ].join('\r\n');
    t.ok(patstat.recognises(joined));
    t.strictSame(courses((await rows(joined)).accepted), [
      ['DE 102014999901', 'lapsed R119 null 2020-02-06'],
    ]);
  },
);

t.test('remembered applications do not keep the file in memory', async (t) => {
  setFlagsFromString('--expose-gc');
  const collectGarbage: () => void = runInNewContext('gc');
  const held = () => {
    collectGarbage();
    return process.memoryUsage().heapUsed;
  };
  const applications = 20_000;
  const [header = '', row = ''] = CSV[0]!.split('\n');
  function* file() {
    yield Buffer.from(`${header}\n`);
    for (let i = 1; i <= applications; i += 1) {
      const number = String(1020130000000 + i);
      yield Buffer.from(`${row.replace('101,EP,09999901', `${i},KR,${number}`)}${' '.repeat(2_000)}\n`);
    }
  }
  const known = patstatKeys();
  const start = held();
  for await (const record of readPatstat(Readable.from(file()), known)) if (!record.ok) t.fail(record.reason);
  const grown = held() - start;
  t.equal(known.applications.size, applications);
  t.ok(grown < 16 * 2 ** 20, `${grown} bytes over the start`);
});

t.test('a file that starts with no PATSTAT table is told which there are', async (t) => {
  for (const table of CSV) t.ok(patstat.recognises(table));
  t.notOk(patstat.recognises('person_id,appln_id,applt_seq_nr\n'));
  await t.rejects(rows('person_id,appln_id\n1,2\n'), {
    name: 'SourceFormatError',
    message: /line 1 is not .* tls231_inpadoc_legal_event \(appln_id,/,
  });
  await t.rejects(rows(''), { name: 'SourceFormatError', message: /the file is empty/ });
});

const shared = join(import.meta.dirname, '../../../shared/data/epo_ops');
const sharedFile = (name: string) => createReadStream(join(shared, name));

t.test('real OPS answers', { skip: !existsSync(shared) && 'no ../shared/data' }, async (t) => {
  const one = await collect(readOpsDocuments(sharedFile('get_biblio.xml')));
  t.equal(one.accepted.length, 1);
  t.match(one.accepted[0], {
    patent: {
      office: 'EP',
      application_number: '10167109',
      publication_number: '2400812',
      kind: 'A1',
      filed_on: '2010-06-24',
      priority_on: '2010-06-24',
      ipc: ['H04W84/20'],
    },
    signals: [{ kind: 'filed' }, { kind: 'published', published_on: '2011-12-28' }],
  });
  const { bibliography } = one.accepted[0]!;
  t.equal(bibliography.family_id, '43088294');
  t.strictSame(bibliography.cpc, ['H04W84/20', 'H04W88/04']);
  t.equal(bibliography.citations.length, 6);
  t.match(bibliography.citations[4], { cited: { number: '2004136338', kind: 'A1' }, categories: ['Y', 'A'] });

  const many = await collect(readOpsDocuments(sharedFile('get_biblio_multiple.xml')));
  t.strictSame(
    many.accepted.map(({ patent }) => `${patent.publication_number}${patent.kind}`),
    ['2400812A1', '2533477A1', '2533477B1'],
  );

  const family = await collect(readOpsDocuments(sharedFile('get_family.xml')));
  const members = [
    [
      'EP 10167109',
      'filed application-reference 2010-06-24 2011-12-28',
      'published A1 2011-12-28 2011-12-28',
    ],
    ['EP 10167109', 'granted B1 2019-11-27 2019-11-27'],
    ['CA 2744162', 'filed application-reference 2011-06-23 2011-12-24', 'published A1 2011-12-24 2011-12-24'],
    [
      'US 13167395',
      'filed application-reference 2011-06-23 2012-03-08',
      'published A1 2012-03-08 2012-03-08',
    ],
    ['US 13167395', 'granted B2 2017-05-09 2017-05-09'],
  ];
  t.strictSame(courses(family.accepted), members);
  const rich = await collect(readOpsDocuments(sharedFile('get_family_with_biblio.xml')));
  t.strictSame(courses(rich.accepted), members);
  t.strictSame(
    rich.accepted.map((record) => record.bibliography.citations.length),
    [6, 0, 0, 29, 37],
  );
  t.strictSame(
    [one, many, family, rich].flatMap(({ quarantined }) => quarantined),
    [],
  );

  const head = (name: string) => readFileSync(join(shared, name), 'utf8').slice(0, 4096);
  for (const name of ['get_biblio.xml', 'get_biblio_multiple.xml']) t.ok(epoOpsBiblio.recognises(head(name)));
  for (const name of ['get_family.xml', 'get_family_with_biblio.xml']) {
    t.ok(epoOpsFamily.recognises(head(name)));
    t.notOk(epoOpsBiblio.recognises(head(name)));
  }
  for (const name of ['get_legal.xml', 'get_claims.xml', 'search.xml', 'get_register_biblio.xml'])
    t.notOk(epoOpsBiblio.recognises(head(name)) || epoOpsFamily.recognises(head(name)), name);
});
