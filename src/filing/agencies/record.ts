/** Records of agencies from the cases that documents name them in, shrunk towards those of all agencies that are named. */
import {
  type CaseTime,
  fitPendencyPrior,
  type PendencyPrior,
  shrunkPendency,
} from '../../../models/agencies/shrunk-pendency.ts';
import {
  fitRatePrior,
  type RatePrior,
  shrunkRate,
  type Tally,
} from '../../../models/agencies/shrunk-rate.ts';
import { daysBetween } from '../../../models/calendar.ts';
import { dateOf } from '../../clock.ts';
import type { Sql, Transaction } from '../../db/client.ts';
import { acrossTenants } from '../../db/tenancy.ts';
import type { Listener } from '../../outbox/hear.ts';
import { type AgentCase, casesOfAgents } from '../../patents/agents.ts';
import { type AgencyRecord, admittedNames, type Count, storeRecord } from './directory.ts';

/** The latest filed, of all agents: more of them change the prior little. */
const MAX_PRIOR_CASES = 20_000;
/** Of one agency, the latest filed. */
const MAX_CASES = 20_000;
/** How sources are called that tell of granted patents alone: by them every case would have been granted. */
const OF_GRANTS_ALONE = /^patentsview-/;
const DAYS_A_YEAR = 365.25;
const LEAST_SCORE = 1;
const MOST_SCORE = 5;

interface Priors {
  rate: RatePrior;
  pendency: PendencyPrior | null;
  rating: RatePrior;
  agencies: number;
  cases: number;
}

/** Computes every record of the directory anew. @param only agencies; all if left out */
export async function computeRecords(
  tx: Transaction,
  at: Date,
  only?: readonly string[],
): Promise<{ agencies_recorded: number }> {
  const admitted = await admittedNames(tx);
  const ratings = await ratingsByAgency(tx);
  const priors = priorsOf(await casesOfAgents(tx, null, at, MAX_PRIOR_CASES), ratings, at);
  const wanted = admitted.filter(({ agency_id }) => only === undefined || only.includes(agency_id));
  for (const { agency_id, register_names } of wanted) {
    const cases = await casesOfAgents(tx, register_names, at, MAX_CASES);
    await storeRecord(tx, agency_id, recordOf(cases, ratings.get(agency_id), priors, at), at);
  }
  return { agencies_recorded: wanted.length };
}

/** The record of an agency that was admitted is there as soon as the worker hears of it. */
export const recordListener: Listener = {
  name: 'filing-agency-records',
  types: ['filing.agency.decided'],
  async hear(tx, { data, occurred_at }) {
    await computeRecords(tx, occurred_at, [String(data.agency_id)]);
  },
};

/** Ratings alone, of every agency that has a record: no case is read. */
export function recomputeRatings(tx: Transaction): Promise<void> {
  return acrossTenants(tx, async () => {
    const ratings = await ratingsByAgency(tx);
    const prior = fitRatePrior([...ratings.values()]);
    const rows = [...ratings].map(([agency_id, tally]) => ({
      agency_id,
      rating: asScore(shrunkRate(tally, prior)),
    }));
    await tx`update filing_agency_record set record = record || jsonb_build_object('rating', row.rating)
      from jsonb_to_recordset(${tx.json(rows as never)}) as row (agency_id text, rating jsonb)
      where filing_agency_record.agency_id = row.agency_id`;
  });
}

function priorsOf(cases: readonly AgentCase[], ratings: ReadonlyMap<string, Tally>, at: Date): Priors {
  const groups = [...Map.groupBy(cases.filter(isFollowed), ({ agent }) => agent).values()];
  return {
    rate: fitRatePrior(groups.map(tallyOf)),
    pendency: fitPendencyPrior(groups.map((own) => timesOf(own, at))),
    rating: fitRatePrior([...ratings.values()]),
    agencies: groups.length,
    cases: groups.flat().length,
  };
}

/** Whether its source would have told too if it had not been granted. */
function isFollowed({ sources }: AgentCase): boolean {
  return sources.some((source) => !OF_GRANTS_ALONE.test(source));
}

function recordOf(
  named: readonly AgentCase[],
  rating: Tally = { successes: 0, trials: 0 },
  priors: Priors,
  at: Date,
): AgencyRecord {
  // One case, however many spellings of the agency it names.
  const cases = [...new Map(named.map((one) => [one.patent_id, one])).values()];
  const granted = cases.filter(({ granted_on }) => granted_on !== null);
  const followed = cases.filter(isFollowed);
  const { successes, trials } = tallyOf(followed);
  return {
    sources: [...new Set(cases.flatMap(({ sources }) => sources))].sort(),
    cases: cases.length,
    granted: granted.length,
    given_up: trials - successes,
    waiting: followed.length - trials,
    grant_rate: shrunkRate({ successes, trials }, priors.rate),
    pendency: priors.pendency && shrunkPendency(timesOf(followed, at), priors.pendency),
    fields: counted(granted.flatMap(({ technology_field }) => technology_field ?? [])),
    offices: counted(granted.map(({ office }) => office)),
    rating: asScore(shrunkRate(rating, priors.rating)),
    prior: { agencies: priors.agencies, cases: priors.cases },
  };
}

function tallyOf(cases: readonly AgentCase[]): Tally {
  const successes = cases.filter(({ granted_on }) => granted_on !== null).length;
  return { successes, trials: successes + cases.filter(({ given_up_on }) => given_up_on !== null).length };
}

/** A day at least: what was decided on the day of filing has no logarithm. */
function timesOf(cases: readonly AgentCase[], at: Date): CaseTime[] {
  const today = dateOf(at);
  return cases.map(({ filed_on, granted_on, given_up_on }) => {
    const decided_on = granted_on ?? given_up_on;
    const days = Math.max(1, daysBetween(filed_on, decided_on ?? today));
    return { years: days / DAYS_A_YEAR, decided: decided_on !== null };
  });
}

function counted<Key extends number | string>(keys: readonly Key[]): Count<Key>[] {
  const counts = Map.groupBy(keys, (key) => key);
  return [...counts]
    .map(([of, each]) => ({ of, granted: each.length }))
    .sort((a, b) => b.granted - a.granted || (a.of < b.of ? -1 : 1));
}

/** Scores of 1 to 5 as shares of one trial each. */
async function ratingsByAgency(sql: Sql): Promise<Map<string, Tally>> {
  const rows = await sql<{ agency_id: string; score: number; n: number }[]>`
    select agency_id, sum(score) as score, count(*) as n
    from filing_rating join filing_engagement on id = engagement_id group by agency_id`;
  return new Map(
    rows.map(({ agency_id, score, n }) => [
      agency_id,
      { successes: (score - n * LEAST_SCORE) / (MOST_SCORE - LEAST_SCORE), trials: n },
    ]),
  );
}

function asScore({ rate, low, high, n }: AgencyRecord['rating']): AgencyRecord['rating'] {
  const score = (share: number) => LEAST_SCORE + share * (MOST_SCORE - LEAST_SCORE);
  return { rate: score(rate), low: score(low), high: score(high), n };
}
