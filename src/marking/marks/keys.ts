/**
 * The installation's own ed25519 keys that sign marks and receipts. A key that was followed by another signs nothing new and
 * stays published: what it signed is printed on goods.
 */
import type { KeyObject } from 'node:crypto';
import type { Sql, Transaction } from '../../db/client.ts';
import { Problem } from '../../errors.ts';
import { markKeyPlace } from '../../secrets/places.ts';
import { INSTALLATION, type Vault } from '../../secrets/vault.ts';
import { newKeyPair, parsePrivateKey, parsePublicKey } from '../../webhooks/sign.ts';
import { type Jwk, jwkOf } from '../../webhooks/signing-keys.ts';

/** As many as a mark has numbers for. */
const MAX_KEYS = 65_535;

export interface MarkKey {
  number: number;
  /** `whpk_...` */
  public_key: string;
}

/** Newest first; none before the first lot. */
export async function markKeys(sql: Sql): Promise<MarkKey[]> {
  const rows = await sql<MarkKey[]>`select number, public_key from mark_key order by number desc`;
  return [...rows];
}

/** The newest, made where there is none yet. */
export async function newestKey(tx: Transaction, vault: Vault, now: Date): Promise<MarkKey> {
  const [newest] = await markKeys(tx);
  return newest ?? rotateMarkKey(tx, vault, now);
}

/** Makes the next key, which signs every lot from now on. */
export async function rotateMarkKey(tx: Transaction, vault: Vault, now: Date): Promise<MarkKey> {
  await tx`select pg_advisory_xact_lock(hashtextextended('mark_key', 0))`;
  const number = ((await markKeys(tx))[0]?.number ?? 0) + 1;
  if (number > MAX_KEYS) throw new Problem('refused', `There are ${MAX_KEYS} keys of marks already.`);
  const { private_key: opened, public_key } = newKeyPair();
  const private_key = await vault.seal(INSTALLATION, markKeyPlace(String(number)), opened);
  await tx`insert into mark_key ${tx({ number, private_key, public_key, made_at: now })}`;
  return { number, public_key };
}

/** `whsk_...` */
export async function privateKeyText(sql: Sql, vault: Vault, number: number): Promise<string> {
  const [row] = await sql<
    { private_key: string }[]
  >`select private_key from mark_key where number = ${number}`;
  return vault.open(INSTALLATION, markKeyPlace(String(number)), row!.private_key);
}

export async function privateKey(sql: Sql, vault: Vault, number: number): Promise<KeyObject> {
  return parsePrivateKey(await privateKeyText(sql, vault, number));
}

/** Its kid is the number that marks name. */
export function markJwk({ number, public_key }: MarkKey): Jwk {
  return { ...jwkOf(public_key), kid: String(number) };
}

export function publicKeyOf({ public_key }: MarkKey): KeyObject {
  return parsePublicKey(public_key);
}
