/** The head of each chain, published: whoever keeps one can prove that nothing before it was changed. */
import type { OrganisationKind } from '../accounts/store.ts';
import { dateOf } from '../clock.ts';
import type { Database } from '../db/client.ts';
import { emitEvents, toldTo } from '../outbox/emit.ts';

/** Tells every organisation the head of its own chain, if it has moved since it was last told. @returns how many */
export async function publishHeads(database: Database, now: Date): Promise<{ published: number }> {
  return database.transaction(async (tx) => {
    const heads = await tx<
      { organisation_id: string; kind: OrganisationKind; seq: number; sha256: string }[]
    >`
      with moved as (
        insert into audit_head (organisation_id, seq, sha256, published_at)
        select organisation_id, last_seq, last_sha256, ${now}::timestamptz from audit_chain
        where last_seq > 0 order by organisation_id
        on conflict do nothing returning organisation_id, seq, sha256)
      select organisation_id, kind, seq, encode(sha256, 'hex') as sha256
      from moved join organisation on organisation.id = organisation_id order by organisation_id`;
    await emitEvents(
      tx,
      heads.map(({ organisation_id, kind, seq, sha256 }) => ({
        type: 'audit.head',
        pledge_id: null,
        ...toldTo({ id: organisation_id, kind }),
        occurred_at: now,
        data: { organisation_id, as_of: dateOf(now), seq, sha256 },
      })),
    );
    return { published: heads.length };
  });
}
