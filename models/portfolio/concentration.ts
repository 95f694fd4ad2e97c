/**
 * How far a portfolio hangs on few things: shares of an amount by group, and their Herfindahl index.
 *
 *   HHI = sum of squared shares: 1 for a single group, 1 / n for n equal ones
 * Source: Herfindahl 1950; Hirschman 1945. Units: shares of the whole. Domain: amounts from 0.
 * Errors: RangeError for a negative amount. Groups of equal amounts stand in the order of their names.
 * Worked: 60 and 40: shares .6 and .4, HHI .52. Nothing at all: no shares, HHI 0.
 */
export interface Concentration {
  herfindahl: number;
  /** Largest first. */
  groups: { group: string; amount: number; share: number }[];
}

export function concentration(items: Iterable<{ group: string; amount: number }>): Concentration {
  const amounts = new Map<string, number>();
  let whole = 0;
  for (const { group, amount } of items) {
    if (!(amount >= 0)) throw new RangeError(`amount of ${group} is ${amount}: give 0 or more`);
    amounts.set(group, (amounts.get(group) ?? 0) + amount);
    whole += amount;
  }
  if (whole === 0) return { herfindahl: 0, groups: [] };
  const groups = [...amounts]
    .map(([group, amount]) => ({ group, amount, share: amount / whole }))
    .sort((a, b) => b.amount - a.amount || (a.group < b.group ? -1 : 1));
  return { herfindahl: groups.reduce((sum, { share }) => sum + share ** 2, 0), groups };
}
