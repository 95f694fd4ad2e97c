/** Whom the events are about and who is told: organisations, endpoints, pledges between them, and their events. */
import { randomUUID } from 'node:crypto';
import { createOrganisation, type OrganisationKind } from '../../src/accounts/store.ts';
import type { Database, Transaction } from '../../src/db/client.ts';
import { emitEvents } from '../../src/outbox/emit.ts';
import { insertPledge } from '../../src/pledges/store.ts';
import { createVault } from '../../src/secrets/vault.ts';
import { insertEndpoint } from '../../src/webhooks/store.ts';
import { MASTER_KEY } from '../database.ts';

export interface Parties {
  bank_id: string;
  firm_id: string;
}

export interface PledgeOf extends Parties {
  id: string;
}

export async function found(database: Database, kind: OrganisationKind): Promise<string> {
  const given = { kind, name: `A ${kind}`, demonstration: true };
  return (await database.transaction((tx) => createOrganisation(tx, given, new Date()))).id;
}

/** @returns the endpoint's id */
export async function subscribe(database: Database, organisation_id: string, url: string): Promise<string> {
  const vault = createVault(database, MASTER_KEY);
  const given = { organisation_id, url, description: '', event_types: [] };
  return (await database.transaction((tx) => insertEndpoint(tx, vault, given, new Date()))).endpoint.id;
}

export async function pledge(database: Database, parties: Parties, count: number): Promise<PledgeOf[]> {
  const days = { requested_on: '2026-01-05', matures_on: '2028-01-05' };
  const ratios = { ltv_target_bp: 3000, ltv_warning_bp: 3500, ltv_breach_bp: 4000 };
  const loan = { currency: 'CNY', principal_minor: 100_000, demonstration: true, created_at: new Date() };
  return database.transaction(async (tx) => {
    const pledges: PledgeOf[] = [];
    for (let n = 0; n < count; n++) {
      const patents = [{ patent_id: randomUUID(), annual_revenue_minor: null }];
      const { id } = await insertPledge(tx, { ...parties, ...days, ...ratios, ...loan }, patents);
      pledges.push({ id, ...parties });
    }
    return pledges;
  });
}

/** One event about each of the pledges, as a move of them would tell it. @returns the events' ids */
export async function tell(tx: Transaction, pledges: readonly PledgeOf[]): Promise<string[]> {
  const occurred_at = new Date();
  const as_of = occurred_at.toISOString().slice(0, 10);
  const data = { as_of, from: 'requested', to: 'appraised', detail: {} };
  return emitEvents(
    tx,
    pledges.map(({ id, bank_id, firm_id }) => ({
      type: 'pledge.appraised',
      pledge_id: id,
      bank_id,
      firm_id,
      occurred_at,
      data,
    })),
  );
}
