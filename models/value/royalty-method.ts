/**
 * The income method: relief from royalty on the declared revenue, its inputs drawn as distributions.
 *
 * Formula: relief-from-royalty.ts at each of DRAWS quasi-random points (Halton, one fixed seed), which are the same for
 * every patent and day: two valuations differ by their facts and never by the draw. At each point the royalty
 * rate, growth, revenue, discount and decay are taken from their own distributions, independent of each other (ours).
 * The rate is that of the industry, else of all technology agreements, held at the end of their table.
 * Quantiles of the value in force, major units of CNIPA_CURRENCY.
 * Worked: docs/models/walkthrough.md.
 */
import normalQuantile from '@stdlib/stats-base-dists-normal-quantile';
import { quantileSorted } from 'simple-statistics';
import { expiresOn } from '../annuity/cnipa.ts';
import type { Assumptions } from '../assumptions.ts';
import { yearsBetween } from '../calendar.ts';
import { survivalPath } from '../lapse/predict.ts';
import { quantilesOf } from '../quantiles.ts';
import type { MethodResult } from '../types.ts';
import { quasiRandomPoints } from './formulas/quasi-random.ts';
import { industryRoyaltyQuantile } from './formulas/royalty-prior.ts';
import { triangularQuantile } from './formulas/triangular.ts';
import { type RoyaltyStream, reliefFromRoyalty, royaltyBase } from './relief-from-royalty.ts';
import type { MethodInputs } from './requirements.ts';
import { ROYALTY_RATE_CDF } from './royalty-rates.ts';

const DRAWS = 128;
const DIMENSIONS = 5;
const SEED = 20_040_101;
/** Growth and revenue are normal: their coordinates as standard deviations. */
const POINTS = quasiRandomPoints(DRAWS, DIMENSIONS, SEED).map(([rate, growth, revenue, discount, decay]) => ({
  rate: rate!,
  growth_sds: normalQuantile(growth!, 0, 1),
  revenue_sds: normalQuantile(revenue!, 0, 1),
  discount: discount!,
  decay: decay!,
}));
const [, TABLE_END] = ROYALTY_RATE_CDF.at(-1)!;

export function royaltyMethod({
  as_of,
  facts,
  lapse,
  declared,
  assumptions,
}: MethodInputs): Extract<MethodResult, { ok: true }> {
  const ahead = lapse!.annuities.filter(({ due_on }) => due_on > as_of);
  const survival = survivalPath(ahead.map(({ hazard, paid }) => (paid ? 0 : hazard)));
  const stream: RoyaltyStream = {
    revenue: declared!.annual_revenue! * assumptions.royalty_revenue_share.value,
    growth: assumptions.royalty_growth.value,
    decay: assumptions.royalty_decay.value,
    tax: assumptions.tax_rate.value,
    discount: assumptions.royalty_discount_rate.value,
    years: yearsBetween(as_of, expiresOn(facts.right_type, facts.filed_on)),
    annuities: ahead.map(({ due_on, amount, paid }, index) => ({
      years_ahead: yearsBetween(as_of, due_on),
      fee: paid ? 0 : amount,
      survival: survival[index]!,
    })),
  };
  const { industry } = declared!;
  const values = POINTS.map((point) => valueAt(point, stream, industry, assumptions)).sort((a, b) => a - b);
  const quantiles = quantilesOf((p) => quantileSorted(values, p));
  const base = royaltyBase(stream);
  const rate = royaltyRate(industry, 0.5);
  return {
    ok: true,
    quantiles,
    steps: [
      {
        what: 'present value of covered revenue after tax',
        formula: 'sum of survival * revenue * decay * (1 - tax), discounted from mid-year',
        values: {
          revenue: stream.revenue,
          years: stream.years,
          growth: stream.growth,
          decay: stream.decay,
          tax: stream.tax,
          discount: stream.discount,
          taxed_revenue: base.revenue,
          taxed_fees: base.fees,
        },
        source: 'IVS 210; survival from the lapse model; rates ours or [M]',
      },
      {
        what: 'relief from royalty in force',
        formula: 'rate * taxed revenue - taxed fees; quantiles over quasi-random draws of all inputs',
        values: {
          industry: industry ?? 'not declared',
          median_rate: rate,
          at_central_inputs: reliefFromRoyalty(base, rate),
          draws: DRAWS,
          seed: SEED,
          ...quantiles,
        },
        source: 'Parr, Royalty Rates for Technology, 6th ed.; by industry ipcg.com 2026; Halton 1960',
      },
    ],
  };
}

function valueAt(
  { rate, growth_sds, revenue_sds, discount, decay }: (typeof POINTS)[number],
  stream: RoyaltyStream,
  industry: string | null,
  assumptions: Assumptions,
): number {
  const drawn = royaltyBase({
    ...stream,
    growth: stream.growth + growth_sds * assumptions.royalty_growth_sd.value,
    revenue: stream.revenue * Math.exp(revenue_sds * assumptions.royalty_revenue_log_sd.value),
    discount: triangularQuantile(discount, {
      least: assumptions.royalty_discount_rate_least.value,
      likeliest: stream.discount,
      greatest: assumptions.royalty_discount_rate_greatest.value,
    }),
    decay: triangularQuantile(decay, {
      least: assumptions.royalty_decay_least.value,
      likeliest: stream.decay,
      greatest: assumptions.royalty_decay_greatest.value,
    }),
  });
  return reliefFromRoyalty(drawn, royaltyRate(industry, rate));
}

function royaltyRate(industry: string | null, p: number): number {
  return industryRoyaltyQuantile(industry, industry === null ? Math.min(p, TABLE_END) : p);
}
