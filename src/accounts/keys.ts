import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

const PREFIX = 'pwk';
const SECRET_BYTES = 32;
const PUBLIC_ID_BYTES = 8;

/** A machine's key: `pwk_<public id>_<secret>`. Only the secret's SHA-256 is kept. */
export interface MintedKey {
  /** Shown once. */
  key: string;
  id: string;
  secret_sha256: Buffer;
}

export function mintKey(): MintedKey {
  const id = randomBytes(PUBLIC_ID_BYTES).toString('hex');
  const secret = randomBytes(SECRET_BYTES).toString('base64url');
  return { key: `${PREFIX}_${id}_${secret}`, id, secret_sha256: hash(secret) };
}

/** @returns the two parts, or null when the text is no key of ours */
export function parseKey(text: string): { id: string; secret: string } | null {
  const match = /^pwk_([0-9a-f]{16})_([A-Za-z0-9_-]{43})$/.exec(text);
  return match ? { id: match[1]!, secret: match[2]! } : null;
}

/** Constant-time comparison; 256 random bits need no slow hash (OWASP ASVS 5.0, 6.5.2). */
export function secretMatches(secret: string, secret_sha256: Buffer): boolean {
  return timingSafeEqual(hash(secret), secret_sha256);
}

function hash(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}
