import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { crc32 } from 'node:zlib';

const PREFIX = 'pwk';
const SECRET_BYTES = 32;
const PUBLIC_ID_BYTES = 8;

/**
 * A machine's key: `pwk_<public id>_<secret>_<checksum>`. Only the secret's SHA-256 is kept. The checksum (CRC-32 of what
 * stands before it) lets scanners of leaked secrets tell one from other text without asking us.
 */
export interface MintedKey {
  /** Shown once. */
  key: string;
  id: string;
  secret_sha256: Buffer;
}

export function mintKey(): MintedKey {
  const id = randomBytes(PUBLIC_ID_BYTES).toString('hex');
  const secret = randomBytes(SECRET_BYTES).toString('base64url');
  const body = `${PREFIX}_${id}_${secret}`;
  return { key: `${body}_${checksum(body)}`, id, secret_sha256: hash(secret) };
}

/** @returns the two parts, or null when the text is no key of ours; keys of the first days have no checksum */
export function parseKey(text: string): { id: string; secret: string } | null {
  const match = /^(pwk_([0-9a-f]{16})_([A-Za-z0-9_-]{43}))(?:_([0-9a-f]{8}))?$/.exec(text);
  if (!match) return null;
  const [, body, id, secret, sum] = match;
  return sum === undefined || sum === checksum(body!) ? { id: id!, secret: secret! } : null;
}

/** Constant-time comparison; 256 random bits need no slow hash (OWASP ASVS 5.0, 6.5.2). */
export function secretMatches(secret: string, secret_sha256: Buffer): boolean {
  return timingSafeEqual(hash(secret), secret_sha256);
}

function checksum(text: string): string {
  return crc32(text).toString(16).padStart(8, '0');
}

function hash(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}
