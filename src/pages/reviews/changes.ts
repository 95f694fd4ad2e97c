/** What differs between the evidence that was frozen and the evidence as it is now, fact by fact. */

export type Scalar = string | number | boolean | null;

export interface Fact {
  /** From the outside in, such as pledge, ltv_bp; a patent stands by its id. */
  place: readonly string[];
  /** Undefined where the fact was not there. */
  before: Scalar | undefined;
  now: Scalar | undefined;
}

/** Every fact of either, in the order of the present evidence; what is gone comes last. */
export function factsOf(frozen: unknown, now: unknown): Fact[] {
  const past = leavesOf(frozen);
  const present = leavesOf(now);
  return [...new Set([...present.keys(), ...past.keys()])].map((name) => ({
    place: JSON.parse(name) as string[],
    before: past.get(name),
    now: present.get(name),
  }));
}

export function hasChanged({ before, now }: Fact): boolean {
  return before !== now;
}

/** Scalars by their places. */
function leavesOf(value: unknown, place: readonly string[] = []): Map<string, Scalar> {
  if (value === undefined) return new Map();
  if (value === null || typeof value !== 'object') return new Map([[JSON.stringify(place), value as Scalar]]);
  const entries = Array.isArray(value)
    ? value.map((item, index) => [nameOf(item, index), item] as const)
    : Object.entries(value);
  return new Map(entries.flatMap(([name, item]) => [...leavesOf(item, [...place, name])]));
}

/** Items of a list keep their names when another comes before them. */
function nameOf(item: unknown, index: number): string {
  if (typeof item === 'string') return item;
  const id = (item as { patent_id?: unknown } | null)?.patent_id;
  return typeof id === 'string' ? id : String(index + 1);
}
