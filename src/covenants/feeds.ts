/** Addresses of covenant calendars: made, opened and taken back. Only the hash of the secret is kept. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { type Caller, findOrganisation } from '../accounts/store.ts';
import { appendAudit } from '../audit/log.ts';
import type { Sql, Transaction } from '../db/client.ts';
import type { Tenant } from '../db/tenancy.ts';
import { Problem } from '../errors.ts';
import { newId } from '../ids.ts';
import { say } from './sentences.ts';

/** Addresses of one organisation that are open at once. */
export const MAX_COVENANT_FEEDS = 20;
const SECRET_BYTES = 32;

export interface CovenantFeed {
  id: string;
  organisation_id: string;
  created_at: Date;
}

/** @returns the feed and its secret, which is shown this once */
export async function openFeed(
  tx: Transaction,
  caller: Caller,
  now: Date,
): Promise<{ feed: CovenantFeed; secret: string }> {
  const { organisation_id } = caller;
  const [open] = await tx<{ count: number }[]>`select count(*) from covenant_feed
    where organisation_id = ${organisation_id} and revoked_at is null`;
  if (open!.count >= MAX_COVENANT_FEEDS)
    throw new Problem('refused', say('feeds_full', { count: open!.count }));
  const secret = randomBytes(SECRET_BYTES).toString('base64url');
  const feed = { id: newId('cal'), organisation_id, created_at: now };
  await tx`insert into covenant_feed ${tx({ ...feed, secret_sha256: hashOf(secret) })}`;
  await tell(tx, caller, 'covenant_feed.opened', feed.id, now);
  return { feed, secret };
}

export async function openFeeds(sql: Sql, organisation_id: string): Promise<CovenantFeed[]> {
  const rows = await sql<CovenantFeed[]>`select id, organisation_id, created_at from covenant_feed
    where organisation_id = ${organisation_id} and revoked_at is null order by id`;
  return [...rows];
}

/** @throws Problem `not_found` when it is not the caller's or closed already */
export async function closeFeed(tx: Transaction, id: string, caller: Caller, now: Date): Promise<void> {
  const closed = await tx`update covenant_feed set revoked_at = ${now}
    where id = ${id} and organisation_id = ${caller.organisation_id} and revoked_at is null`;
  if (closed.count === 0) throw new Problem('not_found', 'There is no such calendar address.');
  await tell(tx, caller, 'covenant_feed.closed', id, now);
}

/** Who may read under an address; null when the secret is wrong or taken back. */
export async function readerOf(sql: Sql, id: string, secret: string): Promise<Tenant | null> {
  const [row] = await sql<{ organisation_id: string; secret_sha256: Buffer }[]>`
    select organisation_id, secret_sha256 from covenant_feed where id = ${id} and revoked_at is null`;
  if (!row || !timingSafeEqual(hashOf(secret), row.secret_sha256)) return null;
  const organisation = await findOrganisation(sql, row.organisation_id);
  return organisation && { organisation_id: row.organisation_id, kind: organisation.kind };
}

function hashOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}

function tell(tx: Transaction, caller: Caller, action: string, subject: string, at: Date): Promise<void> {
  const { organisation_id, key_id: actor } = caller;
  return appendAudit(tx, [{ organisation_id, at, actor, action, subject, detail: {} }]);
}
