/**
 * Product-limit survival with Greenwood's standard error.
 *
 *   S_k = prod_{i <= k} (1 - d_i / n_i);  var S_k = S_k^2 sum_{i <= k} d_i / (n_i (n_i - d_i))
 * Source: Kaplan and Meier 1958; Greenwood 1926.
 * Units: counts in, shares out. Domain: 0 <= d <= n, n > 0, as the callers of this folder count them.
 * Errors: none; where S is 0 the variance has no value and the standard error is null.
 * Worked: d 1, 2 of n 4, 2: S .75, 0; standard errors .2165, null.
 */
export interface ProductLimitStep {
  survival: number;
  standard_error: number | null;
}

export function productLimit(counts: readonly { at_risk: number; events: number }[]): ProductLimitStep[] {
  let survival = 1;
  let relative_variance = 0;
  return counts.map(({ at_risk, events }) => {
    const surviving = at_risk - events;
    survival *= surviving / at_risk;
    if (survival === 0) return { survival, standard_error: null };
    relative_variance += events / (at_risk * surviving);
    return { survival, standard_error: survival * Math.sqrt(relative_variance) };
  });
}
