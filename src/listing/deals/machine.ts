/**
 * The steps of a deal over a listing: from which stage, by whom, to which stage, and what each needs. Pure: the service asks
 * it, the store writes what it allows. What the database holds besides: migrations/0054.
 */
import type { Sentence } from '../../../models/sentences.ts';
import type { ProblemCode } from '../../errors.ts';
import { sentence } from '../sentences.ts';

/** In order; a deal ends closed or withdrawn. */
export const STAGES = [
  'enquired',
  'confidential',
  'data_room',
  'offered',
  'accepted',
  'filed',
  'recorded',
  'closed',
  'withdrawn',
] as const;
export type Stage = (typeof STAGES)[number];

export const SIDES = ['seller', 'buyer'] as const;
export type Side = (typeof SIDES)[number];
/** The team speaks where it was asked in; the register is read by the service. */
export const ACTORS = [...SIDES, 'pledgee', 'team', 'service'] as const;
export type Actor = (typeof ACTORS)[number];

export const DEAL_KINDS = ['sale', 'exclusive_licence', 'licence'] as const;
export type DealKind = (typeof DEAL_KINDS)[number];

export const OVER: readonly Stage[] = ['closed', 'withdrawn'];
/** What was accepted binds both, and keeps others out where there can be one alone. */
export const BINDING: readonly Stage[] = ['accepted', 'filed', 'recorded', 'closed'];

/** Of a plain licence there can be many. */
export function isExclusive(kind: DealKind): boolean {
  return kind !== 'licence';
}

/** What a step finds. */
export interface DealFacts {
  stage: Stage;
  signed: Readonly<Record<Side, boolean>>;
  listing_state: 'open' | 'reserved' | 'sold' | 'withdrawn' | 'expired';
  /** The day for which the listing is made is not over. */
  listing_in_time: boolean;
  /** Each knows who the other is. */
  acquainted: boolean;
  offer: { side: Side; in_time: boolean } | null;
  /** Every patent of it. */
  in_force: boolean;
  /** Pledges whose pledgee has not consented to the offer that stands. */
  consents_missing: number;
  /** Patents on whose register the buyer is not yet named since the acceptance. */
  unrecorded: number;
}

interface Need {
  code: ProblemCode;
  isMet(facts: DealFacts, by: Actor): boolean;
  says: Sentence;
}

const NEEDS = {
  unsigned: {
    code: 'conflict',
    isMet: ({ signed }, by) => !signed[by as Side],
    says: sentence('deal_unsigned'),
  },
  unwithdrawn: {
    code: 'listing_withdrawn',
    isMet: ({ listing_state }) => listing_state !== 'withdrawn',
    says: sentence('deal_unwithdrawn'),
  },
  unexpired: {
    code: 'listing_expired',
    isMet: ({ listing_state, listing_in_time }) => listing_state !== 'expired' && listing_in_time,
    says: sentence('deal_unexpired'),
  },
  unsold: {
    code: 'already_sold',
    isMet: ({ listing_state }) => listing_state === 'open',
    says: sentence('deal_unsold'),
  },
  others: {
    code: 'conflict',
    isMet: ({ offer }, by) => offer !== null && offer.side !== by,
    says: sentence('deal_others'),
  },
  standing: {
    code: 'offer_expired',
    isMet: ({ offer }) => offer?.in_time === true,
    says: sentence('deal_standing'),
  },
  acquainted: {
    code: 'unacquainted',
    isMet: ({ acquainted }) => acquainted,
    says: sentence('deal_acquainted'),
  },
  in_force: {
    code: 'not_in_force',
    isMet: ({ in_force }) => in_force,
    says: sentence('deal_in_force'),
  },
  consented: {
    code: 'consent_missing',
    isMet: ({ consents_missing }) => consents_missing === 0,
    says: sentence('deal_consented'),
  },
  pledged: {
    code: 'conflict',
    isMet: ({ consents_missing }) => consents_missing > 0,
    says: sentence('deal_pledged'),
  },
  registered: {
    code: 'not_recorded',
    isMet: ({ unrecorded }) => unrecorded === 0,
    says: sentence('deal_registered'),
  },
} as const satisfies Record<string, Need>;

interface Rule {
  from: readonly Stage[];
  by: readonly Actor[];
  /** Null where the stage stays. */
  to: Stage | null;
  needs: readonly (keyof typeof NEEDS)[];
}

const LISTED = ['unwithdrawn', 'unexpired', 'unsold'] as const;

export const STEPS = {
  sign: { from: ['enquired'], by: SIDES, to: 'confidential', needs: ['unsigned', ...LISTED] },
  open_data_room: {
    from: ['confidential'],
    by: ['seller'],
    to: 'data_room',
    needs: [...LISTED, 'acquainted'],
  },
  offer: {
    from: ['confidential', 'data_room', 'offered'],
    by: SIDES,
    to: 'offered',
    needs: [...LISTED, 'in_force'],
  },
  ask_consent: {
    from: ['offered'],
    by: ['seller'],
    to: null,
    needs: [...LISTED, 'standing', 'acquainted', 'pledged'],
  },
  accept: {
    from: ['offered'],
    by: SIDES,
    to: 'accepted',
    needs: [...LISTED, 'others', 'standing', 'in_force', 'acquainted', 'consented'],
  },
  file: { from: ['accepted'], by: SIDES, to: 'filed', needs: [] },
  record: { from: ['filed'], by: [...SIDES, 'service'], to: 'recorded', needs: ['registered'] },
  close: { from: ['recorded'], by: ['seller'], to: 'closed', needs: ['registered', 'consented'] },
  withdraw: {
    from: ['enquired', 'confidential', 'data_room', 'offered', 'accepted', 'filed'],
    by: [...SIDES, 'service'],
    to: 'withdrawn',
    needs: [],
  },
  delegate: {
    from: ['enquired', 'confidential', 'data_room', 'offered', 'accepted', 'filed', 'recorded'],
    by: SIDES,
    to: null,
    needs: [],
  },
} as const satisfies Record<string, Rule>;

export type Step = keyof typeof STEPS;

/** Why a step is refused, with its remedy. */
export interface Refusal {
  code: ProblemCode;
  reason: Sentence;
}

/** @returns null when the step is allowed */
export function refusal(facts: DealFacts, step: Step, by: Actor): Refusal | null {
  const rule: Rule = STEPS[step];
  if (!rule.by.includes(by))
    return {
      code: 'conflict',
      reason: sentence('deal_step_of_other', { do: step, by_side: rule.by, side: by }),
    };
  if (!rule.from.includes(facts.stage))
    return {
      code: 'conflict',
      reason: sentence('deal_step_out_of_order', { stage: facts.stage, do: step, from_stage: rule.from }),
    };
  const missing = rule.needs.map((name) => NEEDS[name] as Need).find(({ isMet }) => !isMet(facts, by));
  return missing ? { code: missing.code, reason: missing.says } : null;
}

/** Where an allowed step leads. */
export function stageAfter({ stage, signed }: DealFacts, step: Step, by: Actor): Stage {
  const isFirstSignature = step === 'sign' && !signed[by === 'seller' ? 'buyer' : 'seller'];
  return isFirstSignature ? stage : (STEPS[step].to ?? stage);
}
