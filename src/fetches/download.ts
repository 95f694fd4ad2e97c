/**
 * One file over HTTP through the address guard, into a part file that a later call goes on with: what was cut off is asked
 * for from where it ended, as long as the server still has the same file (RFC 9110, 13.1.5 and 14).
 */
import { open, stat, truncate } from 'node:fs/promises';
import { Agent, type Dispatcher } from 'undici';
import type { AddressGuard } from '../webhooks/address-guard.ts';

/** Of one file, packed as the server sends it. */
export const MAX_FETCH_BYTES = 64 * 2 ** 30;
/** A server that sends nothing for so long is given up. */
export const SILENCE_LIMIT_ms = 60_000;
const CONNECT_LIMIT_ms = 15_000;
export const MAX_RETRY_AFTER_seconds = 86_400;

export interface Asked {
  url: string;
  headers: Readonly<Record<string, string>>;
  /** Of the file that was last taken whole. */
  etag: string | null;
  last_modified: string | null;
  /** Of the file that `part` holds the beginning of. */
  partial_etag: string | null;
}

export interface Answered {
  etag: string | null;
  last_modified: string | null;
  bytes: number;
}

/** The file could not be had; the message says why, in one sentence. */
export class FetchFailure extends Error {
  override readonly name = 'FetchFailure';
  readonly retry_after_seconds: number | null;
  constructor(message: string, retry_after_seconds: number | null = null, cause?: unknown) {
    super(message, { cause });
    this.retry_after_seconds = retry_after_seconds;
  }
}

export interface Downloader {
  /**
   * @param part path of the part file; whole when this returns an answer
   * @param begun told the strong validator of a file that begins afresh, before its first byte is written
   * @returns null when the server has nothing newer
   * @throws {FetchFailure}
   */
  download(
    asked: Asked,
    part: string,
    begun: (etag: string | null) => Promise<void>,
  ): Promise<Answered | null>;
  close(): Promise<void>;
}

export function createDownloader(guard: AddressGuard, silence_ms = SILENCE_LIMIT_ms): Downloader {
  const agent = new Agent({
    connect: guard.connector(CONNECT_LIMIT_ms),
    headersTimeout: silence_ms,
    bodyTimeout: silence_ms,
  });
  return {
    async download(asked, part, begun) {
      const refusal = guard.urlRefusal(asked.url);
      if (refusal) throw new FetchFailure(refusal.text);
      try {
        return await downloadInto(agent, asked, part, begun);
      } catch (error) {
        if (error instanceof FetchFailure) throw error;
        throw new FetchFailure(
          `The file was cut off or not reached: ${(error as Error).message}.`,
          null,
          error,
        );
      }
    },
    close: () => agent.close(),
  };
}

async function downloadInto(
  agent: Agent,
  asked: Asked,
  part: string,
  begun: (etag: string | null) => Promise<void>,
): Promise<Answered | null> {
  const held = asked.partial_etag === null ? 0 : await sizeOf(part);
  const url = new URL(asked.url);
  const answer = await agent.request({
    origin: url.origin,
    path: url.pathname + url.search,
    method: 'GET',
    headers: { ...asked.headers, 'accept-encoding': 'identity', ...conditions(asked, held) },
  });
  const { statusCode: status } = answer;
  if (status === 304) {
    await answer.body.dump();
    return null;
  }
  const goes_on = status === 206 && held > 0 && startsAt(answer, held);
  if (status !== 200 && !goes_on) {
    await answer.body.dump();
    throw new FetchFailure(refusalOf(status), retryAfterSeconds(answer));
  }
  if (!goes_on) {
    await begun(strongEtag(answer));
    if (await sizeOf(part)) await truncate(part);
  }
  const bytes = await append(part, answer, goes_on ? held : 0);
  const expected = wholeLength(answer, goes_on ? held : 0);
  if (expected !== null && expected !== bytes)
    throw new FetchFailure(`The file was cut off after ${bytes} of ${expected} bytes.`);
  return { etag: header(answer, 'etag'), last_modified: header(answer, 'last-modified'), bytes };
}

function conditions(asked: Asked, held: number): Record<string, string> {
  if (held > 0) return { range: `bytes=${held}-`, 'if-range': asked.partial_etag! };
  if (asked.etag !== null) return { 'if-none-match': asked.etag };
  return asked.last_modified === null ? {} : { 'if-modified-since': asked.last_modified };
}

/** Written as it comes, so that what arrived before a cut is there to go on from. @returns length of the part file */
async function append(part: string, { body }: Dispatcher.ResponseData, held: number): Promise<number> {
  const file = await open(part, 'a');
  let bytes = held;
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > MAX_FETCH_BYTES)
        throw new FetchFailure(`The file has more than ${MAX_FETCH_BYTES} bytes (limit MAX_FETCH_BYTES).`);
      await file.appendFile(chunk);
    }
  } finally {
    await file.close();
  }
  return bytes;
}

/** A weak validator does not promise the same bytes, so nothing is gone on with under it. */
function strongEtag(answer: Dispatcher.ResponseData): string | null {
  const etag = header(answer, 'etag');
  return etag === null || etag.startsWith('W/') ? null : etag;
}

function startsAt(answer: Dispatcher.ResponseData, held: number): boolean {
  return header(answer, 'content-range')?.startsWith(`bytes ${held}-`) ?? false;
}

function wholeLength(answer: Dispatcher.ResponseData, held: number): number | null {
  const length = header(answer, 'content-length');
  return length === null ? null : held + Number(length);
}

function refusalOf(status: number): string {
  if (status >= 300 && status < 400)
    return `The server redirected with ${status}; redirects are not followed: give the final address.`;
  return `The server answered ${status} instead of 200.`;
}

function retryAfterSeconds(answer: Dispatcher.ResponseData): number | null {
  const text = header(answer, 'retry-after');
  if (text === null || !/^\d+$/.test(text)) return null;
  return Math.min(Number(text), MAX_RETRY_AFTER_seconds);
}

function header({ headers }: Dispatcher.ResponseData, name: string): string | null {
  const value = headers[name];
  return typeof value === 'string' ? value : null;
}

async function sizeOf(file: string): Promise<number> {
  return (await stat(file).catch(() => null))?.size ?? 0;
}
