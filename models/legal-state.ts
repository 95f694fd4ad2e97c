/**
 * The state of a right in law on a day, and what burdens it, from the signals public by that day.
 *
 * A replay in the order of publication: each signal moves the state as in the table; a right whose term has run out is
 * expired whatever else. Before the replay the signals are put in one total order and repetitions dropped, so that any
 * order, repetition or division of the same signals gives the same answer.
 *
 * Corrections and deletions are signals of kind `corrected` and `deleted`: `detail.undoes_code` and `undoes_on` name
 * source code and publication day of what they take back, `undoes_number` which of several (reel/frame or registration
 * number); without it, all of that code and day. What a deletion names never was, from the day the deletion is public.
 * What a correction names stands in its old place with what the correction tells anew: `corrected_kind`,
 * `corrected_effective_on` and any other detail. They can be taken back themselves; the latest one counts.
 *
 * A lapse with a day in law no later than that of a lapse already restored is that lapse told again by another source.
 *
 * Domain: signals of one patent. Source: WIPO ST.27 event categories A, B, C, F, H, K, M, N, S, T, Y.
 * Errors: FormulaFailure `not_a_date`.
 * Worked: filed, published, granted 2003-05-07, lapsed 2008-09-03 -> lapsed, for a Chinese right restorable until
 * 2008-11-03; restored 2008-10-15 -> in_force since then.
 */
import { addMonths, isCalendarDate } from './calendar.ts';
import { comparableNumber, type Encumbrance, encumbranceNumber, encumbrancesOf } from './encumbrances.ts';
import { FormulaFailure } from './failure.ts';
import type { CalendarDate, LegalState } from './types.ts';

export interface DatedSignal {
  kind: string;
  effective_on: CalendarDate | null;
  published_on: CalendarDate;
  /** WIPO ST.27 category letter. */
  category?: string;
  /** The office's own code. */
  source_code?: string;
  detail?: Readonly<Record<string, string>>;
}

export interface LegalHistory {
  state: LegalState;
  /** Publication day of the signal that made it so; null when there was none. */
  since: CalendarDate | null;
  granted_on: CalendarDate | null;
  /** Publication day of the last restoration that revived the right or the application. */
  restored_on: CalendarDate | null;
  /** Last day to ask for restoration of a lapsed right by the ordinary rule; null when not lapsed or not known. */
  restorable_until: CalendarDate | null;
  /** Claims were lost or limited while the right lived on. */
  partly_invalidated: boolean;
  /** In the order of opening, open and released. */
  encumbrances: Encumbrance[];
  /** Releases that name nothing known or could be of several encumbrances. */
  unmatched_releases: number;
  /** Corrections and deletions that name no known signal. */
  unmatched_amendments: number;
}

/**
 * Time to ask for restoration, from the publication of the notice; offices that are not listed are not known here.
 * No promise that the right is gone after it: force majeure gives two years, and of the two restorations in the
 * bundled Chinese file one came 17 months after its notice. A later restoration revives the right all the same.
 */
export const RESTORATION = {
  months: new Map([['CN', 2]]),
  source:
    'Implementing Regulations of the Patent Law of China, Rule 6, as an agency tells it (read); it counts from receipt by the owner, which no source tells',
  verified: false,
} as const;

/** kind -> [states it can leave, state it leads to]; an empty list means any. */
const MOVES = new Map<string, readonly [readonly LegalState[], LegalState]>([
  ['filed', [['unknown'], 'pending']],
  ['published', [['unknown'], 'pending']],
  ['granted', [['unknown', 'pending', 'refused', 'withdrawn'], 'in_force']],
  ['refused', [['unknown', 'pending'], 'refused']],
  ['withdrawn', [['unknown', 'pending'], 'withdrawn']],
  // Only a right can end: the grant of one that was pending was not told.
  ['lapsed', [['unknown', 'pending', 'in_force'], 'lapsed']],
  ['expired', [['unknown', 'pending', 'in_force', 'lapsed'], 'expired']],
  ['surrendered', [['unknown', 'pending', 'in_force', 'lapsed'], 'surrendered']],
  ['invalidated', [[], 'invalidated']],
]);

/** What a restoration leads back to: the right it revives, or the application. */
const RESTORED_FROM: Partial<Record<LegalState, LegalState>> = {
  lapsed: 'in_force',
  refused: 'pending',
  withdrawn: 'pending',
};

/** Order of kinds that share a publication day: a filing is read before the grant it led to. Others come first. */
const KINDS = [
  ...MOVES.keys(),
  'restored',
  'encumbered',
  'licensed',
  'encumbrance_released',
  'corrected',
  'deleted',
];

/** Where the replay stands. */
interface Course {
  state: LegalState;
  since: CalendarDate | null;
  granted_on: CalendarDate | null;
  restored_on: CalendarDate | null;
  partly_invalidated: boolean;
  /** The signal that ended the right, while it is lapsed. */
  lapse: DatedSignal | null;
  /** Latest day in law of a lapse that was restored. */
  lapse_restored: CalendarDate | null;
}

/**
 * @param expires_on end of the term; null when not known
 * @param as_of signals published later take no part
 * @param office WIPO ST.3 code, for the time to restore; null when not known
 */
export function legalHistory(
  signals: readonly DatedSignal[],
  expires_on: CalendarDate | null,
  as_of: CalendarDate,
  office: string | null = null,
): LegalHistory {
  requireDate('as_of', as_of);
  if (expires_on !== null) requireDate('expires_on', expires_on);
  for (const signal of signals) requireDates(signal);
  const { standing, unmatched_amendments } = amend(
    inOrder(signals.filter(({ published_on }) => published_on <= as_of)),
  );
  const { lapse, lapse_restored: _, ...course } = replay(standing);
  const expired = course.state === 'in_force' && expires_on !== null && as_of >= expires_on;
  return {
    ...course,
    ...(expired ? { state: 'expired', since: expires_on } : {}),
    restorable_until: lapse && restorableUntil(lapse, expires_on, office),
    ...encumbrancesOf(standing),
    unmatched_amendments,
  };
}

/** One total order, exact repetitions dropped. */
function inOrder(signals: readonly DatedSignal[]): DatedSignal[] {
  const by_key = new Map(signals.map((signal) => [orderKey(signal), signal]));
  return [...by_key].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, signal]) => signal);
}

/** Compares as day, rank of the kind, day in law, then everything else that tells signals apart. */
function orderKey({ kind, effective_on, published_on, category, source_code, detail }: DatedSignal): string {
  const rank = String(KINDS.indexOf(kind) + 1).padStart(2, '0');
  const told = Object.entries(detail ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([
    published_on,
    rank,
    effective_on ?? '',
    source_code ?? '',
    kind,
    category ?? '',
    told,
  ]);
}

/** @param ordered in the order of `inOrder` @returns what stands after corrections and deletions, in the same order */
function amend(ordered: readonly DatedSignal[]): { standing: DatedSignal[]; unmatched_amendments: number } {
  const amendments = ordered.filter(isAmendment);
  if (amendments.length === 0) return { standing: [...ordered], unmatched_amendments: 0 };
  const amended_by = new Map<string, DatedSignal>();
  const amendmentOf = (signal: DatedSignal) =>
    namesOf(signal)
      .map((name) => amended_by.get(name))
      .find((amendment) => amendment !== undefined);
  for (const amendment of amendments.toReversed()) {
    const target = targetOf(amendment);
    if (!amended_by.has(target) && !amendmentOf(amendment)) amended_by.set(target, amendment);
  }
  // A deletion may carry code and day of what it deletes: that is not the signal it names.
  const known = new Set(
    ordered.flatMap((signal) =>
      namesOf(signal).filter((name) => !isAmendment(signal) || name !== targetOf(signal)),
    ),
  );
  const standing = ordered
    .filter((signal) => !isAmendment(signal))
    .map((signal) => amended(signal, amendmentOf(signal)))
    .filter((signal) => signal !== null);
  const unmatched = amendments.filter((amendment) => !known.has(targetOf(amendment)));
  return { standing: inOrder(standing), unmatched_amendments: unmatched.length };
}

function isAmendment({ kind }: DatedSignal): boolean {
  return kind === 'corrected' || kind === 'deleted';
}

/** What an amendment can call a signal, the most exact first. */
function namesOf(signal: DatedSignal): string[] {
  const name = `${signal.source_code ?? ''} ${signal.published_on}`;
  const number = encumbranceNumber(signal);
  return number === null ? [name] : [`${name} ${number}`, name];
}

function targetOf({ detail }: DatedSignal): string {
  const { undoes_code = '', undoes_on = '', undoes_number } = detail ?? {};
  const number = comparableNumber(undoes_number);
  return number === null ? `${undoes_code} ${undoes_on}` : `${undoes_code} ${undoes_on} ${number}`;
}

function amended(signal: DatedSignal, by: DatedSignal | undefined): DatedSignal | null {
  if (!by) return signal;
  if (by.kind === 'deleted') return null;
  const { corrected_kind, corrected_effective_on, ...told } = by.detail ?? {};
  return {
    ...signal,
    // A category tells the old kind; Z is INPADOC's letter for not classified.
    ...(corrected_kind ? { kind: corrected_kind, category: 'Z' } : {}),
    effective_on: corrected_effective_on ?? signal.effective_on,
    detail: { ...signal.detail, ...told },
  };
}

function replay(signals: readonly DatedSignal[]): Course {
  const course: Course = {
    state: 'unknown',
    since: null,
    granted_on: null,
    restored_on: null,
    partly_invalidated: false,
    lapse: null,
    lapse_restored: null,
  };
  for (const signal of signals) {
    if (signal.kind === 'partly_invalidated') course.partly_invalidated = true;
    const next = nextState(course, signal);
    if (next !== null) move(course, signal, next);
  }
  return course;
}

function nextState(
  { state, lapse_restored }: Course,
  { kind, effective_on }: DatedSignal,
): LegalState | null {
  if (kind === 'restored') return RESTORED_FROM[state] ?? null;
  const told_again = effective_on !== null && lapse_restored !== null && effective_on <= lapse_restored;
  if (kind === 'lapsed' && told_again) return null;
  const [from, to] = MOVES.get(kind) ?? [];
  return to && (from!.length === 0 || from!.includes(state)) ? to : null;
}

function move(course: Course, signal: DatedSignal, state: LegalState): void {
  const { kind, effective_on, published_on } = signal;
  if (kind === 'granted') course.granted_on = effective_on ?? published_on;
  if (kind === 'restored') {
    course.restored_on = published_on;
    course.lapse_restored = course.lapse?.effective_on ?? course.lapse_restored;
  }
  course.lapse = state === 'lapsed' ? signal : null;
  course.state = state;
  course.since = published_on;
}

function restorableUntil(
  { published_on, detail }: DatedSignal,
  expires_on: CalendarDate | null,
  office: string | null,
): CalendarDate | null {
  const months = RESTORATION.months.get(office ?? '');
  const until = detail?.restorable_until ?? (months === undefined ? null : addMonths(published_on, months));
  return until !== null && expires_on !== null && expires_on < until ? expires_on : until;
}

function requireDates({ kind, effective_on, published_on, detail }: DatedSignal): void {
  requireDate(`published_on of ${kind}`, published_on);
  for (const date of [effective_on, detail?.corrected_effective_on, detail?.restorable_until])
    if (date !== null && date !== undefined) requireDate(`a day of ${kind}`, date);
}

/** @throws FormulaFailure `not_a_date` */
function requireDate(name: string, date: CalendarDate): void {
  if (!isCalendarDate(date))
    throw new FormulaFailure('not_a_date', `${name} is '${date}'; give an existing day as YYYY-MM-DD.`);
}
