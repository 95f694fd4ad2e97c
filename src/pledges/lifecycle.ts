/**
 * The contract's states and the moves between them: who may make each, and what each requires.
 * Pure: the service asks it, the store writes what it allows.
 *
 * before: requested, appraised, proposed (or withdrawn); during: registered, active;
 * after: released, defaulted, in_disposal, disposed. A Chinese patent pledge exists from its registration on
 * (CNIPA announcement No. 461 of 2021, article 3), so "during" begins there.
 */
import Type from 'typebox';
import type { Sentence } from '../../models/sentences.ts';
import type { OrganisationKind } from '../accounts/store.ts';
import { Closed, Day, Minor, OneOf } from '../http/schemas.ts';
import { DISPOSAL_ROUTES, RELEASABLE_STATES, ReleaseDetail, releaseRefusal } from './release/checklist.ts';
import { say } from './sentences.ts';

/** Patents a pledge. */
export const MAX_PATENTS = 100;

/** Ten years. */
const MOST_DISPOSAL_DAYS = 3650;

export type PledgeState =
  | 'requested'
  | 'appraised'
  | 'proposed'
  | 'withdrawn'
  | 'registered'
  | 'active'
  | 'released'
  | 'defaulted'
  | 'in_disposal'
  | 'disposed';

export type Phase = 'before' | 'during' | 'after';

export const PHASES: Record<PledgeState, Phase> = {
  requested: 'before',
  appraised: 'before',
  proposed: 'before',
  withdrawn: 'after',
  registered: 'during',
  active: 'during',
  released: 'after',
  defaulted: 'after',
  in_disposal: 'after',
  disposed: 'after',
};

/** States in which the contract is over: nothing is watched or revalued any more (the column `pledge.live`). */
const FINAL_STATES: readonly PledgeState[] = ['withdrawn', 'released', 'disposed'];

export function isFinal(state: PledgeState): boolean {
  return FINAL_STATES.includes(state);
}

export const DisposalPlan = Closed(
  {
    route: OneOf(DISPOSAL_ROUTES, 'route of disposal'),
    expected_days: Type.Integer({
      minimum: 1,
      maximum: MOST_DISPOSAL_DAYS,
      description: 'from default to the proceeds',
    }),
    text: Type.String({
      minLength: 1,
      maxLength: 2000,
      description: 'who would buy, what is agreed beforehand',
    }),
  },
  { description: 'how the patents would be sold, written down before the loan' },
);

/** What each move must state, besides `to`. */
export const MOVE_DETAILS = {
  appraised: Closed({}),
  proposed: Closed({
    principal_minor: Type.Integer({
      minimum: 1,
      maximum: Number.MAX_SAFE_INTEGER,
      description: 'what the bank offers to lend',
    }),
    haircut_bp: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 10_000,
        description: 'of this contract, basis points; that of the models if left out',
      }),
    ),
    disposal_plan: Type.Optional(DisposalPlan),
  }),
  withdrawn: Closed({ reason: Type.String({ minLength: 1, maxLength: 500 }) }),
  registered: Closed({
    registration_number: Type.String({ minLength: 1, maxLength: 40, description: 'the office’s own number' }),
    registered_on: Day,
  }),
  active: Closed({ disbursed_on: Day }),
  released: ReleaseDetail,
  defaulted: Closed({ reason: Type.String({ minLength: 1, maxLength: 500 }) }),
  in_disposal: Closed({
    route: OneOf(DISPOSAL_ROUTES, 'route of disposal'),
    reference: Type.Optional(
      Type.String({ minLength: 1, maxLength: 200, description: 'of the sale; a listing must have one' }),
    ),
  }),
  disposed: Closed({
    recovered_minor: { ...Minor, description: 'proceeds of the sale, before costs' },
    costs_minor: Type.Optional({ ...Minor, description: 'of the sale; none if left out' }),
  }),
} as const;

export type MoveTarget = keyof typeof MOVE_DETAILS;

interface Move {
  from: PledgeState[];
  by: OrganisationKind[];
}

export const MOVES: Record<MoveTarget, Move> = {
  appraised: { from: ['requested'], by: ['bank', 'staff'] },
  proposed: { from: ['appraised'], by: ['bank'] },
  withdrawn: { from: ['requested', 'appraised', 'proposed'], by: ['bank', 'firm'] },
  registered: { from: ['proposed'], by: ['bank'] },
  active: { from: ['registered'], by: ['bank'] },
  released: { from: RELEASABLE_STATES, by: ['bank'] },
  defaulted: { from: ['active'], by: ['bank'] },
  in_disposal: { from: ['defaulted'], by: ['bank'] },
  disposed: { from: ['in_disposal'], by: ['bank'] },
};

/** What the contract looks like when a move is asked for. */
export interface MoveFacts {
  state: PledgeState;
  currency: string;
  outstanding_minor: number;
  ltv_target_bp: number;
  /** Latest point of the value flow; null when there is none yet. */
  value: { status: 'valued' | 'worthless' | 'unknown'; mid_minor: number | null } | null;
}

/**
 * @returns why the move is refused, in one sentence with its remedy, or null when it is allowed
 */
export function refusal(
  facts: MoveFacts,
  to: MoveTarget,
  by: OrganisationKind,
  detail: Record<string, unknown>,
): Sentence | null {
  const move = MOVES[to];
  if (!move.from.includes(facts.state))
    return say('move_out_of_order', { state: facts.state, to_state: to, from_state: move.from });
  if (!move.by.includes(by)) return say('move_by_other', { to_state: to, by_role: move.by, role: by });
  if (to === 'appraised' && facts.value?.status !== 'valued')
    return say('not_valued', { value_is: facts.value?.status ?? 'not_valued' });
  if (to === 'proposed') return overTarget(Number(detail.principal_minor), facts);
  if (to === 'in_disposal' && detail.route === 'listing' && detail.reference === undefined)
    return say('listing_unnamed');
  if (to === 'released') return releaseRefusal(facts, detail as ReleaseDetail);
  return null;
}

function overTarget(
  principal_minor: number,
  { currency, ltv_target_bp: target_bp, value }: MoveFacts,
): Sentence | null {
  const limit_minor = Math.floor(((value?.mid_minor ?? 0) * target_bp) / 10_000);
  if (principal_minor <= limit_minor) return null;
  return say('over_target', { principal_minor, target_bp, limit_minor, currency });
}
