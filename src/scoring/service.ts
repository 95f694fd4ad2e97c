/**
 * Scoring by an indicator table: the shipped one, or one that the organisation loaded and alone may use. A score never
 * enters a value.
 */
import { attempt } from '../../models/failure.ts';
import { GBT_42748_2023 } from '../../models/scoring/gbt-42748-2023.ts';
import { loadTable, type RowError, type TableRow } from '../../models/scoring/load-table.ts';
import { childrenByParent, type IndicatorTable, scenariosOf } from '../../models/scoring/table.ts';
import { scoreTree } from '../../models/scoring/tree.ts';
import type { Caller } from '../accounts/store.ts';
import { appendAudit } from '../audit/log.ts';
import { canonicalJson, sha256 } from '../canonical.ts';
import type { Sql, Transaction } from '../db/client.ts';
import { Problem } from '../errors.ts';
import { requirePledged } from '../pledges/pledgeable.ts';
import { findPledge } from '../pledges/store.ts';
import {
  insertScore,
  insertTable,
  type ListedTable,
  ownTable,
  ownTables,
  type PledgeScore,
  type ScoringTable,
  type TableSummary,
} from './store.ts';

/** Every node needs a weight for every scenario, so the two multiply. */
const MAX_SCENARIOS = 20;
const MAX_ERRORS_SHOWN = 100;

const SHIPPED: ScoringTable = {
  ...described(GBT_42748_2023),
  organisation_id: null,
  loaded_at: null,
};

/** In order of id: the shipped table among those of the organisation. */
export async function listTables(
  sql: Sql,
  organisation_id: string,
  after: string,
  limit: number,
): Promise<ListedTable[]> {
  const own = await ownTables(sql, organisation_id, after, limit);
  const all = SHIPPED.id > after ? [...own, SHIPPED] : own;
  return all.sort((a, b) => (a.id < b.id ? -1 : 1)).slice(0, limit);
}

/** @throws Problem `not_found`, also for a table of another organisation */
export async function findTable(
  sql: Sql | Transaction,
  organisation_id: string,
  id: string,
): Promise<ScoringTable> {
  const table = id === SHIPPED.id ? SHIPPED : await ownTable(sql, organisation_id, id);
  if (!table) throw new Problem('not_found', 'There is no such scoring table.');
  return table;
}

/**
 * Loads a table whole or not at all. A table that is there already stays as it is.
 * @throws Problem `refused` with every error by its row
 */
export async function loadOwnTable(
  tx: Transaction,
  given: { rows: readonly TableRow[]; scale: IndicatorTable['scale'] },
  caller: Caller,
  now: Date,
): Promise<ScoringTable> {
  const scenarios = new Set(given.rows.map(({ scenario }) => scenario?.trim()));
  if (scenarios.size > MAX_SCENARIOS)
    throw new Problem(
      'refused',
      `The rows name ${scenarios.size} scenarios, at most ${MAX_SCENARIOS} fit in a table; load several tables.`,
    );
  const loaded = loadTable(given.rows, given.scale);
  if (!loaded.ok) throw badTable(loaded.errors);
  const { organisation_id, key_id } = caller;
  const table = { ...described(loaded.table), organisation_id, loaded_at: now };
  const isNew = table.id !== SHIPPED.id && (await insertTable(tx, { ...table, key_id }));
  if (!isNew) return findTable(tx, organisation_id, table.id);
  const { standard_version, level_counts } = table.summary;
  await appendAudit(tx, [
    {
      organisation_id,
      at: now,
      actor: key_id,
      action: 'scoring_table.loaded',
      subject: table.id,
      detail: { standard_version, level_counts },
    },
  ]);
  return table;
}

function badTable(errors: readonly RowError[]): Problem {
  const fields = errors
    .slice(0, MAX_ERRORS_SHOWN)
    .map((error) => ({ pointer: pointerOf(error), detail: textOf(error) }));
  const cut = errors.length > fields.length ? `, the first ${fields.length} listed` : '';
  const count = `The table has ${errors.length} error${errors.length === 1 ? '' : 's'}${cut}`;
  return new Problem('refused', `${count}; nothing was loaded. ${fields[0]!.detail}.`, fields);
}

function textOf({ row, rule, message }: RowError): string {
  return `${row === 0 ? 'whole table' : `row ${row}`}, ${rule}: ${message}`;
}

function pointerOf({ row, rule }: RowError): string {
  if (rule === 'bad_scale') return '/body/scale';
  return row === 0 ? '/body/rows' : `/body/rows/${row - 1}`;
}

function described(content: IndicatorTable): { id: string; summary: TableSummary; content: IndicatorTable } {
  const { standard_version, nodes } = content;
  const verified = nodes.filter((node) => node.verified);
  return {
    id: sha256(canonicalJson(content)).toString('hex'),
    summary: {
      standard_version,
      scenarios: scenariosOf(content).sort(),
      level_counts: levelCounts(content),
      verified_share: verified.length / nodes.length,
      sources: [...new Set(nodes.map(({ source }) => source))].sort(),
    },
    content,
  };
}

function levelCounts({ nodes }: IndicatorTable): number[] {
  const children = childrenByParent(nodes);
  const counts: number[] = [];
  let level = children.get(null) ?? [];
  while (level.length > 0) {
    counts.push(level.length);
    level = level.flatMap(({ indicator_code }) => children.get(indicator_code) ?? []);
  }
  return counts;
}

export interface ScoreInputs {
  table_id: string;
  scenario: string;
  patent_id: string;
  /** By code of the leaf; one left out is unknown. */
  scores: Record<string, number>;
}

/** @throws Problem `not_found` for pledge or table; `refused` for another patent, scenario, code or score */
export async function scorePatent(
  tx: Transaction,
  pledge_id: string,
  inputs: ScoreInputs,
  caller: Caller,
  now: Date,
): Promise<PledgeScore> {
  const pledge = await findPledge(tx, pledge_id, caller, true);
  if (!pledge) throw new Problem('not_found', 'There is no such pledge.');
  const { organisation_id, key_id } = caller;
  const { table_id, scenario, patent_id, scores } = inputs;
  const table = await findTable(tx, organisation_id, table_id);
  await requirePledged(tx, pledge_id, patent_id);
  const scored = attempt(() => scoreTree(table.content, scenario, scores));
  if (!scored.ok) throw new Problem('refused', scored.failure.message);
  const input_sha256 = sha256(canonicalJson(inputs)).toString('hex');
  const stored = await insertScore(tx, {
    ...scored.value,
    pledge_id,
    patent_id,
    table_id,
    table_owner_id: table.organisation_id,
    input_sha256,
    organisation_id,
    key_id,
    scored_at: now,
  });
  const { number, score } = stored;
  const detail = { number, patent_id, table_id, scenario, score, input_sha256 };
  await appendAudit(
    tx,
    [pledge.bank_id, pledge.firm_id].map((party) => ({
      organisation_id: party,
      at: now,
      actor: key_id,
      action: 'patent.scored',
      subject: pledge_id,
      detail,
    })),
  );
  return stored;
}
