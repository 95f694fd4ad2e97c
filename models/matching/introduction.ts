/**
 * The steps of an introduction and where they lead. One side asks, and by that consents; the other answers; what comes of it
 * either may say, but a deal only both.
 *
 *   asked -> introduced | refused | withdrawn | expired;  introduced -> met -> deal | nothing, met may be left out
 * The first word of a deal changes nothing yet; it stands until the other side says the same, or one says that nothing came.
 */
import type { Sentence } from '../sentences.ts';
import { say } from './sentences.ts';

export const SIDES = ['need', 'offer'] as const;
export type Side = (typeof SIDES)[number];

/** What a side may say; `expired` the service says when nobody answered. */
export const TAKEN_STEPS = ['consented', 'refused', 'withdrawn', 'met', 'deal', 'nothing'] as const;
export type TakenStep = (typeof TAKEN_STEPS)[number];
export type IntroductionStep = TakenStep | 'expired';

export const INTRODUCTION_STATES = [
  'asked',
  'introduced',
  'met',
  'deal',
  'nothing',
  'refused',
  'withdrawn',
  'expired',
] as const;
export type IntroductionState = (typeof INTRODUCTION_STATES)[number];

export interface Said {
  step: IntroductionStep;
  /** Null for the service. */
  side: Side | null;
}

type Who = 'asker' | 'asked' | 'either';
const RULES: Readonly<Record<TakenStep, { by: Who; from: readonly IntroductionState[] }>> = {
  consented: { by: 'asked', from: ['asked'] },
  refused: { by: 'asked', from: ['asked'] },
  withdrawn: { by: 'asker', from: ['asked'] },
  met: { by: 'either', from: ['introduced'] },
  deal: { by: 'either', from: ['introduced', 'met'] },
  nothing: { by: 'either', from: ['introduced', 'met'] },
};

/** Where steps that were allowed have led. */
export function stateAfter(said: readonly Said[]): IntroductionState {
  return said.reduce<IntroductionState>((state, { step }, place) => {
    if (step === 'consented') return 'introduced';
    if (step !== 'deal') return step;
    const by = new Set(said.slice(0, place + 1).flatMap((each) => (each.step === 'deal' ? [each.side] : [])));
    return by.size === SIDES.length ? 'deal' : state;
  }, 'asked');
}

/** Why a side may not take a step now; null when it may. */
export function hindrance(
  step: TakenStep,
  side: Side,
  asked_by: Side,
  said: readonly Said[],
): Sentence | null {
  const { by, from } = RULES[step];
  const role = side === asked_by ? 'asker' : 'asked';
  const state = stateAfter(said);
  const told = { introduction_step: step };
  if (!from.includes(state))
    return say('introduction_step_out_of_order', { ...told, introduction_state: state });
  if (by !== 'either' && by !== role)
    return say(by === 'asker' ? 'introduction_step_of_asker' : 'introduction_step_of_asked', told);
  if (step === 'deal' && said.some((each) => each.step === 'deal' && each.side === side))
    return say('introduction_said');
  return null;
}

export function stepsFor(side: Side, asked_by: Side, said: readonly Said[]): TakenStep[] {
  return TAKEN_STEPS.filter((step) => hindrance(step, side, asked_by, said) === null);
}
