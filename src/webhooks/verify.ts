/**
 * Verifying a signed event on the receiver's side. It needs only `sign.ts`, so that a bank can copy the two files.
 *
 * How to use it: read the raw body as bytes before any JSON parser touches it, call `verify`, answer 401 unless
 * `ok`, skip an `id` seen before (every retry carries the same one), store the event, answer 204.
 * Source: Standard Webhooks specification 1.0.0; the tolerance of five minutes is that of its reference library.
 */
import { timingSafeEqual, verify as verifyBytes } from 'node:crypto';
import { PUBLIC_KEY_PREFIX, parsePublicKey, signature, signedBytes, WEBHOOK_ID } from './sign.ts';

export const TOLERANCE_S = 300;

export type RejectionReason =
  | 'missing_header'
  | 'malformed_id'
  | 'malformed_timestamp'
  | 'too_old'
  | 'too_new'
  | 'no_matching_signature';

export type Verification =
  | { ok: true; id: string; timestamp: number }
  | { ok: false; reason: RejectionReason };

/** Header names in any case; a name given twice counts as missing. */
export type ReceivedHeaders = Readonly<Record<string, string | string[] | undefined>>;

/**
 * Checks one received event against the keys that the receiver holds: `whsec_` secrets of its endpoint (`v1`), `whpk_`
 * public keys of the service (`v1a`), or both; one match is enough. The prefix of a key alone decides the scheme, never
 * the sender. `now_s` and `timestamp` are Unix seconds. Signatures of other versions are passed over. The time taken
 * does not tell how much of a signature was right. Throws a `TypeError` only on a malformed key of the receiver's own.
 */
export function verify(
  headers: ReceivedHeaders,
  raw_body: string | Uint8Array,
  keys: readonly string[],
  now_s: number,
  tolerance_s: number = TOLERANCE_S,
): Verification {
  const id = single(headers, 'webhook-id');
  const sent = single(headers, 'webhook-timestamp');
  const signatures = single(headers, 'webhook-signature');
  if (!id || !sent || !signatures) return { ok: false, reason: 'missing_header' };
  if (!WEBHOOK_ID.test(id)) return { ok: false, reason: 'malformed_id' };
  if (!/^(0|[1-9]\d{0,11})$/.test(sent)) return { ok: false, reason: 'malformed_timestamp' };
  const timestamp = Number(sent);
  if (timestamp < now_s - tolerance_s) return { ok: false, reason: 'too_old' };
  if (timestamp > now_s + tolerance_s) return { ok: false, reason: 'too_new' };

  const given = signatures.split(' ');
  const matches = keys.map((key) => signedWith(key, given, id, timestamp, raw_body));
  return matches.includes(true)
    ? { ok: true, id, timestamp }
    : { ok: false, reason: 'no_matching_signature' };
}

function signedWith(
  key: string,
  given: readonly string[],
  id: string,
  timestamp_s: number,
  body: string | Uint8Array,
): boolean {
  if (key.startsWith(PUBLIC_KEY_PREFIX)) {
    const [public_key, bytes] = [parsePublicKey(key), signedBytes(id, timestamp_s, body)];
    return given.map(ed25519Of).some((each) => each !== null && verifyBytes(null, bytes, public_key, each));
  }
  const expected = Buffer.from(signature(id, timestamp_s, body, key));
  const matches = given
    .map((text) => Buffer.from(text))
    .filter((each) => each.length === expected.length && timingSafeEqual(each, expected));
  return matches.length > 0;
}

/** The 64 bytes of a `v1a` signature in its one right spelling, else null. */
function ed25519Of(text: string): Buffer | null {
  const bytes = Buffer.from(text.slice('v1a,'.length), 'base64');
  return bytes.length === 64 && `v1a,${bytes.toString('base64')}` === text ? bytes : null;
}

function single(headers: ReceivedHeaders, name: string): string | null {
  const values = Object.keys(headers)
    .filter((key) => key.toLowerCase() === name)
    .map((key) => headers[key]);
  return values.length === 1 && typeof values[0] === 'string' ? values[0] : null;
}
