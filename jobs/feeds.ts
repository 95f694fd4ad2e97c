/** Where signals come from: each feed names its source and yields what is new to a slot. */
import { createReadStream } from 'node:fs';
import { mkdir, readdir, rename } from 'node:fs/promises';
import path from 'node:path';
import { dateOf } from '../src/clock.ts';
import { openSourceFile, type SourceFile } from '../src/patents/source-file.ts';
import { cnSample } from '../src/patents/sources/cnipa/sample.ts';
import type { SourceFormatError, SourceRecord } from '../src/patents/sources/record.ts';

/** What one feed has for a slot: a named stream of records. */
export interface FeedItem extends Omit<SourceFile, 'sha256' | 'bytes'> {
  /** Where it is a file. */
  sha256?: string;
  /** When the service learnt of it, if not now: a feed that walks history again says so. */
  known_at?: Date;
  /** Called once all are stored. */
  done?: () => Promise<void>;
  /** Called when the stream turns out not to have its layout. */
  refuse?: (error: SourceFormatError) => Promise<void>;
  /** Called when too many of its records are bad. */
  pause?: (reason: string) => Promise<void>;
}

export interface Feed {
  /** Whether it is asked at every tick instead of once a day. */
  every_tick?: true;
  items(slot: Date): AsyncIterable<FeedItem>;
}

/** Files moved into a folder, oldest name first (one still being copied would be read half-way); an ingested one moves to its `done/`, an unreadable one to `refused/`, one with many bad records to `paused/`. */
export function inboxFeed(folder: string, log: (line: string) => void): Feed {
  const moveTo = async (name: string, target: string) => {
    await mkdir(path.join(folder, target), { recursive: true });
    await rename(path.join(folder, name), path.join(folder, target, name));
  };
  const putAside = async (name: string, reason: string, target: 'refused' | 'paused') => {
    log(reason);
    await moveTo(name, target);
  };
  return {
    async *items() {
      await mkdir(folder, { recursive: true });
      const entries = await readdir(folder, { withFileTypes: true });
      for (const name of entries
        .filter((entry) => entry.isFile())
        .map((entry) => entry.name)
        .sort()) {
        const file = path.join(folder, name);
        const item = await openSourceFile(file).catch((error: Error) => error);
        if (item instanceof Error) await putAside(name, item.message, 'refused');
        else
          yield {
            ...item,
            done: () => moveTo(name, 'done'),
            refuse: ({ message }) => putAside(name, `${file}: ${message}`, 'refused'),
            pause: (reason) => putAside(name, `${file}: ${reason}`, 'paused'),
          };
      }
    },
  };
}

/**
 * The bundled Chinese patents as a gazette: at each slot it yields what was published by then, so that history can
 * be walked again. Filing facts become public with the publication of the application.
 */
export async function gazetteFeed(file: string): Promise<Feed> {
  const records: SourceRecord[] = [];
  for await (const record of cnSample.read(createReadStream(file))) records.push(record);
  let read_to = '';
  return {
    async *items(slot) {
      const today = dateOf(slot);
      const news = records.flatMap((record) => publishedBetween(record, read_to, today));
      const first = read_to === '';
      // Only what is stored is read: a slot that failed is fed again.
      const done = async () => {
        read_to = today;
      };
      if (first || news.length > 0)
        yield {
          source: cnSample.id,
          name: `gazette to ${today}`,
          records: () => iterate(news),
          known_at: slot,
          done,
        };
    },
  };
}

/** Bad lines are told once, with the first issue. */
function publishedBetween(record: SourceRecord, after: string, to: string): SourceRecord[] {
  if (!record.ok) return after === '' ? [record] : [];
  const signals = record.signals.filter(({ published_on }) => published_on > after && published_on <= to);
  return signals.length > 0 ? [{ ...record, signals }] : [];
}

async function* iterate<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}
