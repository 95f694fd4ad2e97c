/** Identity providers (OpenID Connect), one an organisation: what is kept of them. */
import type { Caller } from '../accounts/store.ts';
import { appendAudit } from '../audit/log.ts';
import type { Sql, Transaction } from '../db/client.ts';
import { Problem } from '../errors.ts';
import type { Vault } from '../secrets/vault.ts';
import type { Service } from '../service.ts';
import type { AddressGuard } from '../webhooks/address-guard.ts';

export interface ProviderSettings {
  /** As the provider itself writes it: it is compared to the letter. */
  issuer: string;
  client_id: string;
  /** Null for a client without one, which PKCE alone guards. */
  client_secret: string | null;
}

export interface Provider extends ProviderSettings {
  organisation_id: string;
}

export function providerSecretPlace(organisation_id: string): string {
  return `identity_provider/${organisation_id}`;
}

/** In the place of the one before. @throws Problem `refused` for an issuer that the service may not talk to */
export async function setProvider(
  tx: Transaction,
  vault: Vault,
  guard: AddressGuard,
  { organisation_id, issuer, client_id, client_secret }: Provider,
): Promise<void> {
  const refusal = guard.urlRefusal(issuer);
  if (refusal !== null) throw new Problem('refused', refusal);
  const sealed =
    client_secret && (await vault.seal(organisation_id, providerSecretPlace(organisation_id), client_secret));
  const row = { organisation_id, issuer, client_id, client_secret: sealed };
  await tx`insert into identity_provider ${tx(row)} on conflict (organisation_id) do update set ${tx(row)}`;
}

export async function findProvider(
  sql: Sql,
  vault: Vault,
  organisation_id: string,
): Promise<Provider | null> {
  const [row] = await sql<
    Provider[]
  >`select * from identity_provider where organisation_id = ${organisation_id}`;
  if (!row) return null;
  const { client_secret: sealed } = row;
  const client_secret =
    sealed && (await vault.open(organisation_id, providerSecretPlace(organisation_id), sealed));
  return { ...row, client_secret };
}

/** Sets the provider of the caller's organisation, or removes it, and writes it down. @throws Problem `refused` as above */
export async function changeProvider(
  { system, vault, guard, clock }: Pick<Service, 'system' | 'vault' | 'guard' | 'clock'>,
  { organisation_id, key_id: actor }: Caller,
  settings: ProviderSettings | null,
): Promise<void> {
  const { issuer, client_id } = settings ?? {};
  const action = settings ? 'provider.set' : 'provider.removed';
  const detail = settings ? { issuer, client_id } : {};
  await system.transaction(async (tx) => {
    if (settings) await setProvider(tx, vault, guard, { organisation_id, ...settings });
    else await removeProvider(tx, organisation_id);
    await appendAudit(tx, [
      { organisation_id, at: clock.now(), actor, action, subject: organisation_id, detail },
    ]);
  });
}

/** And with it who is who there. */
async function removeProvider(tx: Transaction, organisation_id: string): Promise<void> {
  await tx`delete from provider_subject where organisation_id = ${organisation_id}`;
  await tx`delete from identity_provider where organisation_id = ${organisation_id}`;
}
