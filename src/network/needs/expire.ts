/** Needs whose days are over, and offers that are available no longer, end by themselves. As the jobs see them. */
import { type Caller, findOrganisation } from '../../accounts/store.ts';
import { hideUnder } from '../../anonymity/service.ts';
import { appendAudit } from '../../audit/log.ts';
import { dateOf } from '../../clock.ts';
import type { Database, Transaction } from '../../db/client.ts';
import { emitEvents, toldTo } from '../../outbox/emit.ts';
import { moveNeed } from './need-store.ts';
import { endOffers } from './offer-store.ts';

/** Who acts when nobody does. */
const SERVICE = 'network';

interface Over {
  id: string;
  organisation_id: string;
  pseudonym_id: string | null;
  title: string;
}

export async function expirePostings(
  database: Database,
  at: Date,
): Promise<{ network_needs_expired: number; network_offers_expired: number }> {
  const { sql } = database;
  const today = dateOf(at);
  const needs = await sql<Over[]>`select id, organisation_id, pseudonym_id, title
    from network_need join network_need_owner on need_id = id
    where state in ('open', 'matched') and ends_on < ${today} order by id`;
  for (const need of needs)
    await database.transaction(async (tx) => {
      if (await moveNeed(tx, need.id, ['open', 'matched'], 'expired')) await tellOver(tx, 'need', need, at);
    });
  const offers = await sql<Over[]>`select id, organisation_id, pseudonym_id, title
    from network_offer join network_offer_owner on offer_id = id
    where state = 'open' and available_until < ${today} order by id`;
  for (const offer of offers)
    await database.transaction(async (tx) => {
      if ((await endOffers(tx, [offer.id], 'expired')).length > 0) await tellOver(tx, 'offer', offer, at);
    });
  return { network_needs_expired: needs.length, network_offers_expired: offers.length };
}

async function tellOver(
  tx: Transaction,
  what: 'need' | 'offer',
  { id, organisation_id, pseudonym_id, title }: Over,
  at: Date,
): Promise<void> {
  const owner = (await findOrganisation(tx, organisation_id))!;
  const caller: Caller = { organisation_id, kind: owner.kind, key_id: SERVICE };
  if (pseudonym_id !== null) await hideUnder(tx, pseudonym_id, { kind: what, id }, caller, at);
  const action = `network.${what}.expired`;
  await appendAudit(tx, [{ organisation_id, at, actor: SERVICE, action, subject: id, detail: { title } }]);
  await emitEvents(tx, [
    {
      type: action,
      pledge_id: null,
      ...toldTo(owner),
      between_parties: true,
      occurred_at: at,
      data: { [`${what}_id`]: id, title },
    },
  ]);
}
