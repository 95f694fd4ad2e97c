/** Feeds into the patent database. */
import { type IngestCounts, ingestRecords } from '../src/patents/ingest.ts';
import { SourceFormatError } from '../src/patents/sources/record.ts';
import type { JobContext } from './context.ts';
import type { FeedItem } from './feeds.ts';

/** Stores what every feed has for the slot. An item without its layout is refused and does not hold up the next. */
export async function ingest({ database, clock, feeds }: JobContext, slot: Date): Promise<IngestCounts> {
  const total: IngestCounts = { read: 0, accepted: 0, duplicate: 0, quarantined: 0, signals: 0 };
  for (const feed of feeds) {
    for await (const item of feed.items(slot)) {
      const source = { id: item.source, name: item.name };
      const known_at = item.known_at ?? clock.now();
      const counts = await ingestRecords(database, source, item.records, known_at).catch(refused(item));
      if (counts === null) continue;
      for (const key of Object.keys(total) as (keyof IngestCounts)[]) total[key] += counts[key];
      await item.done?.();
    }
  }
  return total;
}

function refused(item: FeedItem) {
  return async (error: unknown): Promise<null> => {
    if (!(error instanceof SourceFormatError && item.refuse)) throw error;
    await item.refuse(error);
    return null;
  };
}
