/** What an owner may not give an endpoint, refused with place, rule and remedy. */
import { Problem } from '../errors.ts';
import type { AddressGuard } from './address-guard.ts';
import { headersRefusal } from './custom-headers.ts';
import { parseSecret } from './sign.ts';

/** @throws Problem naming what is wrong with the address */
export function refuseUrl(guard: AddressGuard, url: string): void {
  const detail = guard.urlRefusal(url);
  if (detail) throw new Problem('webhook_url_refused', detail, [{ pointer: '/body/url', detail }]);
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
