/** Secrets that are shown once: sessions, tickets, invitations. 256 random bits need no slow hash (OWASP ASVS 5.0, 6.5.2). */
import { createHash, randomBytes } from 'node:crypto';

const TOKEN_BYTES = 32;
export const TOKEN_PATTERN = '^[A-Za-z0-9_-]{43}$';

export interface MintedToken {
  /** Base64url of 32 random bytes. */
  token: string;
  token_sha256: Buffer;
}

export function mintToken(): MintedToken {
  const token = randomBytes(TOKEN_BYTES).toString('base64url');
  return { token, token_sha256: hashToken(token) };
}

/** What is kept of one, and by which it is found. */
export function hashToken(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
