/**
 * The option method: a patent whose product is not yet on the market.
 *
 * Formula: formulas/patent-option.ts. The declared launch value is known up to a lognormal error, and the option rises
 * with it, so the p-quantile of the option is the option at the p-quantile of the launch value. The right may
 * lapse while the owner waits; an owner who holds an option worth more than the fee pays it, so the term counts whole.
 * Quantiles of the value in force, major units of CNIPA_CURRENCY.
 * Worked: launch value 50 known exactly, cost 60, 10 years left, r = .03, volatility .4: 9.131.
 */
import normalQuantile from '@stdlib/stats-base-dists-normal-quantile';
import { expiresOn } from '../annuity/cnipa.ts';
import { yearsBetween } from '../calendar.ts';
import { quantilesOf } from '../quantiles.ts';
import type { MethodResult } from '../types.ts';
import { patentOptionValue } from './formulas/patent-option.ts';
import type { MethodInputs } from './requirements.ts';

export function optionMethod({
  as_of,
  facts,
  declared,
  assumptions,
}: MethodInputs): Extract<MethodResult, { ok: true }> {
  const { value, development_cost } = declared!.launch!;
  const terms = {
    development_cost,
    remaining_years: yearsBetween(as_of, expiresOn(facts.right_type, facts.filed_on)),
    risk_free_rate: assumptions.risk_free_rate.value,
    volatility: assumptions.launch_volatility.value,
  };
  const log_sd = assumptions.launch_value_log_sd.value;
  const quantiles = quantilesOf((p) => {
    const launch_value = value * Math.exp(normalQuantile(p, 0, log_sd));
    return patentOptionValue({ ...terms, launch_value }).value;
  });
  return {
    ok: true,
    quantiles,
    steps: [
      {
        what: 'option to launch in force',
        formula: 'American call on the launch value, yield 1 / remaining years, on a binomial tree',
        values: { launch_value: value, launch_value_log_sd: log_sd, ...terms, ...quantiles },
        source: 'Damodaran [M]; Cox, Ross and Rubinstein 1979',
      },
    ],
  };
}
