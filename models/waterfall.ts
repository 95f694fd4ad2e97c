/**
 * Why a value changed: bars between two valuations of one patent that add up exactly.
 *
 * The inputs of the first are replaced by those of the second, one cause at a time in the order of CAUSES, and the patent
 * is valued anew after each: a bar is the change at its step. The model goes first, so that every later bar is told in the
 * terms of one model. Where a step gives no value (the register looks stale until its day is replaced too), its change
 * falls into the next bar. `residual` is what the stored figures differ from the recomputed ones by: 0 unless the code
 * of the model has changed since. The order matters where causes interact, as with any such decomposition.
 * A patent that was taken out of the pledge or added to it changes by its whole value: `collateral`.
 * Citations and family stand in the inputs as ranks in the cohort (value/standing.ts). The assumptions of the champion give them no
 * effect, so their bars are 0; under assumptions that do, a bar is what the rank moves.
 *
 * Units: minor units of VALUATION_CURRENCY, of `weighted.p50`; integers, so the sum is exact. Domain: both valuations have
 * a value. Errors: FormulaFailure `no_value` naming the day without one.
 * Worked: 100.00 on one day, 92.00 a year on with a fee paid: time -1300, fees 500, and 10000 - 1300 + 500 = 9200.
 */
import { FormulaFailure } from './failure.ts';
import { toMinor } from './money.ts';
import type { CohortRanks, PatentFacts } from './types.ts';
import { type ValuationInputs, valuePatent } from './valuation.ts';
import { say } from './value/sentences.ts';

export const CAUSES = [
  'model',
  'time',
  'fees',
  'legal',
  'bibliography',
  'citations',
  'family',
  'market',
  'collateral',
  'residual',
] as const;

export type Cause = (typeof CAUSES)[number];

export interface Bar {
  cause: Cause;
  change_minor: number;
}

export interface Waterfall {
  from_minor: number;
  bars: Bar[];
  to_minor: number;
}

/** One of the valuations: what went in, and the figure that was stored. */
export interface ValuedState {
  inputs: ValuationInputs;
  stored_minor: number;
}

/** What each cause replaces. */
const REPLACED: Record<
  Exclude<Cause, 'collateral' | 'residual'>,
  (now: ValuationInputs, to: ValuationInputs) => ValuationInputs
> = {
  model: (now, { lapse_model, calibration, assumptions }) => ({
    ...now,
    lapse_model,
    calibration,
    assumptions,
  }),
  time: (now, to) => ({
    ...now,
    as_of: to.as_of,
    facts: { ...now.facts, register_seen_on: to.facts.register_seen_on },
  }),
  fees: (now, to) => ({ ...now, facts: { ...now.facts, paid_through: to.facts.paid_through } }),
  legal: (now, { facts }) => ({
    ...now,
    facts: {
      ...now.facts,
      granted_on: facts.granted_on,
      legal_state: facts.legal_state,
      legal_state_since: facts.legal_state_since,
      challenges: facts.challenges,
    },
  }),
  bibliography: (now, { facts }) => ({ ...now, facts: { ...facts, ...ranked(rankOf(now.facts)) } }),
  citations: (now, to) => ({
    ...now,
    facts: {
      ...now.facts,
      ...ranked({ ...rankOf(now.facts), citation_rank: rankOf(to.facts).citation_rank }),
    },
  }),
  family: (now, { facts }) => ({ ...now, facts: { ...now.facts, ...ranked(rankOf(facts)) } }),
  market: (now, { declared, market }) => ({ ...now, declared, market }),
};

function rankOf({ standing }: PatentFacts): CohortRanks {
  return standing ?? { citation_rank: null, family_rank: null };
}

function ranked(standing: CohortRanks): Pick<PatentFacts, 'standing'> {
  return { standing };
}

export function waterfall(from: ValuedState, to: ValuedState): Waterfall {
  const first = requireValue(from.inputs);
  const last = requireValue(to.inputs);
  let inputs = from.inputs;
  let reached = first;
  const bars: Bar[] = [];
  for (const cause of CAUSES) {
    if (cause === 'collateral' || cause === 'residual') break;
    inputs = REPLACED[cause](inputs, to.inputs);
    const next = valueMinor(inputs) ?? reached;
    bars.push({ cause, change_minor: next - reached });
    reached = next;
  }
  const residual = to.stored_minor - last - (from.stored_minor - first);
  bars.push({ cause: 'collateral', change_minor: 0 }, { cause: 'residual', change_minor: residual });
  return { from_minor: from.stored_minor, bars, to_minor: to.stored_minor };
}

/** Of a patent that is pledged at one end only: it is worth nothing to the pledge at the other. */
export function collateralChange(from_minor: number, to_minor: number): Waterfall {
  const change_minor = to_minor - from_minor;
  return {
    from_minor,
    bars: CAUSES.map((cause) => ({ cause, change_minor: cause === 'collateral' ? change_minor : 0 })),
    to_minor,
  };
}

/** Several patents as one: bars of a cause are added. */
export function addWaterfalls(each: readonly Waterfall[]): Waterfall {
  const sum = (term: (one: Waterfall) => number) => each.reduce((total, one) => total + term(one), 0);
  return {
    from_minor: sum(({ from_minor }) => from_minor),
    bars: CAUSES.map((cause, index) => ({
      cause,
      change_minor: sum(({ bars }) => bars[index]!.change_minor),
    })),
    to_minor: sum(({ to_minor }) => to_minor),
  };
}

function valueMinor(inputs: ValuationInputs): number | null {
  const { weighted, currency } = valuePatent(inputs);
  return weighted === null ? null : toMinor(weighted.p50, currency);
}

function requireValue(inputs: ValuationInputs): number {
  const value = valueMinor(inputs);
  if (value !== null) return value;
  throw new FormulaFailure('no_value', say('value_unknown_on', { day: inputs.as_of }));
}
