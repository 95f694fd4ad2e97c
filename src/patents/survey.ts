/**
 * A look through a file before anything of it is stored. Many bad records mean that its layout has changed or its mapping is
 * wrong, and then the good ones cannot be trusted either: the file is paused until somebody has looked at it.
 */
import type { Database } from '../db/client.ts';
import { type IngestCounts, ingestRecords, type SourceOfRun } from './ingest.ts';
import type { QuarantinedRecord, SourceRecord } from './sources/record.ts';

export const MOST_BAD_SHARE = 0.02;
/** Bad records that are kept for whoever looks at a paused file. */
const SHOWN_RECORDS = 100;

interface Survey {
  read: number;
  bad: number;
  /** The first of the bad ones. */
  shown: QuarantinedRecord[];
}

async function survey(records: AsyncIterable<SourceRecord>): Promise<Survey> {
  const found: Survey = { read: 0, bad: 0, shown: [] };
  for await (const record of records) {
    found.read += 1;
    if (record.ok) continue;
    found.bad += 1;
    if (found.shown.length < SHOWN_RECORDS) found.shown.push(record);
  }
  return found;
}

/** Why the file must wait; null when it may be stored. */
function pauseReason({ read, bad, shown }: Survey): string | null {
  if (bad <= MOST_BAD_SHARE * read) return null;
  const { line, field, reason } = shown[0]!;
  const share = ((100 * bad) / read).toFixed(2);
  return (
    `${bad} of ${read} records are bad (${share} %, at most ${100 * MOST_BAD_SHARE} % are taken), the first in line ${line}, ` +
    `${field}: ${reason.replace(/\.$/, '')}. Nothing was stored: mend the file, or store its good records with npm run ingest -- --accept-bad FILE.`
  );
}

export interface StoredOrPaused {
  /** Null when nothing was stored. */
  counts: IngestCounts | null;
  reason: string | null;
}

/**
 * Stores a file after a look through it. A paused one publishes nothing and leaves a run that says why, with its bad records
 * in the quarantine.
 * @param records from the start, at every call
 */
export async function ingestSurveyed(
  database: Database,
  source: SourceOfRun,
  records: () => AsyncIterable<SourceRecord>,
  known_at: Date,
): Promise<StoredOrPaused> {
  const found = await survey(records());
  const reason = pauseReason(found);
  if (reason === null) return { counts: await ingestRecords(database, source, records(), known_at), reason };
  await ingestRecords(database, source, found.shown, known_at, `paused: ${reason}`);
  return { counts: null, reason };
}
