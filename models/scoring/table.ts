/**
 * An indicator table: the tree of a scoring standard as data, and the rules it must keep.
 *
 * Every node names its parent and carries one weight a scenario, its share among its siblings. Rules: codes are
 * unique; parents exist and lead up to a first-level node; every node has a weight from 0 to 1 for every scenario;
 * weights of siblings sum to 1 in every scenario, within 1e-6 (published weights are rounded decimals).
 * Units: weights are shares. Errors: none here, problems are listed as data.
 * Worked: siblings weighted .5 and .4 give one problem, `weights_not_one`, sum .9.
 */
const SUM_TOLERANCE = 1e-6;

export interface IndicatorNode {
  indicator_code: string;
  name: string;
  /** Null on the first level. */
  parent: string | null;
  /** By scenario, the share among the siblings. */
  weights: Readonly<Record<string, number>>;
  /** Read in the standard itself, not recalled or ours. */
  verified: boolean;
  source: string;
}

export interface IndicatorTable {
  standard_version: string;
  /** Least and greatest score of a leaf. */
  scale: { least: number; most: number };
  nodes: readonly IndicatorNode[];
}

export interface TableProblem {
  /** The node at fault; of siblings, the first. */
  indicator_code: string;
  rule:
    | 'empty_table'
    | 'bad_scale'
    | 'duplicate_code'
    | 'unknown_parent'
    | 'parent_cycle'
    | 'weight_missing'
    | 'weight_out_of_range'
    | 'weights_not_one';
  /** What is wrong and what would mend it. */
  message: string;
}

/** Nodes by the code of their parent, in the order of the table; the first level is under null. */
export function childrenByParent(nodes: readonly IndicatorNode[]): Map<string | null, IndicatorNode[]> {
  const children = new Map<string | null, IndicatorNode[]>();
  for (const node of nodes) {
    const siblings = children.get(node.parent);
    if (siblings === undefined) children.set(node.parent, [node]);
    else siblings.push(node);
  }
  return children;
}

export function scenariosOf({ nodes }: IndicatorTable): string[] {
  return [...new Set(nodes.flatMap(({ weights }) => Object.keys(weights)))];
}

/** Every rule the table breaks; [] when it is sound. */
export function tableProblems(table: IndicatorTable): TableProblem[] {
  const { least, most } = table.scale;
  if (table.nodes.length === 0)
    return [{ indicator_code: '', rule: 'empty_table', message: 'the table has no row; load at least one' }];
  const scale: TableProblem[] =
    Number.isFinite(least) && Number.isFinite(most) && least < most
      ? []
      : [{ indicator_code: '', rule: 'bad_scale', message: `scale ${least} to ${most}; give two ends` }];
  return [...scale, ...structureProblems(table.nodes), ...weightProblems(table)];
}

function structureProblems(nodes: readonly IndicatorNode[]): TableProblem[] {
  const byCode = new Map(nodes.map((node) => [node.indicator_code, node]));
  const seen = new Set<string>();
  return nodes.flatMap(({ indicator_code, parent }): TableProblem[] => {
    const problem = (rule: TableProblem['rule'], message: string) => [{ indicator_code, rule, message }];
    if (seen.has(indicator_code))
      return problem('duplicate_code', `code '${indicator_code}' is used twice; give each node its own code`);
    seen.add(indicator_code);
    if (parent !== null && !byCode.has(parent))
      return problem('unknown_parent', `parent '${parent}' is not in the table; add it or mend the code`);
    if (!reachesFirstLevel(indicator_code, byCode))
      return problem('parent_cycle', `the parents of '${indicator_code}' never reach the first level`);
    return [];
  });
}

function reachesFirstLevel(code: string, byCode: ReadonlyMap<string, IndicatorNode>): boolean {
  let node = byCode.get(code);
  for (let steps = 0; node !== undefined && steps <= byCode.size; steps++) {
    if (node.parent === null) return true;
    node = byCode.get(node.parent);
  }
  return node === undefined;
}

function weightProblems(table: IndicatorTable): TableProblem[] {
  const scenarios = scenariosOf(table);
  const single = table.nodes.flatMap((node) =>
    scenarios.flatMap((scenario) => weightProblem(node, scenario)),
  );
  const sums = [...childrenByParent(table.nodes).values()].flatMap((siblings) =>
    scenarios.flatMap((scenario) => sumProblem(siblings, scenario)),
  );
  return [...single, ...sums];
}

function weightProblem({ indicator_code, weights }: IndicatorNode, scenario: string): TableProblem[] {
  const weight = weights[scenario];
  if (weight === undefined)
    return [
      {
        indicator_code,
        rule: 'weight_missing',
        message: `'${indicator_code}' has no weight for scenario '${scenario}'; give one, 0 if unused`,
      },
    ];
  if (weight >= 0 && weight <= 1) return [];
  return [
    {
      indicator_code,
      rule: 'weight_out_of_range',
      message: `'${indicator_code}' weighs ${weight} in '${scenario}'; give a share from 0 to 1`,
    },
  ];
}

function sumProblem(siblings: readonly IndicatorNode[], scenario: string): TableProblem[] {
  const first = siblings[0]!;
  const sum = siblings.reduce((sum, { weights }) => sum + (weights[scenario] ?? 0), 0);
  if (Math.abs(sum - 1) <= SUM_TOLERANCE) return [];
  return [
    {
      indicator_code: first.indicator_code,
      rule: 'weights_not_one',
      message: `the weights under '${first.parent ?? 'the root'}' sum to ${sum} in '${scenario}'; they must sum to 1`,
    },
  ];
}
