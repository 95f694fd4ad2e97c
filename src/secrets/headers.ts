/** Request headers of an owner’s own, sealed as one text. */
import type { Vault } from './vault.ts';

export type OwnHeaders = Readonly<Record<string, string>>;

/** @returns null for none */
export async function sealHeaders(
  vault: Vault,
  owner: string,
  place: string,
  headers: OwnHeaders,
): Promise<string | null> {
  return Object.keys(headers).length === 0 ? null : vault.seal(owner, place, JSON.stringify(headers));
}

/** @throws SealedTextError */
export async function openHeaders(
  vault: Vault,
  owner: string,
  place: string,
  sealed: string | null,
): Promise<OwnHeaders> {
  return sealed === null ? {} : JSON.parse(await vault.open(owner, place, sealed));
}
