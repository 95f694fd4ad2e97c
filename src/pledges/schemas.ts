/** The atoms that routes of pledges share: what is shown of a contract, and what is declared of its patents. */
import Type from 'typebox';
import { STATUSES } from '../../models/risk/status.ts';
import { ROYALTY_PRIORS } from '../../models/value/formulas/royalty-prior.ts';
import { Problem } from '../errors.ts';
import {
  BasisPoints,
  Closed,
  Currency,
  Day,
  Id,
  Instant,
  Minor,
  Nullable,
  OneOf,
  PatentId,
} from '../http/schemas.ts';
import { DisposalPlan, PHASES, type PledgeState } from './lifecycle.ts';
import { say } from './sentences.ts';
import type { Pledge as StoredPledge, PledgedUse as StoredUse } from './store.ts';

/** CNY 10 billion: the values of as many patents as a pledge may hold still add up exactly. */
const MAX_DECLARED_MINOR = 1_000_000_000_000;
export const State = OneOf(Object.keys(PHASES) as PledgeState[], 'state of the contract');
/** Limits in force where the request names none: bank practice of 30 % on invention patents. */
const DEFAULT_LTV = { target_bp: 3000, warning_bp: 4000, breach_bp: 5000 };

const declared = (description: string) =>
  Type.Integer({ minimum: 1, maximum: MAX_DECLARED_MINOR, description });

export const PledgedPatent = Type.Object({
  patent_id: PatentId,
  office: Type.String(),
  application_number: Type.String(),
  annual_revenue_minor: Nullable(Minor),
  industry: Nullable(Type.String()),
  launch_value_minor: Nullable(Minor),
  development_cost_minor: Nullable(Minor),
  reproduction_cost_minor: Nullable(Minor),
});

export const Pledge = Type.Object({
  id: Id,
  bank_id: Id,
  firm_id: Id,
  state: State,
  phase: OneOf(['before', 'during', 'after'], 'before, during or after the contract'),
  currency: Currency,
  principal_minor: Minor,
  requested_on: Day,
  matures_on: Day,
  ltv_target_bp: BasisPoints,
  ltv_warning_bp: BasisPoints,
  ltv_breach_bp: BasisPoints,
  approved_value_minor: Nullable(Minor),
  registration_number: Nullable(Type.String()),
  demonstration: Type.Boolean({ description: 'invented for the demonstration' }),
  created_at: Instant,
});

const Proposal = Type.Object({
  haircut_bp: Type.Integer({ minimum: 0, maximum: 10_000 }),
  disposal_plan: Nullable(DisposalPlan),
  collateral_minor: { ...Minor, description: 'the approved value after this haircut' },
  proposed_at: Instant,
});

export const Status = Nullable(
  OneOf(
    STATUSES,
    'as last assessed; unknown where a breach could hide behind missing facts, null before that',
  ),
);

export const PledgeWithPatents = Type.Object({
  ...Pledge.properties,
  patents: Type.Array(PledgedPatent),
  proposal: Nullable(Proposal),
});

export const PledgedUse = Closed({
  patent_id: PatentId,
  annual_revenue_minor: Type.Optional(
    declared('yearly revenue of the products it covers, as the firm declares it'),
  ),
  industry: Type.Optional(
    OneOf(Object.keys(ROYALTY_PRIORS), 'industry of these products: decides the royalty rates'),
  ),
  launch: Type.Optional(
    Closed(
      {
        value_minor: declared('present value of its cash flows if launched today'),
        development_cost_minor: declared('present value of what is still to be spent on it'),
      },
      { description: 'a product that is not yet on the market' },
    ),
  ),
  reproduction_cost_minor: Type.Optional(declared('what developing the same again would cost today')),
});

export const LoanToValue = Closed({
  target_bp: BasisPoints,
  warning_bp: BasisPoints,
  breach_bp: BasisPoints,
});

/** @throws Problem `refused` when the limits do not rise */
export function ltvLimits(asked: Type.Static<typeof LoanToValue> | undefined) {
  const { target_bp, warning_bp, breach_bp } = asked ?? DEFAULT_LTV;
  if (!(target_bp < warning_bp && warning_bp < breach_bp)) throw new Problem('refused', say('limits_fall'));
  return { ltv_target_bp: target_bp, ltv_warning_bp: warning_bp, ltv_breach_bp: breach_bp };
}

/** As they are stored. @throws Problem `refused` when a patent is named twice */
export function usesOf(patents: readonly Type.Static<typeof PledgedUse>[]): StoredUse[] {
  const ids = patents.map((patent) => patent.patent_id.toLowerCase());
  if (new Set(ids).size < ids.length) throw new Problem('refused', say('patent_twice'));
  return patents.map(({ launch, ...use }, index) => ({
    ...use,
    patent_id: ids[index]!,
    ...(launch && {
      launch_value_minor: launch.value_minor,
      development_cost_minor: launch.development_cost_minor,
    }),
  }));
}

export function shown(stored: StoredPledge) {
  return { ...stored, phase: PHASES[stored.state] } as unknown as Type.Static<typeof Pledge>;
}
