/** The daily look for periods that are over: each is told to each subscriber once, those missed while nothing ran too. */
import { dateOf } from '../../clock.ts';
import type { Database } from '../../db/client.ts';
import { emitEvents, toldTo } from '../../outbox/emit.ts';
import { NewsReader } from './content.ts';
import { periodsOver } from './periods.ts';
import { type BulletinSubscription, keepBulletin } from './store.ts';

/** Of one subscription in one run; what is left comes with the next day. */
const MAX_CAUGHT_UP = 60;

type Subscriber = BulletinSubscription & { kind: string; issued: string[] };

export async function issueBulletins(database: Database, slot: Date): Promise<Record<string, number>> {
  const subscribers = await database.sql<Subscriber[]>`
    select bulletin_subscription.*, kind, array(select from_on::text from bulletin_issue
      where subscription_id = bulletin_subscription.id) as issued
    from bulletin_subscription join organisation on organisation.id = organisation_id
    where ended_at is null and since <= ${slot} order by bulletin_subscription.id`;
  const reader = new NewsReader(database.sql, slot);
  let issued = 0;
  for (const subscriber of subscribers) {
    const { cadence, since } = subscriber;
    const due = periodsOver(cadence, dateOf(since), dateOf(slot))
      .filter((from_on) => !subscriber.issued.includes(from_on))
      .slice(0, MAX_CAUGHT_UP);
    for (const from_on of due) if (await issue(database, reader, subscriber, from_on, slot)) issued++;
  }
  return { bulletins_issued: issued };
}

/** @returns false when another worker was first, or it was ended meanwhile */
async function issue(
  database: Database,
  reader: NewsReader,
  { id: subscription_id, organisation_id, kind, region, field, cadence }: Subscriber,
  from_on: string,
  now: Date,
): Promise<boolean> {
  const content = await reader.content({ region, field, cadence, from_on });
  return database.transaction(async (tx) => {
    const open =
      await tx`select from bulletin_subscription where id = ${subscription_id} and ended_at is null for update`;
    if (open.count === 0) return false;
    const bulletin = await keepBulletin(tx, content, now);
    const first = await tx`insert into bulletin_issue (subscription_id, from_on, bulletin_id, issued_at)
      values (${subscription_id}, ${from_on}, ${bulletin.id}, ${now}) on conflict do nothing`;
    if (first.count === 0) return false;
    await emitEvents(tx, [
      {
        type: 'network.bulletin.published',
        pledge_id: null,
        ...toldTo({ id: organisation_id, kind }),
        occurred_at: now,
        data: {
          bulletin_id: bulletin.id,
          subscription_id,
          region,
          field: field === 0 ? null : field,
          from_on,
          until_on: bulletin.until_on,
          content_sha256: bulletin.content_sha256.toString('hex'),
        },
      },
    ]);
    return true;
  });
}
