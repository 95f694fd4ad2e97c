/**
 * What a release must show, by its ground. Pure: the service asks it, and refuses what lacks something.
 * Grounds as CNIPA announcement No. 461 of 2021 lists them for a deregistration: debt performed, right realised, pledgee
 * waives, main contract void.
 */
import Type, { type Static } from 'typebox';
import type { Sentence } from '../../../models/sentences.ts';
import { Closed, Day, Minor, OneOf } from '../../http/schemas.ts';
import type { PledgeState } from '../lifecycle.ts';
import { say } from '../sentences.ts';

export const GROUNDS = ['debt_performed', 'right_realised', 'waived', 'contract_void'] as const;
export type Ground = (typeof GROUNDS)[number];

/** `listing`: handed over to whoever lists it for sale. */
export const DISPOSAL_ROUTES = ['agreed_price', 'auction', 'private_sale', 'listing'] as const;

/** States that a release leads on from. */
export const RELEASABLE_STATES: PledgeState[] = ['registered', 'active', 'defaulted'];

const Recovery = Closed(
  {
    route: OneOf(DISPOSAL_ROUTES, 'how the right was realised'),
    recovered_minor: { ...Minor, minimum: 1, description: 'proceeds, before costs' },
    costs_minor: Type.Optional({ ...Minor, description: 'none if left out' }),
  },
  { description: 'for right_realised: goes into the recovery ledger' },
);

const Waiver = Closed(
  {
    waived_by: Type.String({
      minLength: 1,
      maxLength: 200,
      description: 'who decided it, by name or office',
    }),
    reason: Type.String({ minLength: 1, maxLength: 1000 }),
  },
  { description: 'for waived' },
);

const Decision = Closed(
  {
    reference: Type.String({ minLength: 1, maxLength: 200, description: 'of the court or the arbitrators' }),
    decided_on: Day,
  },
  { description: 'for contract_void' },
);

export const ReleaseDetail = Closed({
  ground: OneOf(GROUNDS, 'ground of release'),
  recovery: Type.Optional(Recovery),
  waiver: Type.Optional(Waiver),
  decision: Type.Optional(Decision),
});
export type ReleaseDetail = Static<typeof ReleaseDetail>;

/** The field of the move that shows it; a debt that was performed is shown by the balance. */
const SHOWN_BY = {
  debt_performed: null,
  right_realised: 'recovery',
  waived: 'waiver',
  contract_void: 'decision',
} as const satisfies Record<Ground, keyof ReleaseDetail | null>;

export const CHECKLIST_ITEMS = ['state', 'nothing_outstanding', 'recovery', 'waiver', 'decision'] as const;

export interface ChecklistItem {
  item: (typeof CHECKLIST_ITEMS)[number];
  met: boolean;
  /** What shows it, or what is missing and how to mend it. */
  shows: Sentence;
}

export interface ReleaseFacts {
  state: PledgeState;
  currency: string;
  outstanding_minor: number;
}

/** @param detail what the move states; nothing more than the ground before there is one */
export function releaseChecklist(
  { state, currency, outstanding_minor }: ReleaseFacts,
  detail: ReleaseDetail,
): ChecklistItem[] {
  const may_end = state === 'released' || RELEASABLE_STATES.includes(state);
  const first = item('state', may_end, say('release_state', { state }));
  const field = SHOWN_BY[detail.ground];
  if (field === null) {
    const shows =
      outstanding_minor === 0
        ? say('release_nothing_owed')
        : say('release_owed', { outstanding_minor, currency });
    return [first, item('nothing_outstanding', outstanding_minor === 0, shows)];
  }
  const shows = shownBy(detail, field, currency);
  return [first, item(field, shows !== null, shows ?? say(`release_no_${field}`))];
}

/** @returns what is missing or does not belong to the ground, in one sentence, or null when the release may be */
export function releaseRefusal(facts: ReleaseFacts, detail: ReleaseDetail): Sentence | null {
  const missing = releaseChecklist(facts, detail).filter(({ met }) => !met);
  if (missing.length > 0)
    return say('release_lacks', {
      ground: detail.ground,
      lacking: missing.map(({ item, shows }) => say('release_lacking', { release_item: item, shows })),
    });
  const own = SHOWN_BY[detail.ground];
  const astray = Object.values(SHOWN_BY).find(
    (field) => field !== null && field !== own && detail[field] !== undefined,
  );
  return astray ? say('release_astray', { field: astray, ground: detail.ground }) : null;
}

function item(name: ChecklistItem['item'], met: boolean, shows: Sentence): ChecklistItem {
  return { item: name, met, shows };
}

/** @returns null while the move does not state it */
function shownBy(
  { recovery, waiver, decision }: ReleaseDetail,
  field: 'recovery' | 'waiver' | 'decision',
  currency: string,
): Sentence | null {
  if (field === 'waiver') return waiver ? say('release_waiver', waiver) : null;
  if (field === 'decision') return decision ? say('release_decision', decision) : null;
  if (!recovery) return null;
  const { route, recovered_minor, costs_minor } = recovery;
  const told = { disposal_route: route, recovered_minor, currency };
  return costs_minor === undefined
    ? say('release_recovery', told)
    : say('release_recovery_costs', { ...told, costs_minor });
}
