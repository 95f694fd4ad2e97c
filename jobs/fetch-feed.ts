/** Files that are fetched over HTTP, as a feed: what is due is downloaded into the spool and handed to ingest. */
import { mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Database } from '../src/db/client.ts';
import { type Answered, type Downloader, FetchFailure } from '../src/fetches/download.ts';
import {
  type ClaimedFetch,
  claimFetch,
  fetchFailed,
  fetchHeadersPlace,
  fetchPutAside,
  fetchSucceeded,
  keepFetch,
  notePartial,
} from '../src/fetches/store.ts';
import { heardOf } from '../src/patents/runs.ts';
import { openSourceFile } from '../src/patents/source-file.ts';
import { openHeaders } from '../src/secrets/headers.ts';
import { INSTALLATION, type Vault } from '../src/secrets/vault.ts';
import type { Feed, FeedItem } from './feeds.ts';

const LEASE_BEAT_ms = 60_000;

/** @param spool folder of part files and of those that were refused or paused */
export function fetchFeed(database: Database, vault: Vault, downloader: Downloader, spool: string): Feed {
  const { sql } = database;
  return {
    every_tick: true,
    async *items(slot) {
      await mkdir(spool, { recursive: true });
      for (let fetch = await claimFetch(sql); fetch !== null; fetch = await claimFetch(sql)) {
        const claimed = fetch;
        const beat = setInterval(() => void keepFetch(sql, claimed).catch(() => {}), LEASE_BEAT_ms);
        try {
          const item = await fetched(claimed, slot);
          if (item !== null) yield item;
        } finally {
          clearInterval(beat);
        }
      }
    },
  };

  async function fetched(fetch: ClaimedFetch, now: Date): Promise<FeedItem | null> {
    const part = path.join(spool, `${fetch.id}.part`);
    try {
      const headers = await openHeaders(vault, INSTALLATION, fetchHeadersPlace(fetch.id), fetch.headers);
      const asked = { ...fetch, headers };
      const answer = await downloader.download(asked, part, (etag) => notePartial(sql, fetch, etag));
      if (answer !== null) return await asItem(fetch, part, answer);
      if (fetch.source !== null)
        await heardOf(sql, { id: fetch.source, name: `${fetch.name}: nothing new` }, now);
      await fetchSucceeded(sql, fetch, null);
    } catch (error) {
      const { message, retry_after_seconds } = failureOf(error);
      await fetchFailed(sql, fetch, message, retry_after_seconds);
    }
    return null;
  }

  /** A file that cannot be stored stays in the spool for whoever looks. */
  async function asItem(fetch: ClaimedFetch, part: string, answer: Answered): Promise<FeedItem | null> {
    const file = path.join(spool, path.basename(new URL(fetch.url).pathname) || fetch.id);
    await rename(part, file);
    const putAside = async (reason: string, ending: string) => {
      await rename(file, `${file}.${ending}`);
      await fetchPutAside(sql, fetch, reason);
    };
    const item = await openSourceFile(file).catch((error: Error) => error);
    if (item instanceof Error) {
      await putAside(item.message, 'refused');
      return null;
    }
    return {
      ...item,
      done: async () => {
        await rm(file);
        await fetchSucceeded(sql, fetch, { ...answer, source: item.source });
      },
      refuse: ({ message }) => putAside(message, 'refused'),
      pause: (reason) => putAside(reason, 'paused'),
    };
  }
}

function failureOf(error: unknown): FetchFailure {
  return error instanceof FetchFailure ? error : new FetchFailure(String(error), null, error);
}
