import type { MoveTarget, PledgeState } from '../src/pledges/lifecycle.ts';

/**
 * The moves that each state of a pledge allows, the longest road first. Written a second time on purpose: the table of the
 * code is held against it.
 */
export const LEGAL_MOVES: Readonly<Record<PledgeState, readonly MoveTarget[]>> = {
  requested: ['appraised', 'withdrawn'],
  appraised: ['proposed', 'withdrawn'],
  proposed: ['registered', 'withdrawn'],
  withdrawn: [],
  registered: ['active', 'released'],
  active: ['defaulted', 'released'],
  released: [],
  defaulted: ['in_disposal', 'released'],
  in_disposal: ['disposed'],
  disposed: [],
};
