/** Rule sets of banks: what each decided otherwise than the default, and when. */
import { faultsOf, type RuleInForce, type RuleSet, rulesInForce } from '../../models/risk/rule-set.ts';
import { requireOtherEyes } from '../accounts/eyes.ts';
import type { Caller } from '../accounts/store.ts';
import { appendAudit } from '../audit/log.ts';
import { dateOf } from '../clock.ts';
import type { Sql, Transaction } from '../db/client.ts';
import { fieldFault, Problem } from '../errors.ts';
import { testersOf } from './backtest-store.ts';
import { say } from './sentences.ts';

/** How old the knowledge of patents may be on which a set was tested. */
const BACKTEST_VALID_days = 30;
const DAY_ms = 86_400_000;

export interface StoredRuleSet {
  version: number;
  settings: RuleSet;
  set_by: string;
  in_force_from: Date;
}

/** @returns the rules of each bank at an instant, by the bank's id */
export async function rulesOf(
  tx: Transaction,
  bank_ids: readonly string[],
  at: Date,
): Promise<Map<string, RuleInForce[]>> {
  const rows = await tx<{ bank_id: string; settings: RuleSet }[]>`
    select distinct on (bank_id) bank_id, settings from rule_set
    where bank_id = any(${bank_ids as string[]}) and in_force_from <= ${at} order by bank_id, version desc`;
  const set = new Map(rows.map(({ bank_id, settings }) => [bank_id, settings]));
  return new Map([...new Set(bank_ids)].map((bank_id) => [bank_id, rulesInForce(set.get(bank_id) ?? {})]));
}

/** Newest first. */
export async function ruleSetsOf(sql: Sql, bank_id: string): Promise<StoredRuleSet[]> {
  return sql<StoredRuleSet[]>`select version, settings, set_by, in_force_from from rule_set
    where bank_id = ${bank_id} order by version desc`;
}

/** @throws Problem `bad_request` with every fault of the set */
export function refuseFaults(settings: RuleSet): void {
  const faults = faultsOf(settings);
  if (faults.length > 0)
    throw new Problem(
      'bad_request',
      say('rule_set_faulty'),
      faults.map(({ pointer, sentence }) => fieldFault(`/body/settings${pointer}`, sentence)),
    );
}

/**
 * Puts a set in force from now on; one that names nothing is the default again.
 * @param version of the set that this one follows, 0 for the first
 * @throws Problem `bad_request` with every fault of the set; `backtest_required` when nobody saw of late what it would
 *   have raised; `stale` when another set was made meanwhile
 */
export async function setRules(
  tx: Transaction,
  settings: RuleSet,
  version: number,
  caller: Caller,
  now: Date,
): Promise<StoredRuleSet> {
  const { organisation_id: bank_id, key_id } = caller;
  refuseFaults(settings);
  await requireBacktest(tx, caller, settings, now);
  const made = { version: version + 1, settings, set_by: key_id, in_force_from: now };
  const stored = await tx`
    insert into rule_set (bank_id, version, settings, set_by, in_force_from)
    select ${bank_id}, ${made.version}, ${tx.json(settings as never)}, ${key_id}, ${now}
    where ${version} = (select coalesce(max(version), 0) from rule_set where bank_id = ${bank_id})
    on conflict do nothing`;
  if (stored.count === 0) throw new Problem('stale', say('rule_set_stale', { version }));
  const entry = {
    organisation_id: bank_id,
    at: now,
    actor: key_id,
    action: 'rule_set.set',
    subject: bank_id,
  };
  await appendAudit(tx, [{ ...entry, detail: { version: made.version, settings } }]);
  return made;
}

/**
 * Exactly these settings: a set that differs in one threshold raises something else. The default is tested by us. Of persons, one
 * has a set tested and another puts it in force.
 */
async function requireBacktest(tx: Transaction, caller: Caller, settings: RuleSet, now: Date): Promise<void> {
  if (Object.keys(settings).length === 0) return;
  const since = new Date(now.getTime() - BACKTEST_VALID_days * DAY_ms);
  const testers = await testersOf(tx, caller.organisation_id, settings, { since, until: now });
  if (testers.length > 0) return requireOtherEyes(tx, testers, caller, say('rule_set_same_eyes'));
  throw new Problem(
    'backtest_required',
    say('rule_set_untested', { since: dateOf(since), days: BACKTEST_VALID_days }),
  );
}
