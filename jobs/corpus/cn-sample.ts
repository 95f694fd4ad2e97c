/** A corpus in the layout of data/cn_patents.csv: one Chinese application a line. Columns that tell nothing here are NA. */
import { dateOfDay } from '../../models/simulation/corpus-filings.ts';
import type { CorpusApplication } from '../../models/simulation/corpus-patents.ts';
import { withCheckDigit } from '../../src/patents/sources/cnipa/application-number.ts';

export const CN_SAMPLE_HEADER =
  'app_num,main_IPC,IPC,pub_date,pub_num,app_date,priority,Int_filing,IPCcount,total_applicant,type1_company,' +
  'type2_university,type3_individual,total_inventers,if_agency,total_agents,total_claims,paid_claims,' +
  'nation_province_code_2,Chinese,divisional_app,substantive_review,reject,app_withdraw,recover,grant,terminate\n';

const SERIAL_DIGITS = 7;
const PUBLICATION_DIGITS = 8;
/** Middle delay of the notice that also follows the end of the term, about two months after it. */
const EXPIRY_NOTICE_days = 61;
const CLAIMS_IN_FEE = 10;
const INVENTION = 1;

export function cnSampleLine(told: CorpusApplication): string {
  const { ipc, filed_day, published_day, expired_day } = told;
  const priority_on = told.is_first_filing ? null : dateOfDay(told.invention.first_filed_day);
  const ended_day = expired_day === null ? told.lapsed_day : expired_day + EXPIRY_NOTICE_days;
  const cells = [
    cnNumber(told),
    ipc[0],
    ipc.join(';'),
    dateOfDay(published_day).replaceAll('-', '.'),
    `CN${cnPublication(told)}A`,
    dateOfDay(filed_day),
    priority_on === null
      ? 'NA'
      : `${priority_on.replaceAll('-', '.')} ${told.invention.offices[0]} ${told.key}`,
    'NA',
    ipc.length,
    1,
    flag(!told.individual),
    0,
    flag(told.individual),
    told.inventors,
    flag(told.agency),
    flag(told.agency),
    told.claims,
    flag(told.claims > CLAIMS_IN_FEE),
    told.is_first_filing ? '11' : told.invention.offices[0],
    flag(told.is_first_filing),
    0,
    dayOrMissing(told.examined_day),
    dayOrMissing(told.refused_day),
    dayOrMissing(told.withdrawn_day),
    'NA',
    dayOrMissing(told.granted_day),
    dayOrMissing(ended_day),
  ];
  return `${cells.join(',')}\n`;
}

/** Of twelve digits in every year, though the office gave eight until 2003: those have no room for a large corpus. */
export function cnDigits({ invention, filed_day }: CorpusApplication): string {
  const serial = invention.number % 10 ** SERIAL_DIGITS;
  return `${dateOfDay(filed_day).slice(0, 4)}${INVENTION}${String(serial).padStart(SERIAL_DIGITS, '0')}`;
}

function cnNumber(told: CorpusApplication): string {
  return `CN${withCheckDigit(cnDigits(told))}`;
}

function cnPublication({ invention }: CorpusApplication): string {
  return `1${String(invention.number).padStart(PUBLICATION_DIGITS, '0')}`;
}

function dayOrMissing(day: number | null): string {
  return day === null ? 'NA' : dateOfDay(day);
}

function flag(is: boolean): string {
  return is ? '1' : '0';
}
