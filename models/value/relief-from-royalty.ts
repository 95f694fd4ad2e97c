/**
 * Relief from royalty: the royalties that the owner need not pay, after tax, while the patent lives.
 *
 *   V = max(0, rho (1 - t) sum_j w_j S_j R ((1 + g)(1 - d))^(j - 1) / (1 + k)^m_j
 *              - (1 - t) sum_i S_i c_i / (1 + k)^y_i)
 * over years j from the valuation date to the end of the term (w_j = 1, the last year its share; m_j its middle) and
 * annuities c_i due in y_i years. R: next year's revenue; rho: royalty rate; t: tax; g: growth; d: decay; k: discount.
 * S: chance that the annuities due until then are paid. Value is cut at 0 since the owner may drop the patent.
 * No tax amortisation benefit: the premise is a pledge, not a purchase.
 * Source: IVS 210 relief-from-royalty method, mid-year convention; survival weighting ours.
 *
 * Units: money in major units, rates a year. Domain: k > -1, 0 <= t <= 1. Errors: none.
 * Worked (golden G9): R = 10 M, g = .05, rho = .04, t = .25, k = .18, d = .10, 8 years, no fees: 1,152,103.
 */

export interface RoyaltyStream {
  /** Revenue of the next twelve months that the claims cover. */
  revenue: number;
  growth: number;
  decay: number;
  tax: number;
  discount: number;
  /** Years to the end of the term. */
  years: number;
  /** Annuities ahead in order of time; `survival` is the chance that it and all before are paid. */
  annuities: readonly { years_ahead: number; fee: number; survival: number }[];
}

/** Present value of the stream: taxed revenue to which a rate applies, and taxed fees. */
export interface RoyaltyBase {
  revenue: number;
  fees: number;
}

/** Present values that do not depend on the royalty rate. */
export function royaltyBase(stream: RoyaltyStream): RoyaltyBase {
  const { growth, decay, tax, discount, years, annuities } = stream;
  let revenue = 0;
  let yearly = stream.revenue * (1 - tax);
  let alive = 1;
  let passed = 0;
  for (let start = 0; start < years; start++) {
    const share = Math.min(1, years - start);
    const middle = start + share / 2;
    while (passed < annuities.length && annuities[passed]!.years_ahead <= middle)
      alive = annuities[passed++]!.survival;
    revenue += (share * alive * yearly) / (1 + discount) ** middle;
    yearly *= (1 + growth) * (1 - decay);
  }
  let fees = 0;
  for (const { years_ahead, fee, survival } of annuities) {
    fees += (survival * fee * (1 - tax)) / (1 + discount) ** years_ahead;
  }
  return { revenue, fees };
}

/** Value at one royalty rate. */
export function reliefFromRoyalty({ revenue, fees }: RoyaltyBase, rate: number): number {
  return Math.max(0, rate * revenue - fees);
}
