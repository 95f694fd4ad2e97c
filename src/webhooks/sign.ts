/**
 * Signing by Standard Webhooks 1.0.0, symmetric scheme `v1` (HMAC-SHA256), and nothing else.
 *
 * The signed text is `{id}.{timestamp}.{body}`: `id` stays the same over all attempts, `timestamp` is the time of
 * this attempt in Unix seconds, `body` is exactly the bytes sent.
 * Source: Standard Webhooks specification 1.0.0, https://www.standardwebhooks.com
 */
import { createHmac, randomBytes } from 'node:crypto';

export const SECRET_PREFIX = 'whsec_';
export const NEW_SECRET_BYTES = 32;
export const MIN_SECRET_BYTES = 24;
export const MAX_SECRET_BYTES = 64;

/** No dot, because dots part the signed text; at most 256 letters that are safe in a header. */
export const WEBHOOK_ID = /^[A-Za-z0-9_-]{1,256}$/;

/** The three headers of one attempt. */
export type WebhookHeaders = Record<'webhook-id' | 'webhook-timestamp' | 'webhook-signature', string>;

/** A fresh secret: `whsec_` and the base64 of 32 random bytes. */
export function newSecret(): string {
  return SECRET_PREFIX + randomBytes(NEW_SECRET_BYTES).toString('base64');
}

/**
 * The key bytes of a secret. Throws a `TypeError` that never repeats the secret when the prefix, the base64 or the
 * length (24 to 64 bytes) is wrong.
 */
export function parseSecret(secret: string): Buffer {
  if (!secret.startsWith(SECRET_PREFIX)) {
    throw new TypeError(`A webhook secret starts with "${SECRET_PREFIX}": pass it whole, as it was issued.`);
  }
  const text = secret.slice(SECRET_PREFIX.length);
  const key = Buffer.from(text, 'base64');
  if (key.toString('base64') !== text) {
    throw new TypeError(
      `A webhook secret is padded base64 after "${SECRET_PREFIX}": copy it again without spaces or line ends.`,
    );
  }
  if (key.length < MIN_SECRET_BYTES || key.length > MAX_SECRET_BYTES) {
    throw new TypeError(
      `A webhook secret has ${MIN_SECRET_BYTES} to ${MAX_SECRET_BYTES} bytes, this one has ${key.length}: issue a new one.`,
    );
  }
  return key;
}

/** One `v1,<base64>` signature with one secret; the parts are taken as they are. */
export function signature(
  id: string,
  timestamp_s: number,
  body: string | Uint8Array,
  secret: string,
): string {
  const hmac = createHmac('sha256', parseSecret(secret)).update(`${id}.${timestamp_s}.`).update(body);
  return `v1,${hmac.digest('base64')}`;
}

/**
 * The value of `webhook-signature`: one signature for each active secret, parted by spaces, so that a receiver
 * holding the old or the new secret accepts the event while secrets rotate.
 * Throws a `TypeError` on an id with a dot, a timestamp that is not whole seconds, or no secret.
 */
export function sign(
  id: string,
  timestamp_s: number,
  body: string | Uint8Array,
  secrets: readonly string[],
): string {
  if (!WEBHOOK_ID.test(id)) {
    throw new TypeError(
      'A webhook id has 1 to 256 letters, digits, "_" or "-", and no dot: issue another id.',
    );
  }
  if (!Number.isSafeInteger(timestamp_s) || timestamp_s < 0) {
    throw new TypeError(`A webhook timestamp is whole Unix seconds, not ${timestamp_s}: round it down.`);
  }
  if (secrets.length === 0) {
    throw new TypeError('A webhook is signed with at least one secret: issue one for this endpoint.');
  }
  return secrets.map((secret) => signature(id, timestamp_s, body, secret)).join(' ');
}

/** All headers of one signed attempt; errors as in `sign`. */
export function headers(
  id: string,
  timestamp_s: number,
  body: string | Uint8Array,
  secrets: readonly string[],
): WebhookHeaders {
  return {
    'webhook-id': id,
    'webhook-timestamp': String(timestamp_s),
    'webhook-signature': sign(id, timestamp_s, body, secrets),
  };
}
