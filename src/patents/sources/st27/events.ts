/**
 * Adapter of ST.27 events as lines: application number, status event code, date, with blanks, commas, semicolons or
 * tabs between them. `1020130012345 N-4-6-H10-H13-oth-PC1903 2021-03-16`.
 *
 * The number decides the office: `CN` before it, or else Korea, with or without `KR`. Numbers of other offices do not
 * tell the type of right, so their lines are quarantined.
 */
import { cnApplicationNumber } from '../cnipa/application-number.ts';
import { calendarDate, notBefore, shown } from '../fields.ts';
import { type Line, readLines } from '../lines.ts';
import {
  type AcceptedRecord,
  patentRecord,
  RejectedField,
  recordOrQuarantine,
  type SourceAdapter,
  SourceFormatError,
} from '../record.ts';
import { statusEventOf } from './event-code.ts';
import { koreanApplicationNumber } from './korean-number.ts';
import { statusSignal } from './signal.ts';

export const st27Events: SourceAdapter = {
  id: 'st27-events',
  describe: 'ST.27 status events, Korean or Chinese (lines of number, event code and date)',
  recognises: (head) => /^\s*(?:[A-Z]{2})?[\dX.-]{8,17}[\s,;]+[AN]-[0-6]-[0-6]-[A-Z]\d\d-/.test(head),
  read: async function* (input) {
    let empty = true;
    for await (const line of readLines(input)) {
      empty = false;
      yield recordOrQuarantine(line.number, line.text, () => convert(line));
    }
    if (empty)
      throw new SourceFormatError(
        'The file is empty: each line must have number, ST.27 event code and date.',
      );
  },
};

function convert({ text, problem }: Line): Omit<AcceptedRecord, 'ok' | 'line'> {
  if (problem) throw new RejectedField('line', problem.reason, problem.code);
  const cells = text.trim().split(/[\s,;]+/);
  if (cells.length !== 3)
    throw new RejectedField('line', `${cells.length} values, there must be number, event code and date`);
  const [number = '', code = '', date = ''] = cells;
  const { office, application } = applicationOf(number);
  const event = statusEventOf(code, 'event');
  const on = notBefore(
    calendarDate(date, 'date'),
    'date',
    `${application.year}-01-01`,
    'the year of the number, which begins',
  );
  const times = { year: application.year, filed_on: null, laid_open_on: null };
  return {
    patent: patentRecord({
      office,
      application_number: application.number,
      right_type: application.right_type,
    }),
    signals: [statusSignal(event, office, on, times)],
  };
}

function applicationOf(text: string) {
  const office = /^[A-Z]{2}/.exec(text)?.[0] ?? 'KR';
  if (office === 'CN') return { office, application: cnApplicationNumber(text, 'number') };
  if (office !== 'KR')
    throw new RejectedField('number', `"${shown(text)}" is neither a Korean nor a Chinese number`);
  return { office, application: koreanApplicationNumber(text.replace(/^KR/, ''), 'number') };
}
