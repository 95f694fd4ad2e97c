/** The backtest of a rule set that a bank proposes, beside the one in force, over the patents that the database knows. */
import { addYears } from '../../models/calendar.ts';
import { monthAfter, type SetFigures } from '../../models/risk/backtest.ts';
import type { PatentHistory } from '../../models/risk/history.ts';
import type { Period } from '../../models/risk/measure.ts';
import type { RuleSet } from '../../models/risk/rule-set.ts';
import type { Caller } from '../accounts/store.ts';
import { appendAudit } from '../audit/log.ts';
import { dateOf } from '../clock.ts';
import type { Sql, Transaction } from '../db/client.ts';
import { newId } from '../ids.ts';
import { onThread } from '../thread.ts';
import { type BacktestResult, insertBacktest, type StoredBacktest, settingsHash } from './backtest-store.ts';
import { type Drawn, drawHistories } from './histories.ts';
import { refuseFaults, ruleSetsOf } from './rule-sets.ts';
import { say } from './sentences.ts';

/** How far the walk goes back: what owners did longer ago says little of today's. */
const MOST_YEARS = 15;
/** Valuing a patent each month costs far more than judging it. */
const MAX_VALUED_PATENTS = 100;
/** Under the time that the server lets a connection be silent. */
const BACKTEST_LIMIT_ms = 50_000;

export interface BacktestTask {
  histories: PatentHistory[];
  sets: RuleSet[];
  period: Period;
  value_every: number;
}

const walkSets = onThread<BacktestTask, SetFigures[]>({
  module: new URL('./backtest-worker.ts', import.meta.url),
  name: 'backtest',
  limit_ms: BACKTEST_LIMIT_ms,
  remedy: say('backtest_smaller'),
});

/**
 * Runs a proposed set over history; nothing is written.
 * @throws Problem `bad_request` with every fault of the set, `conflict` while another backtest is under way here,
 *   `refused` when it takes over BACKTEST_LIMIT_ms
 */
export async function backtestRules(
  sql: Sql,
  settings: RuleSet,
  drawn: Drawn,
  { organisation_id: bank_id }: Caller,
  known_at: Date,
): Promise<BacktestResult> {
  refuseFaults(settings);
  const { histories, told_to, ...counts } = await drawHistories(sql, bank_id, drawn, known_at);
  const [in_force] = await ruleSetsOf(sql, bank_id);
  const period = periodOf(histories, told_to ?? dateOf(known_at));
  const value_every = Math.max(1, Math.ceil(histories.length / MAX_VALUED_PATENTS));
  const sets = [settings, in_force?.settings ?? {}];
  const [proposed, present] = await walkSets({ histories, sets, period, value_every });
  return {
    seed: drawn.seed,
    patents: histories.length,
    ...counts,
    ...period,
    proposed: proposed!,
    in_force: { version: in_force?.version ?? 0, ...present! },
  };
}

/** From the first grant on, or as far back as the walk goes. @param histories by day of grant */
function periodOf([first]: readonly PatentHistory[], to: string): Period {
  const earliest = monthAfter(addYears(to, -MOST_YEARS));
  const from = first ? monthAfter(first.granted_on) : to;
  return { from: from > earliest ? from : earliest, to };
}

/** Keeps a backtest, so that its set may be put in force. */
export async function recordBacktest(
  tx: Transaction,
  settings: RuleSet,
  result: BacktestResult,
  { organisation_id: bank_id, key_id: made_by }: Caller,
  known_at: Date,
): Promise<StoredBacktest> {
  const settings_sha256 = settingsHash(settings);
  const stored = { id: newId('rbt'), settings, settings_sha256, known_at, made_by, result };
  await insertBacktest(tx, bank_id, stored);
  const { seed, patents, from, to } = result;
  await appendAudit(tx, [
    {
      organisation_id: bank_id,
      at: known_at,
      actor: made_by,
      action: 'rule_set.backtested',
      subject: stored.id,
      detail: { settings_sha256, seed, patents, from, to },
    },
  ]);
  return stored;
}
