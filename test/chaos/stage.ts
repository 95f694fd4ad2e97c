/** Who and what the events are about: organisations, pledges between them, endpoints that subscribe. */
import { randomUUID } from 'node:crypto';
import { createOrganisation } from '../../src/accounts/store.ts';
import type { Database, Transaction } from '../../src/db/client.ts';
import { insertPledge } from '../../src/pledges/store.ts';
import { createVault, type Vault } from '../../src/secrets/vault.ts';
import type { EventType } from '../../src/webhooks/events.ts';
import { insertEndpoint } from '../../src/webhooks/store.ts';
import { MASTER_KEY } from '../database.ts';
import { eventTypeOf, STATES } from './moves.ts';

const BANKS = 2;
const FIRMS = 4;
const PLEDGES = 200;

export interface Subscription {
  /** Path of the endpoint, on the receiver that has it. */
  path: string;
  secret: string;
  organisation_id: string;
  /** Types it receives. */
  event_types: readonly EventType[];
}

/** @param receiver_urls the endpoints are spread over these */
export async function setStage(
  database: Database,
  receiver_urls: readonly string[],
): Promise<Subscription[]> {
  const vault = createVault(database, MASTER_KEY);
  return database.transaction(async (tx) => {
    const banks = await found(tx, 'bank', BANKS);
    const firms = await found(tx, 'firm', FIRMS);
    for (let n = 0; n < PLEDGES; n++) await pledge(tx, banks[n % BANKS]!, firms[n % FIRMS]!);
    const subscribers = [...banks, ...firms].map((id) => ({ id, event_types: STATES.map(eventTypeOf) }));
    subscribers.push({ id: banks[0]!, event_types: [eventTypeOf('defaulted')] });
    const subscriptions: Subscription[] = [];
    for (const [n, { id, event_types }] of subscribers.entries()) {
      const url = receiver_urls[n % receiver_urls.length]!;
      subscriptions.push(await subscribe(tx, vault, `${url}/${n}`, id, event_types));
    }
    return subscriptions;
  });
}

async function found(tx: Transaction, kind: 'bank' | 'firm', count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let n = 1; n <= count; n++) {
    const given = { kind, name: `The ${kind} ${n}`, demonstration: true };
    ids.push((await createOrganisation(tx, given, new Date())).id);
  }
  return ids;
}

async function pledge(tx: Transaction, bank_id: string, firm_id: string): Promise<void> {
  const days = { requested_on: '2026-01-05', matures_on: '2028-01-05' };
  const ratios = { ltv_target_bp: 3000, ltv_warning_bp: 3500, ltv_breach_bp: 4000 };
  const loan = { currency: 'CNY', principal_minor: 100_000, demonstration: true, created_at: new Date() };
  const patents = [{ patent_id: randomUUID(), annual_revenue_minor: null }];
  await insertPledge(tx, { bank_id, firm_id, ...days, ...ratios, ...loan }, patents);
}

async function subscribe(
  tx: Transaction,
  vault: Vault,
  url: string,
  organisation_id: string,
  event_types: EventType[],
): Promise<Subscription> {
  const given = { organisation_id, url, description: '', event_types };
  const { secret } = await insertEndpoint(tx, vault, given, new Date());
  return { path: new URL(url).pathname, secret, organisation_id, event_types };
}
