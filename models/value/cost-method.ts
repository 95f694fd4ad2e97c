/**
 * The cost method: what developing the same again would cost, a floor beside the value.
 *
 * The declared cost is today's; formulas/reproduction-cost.ts brings older items there. It has no spread of its own.
 * Units: major units of CNIPA_CURRENCY. Worked: a declared 166.32 is 166.32 at every quantile.
 */
import { quantilesOf } from '../quantiles.ts';
import type { MethodResult } from '../types.ts';
import type { MethodInputs } from './requirements.ts';

export function costMethod({ declared }: MethodInputs): Extract<MethodResult, { ok: true }> {
  const cost = declared!.reproduction_cost!;
  return {
    ok: true,
    quantiles: quantilesOf(() => cost),
    steps: [
      {
        what: 'cost of reproduction',
        formula: 'as declared, in money of today',
        values: { cost },
        source: 'IVS 210 cost approach [M]',
      },
    ],
  };
}
