/** AES-256-GCM with associated data, as one text: the base64url of nonce (12 bytes), ciphertext and tag (16 bytes). No I/O. */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/** Of a master key and of a data key. */
export const KEY_BYTES = 32;
const CIPHER = 'aes-256-gcm';
/** Random for each text: NIST SP 800-38D, 8.3 allows 2^32 of them under one key. */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** A sealed text was changed, is not where it was sealed, or was sealed with another key. Its words quote no text. */
export class SealedTextError extends Error {}

/** @param about what must be said again, to the letter, to open it */
export function sealBytes(key: Buffer, about: readonly (string | number)[], bytes: Buffer): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES }).setAAD(dataOf(about));
  return Buffer.concat([nonce, cipher.update(bytes), cipher.final(), cipher.getAuthTag()]).toString(
    'base64url',
  );
}

/** @throws SealedTextError */
export function openBytes(key: Buffer, about: readonly (string | number)[], sealed: string): Buffer {
  const bytes = Buffer.from(sealed, 'base64url');
  // Decoding passes over letters that are none and bits that are left over.
  if (bytes.length < NONCE_BYTES + TAG_BYTES || bytes.toString('base64url') !== sealed)
    throw doesNotOpen(about);
  const opening = createDecipheriv(CIPHER, key, bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES })
    .setAAD(dataOf(about))
    .setAuthTag(bytes.subarray(-TAG_BYTES));
  try {
    return Buffer.concat([opening.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)), opening.final()]);
  } catch {
    throw doesNotOpen(about);
  }
}

export function doesNotOpen(about: readonly (string | number)[]): SealedTextError {
  return new SealedTextError(
    `What is sealed as ${about.join(', ')} does not open: it was changed, moved there from elsewhere, or sealed with another key. Put back the row as it was, or make the secret anew.`,
  );
}

/** JSON parts its items, so no two lists are the same bytes. */
function dataOf(about: readonly (string | number)[]): Buffer {
  return Buffer.from(JSON.stringify(about));
}
