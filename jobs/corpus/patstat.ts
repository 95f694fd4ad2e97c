/**
 * A corpus as PATSTAT tables in one file: blocks of families, in each the applications, priorities, publications, classes,
 * citations and legal events, every table under its header. The reader forgets old keys, so what a row speaks of stands in
 * its own block; only citations reach further back, and name the key where it is forgotten.
 */
import { citationsOf } from '../../models/simulation/corpus-citations.ts';
import { dateOfDay } from '../../models/simulation/corpus-filings.ts';
import type { CorpusWorld } from '../../models/simulation/corpus-inventions.ts';
import type { CorpusOffice } from '../../models/simulation/corpus-offices.ts';
import {
  type CorpusApplication,
  type CorpusEvent,
  KEYS_A_FAMILY,
} from '../../models/simulation/corpus-patents.ts';
import { cnDigits } from './cn-sample.ts';

const NO_DATE = '9999-12-31';
const DIGITS = 8;
/** Keys of documents that are older than the corpus. */
const OLDER_KEYS = 5_000_000_000;
const CITATIONS_A_FAMILY = 1_000;

interface OfficeCodes {
  /** Document kinds: application, right as granted. */
  kinds: readonly [string, string];
  events: Partial<
    Record<CorpusEvent['kind'] | 'examined' | 'refused' | 'withdrawn' | 'lapsed' | 'expired', string>
  >;
}

/** Codes of src/patents/sources/legal-codes.ts; where an office tells nothing of the kind there is none. */
const CODES: Record<CorpusOffice, OfficeCodes> = {
  CN: {
    kinds: ['A', 'B'],
    events: {
      examined: 'SE01',
      refused: 'RJ01',
      withdrawn: 'WD01',
      lapsed: 'CF01',
      expired: 'CX01',
      transferred: 'TR01',
      pledged: 'PE01',
      released: 'PC01',
    },
  },
  US: {
    kinds: ['A1', 'B2'],
    events: { lapsed: 'LAPS', fee_paid: 'MAFP', transferred: 'AS', pledged: 'AS', released: 'AS' },
  },
  JP: {
    kinds: ['A', 'B2'],
    events: {
      examined: 'A621',
      withdrawn: 'A300',
      lapsed: 'LAPS',
      expired: 'EXPY',
      fee_paid: 'R250',
      transferred: 'S111',
      pledged: 'S303',
      released: 'S843',
    },
  },
  EP: {
    kinds: ['A1', 'B1'],
    events: { examined: '17P', refused: '18R', withdrawn: '18D', fee_paid: 'PGFP' },
  },
  KR: {
    kinds: ['A', 'B1'],
    events: {
      examined: 'A201',
      refused: 'E601',
      withdrawn: 'WITB',
      lapsed: 'LAPS',
      expired: 'EXPY',
      fee_paid: 'FPAY',
      transferred: 'N231',
    },
  },
  DE: {
    kinds: ['A1', 'B4'],
    events: {
      examined: 'R012',
      refused: 'R003',
      withdrawn: 'R005',
      lapsed: 'R119',
      expired: 'R071',
      transferred: 'R081',
    },
  },
};

/** In the United States an assignment tells by its conveyance what it is. */
const TEXTS: Record<string, string> = {
  transferred: 'ASSIGNMENT OF ASSIGNORS INTEREST',
  pledged: 'SECURITY INTEREST',
  released: 'RELEASE OF SECURITY INTEREST',
};

const HEADERS = {
  tls201_appln:
    'appln_id,appln_auth,appln_nr,appln_kind,appln_filing_date,ipr_type,earliest_filing_date,earliest_publn_date,granted,docdb_family_id',
  tls204_appln_prior: 'appln_id,prior_appln_id,prior_appln_seq_nr',
  tls211_pat_publn:
    'pat_publn_id,publn_auth,publn_nr,publn_kind,appln_id,publn_date,publn_first_grant,publn_claims',
  tls224_appln_cpc: 'appln_id,cpc_class_symbol',
  tls212_citation: 'pat_publn_id,citn_id,citn_origin,cited_pat_publn_id,cited_appln_id,cited_npl_publn_id',
  tls231_inpadoc_legal_event:
    'appln_id,event_auth,event_code,event_publn_date,event_effective_date,event_text,fee_renewal_year,party_new',
};

type Rows = (string | number)[][];

export interface PatstatBlock {
  text: string;
  citation_lags_days: number[];
}

export function patstatBlock(world: CorpusWorld, families: readonly CorpusApplication[][]): PatstatBlock {
  const all = families.flat();
  const citation_lags_days: number[] = [];
  const citations = families.flatMap(([first]) => citationRows(world, first!, citation_lags_days));
  const tables: Record<keyof typeof HEADERS, Rows> = {
    tls201_appln: all.map(applicationRow),
    tls204_appln_prior: all.filter((told) => !told.is_first_filing).map(priorityRow),
    tls211_pat_publn: all.flatMap(publicationRows),
    tls224_appln_cpc: all.flatMap((told) => told.ipc.map((symbol) => [applicationKey(told), symbol])),
    tls212_citation: citations,
    tls231_inpadoc_legal_event: all.flatMap(eventRows),
  };
  const text = Object.entries(tables)
    .map(([table, rows]) => [HEADERS[table as keyof typeof HEADERS], ...rows.map((row) => row.join(','))])
    .map((lines) => `${lines.join('\n')}\n`)
    .join('');
  return { text, citation_lags_days };
}

function applicationKey({ key }: CorpusApplication): number {
  return key + 1;
}

/** Of the application as published; that of the grant is the next. */
function publicationKey(application_key: number): number {
  return 2 * application_key;
}

function firstKey(invention: number): number {
  return invention * KEYS_A_FAMILY + 1;
}

function digitsOf({ invention }: CorpusApplication): string {
  return String(invention.number).padStart(DIGITS, '0');
}

function applicationRow(told: CorpusApplication): Rows[number] {
  const { office, invention, filed_day, published_day, granted_day } = told;
  const filed_on = dateOfDay(filed_day);
  const number = office === 'CN' ? cnDigits(told) : `${filed_on.slice(0, 4)}${digitsOf(told)}`;
  const first_on = dateOfDay(invention.first_filed_day);
  const granted = granted_day === null ? 'N' : 'Y';
  const published_on = dateOfDay(published_day);
  const family = invention.number + 1;
  return [applicationKey(told), office, number, 'A', filed_on, 'PI', first_on, published_on, granted, family];
}

function priorityRow(told: CorpusApplication): Rows[number] {
  return [applicationKey(told), firstKey(told.invention.number), 1];
}

function publicationRows(told: CorpusApplication): Rows {
  const key = applicationKey(told);
  const [kind, granted_kind] = CODES[told.office].kinds;
  const row = (publication_key: number, of_kind: string, day: number, first_grant: string) => {
    const number = `1${digitsOf(told)}`;
    return [publication_key, told.office, number, of_kind, key, dateOfDay(day), first_grant, told.claims];
  };
  const rows: Rows = [row(publicationKey(key), kind, told.published_day, 'N')];
  if (told.granted_day !== null) rows.push(row(publicationKey(key) + 1, granted_kind, told.granted_day, 'Y'));
  return rows;
}

function citationRows(world: CorpusWorld, first: CorpusApplication, lags_days: number[]): Rows {
  return citationsOf(world, first.invention).map(({ cited, lag_days }, position) => {
    lags_days.push(lag_days);
    const older = OLDER_KEYS + first.invention.number * CITATIONS_A_FAMILY + position;
    const cited_key = cited === null ? older : publicationKey(firstKey(cited));
    return [publicationKey(applicationKey(first)), position + 1, 'SEA', cited_key, 0, 0];
  });
}

function eventRows(told: CorpusApplication): Rows {
  const course = (['examined', 'refused', 'withdrawn', 'lapsed', 'expired'] as const).map((kind) => ({
    kind,
    day: told[`${kind}_day`],
    patent_year: null,
    new_owner: null,
  }));
  return [...course, ...told.events].flatMap(({ kind, day, patent_year, new_owner }) => {
    const code = CODES[told.office].events[kind];
    if (code === undefined || day === null) return [];
    const published_on = dateOfDay(Math.max(day, told.published_day));
    const effective_on = kind === 'lapsed' ? NO_DATE : dateOfDay(day);
    const party = new_owner === null ? '' : `Owner ${new_owner}`;
    return [
      [
        applicationKey(told),
        told.office,
        code,
        published_on,
        effective_on,
        TEXTS[kind] ?? '',
        patent_year ?? '',
        party,
      ],
    ];
  });
}
