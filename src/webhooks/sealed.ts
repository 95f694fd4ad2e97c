/** What of an endpoint is sealed at rest: its secrets, and its own headers by lower-case name as one text. */
import type { Vault } from '../secrets/vault.ts';

export type OwnHeaders = Readonly<Record<string, string>>;

/** Of its secret and of the one before, so that a rotation only moves it on. */
export function endpointPlace(id: string): string {
  return `endpoint/${id}`;
}

export function headersPlace(id: string): string {
  return `endpoint/${id}/headers`;
}

interface Owned {
  id: string;
  organisation_id: string;
}

/** @returns null for none */
export async function sealHeaders(
  vault: Vault,
  { id, organisation_id }: Owned,
  headers: OwnHeaders,
): Promise<string | null> {
  if (Object.keys(headers).length === 0) return null;
  return vault.seal(organisation_id, headersPlace(id), JSON.stringify(headers));
}

/** @throws SealedTextError */
export async function openHeaders(
  vault: Vault,
  { id, organisation_id }: Owned,
  sealed: string | null,
): Promise<OwnHeaders> {
  return sealed === null ? {} : JSON.parse(await vault.open(organisation_id, headersPlace(id), sealed));
}
