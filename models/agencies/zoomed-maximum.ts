/**
 * Where a smooth function of two numbers is largest within a box: a grid over the box, then over the cells around its best
 * point, and so on. It needs no derivative and no start, and gives the same answer on every machine.
 *
 * Domain: finite values; the box is not empty. Of several tops as high at the grid's width it may take any.
 * Cost: 81 evaluations a round, 10 rounds; each narrows the box to a quarter.
 * Worked: -(x - 1)^2 - (y + 2)^2 over [-5, 5] x [-5, 5] is largest at (1, -2) to 1e-5.
 */
const POINTS = 9;
const ROUNDS = 10;

export type Range = readonly [low: number, high: number];

export function zoomedMaximum(
  value: (x: number, y: number) => number,
  box: readonly [Range, Range],
): { x: number; y: number } {
  let [across, down] = box;
  let best = { x: across[0], y: down[0], value: Number.NEGATIVE_INFINITY };
  for (let round = 0; round < ROUNDS; round++) {
    for (const x of points(across))
      for (const y of points(down)) {
        const found = value(x, y);
        if (found > best.value) best = { x, y, value: found };
      }
    across = around(best.x, across, box[0]);
    down = around(best.y, down, box[1]);
  }
  return { x: best.x, y: best.y };
}

function points([low, high]: Range): number[] {
  return Array.from({ length: POINTS }, (_, index) => low + ((high - low) * index) / (POINTS - 1));
}

/** A cell to either side, inside the first box. */
function around(best: number, [low, high]: Range, [first, last]: Range): Range {
  const cell = (high - low) / (POINTS - 1);
  return [Math.max(first, best - cell), Math.min(last, best + cell)];
}
