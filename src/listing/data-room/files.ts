/** Which files a data room takes: by what they are, not by what they are called. */
import { Problem } from '../../errors.ts';

export const MAX_DOCUMENT_BYTES = 2_097_152;
/** Of one listing. */
export const MAX_DOCUMENTS = 50;

export const MEDIA_TYPES = ['application/pdf', 'image/png', 'image/jpeg', 'text/plain', 'text/csv'] as const;
export type MediaType = (typeof MEDIA_TYPES)[number];

/** How a file of the kind begins. */
const BEGINNINGS: Partial<Record<MediaType, Buffer>> = {
  'application/pdf': Buffer.from('%PDF-'),
  'image/png': Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
  'image/jpeg': Buffer.from([0xff, 0xd8, 0xff]),
};

/** @throws Problem `refused` for what is no base64, empty, too large, or not of the kind that it says */
export function readFile(content_base64: string, media_type: MediaType): Buffer {
  const bytes = Buffer.from(content_base64, 'base64');
  const refuse = (detail: string) => {
    const pointer = '/body/content_base64';
    return new Problem('refused', `The field content_base64 ${detail}.`, [{ pointer, detail }]);
  };
  if (bytes.length === 0 || bytes.toString('base64') !== content_base64)
    throw refuse('is no base64 of a file');
  if (bytes.length > MAX_DOCUMENT_BYTES)
    throw refuse(`is of ${bytes.length} bytes, and may be of ${MAX_DOCUMENT_BYTES} at most`);
  if (!isOf(bytes, media_type))
    throw refuse(`is no ${media_type}; a data room takes ${MEDIA_TYPES.join(', ')}`);
  return bytes;
}

function isOf(bytes: Buffer, media_type: MediaType): boolean {
  const beginning = BEGINNINGS[media_type];
  if (beginning) return bytes.subarray(0, beginning.length).equals(beginning);
  return !bytes.includes(0) && Buffer.from(bytes.toString('utf8')).equals(bytes);
}
