/**
 * Patent families by priorities. Simple: applications with the same set of priorities. Extended: applications that
 * any chain of shared priorities connects. An application without priorities is its own priority, so that those which
 * claim it join it; without any it is a family of one.
 * Source: the EPO's definitions of simple (DOCDB) and extended (INPADOC) families [M]; the EPO adds corrections by
 * hand, which priorities do not tell.
 * Worked: a claims p, b claims p, c claims p and q, d claims q: simple {a, b} {c} {d}, extended {a, b, c, d}.
 *
 * The result does not depend on the order of the members; cost is linear in claims but for the sorting.
 */
export interface FamilyMember {
  /** Any key of an application that is the same wherever it is named, as member or as priority. */
  application: string;
  /** Applications whose priority it claims. */
  priorities: readonly string[];
}

/** Families with their applications in order, in order of their first; an application told twice has both claims. */
export function simpleFamilies(members: readonly FamilyMember[]): string[][] {
  const families = new Map<string, string[]>();
  for (const [application, priorities] of prioritiesByApplication(members)) {
    const key = JSON.stringify([...priorities].sort());
    const family = families.get(key);
    if (family) family.push(application);
    else families.set(key, [application]);
  }
  return inOrder(families.values());
}

/** See `simpleFamilies`. */
export function extendedFamilies(members: readonly FamilyMember[]): string[][] {
  const sets = new DisjointSets();
  const claims = prioritiesByApplication(members);
  for (const [application, priorities] of claims)
    for (const priority of priorities) sets.join(application, priority);
  const families = new Map<string, string[]>();
  for (const application of claims.keys()) {
    const root = sets.rootOf(application);
    const family = families.get(root);
    if (family) family.push(application);
    else families.set(root, [application]);
  }
  return inOrder(families.values());
}

function prioritiesByApplication(members: readonly FamilyMember[]): Map<string, Set<string>> {
  const claims = new Map<string, Set<string>>();
  for (const { application, priorities } of members) {
    const before = claims.get(application) ?? new Set();
    for (const priority of priorities) before.add(priority);
    claims.set(application, before);
  }
  for (const [application, priorities] of claims) if (priorities.size === 0) priorities.add(application);
  return claims;
}

function inOrder(families: Iterable<string[]>): string[][] {
  return [...families].map((family) => family.sort()).sort((a, b) => (a[0]! < b[0]! ? -1 : 1));
}

/** Union-find with path halving; the smaller set goes under the larger. */
class DisjointSets {
  private readonly parents = new Map<string, string>();
  private readonly sizes = new Map<string, number>();

  rootOf(key: string): string {
    let at = key;
    for (let up = this.parents.get(at); up !== undefined; up = this.parents.get(at)) {
      const above = this.parents.get(up);
      if (above !== undefined) this.parents.set(at, above);
      at = above ?? up;
    }
    return at;
  }

  join(a: string, b: string): void {
    const [first, second] = [this.rootOf(a), this.rootOf(b)];
    if (first === second) return;
    const [first_size, second_size] = [this.sizes.get(first) ?? 1, this.sizes.get(second) ?? 1];
    const [small, large] = first_size < second_size ? [first, second] : [second, first];
    this.parents.set(small, large);
    this.sizes.set(large, first_size + second_size);
  }
}
