/**
 * WIPO ST.27 status event codes, and what they mean to a lender.
 *
 * `N-4-6-H10-H13-oth-PC1903`: state after the event (A active, N not), stage before and after (0 initial, 1 filing,
 * 2 examination, 3 challenge before grant, 4 grant, 5 challenge after grant, 6 ended), key event, detailed event,
 * indicator, and the office's own code, `X000` where it has none. The letter of the key event is the category; a key
 * event such as `H00` is one that the office cannot place within its category.
 *
 * The category decides the kind, the office's own code and the detailed event refine it within the category. Two are
 * read with caution: S (licence, pledge or seizure, its start, change or end) as an encumbrance, and an H whose cause
 * is not told as a lapse. M is kind `other`, since it stands for a patent that was limited and for one that survived
 * unchanged; so is R without assignment, which is mostly a new address or representative.
 * Format, indicators, H13, H14 and the Korean codes are from memory [M].
 */
import { shown } from '../fields.ts';
import { legalMeaning } from '../legal-codes.ts';
import { RejectedField, type SignalKind } from '../record.ts';

export interface StatusEvent {
  state: string;
  /** Empty where the source leaves it out. */
  previous_stage: string;
  current_stage: string;
  key_event: string;
  detailed_event: string;
  /** Lower case. */
  indicator: string;
  national_code: string;
}

const PARTS = /^([AN])-([0-6])-([0-6])-([A-Z]\d\d)-([A-Z]\d\d)-([A-Z]{3})-([A-Z0-9]+)$/;
const NO_NATIONAL_CODE = 'X000';

const KIND_BY_CATEGORY: Record<string, SignalKind> = {
  A: 'filed',
  B: 'withdrawn',
  C: 'restored',
  D: 'examination_requested',
  E: 'other',
  F: 'granted',
  G: 'other',
  H: 'lapsed',
  K: 'restored',
  L: 'challenged',
  M: 'other',
  N: 'withdrawn',
  P: 'other',
  Q: 'published',
  R: 'other',
  S: 'encumbered',
  T: 'other',
  U: 'fee_paid',
  V: 'other',
  W: 'other',
  Y: 'other',
  Z: 'other',
};

/** Korean codes that say more than their category: those categories, and the kind. */
const KIND_BY_KOREAN_CODE: Record<string, readonly [categories: string, kind: SignalKind]> = {
  PC1801: ['HN', 'expired'],
  PC1903: ['HN', 'lapsed'],
  PE0601: ['BN', 'refused'],
  PE0701: ['D', 'other'],
  PE0902: ['D', 'other'],
  PN2301: ['R', 'transferred'],
};

const KIND_BY_DETAILED_EVENT: Record<string, SignalKind> = { H13: 'lapsed', H14: 'expired' };

/** @throws {RejectedField} not the seven parts of a status event code */
export function statusEventOf(text: string, field: string): StatusEvent {
  // INPADOC prints the indicator in capitals.
  const parts = PARTS.exec(text.toUpperCase());
  if (!parts) throw new RejectedField(field, `"${shown(text)}" is not an ST.27 status event code`);
  const [, state = '', previous_stage = '', current_stage = '', key_event = '', detailed_event = ''] = parts;
  const event: StatusEvent = {
    state,
    previous_stage,
    current_stage,
    key_event,
    detailed_event,
    indicator: parts[6]!.toLowerCase(),
    national_code: parts[7]!,
  };
  checkCategory(event, field);
  return event;
}

/** @throws {RejectedField} no such category, or a detailed event of another one */
export function checkCategory({ key_event, detailed_event }: StatusEvent, field: string): void {
  const category = key_event[0] ?? '';
  if (KIND_BY_CATEGORY[category] === undefined)
    throw new RejectedField(field, `"${category}" is no category of ST.27`);
  if (detailed_event !== '' && detailed_event[0] !== category)
    throw new RejectedField(field, `detailed event ${detailed_event} is not of key event ${key_event}`);
}

/** @param office WIPO ST.3 code of the office whose national code the event has */
export function kindOf(event: StatusEvent, office: string): SignalKind {
  const category = event.key_event[0]!;
  const national = nationalKind(event.national_code, category, office);
  if (national !== null) return national;
  const detailed = KIND_BY_DETAILED_EVENT[event.detailed_event];
  if (detailed !== undefined) return detailed;
  if (category === 'R' && event.indicator === 'asn') return 'transferred';
  if (category === 'N' && rightExists(event)) return 'lapsed';
  return KIND_BY_CATEGORY[category]!;
}

function nationalKind(code: string, category: string, office: string): SignalKind | null {
  const korean = office === 'KR' ? KIND_BY_KOREAN_CODE[code] : undefined;
  if (korean?.[0].includes(category)) return korean[1];
  const meaning = legalMeaning(office, code, '');
  return meaning.category === category && category !== 'Z' ? meaning.kind : null;
}

/** There is a granted right before or after the event. */
export function rightExists({ previous_stage, current_stage }: StatusEvent): boolean {
  return [previous_stage, current_stage].some((stage) => stage === '4' || stage === '5');
}

/** The office's own code, or else the most precise code of the standard. */
export function sourceCode({ national_code, detailed_event, key_event }: StatusEvent): string {
  if (national_code !== '' && national_code !== NO_NATIONAL_CODE) return national_code;
  return detailed_event || key_event;
}

/** The parts that the source gives. */
export function eventDetail(event: StatusEvent): Record<string, string> {
  return Object.fromEntries(Object.entries(event).filter(([, text]) => text !== ''));
}
