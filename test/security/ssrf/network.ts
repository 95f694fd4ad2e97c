/**
 * The internet of a run: no connection of this process leaves loopback, whatever the guard under test lets through. One to
 * a public address is brought to a receiver, any other to a canary, and its socket tells the address it was meant for.
 */
import type { LookupAddress } from 'node:dns';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, isIP, type LookupFunction, Socket } from 'node:net';
import { networkInterfaces } from 'node:os';

/** What a connection is made with, as `net.connect` and `tls.connect` hand it over. */
interface Wanted {
  host?: string;
  port?: number | string;
  lookup?: LookupFunction;
}

interface Place {
  host: string;
  port: number;
}

export interface Network {
  /** Connections so far. */
  counts: { receiver: number; canary: number };
  /** Where the receiver really listens, as a URL has it: for allow-listing. It redirects `/301?to=URL`. */
  receiver_host: string;
  close(): Promise<void>;
}

/** @param public_addresses every address that may be reached; all others lead to the canaries */
export async function openNetwork(public_addresses: ReadonlySet<string>): Promise<Network> {
  const counts = { receiver: 0, canary: 0 };
  const receiver = await listen('127.0.0.1', answer, () => {
    counts.receiver += 1;
  });
  const canaries = await Promise.all(
    loopbackHosts().map((host) =>
      listen(host, answer, () => {
        counts.canary += 1;
      }),
    ),
  );
  const placeOf = (address: string, port: number): Place => {
    const is_receiver = public_addresses.has(address) || isPlace(receiver.place, address, port);
    if (is_receiver) return receiver.place;
    return (canaries.find(({ place }) => isIP(place.host) === isIP(address)) ?? canaries[0]!).place;
  };
  const reopen = fence(placeOf, public_addresses);
  return {
    counts,
    receiver_host: `${receiver.place.host}:${receiver.place.port}`,
    async close() {
      reopen();
      for (const server of [receiver, ...canaries]) await server.close();
    },
  };
}

function isPlace(place: Place, address: string, port: number): boolean {
  return place.host === address && place.port === port;
}

function loopbackHosts(): string[] {
  const addresses = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  return ['127.0.0.1', ...(addresses.some(({ address }) => address === '::1') ? ['::1'] : [])];
}

function answer({ url = '' }: IncomingMessage, response: ServerResponse): void {
  const { pathname, searchParams } = new URL(url, 'http://receiver');
  const status = Number(/^\/(\d{3})$/.exec(pathname)?.[1] ?? 200);
  response.writeHead(status, { location: searchParams.get('to') ?? '' }).end('taken');
}

async function listen(
  host: string,
  listener: (request: IncomingMessage, response: ServerResponse) => void,
  onConnection: () => void,
) {
  const server = createServer(listener).on('connection', onConnection).listen(0, host);
  await once(server, 'listening');
  const place: Place = { host, port: (server.address() as AddressInfo).port };
  return {
    place,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

/** @returns what takes the fence down */
function fence(
  placeOf: (address: string, port: number) => Place,
  public_addresses: ReadonlySet<string>,
): () => void {
  const connect = Socket.prototype.connect;
  Socket.prototype.connect = function fenced(this: Socket, ...given: unknown[]) {
    const wanted = (Array.isArray(given[0]) ? given[0][0] : given[0]) as Wanted;
    const host = wanted.host ?? 'localhost';
    const goTo = (address: string) => {
      Object.defineProperty(this, 'remoteAddress', { value: address });
      Object.assign(wanted, placeOf(address, Number(wanted.port)), { lookup: undefined });
      Reflect.apply(connect, this, given);
    };
    if (isIP(host)) goTo(host);
    else
      wanted.lookup!(host, { all: true }, (error, addresses) => {
        if (error) this.destroy(error);
        else goTo(worst(addresses as unknown as LookupAddress[], public_addresses));
      });
    return this;
  } as typeof connect;
  return () => {
    Socket.prototype.connect = connect;
  };
}

/** The one that an attacker would have the connection fall back to. */
function worst(addresses: readonly LookupAddress[], public_addresses: ReadonlySet<string>): string {
  return (addresses.find(({ address }) => !public_addresses.has(address)) ?? addresses[0]!).address;
}
