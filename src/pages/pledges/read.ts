/** What the page of a pledge shows, read through the functions of the services. */
import type { PledgeStatus } from '../../../models/risk/status.ts';
import type { Sentence } from '../../../models/sentences.ts';
import type { CalendarDate } from '../../../models/types.ts';
import { type Caller, findOrganisation } from '../../accounts/store.ts';
import type { Sql } from '../../db/client.ts';
import { Problem } from '../../errors.ts';
import { type KnownPatent, knownPatents } from '../../patents/facts.ts';
import {
  findPledge,
  movesOf,
  type PatentValue,
  type Pledge,
  type PledgedPatent,
  type PledgeMove,
  type PledgeValue,
  patentsPledgedAt,
  valuesOf,
} from '../../pledges/store.ts';
import { type PledgeWaterfall, pledgeWaterfall } from '../../pledges/waterfall/bars.ts';
import { latestStatuses } from '../../risk/status.ts';
import { flagsOf, type StandingFlag } from '../../risk/store.ts';
import type { Flow } from '../charts/value-flow.tsx';
import { say } from '../sentences.ts';

export interface PledgedThing extends PledgedPatent {
  known: KnownPatent | null;
  /** Its part of the last point; null where that has none. */
  value: PatentValue | null;
}

export interface PledgeShown {
  pledge: Pledge;
  bank: string | null;
  firm: string | null;
  status: PledgeStatus | null;
  patents: PledgedThing[];
  points: PledgeValue[];
  moves: PledgeMove[];
  flags: StandingFlag[];
}

/** What of it the chart draws. */
export function flowOf({ pledge, points, moves, flags }: PledgeShown): Flow {
  return { ...pledge, points, moves, flags };
}

/** @throws Problem `not_found` when the caller may not see it */
export async function readPledge(sql: Sql, id: string, caller: Caller, known_at: Date): Promise<PledgeShown> {
  const pledge = await findPledge(sql, id, caller);
  if (!pledge) throw new Problem('not_found', 'There is no such pledge.');
  const [points, moves, flags, pledged, statuses, bank, firm] = await Promise.all([
    valuesOf(sql, id, known_at),
    movesOf(sql, id, known_at),
    flagsOf(sql, id, known_at),
    patentsPledgedAt(sql, [id], known_at),
    latestStatuses(sql, [id], known_at),
    findOrganisation(sql, pledge.bank_id),
    findOrganisation(sql, pledge.firm_id),
  ]);
  const ids = pledged.map(({ patent_id }) => patent_id);
  const known = await knownPatents(sql, ids, known_at);
  const last = points.at(-1);
  return {
    pledge,
    bank: bank?.name ?? null,
    firm: firm?.name ?? null,
    status: statuses.get(id) ?? null,
    patents: pledged.map((patent) => ({
      ...patent,
      known: known.get(patent.patent_id) ?? null,
      value: last?.patents.find(({ patent_id }) => patent_id === patent.patent_id) ?? null,
    })),
    points,
    moves,
    flags,
  };
}

export interface ChangeShown {
  from: CalendarDate;
  to: CalendarDate;
  /** Null where the days are the wrong way round, or the service refuses them. */
  waterfall: PledgeWaterfall | null;
  /** Why, in the service's words. */
  refused: Sentence | string | null;
}

/** Between two days; from the first value under the contract to the last, where none are named. Null without two values. */
export async function readChange(
  sql: Sql,
  { pledge, points, moves }: PledgeShown,
  asked: { from: CalendarDate | undefined; to: CalendarDate | undefined },
  known_at: Date,
): Promise<ChangeShown | null> {
  const valued = points.filter(({ mid_minor }) => mid_minor !== null);
  if (valued.length < 2) return null;
  const disbursed_on = moves.find(({ to_state }) => to_state === 'active')?.moved_on;
  const first = valued.find(({ as_of }) => disbursed_on === undefined || as_of >= disbursed_on) ?? valued[0]!;
  const from = asked.from ?? first.as_of;
  const to = asked.to ?? valued.at(-1)!.as_of;
  if (from > to) return { from, to, waterfall: null, refused: null };
  try {
    return { from, to, waterfall: await pledgeWaterfall(sql, pledge, from, to, known_at), refused: null };
  } catch (error) {
    if (error instanceof Problem && error.code === 'refused')
      return { from, to, waterfall: null, refused: error.sentence ?? error.message };
    throw error;
  }
}

/** @throws Problem `conflict` without two values, `refused` where the days are the wrong way round or are refused */
export function toldOf(change: ChangeShown | null): PledgeWaterfall {
  if (!change) throw new Problem('conflict', say('change_of_one_value'));
  const { from, to, waterfall, refused } = change;
  if (waterfall) return waterfall;
  throw new Problem('refused', refused ?? say('change_backwards', { from, to }));
}
