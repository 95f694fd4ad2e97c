/**
 * What is to be expected of a pledge's loan-to-value: projected when the pledge is valued, stored with the point of its
 * value flow, and held against what came to learn how far projections stray.
 */
import { addDays } from '../../../models/calendar.ts';
import { LEAST_POOL_COUNT } from '../../../models/drift/residuals.ts';
import { toMinor } from '../../../models/money.ts';
import { breachProbability, type ProjectedPatent } from '../../../models/risk/breach.ts';
import { HORIZONS_days, projectPatent } from '../../../models/risk/projection.ts';
import { type MonthError, PRIOR_SPREAD, projectionSpread } from '../../../models/risk/projection-spread.ts';
import type { CalendarDate } from '../../../models/types.ts';
import { VALUATION_CURRENCY, type ValuationInputs } from '../../../models/valuation.ts';
import { dateOf } from '../../clock.ts';
import type { Sql, Transaction } from '../../db/client.ts';
import type { Pledge } from '../store.ts';

/** A point of the value flow lies at most this far from the horizon that it is held against; points come monthly. */
const HORIZON_TOLERANCE_days = 3;
/** Of the projections that drift is watched by: points of the value flow come monthly. */
const DRIFT_HORIZON_days = 30;
/** Older months weigh less than a thousandth. */
const REMEMBERED_MONTHS = 60;

export interface PledgeOutlook {
  pledge_id: string;
  as_of: CalendarDate;
  known_at: Date;
  horizon_days: number;
  projected_minor: number;
  notice_probability: number;
  log_sd: number;
  breach_probability: number;
}

/** Spread of log values around what was projected, by horizon in days. */
export type Spreads = ReadonlyMap<number, number>;

/** @returns a row a horizon; none while nothing is owed or a value is or becomes unknown */
export function outlooksOf(
  pledge: Pick<Pledge, 'id' | 'ltv_breach_bp'>,
  inputs: readonly ValuationInputs[],
  outstanding_minor: number,
  spreads: Spreads,
  known_at: Date,
): PledgeOutlook[] {
  if (outstanding_minor === 0) return [];
  const rows: PledgeOutlook[] = [];
  for (const horizon_days of HORIZONS_days) {
    const patents = inputs.flatMap((each) => projected(each, horizon_days) ?? []);
    if (patents.length < inputs.length) return [];
    const log_sd = spreads.get(horizon_days)!;
    const chance = breachProbability({
      patents,
      outstanding_minor,
      ltv_breach_bp: pledge.ltv_breach_bp,
      log_sd,
    });
    rows.push({
      pledge_id: pledge.id,
      as_of: dateOf(known_at),
      known_at,
      horizon_days,
      projected_minor: patents.reduce((sum, { value_minor }) => sum + value_minor, 0),
      notice_probability: 1 - patents.reduce((none, patent) => none * (1 - patent.notice_probability), 1),
      log_sd,
      // Over the limit by the horizon means at it or before.
      breach_probability: Math.max(chance, rows.at(-1)?.breach_probability ?? 0),
    });
  }
  return rows;
}

function projected(inputs: ValuationInputs, horizon_days: number): ProjectedPatent | null {
  const projection = projectPatent(inputs, horizon_days);
  if (projection === null) return null;
  const { value, notice_probability } = projection;
  return { value_minor: toMinor(value, VALUATION_CURRENCY), notice_probability };
}

/** Of two of one instant the later counts, as with points of the value flow. */
export async function appendOutlooks(tx: Transaction, rows: readonly PledgeOutlook[]): Promise<void> {
  if (rows.length === 0) return;
  await tx`insert into pledge_outlook
    select * from jsonb_populate_recordset(null::pledge_outlook, ${tx.json(rows as never)})
    on conflict (pledge_id, as_of, known_at, horizon_days) do update set
      projected_minor = excluded.projected_minor, notice_probability = excluded.notice_probability,
      log_sd = excluded.log_sd, breach_probability = excluded.breach_probability`;
}

/** What was said with the latest point of the value flow known by an instant; empty when nothing was. */
export async function latestOutlook(sql: Sql, pledge_id: string, known_at: Date): Promise<PledgeOutlook[]> {
  const rows = await sql<PledgeOutlook[]>`
    select outlook.* from pledge_outlook outlook
    join (select as_of, known_at from pledge_valuation where pledge_id = ${pledge_id} and known_at <= ${known_at}
      order by as_of desc, known_at desc limit 1) latest using (as_of, known_at)
    where pledge_id = ${pledge_id} order by horizon_days`;
  return [...rows];
}

/** The latest learnt by an instant; what was never learnt is the prior. */
export async function spreadsKnown(sql: Sql, known_at: Date): Promise<Spreads> {
  const rows = await sql<{ horizon_days: number; log_sd: number }[]>`
    select distinct on (horizon_days) horizon_days, log_sd from projection_spread
    where slot <= ${known_at} order by horizon_days, slot desc`;
  const learnt = new Map(rows.map(({ horizon_days, log_sd }) => [horizon_days, log_sd]));
  return new Map(HORIZONS_days.map((days) => [days, learnt.get(days) ?? PRIOR_SPREAD[days]!]));
}

/** Learns the spreads anew from what was projected and what came by the slot, and keeps them. */
export async function learnSpreads(sql: Sql, slot: Date): Promise<void> {
  for (const horizon_days of HORIZONS_days) {
    const months = await monthErrors(sql, horizon_days, slot);
    const log_sd = projectionSpread(horizon_days, months, dateOf(slot));
    await sql`insert into projection_spread (slot, horizon_days, log_sd, months)
      values (${slot}, ${horizon_days}, ${log_sd}, ${months.length}) on conflict do nothing`;
  }
}

/**
 * How far each pledge's values came to lie from what was projected a month before, in spreads as learnt, oldest first:
 * one of each month, so that they do not overlap.
 * @returns by pledge id; null while fewer months are known than a spread can be taken from
 */
export async function valueResiduals(
  sql: Sql,
  pledge_ids: readonly string[],
  known_at: Date,
): Promise<Map<string, number[]> | null> {
  const [learnt] = await sql<{ log_sd: number; months: number }[]>`
    select log_sd, months from projection_spread
    where horizon_days = ${DRIFT_HORIZON_days} and slot <= ${known_at} order by slot desc limit 1`;
  if (!learnt || learnt.months < LEAST_POOL_COUNT || learnt.log_sd === 0) return null;
  const rows = await sql<{ pledge_id: string; residuals: number[] }[]>`
    with monthly as (
      select distinct on (pledge_id, date_trunc('month', as_of::timestamp)) pledge_id, as_of, log_error
      from (${fallenDue(sql, DRIFT_HORIZON_days, known_at)}) due
      where pledge_id = any(${pledge_ids as string[]})
      order by pledge_id, date_trunc('month', as_of::timestamp), as_of, known_at)
    select pledge_id, array_agg(log_error / ${learnt.log_sd}::float8 order by as_of) as residuals
    from monthly group by pledge_id`;
  return new Map(rows.map(({ pledge_id, residuals }) => [pledge_id, residuals]));
}

async function monthErrors(sql: Sql, horizon_days: number, slot: Date): Promise<MonthError[]> {
  const since = addDays(dateOf(slot), -31 * REMEMBERED_MONTHS);
  const rows = await sql<MonthError[]>`
    select date_trunc('month', came_on::timestamp)::date as month, avg(power(log_error, 2)) as mean_squared_log_error
    from (${fallenDue(sql, horizon_days, slot)}) due
    where as_of >= ${since}
    group by 1 order by 1`;
  return [...rows];
}

/**
 * Projections of a horizon beside what had come of them by an instant. Notices are told apart by hazards, so a pledge
 * whose patents did not all keep a value, or are others by then, teaches nothing here.
 */
function fallenDue(sql: Sql, horizon_days: number, known_at: Date) {
  return sql`
    select outlook.pledge_id, outlook.as_of, outlook.known_at, came.as_of as came_on,
      ln(came.mid_minor::float8 / outlook.projected_minor) as log_error
    from pledge_outlook outlook
    join pledge_valuation stated using (pledge_id, as_of, known_at)
    join lateral (select as_of, mid_minor, patents from pledge_valuation later
      where later.pledge_id = outlook.pledge_id and later.known_at <= ${known_at}
        and later.as_of between outlook.as_of + ${horizon_days - HORIZON_TOLERANCE_days}::int
          and outlook.as_of + ${horizon_days + HORIZON_TOLERANCE_days}::int
      order by abs(later.as_of - outlook.as_of - ${horizon_days}), later.known_at desc limit 1) came on true
    where outlook.horizon_days = ${horizon_days} and outlook.known_at <= ${known_at} and outlook.projected_minor > 0
      and came.mid_minor > 0 and jsonb_path_query_array(came.patents, '$[*].patent_id')
        = jsonb_path_query_array(stated.patents, '$[*].patent_id')
      and not jsonb_path_exists(came.patents, '$[*] ? (@.status != "valued")')`;
}
