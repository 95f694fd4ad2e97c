/**
 * Keeps webhooks away from addresses that are not public (server-side request forgery): in the URL when it is
 * saved, at a literal address, at every answer of the resolver, and at the connected socket.
 *
 * The rules are those of Standard Webhooks 1.0.0 ("server side request forgery") and the IANA special-purpose
 * address registries. A second layer, an egress firewall, remains the operator's.
 */
import type { LookupAddress } from 'node:dns';
import { lookup } from 'node:dns/promises';
import type { LookupFunction } from 'node:net';
import { networkInterfaces } from 'node:os';
import ipaddr from 'ipaddr.js';
import { buildConnector } from 'undici';
import type { Sentence } from '../../models/sentences.ts';
import { OUTWARD_TLS } from '../tls.ts';
import { say } from './sentences.ts';

export const MAX_URL_LENGTH = 2_048;
export const PUBLIC_PORTS: readonly string[] = ['443', '8443'];

/** Names that never lead to a public host: RFC 6761, RFC 6762, RFC 8375, and ICANN's `.internal` (2024). */
const PRIVATE_NAMES = ['localhost', 'local', 'internal', 'home.arpa'];

/** Looks like any public address, yet answers only inside a Microsoft Azure network. */
const AZURE_PLATFORM = '168.63.129.16';

/** IANA gives global unicast addresses from this block alone. */
const GLOBAL_UNICAST = ipaddr.parseCIDR('2000::/3');

/** Every address of a host name; rejects when there is none. */
export type Resolver = (hostname: string) => Promise<readonly LookupAddress[]>;

export interface AddressGuardOptions {
  /** `host` (any port) or `host:port`, as the URL shows them: for receivers on the operator's own network. */
  allowed_hosts: readonly string[];
  resolver?: Resolver;
}

export interface AddressGuard {
  /** One sentence on why this URL may not be saved or posted to, or `null`. Resolves no name. */
  urlRefusal(url: string): Sentence | null;
  /** A connector for an undici Agent. It fails with `RefusedAddress`, `UnresolvedName` or the socket's error. */
  connector(timeout_ms: number): buildConnector.connector;
}

/** The destination is not public and not allow-listed. */
export class RefusedAddress extends Error {
  override readonly name = 'RefusedAddress';
}

/** The name of the destination has no address. */
export class UnresolvedName extends Error {
  override readonly name = 'UnresolvedName';
}

/**
 * One sentence on why an IP address may not be a destination, or `null` when it is public. Refuses all that is not
 * global unicast, IPv4 mapped into IPv6 unwrapped first, and the addresses of this machine.
 */
export function addressRefusal(address: string, own_addresses = machineAddresses()): Sentence | null {
  const reason = nonPublicReason(address, own_addresses);
  return reason && say('address_not_public', { address, reason });
}

function nonPublicReason(address: string, own_addresses: readonly string[]): Sentence | null {
  if (!ipaddr.isValid(address)) return say('address_none');
  const ip = ipaddr.process(address);
  const range = ip.range();
  if (range !== 'unicast') return say('address_range', { range });
  if (ip.kind() === 'ipv6' && !ip.match(GLOBAL_UNICAST)) return say('address_not_global');
  if (ip.toString() === AZURE_PLATFORM) return say('address_of_cloud');
  const is_own = own_addresses.some((own) => ipaddr.process(own).toString() === ip.toString());
  return is_own ? say('address_of_machine') : null;
}

function machineAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap(
    (addresses) => addresses?.map(({ address }) => address) ?? [],
  );
}

/** Throws a `TypeError` when an entry of `allowed_hosts` is not an exact host. */
export function createAddressGuard({ allowed_hosts, resolver }: AddressGuardOptions): AddressGuard {
  const allowed = new Set(allowed_hosts.map(exactHost));
  const isAllowed = (url: URL) => allowed.has(url.hostname) || allowed.has(`${url.hostname}:${portOf(url)}`);
  return {
    urlRefusal: (text) => urlRefusal(text, isAllowed),
    connector: (timeout_ms) => guardedConnector(timeout_ms, isAllowed, resolver ?? systemResolver),
  };
}

function exactHost(entry: string): string {
  const [, host, port = ''] = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:\d{1,5})?$/.exec(entry.toLowerCase()) ?? [];
  if (!host || URL.parse(`http://${host}${port}/`)?.hostname !== host) {
    throw new TypeError(
      `allowed_hosts: "${entry}" is not an exact host: write "name" or "name:port" as it stands in the URL, without wildcards.`,
    );
  }
  return host + port;
}

function portOf(url: URL): string {
  return url.port || (url.protocol === 'https:' ? '443' : '80');
}

function urlRefusal(text: string, isAllowed: (url: URL) => boolean): Sentence | null {
  if (text.length > MAX_URL_LENGTH) return say('url_long', { length: text.length, most: MAX_URL_LENGTH });
  const url = URL.parse(text);
  if (url?.protocol !== 'https:' && url?.protocol !== 'http:') return say('url_not_https');
  if (url.username || url.password) return say('url_with_password');
  if (text.includes('#')) return say('url_with_fragment');
  return isAllowed(url) ? null : publicUrlRefusal(url);
}

function publicUrlRefusal(url: URL): Sentence | null {
  const { hostname } = url;
  if (url.protocol === 'http:') return say('url_insecure', { host: hostname });
  if (!PUBLIC_PORTS.includes(portOf(url)))
    return say('url_port', { port: url.port, ports: PUBLIC_PORTS, host: url.host });
  const literal = hostname.replace(/^\[|\]$/g, '');
  if (ipaddr.isValid(literal)) return addressRefusal(literal);
  const name = hostname.replace(/\.$/, '');
  if (!name.includes('.') || PRIVATE_NAMES.some((suffix) => name.endsWith(`.${suffix}`))) {
    return say('url_not_public', { host: hostname });
  }
  return null;
}

const systemResolver: Resolver = (hostname) => lookup(hostname, { all: true });

function guardedConnector(
  timeout_ms: number,
  isAllowed: (url: URL) => boolean,
  resolver: Resolver,
): buildConnector.connector {
  const shared = { ...OUTWARD_TLS, timeout: timeout_ms, allowH2: false, autoSelectFamily: true };
  const direct = buildConnector({ ...shared, lookup: lookupWith(resolver, () => null) });
  const guarded = buildConnector({
    ...shared,
    lookup: lookupWith(resolver, (address) => addressRefusal(address)),
  });
  return (options, callback) => {
    if (isAllowed(new URL(`${options.protocol}//${options.host ?? options.hostname}`))) {
      direct(options, callback);
      return;
    }
    // A literal address never reaches the lookup.
    const refusal = ipaddr.isValid(options.hostname) ? addressRefusal(options.hostname) : null;
    if (refusal) {
      callback(new RefusedAddress(refusal.text), null);
      return;
    }
    guarded(options, (...result) => {
      const [error, socket] = result;
      const late_refusal = error ? null : addressRefusal(socket.remoteAddress ?? 'unknown');
      if (!socket || !late_refusal) return callback(...result);
      socket.destroy();
      callback(new RefusedAddress(late_refusal.text), null);
    });
  };
}

/** All answers must pass: a name with one private address among public ones is refused whole. */
function lookupWith(resolver: Resolver, refuse: (address: string) => Sentence | null): LookupFunction {
  return (hostname, _options, callback) => {
    vetted(hostname, resolver, refuse).then(
      (addresses) => callback(null, addresses),
      (error) => callback(error, []),
    );
  };
}

async function vetted(
  hostname: string,
  resolver: Resolver,
  refuse: (address: string) => Sentence | null,
): Promise<LookupAddress[]> {
  const addresses = await resolver(hostname).catch((cause: unknown) => {
    throw new UnresolvedName(`The name ${hostname} has no address: check it and its DNS zone.`, { cause });
  });
  if (addresses.length === 0) {
    throw new UnresolvedName(`The name ${hostname} has no address: check it and its DNS zone.`);
  }
  for (const { address } of addresses) {
    const refusal = refuse(address);
    if (refusal) throw new RefusedAddress(`${hostname}: ${refusal.text}`);
  }
  return [...addresses];
}
