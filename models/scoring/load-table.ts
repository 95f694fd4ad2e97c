/**
 * A bank's own licensed indicator table, from parsed CSV rows.
 *
 * One row for each node and scenario, with the columns of ROW_COLUMNS; an empty `parent` is the first level,
 * `verified` is `true` or `false`, `weight` a decimal share such as .35 or 0.35. A table with any error is not
 * loaded at all; every error is listed with its row (1 is the first record after the header), its rule and what
 * would mend it.
 * Units: weights are shares. Errors: data, never thrown; rules of table.ts and those of `RowRule`.
 * Worked: rows A .5, A .6 (same scenario): row 2, rule `duplicate_row`.
 */
import { type IndicatorNode, type IndicatorTable, type TableProblem, tableProblems } from './table.ts';

export const ROW_COLUMNS = [
  'standard_version',
  'indicator_code',
  'name',
  'parent',
  'scenario',
  'weight',
  'verified',
  'source',
] as const;

export type TableRow = Readonly<Record<string, string | undefined>>;
type RowRule = 'missing_value' | 'bad_weight' | 'bad_verified' | 'mixed_versions' | 'conflicting_rows';

export interface RowError {
  /** From 1; 0 is the table as a whole. */
  row: number;
  rule: RowRule | 'duplicate_row' | TableProblem['rule'];
  message: string;
}

export type LoadedTable = { ok: true; table: IndicatorTable } | { ok: false; errors: RowError[] };

type Fields = Record<(typeof ROW_COLUMNS)[number], string>;

export function loadTable(rows: readonly TableRow[], scale: IndicatorTable['scale']): LoadedTable {
  const records = rows.map(fieldsOf);
  const rowErrors = records.flatMap((fields, i) => fieldErrors(fields, i + 1, records[0]!));
  if (rowErrors.length > 0) return { ok: false, errors: rowErrors };
  const nodes = new Map<string, IndicatorNode>();
  const firstRow = new Map<string, number>([['', 0]]);
  const errors = records.flatMap((fields, i): RowError[] => {
    const earlier = nodes.get(fields.indicator_code);
    const conflict = earlier === undefined ? null : conflictOf(fields, earlier);
    if (conflict !== null) return [{ row: i + 1, ...conflict }];
    if (earlier === undefined) firstRow.set(fields.indicator_code, i + 1);
    nodes.set(fields.indicator_code, merged(fields, earlier));
    return [];
  });
  if (errors.length > 0) return { ok: false, errors };
  const standard_version = records[0]?.standard_version ?? '';
  const table = { standard_version, scale, nodes: [...nodes.values()] };
  const problems = tableProblems(table).map(
    ({ indicator_code, rule, message }): RowError => ({ row: firstRow.get(indicator_code)!, rule, message }),
  );
  return problems.length > 0 ? { ok: false, errors: problems } : { ok: true, table };
}

function fieldsOf(row: TableRow): Fields {
  const trimmed = ROW_COLUMNS.map((column) => [column, row[column]?.trim() ?? '']);
  return Object.fromEntries(trimmed) as Fields;
}

function fieldErrors(fields: Fields, row: number, first: Fields): RowError[] {
  const errors: RowError[] = [];
  const add = (rule: RowRule, message: string) => errors.push({ row, rule, message });
  for (const column of ROW_COLUMNS)
    if (column !== 'parent' && fields[column] === '')
      add('missing_value', `column '${column}' is empty; give a value`);
  if (fields.weight !== '' && !/^\d*\.?\d+$/.test(fields.weight))
    add('bad_weight', `weight '${fields.weight}' is no decimal share; write 35 % as 0.35`);
  if (fields.verified !== '' && !['true', 'false'].includes(fields.verified))
    add('bad_verified', `verified is '${fields.verified}'; write true or false`);
  if (fields.standard_version !== first.standard_version)
    add(
      'mixed_versions',
      `standard_version is '${fields.standard_version}', in row 1 '${first.standard_version}'; load one version`,
    );
  return errors;
}

/** What keeps a further row of a code from being one more scenario of the same node. */
function conflictOf(fields: Fields, earlier: IndicatorNode): Omit<RowError, 'row'> | null {
  const { indicator_code, scenario } = fields;
  if (Object.hasOwn(earlier.weights, scenario))
    return {
      rule: 'duplicate_row',
      message: `'${indicator_code}' already has a weight for '${scenario}'; remove one of the rows`,
    };
  const { weights: _, ...before } = earlier;
  const { weights: __, ...now } = merged(fields, undefined);
  if (JSON.stringify(before) === JSON.stringify(now)) return null;
  return {
    rule: 'conflicting_rows',
    message: `'${indicator_code}' has another name, parent, verified or source in an earlier row; make them equal`,
  };
}

function merged(fields: Fields, earlier: IndicatorNode | undefined): IndicatorNode {
  return {
    indicator_code: fields.indicator_code,
    name: fields.name,
    parent: fields.parent === '' ? null : fields.parent,
    weights: { ...earlier?.weights, [fields.scenario]: Number(fields.weight) },
    verified: fields.verified === 'true',
    source: fields.source,
  };
}
