/** Stale pledges into new points of their value flow: claim, read facts as of the slot, value, append. */

import { collateralMinor, loanToValueBp } from '../../models/collateral.ts';
import type { CohortRanks } from '../../models/types.ts';
import { dateOf } from '../clock.ts';
import type { Database, Transaction } from '../db/client.ts';
import { together } from '../db/together.ts';
import { cohortRanks } from '../patents/cohorts.ts';
import { type KnownPatent, knownPatents } from '../patents/facts.ts';
import { tell } from '../telemetry/channels.ts';
import type { ModelSet } from '../valuations/models.ts';
import { appendValuations } from '../valuations/store.ts';
import { type Valued, value } from '../valuations/value.ts';
import {
  appendOutlooks,
  outlooksOf,
  type PledgeOutlook,
  type Spreads,
  spreadsKnown,
} from './outlook/store.ts';
import { haircutsOf } from './proposals.ts';
import {
  appendPledgeValues,
  balances,
  type Pledge,
  type PledgedPatent,
  type PledgeValue,
  patentsPledgedAt,
} from './store.ts';

/** Pledges a transaction. */
const BATCH_PLEDGES = 100;

export interface RevalueCounts {
  pledges: number;
  /** New valuations of patents. */
  valuations: number;
}

/** Time wears every value: a live pledge without a point in the slot's month is stale. */
export async function markDue(database: Database, slot: Date): Promise<void> {
  const month_start = `${dateOf(slot).slice(0, 7)}-01`;
  await database.sql`insert into pledge_stale (pledge_id, since, reason)
    select pledge.id, ${slot}::timestamptz, 'time' from pledge
    where pledge.live and pledge.created_at <= ${slot}
      and not exists (select from pledge_valuation where pledge_valuation.pledge_id = pledge.id
        and pledge_valuation.as_of >= ${month_start})
    order by pledge.id on conflict (pledge_id) do nothing`;
}

/**
 * Revalues every pledge marked stale, with facts and model as known at the slot.
 * Several workers may run it at once: each claims other pledges.
 */
export async function revalueStale(database: Database, models: ModelSet, slot: Date): Promise<RevalueCounts> {
  const total: RevalueCounts = { pledges: 0, valuations: 0 };
  for (;;) {
    const batch = await database.transaction((tx) => revalueBatch(tx, models, slot));
    total.pledges += batch.pledges;
    total.valuations += batch.valuations;
    if (batch.claimed < BATCH_PLEDGES) return total;
  }
}

/** Values one pledge in the caller's transaction, such as the one that created it. */
export async function revalueOne(
  tx: Transaction,
  pledge_id: string,
  models: ModelSet,
  now: Date,
): Promise<void> {
  await tx`delete from pledge_stale where pledge_id = ${pledge_id}`;
  await revaluePledges(tx, [pledge_id], models, now);
}

async function revalueBatch(tx: Transaction, models: ModelSet, slot: Date) {
  const claimed = await tx<{ pledge_id: string }[]>`
    delete from pledge_stale where pledge_id in (select pledge_id from pledge_stale where since <= ${slot}
      order by pledge_id limit ${BATCH_PLEDGES} for update skip locked) returning pledge_id`;
  const counts = await revaluePledges(
    tx,
    claimed.map((row) => row.pledge_id),
    models,
    slot,
  );
  return { claimed: claimed.length, ...counts };
}

async function revaluePledges(
  tx: Transaction,
  ids: string[],
  models: ModelSet,
  known_at: Date,
): Promise<RevalueCounts> {
  if (ids.length === 0) return { pledges: 0, valuations: 0 };
  const [pledges, patents, owed, haircuts] = await Promise.all([
    tx<Pledge[]>`select * from pledge where id = any(${ids}) order by id`,
    patentsPledgedAt(tx, ids, known_at),
    balances(tx, ids, dateOf(known_at), known_at),
    haircutsOf(tx, ids, known_at),
  ]);
  const patent_ids = [...new Set(patents.map((patent) => patent.patent_id))];
  const reading = await readForValue(tx, patent_ids, known_at);
  return appendValues(tx, { pledges, patents, owed, haircuts }, reading, models, known_at);
}

/** What pledges are valued from, besides the contracts themselves. */
interface Reading {
  known: Map<string, KnownPatent>;
  ranks: Map<string, CohortRanks>;
  spreads: Spreads;
}

export async function readForValue(
  tx: Transaction,
  patent_ids: readonly string[],
  known_at: Date,
): Promise<Reading> {
  const [known, ranks, spreads] = await together([
    knownPatents(tx, patent_ids, known_at),
    cohortRanks(tx, patent_ids),
    spreadsKnown(tx, known_at),
  ]);
  return { known, ranks, spreads };
}

/** Values a pledge that was just made: nothing is owed on it yet, and no haircut written down. */
export async function valueFirst(
  tx: Transaction,
  pledge: Pledge,
  patents: readonly PledgedPatent[],
  reading: Reading,
  models: ModelSet,
  now: Date,
): Promise<void> {
  const contract = { pledges: [pledge], patents, owed: new Map(), haircuts: new Map() };
  await appendValues(tx, contract, reading, models, now);
}

interface Contracts {
  pledges: readonly Pledge[];
  patents: readonly PledgedPatent[];
  /** By pledge id. */
  owed: ReadonlyMap<string, number>;
  haircuts: ReadonlyMap<string, number>;
}

async function appendValues(
  tx: Transaction,
  { pledges, patents, owed, haircuts }: Contracts,
  { known, ranks, spreads }: Reading,
  models: ModelSet,
  known_at: Date,
): Promise<RevalueCounts> {
  const byPledge = Map.groupBy(patents, (patent) => patent.pledge_id);
  const valuations: Valued[] = [];
  const outlooks: PledgeOutlook[] = [];
  const points = pledges.map((pledge) => {
    const own = (byPledge.get(pledge.id) ?? []).map((patent) =>
      valueIn(pledge, patent, known, ranks, models, dateOf(known_at)),
    );
    const outstanding_minor = owed.get(pledge.id) ?? 0;
    valuations.push(...own);
    const inputs = own.map((valued) => valued.inputs);
    outlooks.push(...outlooksOf(pledge, inputs, outstanding_minor, spreads, known_at));
    const haircut_bp = haircuts.get(pledge.id) ?? null;
    return pointOf(pledge, own, { outstanding_minor, haircut_bp }, models.lapse.id, known_at);
  });
  const rows = [...new Map(valuations.map(({ row }) => [row.valuation_id, row])).values()];
  const [added] = await Promise.all([
    appendValuations(tx, rows, known_at),
    appendPledgeValues(tx, points),
    appendOutlooks(tx, outlooks),
  ]);
  tell('valued', { valuations: added });
  return { pledges: points.length, valuations: added };
}

function valueIn(
  pledge: Pledge,
  patent: PledgedPatent,
  known: Map<string, KnownPatent>,
  ranks: Map<string, CohortRanks>,
  models: ModelSet,
  as_of: string,
): Valued {
  const facts = known.get(patent.patent_id);
  if (!facts) throw new Error(`patent ${patent.patent_id} of pledge ${pledge.id} was not known by ${as_of}`);
  return value(facts, patent, pledge.currency, models, as_of, ranks.get(patent.patent_id));
}

/**
 * A pledge is worth the sum of its patents. Quantiles are added as they are, which holds when the patents move
 * together: the widest, and so the cautious, reading. One unknown patent makes the sum unknown. A haircut that the
 * contract wrote down takes the place of the models'.
 */
function pointOf(
  pledge: Pledge,
  own: readonly Valued[],
  { outstanding_minor, haircut_bp }: { outstanding_minor: number; haircut_bp: number | null },
  model_version_id: string,
  known_at: Date,
): PledgeValue {
  const rows = own.map(({ row }) => row);
  const unknown = rows.length === 0 || rows.some((row) => row.status === 'unknown');
  const sum = (field: 'low_minor' | 'mid_minor' | 'high_minor' | 'collateral_minor') =>
    unknown ? null : rows.reduce((total, row) => total + row[field]!, 0);
  const mid_minor = sum('mid_minor');
  return {
    pledge_id: pledge.id,
    as_of: dateOf(known_at),
    known_at,
    state: pledge.state,
    status: unknown ? 'unknown' : rows.some((row) => row.status === 'valued') ? 'valued' : 'worthless',
    model_version_id,
    low_minor: sum('low_minor'),
    mid_minor,
    high_minor: sum('high_minor'),
    collateral_minor:
      mid_minor === null || haircut_bp === null
        ? sum('collateral_minor')
        : collateralMinor(mid_minor, haircut_bp),
    outstanding_minor,
    ltv_bp: mid_minor === null ? null : loanToValueBp(outstanding_minor, mid_minor),
    patents: own.map(({ row, valuation }) => ({
      patent_id: row.patent_id,
      valuation_id: row.valuation_id,
      status: row.status,
      mid_minor: row.mid_minor,
      lapse_probability: lapseWithinYear(valuation),
    })),
  };
}

/** That the right has lapsed unseen already, or will within twelve months. */
function lapseWithinYear({
  in_force_probability,
  lapse_probability_12m,
}: Valued['valuation']): number | null {
  if (in_force_probability === null || lapse_probability_12m === null) return null;
  return 1 - in_force_probability + lapse_probability_12m.value;
}
