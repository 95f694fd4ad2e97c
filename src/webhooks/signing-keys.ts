/**
 * The installation's own ed25519 keys, which sign every delivery beside its endpoint's secret, so that a receiver can
 * verify with public keys alone. The first is made when it is first needed.
 */
import { createHash } from 'node:crypto';
import type { Sql, Transaction } from '../db/client.ts';
import { INSTALLATION, type Vault } from '../secrets/vault.ts';
import { newKeyPair, parsePublicKey } from './sign.ts';

/** How long an old key still signs beside the new one. */
export const KEY_OVERLAP_HOURS = 24;

export interface SigningKey {
  /** The kid of its JWK. */
  id: string;
  /** `whsk_...` */
  private_key: string;
  /** `whpk_...` */
  public_key: string;
}

/** An ed25519 public key as a JSON Web Key (RFC 8037). */
export interface Jwk {
  kty: 'OKP';
  crv: 'Ed25519';
  x: string;
  kid: string;
  use: 'sig';
}

/** The keys that sign now, newest first; at least one. */
export async function signingKeys(sql: Sql, vault: Vault): Promise<SigningKey[]> {
  const opened = (await storedKeys(sql, vault)).map(async ({ private_key, ...key }) => ({
    ...key,
    private_key: await vault.open(INSTALLATION, signingKeyPlace(key.id), private_key),
  }));
  return Promise.all(opened);
}

/** `whpk_...` of the same. */
export async function publicKeys(sql: Sql, vault: Vault): Promise<string[]> {
  return (await storedKeys(sql, vault)).map(({ public_key }) => public_key);
}

/** Puts a new key in the place of today's, which signs beside it for the overlap. @returns the new key's public half */
export async function rotateSigningKey(
  tx: Transaction,
  vault: Vault,
): Promise<Pick<SigningKey, 'id' | 'public_key'>> {
  await tx`update signing_key set signs_until = now() + make_interval(hours => ${KEY_OVERLAP_HOURS})
    where signs_until is null`;
  await insertKey(tx, vault);
  const [newest] = await storedKeys(tx, vault);
  return newest!;
}

/** Where a private key is kept, for the vault. */
export function signingKeyPlace(id: string): string {
  return `signing_key/${id}`;
}

/** With their private keys sealed. */
async function storedKeys(sql: Sql, vault: Vault): Promise<SigningKey[]> {
  for (;;) {
    const keys = await sql<SigningKey[]>`select id, private_key, public_key from signing_key
      where signs_until is null or signs_until > now() order by created_at desc, id`;
    if (keys.length > 0) return keys;
    await insertKey(sql, vault);
  }
}

/** Does nothing when another process was first. */
async function insertKey(sql: Sql, vault: Vault): Promise<void> {
  const { private_key: opened, public_key } = newKeyPair();
  const { kid: id } = jwkOf(public_key);
  const private_key = await vault.seal(INSTALLATION, signingKeyPlace(id), opened);
  await sql`insert into signing_key ${sql({ id, private_key, public_key })} on conflict do nothing`;
}

/** @param public_key `whpk_...`; the kid is its thumbprint (RFC 7638) */
export function jwkOf(public_key: string): Jwk {
  const x = String(parsePublicKey(public_key).export({ format: 'jwk' }).x);
  const kid = createHash('sha256').update(`{"crv":"Ed25519","kty":"OKP","x":"${x}"}`).digest('base64url');
  return { kty: 'OKP', crv: 'Ed25519', x, kid, use: 'sig' };
}
