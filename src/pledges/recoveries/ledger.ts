/** The recovery ledger: what each disposal brought, and the haircuts that it asks for. */
import { haircutOf, LIQUIDITY_CLASSES } from '../../../models/haircut.ts';
import { type Recovery, recoveryEstimates } from '../../../models/recovery.ts';
import type { CalendarDate } from '../../../models/types.ts';
import type { Caller } from '../../accounts/store.ts';
import type { Sql, Transaction } from '../../db/client.ts';
import { assumptionsKnown } from '../../valuations/assumptions.ts';
import { kindsPledged, type Pledge } from '../store.ts';

/** Patents of more than one kind of right under one pledge. */
const MIXED = 'mixed';
const BASIS_POINTS = 10_000;

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
  const kinds = await kindsPledged(tx, pledge_id);
  const right_type = kinds.length === 1 ? kinds[0]! : MIXED;
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

/** A disposal beside what the models had said of the pledge before it began. */
export interface RealisedDisposal {
  pledge_id: string;
  /** Of all its patents, or `mixed`. */
  right_type: string;
  route: string;
  disposed_on: CalendarDate;
  /** Before the haircut, as last valued before the disposal began. */
  value_minor: number;
  /** After it. */
  predicted_minor: number;
  /** Proceeds less costs, not below 0. */
  realised_minor: number;
}

/**
 * Disposals that a reader may see, as known at an instant, in order of pledge id. One of a right that was worthless or of
 * unknown value when its disposal began says nothing of haircuts and is left out.
 */
export async function realisedDisposals(
  sql: Sql,
  known_at: Date,
  { after = '', limit = null }: { after?: string; limit?: number | null } = {},
): Promise<RealisedDisposal[]> {
  return sql<RealisedDisposal[]>`
    select pledge_id, right_type, route, disposed_on, before.mid_minor as value_minor,
      before.collateral_minor as predicted_minor, greatest(proceeds_minor - costs_minor, 0) as realised_minor
    from pledge_recovery recovery join lateral (
      select status, mid_minor, collateral_minor from pledge_valuation point
      where point.pledge_id = recovery.pledge_id and point.known_at <= recovery.known_at
        and state not in ('in_disposal', 'disposed', 'released')
      order by as_of desc, point.known_at desc limit 1) before on true
    where recovery.known_at <= ${known_at} and pledge_id > ${after}
      and before.status = 'valued' and before.mid_minor > 0 and before.collateral_minor is not null
    order by pledge_id limit ${limit}`;
}

/** Disposals beside the haircut that they were predicted with, and the one of their kind of right as known at an instant. */
export async function realisedLedger(sql: Sql, known_at: Date, after: string, limit: number) {
  const [rows, assumptions] = await Promise.all([
    realisedDisposals(sql, known_at, { after, limit }),
    assumptionsKnown(sql, known_at),
  ]);
  return rows.map((row) => {
    const { right_type, value_minor, predicted_minor, realised_minor } = row;
    const kind = LIQUIDITY_CLASSES.find((each) => each === right_type);
    const { value } = kind ? haircutOf(assumptions, kind) : assumptions.haircut;
    return {
      ...row,
      realised_share: Math.min(1, realised_minor / value_minor),
      haircut_before_bp: Math.round((1 - predicted_minor / value_minor) * BASIS_POINTS),
      haircut_after_bp: Math.round(value * BASIS_POINTS),
    };
  });
}

/** Recoveries of the caller's own disposals, of all for staff, and what they teach as known at an instant. */
export async function recoveryTable(sql: Sql, { kind, organisation_id }: Caller, known_at: Date) {
  const recoveries = await sql<Recovery[]>`
    select right_type, route, value_minor, proceeds_minor, costs_minor from pledge_recovery
    where known_at <= ${known_at} and (${kind} = 'staff' or bank_id = ${organisation_id}) order by pledge_id`;
  return recoveryEstimates(recoveries);
}
