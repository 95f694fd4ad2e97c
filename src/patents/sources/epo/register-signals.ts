/**
 * What the European Patent Register tells of an application, as signals. What the register says became public on the day
 * on which it was entered, never before the application was published. Lists are repeated at each change: an entry became
 * public with the first list that has it. A lapse stands for one state and says nothing of the others.
 */
import type { CalendarDate } from '../../../../models/types.ts';
import { calendarDate } from '../fields.ts';
import { meaningThere } from '../legal-codes.ts';
import type { SignalKind, SignalRecord } from '../record.ts';
import { elementsAt, textAt, type XmlElement } from '../xml-tree.ts';
import { documentMeaning } from './document-kinds.ts';

/** States of the dossier by their words, the first that fits [M]; the others change nothing for a lender. */
const STATES: readonly [words: RegExp, SignalKind, category: string][] = [
  [/application .*withdrawn/i, 'withdrawn', 'B'],
  [/application .*refused/i, 'refused', 'B'],
  [/patent .*revoked/i, 'invalidated', 'H'],
  [/patent .*limited/i, 'partly_invalidated', 'M'],
];

/** Codes of events and steps that matter to a lender; of fees the step tells the year, so the event is not taken. */
const MEANINGS: Record<string, readonly [SignalKind, category: string]> = {
  '0009171': ['examination_requested', 'D'],
  '0009260': ['challenged', 'L'],
  '0009250': ['other', 'H'],
  '0009261': ['other', 'L'],
  '0009199APPR': ['other', 'R'],
  RFEE: ['fee_paid', 'U'],
};

export interface Published {
  number: string;
  kind: string;
  on: CalendarDate;
}

export interface Holders {
  changed_on: CalendarDate | null;
  names: { name: string; country: string | null }[];
}

/** The day itself, or that of the first publication where it is later. */
export type Since = (day: CalendarDate) => CalendarDate;

export function stateSignals(root: XmlElement, since: Since): SignalRecord[] {
  return elementsAt(root, 'ep-patent-statuses/ep-patent-status').flatMap((status) => {
    const day = changedOn(status);
    if (day === null) return [];
    const [, kind, category] =
      STATES.find(([words]) => words.test(status.text)) ?? ([null, 'other', 'W'] as const);
    const source_code = `status ${status.attributes.get('status-code') ?? ''}`.trim();
    const told = {
      source_code,
      effective_on: null,
      published_on: since(day),
      detail: { status: status.text },
    };
    return [{ kind, category, ...told }];
  });
}

/** A list with other names is a transfer; one with another address is none. */
export function holderSignals(holders: readonly Holders[], since: Since): SignalRecord[] {
  const joined = ({ names }: Holders) => names.map(({ name }) => name).join('; ');
  return holders.flatMap((list, i): SignalRecord[] => {
    const before = holders[i - 1];
    if (!before || list.changed_on === null || joined(before) === joined(list)) return [];
    const detail = { owner: joined(list), previous_owner: joined(before) };
    const told = {
      source_code: 'applicants',
      effective_on: null,
      published_on: since(list.changed_on),
      detail,
    };
    return [{ kind: 'transferred', category: 'R', ...told }];
  });
}

export function lapseSignals(root: XmlElement): SignalRecord[] {
  const found = new Map<string, SignalRecord>();
  const lists = elementsAt(root, 'bibliographic-data/term-of-grant').toSorted((a, b) =>
    (a.attributes.get('change-date') ?? '') < (b.attributes.get('change-date') ?? '') ? -1 : 1,
  );
  for (const list of lists)
    for (const lapse of elementsAt(list, 'lapsed-in-country')) {
      const state = textAt(lapse, 'country');
      const on = dayAt(lapse, 'date');
      const entered_on = changedOn(list) ?? on;
      if (entered_on === null || found.has(`${state} ${on}`)) continue;
      const meaning = meaningThere('EP', { kind: 'lapsed', category: 'H' }, 'lapsed-in-country', { state });
      const told = { source_code: 'lapsed-in-country', effective_on: on, published_on: entered_on };
      found.set(`${state} ${on}`, { ...meaning, ...told });
    }
  return [...found.values()];
}

/** Events and procedural steps: a code, texts that have a type each, and days of which the first is that of the entry. */
export function entrySignals(
  root: XmlElement,
  path: string,
  code_name: string,
  text_name: string,
  day_path: string,
  since: Since,
): SignalRecord[] {
  return elementsAt(root, path).flatMap((entry): SignalRecord[] => {
    const source_code = textAt(entry, code_name);
    const day = dayAt(entry, day_path);
    if (source_code === '' || day === null) return [];
    const [kind, category] = MEANINGS[source_code] ?? (['other', 'Z'] as const);
    const texts = elementsAt(entry, text_name).map(({ text, attributes }) => [
      [...attributes.values()][0]?.replace(/^.*DESCRIPTION$/, 'text').toLowerCase() ?? 'text',
      text,
    ]);
    const { year, ...detail } = Object.fromEntries(texts.filter(([, text]) => text !== ''));
    const fee = year === undefined ? {} : { fee_year: String(Number(year)) };
    return [
      {
        kind,
        category,
        source_code,
        effective_on: day,
        published_on: since(day),
        detail: { ...detail, ...fee },
      },
    ];
  });
}

export function documentSignals(
  { number, kind, on }: Published,
  filed_on: CalendarDate | null,
): SignalRecord[] {
  const { opens, ...meaning } = documentMeaning('EP', kind, on);
  const document = {
    ...meaning,
    source_code: kind,
    published_on: on,
    detail: { publication: `EP${number}${kind}` },
  };
  if (!opens || filed_on === null) return [document];
  const filing = { category: 'A', source_code: 'application-reference', published_on: on, detail: {} };
  return [{ kind: 'filed', effective_on: filed_on, ...filing }, document];
}

export function dayAt(element: XmlElement, path: string): CalendarDate | null {
  const text = textAt(element, path);
  return text === '' ? null : calendarDate(text, path.split('/').at(-2) ?? path);
}

export function changedOn(element: XmlElement): CalendarDate | null {
  const text = element.attributes.get('change-date') ?? '';
  return text === '' ? null : calendarDate(text, 'change-date');
}
