/** What an owner may not give an endpoint, refused with place, rule and remedy. */
import { fieldFault, Problem } from '../errors.ts';
import type { AddressGuard } from './address-guard.ts';
import { headersRefusal } from './custom-headers.ts';
import { parseSecret } from './sign.ts';

/** @throws Problem naming what is wrong with the address */
export function refuseUrl(guard: AddressGuard, url: string): void {
  const sentence = guard.urlRefusal(url);
  if (sentence === null) return;
  const fault = fieldFault('/body/url', sentence);
  throw new Problem('webhook_url_refused', sentence, [fault]);
}

/** @throws Problem that never repeats the secret */
export function refuseSecret(secret: string | undefined): void {
  try {
    if (secret !== undefined) parseSecret(secret);
  } catch (error) {
    const detail = (error as Error).message;
    throw new Problem('bad_request', detail, [{ pointer: '/body/secret', detail }]);
  }
}

/** @throws Problem that names the header and never repeats its value */
export function refuseHeaders(headers: Readonly<Record<string, string>>): void {
  const refusal = headersRefusal(headers);
  if (!refusal) return;
  const { name, rule } = refusal;
  const pointer = `/body/headers/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
  throw new Problem('bad_request', `${pointer} ${rule}.`, [{ pointer, detail: rule }]);
}
