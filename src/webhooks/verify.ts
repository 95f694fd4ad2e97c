/**
 * Verifying a signed event on the receiver's side. It needs only `sign.ts`, so that a bank can copy the two files.
 *
 * How to use it: read the raw body as bytes before any JSON parser touches it, call `verify`, answer 401 unless
 * `ok`, skip an `id` seen before (every retry carries the same one), store the event, answer 204.
 * Source: Standard Webhooks specification 1.0.0; the tolerance of five minutes is that of its reference library.
 */
import { timingSafeEqual } from 'node:crypto';
import { signature, WEBHOOK_ID } from './sign.ts';

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
 * Checks one received event against the secrets that are active for its endpoint. `now_s` and `timestamp` are Unix
 * seconds. Signatures of other versions than `v1` are passed over. The time taken does not tell how much of a
 * signature was right. Throws a `TypeError` only on a malformed secret of the receiver's own.
 */
export function verify(
  headers: ReceivedHeaders,
  raw_body: string | Uint8Array,
  secrets: readonly string[],
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

  const expected = secrets.map((secret) => Buffer.from(signature(id, timestamp, raw_body, secret)));
  const given = signatures.split(' ').map((text) => Buffer.from(text));
  let matches = 0;
  for (const a of expected) {
    for (const b of given) {
      if (a.length === b.length && timingSafeEqual(a, b)) matches += 1;
    }
  }
  return matches > 0 ? { ok: true, id, timestamp } : { ok: false, reason: 'no_matching_signature' };
}

function single(headers: ReceivedHeaders, name: string): string | null {
  const values = Object.keys(headers)
    .filter((key) => key.toLowerCase() === name)
    .map((key) => headers[key]);
  return values.length === 1 && typeof values[0] === 'string' ? values[0] : null;
}
