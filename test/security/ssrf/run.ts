/**
 * Every case through the sending paths of the product, and through a guard that is weak on purpose: were the canaries not
 * reached through that one, a run without hits would show nothing.
 */
import type { LookupAddress } from 'node:dns';
import { mkdtemp, rm } from 'node:fs/promises';
import { isIP } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, buildConnector } from 'undici';
import { mulberry32 } from '../../../models/random.ts';
import { createDownloader, FetchFailure } from '../../../src/fetches/download.ts';
import {
  type AddressGuard,
  addressRefusal,
  createAddressGuard,
  RefusedAddress,
  type Resolver,
} from '../../../src/webhooks/address-guard.ts';
import { createSender } from '../../../src/webhooks/send.ts';
import { type Case, fixedCases, PUBLIC_ADDRESSES, type Verdict } from './cases.ts';
import { type Network, openNetwork } from './network.ts';
import { drawHost } from './spellings.ts';

const TIMEOUT_ms = 5_000;
/** For a connection that was cut at once to be counted by its server. */
const SETTLE_ms = 50;

export interface SsrfOptions {
  /** Cases drawn from the seed, besides the fixed ones. */
  drawn: number;
  seed: number;
}

export interface SsrfReport {
  cases: number;
  /** Cases that ended as they should: turned away, redirected and not followed, let through. */
  refused: number;
  redirected: number;
  passed: number;
  /** Connections to what is not public, by the product. */
  canary_hits: number;
  /** Cases that ended otherwise than they should. */
  unexpected: number;
  /** Connections to what is not public, by a guard that checks in the lookup alone. */
  lookup_only_hits: number;
  seconds: number;
  seed: number;
  /** The first unexpected cases, each with what happened. */
  failures: string[];
}

const MAX_FAILURES_SHOWN = 20;
const MIN_CASES = 120;

/** A run shows something only when the weak guard lets the canaries be reached. */
export function holds({ cases, canary_hits, unexpected, lookup_only_hits }: SsrfReport): boolean {
  return cases >= MIN_CASES && canary_hits === 0 && unexpected === 0 && lookup_only_hits > 0;
}

export async function runSsrf({ drawn, seed }: SsrfOptions): Promise<SsrfReport> {
  const started_ms = performance.now();
  const network = await openNetwork(new Set(PUBLIC_ADDRESSES));
  const folder = await mkdtemp(path.join(tmpdir(), 'pledgewatch-ssrf-'));
  try {
    const cases = [...fixedCases(network.receiver_host), ...drawnCases(drawn, mulberry32(seed))];
    const ended: Record<Verdict, number> = { refused: 0, redirect: 0, passes: 0 };
    const failures: string[] = [];
    for (const each of cases) {
      const surprise = await tryProduct(network, each, path.join(folder, 'part'));
      if (surprise === null) ended[each.expected.at(-1)!] += 1;
      else failures.push(surprise);
    }
    await sleep(SETTLE_ms);
    const canary_hits = network.counts.canary;
    for (const each of cases) await tryWeak(network, each, path.join(folder, 'part'));
    await sleep(SETTLE_ms);
    return {
      cases: cases.length,
      refused: ended.refused,
      redirected: ended.redirect,
      passed: ended.passes,
      canary_hits,
      unexpected: failures.length,
      lookup_only_hits: network.counts.canary - canary_hits,
      seconds: Math.round((performance.now() - started_ms) / 100) / 10,
      seed,
      failures: failures.slice(0, MAX_FAILURES_SHOWN),
    };
  } finally {
    await network.close();
    await rm(folder, { recursive: true });
  }
}

function drawnCases(count: number, random: () => number): Case[] {
  return Array.from({ length: count }, () => ({
    url: `https://${drawHost(random)}/hook`,
    expected: ['refused'],
    answers: [['127.0.0.1']],
  }));
}

/** The sender of webhooks, the downloader, and the connections of both without the check of the URL before them. */
async function tryProduct(network: Network, tried: Case, part: string): Promise<string | null> {
  const hits = network.counts.canary;
  const options = () => ({ allowed_hosts: [network.receiver_host], resolver: resolverOf(tried) });
  const seen = {
    posted: await posted(network, tried, options()),
    downloaded: await downloaded(network, tried, createAddressGuard(options()), part),
  };
  await connected(tried, createAddressGuard(options()));
  const reached = network.counts.canary - hits;
  const expected = tried.expected.join();
  if (reached === 0 && Object.values(seen).every((verdicts) => verdicts.join() === expected)) return null;
  const asked = { ...tried, ...seen, reached };
  return JSON.stringify(asked);
}

async function tryWeak(network: Network, tried: Case, part: string): Promise<void> {
  await downloaded(network, tried, lookupOnlyGuard(resolverOf(tried)), part);
  await connected(tried, lookupOnlyGuard(resolverOf(tried)));
}

/** Checks every answer of the resolver and nothing else, but undici looks up no address that is written as a number. */
function lookupOnlyGuard(resolver: Resolver): AddressGuard {
  return {
    urlRefusal: () => null,
    connector: (timeout) =>
      buildConnector({
        timeout,
        allowH2: false,
        lookup(hostname, _options, callback) {
          resolver(hostname).then(
            (addresses) => {
              const refusal = addresses.map(({ address }) => addressRefusal(address)).find(Boolean);
              callback(refusal ? new RefusedAddress(refusal.text) : null, refusal ? [] : [...addresses]);
            },
            (error) => callback(error, []),
          );
        },
      }),
  };
}

function resolverOf({ answers }: Case): Resolver {
  let lookups = 0;
  return async () => {
    const answer = answers[Math.min(lookups++, answers.length - 1)]!;
    return answer.map((address): LookupAddress => ({ address, family: isIP(address) }));
  };
}

async function posted(
  { counts }: Network,
  { url, expected }: Case,
  options: Parameters<typeof createSender>[0],
): Promise<string[]> {
  const sender = createSender({ ...options, timeout_ms: TIMEOUT_ms });
  const verdicts: string[] = [];
  for (const _turn of expected) {
    const before = counts.receiver;
    const { error_class, error_message } = await sender.post(url, {}, '{}');
    if (error_class === 'refused_address') verdicts.push('refused');
    else if (error_class === 'redirect') verdicts.push('redirect');
    else verdicts.push(counts.receiver > before ? 'passes' : `${error_class}: ${error_message}`);
  }
  await sender.close();
  return verdicts;
}

async function downloaded(
  { counts }: Network,
  { url, expected }: Case,
  guard: AddressGuard,
  part: string,
): Promise<string[]> {
  const downloader = createDownloader(guard, TIMEOUT_ms);
  const asked = { url, headers: {}, etag: null, last_modified: null, partial_etag: null };
  const verdicts: string[] = [];
  for (const _turn of expected) {
    const before = counts.receiver;
    const failure = await downloader
      .download(asked, part, async () => {})
      .then(
        () => null,
        (error: unknown) => error,
      );
    const reached = counts.receiver > before;
    verdicts.push(failure instanceof FetchFailure ? fetchVerdict(failure, guard, url, reached) : 'passes');
  }
  await downloader.close();
  return verdicts;
}

function fetchVerdict(failure: FetchFailure, guard: AddressGuard, url: string, reached: boolean): string {
  if (failure.message === guard.urlRefusal(url)?.text || failure.cause instanceof RefusedAddress)
    return 'refused';
  if (/redirects are not followed/.test(failure.message)) return 'redirect';
  return reached ? 'passes' : failure.message;
}

/** Whether anything is reached shows in the counts of the network. */
async function connected({ url, expected }: Case, guard: AddressGuard): Promise<void> {
  const parsed = URL.parse(url);
  if (parsed?.protocol !== 'http:' && parsed?.protocol !== 'https:') return;
  const agent = new Agent({ connect: guard.connector(TIMEOUT_ms) });
  for (const _turn of expected) {
    const answer = await agent
      .request({ origin: parsed.origin, path: parsed.pathname, method: 'GET' })
      .catch(() => null);
    await answer?.body.dump();
  }
  await agent.close();
}
