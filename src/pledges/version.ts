/** The version of a pledge as a strong entity tag, so that nobody changes what has changed since it was read. */
import type { FastifyRequest } from 'fastify';
import Type from 'typebox';
import { canonicalJson, sha256 } from '../canonical.ts';
import type { Sql, Transaction } from '../db/client.ts';
import { Problem } from '../errors.ts';
import { callerOfGuarded } from '../http/guard.ts';
import { type WithStatus, withStatus } from '../risk/status.ts';
import { proposalOf } from './proposals.ts';
import { findPledge, type Pledge, pledgedPatents } from './store.ts';

export const IfMatch = Type.Object({
  'if-match': Type.Optional(
    Type.String({
      description: 'ETag of the pledge as last read; refused with 412 when it has changed since',
    }),
  ),
});

/** What a pledge shows besides its own row, with a tag over all of it: equal tags mean equal answers. */
export async function versionOf(sql: Sql | Transaction, pledge: Pledge & WithStatus) {
  const [patents, proposal] = await Promise.all([pledgedPatents(sql, [pledge.id]), proposalOf(sql, pledge)]);
  const text = canonicalJson({ ...pledge, patents, proposal });
  return { tag: `"${sha256(text).toString('base64url')}"`, patents, proposal };
}

export async function pledgeTag(sql: Sql | Transaction, pledge: Pledge & WithStatus): Promise<string> {
  return (await versionOf(sql, pledge)).tag;
}

/**
 * Locks the pledge and holds it against the header If-Match, where there is one.
 * @throws Problem `stale` when no tag of the header is that of the pledge now
 */
export async function requireMatch(
  tx: Transaction,
  request: FastifyRequest,
  pledge_id: string,
  now: Date,
): Promise<void> {
  const header = request.headers['if-match'];
  if (header === undefined || header.trim() === '*') return;
  const pledge = await findPledge(tx, pledge_id, callerOfGuarded(request), true);
  if (!pledge) throw new Problem('not_found', 'There is no such pledge.');
  const [read] = await withStatus(tx, [pledge], now);
  const tags = header.split(',').map((tag) => tag.trim());
  if (!tags.includes(await pledgeTag(tx, read!)))
    throw new Problem(
      'stale',
      'The pledge has changed since the version of If-Match; read it again and decide anew.',
    );
}
