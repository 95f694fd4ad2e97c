/**
 * Score of a patent by an indicator table: the weighted sum up the tree.
 *
 *   V = sum_i w_i sum_j w_ij sum_k w_ijk s_ijk, weights of siblings sum to 1
 * A leaf without a score is left out: its siblings are weighted up to sum to 1, so a parent is the mean over what is
 * there; a parent with nothing below it is left out of its own siblings in the same way. Missing is never 0, and is
 * counted. The score is the sum of the contributions of the leaves in the order of the table, so they add up exactly.
 * Source: weighted-sum scoring of GB/T 42748-2023 [M]; re-weighting is ours.
 * Units: points of the table's scale. Domain: a sound table (table.ts), scores within the scale.
 * Errors: the rules of table.ts, unknown_scenario, unknown_indicator, not_finite, out_of_range, no_scores.
 * Worked: legal 80, technical 70, economic 60 with .35, .25, .40: 69.5.
 */
import { FormulaFailure, requireBetween } from '../failure.ts';
import {
  childrenByParent,
  type IndicatorNode,
  type IndicatorTable,
  scenariosOf,
  tableProblems,
} from './table.ts';

export interface LeafContribution {
  indicator_code: string;
  score: number;
  /** Share of the whole after re-weighting. */
  effective_weight: number;
  contribution: number;
}

export interface TreeScore {
  standard_version: string;
  scenario: string;
  score: number;
  contributions: LeafContribution[];
  leaf_count: number;
  /** Codes of leaves without a score. */
  missing: string[];
  /** Every weight and name is the standard's own. */
  verified: boolean;
}

/** `scores` by code of the leaf; null or left out means unknown. */
export function scoreTree(
  table: IndicatorTable,
  scenario: string,
  scores: Readonly<Record<string, number | null>>,
): TreeScore {
  requireSound(table, scenario);
  const children = childrenByParent(table.nodes);
  const leaves = table.nodes.filter(({ indicator_code }) => !children.has(indicator_code));
  const known = knownScores(table, leaves, scores);
  const effective = effectiveWeights(children, scenario, new Set(known.keys()));
  const contributions = leaves.flatMap(({ indicator_code }) => {
    const score = known.get(indicator_code);
    if (score === undefined) return [];
    const effective_weight = effective.get(indicator_code) ?? 0;
    return [{ indicator_code, score, effective_weight, contribution: effective_weight * score }];
  });
  if (!contributions.some(({ effective_weight }) => effective_weight > 0))
    throw new FormulaFailure('no_scores', `no leaf with a weight in '${scenario}' has a score; give one.`);
  return {
    standard_version: table.standard_version,
    scenario,
    score: contributions.reduce((sum, { contribution }) => sum + contribution, 0),
    contributions,
    leaf_count: leaves.length,
    missing: leaves.map(({ indicator_code }) => indicator_code).filter((code) => !known.has(code)),
    verified: table.nodes.every(({ verified }) => verified),
  };
}

function requireSound(table: IndicatorTable, scenario: string): void {
  const [problem] = tableProblems(table);
  if (problem !== undefined) throw new FormulaFailure(problem.rule, `${problem.message}.`);
  const scenarios = scenariosOf(table);
  if (!scenarios.includes(scenario))
    throw new FormulaFailure(
      'unknown_scenario',
      `scenario '${scenario}' is not in the table; choose one of ${scenarios.join(', ')}.`,
    );
}

function knownScores(
  { scale }: IndicatorTable,
  leaves: readonly IndicatorNode[],
  scores: Readonly<Record<string, number | null>>,
): Map<string, number> {
  const codes = new Set(leaves.map(({ indicator_code }) => indicator_code));
  const known = new Map<string, number>();
  for (const [code, score] of Object.entries(scores)) {
    if (!codes.has(code))
      throw new FormulaFailure('unknown_indicator', `'${code}' is no leaf of the table; score leaves only.`);
    if (score !== null) known.set(code, requireBetween(`score of '${code}'`, score, scale.least, scale.most));
  }
  return known;
}

/** Share of the whole of each scored leaf, from the first level down. */
function effectiveWeights(
  children: ReadonlyMap<string | null, readonly IndicatorNode[]>,
  scenario: string,
  scored: ReadonlySet<string>,
): Map<string, number> {
  const weightOf = ({ weights }: IndicatorNode) => weights[scenario]!;
  const counts = (node: IndicatorNode): boolean =>
    weightOf(node) > 0 &&
    (children.get(node.indicator_code)?.some(counts) ?? scored.has(node.indicator_code));
  const effective = new Map<string, number>();
  const descend = (parent: string | null, share: number): void => {
    const available = children.get(parent)?.filter(counts) ?? [];
    const sum = available.reduce((sum, node) => sum + weightOf(node), 0);
    for (const node of available) {
      const own = (share * weightOf(node)) / sum;
      effective.set(node.indicator_code, own);
      descend(node.indicator_code, own);
    }
  };
  descend(null, 1);
  return effective;
}
