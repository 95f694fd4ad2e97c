/** Which faults strike, and in what order: drawn from a seed. */
export type Fault = 'kill' | 'restart' | 'freeze';

export type FaultCounts = Record<`${Fault}s`, number>;

/** @param random uniform in [0, 1) */
export function faultPlan({ kills, restarts, freezes }: FaultCounts, random: () => number): Fault[] {
  const plan: Fault[] = [
    ...Array<Fault>(kills).fill('kill'),
    ...Array<Fault>(restarts).fill('restart'),
    ...Array<Fault>(freezes).fill('freeze'),
  ];
  // Fisher and Yates.
  for (let last = plan.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    [plan[last], plan[other]] = [plan[other]!, plan[last]!];
  }
  return plan;
}

export function pick<T>(items: readonly T[], random: () => number): T {
  return items[Math.floor(random() * items.length)]!;
}
