/** What a decision on a flag rests on, in one fixed form, so that two readings can be compared byte for byte. */
import { canonicalJson, sha256 } from '../canonical.ts';
import type { Transaction } from '../db/client.ts';
import type { Pledge } from '../pledges/store.ts';
import { pledgeRisks } from '../risk/facts.ts';
import { type Flag, standingFlags } from '../risk/store.ts';

export interface Evidence {
  /** Canonical JSON. */
  text: string;
  sha256: string;
}

/**
 * The flag, its pledge with all that the risk rules read of it, and the other flags that stand, as known at an instant.
 * The day itself, and when and how well a source last told, are left out: time that passes moves no evidence, what it
 * brings about does.
 */
export async function evidenceOf(tx: Transaction, flag: Flag, pledge: Pledge, now: Date): Promise<Evidence> {
  const { as_of: _as_of, patents, ...facts } = (await pledgeRisks(tx, [pledge], now)).get(pledge.id)!;
  const standing = await standingFlags(tx, [pledge.id]);
  const { id, rule, rule_version, severity, occasion, patent_id } = flag;
  const text = canonicalJson({
    flag: { id, rule, rule_version, severity, occasion, patent_id, evidence: flag.evidence },
    pledge: { id: pledge.id, state: pledge.state, currency: pledge.currency, ...facts },
    patents: patents.map(({ source_seen_on: _seen, source_records: _read, ...patent }) => patent),
    other_flags: standing.flatMap((other) => (other.id === id ? [] : [other.id])),
  });
  return { text, sha256: sha256(text).toString('hex') };
}
