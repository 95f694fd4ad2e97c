/** Dates to come of all that a reader may see, gathered some pledges at a time. */
import type { Database, Transaction } from '../db/client.ts';
import type { Pledge } from '../pledges/store.ts';
import { type CovenantDate, covenantDates } from './dates.ts';

/** Pledges whose facts are gathered at once. */
const BATCH_PLEDGES = 200;

/** Of the reader's live pledges, or one of them, in order of day. */
export async function upcomingDates(
  database: Database,
  reader: { organisation_id: string; kind: string },
  now: Date,
  pledge_id?: string,
): Promise<CovenantDate[]> {
  const dates: CovenantDate[] = [];
  for (let after = ''; ; ) {
    const batch = await database.transaction(async (tx) => {
      const pledges = await livePledges(tx, reader, after, pledge_id);
      dates.push(...(await covenantDates(tx, pledges, now)));
      return pledges;
    });
    if (batch.length < BATCH_PLEDGES) break;
    after = batch.at(-1)!.id;
  }
  return dates.sort((a, b) => (a.on < b.on ? -1 : a.on > b.on ? 1 : a.id < b.id ? -1 : 1));
}

function livePledges(
  tx: Transaction,
  { organisation_id, kind }: { organisation_id: string; kind: string },
  after: string,
  pledge_id: string | undefined,
): Promise<Pledge[]> {
  return tx<Pledge[]>`select * from pledge where live and id > ${after}
    and (${kind} = 'staff' or ${organisation_id} in (bank_id, firm_id))
    ${pledge_id === undefined ? tx`` : tx`and id = ${pledge_id}`}
    order by id limit ${BATCH_PLEDGES}`;
}
