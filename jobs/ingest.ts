/** Feeds into the patent database. */
import { type IngestCounts, ingestRecords } from '../src/patents/ingest.ts';
import type { JobContext } from './context.ts';

export async function ingest({ database, feeds }: JobContext, slot: Date): Promise<IngestCounts> {
  const total: IngestCounts = { read: 0, accepted: 0, duplicate: 0, quarantined: 0, signals: 0 };
  for (const feed of feeds) {
    for await (const item of feed.items(slot)) {
      const counts = await ingestRecords(database, { id: item.source, name: item.name }, item.records, slot);
      for (const key of Object.keys(total) as (keyof IngestCounts)[]) total[key] += counts[key];
      await item.done?.();
    }
  }
  return total;
}
