/** Filters of the queue that a person saved by name, and how many cases a filter finds. */
import type { ReviewState } from '../../models/review.ts';
import type { Severity } from '../../models/risk/rule.ts';
import type { Sql, Transaction } from '../db/client.ts';
import { Problem } from '../errors.ts';
import { say } from './sentences.ts';
import type { QueueShare } from './store.ts';

export const MAX_FILTERS_A_PERSON = 20;
export const MAX_FILTER_NAME_CHARACTERS = 60;

/** What is asked of the queue; null for any. */
export interface Filter {
  state: ReviewState | null;
  severity: Severity | null;
  /** Only what the person has taken on. */
  mine: boolean;
}

export interface SavedFilter extends Filter {
  name: string;
}

export interface Owner {
  organisation_id: string;
  person_id: string;
}

export async function savedFilters(sql: Sql, person_id: string): Promise<SavedFilter[]> {
  return sql<SavedFilter[]>`select name, state, severity, mine from review_filter
    where person_id = ${person_id} order by lower(name), name`;
}

/** How many open cases a filter finds. */
export function casesOf({ state, severity, mine }: Filter, shares: readonly QueueShare[]): number {
  return shares
    .filter(
      (share) =>
        (state === null || share.state === state) &&
        (severity === null || share.severity === severity) &&
        (!mine || share.mine),
    )
    .reduce((sum, share) => sum + share.cases, 0);
}

/**
 * Saves a filter under a name, in place of what had it and of `instead_of`, the name that it had before.
 * @throws Problem `conflict` when the person has as many as one may
 */
export async function saveFilter(
  tx: Transaction,
  { organisation_id, person_id }: Owner,
  { name, state, severity, mine, instead_of }: Filter & { name: string; instead_of: string | undefined },
  now: Date,
): Promise<void> {
  // One save of a person after the other, so that none is counted past.
  await tx`select pg_advisory_xact_lock(hashtextextended(${`review_filter ${person_id}`}, 0))`;
  if (instead_of !== undefined && instead_of !== name) await removeFilter(tx, person_id, instead_of);
  const row = { organisation_id, person_id, name, state, severity, mine, saved_at: now };
  await tx`insert into review_filter ${tx(row)} on conflict (organisation_id, person_id, name) do update
    set ${tx({ state, severity, mine, saved_at: now })}`;
  const [count] = await tx<{ saved: number }[]>`
    select count(*)::int as saved from review_filter where person_id = ${person_id}`;
  if (count!.saved > MAX_FILTERS_A_PERSON)
    throw new Problem('conflict', say('filters_full', { count: MAX_FILTERS_A_PERSON }));
}

export async function removeFilter(sql: Sql | Transaction, person_id: string, name: string): Promise<void> {
  await sql`delete from review_filter where person_id = ${person_id} and name = ${name}`;
}
