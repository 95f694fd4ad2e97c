/** A granted application becomes a patent that its firm watches: at once, or as soon as the patent database has it. */
import type { Caller } from '../../accounts/store.ts';
import { dateOf } from '../../clock.ts';
import type { Transaction } from '../../db/client.ts';
import { acrossTenants } from '../../db/tenancy.ts';
import { emitEvents, toldTo } from '../../outbox/emit.ts';
import { knownPatents } from '../../patents/facts.ts';
import {
  addWatchList,
  MAX_WATCH_LISTS,
  MAX_WATCHED_PATENTS,
  watchLists,
  watchPatents,
} from '../../watching/store.ts';
import { voidDeadlines } from './deadlines.ts';
import { type Application, findApplication, recordStep } from './store.ts';

/** Of the firm's watch list, which it may rename: then another is begun. */
const WATCH_LIST_NAME = 'Own applications granted';
/** Who acts where nobody does. */
const ACTOR = 'filing';

/** Tells of a grant that was recorded and watches the patent. The caller's rights do not reach the firm's watch lists. */
export async function grant(tx: Transaction, application: Application, now: Date): Promise<Application> {
  const { id, firm_id, office, application_number, patent_id, granted_on } = application;
  return acrossTenants(tx, async () => {
    const watched_at = await watch(tx, application, now);
    await emitEvents(tx, [
      {
        type: 'filing.granted',
        pledge_id: null,
        ...toldTo({ id: firm_id, kind: 'firm' }),
        occurred_at: now,
        data: {
          application_id: id,
          office,
          application_number,
          patent_id,
          granted_on,
          watched: watched_at !== null,
        },
      },
    ]);
    return { ...application, watched_at };
  });
}

/** @returns null while the patent database does not have it, or the firm has no room on its lists: both are tried again */
async function watch(
  tx: Transaction,
  { id, firm_id, patent_id }: Pick<Application, 'id' | 'firm_id' | 'patent_id'>,
  now: Date,
): Promise<Date | null> {
  if (patent_id === null || !(await knownPatents(tx, [patent_id], now)).has(patent_id)) return null;
  const firm: Caller = { organisation_id: firm_id, kind: 'firm', key_id: ACTOR };
  const lists = await watchLists(tx, firm_id);
  const list = lists.find(({ name, patents }) => name === WATCH_LIST_NAME && patents < MAX_WATCHED_PATENTS);
  if (!list && lists.length >= MAX_WATCH_LISTS) return null;
  if (list) await watchPatents(tx, list.id, [patent_id], firm, now);
  else await addWatchList(tx, WATCH_LIST_NAME, [patent_id], firm, now);
  await tx`update filing_application set watched_at = ${now} where id = ${id}`;
  return now;
}

/**
 * What became known of the patents of applications: a grant that nobody recorded, and a granted patent that can be watched now.
 * @param patent_ids null for all
 */
export async function noteGrants(
  tx: Transaction,
  patent_ids: readonly string[] | null,
  now: Date,
): Promise<{ filing_grants: number; filing_watched: number }> {
  const open = await tx<{ id: string; patent_id: string }[]>`
    select id, patent_id from filing_application
    where patent_id is not null and watched_at is null and state not in ('refused', 'withdrawn', 'lapsed', 'prepared')
      and (${patent_ids === null} or patent_id = any(${(patent_ids ?? []) as string[]}::uuid[]))
    order by id for update skip locked`;
  const known = await knownPatents(tx, [...new Set(open.map(({ patent_id }) => patent_id))], now);
  const sum = { filing_grants: 0, filing_watched: 0 };
  for (const { id, patent_id } of open) {
    const granted_on = known.get(patent_id)?.facts.granted_on ?? null;
    const application = await findApplication(tx, id);
    if (application.state === 'granted') {
      if ((await watch(tx, application, now)) !== null) sum.filing_watched++;
    } else if (granted_on !== null && granted_on <= dateOf(now)) {
      const next: Application = { ...application, state: 'granted', granted_on };
      await tx`update filing_application set state = 'granted', granted_on = ${granted_on} where id = ${id}`;
      const step = { from_state: application.state, to_state: 'granted', happened_on: granted_on } as const;
      await recordStep(
        tx,
        next,
        { ...step, detail: { source: 'register' } },
        { organisation_id: null, author_id: ACTOR },
        now,
      );
      await voidDeadlines(tx, id);
      if ((await grant(tx, next, now)).watched_at !== null) sum.filing_watched++;
      sum.filing_grants++;
    }
  }
  return sum;
}
