/**
 * Whether a file may be stored, once all of it was read. Many bad records mean that its layout has changed or its mapping is
 * wrong, and then the good ones cannot be trusted either: the file is paused until somebody has looked at it.
 */
import type { QuarantinedRecord } from './sources/record.ts';

export const MOST_BAD_SHARE = 0.02;

export interface Survey {
  read: number;
  bad: number;
  /** Null when none is bad. */
  first_bad: Pick<QuarantinedRecord, 'line' | 'field' | 'reason'> | null;
}

/** Why the file must wait; null when it may be stored. */
export function pauseReason({ read, bad, first_bad }: Survey): string | null {
  if (first_bad === null || bad <= MOST_BAD_SHARE * read) return null;
  const { line, field, reason } = first_bad;
  const share = ((100 * bad) / read).toFixed(2);
  return (
    `${bad} of ${read} records are bad (${share} %, at most ${100 * MOST_BAD_SHARE} % are taken), the first in line ${line}, ` +
    `${field}: ${reason.replace(/\.$/, '')}. Nothing was stored: mend the file, or store its good records with npm run ingest -- --accept-bad FILE.`
  );
}
