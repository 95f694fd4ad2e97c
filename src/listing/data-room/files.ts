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

/** How names of files end, and what they then are. */
const KINDS: Readonly<Record<string, MediaType>> = {
  pdf: 'application/pdf',
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  txt: 'text/plain',
  csv: 'text/csv',
};
export const ENDINGS = Object.keys(KINDS);

/** Null for what a data room does not take. */
export function mediaTypeOf(file_name: string): MediaType | null {
  return KINDS[file_name.toLowerCase().split('.').at(-1)!] ?? null;
}

export type FileFault = 'empty' | 'too_large' | 'other_kind';

/** What is wrong with a file. @param media_type that it says to be; null for none that is taken */
export function faultOf(bytes: Buffer, media_type: MediaType | null): FileFault | null {
  if (bytes.length === 0) return 'empty';
  if (bytes.length > MAX_DOCUMENT_BYTES) return 'too_large';
  return media_type !== null && isOf(bytes, media_type) ? null : 'other_kind';
}

/** @throws Problem `refused` for what is no base64, empty, too large, or not of the kind that it says */
export function readFile(content_base64: string, media_type: MediaType): Buffer {
  const bytes = Buffer.from(content_base64, 'base64');
  const fault = bytes.toString('base64') === content_base64 ? faultOf(bytes, media_type) : 'empty';
  if (fault === null) return bytes;
  const detail = {
    empty: 'is no base64 of a file',
    too_large: `is of ${bytes.length} bytes, and may be of ${MAX_DOCUMENT_BYTES} at most`,
    other_kind: `is no ${media_type}; a data room takes ${MEDIA_TYPES.join(', ')}`,
  }[fault];
  const pointer = '/body/content_base64';
  throw new Problem('refused', `The field content_base64 ${detail}.`, [{ pointer, detail }]);
}

function isOf(bytes: Buffer, media_type: MediaType): boolean {
  const beginning = BEGINNINGS[media_type];
  if (beginning) return bytes.subarray(0, beginning.length).equals(beginning);
  return !bytes.includes(0) && Buffer.from(bytes.toString('utf8')).equals(bytes);
}
