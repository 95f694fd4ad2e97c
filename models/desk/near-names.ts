/**
 * Names that are nearly one, found among many: by what share of their runs of three characters two texts have in common.
 *
 * Formula: Dice = 2 |A ∩ B| / (|A| + |B|) over the sets of runs, each text with two blanks before it and one after.
 * Whoever reaches `least` shares at least s = ceil(least |A| / (2 - least)) runs with A, so it has one of the |A| - s + 1
 * rarest runs of A: only texts under those are looked at (prefix filtering; Chaudhuri, Ganti, Kaushik 2006).
 * Domain: text of whatever script, `least` in (0, 1]. Errors: none. Worked: 'abcd' and 'abce' have 3 of 5 and 5 in common: 0.6.
 */

export function runsOf(text: string): ReadonlySet<string> {
  const characters = [...`  ${text} `];
  return new Set(characters.slice(0, -2).map((_, at) => characters.slice(at, at + 3).join('')));
}

export function likeness(one: ReadonlySet<string>, other: ReadonlySet<string>): number {
  let shared = 0;
  for (const run of one) if (other.has(run)) shared++;
  return (2 * shared) / (one.size + other.size);
}

export interface Near {
  id: string;
  likeness: number;
}

/** Texts that can be asked for the one that is most like another. */
export class NearNames {
  readonly #runs = new Map<string, ReadonlySet<string>>();
  readonly #under = new Map<string, string[]>();

  add(id: string, text: string): void {
    const runs = runsOf(text);
    this.#runs.set(id, runs);
    for (const run of runs) {
      const ids = this.#under.get(run);
      if (ids) ids.push(id);
      else this.#under.set(run, [id]);
    }
  }

  /** The likeliest of those that reach `least`, the first added where two are alike; null when none does. */
  find(text: string, least: number): Near | null {
    const runs = runsOf(text);
    const shared = Math.ceil((least * runs.size) / (2 - least));
    const rarest = [...runs]
      .map((run) => this.#under.get(run) ?? [])
      .sort((a, b) => a.length - b.length)
      .slice(0, runs.size - shared + 1);
    let best: Near | null = null;
    for (const id of new Set(rarest.flat())) {
      const found = likeness(runs, this.#runs.get(id)!);
      if (found >= least && (best === null || found > best.likeness)) best = { id, likeness: found };
    }
    return best;
  }
}
