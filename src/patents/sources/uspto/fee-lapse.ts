/**
 * Adapter of US patents that expired for an unpaid maintenance fee: one patent a row, in weekly batches.
 *
 * The file has no application number, so the US patent number stands in its place, marked as one (`patent 11324169`),
 * since some application numbers have eight digits too; it is also the publication number. `lapse_date` is the Monday of the weekly batch, 33 to 38 days after the 4-, 8- or 12-year
 * anniversary of grant on which the patent expired (35 U.S.C. 41(b)). A reissue counts from the grant of the patent
 * that it reissues, which the file does not tell: its `effective_on` is null. The file has no publication day either:
 * the filing was public on the day of grant at the latest.
 */
import { addYears } from '../../../../models/calendar.ts';
import { calendarDate, notBefore, shown } from '../fields.ts';
import { type AcceptedRecord, patentRecord, RejectedField, type SourceAdapter } from '../record.ts';
import { type Row, readTable } from '../table.ts';

const COLUMNS = [
  'patent_id',
  'type',
  'filing_date',
  'grant_date',
  'lapse_date',
  'reason',
  'lapse_stage_years',
] as const;

type FeeLapseRow = Row<(typeof COLUMNS)[number]>;

export const usptoFeeLapse: SourceAdapter = {
  id: 'uspto-fee-lapse',
  describe: 'US patents expired for unpaid maintenance fees (CSV, 7 columns)',
  recognises: (head) => head.startsWith('patent_id,'),
  read: (input) => readTable(input, COLUMNS, convert),
};

function convert(row: FeeLapseRow): Omit<AcceptedRecord, 'ok' | 'line'> {
  const number = patentNumber(row);
  const filed_on = calendarDate(row.filing_date, 'filing_date');
  const granted_on = notBefore(calendarDate(row.grant_date, 'grant_date'), 'grant_date', filed_on, 'filing');
  const noticed_on = notBefore(calendarDate(row.lapse_date, 'lapse_date'), 'lapse_date', granted_on, 'grant');
  const years = stage(row);
  const lapsed_on = number.startsWith('RE') ? null : addYears(granted_on, years);
  if (lapsed_on !== null) notBefore(noticed_on, 'lapse_date', lapsed_on, 'the anniversary of grant');
  return {
    patent: patentRecord({
      office: 'US',
      application_number: `patent ${number}`,
      right_type: 'invention',
      publication_number: number,
      filed_on,
    }),
    signals: [
      {
        kind: 'filed',
        category: 'A',
        source_code: 'filing_date',
        effective_on: filed_on,
        published_on: granted_on,
        detail: {},
      },
      {
        kind: 'granted',
        category: 'F',
        source_code: 'grant_date',
        effective_on: granted_on,
        published_on: granted_on,
        detail: {},
      },
      {
        kind: 'lapsed',
        category: 'H',
        source_code: row.reason,
        effective_on: lapsed_on,
        published_on: noticed_on,
        detail: { stage_years: row.lapse_stage_years },
      },
    ],
  };
}

function patentNumber(row: FeeLapseRow): string {
  if (row.type !== 'utility')
    throw new RejectedField('type', `"${shown(row.type)}": only utility patents owe maintenance fees`);
  if (!/^(\d{7,8}|RE\d{5})$/.test(row.patent_id))
    throw new RejectedField(
      'patent_id',
      `"${shown(row.patent_id)}" is not a US utility or reissue patent number`,
    );
  return row.patent_id;
}

function stage(row: FeeLapseRow): number {
  if (row.reason !== 'fee_lapse')
    throw new RejectedField('reason', `"${shown(row.reason)}" is not fee_lapse`);
  if (!['4', '8', '12'].includes(row.lapse_stage_years))
    throw new RejectedField(
      'lapse_stage_years',
      `"${shown(row.lapse_stage_years)}": maintenance fees end a patent after 4, 8 or 12 years`,
    );
  return Number(row.lapse_stage_years);
}
