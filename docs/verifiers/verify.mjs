/**
 * Verifies a signed event of Pledgewatch: Standard Webhooks 1.0.0, schemes v1 (HMAC-SHA256) and v1a (ed25519).
 * Copy this file into your code. It needs Node 18 or later and no package.
 */
import { createHmac, createPublicKey, timingSafeEqual, verify as verifyEd25519 } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export const TOLERANCE_S = 300;

const MALFORMED_KEY =
  'A key is "whsec_" and base64 of 24 to 64 bytes, "whpk_" and base64 of 32 bytes, ' +
  'or the x of a JWK: copy it again, whole.';

/** `reason` is one word, safe to log; answer 401. */
export class VerificationError extends Error {
  constructor(reason) {
    super(`The webhook is not verified: ${reason}`);
    this.reason = reason;
  }
}

/**
 * Returns the webhook-id, which every retry carries again: skip an id that you have stored.
 * Throws a `VerificationError` when the event is not to be trusted, a `TypeError` when the key is malformed.
 * @param {Record<string, string | string[] | undefined>} headers names in any case, such as `request.headers`
 * @param {string | Uint8Array} body exactly as received, before any JSON parser
 * @param {string} secretOrKey `whsec_...` verifies v1; `whpk_...` or the `x` of a JWK verifies v1a
 * @param {number} now Unix seconds
 */
export function verify(headers, body, secretOrKey, now = Math.floor(Date.now() / 1000)) {
  const matches = matcher(secretOrKey);
  const [id, timestamp, signatures] = ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) =>
    single(headers, name),
  );
  if (!id || !timestamp || !signatures) throw new VerificationError('missing_header');
  if (!/^[A-Za-z0-9_-]{1,256}$/.test(id)) throw new VerificationError('malformed_id');
  if (!/^(0|[1-9][0-9]{0,11})$/.test(timestamp)) throw new VerificationError('malformed_timestamp');
  if (Number(timestamp) < now - TOLERANCE_S) throw new VerificationError('too_old');
  if (Number(timestamp) > now + TOLERANCE_S) throw new VerificationError('too_new');
  const signed = Buffer.concat([Buffer.from(`${id}.${timestamp}.`), Buffer.from(body)]);
  if (!signatures.split(' ').some((signature) => matches(signed, signature))) {
    throw new VerificationError('no_matching_signature');
  }
  return id;
}

/** The test of one signature; the prefix of the key alone decides the scheme, never the sender. */
function matcher(secretOrKey) {
  if (secretOrKey.startsWith('whsec_')) {
    const secret = decode(secretOrKey.slice(6), 'base64');
    if (!secret || secret.length < 24 || secret.length > 64) throw new TypeError(MALFORMED_KEY);
    return (signed, signature) => {
      const expected = Buffer.from(`v1,${createHmac('sha256', secret).update(signed).digest('base64')}`);
      const given = Buffer.from(signature);
      return given.length === expected.length && timingSafeEqual(given, expected);
    };
  }
  const raw = secretOrKey.startsWith('whpk_')
    ? decode(secretOrKey.slice(5), 'base64')
    : decode(secretOrKey, 'base64url');
  if (raw?.length !== 32) throw new TypeError(MALFORMED_KEY);
  const jwk = { kty: 'OKP', crv: 'Ed25519', x: raw.toString('base64url') };
  const key = createPublicKey({ key: jwk, format: 'jwk' });
  return (signed, signature) => {
    const given = signature.startsWith('v1a,') ? decode(signature.slice(4), 'base64') : null;
    return given?.length === 64 && verifyEd25519(null, signed, key, given);
  };
}

/** Node decodes whatever it can; only the one right spelling comes back the same. */
function decode(text, encoding) {
  const bytes = Buffer.from(text, encoding);
  return bytes.toString(encoding) === text ? bytes : null;
}

/** A header given twice counts as missing. */
function single(headers, name) {
  const values = Object.keys(headers)
    .filter((key) => key.toLowerCase() === name)
    .flatMap((key) => headers[key]);
  return values.length === 1 ? values[0] : null;
}

/** For tests; leave it out. Reads one test case a line, prints `ok` or the reason a line. */
async function main() {
  for await (const line of createInterface({ input: process.stdin })) {
    const { headers, body, key, now } = JSON.parse(line);
    let outcome = 'ok';
    try {
      verify(headers, Buffer.from(body, 'base64'), key, now);
    } catch (error) {
      outcome = error.reason ?? error.message;
    }
    process.stdout.write(`${outcome}\n`);
  }
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) await main();
