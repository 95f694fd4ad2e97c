/** Bulletins and who reads them. */
import type { Caller } from '../../accounts/store.ts';
import { appendAudit } from '../../audit/log.ts';
import { canonicalJson, sha256 } from '../../canonical.ts';
import type { Sql, Transaction } from '../../db/client.ts';
import { Problem } from '../../errors.ts';
import { newId } from '../../ids.ts';
import type { Language } from '../../pages/language/catalogue.ts';
import { say } from '../sentences.ts';
import type { About, BulletinContent } from './content.ts';
import type { Cadence } from './periods.ts';

/** Of one organisation. */
export const MAX_SUBSCRIPTIONS = 50;

export interface Bulletin extends About {
  id: string;
  until_on: string;
  content: BulletinContent;
  content_sha256: Buffer;
  made_at: Date;
}

export interface BulletinSubscription {
  id: string;
  organisation_id: string;
  region: string;
  field: number;
  cadence: Cadence;
  language: Language;
  since: Date;
  ended_at: Date | null;
}

/** @throws Problem `not_found` */
export async function findBulletin(sql: Sql, id: string): Promise<Bulletin> {
  const [found] = await sql<Bulletin[]>`select * from bulletin where id = ${id}`;
  if (!found) throw new Problem('not_found', 'There is no such bulletin.');
  return found;
}

export interface BulletinFilter {
  region?: string | undefined;
  field?: number | undefined;
  cadence?: Cadence | undefined;
}

/** Newest first. */
export async function listBulletins(
  sql: Sql,
  { region, field, cadence }: BulletinFilter,
  before: string,
  limit: number,
): Promise<Omit<Bulletin, 'content'>[]> {
  const rows = await sql<Omit<Bulletin, 'content'>[]>`
    select id, region, field, cadence, from_on, until_on, content_sha256, made_at from bulletin
    where (${before} = '' or id < ${before}) ${region === undefined ? sql`` : sql`and region = ${region}`}
      ${field === undefined ? sql`` : sql`and field = ${field}`}
      ${cadence === undefined ? sql`` : sql`and cadence = ${cadence}`}
    order by id desc limit ${limit}`;
  return [...rows];
}

/** What was made already stays. @returns the bulletin that there is now */
export async function keepBulletin(tx: Transaction, content: BulletinContent, now: Date): Promise<Bulletin> {
  const { region, field, cadence, from_on, until_on } = content;
  const made = { id: newId('bul'), region, field, cadence, from_on, until_on, made_at: now };
  const content_sha256 = sha256(canonicalJson(content));
  await tx`insert into bulletin ${tx({ ...made, content: tx.json(content as never), content_sha256 })}
    on conflict do nothing`;
  const [kept] = await tx<Bulletin[]>`select * from bulletin
    where region = ${region} and field = ${field} and cadence = ${cadence} and from_on = ${from_on}`;
  return kept!;
}

/** In order of id, ended ones left out. */
export async function subscriptionsOf(sql: Sql, organisation_id: string): Promise<BulletinSubscription[]> {
  const rows = await sql<BulletinSubscription[]>`select * from bulletin_subscription
    where organisation_id = ${organisation_id} and ended_at is null order by id`;
  return [...rows];
}

/** @throws Problem `conflict` for one that there is, `refused` at the limit */
export async function subscribe(
  tx: Transaction,
  given: Pick<BulletinSubscription, 'region' | 'field' | 'cadence' | 'language'>,
  caller: Caller,
  now: Date,
): Promise<BulletinSubscription> {
  const { organisation_id } = caller;
  await tx`select from organisation where id = ${organisation_id} for no key update`;
  const all = await subscriptionsOf(tx, organisation_id);
  const same = all.find(
    (each) => each.region === given.region && each.field === given.field && each.cadence === given.cadence,
  );
  if (same) throw new Problem('conflict', say('subscription_again', { subscription_id: same.id }));
  if (all.length >= MAX_SUBSCRIPTIONS)
    throw new Problem('refused', say('subscriptions_full', { count: MAX_SUBSCRIPTIONS }));
  const subscription = { id: newId('bsb'), organisation_id, ...given, since: now, ended_at: null };
  await tx`insert into bulletin_subscription ${tx(subscription)}`;
  await audit(tx, caller, 'bulletin.subscribed', subscription.id, { ...given }, now);
  return subscription;
}

/** @throws Problem `not_found` */
export async function unsubscribe(tx: Transaction, id: string, caller: Caller, now: Date): Promise<void> {
  const ended = await tx`update bulletin_subscription set ended_at = ${now}
    where id = ${id} and organisation_id = ${caller.organisation_id} and ended_at is null`;
  if (ended.count === 0) throw new Problem('not_found', 'You have no such subscription.');
  await audit(tx, caller, 'bulletin.unsubscribed', id, {}, now);
}

function audit(
  tx: Transaction,
  { organisation_id, key_id: actor }: Caller,
  action: string,
  subject: string,
  detail: Record<string, unknown>,
  at: Date,
): Promise<void> {
  return appendAudit(tx, [{ organisation_id, at, actor, action, subject, detail }]);
}
