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
import { RULES, say } from './sentences.ts';

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

const ABROAD: Rule = { kind: 'priority_abroad', months: 12, rule: RULES.rule_priority_abroad };

/** From the day of filing. */
const FROM_FILING: Readonly<Record<FilingOffice, readonly Rule[]>> = {
  CN: [{ kind: 'filing_fee', months: 2, rule: RULES.rule_cn_filing_fee }],
  EP: [{ kind: 'filing_fee', months: 1, rule: RULES.rule_ep_filing_fee }],
  WO: [{ kind: 'filing_fee', months: 1, rule: RULES.rule_pct_filing_fee }],
};

/** From the earliest priority, or the day of filing without one. */
const FROM_PRIORITY: Readonly<Record<FilingOffice, readonly Rule[]>> = {
  CN: [{ kind: 'examination_request', months: 36, rule: RULES.rule_cn_examination }],
  EP: [],
  WO: [
    { kind: 'international_amendment', months: 16, rule: RULES.rule_pct_amendment },
    { kind: 'demand', months: 22, rule: RULES.rule_pct_demand },
    { kind: 'national_phase', months: 30, rule: RULES.rule_pct_national_phase },
  ],
};

const PRIORITY_DOCUMENT: Readonly<Record<FilingOffice, Rule>> = {
  CN: { kind: 'priority_document', months: 16, rule: RULES.rule_cn_priority_document },
  EP: { kind: 'priority_document', months: 16, rule: RULES.rule_ep_priority_document },
  WO: { kind: 'priority_document', months: 16, rule: RULES.rule_pct_priority_document },
};

/** From the publication; at the EPO that of the search report, which is taken to be published with the application. */
const FROM_PUBLICATION: Readonly<Record<FilingOffice, readonly Rule[]>> = {
  CN: [],
  EP: [{ kind: 'examination_request', months: 6, rule: RULES.rule_ep_examination }],
  WO: [],
};

const ANSWERS: Readonly<Record<FilingOffice, Partial<Record<OfficeActionKind, Rule>>>> = {
  CN: {
    first: { kind: 'answer', months: 4, rule: RULES.rule_cn_first_action },
    further: { kind: 'answer', months: 2, rule: RULES.rule_cn_further_action },
    allowance: {
      kind: 'grant_formalities',
      months: 2,
      rule: RULES.rule_cn_grant,
    },
  },
  EP: {
    first: { kind: 'answer', months: 4, rule: RULES.rule_ep_action },
    further: { kind: 'answer', months: 4, rule: RULES.rule_ep_action },
    allowance: { kind: 'grant_formalities', months: 4, rule: RULES.rule_ep_grant },
    search_report: { kind: 'answer', months: 6, rule: RULES.rule_ep_search_report },
  },
  WO: { search_report: { kind: 'international_amendment', months: 2, rule: RULES.rule_pct_amendment } },
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
      {
        kind: rule?.kind ?? 'answer',
        months,
        rule: say('rule_of_letter', { count: months }).text,
        verified: true,
      },
      issued_on,
      office,
    );
  return rule ? termFrom(rule, issued_on, office) : null;
}

function termFrom({ kind, months, rule, verified }: Rule, from_on: CalendarDate, office: FilingOffice): Term {
  const { on, weekday_only_years } = endOfTerm(addMonths(from_on, months), CALENDARS[office]);
  return { kind, from_on, due_on: on, rule, verified: verified ?? false, weekday_only_years };
}
