/** Feeds into the patent database. */
import { type IngestCounts, ingestSurveyed } from '../src/patents/ingest.ts';
import { SourceFormatError } from '../src/patents/sources/record.ts';
import type { JobContext } from './context.ts';
import type { FeedItem } from './feeds.ts';

/** Stores what every feed has for the slot. An item without its layout is refused, one with many bad records paused; neither holds up the next. */
export async function ingest({ database, clock, feeds }: JobContext, slot: Date): Promise<IngestCounts> {
  const total: IngestCounts = { read: 0, accepted: 0, duplicate: 0, quarantined: 0, signals: 0 };
  for (const feed of feeds) {
    for await (const item of feed.items(slot)) {
      const source = { id: item.source, name: item.name, sha256: item.sha256 };
      const known_at = item.known_at ?? clock.now();
      const stored = await ingestSurveyed(database, source, item.records(), known_at).catch(refused(item));
      if (stored?.reason) await item.pause?.(stored.reason);
      const counts = stored?.counts ?? null;
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
