/**
 * Rules over pledges: what they find is compared with the flags that stand. One transaction a batch writes flags,
 * audit entries and events together.
 */

import { casesOf, findingKey } from '../../models/risk/cases.ts';
import type { PledgeRisk } from '../../models/risk/facts.ts';
import type { Rule } from '../../models/risk/rule.ts';
import {
  evaluateAll,
  type RuledFinding,
  type RuleInForce,
  raisedWithout,
} from '../../models/risk/rule-set.ts';
import { CLEARED_EVENT_TYPE, RULES } from '../../models/risk/rules.ts';
import { type PledgeStatus, type Standing, statusOf } from '../../models/risk/status.ts';
import { type AuditEntry, appendAudit } from '../audit/log.ts';
import { dateOf } from '../clock.ts';
import type { Database, Transaction } from '../db/client.ts';
import { newId } from '../ids.ts';
import { emitEvents, type NewEvent } from '../outbox/emit.ts';
import { readClaimTexts } from '../patents/claim-fragility.ts';
import { type Pledge, patentsPledgedAt } from '../pledges/store.ts';
import { pledgeRisks } from './facts.ts';
import { rulesOf } from './rule-sets.ts';
import { silencer } from './silences.ts';
import { appendStatuses, latestStatuses, type StatusChange } from './status.ts';
import { clearFlags, type Flag, insertFlags, standingFlags, updateCases } from './store.ts';

/** Pledges a transaction. */
const BATCH_PLEDGES = 100;

/** From the appraisal on, until the contract is over. */
const WATCHED_STATES = ['appraised', 'proposed', 'registered', 'active', 'defaulted', 'in_disposal'];

const ACTOR = 'job:assess';

export interface AssessCounts {
  pledges: number;
  opened: number;
  cleared: number;
}

/**
 * Assesses every watched pledge as of the slot, in order of id.
 * @param only ids to restrict it to; all when left out
 */
export async function assessPledges(
  database: Database,
  slot: Date,
  only?: readonly string[],
): Promise<AssessCounts> {
  const total: AssessCounts = { pledges: 0, opened: 0, cleared: 0 };
  let after = '';
  for (;;) {
    const batch = await database.transaction((tx) => assessBatch(tx, slot, after, only));
    total.pledges += batch.pledges;
    total.opened += batch.opened;
    total.cleared += batch.cleared;
    if (batch.last === null) return total;
    after = batch.last;
  }
}

async function assessBatch(tx: Transaction, slot: Date, after: string, only?: readonly string[]) {
  const pledges = await tx<Pledge[]>`select * from pledge
    where id > ${after} and state = any(${WATCHED_STATES}) and created_at <= ${slot}
      ${only ? tx`and id = any(${only as string[]})` : tx``}
    order by id limit ${BATCH_PLEDGES} for update`;
  const last = pledges.length === BATCH_PLEDGES ? pledges.at(-1)!.id : null;
  const ids = pledges.map((pledge) => pledge.id);
  await readPledgedClaims(tx, ids, slot);
  const risks = await pledgeRisks(tx, pledges, slot);
  const standing = Map.groupBy(await standingFlags(tx, ids), (flag) => flag.pledge_id);
  const banks = pledges.map((pledge) => pledge.bank_id);
  const rules = await rulesOf(tx, banks, slot);
  const is_silent = await silencer(tx, banks, slot);
  const changes = pledges.map((pledge) =>
    compare(
      pledge,
      rules.get(pledge.bank_id)!,
      risks.get(pledge.id)!,
      standing.get(pledge.id) ?? [],
      (rule) => is_silent(pledge.bank_id, pledge.id, rule),
      slot,
    ),
  );
  const opened = changes.flatMap((change) => change.opened);
  const cleared = changes.flatMap((change) => change.cleared);
  const recased = changes.flatMap((change) => change.recased);
  await insertFlags(tx, opened);
  await updateCases(tx, recased);
  await clearFlags(
    tx,
    cleared.map((flag) => flag.id),
    dateOf(slot),
    slot,
  );
  await tell(tx, pledges, { opened, cleared, rung: recased.filter((flag) => flag.rings) }, slot);
  await tellStatuses(
    tx,
    pledges,
    changes.map((change) => change.status),
    slot,
  );
  return { pledges: pledges.length, opened: opened.length, cleared: cleared.length, last };
}

/** Texts that came since the last slot. */
async function readPledgedClaims(tx: Transaction, pledge_ids: readonly string[], slot: Date): Promise<void> {
  const pledged = await patentsPledgedAt(tx, pledge_ids, slot);
  await readClaimTexts(tx, [...new Set(pledged.map(({ patent_id }) => patent_id))], slot);
}

/**
 * New findings become flags; standing flags that no finding speaks for are cleared. A slot that runs late knows less than
 * a flag opened after it, and leaves it alone.
 */
function compare(
  pledge: Pledge,
  rules: readonly RuleInForce[],
  risk: PledgeRisk,
  standing: readonly Flag[],
  isSilent: (rule: string) => boolean,
  slot: Date,
) {
  const left = new Map(standing.map((flag) => [findingKey(flag), flag]));
  const flags: { flag: Flag; is_new: boolean }[] = [];
  const stands: Standing[] = [];
  for (const finding of evaluateAll(rules, risk)) {
    const { rule, severity, verdict } = finding;
    const key = findingKey({ ...finding, rule: rule.id });
    const known = left.get(key);
    left.delete(key);
    if (known) flags.push({ flag: known, is_new: false });
    else if (verdict === 'raise') flags.push({ flag: newFlag(pledge, finding, slot), is_new: true });
    if (known || verdict !== 'hold') stands.push({ rule, severity, verdict: known ? 'raise' : verdict });
  }
  const cased = casesOf(
    flags.map(({ flag }) => flag),
    raisedWithout(rules, risk),
  );
  const placed = flags.map(({ flag, is_new }, index) => {
    const { case_key, inhibited_by } = cased[index]!;
    const is_untold = flag.told_at === null && flag.state === 'open';
    const rings = is_untold && inhibited_by === null && !isSilent(flag.rule);
    const moved = rings || flag.case_key !== case_key || flag.inhibited_by !== inhibited_by;
    return { ...flag, case_key, inhibited_by, told_at: rings ? slot : flag.told_at, is_new, rings, moved };
  });
  return {
    opened: placed.filter(({ is_new }) => is_new),
    recased: placed.filter(({ is_new, moved, opened_at }) => !is_new && moved && opened_at <= slot),
    cleared: [...left.values()].filter((flag) => flag.opened_at <= slot),
    status: statusOf(stands),
  };
}

function newFlag(pledge: Pledge, { rule, severity, ...finding }: RuledFinding, slot: Date): Flag {
  return {
    id: newId('flg'),
    pledge_id: pledge.id,
    patent_id: finding.patent_id,
    occasion: finding.occasion,
    rule: rule.id,
    rule_version: rule.version,
    severity,
    state: 'open',
    opened_as_of: dateOf(slot),
    opened_at: slot,
    evidence: finding.evidence,
    case_key: '',
    inhibited_by: null,
    told_at: null,
    cleared_as_of: null,
    cleared_at: null,
    decision: null,
    decision_note: null,
    decided_by: null,
    decided_at: null,
  };
}

interface Changes {
  opened: readonly Flag[];
  cleared: readonly Flag[];
  /** Opened earlier, and to be told only now. */
  rung: readonly Flag[];
}

interface PatentRef {
  patent_id: string;
  office: string;
  application_number: string;
}

/** Of the patents that flags are about, by id; they need not be pledged any more. */
async function patentRefs(tx: Transaction, flags: readonly Flag[]): Promise<Map<string, PatentRef>> {
  const ids = [...new Set(flags.flatMap(({ patent_id }) => patent_id ?? []))];
  const rows = await tx<PatentRef[]>`
    select patent_id, office, application_number from patent where patent_id = any(${ids}::uuid[])`;
  return new Map(rows.map((row) => [row.patent_id, row]));
}

/** Audit entry of each change, and an event of what is to be told: who never heard of a flag need not hear of its end. */
async function tell(
  tx: Transaction,
  pledges: readonly Pledge[],
  { opened, cleared, rung }: Changes,
  slot: Date,
): Promise<void> {
  if (opened.length + cleared.length + rung.length === 0) return;
  const byId = new Map(pledges.map((pledge) => [pledge.id, pledge]));
  const patents = await patentRefs(tx, [...opened, ...cleared, ...rung]);
  const rules = new Map(RULES.map((rule) => [rule.id, rule]));
  const event = (flag: Flag, type: string): NewEvent => ({
    type,
    pledge_id: flag.pledge_id,
    bank_id: byId.get(flag.pledge_id)!.bank_id,
    firm_id: byId.get(flag.pledge_id)!.firm_id,
    occurred_at: slot,
    data: flagData(
      flag,
      rules.get(flag.rule)!,
      flag.patent_id === null ? null : patents.get(flag.patent_id)!,
      slot,
    ),
  });
  const entry = (flag: Flag, action: string): AuditEntry => ({
    organisation_id: byId.get(flag.pledge_id)!.bank_id,
    at: slot,
    actor: ACTOR,
    action,
    subject: flag.id,
    detail: { pledge_id: flag.pledge_id, rule: flag.rule, evidence: flag.evidence },
  });
  await appendAudit(tx, [
    ...opened.map((flag) => entry(flag, 'flag.opened')),
    ...cleared.map((flag) => entry(flag, 'flag.cleared')),
  ]);
  await emitEvents(tx, [
    ...[...opened, ...rung].filter(wasTold).map((flag) => event(flag, rules.get(flag.rule)!.event_type)),
    ...cleared.filter(wasTold).map((flag) => event(flag, CLEARED_EVENT_TYPE)),
  ]);
}

/** A status that became another is kept and told; the first one is no change. A slot that runs late says nothing new. */
async function tellStatuses(
  tx: Transaction,
  pledges: readonly Pledge[],
  statuses: readonly PledgeStatus[],
  slot: Date,
): Promise<void> {
  const before = await latestStatuses(
    tx,
    pledges.map((pledge) => pledge.id),
    slot,
  );
  const changes: StatusChange[] = [];
  const events: NewEvent[] = [];
  for (const [index, { id, bank_id, firm_id }] of pledges.entries()) {
    const [from, to] = [before.get(id) ?? null, statuses[index]!];
    if (from === to) continue;
    changes.push({ pledge_id: id, known_at: slot, status: to });
    const data = { as_of: dateOf(slot), from, to };
    if (from !== null)
      events.push({
        type: 'pledge.status.changed',
        pledge_id: id,
        bank_id,
        firm_id,
        occurred_at: slot,
        data,
      });
  }
  await appendStatuses(tx, changes);
  await emitEvents(tx, events);
}

function wasTold({ told_at }: Flag): boolean {
  return told_at !== null;
}

function flagData(flag: Flag, rule: Rule, patent: PatentRef | null, slot: Date) {
  return {
    flag_id: flag.id,
    as_of: dateOf(slot),
    rule: flag.rule,
    rule_version: flag.rule_version,
    severity: flag.severity,
    title: rule.title,
    patent,
    case_key: flag.case_key,
    evidence: flag.evidence,
  };
}
