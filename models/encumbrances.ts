/**
 * What burdens a right beside its state in law: pledges, seizures, licences, security interests, open or released.
 *
 * A replay of the notices in the order given. A notice opens an encumbrance, changes or releases one. A release finds
 * its encumbrance by the reel and frame or the registration number it names, else by kind. By kind it takes the
 * oldest open one without number, or the only open one with; where several with number are open it proves nothing for
 * any of them, they stay open and the release is counted: an encumbrance shown in vain costs a look, a hidden one the
 * loan. For the same reason a number registered again after its release is open again, and a release published before
 * what it releases is counted only.
 *
 * What a signal's detail may tell: `encumbrance` (an EncumbranceKind), `reel` and `frame` where it is recorded,
 * `refers_to` for the records that it changes or releases (`48818/520 48041/605`), `registration_number` of a pledge,
 * `contract_number` of a licence. Leading zeros of reels and frames do not count.
 * Sources: WIPO ST.27 categories S and T; CNIPA notices are matched by registration number, US security interests by
 * the reel and frame that the release's conveyance text names. Domain: signals of one patent, in order, each once.
 * Errors: none. Codes stand here only where the kind of the signal hides what they do.
 * Worked: a release of 2019-05-07 that names reel 048818, frame 0520 releases what is recorded at 48818/520, and the
 * interest at 48041/605 stays open.
 */
import type { DatedSignal } from './legal-state.ts';
import type { CalendarDate } from './types.ts';

export const ENCUMBRANCE_KINDS = [
  'pledge',
  'seizure',
  'licence',
  'security_interest',
  'unspecified',
] as const;

export type EncumbranceKind = (typeof ENCUMBRANCE_KINDS)[number];

export interface Encumbrance {
  kind: EncumbranceKind;
  /** Reel and frame without leading zeros (`48818/520`), or registration number; null when not told. */
  number: string | null;
  /** The office's own code of the notice that opened it; null when not told. */
  source_code: string | null;
  /** Day in law; null when not told. */
  effective_on: CalendarDate | null;
  /** Publication days of the notices; null where there was none. */
  opened_on: CalendarDate;
  changed_on: CalendarDate | null;
  released_on: CalendarDate | null;
  /** What tied the release to it: a number is proof, the kind alone a guess. */
  released_by: 'number' | 'kind' | null;
}

export interface EncumbranceHistory {
  /** In the order of opening; open ones have `released_on` null. */
  encumbrances: Encumbrance[];
  /** Releases that name nothing known or could be of several. */
  unmatched_releases: number;
}

type Step = 'opened' | 'changed' | 'released';

interface Notice {
  step: Step;
  kind: EncumbranceKind;
  /** Its own number where it opens, else those of what it changes or releases. */
  numbers: readonly string[];
  signal: DatedSignal;
}

/** Everything opened, with what finds an open one without a search. */
interface Register extends EncumbranceHistory {
  by_number: Map<string, Encumbrance>;
  open: Map<EncumbranceKind, { numbered: Set<Encumbrance>; unnumbered: Set<Encumbrance> }>;
}

const STEPS_BY_KIND = new Map<string, Step>([
  ['encumbered', 'opened'],
  ['licensed', 'opened'],
  ['encumbrance_released', 'released'],
]);

/** PLDC and RINS cover start, change and end at once: read as a start, the safe side. */
const MEANINGS_BY_CODE = new Map<string, { kind: EncumbranceKind; step?: Step }>([
  ['PE01', { kind: 'pledge' }],
  ['PM01', { kind: 'pledge', step: 'changed' }],
  ['PC01', { kind: 'pledge', step: 'released' }],
  ['PLDC', { kind: 'pledge' }],
  ['PP01', { kind: 'seizure' }],
  ['PD01', { kind: 'seizure', step: 'released' }],
  ['RINS', { kind: 'seizure' }],
  ['EE01', { kind: 'licence' }],
  ['EM01', { kind: 'licence', step: 'changed' }],
  ['EC01', { kind: 'licence', step: 'released' }],
  ['LIC', { kind: 'licence' }],
  ['AS', { kind: 'security_interest' }],
  // The lender changes.
  ['security_interest_assigned', { kind: 'security_interest', step: 'changed' }],
]);

/** @param signals of one patent, each once, in the order of publication */
export function encumbrancesOf(signals: readonly DatedSignal[]): EncumbranceHistory {
  const register: Register = {
    encumbrances: [],
    unmatched_releases: 0,
    by_number: new Map(),
    open: new Map(),
  };
  const notices = signals.map(noticeOf).filter((notice) => notice !== null);
  for (const notice of withoutVaguerRepeats(notices)) {
    if (notice.step === 'opened') openOnce(register, notice);
    if (notice.step === 'changed') change(register, notice);
    if (notice.step === 'released') release(register, notice);
  }
  const { encumbrances, unmatched_releases } = register;
  return { encumbrances, unmatched_releases };
}

/** Reel and frame or registration number of a signal; null when it names neither. */
export function encumbranceNumber({ detail }: DatedSignal): string | null {
  if (detail?.reel && detail.frame) return comparableNumber(`${detail.reel}/${detail.frame}`);
  return comparableNumber(detail?.registration_number ?? detail?.contract_number);
}

/** One form for the same number: reels and frames come with and without leading zeros, others with stray blanks. */
export function comparableNumber(text: string | undefined): string | null {
  const plain = text?.replace(/\s/g, '').toUpperCase() ?? '';
  const reel_frame = /^0*(\d+)[/-]0*(\d+)$/.exec(plain);
  return reel_frame ? `${reel_frame[1]}/${reel_frame[2]}` : plain || null;
}

/**
 * Whether an encumbrance is the registration of the pledge at hand: by its number; a pledge that the register gives no
 * number for is taken for it, since nothing tells the two apart.
 * @param registration_number null before the pledge is registered
 */
export function isOwnPledge(
  { kind, number }: Pick<Encumbrance, 'kind' | 'number'>,
  registration_number: string | null,
): boolean {
  const own = comparableNumber(registration_number ?? undefined);
  return kind === 'pledge' && own !== null && (number === null || number === own);
}

function noticeOf(signal: DatedSignal): Notice | null {
  const { kind, category, source_code = '' } = signal;
  const coded = MEANINGS_BY_CODE.get(source_code);
  const by_kind = STEPS_BY_KIND.get(kind);
  // Changes and ends of kind `other` are known by their code.
  const step = by_kind ? (coded?.step ?? by_kind) : kind === 'other' && category === 'S' && coded?.step;
  if (!step) return null;
  return { step, kind: kindOf(signal), numbers: numbersOf(signal, step), signal };
}

function kindOf(signal: DatedSignal): EncumbranceKind {
  const { kind, category, source_code = '', detail } = signal;
  const told = detail?.encumbrance;
  if (told) return ENCUMBRANCE_KINDS.find((known) => known === told) ?? 'unspecified';
  const coded = MEANINGS_BY_CODE.get(source_code);
  if (coded) return coded.kind;
  if (kind === 'licensed') return 'licence';
  if (category === 'T') return 'seizure';
  if (detail?.reel || detail?.refers_to) return 'security_interest';
  return category === 'S' ? 'pledge' : 'unspecified';
}

/** A security interest has the number of its own record; what changes or ends it names that record. */
function numbersOf(signal: DatedSignal, step: Step): string[] {
  const { refers_to = '', registration_number, contract_number } = signal.detail ?? {};
  const named =
    step === 'opened'
      ? [encumbranceNumber(signal)]
      : [...refers_to.split(/[;\s]+/), registration_number, contract_number].map(comparableNumber);
  return named.filter((number) => number !== null);
}

/** One event told by two sources, once with its number and once without: the one without says nothing more. */
function withoutVaguerRepeats(notices: readonly Notice[]): Notice[] {
  const eventOf = ({ step, kind, signal }: Notice) => `${step} ${kind} ${signal.published_on}`;
  const numbered = new Set(notices.filter(({ numbers }) => numbers.length > 0).map(eventOf));
  return notices.filter((notice) => notice.numbers.length > 0 || !numbered.has(eventOf(notice)));
}

function openOnce(register: Register, { kind, numbers, signal }: Notice): void {
  const number = numbers[0] ?? null;
  const known = number === null ? undefined : register.by_number.get(number);
  if (known && known.released_on === null) return;
  const encumbrance: Encumbrance = {
    kind,
    number,
    source_code: signal.source_code ?? null,
    effective_on: signal.effective_on,
    opened_on: signal.published_on,
    changed_on: null,
    released_on: null,
    released_by: null,
  };
  register.encumbrances.push(encumbrance);
  openOf(register, kind)[number === null ? 'unnumbered' : 'numbered'].add(encumbrance);
  if (number !== null) register.by_number.set(number, encumbrance);
}

/** A change of what was never seen opened shows that it is there. */
function change(register: Register, notice: Notice): void {
  const { kind, numbers, signal } = notice;
  const known = numbers[0] === undefined ? undefined : register.by_number.get(numbers[0]);
  const changed = known ?? openByKind(register, notice);
  const { numbered, unnumbered } = openOf(register, kind);
  if (changed?.released_on === null) changed.changed_on = signal.published_on;
  else if (numbers.length > 0 || numbered.size + unnumbered.size === 0) openOnce(register, notice);
}

function release(register: Register, notice: Notice): void {
  const named = notice.numbers.map((number) => register.by_number.get(number)).filter((known) => !!known);
  const by_kind = named.length > 0 ? null : openByKind(register, notice);
  if (named.length === 0 && by_kind === null) register.unmatched_releases += 1;
  for (const encumbrance of named) close(register, encumbrance, notice, 'number');
  if (by_kind) close(register, by_kind, notice, 'kind');
}

function close(
  register: Register,
  encumbrance: Encumbrance,
  { signal }: Notice,
  released_by: 'number' | 'kind',
): void {
  if (encumbrance.released_on !== null) return;
  encumbrance.released_on = signal.published_on;
  encumbrance.released_by = released_by;
  const { numbered, unnumbered } = openOf(register, encumbrance.kind);
  numbered.delete(encumbrance);
  unnumbered.delete(encumbrance);
}

/** See the header; a notice with a number is never of an encumbrance with another number. */
function openByKind(register: Register, { kind, numbers }: Notice): Encumbrance | null {
  const { numbered, unnumbered } = openOf(register, kind);
  const [oldest] = unnumbered;
  if (oldest) return oldest;
  const [only] = numbered;
  return numbers.length === 0 && numbered.size === 1 ? only! : null;
}

function openOf(register: Register, kind: EncumbranceKind) {
  const open = register.open.get(kind) ?? { numbered: new Set(), unnumbered: new Set() };
  register.open.set(kind, open);
  return open;
}
