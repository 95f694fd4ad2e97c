/** What every change of a pledge leaves behind: an audit entry in the chain of each party, and an event. */
import type { Caller } from '../accounts/store.ts';
import { appendAudit } from '../audit/log.ts';
import type { Transaction } from '../db/client.ts';
import { acrossTenants } from '../db/tenancy.ts';
import { together } from '../db/together.ts';
import { emitEvents } from '../outbox/emit.ts';
import type { Pledge } from './store.ts';

export interface Change {
  /** Verb phrase of the audit log, and type of the event. */
  action: string;
  /** For the audit log. */
  detail: Record<string, unknown>;
  /** For the event. */
  data: Record<string, unknown>;
}

export async function traceChange(
  tx: Transaction,
  { id, bank_id, firm_id }: Pick<Pledge, 'id' | 'bank_id' | 'firm_id'>,
  { action, detail, data }: Change,
  caller: Caller,
  now: Date,
): Promise<void> {
  const entry = { at: now, actor: caller.key_id, action, subject: id, detail };
  const entries = [bank_id, firm_id].map((organisation_id) => ({ organisation_id, ...entry }));
  await acrossTenants(tx, () =>
    together([
      appendAudit(tx, entries),
      emitEvents(tx, [{ type: action, pledge_id: id, bank_id, firm_id, occurred_at: now, data }]),
    ]),
  );
}
