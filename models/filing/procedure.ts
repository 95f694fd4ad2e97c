/**
 * The procedure of an application at an office: the states it passes through and which may follow which.
 *
 * `prepared` is not at the office yet. `examined`: examination has begun. `allowed`: the office intends to grant and waits for
 * the fees and formalities of the grant; an office that grants without asking skips it. Utility models in China are granted
 * after a preliminary examination, unpublished before: every state on the way may be left out, but none gone back to.
 */
export const APPLICATION_STATES = [
  'prepared',
  'filed',
  'published',
  'examined',
  'allowed',
  'granted',
  'refused',
  'withdrawn',
  'lapsed',
] as const;
export type ApplicationState = (typeof APPLICATION_STATES)[number];

const NEXT: Readonly<Record<ApplicationState, readonly ApplicationState[]>> = {
  prepared: ['filed', 'withdrawn'],
  filed: ['published', 'examined', 'allowed', 'granted', 'refused', 'withdrawn', 'lapsed'],
  published: ['examined', 'allowed', 'granted', 'refused', 'withdrawn', 'lapsed'],
  examined: ['allowed', 'granted', 'refused', 'withdrawn', 'lapsed'],
  allowed: ['granted', 'examined', 'refused', 'withdrawn', 'lapsed'],
  granted: ['lapsed'],
  refused: [],
  withdrawn: [],
  lapsed: [],
};

/** States that may follow; none after the end. */
export function nextStates(state: ApplicationState): readonly ApplicationState[] {
  return NEXT[state];
}

/** Whether nothing is owed to the office any more. */
export function isOver(state: ApplicationState): boolean {
  return state === 'granted' || NEXT[state].length === 0;
}
