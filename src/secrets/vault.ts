/**
 * Secrets at rest by envelope encryption (docs/decisions/0024-secrets-at-rest.md). Each owner has a data key, kept in the
 * database wrapped by the master key, which never is. A sealed text is `pw1.<version of the data key>.<sealed bytes>` and
 * opens for the owner and the place alone that it was sealed for.
 */
import { createHash, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import type { Database } from '../db/client.ts';
import { doesNotOpen, KEY_BYTES, openBytes, sealBytes } from './seal.ts';

/** Owner of what is no organisation's. */
export const INSTALLATION = 'installation';
/** What every sealed text begins with, and nothing else that is kept in its place. */
export const SEALED_PREFIX = 'pw1.';
const SEALED = /^pw1\.([1-9]\d{0,8})\.([A-Za-z0-9_-]+)$/;

export interface Vault {
  /** @param place where the text is kept, such as `endpoint/<id>` */
  seal(owner: string, place: string, text: string): Promise<string>;
  /** Many at once, in their order: the keys are asked for once. */
  sealAll(owner: string, texts: readonly { place: string; text: string }[]): Promise<string[]>;
  /** @throws SealedTextError when it was changed, or sealed for another owner or place */
  open(owner: string, place: string, sealed: string): Promise<string>;
  /** Makes an owner’s next data key, which every process seals with from then on; what is sealed opens as before. */
  renew(owner: string): Promise<void>;
  /** A keyed hash by which a sealed text is found again: the same for the same text, place and owner, ever after. */
  fingerprint(owner: string, place: string, text: string): Promise<string>;
}

/** An owner's data keys by version, newest first. */
type DataKeys = ReadonlyMap<number, Buffer>;

/**
 * Makes a vault; nothing is asked of the database before its first use. A data key that is missing is made and committed
 * by itself, so that none is lost with the transaction that uses it.
 * @param database as the jobs see it; a connection besides that of the caller's transaction must be free in it
 * @param master_key 32 bytes
 */
export function createVault({ sql }: Database, master_key: Buffer): Vault {
  const known = new Map<string, DataKeys>();
  const load = async (owner: string): Promise<DataKeys> => {
    const rows = await sql<{ version: number; wrapped: string }[]>`
      select version, wrapped from data_key where owner = ${owner} order by version desc`;
    const keys = new Map(
      rows.map(({ version, wrapped }) => [version, unwrap(master_key, owner, version, wrapped)]),
    );
    if (keys.size > 0) known.set(owner, keys);
    return keys;
  };
  /** Does nothing when another process was first. */
  const make = async (owner: string, version: number): Promise<void> => {
    const wrapped = wrap(master_key, owner, version, randomBytes(KEY_BYTES));
    const row = { owner, version, wrapped, master_id: masterIdOf(master_key) };
    await sql`insert into data_key ${sql(row)} on conflict do nothing`;
  };
  /** Asked each time: another process may have made a newer one. */
  const keysOf = async (owner: string): Promise<DataKeys> => {
    for (;;) {
      const keys = await load(owner);
      if (keys.size > 0) return keys;
      await make(owner, 1);
    }
  };
  const sealAll: Vault['sealAll'] = async (owner, texts) => {
    const [version, key] = [...(await keysOf(owner))][0]!;
    return texts.map(
      ({ place, text }) =>
        `${SEALED_PREFIX}${version}.${sealBytes(key, [owner, place, version], Buffer.from(text))}`,
    );
  };
  return {
    seal: async (owner, place, text) => (await sealAll(owner, [{ place, text }]))[0]!,
    sealAll,
    async open(owner, place, sealed) {
      const [, digits, bytes] = SEALED.exec(sealed) ?? [];
      const version = Number(digits);
      const about = [owner, place, version];
      const key = bytes && (known.get(owner)?.get(version) ?? (await load(owner)).get(version));
      if (!key) throw doesNotOpen(about);
      return openBytes(key, about, bytes).toString();
    },
    async renew(owner) {
      const [version] = [...(await keysOf(owner)).keys()];
      await make(owner, version! + 1);
    },
    async fingerprint(owner, place, text) {
      const oldest = [...(await keysOf(owner)).values()].at(-1)!;
      const key = Buffer.from(hkdfSync('sha256', oldest, '', 'fingerprint', KEY_BYTES));
      return createHmac('sha256', key)
        .update(JSON.stringify([owner, place, text]))
        .digest('base64url');
    },
  };
}

/** Tells master keys apart without telling anything of them. */
export function masterIdOf(master_key: Buffer): string {
  return createHash('sha256').update(master_key).digest('hex').slice(0, 16);
}

export function newMasterKey(): Buffer {
  return randomBytes(KEY_BYTES);
}

export function wrap(master_key: Buffer, owner: string, version: number, data_key: Buffer): string {
  return sealBytes(master_key, ['data_key', owner, version], data_key);
}

/** @throws SealedTextError when it was changed, is another's, or was wrapped by another master key */
export function unwrap(master_key: Buffer, owner: string, version: number, wrapped: string): Buffer {
  return openBytes(master_key, ['data_key', owner, version], wrapped);
}
