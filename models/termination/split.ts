/**
 * Divisions of examples into a part to learn from and a part to be measured on.
 *
 * `earliest` keeps the order given, which must be that of grant: the first `floor(share n)` are learnt from.
 * `folds` shuffles (Fisher and Yates 1938) and deals out in turn first the events, then the others, so that folds are
 * equal in size and share of events to one patent.
 * Errors: FormulaFailure `too_few`.
 * Worked: 1,596 examples at .7: 1,117 and 479.
 */
import { FormulaFailure } from '../failure.ts';

export interface Split<Item> {
  train: Item[];
  test: Item[];
}

export function earliest<Item>(items: readonly Item[], share: number): Split<Item> {
  const count = Math.floor(items.length * share);
  if (count < 1 || count >= items.length)
    throw new FormulaFailure('too_few', `${items.length} patents cannot be divided at ${share}; give more.`);
  return { train: items.slice(0, count), test: items.slice(count) };
}

export function folds<Item extends { outcome: 0 | 1 }>(
  items: readonly Item[],
  count: number,
  random: () => number,
): Split<Item>[] {
  if (items.length < count)
    throw new FormulaFailure('too_few', `${items.length} patents make no ${count} folds; give more.`);
  const order = shuffled(items, random).sort((a, b) => b.outcome - a.outcome);
  return Array.from({ length: count }, (_, fold) => ({
    train: order.filter((_, i) => i % count !== fold),
    test: order.filter((_, i) => i % count === fold),
  }));
}

export function shuffled<Item>(items: readonly Item[], random: () => number): Item[] {
  const order = [...items];
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}
