/** The patents that a backtest walks: those of a bank's own live pledges, and a sample of all that are stored. */
import { CNIPA_OFFICE } from '../../models/annuity/cnipa.ts';
import type { PatentHistory } from '../../models/risk/history.ts';
import type { CalendarDate } from '../../models/types.ts';
import { uuidOf } from '../canonical.ts';
import { dateOf } from '../clock.ts';
import type { Sql } from '../db/client.ts';
import { knownPatents, patentHistory } from '../patents/facts.ts';

/** Of a bank with more, as many are drawn. */
export const MAX_OWN_PATENTS = 500;
export const MAX_SAMPLED_PATENTS = 2_000;
/** Fewer, and nothing was tested. */
export const MIN_SAMPLED_PATENTS = 100;

export interface Drawn {
  /** How the patents are drawn: the same from the same database gives the same. */
  seed: number;
  /** Patents besides the bank's own, if the database knows as many. */
  sample: number;
}

export interface DrawnHistories {
  /** By day of grant. */
  histories: PatentHistory[];
  /** Histories that are of the bank's own live pledges. */
  own_patents: number;
  /** Other patents of these: their office's annuities are not modelled, or they are over MAX_OWN_PATENTS. */
  left_out: number;
  /** The last day of which the sources told anything; null where nothing is known. */
  told_to: CalendarDate | null;
}

/** As known at an instant. */
export async function drawHistories(
  sql: Sql,
  bank_id: string,
  { seed, sample }: Drawn,
  known_at: Date,
): Promise<DrawnHistories> {
  // Read once: pledges begin and end while the patents are drawn.
  const pledged = (
    await sql<{ patent_id: string }[]>`
      select distinct patent_id from pledge_patent join pledge on pledge.id = pledge_id
      where bank_id = ${bank_id} and live and removed_at is null`
  ).map(({ patent_id }) => patent_id);
  const draw = (among: ReturnType<Sql>, limit: number) => drawGranted(sql, seed, known_at, among, limit);
  const own = await draw(sql`patent_id = any(${pledged}::uuid[])`, MAX_OWN_PATENTS);
  const others = await draw(sql`patent_id <> all(${own}::uuid[])`, sample);
  const known = await knownPatents(sql, [...own, ...others], known_at);
  const histories = new Map([...known].map(([id, patent]) => [id, patentHistory(patent)]));
  const own_patents = own.filter((id) => histories.get(id)).length;
  const told = [...known.values()].flatMap(({ signals }) => signals.at(-1)?.published_on ?? []);
  return {
    histories: asTold([...histories.values()].filter((history) => history !== null)).sort(byGrant),
    own_patents,
    left_out: pledged.length - own_patents,
    told_to: told.filter((day) => day <= dateOf(known_at)).reduce(later, null),
  };
}

/**
 * Ids are hashes: those that follow one that was drawn are a random sample, and are read without looking at the rest.
 * Past the last one it goes on with the first.
 */
async function drawGranted(
  sql: Sql,
  seed: number,
  known_at: Date,
  among: ReturnType<Sql>,
  limit: number,
): Promise<string[]> {
  const start = uuidOf(`backtest ${seed}`);
  const next = (part: ReturnType<Sql>, turn: number) => sql`
    (select patent_id, ${turn}::integer as turn from patent
    where ${part} and ${among} and office = ${CNIPA_OFFICE} and known_at <= ${known_at}
      and exists (select from signal where signal.patent_id = patent.patent_id and kind = 'granted'
        and signal.known_at <= ${known_at})
    order by patent_id limit ${limit})`;
  const rows = await sql<{ patent_id: string }[]>`
    select patent_id from (${next(sql`patent_id >= ${start}`, 1)} union all ${next(sql`patent_id < ${start}`, 2)}) drawn
    order by turn, patent_id limit ${limit}`;
  return rows.map(({ patent_id }) => patent_id);
}

/** Where no patent was ever attacked, the sources do not tell of attacks. */
function asTold(histories: readonly PatentHistory[]): PatentHistory[] {
  const is_told = histories.some(
    ({ invalidation }) =>
      invalidation && (invalidation.requested_on.length > 0 || invalidation.partly_on !== null),
  );
  return histories.map((history) => (is_told ? history : { ...history, invalidation: null }));
}

function byGrant(one: PatentHistory, other: PatentHistory): number {
  return Number(one.granted_on > other.granted_on) - Number(one.granted_on < other.granted_on);
}

function later(one: CalendarDate | null, other: CalendarDate): CalendarDate {
  return one === null || other > one ? other : one;
}
