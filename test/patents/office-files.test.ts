/**
 * Registers and answers of the offices: what each new layout tells, on invented files; and every file of the folder of real
 * data beside the checkout, where it is there: each is read by a named source with these counts, or holds no patents.
 */
import { createReadStream, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { Readable } from 'node:stream';
import t from 'tap';
import { ingestRecords } from '../../src/patents/ingest.ts';
import { openSourceFile } from '../../src/patents/source-file.ts';
import { dpmaRegister } from '../../src/patents/sources/dpma/register.ts';
import { epoRegister } from '../../src/patents/sources/epo/register.ts';
import type { AcceptedRecord, SourceAdapter, SourceRecord } from '../../src/patents/sources/record.ts';
import { usptoApplicationAnswers } from '../../src/patents/sources/uspto/application-answers.ts';
import { usptoCitedDocuments } from '../../src/patents/sources/uspto/cited-documents.ts';
import { usptoInterferences } from '../../src/patents/sources/uspto/interferences.ts';
import { createTestDatabase } from '../database.ts';

const { database } = await createTestDatabase(t);
const { sql } = database;
const FIXTURES = join(import.meta.dirname, 'fixtures');
const DATA = join(import.meta.dirname, '../../../shared/data');

async function read(adapter: SourceAdapter, input: Readable): Promise<SourceRecord[]> {
  const records: SourceRecord[] = [];
  for await (const record of adapter.read(input)) records.push(record);
  return records;
}

async function fixture(adapter: SourceAdapter, name: string) {
  const records = await read(adapter, createReadStream(join(FIXTURES, name)));
  return { records, accepted: records.filter((record): record is AcceptedRecord => record.ok) };
}

const course = ({ signals }: AcceptedRecord) =>
  signals.map(({ kind, source_code, effective_on, published_on }) =>
    [kind, source_code, effective_on, published_on].join(' '),
  );

t.test('the German register tells the course of an application, its holder and the next fee', async (t) => {
  const { accepted } = await fixture(dpmaRegister, 'dpma-register.xml');
  const [record] = accepted;
  t.match(record, {
    patent: {
      office: 'DE',
      application_number: '102010999901',
      right_type: 'invention',
      publication_number: '102010999901',
      kind: 'B4',
      filed_on: '2010-02-01',
      priority_on: '2009-03-02',
      title: 'Pumpe mit zwei R\u00e4dern',
      ipc: ['F04D1/00', 'E05B63/08'],
      domestic_applicant: true,
      agency: true,
    },
    publication: { number: '102010999901', kind: 'B4', published_on: '2012-05-02' },
    parties: [
      { role: 'owner', name: 'Neue Pumpen GmbH', country: 'DE' },
      { role: 'agent', name: 'Kanzlei', country: null },
    ],
    texts: [{ part: 'abstract', language: 'de', text: 'Eine Pumpe.' }],
    priorities: [{ office: 'DE', number: '102009999901', filed_on: '2009-03-02' }],
  });
  t.strictSame(course(record!), [
    'filed application-reference 2010-02-01 2011-08-04',
    'published date-of-first-publication 2011-08-04 2011-08-04',
    'granted date-of-publication-of-grant 2012-05-02 2012-05-02',
    'other R000 2010-02-01 2011-08-04',
    'examination_requested R012 2010-03-10 2011-08-04',
    'other R020 2012-08-03 2012-11-08',
    'other R203 2012-05-02 2012-05-02',
    'lapsed R119 2016-09-01 2016-12-01',
    'transferred R081 2019-03-20 2019-04-25',
    'other R081 2020-03-20 2020-03-20',
    'other due-date  2026-06-19',
    'restored status  2026-06-19',
  ]);
  t.match(record!.signals[8]!.detail, { owner: 'Neue Pumpen GmbH', previous_owner: 'Alte Pumpen AG' });
  t.match(record!.signals[10]!.detail, { due_on: '2027-02-28', fee_year: '18' });
  t.match(record!.citations, [
    { cited: { office: 'DE', number: '19750293', kind: 'A1' }, categories: ['X'], literature: false },
    { cited: null, cited_reference: 'XY?', literature: false },
    { cited_reference: 'Ein Buch', literature: true },
  ]);
});

t.test('a fee unpaid before the grant ends the application, and no right', async (t) => {
  const xml = readFileSync(join(FIXTURES, 'dpma-register.xml'), 'utf8');
  const pending = xml.replace(/<date-of-publication-of-grant>.*<\/date-of-publication-of-grant>/, '');
  const [record] = await read(dpmaRegister, Readable.from([pending]));
  t.ok(record?.ok && course(record).includes('withdrawn R119 2016-09-01 2016-12-01'));
  t.match(await read(dpmaRegister, Readable.from([xml.replace('901.9', '901.0')])), [
    { ok: false, field: 'application-reference' },
  ]);
});

t.test('the European register tells documents, holders, lapses by state, events and fees', async (t) => {
  const { records, accepted } = await fixture(epoRegister, 'epo-register.xml');
  t.match(records[1], { ok: false, field: 'application-reference', code: 'missing', reason: /bibliography/ });
  const [record] = accepted;
  t.match(record, {
    patent: { office: 'EP', application_number: '10999702', kind: 'B1', title: 'RADIO', ipc: ['H04W84/20'] },
    publication: { number: '9999702', kind: 'B1', published_on: '2019-11-27' },
    texts: [{ part: 'title', language: 'de', text: 'FUNK' }],
    parties: [
      { role: 'owner', name: 'New Radio Oy', country: 'FI' },
      { role: 'agent', name: 'New Agents Oy', country: 'FI' },
    ],
    citations: [
      { cited: { office: 'WO' }, categories: ['A'] },
      { cited_reference: 'A book', literature: true },
    ],
  });
  t.strictSame(course(record!), [
    'filed application-reference 2010-06-24 2011-12-28',
    'published A1 2011-12-28 2011-12-28',
    'granted B1 2019-11-27 2019-11-27',
    'other status 8  2019-10-25',
    'other status 14  2011-12-28',
    'transferred applicants  2019-10-18',
    'other lapsed-in-country 2020-02-27 2020-04-17',
    'other lapsed-in-country 2019-11-27 2020-07-24',
    'examination_requested 0009171 2012-06-15 2012-06-15',
    'fee_paid RFEE 2012-06-20 2012-06-20',
  ]);
  t.match(record!.signals[6]!.detail, { state: 'NO', kind_in_state: 'lapsed' });
  t.match(record!.signals[9]!.detail, { text: 'Renewal fee payment', fee_year: '3' });
});

t.test('answers about one US application, interferences and citations in office actions', async (t) => {
  const [meta] = (await fixture(usptoApplicationAnswers, 'uspto-application.json')).accepted;
  t.match(meta, {
    patent: {
      application_number: '17999901',
      publication_number: '11999901',
      title: 'PUMP',
      ipc: ['F04D1/00'],
    },
    parties: [
      { role: 'applicant', name: 'Example Pump Company', country: 'US' },
      { role: 'inventor', name: 'Jane Doe', country: 'US' },
    ],
  });
  t.strictSame(course(meta!), [
    'filed filing_date 2021-01-05 2021-07-08',
    'published EarliestPublicationDate 2021-07-08 2021-07-08',
    'granted grant_date 2023-05-09 2023-05-09',
  ]);
  const claims = [
    { ApplicationNumber: '10-2014-0009131', FilingDate: '2014-01-24', IPOfficeName: 'REPUBLIC OF KOREA' },
  ];
  const priority = JSON.stringify({ ApplicationNumber: '15000001', Claims: claims });
  t.match(await read(usptoApplicationAnswers, Readable.from([priority])), [
    { patent: { priority_on: '2014-01-24' }, priorities: [{ office: 'KR', number: '1020140009131' }] },
  ]);
  const document = (documentCode: string, officialDate: string) => ({
    applicationNumberText: '17999901',
    documentCode,
    officialDate,
  });
  const bag = [
    document('NTC.PUB', '2021-07-08T09:00:00.000-0400'),
    document('ADS', '2021-01-05T09:00:00.000-0400'),
  ];
  const [listed] = await read(usptoApplicationAnswers, Readable.from([JSON.stringify({ documentBag: bag })]));
  t.strictSame(listed?.ok && course(listed), [
    'other document NTC.PUB 2021-07-08 2021-07-08',
    'other document ADS 2021-01-05 2021-07-08',
  ]);
  const unpublished = JSON.stringify({ documentBag: bag.slice(1) });
  t.match(await read(usptoApplicationAnswers, Readable.from([unpublished])), [
    { ok: false, field: 'documentBag' },
  ]);

  const interference = await fixture(usptoInterferences, 'uspto-interferences.json');
  t.strictSame(
    interference.accepted.map(({ patent, signals }) => [
      patent.application_number,
      signals[0]!.detail.interference,
    ]),
    [
      ['14999903', '106999'],
      ['14999901', '106999'],
      ['15999902', '106999'],
    ],
  );
  const cited = await fixture(usptoCitedDocuments, 'uspto-cited-documents.json');
  t.match(cited.records, [
    {
      patent: { application_number: '15999901' },
      citations: [
        { cited: { office: 'US', number: '2013341529', kind: 'A1' }, by: 'examiner', categories: ['Y'] },
      ],
    },
    { ok: true, patent: { application_number: '15999902' }, citations: undefined },
    { ok: false, field: 'patentApplicationNumber' },
  ]);
});

type Bad = readonly [field: string, records: number, reason: RegExp];
/** Read = accepted + duplicate (told by this file or one before it) + quarantined, which are truly broken. */
type Report = readonly [source: string, read: number, accepted: number, duplicate: number, ...bad: Bad[]];

const NO_APPLICATION: Bad = ['application-reference', 1, /is missing: ask for the bibliography/];
const DPMA: Report = ['dpma-register', 1, 1, 0];

/** By name, which is the order in which they are read. */
const INGESTED: Record<string, Report> = {
  'cn_patents_dev.csv': ['cn-sample', 2766, 2763, 0, ['total_claims', 3, /the number of claims is missing/]],
  ...Object.fromEntries(
    [
      '1020060278933',
      '1020060278984',
      '1020060420632',
      '1020070030209',
      '1020070486687',
      '1020080276057',
      '1020080301000',
      '1020090358757',
      '1020100063169',
      '1020100341223',
      '1020110118845',
      '1020111136006',
      '1020122095918',
      '1020132109741',
      'hager_safety_2024_A1',
    ].map((name) => [`dpma_register/${name}.xml`, DPMA]),
  ),
  'epo_ops/get_biblio.xml': ['epo-ops-biblio', 1, 1, 0],
  'epo_ops/get_biblio_multiple.xml': ['epo-ops-biblio', 3, 2, 1],
  'epo_ops/get_family.xml': ['epo-ops-family', 5, 5, 0],
  'epo_ops/get_family_with_biblio.xml': ['epo-ops-family', 5, 5, 0],
  'epo_ops/get_legal.xml': ['epo-ops-legal', 69, 69, 0],
  'epo_ops/get_register_biblio.xml': ['epo-register', 1, 1, 0],
  'epo_ops/get_register_events.xml': ['epo-register', 1, 0, 0, NO_APPLICATION],
  'epo_ops/get_register_procedural_steps.xml': ['epo-register', 1, 0, 0, NO_APPLICATION],
  'epo_ops/get_register_unip.xml': ['epo-register', 1, 0, 1],
  'epo_ops/legal_example_1.xml': ['epo-ops-legal', 50, 50, 0],
  'epo_ops/legal_example_2.xml': ['epo-ops-legal', 51, 1, 50],
  'lens_drones_9071.csv.gz': [
    'lens',
    9071,
    9067,
    0,
    ['application_number', 4, /^"(?:US 48262800 K|AU 19\d{8} W)" has no form/],
  ],
  'patentsview/patents_sample.jsonl': ['patentsview-lines', 1137, 1137, 0],
  // Rows of another fate, whose end the file itself only reckons.
  'us_fee_lapse/us_fee_lapse_2026-06-15_2026-08-03.csv': [
    'uspto-fee-lapse',
    25_920,
    25_904,
    0,
    ['lapse_stage_years', 6, /"99": maintenance fees end a patent after 4, 8 or 12 years/],
    ['reason', 10, /"term" is not fee_lapse/],
  ],
  'uspto_assignment/assignment_1.json': ['uspto-assignment-json', 5, 5, 0],
  'uspto_assignment/assignment_1.xml': ['uspto-assignment-xml', 5, 5, 0],
  'uspto_assignment/assignment_2.json': ['uspto-assignment-json', 1, 1, 0],
  'uspto_assignment/assignment_2.xml': ['uspto-assignment-xml', 1, 1, 0],
  'uspto_assignment/uspto_assignments_harvested.csv': ['uspto-assignment-table', 4093, 4061, 32],
  'uspto_odp/get_interference_decision.json': ['uspto-interferences', 5, 5, 0],
  'uspto_odp/get_patent.json': ['uspto-open-data', 1, 1, 0],
  'uspto_odp/get_patent_adjustment.json': ['uspto-open-data', 1, 1, 0],
  'uspto_odp/get_patent_assignment.json': ['uspto-open-data', 1, 1, 0],
  'uspto_odp/get_patent_continuity.json': ['uspto-open-data', 1, 0, 1],
  'uspto_odp/get_patent_documents.json': ['uspto-application', 1, 1, 0],
  'uspto_odp/get_patent_foreign_priority.json': ['uspto-application', 1, 1, 0],
  'uspto_odp/get_patent_meta_data.json': ['uspto-application', 1, 1, 0],
  'uspto_odp/get_patent_transactions.json': ['uspto-open-data', 1, 0, 1],
  'uspto_odp/get_petition_decision.json': ['uspto-open-data', 1, 1, 0],
  'uspto_odp/get_trial_decision.json': ['uspto-trials', 1, 1, 0],
  'uspto_odp/get_trial_decisions_by_trial_number.json': ['uspto-trials', 3, 2, 1],
  'uspto_odp/get_trial_proceeding.json': ['uspto-trials', 1, 1, 0],
  'uspto_odp/search_enriched_citations.json': ['uspto-cited-documents', 3, 3, 0],
  'uspto_odp/search_petitions.json': ['uspto-open-data', 5, 4, 1],
  'uspto_odp/search_trial_decisions.json': ['uspto-trials', 5, 4, 1],
  'uspto_odp/search_trial_proceedings.json': ['uspto-trials', 5, 5, 0],
};

const UNKNOWN = /fits no known source/;
const DOCUMENTS_ONLY = /names documents and not their applications; ask for their bibliography/;
const NO_PATENT = /tells of no patent/;

/** What holds no patents, and is refused in these words. */
const WITHOUT_PATENTS: Record<string, RegExp> = {
  'README.md': UNKNOWN,
  // Aggregates over many patents.
  'cohort_stats/chapter2_technology_halflife.json': UNKNOWN,
  'cohort_stats/chapter6_citation_categories.json': UNKNOWN,
  'cohort_stats/chapter6_citation_lag.json': UNKNOWN,
  'cohort_stats/chapter6_citation_lag_by_section.json': UNKNOWN,
  'cohort_stats/chapter7_grant_lag_by_sector.json': UNKNOWN,
  'us_fee_lapse/weekly_cohorts.csv': UNKNOWN,
  // Codes, fields and layouts.
  'epo_legal_event_codes_2024w17.csv': NO_PATENT,
  'epo_legal_event_map.csv': UNKNOWN,
  'epo_ops/ops_legal.xsd': NO_PATENT,
  'patentsview/patentsearch_api_fields.csv': UNKNOWN,
  'patentsview/patentsview_granted_tables.csv': UNKNOWN,
  'uspto_odp/get_status_codes.json': NO_PATENT,
  'wipo_ipc_technology_concordance.csv': NO_PATENT,
  // Numbers of documents, and lists of files.
  'epo_ops/convert_patent_number_epodoc.xml': NO_PATENT,
  'epo_ops/get_claims.xml': DOCUMENTS_ONLY,
  'epo_ops/get_published_equivalents.xml': DOCUMENTS_ONLY,
  'epo_ops/search.xml': DOCUMENTS_ONLY,
  'uspto_odp/get_patent_associated_documents.json': NO_PATENT,
  'uspto_odp/search_bulk_products.json': NO_PATENT,
  // Events of legal_example_1.xml as a script wrote them, in a layout of no office.
  'epo_ops/legal_example_1_convert.json': UNKNOWN,
};

/** Files that are read a second time, when they must add nothing; the larger ones would take long. */
const READ_TWICE_UP_TO = 5000;

t.test(
  'every file of the shared data is ingested by a named source or holds no patents',
  { skip: existsSync(DATA) ? false : `${DATA} is not there` },
  async (t) => {
    const names = readdirSync(DATA, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(DATA, join(entry.parentPath, entry.name)))
      .sort();
    t.strictSame(
      names,
      [...Object.keys(INGESTED), ...Object.keys(WITHOUT_PATENTS)].sort(),
      'the list is complete',
    );
    for (const [name, reason] of Object.entries(WITHOUT_PATENTS))
      await t.rejects(openSourceFile(join(DATA, name)), { message: reason }, name);
    const stored = async (name: string) => {
      const { source: id, sha256, records } = await openSourceFile(join(DATA, name));
      return {
        id,
        counts: await ingestRecords(database, { id, name, sha256 }, records(), new Date('2026-09-01')),
      };
    };
    for (const [name, [source, read, accepted, duplicate, ...bad]] of Object.entries(INGESTED)) {
      const { id, counts } = await stored(name);
      const quarantined = read - accepted - duplicate;
      t.match({ id, ...counts }, { id: source, read, accepted, duplicate, quarantined }, name);
      const found = await sql<{ field: string; reason: string }[]>`select field, reason from quarantine
        join ingest_run on ingest_run.id = run_id where ingest_run.name = ${name}`;
      t.equal(found.length, quarantined, name);
      for (const [field, records, reason] of bad)
        t.equal(found.filter((one) => one.field === field && reason.test(one.reason)).length, records, name);
      if (read <= READ_TWICE_UP_TO) t.equal((await stored(name)).counts.accepted, 0, `${name} again`);
    }
  },
);
