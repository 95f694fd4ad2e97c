/** The recovery ledger: what each disposal brought, and the haircuts that it asks for. */
import { type Recovery, recoveryEstimates } from '../../../models/recovery.ts';
import type { CalendarDate } from '../../../models/types.ts';
import type { Caller } from '../../accounts/store.ts';
import type { Sql, Transaction } from '../../db/client.ts';
import type { Pledge } from '../store.ts';

/** Patents of more than one kind of right under one pledge. */
const MIXED = 'mixed';

/** The route that the last move into disposal named. */
export async function disposalRoute(tx: Transaction, pledge_id: string): Promise<string> {
  const [move] = await tx<{ route: string }[]>`select detail ->> 'route' as route from pledge_move
    where pledge_id = ${pledge_id} and to_state = 'in_disposal' order by moved_at desc, id desc limit 1`;
  return move!.route;
}

/** Writes down what a pledge brought, by its route. */
export async function recordRecovery(
  tx: Transaction,
  { id: pledge_id, bank_id, approved_value_minor: value_minor }: Pledge,
  { route, proceeds_minor, costs_minor }: { route: string; proceeds_minor: number; costs_minor: number },
  disposed_on: CalendarDate,
  known_at: Date,
): Promise<void> {
  const kinds = await tx<{ right_type: string }[]>`
    with held as materialized (
      select patent_id from pledge_patent where pledge_id = ${pledge_id} and removed_at is null)
    select distinct right_type from held join patent using (patent_id)`;
  const right_type = kinds.length === 1 ? kinds[0]!.right_type : MIXED;
  const row = {
    pledge_id,
    bank_id,
    right_type,
    route,
    disposed_on,
    value_minor,
    proceeds_minor,
    costs_minor,
  };
  await tx`insert into pledge_recovery ${tx({ ...row, known_at })}`;
}

/** Recoveries of the caller's own disposals, of all for staff, and what they teach as known at an instant. */
export async function recoveryTable(sql: Sql, { kind, organisation_id }: Caller, known_at: Date) {
  const recoveries = await sql<Recovery[]>`
    select right_type, route, value_minor, proceeds_minor, costs_minor from pledge_recovery
    where known_at <= ${known_at} and (${kind} = 'staff' or bank_id = ${organisation_id}) order by pledge_id`;
  return recoveryEstimates(recoveries);
}
