/**
 * The state of a right in law, from the signals known so far.
 *
 * A replay in the order of publication: each signal moves the state as in the table; a right whose term has run out
 * is expired whatever else. Domain: signals of one patent. Source: WIPO ST.27 event categories A, B, C, F, H, K, N.
 * Worked: filed, published, granted, lapsed, restored -> in_force since the restoration.
 */
import type { CalendarDate, LegalState } from './types.ts';

export interface DatedSignal {
  kind: string;
  effective_on: CalendarDate | null;
  published_on: CalendarDate;
}

export interface LegalHistory {
  state: LegalState;
  /** Publication day of the signal that made it so; null when there was none. */
  since: CalendarDate | null;
  granted_on: CalendarDate | null;
}

/** kind -> [states it can leave, state it leads to]; an empty list means any. */
const MOVES: Record<string, [LegalState[], LegalState]> = {
  filed: [['unknown'], 'pending'],
  published: [['unknown'], 'pending'],
  granted: [['unknown', 'pending', 'refused', 'withdrawn'], 'in_force'],
  refused: [['unknown', 'pending'], 'refused'],
  withdrawn: [['unknown', 'pending'], 'withdrawn'],
  lapsed: [['unknown', 'in_force'], 'lapsed'],
  expired: [[], 'expired'],
  surrendered: [['unknown', 'in_force', 'lapsed'], 'surrendered'],
  invalidated: [[], 'invalidated'],
};

/** What a restoration leads back to: the right it revives, or the application. */
const RESTORED_FROM: Partial<Record<LegalState, LegalState>> = {
  lapsed: 'in_force',
  refused: 'pending',
  withdrawn: 'pending',
};

/** Order of kinds that share a publication day: a filing is read before the grant it led to. */
const KINDS = [...Object.keys(MOVES), 'restored'];

export function legalHistory(
  signals: readonly DatedSignal[],
  expires_on: CalendarDate | null,
  as_of: CalendarDate,
): LegalHistory {
  const history: LegalHistory = { state: 'unknown', since: null, granted_on: null };
  const ordered = [...signals].sort(
    (a, b) => compare(a.published_on, b.published_on) || KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind),
  );
  for (const signal of ordered) {
    const next = nextState(history.state, signal.kind);
    if (next === null) continue;
    if (signal.kind === 'granted') history.granted_on = signal.effective_on ?? signal.published_on;
    history.state = next;
    history.since = signal.published_on;
  }
  if (history.state === 'in_force' && expires_on !== null && as_of >= expires_on)
    return { ...history, state: 'expired', since: expires_on };
  return history;
}

function nextState(state: LegalState, kind: string): LegalState | null {
  if (kind === 'restored') return RESTORED_FROM[state] ?? null;
  const move = MOVES[kind];
  if (!move || (move[0].length > 0 && !move[0].includes(state))) return null;
  return move[1];
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
