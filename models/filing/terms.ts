/**
 * Terms of an application: what must be done at the office, until when, and by which rule.
 *
 *   end = first working day of the office from (beginning + months, under the end-of-month rule) on
 * A term begins with the day of filing, the earliest priority, the publication or the day on the office's letter. Letters count
 * as received on the day they carry: CNIPA's electronic ones since 2024-01-20, the EPO's since 2023-11-01.
 * Not modelled: restoration and further processing, extensions other than those that are told, days on which the EPO and WIPO
 * are closed besides weekends, deemed receipt of letters on paper.
 * Source: Chinese Patent Law, articles 29, 30 and 35, and its implementing rules of 2023 on terms, fees and priority documents;
 * EPC articles 86, 87 and 94(3), rules 38, 53, 70, 71(3), 131, 132 and 134; PCT articles 19, 22 and 39, rules 15, 17, 46, 54bis and 80.
 * Entered from memory of them and not compared with their text: `verified: false`, but for a term that a letter sets itself.
 * Errors: RangeError of calendar.ts. Worked: CNIPA's first letter of 2026-06-05 is to be answered in four months, by 2026-10-05,
 * which is a holiday: by 2026-10-08.
 */
import { addMonths } from '../calendar.ts';
import type { CalendarDate } from '../types.ts';
import { endOfTerm, type WorkingCalendar } from '../working-days.ts';

export const TERM_KINDS = [
  'priority_abroad',
  'priority_document',
  'filing_fee',
  'examination_request',
  'international_amendment',
  'demand',
  'national_phase',
  'answer',
  'grant_formalities',
] as const;
export type TermKind = (typeof TERM_KINDS)[number];

export type FilingOffice = 'CN' | 'EP' | 'WO';
export const OFFICE_ACTION_KINDS = ['first', 'further', 'allowance', 'search_report', 'other'] as const;
export type OfficeActionKind = (typeof OFFICE_ACTION_KINDS)[number];

export interface Term {
  kind: TermKind;
  from_on: CalendarDate;
  due_on: CalendarDate;
  /** What sets it. */
  rule: string;
  /** Whether the rule was compared with its source, or the letter itself sets the term. */
  verified: boolean;
  /** Years whose holidays are not known, so that only weekends were counted. */
  weekday_only_years: number[];
}

interface Rule {
  kind: TermKind;
  months: number;
  rule: string;
  /** Left out by all that are from memory. */
  verified?: true;
}

interface Filed {
  office: FilingOffice;
  right_type: 'invention' | 'utility_model';
  filed_on: CalendarDate;
  /** Earliest; null for none. */
  priority_on: CalendarDate | null;
}

const CALENDARS: Readonly<Record<FilingOffice, WorkingCalendar>> = {
  CN: 'CN',
  EP: 'weekdays',
  WO: 'weekdays',
};

const ABROAD: Rule = { kind: 'priority_abroad', months: 12, rule: 'Paris Convention, article 4C' };

/** From the day of filing. */
const FROM_FILING: Readonly<Record<FilingOffice, readonly Rule[]>> = {
  CN: [{ kind: 'filing_fee', months: 2, rule: 'Chinese implementing rules, filing fee' }],
  EP: [{ kind: 'filing_fee', months: 1, rule: 'EPC, rule 38' }],
  WO: [{ kind: 'filing_fee', months: 1, rule: 'PCT, rules 14 to 16' }],
};

/** From the earliest priority, or the day of filing without one. */
const FROM_PRIORITY: Readonly<Record<FilingOffice, readonly Rule[]>> = {
  CN: [{ kind: 'examination_request', months: 36, rule: 'Chinese Patent Law, article 35' }],
  EP: [],
  WO: [
    { kind: 'international_amendment', months: 16, rule: 'PCT, rule 46' },
    { kind: 'demand', months: 22, rule: 'PCT, rule 54bis' },
    { kind: 'national_phase', months: 30, rule: 'PCT, articles 22 and 39' },
  ],
};

const PRIORITY_DOCUMENT: Readonly<Record<FilingOffice, Rule>> = {
  CN: { kind: 'priority_document', months: 16, rule: 'Chinese Patent Law, article 30' },
  EP: { kind: 'priority_document', months: 16, rule: 'EPC, rule 53' },
  WO: { kind: 'priority_document', months: 16, rule: 'PCT, rule 17' },
};

/** From the publication; at the EPO that of the search report, which is taken to be published with the application. */
const FROM_PUBLICATION: Readonly<Record<FilingOffice, readonly Rule[]>> = {
  CN: [],
  EP: [{ kind: 'examination_request', months: 6, rule: 'EPC, rule 70' }],
  WO: [],
};

const ANSWERS: Readonly<Record<FilingOffice, Partial<Record<OfficeActionKind, Rule>>>> = {
  CN: {
    first: { kind: 'answer', months: 4, rule: 'CNIPA guidelines, first office action' },
    further: { kind: 'answer', months: 2, rule: 'CNIPA guidelines, further office actions' },
    allowance: {
      kind: 'grant_formalities',
      months: 2,
      rule: 'Chinese implementing rules, grant formalities',
    },
  },
  EP: {
    first: { kind: 'answer', months: 4, rule: 'EPC, article 94(3) and rule 132' },
    further: { kind: 'answer', months: 4, rule: 'EPC, article 94(3) and rule 132' },
    allowance: { kind: 'grant_formalities', months: 4, rule: 'EPC, rule 71(3)' },
    search_report: { kind: 'answer', months: 6, rule: 'EPC, rules 70 and 70a' },
  },
  WO: { search_report: { kind: 'international_amendment', months: 2, rule: 'PCT, rule 46' } },
};

/** In order of their ends. */
export function termsOfFiling({ office, right_type, filed_on, priority_on }: Filed): Term[] {
  const is_model = right_type === 'utility_model';
  const from_priority = FROM_PRIORITY[office].filter(
    ({ kind }) => !(is_model && kind === 'examination_request'),
  );
  const terms = [
    ...FROM_FILING[office].map((rule) => termFrom(rule, filed_on, office)),
    ...from_priority.map((rule) => termFrom(rule, priority_on ?? filed_on, office)),
    priority_on === null
      ? termFrom(ABROAD, filed_on, office)
      : termFrom(PRIORITY_DOCUMENT[office], priority_on, office),
  ];
  return terms.sort((a, b) => (a.due_on < b.due_on ? -1 : 1));
}

export function termsOfPublication(office: FilingOffice, published_on: CalendarDate): Term[] {
  return FROM_PUBLICATION[office].map((rule) => termFrom(rule, published_on, office));
}

/**
 * The term of an office's letter; null for one that sets none by itself.
 * @param months those that the letter sets, where it sets others than the rule
 */
export function termOfOfficeAction(
  office: FilingOffice,
  kind: OfficeActionKind,
  issued_on: CalendarDate,
  months: number | null,
): Term | null {
  const rule = ANSWERS[office][kind];
  if (months !== null)
    return termFrom(
      { kind: rule?.kind ?? 'answer', months, rule: `set by the office, ${months} months`, verified: true },
      issued_on,
      office,
    );
  return rule ? termFrom(rule, issued_on, office) : null;
}

function termFrom({ kind, months, rule, verified }: Rule, from_on: CalendarDate, office: FilingOffice): Term {
  const { on, weekday_only_years } = endOfTerm(addMonths(from_on, months), CALENDARS[office]);
  return { kind, from_on, due_on: on, rule, verified: verified ?? false, weekday_only_years };
}
