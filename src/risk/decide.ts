/** A staff member's word on a flag. A decided flag keeps quiet until its rule clears it. */

import type { Caller } from '../accounts/store.ts';
import { appendAudit } from '../audit/log.ts';
import type { Transaction } from '../db/client.ts';
import { Problem } from '../errors.ts';
import { emitEvents } from '../outbox/emit.ts';
import type { Flag } from './store.ts';

export type Decision = 'acknowledged' | 'escalated' | 'dismissed';

/** @throws Problem `not_found`; `conflict` when the flag is no longer open */
export async function decideFlag(
  tx: Transaction,
  id: string,
  decision: Decision,
  note: string,
  caller: Caller,
  now: Date,
): Promise<Flag> {
  const [found] = await tx<(Flag & { bank_id: string; firm_id: string })[]>`
    select flag.*, pledge.bank_id, pledge.firm_id from flag join pledge on pledge.id = flag.pledge_id
    where flag.id = ${id} for update`;
  if (!found) throw new Problem('not_found', 'There is no such flag.');
  const { bank_id, firm_id, ...flag } = found;
  if (flag.state !== 'open')
    throw new Problem('conflict', `The flag is ${flag.state} already; only an open flag can be decided.`);
  const decided: Flag = {
    ...flag,
    state: 'decided',
    decision,
    decision_note: note,
    decided_by: caller.key_id,
    decided_at: now,
  };
  await tx`update flag set ${tx(decided, 'state', 'decision', 'decision_note', 'decided_by', 'decided_at')}
    where id = ${id}`;
  const { rule, pledge_id } = flag;
  await appendAudit(tx, [
    {
      organisation_id: bank_id,
      at: now,
      actor: caller.key_id,
      action: `flag.${decision}`,
      subject: id,
      detail: { rule, note },
    },
  ]);
  const data = { flag_id: id, rule, decision, note };
  await emitEvents(tx, [{ type: 'review.decided', pledge_id, bank_id, firm_id, occurred_at: now, data }]);
  return decided;
}
