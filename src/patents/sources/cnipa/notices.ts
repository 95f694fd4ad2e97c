/**
 * Adapter of Chinese gazette notices as text: a notice is a title and its labelled fields, a blank line after it. It
 * must have a day of the gazette (`公告日`, `法律状态公告日`) and a number (`专利号`, `申请号`).
 *
 * A line that begins with a title or with `#` starts a notice too; after `#` the title may stand in `描述信息`. A title
 * that is not known is quarantined: it could be one that a lender must not miss.
 */

import { shown } from '../fields.ts';
import { type Line, type Problem, readLines } from '../lines.ts';
import {
  type AcceptedRecord,
  RejectedField,
  recordOrQuarantine,
  type SourceAdapter,
  SourceFormatError,
} from '../record.ts';
import { noticeFields } from './notice-fields.ts';
import { noticeRecord } from './notice-record.ts';
import { noticeCode } from './notice-titles.ts';

/** All lines of one notice, many parties included. */
const MAX_NOTICE_CHARS = 65_536;

interface NoticeText {
  line: number;
  text: string;
  /** What makes it unreadable, or null. */
  problem: Problem | null;
}

export const cnipaNotices: SourceAdapter = {
  id: 'cnipa-notices',
  describe: 'Chinese gazette notices of legal status (text, labelled fields)',
  recognises: (head) => {
    const first = head.trimStart().split('\n', 1)[0]!;
    return /^#?法律状态公告日[:：]/.test(first) || (startsNotice(first) && !first.startsWith('#'));
  },
  read: async function* (input) {
    let held: NoticeText | null = null;
    let last_line = 0;
    for await (const line of readLines(input)) {
      const starts = line.number !== last_line + 1 || startsNotice(line.text);
      if (held && starts) yield convert(held);
      held =
        held && !starts ? joined(held, line) : { line: line.number, text: line.text, problem: line.problem };
      last_line = line.number;
    }
    if (!held)
      throw new SourceFormatError('The file is empty: it must start with the title of a Chinese notice.');
    yield convert(held);
  },
};

function startsNotice(text: string): boolean {
  return text.startsWith('#') || noticeCode(noticeFields(text).heading) !== null;
}

function joined(notice: NoticeText, line: Line): NoticeText {
  // What is too long already is quarantined: adding to it would only cost time.
  if (notice.text.length > MAX_NOTICE_CHARS) return notice;
  const text = `${notice.text}\n${line.text}`;
  return { line: notice.line, text, problem: notice.problem ?? line.problem };
}

function convert({ line, text, problem }: NoticeText) {
  return recordOrQuarantine(line, text, (): Omit<AcceptedRecord, 'ok' | 'line'> => {
    if (problem) throw new RejectedField('notice', problem.reason, problem.code);
    if (text.length > MAX_NOTICE_CHARS)
      throw new RejectedField('notice', `longer than ${MAX_NOTICE_CHARS} characters`, 'too_long');
    const { heading, values } = noticeFields(text);
    const title = heading || values.get('title') || values.get('title_group') || '';
    const code = noticeCode(title);
    if (code === null)
      throw new RejectedField('title', `"${shown(title)}" is not the title of a known notice`);
    return noticeRecord({
      code,
      number: values.get('number') ?? '',
      published_on: values.get('published_on') ?? '',
      effective_on: null,
      values,
    });
  });
}
