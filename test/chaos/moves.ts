/** What the producer tells the harness of the moves that it makes; each is one event. */
import type { PledgeState } from '../../src/pledges/lifecycle.ts';
import type { EventType } from '../../src/webhooks/events.ts';

/** States that pledges are moved to. */
export const STATES: readonly PledgeState[] = ['appraised', 'active', 'defaulted'];

export interface Move {
  id: string;
  pledge_id: string;
  to_state: PledgeState;
}

/** `written` are not committed yet and may never be; `committed` was acknowledged by the database. */
export type ProducerMessage = { written: readonly Move[] } | { committed: readonly Move[] };

/** How many moves may have been made by now. */
export interface Quota {
  moves: number;
}

export function eventTypeOf(to_state: PledgeState): EventType {
  return `pledge.${to_state}`;
}
