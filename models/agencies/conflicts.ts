/**
 * Conflicts of interest of an agency that a firm may instruct, from what registers and engagements tell.
 *
 *   pledgee     hard: it acts for a bank to which patents of the firm are pledged
 *   opponent    hard: it acts for somebody who challenged a patent of the firm
 *   co_party    soft: it acts for somebody else who owns or applied for a patent of the firm
 *   competitor  soft: it acts, in the technology field of the draft, for somebody whose patents the draft cites, or whose own
 *               draft cites the same owners
 * A hard one refuses; a soft one is shown, and the firm says that it accepts it. Rules and kinds are ours, in the manner of
 * the conflict rules of the professions (read in none of them for a number or a limit).
 * Names are compared as in party-name.ts by `isSameName`: spelling is evidence, so a conflict may be missed under another name.
 * Worked: an agency that acts for Bank A, and a firm with a pledge to BANK A.: [{ kind: 'pledgee', hard: true, ... }].
 */
import { isSameName } from '../party-name.ts';

export const CONFLICT_KINDS = ['pledgee', 'opponent', 'co_party', 'competitor'] as const;
export type ConflictKind = (typeof CONFLICT_KINDS)[number];
const HARD: readonly ConflictKind[] = ['pledgee', 'opponent'];

/** Somebody for whom the agency acts. */
export interface Principal {
  name: string;
  /** Technology fields of those cases. */
  fields: readonly number[];
  cases: number;
  /** Named by public registers; otherwise by an engagement that is nobody else's to know. */
  public: boolean;
  /** Owners of patents that their draft cites; none for a register. */
  cited_owners: readonly string[];
}

export interface Instructing {
  name: string;
  technology_field: number | null;
  /** Owners of patents that the draft cites. */
  cited_owners: readonly string[];
  pledgees: readonly string[];
  challengers: readonly string[];
  co_owners: readonly string[];
}

export interface Conflict {
  kind: ConflictKind;
  hard: boolean;
  /** For whom the agency acts; null where only the agency may know. */
  principal: string | null;
  /** Of that principal, on registers; null as above. */
  cases: number | null;
}

/** The hard ones first, then those of which more is known. */
export function conflictsOf(firm: Instructing, principals: readonly Principal[]): Conflict[] {
  const others = principals.filter(({ name }) => !isSameName(name, firm.name));
  const found = others.flatMap((principal) =>
    kindsOf(firm, principal).map((kind) => ({
      kind,
      hard: HARD.includes(kind),
      principal: principal.public ? principal.name : null,
      cases: principal.public ? principal.cases : null,
    })),
  );
  return withoutRepeats(found).sort(
    (a, b) =>
      CONFLICT_KINDS.indexOf(a.kind) - CONFLICT_KINDS.indexOf(b.kind) || (b.cases ?? 0) - (a.cases ?? 0),
  );
}

function kindsOf(firm: Instructing, principal: Principal): ConflictKind[] {
  const isIn = (names: readonly string[]) => names.some((name) => isSameName(name, principal.name));
  const same_field = firm.technology_field !== null && principal.fields.includes(firm.technology_field);
  const cites_same = principal.cited_owners.some((name) =>
    firm.cited_owners.some((own) => isSameName(own, name)),
  );
  const told: Readonly<Record<ConflictKind, boolean>> = {
    pledgee: isIn(firm.pledgees),
    opponent: isIn(firm.challengers),
    co_party: isIn(firm.co_owners),
    competitor: same_field && (isIn(firm.cited_owners) || cites_same),
  };
  return CONFLICT_KINDS.filter((kind) => told[kind]);
}

/** How many principals an agency has that may not be told is not told either. */
function withoutRepeats(conflicts: readonly Conflict[]): Conflict[] {
  const hidden = new Set<ConflictKind>();
  return conflicts.filter(({ kind, principal }) => {
    if (principal !== null) return true;
    if (hidden.has(kind)) return false;
    hidden.add(kind);
    return true;
  });
}
