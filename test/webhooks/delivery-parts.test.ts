/** Signing, verifying, guarding, retrying and sending, each against real sockets on loopback. */
import { execFile } from 'node:child_process';
import { generateKeyPairSync, sign as signBytes, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { syncBuiltinESMExports } from 'node:module';
import { type AddressInfo, BlockList, connect, createServer as createTcpServer } from 'node:net';
import os from 'node:os';
import tls, { getCACertificates, type SecureVersion, setDefaultCACertificates } from 'node:tls';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import t from 'tap';
import { Agent } from 'undici';
import { OUTWARD_TLS } from '../../src/tls.ts';
import {
  addressRefusal,
  createAddressGuard,
  MAX_URL_LENGTH,
  type Resolver,
} from '../../src/webhooks/address-guard.ts';
import { type ReceivedEvent, startReceiver } from '../../src/webhooks/receiver.ts';
import { LADDER_SECONDS, nextDelaySeconds } from '../../src/webhooks/retry.ts';
import {
  createSender,
  MAX_CONNECTIONS_PER_ORIGIN,
  MAX_RETRY_AFTER_SECONDS,
  type PostResult,
  retryAfterSeconds,
} from '../../src/webhooks/send.ts';
import { headers, newKeyPair, newSecret, parseSecret, sign } from '../../src/webhooks/sign.ts';
import { verify } from '../../src/webhooks/verify.ts';

/** What a helper needs of a test: to clean up after it. */
type Test = { teardown(cleanup: () => unknown): unknown };

const nowSeconds = () => Math.floor(Date.now() / 1_000);
const secretOf = (bytes: number) => `whsec_${Buffer.alloc(bytes, 7).toString('base64')}`;
/** Shows the guard these addresses and hands everyone else loopback, so that no failing test leaves this machine. */
const resolverTo =
  (...addresses: string[]): Resolver =>
  async () =>
    addresses.map((address) => ({
      get address() {
        const caller = new Error().stack?.split('\n')[2];
        return caller?.includes('address-guard') ? address : '127.0.0.1';
      },
      family: 4,
    }));

async function listen(t: Test, server: Server | ReturnType<typeof createTcpServer>): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    if ('closeAllConnections' in server) server.closeAllConnections();
    server.close();
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const serve = (t: Test, listener: RequestListener) => listen(t, createServer(listener));

/** Counts connections and bytes; nothing may reach it. */
async function canary(t: Test) {
  const counts = { connections: 0, bytes: 0 };
  const closed: Promise<unknown>[] = [];
  const server = createTcpServer((socket) => {
    counts.connections += 1;
    socket.on('data', (chunk) => {
      counts.bytes += chunk.length;
    });
    socket.on('error', () => undefined);
    closed.push(new Promise((resolve) => socket.on('close', resolve)));
    t.teardown(() => socket.destroy());
  });
  return { host: await listen(t, server), counts, closed };
}

function senderFor(t: Test, ...allowed_hosts: string[]) {
  const sender = createSender({ allowed_hosts, timeout_ms: 400 });
  t.teardown(() => sender.close());
  return sender;
}

t.test('a signature is that of Standard Webhooks', async (t) => {
  const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
  t.equal(
    sign('msg_p5jXN8AQM9LWM0D4loKWxJek', 1_614_265_330, '{"test": 2432232314}', [secret]),
    'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    'the vector of the reference libraries',
  );
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 24, maxLength: 64 }),
      fc.stringMatching(/^[A-Za-z0-9_-]{1,40}$/),
      fc.string({ unit: 'grapheme', maxLength: 300 }),
      (key, id, text) => {
        const [secret, body, now] = [
          `whsec_${Buffer.from(key).toString('base64')}`,
          `${text}.`,
          nowSeconds(),
        ];
        const ours = headers(id, now, body, [secret]);
        const theirs = new Webhook(secret);
        theirs.verify(body, ours, { jsonParse: false });
        const their_headers = { ...ours, 'webhook-signature': theirs.sign(id, new Date(now * 1_000), body) };
        const verification = verify(their_headers, Buffer.from(body), [secret], now);
        return verification.ok && verification.id === id && verification.timestamp === now;
      },
    ),
    { numRuns: 500 },
  );
});

t.test('a new secret has 32 random bytes, and a wrong one is refused without being repeated', async (t) => {
  t.match(newSecret(), /^whsec_[A-Za-z0-9+/]{43}=$/);
  t.equal(parseSecret(newSecret()).length, 32);
  t.not(newSecret(), newSecret());
  for (const bytes of [24, 64]) t.equal(parseSecret(secretOf(bytes)).length, bytes);
  t.throws(() => parseSecret(secretOf(32).slice(1)), /starts with "whsec_"/);
  t.throws(() => parseSecret(`${secretOf(32)} `), /padded base64 after "whsec_"/);
  t.throws(() => parseSecret(secretOf(23)), /24 to 64 bytes, this one has 23/);
  const wrong = [
    ...[0, 23, 65].map(secretOf),
    secretOf(32).slice('whsec_'.length),
    `${secretOf(32)}\n`,
    secretOf(32).replace(/=+$/, ''),
    `whsec_${'*'.repeat(44)}`,
  ];
  for (const secret of wrong) {
    t.throws(() => parseSecret(secret), { name: 'TypeError', message: /: (pass|copy|issue) / }, secret);
    try {
      parseSecret(secret);
    } catch (error) {
      if (secret.length > 10) t.notOk(String(error).includes(secret.trim()), 'does not repeat it');
    }
  }
});

t.test('a sender cannot sign what the standard forbids', async (t) => {
  for (const id of ['', 'a.b', 'a b', 'é', 'a\r\nx: y', 'x'.repeat(257)]) {
    t.throws(() => sign(id, 1, '{}', [secretOf(32)]), /webhook id/, JSON.stringify(id));
  }
  for (const time of [1.5, -1, Number.NaN])
    t.throws(() => sign('a', time, '{}', [secretOf(32)]), /whole Unix/);
  t.throws(() => sign('a', 1, '{}', []), /at least one secret/);
  t.match(sign('a', 0, '{}', [secretOf(32)]), /^v1,/, 'the first second of 1970 is one');
});

t.test('any change to id, time, body or signature is rejected', async (t) => {
  const secret = newSecret();
  const now = 1_800_000_000;
  const body = Buffer.from('{"type":"pledge.revalued","data":{"mid":125000000}}');
  const good = headers('evt_1', now, body, [secret]);
  t.strictSame(verify(good, body, [secret], now), { ok: true, id: 'evt_1', timestamp: now });
  fc.assert(
    fc.property(fc.nat(body.length * 8 - 1), (bit) => {
      const changed = Buffer.from(body);
      changed[bit >> 3]! ^= 1 << (bit & 7);
      return !verify(good, changed, [secret], now).ok;
    }),
  );
  const rejected: [string, Record<string, string | string[] | undefined>, string][] = [
    ['another id', { 'webhook-id': 'evt_2' }, 'no_matching_signature'],
    ['another time', { 'webhook-timestamp': String(now + 1) }, 'no_matching_signature'],
    ['id and time shifted over the dot', { 'webhook-id': `evt_1.${now}` }, 'malformed_id'],
    ['time in another spelling', { 'webhook-timestamp': `${now}.0` }, 'malformed_timestamp'],
    ['time in exponent form', { 'webhook-timestamp': '18e8' }, 'malformed_timestamp'],
    ['no id', { 'webhook-id': undefined }, 'missing_header'],
    ['id twice', { 'Webhook-Id': 'evt_1' }, 'missing_header'],
    ['signature as a list', { 'webhook-signature': ['v1,a', 'v1,b'] }, 'missing_header'],
    ['empty signature', { 'webhook-signature': '' }, 'missing_header'],
    [
      'unknown version',
      { 'webhook-signature': good['webhook-signature'].replace('v1', 'v1a') },
      'no_matching_signature',
    ],
    [
      'signature cut',
      { 'webhook-signature': good['webhook-signature'].slice(0, -1) },
      'no_matching_signature',
    ],
  ];
  for (const [name, change, reason] of rejected) {
    t.strictSame(verify({ ...good, ...change }, body, [secret], now), { ok: false, reason }, name);
  }
  t.equal(verify(good, body, [newSecret()], now).ok, false, 'another secret');
  t.equal(verify(good, body, [], now).ok, false, 'no secret at all');
});

t.test('an event is accepted five minutes early or late and no longer', async (t) => {
  const secret = newSecret();
  const good = headers('evt_1', 10_000, '{}', [secret]);
  const at = (now: number, tolerance?: number) => verify(good, '{}', [secret], now, tolerance);
  t.equal(at(10_300).ok, true);
  t.equal(at(9_700).ok, true);
  t.strictSame(at(10_301), { ok: false, reason: 'too_old' });
  t.strictSame(at(9_699), { ok: false, reason: 'too_new' });
  t.strictSame(at(10_002, 1), { ok: false, reason: 'too_old' });
});

t.test('while secrets rotate, holders of the old, the new or both accept the event', async (t) => {
  const [old_secret, new_secret] = [newSecret(), newSecret()];
  const now = nowSeconds();
  const both = headers('evt_1', now, '{}', [new_secret, old_secret]);
  t.equal(both['webhook-signature'].split(' ').length, 2);
  for (const held of [[old_secret], [new_secret], [newSecret(), old_secret]]) {
    t.equal(verify(both, '{}', held, now).ok, true);
  }
  for (const secret of [old_secret, new_secret]) new Webhook(secret).verify('{}', both);
  const after = headers('evt_1', now, '{}', [new_secret]);
  t.equal(verify(after, '{}', [old_secret], now).ok, false, 'the old secret is dead after the grace period');
  const mixed = { ...after, 'webhook-signature': `v1a,AAAA ${after['webhook-signature']}` };
  t.equal(verify(mixed, '{}', [new_secret], now).ok, true, 'signatures of other versions are passed over');
});

t.test('v1 and v1a are byte for byte those of the fixed vectors', async (t) => {
  const [id, time, body] = ['msg_p5jXN8AQM9LWM0D4loKWxJek', 1_614_265_330, '{"test": 2432232314}'];
  // Of the Svix server's tests: its layout of keys is the one that Standard Webhooks implementations share.
  const private_key =
    'whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg==';
  const public_key = 'whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=';
  const expected =
    'v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg==';
  t.equal(sign(id, time, body, [private_key]), expected);
  const given = headers(id, time, body, ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', private_key]);
  t.match(given['webhook-signature'], /^v1,\S+ v1a,\S+$/);
  t.equal(verify(given, body, [public_key], time).ok, true);
});

t.test('with a public key alone a receiver tells genuine from changed', async (t) => {
  const [ours, other] = [newKeyPair(), newKeyPair()];
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 300 }), fc.nat(), (body, at) => {
      const given = headers('evt_1', 1_800_000_000, body, [ours.private_key]);
      const held = (keys: string[], text = body) => verify(given, text, keys, 1_800_000_000).ok;
      const changed = Uint8Array.from(body);
      changed[at % body.length]! ^= 1 << (at & 7);
      return (
        held([ours.public_key]) &&
        held([other.public_key, ours.public_key]) &&
        !held([other.public_key]) &&
        !held([ours.public_key], changed)
      );
    }),
    { numRuns: 200 },
  );
  const given = headers('evt_1', 1_800_000_000, '{}', [ours.private_key]);
  const renamed = { ...given, 'webhook-signature': given['webhook-signature'].replace('v1a', 'v1') };
  t.equal(verify(renamed, '{}', [ours.public_key], 1_800_000_000).ok, false, 'the sender does not choose');
  const base64 = given['webhook-signature'].slice('v1a,'.length);
  for (const spelling of [
    base64.replace('==', ''),
    `${base64.slice(0, -3)}B==`,
    'A'.repeat(84),
    `${'A'.repeat(86)}==`,
  ]) {
    const respelled = { ...given, 'webhook-signature': `v1a,${spelling}` };
    t.equal(verify(respelled, '{}', [ours.public_key], 1_800_000_000).ok, false, spelling);
  }
  const wrong = ['whpk_', `${ours.public_key}=`, `whpk_${Buffer.alloc(31).toString('base64')}`];
  for (const key of wrong) t.throws(() => verify(given, '{}', [key], 1_800_000_000), TypeError, key);
  t.throws(() => sign('evt_1', 1, '{}', ['whsk_AAAA']), /copy it again/);
});

t.test('the ladder of retries is climbed once, spread by a fifth, lengthened by the receiver', async (t) => {
  t.strictSame(
    LADDER_SECONDS.map((_, attempt) => nextDelaySeconds(attempt, 0.5, null)),
    [0, 5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400],
  );
  t.equal(nextDelaySeconds(10, 0.5, null), null);
  t.equal(nextDelaySeconds(10, 0.5, 60), null, 'a wish of the receiver adds no attempt');
  t.equal(nextDelaySeconds(1, 0.5, 60), 60);
  t.equal(nextDelaySeconds(3, 0.5, 60), 1_800);
  t.equal(nextDelaySeconds(2, 0, null), 240);
  fc.assert(
    fc.property(
      fc.nat(9),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      (attempt, jitter) => {
        const [delay, middle] = [nextDelaySeconds(attempt, jitter, null)!, LADDER_SECONDS[attempt]!];
        return delay >= middle * 0.8 - 1e-9 && delay <= middle * 1.2;
      },
    ),
  );
  for (const [attempt, jitter] of [
    [-1, 0],
    [0.5, 0],
    [0, 1],
    [0, -0.1],
    [0, Number.NaN],
  ] as const) {
    t.throws(() => nextDelaySeconds(attempt, jitter, null), { name: 'RangeError' });
  }
});

t.test('Retry-After is read as seconds or as a date and kept within a day', async (t) => {
  const result: PostResult = {
    started_at: new Date('1994-11-06T08:48:35.000Z'),
    duration_ms: 2_000,
    status: 503,
    error_class: 'response',
    error_message: null,
    answer_excerpt: '',
    retry_after: null,
  };
  const read = (retry_after: string | null) => retryAfterSeconds({ ...result, retry_after });
  const cases: [string | null, number | null][] = [
    [null, null],
    ['120', 120],
    ['0', 0],
    ['99999999999999999999', MAX_RETRY_AFTER_SECONDS],
    ['Sun, 06 Nov 1994 08:49:37 GMT', 60],
    ['Sunday, 06-Nov-94 08:49:37 GMT', 60],
    ['Sun, 06 Nov 1994 08:00:00 GMT', 0],
    ['Sun, 06 Nov 2094 08:00:00 GMT', MAX_RETRY_AFTER_SECONDS],
    ...['', '-5', '1.5', 'soon', '1994-11-06', 'Sun, 99 Nov 1994 08:49:37 GMT'].map(
      (text): [string, null] => [text, null],
    ),
  ];
  for (const [text, seconds] of cases) t.equal(read(text), seconds, String(text));
});

/** Spellings that an HTTP client would take to this machine. */
const LOOPBACK_SPELLINGS = [
  ...['127.0.0.1', '127.1', '127.0.1', '2130706433', '0x7f000001', '0x7f.1', '0x7f.0.0.1', '0177.0.0.1'],
  ...[
    '017700000001',
    '0177.1',
    '127.0.0.1.',
    '１２７.０.０.１',
    '①②⑦.⓪.⓪.①',
    '127。0。0。1',
    '%31%32%37.0.0.1',
  ],
  ...['127.0x0.0.01', '0', '0.0.0.0', '[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '[0:0:0:0:0:ffff:7f00:0001]'],
  ...['localhost', 'LOCALHOST', 'localhost.', 'a.localhost'],
];

/** Spellings of other places that are not public. */
const OTHER_SPELLINGS = [
  ...['127.255.255.254', '127.0.0.53', '0.1.2.3', '[::]', '[::1]', '[0:0:0:0:0:0:0:1]', '[::ffff:0.0.0.0]'],
  ...[
    '10.0.0.1',
    '10.255.255.255',
    '0xa000001',
    '012.1',
    '167772161',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
  ],
  ...[
    '192.168.257',
    '3232235777',
    '[::ffff:10.0.0.1]',
    '[::ffff:192.168.0.1]',
    '169.254.169.254',
    '0xa9fea9fe',
  ],
  ...[
    '2852039166',
    '[::ffff:169.254.169.254]',
    '169.254.0.1',
    '100.64.0.1',
    '100.127.255.255',
    '100.100.100.200',
  ],
  ...['192.0.0.1', '192.0.0.192', '192.0.2.1', '192.88.99.1', '198.18.0.1', '198.19.255.255', '198.51.100.1'],
  ...['203.0.113.1', '224.0.0.1', '239.255.255.255', '240.0.0.1', '255.255.255.255', '168.63.129.16'],
  ...['[64:ff9b::7f00:1]', '[64:ff9b::10.0.0.1]', '[64:ff9b:1::a00:1]', '[2002:7f00:1::]', '[2002:a00:1::1]'],
  ...[
    '[2001:0:7f00:1::]',
    '[2001:db8::1]',
    '[2001:10::1]',
    '[2001:20::1]',
    '[3fff::1]',
    '[100::1]',
    '[5f00::1]',
  ],
  ...['[fe80::1]', '[febf::1]', '[fec0::1]', '[fc00::1]', '[fd00:ec2::254]', '[ff02::1]', '[::127.0.0.1]'],
  ...['[::ffff:0:127.0.0.1]', '[200::1]', '[4000::1]'],
];

t.test('no spelling of a non-public address is saved, posted to or connected to', async (t) => {
  const { host, counts } = await canary(t);
  const port = host.split(':')[1];
  t.ok(LOOPBACK_SPELLINGS.length + OTHER_SPELLINGS.length >= 60);
  const guard = createAddressGuard({ allowed_hosts: [], resolver: resolverTo('127.0.0.1') });
  const sender = senderFor(t);
  const agent = new Agent({ connect: guard.connector(1_000) });
  t.teardown(() => agent.close());
  for (const spelling of [...LOOPBACK_SPELLINGS, ...OTHER_SPELLINGS]) {
    t.match(
      guard.urlRefusal(`https://${spelling}/hook`)?.text,
      /; webhooks go only to public .*: use /,
      spelling,
    );
    const result = await sender.post(`https://${spelling}/hook`, {}, '{}');
    t.match(result, { status: null, error_class: 'refused_address' }, spelling);
    const origin = new URL(`http://${spelling}:${port}`).origin;
    await t.rejects(
      agent.request({ origin, path: '/', method: 'GET' }),
      { name: 'RefusedAddress' },
      `connecting to ${spelling}`,
    );
  }
  t.strictSame(counts, { connections: 0, bytes: 0 });

  const unguarded = new Agent({ connectTimeout: 1_000, headersTimeout: 100 });
  t.teardown(() => unguarded.destroy());
  for (const spelling of LOOPBACK_SPELLINGS.filter((spelling) => !/localhost/i.test(spelling))) {
    const origin = new URL(`http://${spelling}:${port}`).origin;
    unguarded.request({ origin, path: '/', method: 'GET' }).catch(() => undefined);
  }
  while (counts.connections === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  t.ok(counts.connections > 0, 'without the guard the canary is reached');
});

t.test('a public name is refused when any of its addresses is not public', async (t) => {
  const { host, counts } = await canary(t);
  const port = host.split(':')[1];
  const answers = [
    ['127.0.0.1'],
    ['8.8.8.8', '127.0.0.1'],
    ['127.0.0.1', '8.8.8.8'],
    ['2606:4700::1111', '::1'],
    ['::ffff:127.0.0.1'],
    ['64:ff9b::7f00:1'],
    ['fe80::1%eth0'],
    ['not an address'],
  ];
  for (const answer of answers) {
    const agent = new Agent({
      connect: createAddressGuard({ allowed_hosts: [], resolver: resolverTo(...answer) }).connector(1_000),
    });
    const request = agent.request({ origin: `http://hooks.bank.example:${port}`, path: '/', method: 'GET' });
    await t.rejects(request, { name: 'RefusedAddress' }, answer.join());
    await agent.close();
  }
  t.strictSame(counts, { connections: 0, bytes: 0 });
});

t.test('an answer that turns private after its check gets a connection but not one byte', async (t) => {
  const { host, counts, closed } = await canary(t);
  const connector = createAddressGuard({ allowed_hosts: [], resolver: resolverTo('8.8.8.8') }).connector(
    1_000,
  );
  const agent = new Agent({ connect: connector });
  t.teardown(() => agent.close());
  const origin = `http://hooks.bank.example:${host.split(':')[1]}`;
  await t.rejects(agent.request({ origin, path: '/', method: 'GET' }), { name: 'RefusedAddress' });
  t.equal(counts.bytes, 0);
  t.ok(counts.connections <= 1);
  // The connection is given up: it does not wait for our side.
  await Promise.all(closed);
});

/** Special-purpose blocks, written down from the IANA registries and checked by Node's own matcher. */
function ianaBlockLists() {
  const lists = { ipv4: new BlockList(), ipv6: new BlockList() };
  const ipv4 =
    '0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 ' +
    '192.31.196.0/24 192.52.193.0/24 192.88.99.0/24 192.168.0.0/16 192.175.48.0/24 198.18.0.0/15 ' +
    '198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4 168.63.129.16/32';
  const ipv6 = '::/3 4000::/2 8000::/1 2001::/23 2001:db8::/32 2002::/16 2620:4f:8000::/48 3fff::/20';
  for (const [family, blocks] of [
    ['ipv4', ipv4],
    ['ipv6', ipv6],
  ] as const) {
    for (const block of blocks.split(' ')) {
      const [network, bits] = block.split('/');
      lists[family].addSubnet(network!, Number(bits), family);
    }
  }
  return lists;
}

t.test('the verdict on 10,000 addresses is that of an independent table', async (t) => {
  const lists = ianaBlockLists();
  const dotted = (n: number) => [24, 16, 8, 0].map((shift) => (n >>> shift) & 255).join('.');
  const colons = (parts: number[]) => parts.map((part) => part.toString(16)).join(':');
  const uint32 = fc.integer({ min: 0, max: 0xffff_ffff });
  const part = fc.integer({ min: 0, max: 0xffff });
  const edges = [
    ...[
      '9.255.255.255',
      '11.0.0.0',
      '100.63.255.255',
      '100.128.0.0',
      '126.255.255.255',
      '128.0.0.0',
      '169.253.255.255',
    ],
    ...[
      '169.255.0.0',
      '172.15.255.255',
      '172.32.0.0',
      '192.0.1.0',
      '192.0.3.0',
      '192.167.255.255',
      '192.169.0.0',
    ],
    ...['198.17.255.255', '198.20.0.0', '223.255.255.255', '168.63.129.15', '168.63.129.17', '1.0.0.0'],
  ];
  const edges_v6 = [
    '1fff::',
    '2000::',
    '2001:1ff::',
    '2001:200::',
    '2001:db7::',
    '2001:db9::',
    '2003::',
    '3ffe::',
    '4000::',
  ];
  const ipv4 = fc.oneof(uint32.map(dotted), fc.constantFrom(...edges));
  const heads = fc.constantFrom(0x2001, 0x2002, 0x2620, 0x3fff, 0x2000, 0xfe80, 0xfd00, 0x64, 0);
  const ipv6 = fc.oneof(
    fc.array(part, { minLength: 8, maxLength: 8 }).map(colons),
    fc.tuple(heads, ...Array.from({ length: 7 }, () => fc.oneof(part, fc.constant(0)))).map(colons),
    fc.constantFrom(...edges_v6),
  );
  let refused = 0;
  const agrees = (address: string, blocked: boolean) => {
    const refusal = addressRefusal(address);
    if (refusal) refused += 1;
    return (refusal !== null) === blocked;
  };
  const numRuns = 5_000;
  fc.assert(
    fc.property(ipv4, (address) => {
      const blocked = lists.ipv4.check(address, 'ipv4');
      return agrees(address, blocked) && agrees(`::ffff:${address}`, blocked);
    }),
    { numRuns },
  );
  fc.assert(
    fc.property(ipv6, (address) => agrees(address, lists.ipv6.check(address, 'ipv6'))),
    { numRuns },
  );
  t.ok(refused > 1_000 && refused < 14_000, `${refused} of 15,000 refused: both verdicts occur`);
});

t.test('a public address of this machine is refused', async (t) => {
  const own = ['192.168.1.5', '8.8.8.8', '2606:4700:0::1111'];
  t.match(addressRefusal('8.8.8.8', own)?.text, /an address of this machine/);
  t.match(addressRefusal('::ffff:8.8.8.8', own)?.text, /an address of this machine/);
  t.match(addressRefusal('2606:4700::1111', own)?.text, /an address of this machine/);
  t.equal(addressRefusal('8.8.4.4', own), null);
  const { networkInterfaces } = os;
  t.teardown(() => {
    os.networkInterfaces = networkInterfaces;
    syncBuiltinESMExports();
  });
  const [loopback] = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  os.networkInterfaces = () => ({ gone: undefined, eth0: [{ ...loopback!, address: '8.8.4.4' }] });
  syncBuiltinESMExports();
  t.match(addressRefusal('8.8.4.4')?.text, /an address of this machine/);
  t.equal(addressRefusal('8.8.8.8'), null);
});

t.test('a URL is refused at save with what, rule and remedy', async (t) => {
  const allowed_hosts = [
    'bank.internal',
    '127.0.0.1:9999',
    '[::1]:9999',
    'ten.example:80',
    'tls.example:443',
  ];
  const guard = createAddressGuard({ allowed_hosts });
  const fitting = `https://hooks.bank.example/${'x'.repeat(2_048 - 27)}`;
  const long = `https://hooks.bank.example/${'x'.repeat(2_048)}`;
  const refused: [string, RegExp][] = [
    ['', /absolute https URL/],
    ['hooks.bank.example/x', /absolute https URL/],
    ['ftp://hooks.bank.example/', /absolute https URL/],
    ['file:///etc/passwd', /absolute https URL/],
    ['http://hooks.bank.example/', /only https is accepted/],
    ['https://user:pa55@hooks.bank.example/', /user name or password/],
    ['https://user@bank.internal/', /user name or password/],
    ['https://:pa55@hooks.bank.example/', /user name or password/],
    ['https://router.home.arpa/', /not public/],
    ['https://receiver.localhost/', /not public/],
    ['http://ten.example:8080/', /only https/],
    ['http://tls.example/', /only https/],
    ['https://hooks.bank.example/#x', /fragment/],
    ['https://hooks.bank.example/#', /fragment/],
    ['https://hooks.bank.example:22/', /port 22 .* go to 443 or 8443: /],
    ['https://hooks.bank.example:80/', /port 80/],
    [long, /at most 2048/],
    ['https://intranet/', /not public/],
    ['https://db.internal/', /not public/],
    ['https://printer.local./', /not public/],
    ['https://bank.internal./', /not public/],
    ['http://127.0.0.1:9998/', /only https/],
    ['https://127.0.0.1:8443/', /loopback/],
  ];
  for (const [url, rule] of refused) {
    const refusal = guard.urlRefusal(url)?.text;
    t.match(refusal, rule, url.slice(0, 60));
    t.match(refusal, /: \S.*\.$/, 'ends in a remedy');
    t.notMatch(refusal, /pa55/, 'repeats no password');
  }
  const accepted = [
    'https://hooks.bank.example/x?y=1',
    'https://hooks.bank.example:8443/',
    'https://8.8.8.8/',
    'https://[2606:4700::1111]/',
    'http://bank.internal:1234/',
    'https://BANK.internal/',
    'http://127.0.0.1:9999/hook',
    'http://127.1:9999/hook',
    'http://[::1]:9999/hook',
    'http://ten.example/',
    'https://tls.example/',
    'https://receiver.local.example/',
    fitting,
  ];
  t.equal(fitting.length, MAX_URL_LENGTH);
  for (const url of accepted) t.equal(guard.urlRefusal(url), null, url);
  for (const entry of [
    '*',
    '*.bank.example',
    'https://bank.example',
    '10.0.0.0/8',
    '127.1',
    '',
    'a b',
    'host:',
    'host:123456',
    'host:99999',
    'host:1x',
    '[::1',
    '::1]',
    'x/y',
  ]) {
    t.throws(() => createAddressGuard({ allowed_hosts: [entry] }), /not an exact host: write/, entry);
  }
});

t.test('an allow-listed receiver takes each event once, however often it is sent', async (t) => {
  const secrets = { '/bank': [newSecret()], '/firm': [newSecret(), newSecret()] } as Record<string, string[]>;
  const events: ReceivedEvent[] = [];
  let failures = 1;
  const receiver = await startReceiver({
    secrets_for: (path) => secrets[path] ?? [],
    on_event(event) {
      if (failures-- > 0) throw new Error('full');
      events.push(event);
    },
  });
  t.teardown(() => receiver.close());
  const sender = senderFor(t, receiver.host);
  const body = '{"type":"patent.lapsed","note":"專利 — патент"}';
  const post = (path: string, id: string, signed: string[], sent = body) =>
    sender.post(`${receiver.url}${path}`, headers(id, nowSeconds(), body, signed), sent);

  t.match(await post('/bank', 'evt_1', secrets['/bank']!), { status: 500, error_class: 'response' });
  t.match(await post('/bank', 'evt_1', secrets['/bank']!), { status: 204, error_class: null });
  t.match(await post('/bank', 'evt_1', secrets['/bank']!), { status: 204, error_class: null });
  t.match(await post('/firm', 'evt_1', [secrets['/firm']![1]!]), { status: 204 });
  const tampered = await post('/bank', 'evt_2', secrets['/bank']!, body.replace('lapsed', 'lapsee'));
  t.match(tampered, { status: 401, error_class: 'response', answer_excerpt: 'no_matching_signature' });
  t.match(await post('/nobody', 'evt_3', secrets['/bank']!), { status: 401 });
  t.match(await post('/bank', 'evt_4', secrets['/bank']!, 'x'.repeat(300_000)), { status: 413 });
  t.strictSame(receiver.counts, { received: 7, verified: 4, rejected: 3, duplicates: 1 });
  t.strictSame(
    events.map(({ path, id, body }) => [path, id, body]),
    [
      ['/bank', 'evt_1', body],
      ['/firm', 'evt_1', body],
    ],
  );
});

t.test("an allow-listed name is resolved and reached on the operator's own network", async (t) => {
  const host = await serve(t, (request, response) => response.end(request.headers.host));
  const port = host.split(':')[1];
  const sender = createSender({ allowed_hosts: ['hooks.bank.example'], resolver: resolverTo('127.0.0.1') });
  t.teardown(() => sender.close());
  const result = await sender.post(`http://hooks.bank.example:${port}/`, { host: 'other.example' }, '{}');
  t.match(result, {
    status: 200,
    error_class: null,
    error_message: null,
    answer_excerpt: `hooks.bank.example:${port}`,
  });
  t.ok(result.started_at instanceof Date && result.duration_ms > 0);
  const by_system = createSender({ allowed_hosts: [`localhost:${port}`] });
  t.teardown(() => by_system.close());
  const found = await by_system.post(`http://localhost:${port}/`, {}, '{}');
  t.equal(found.status, 200, 'names are resolved by the system unless somebody else is given');
});

t.test('a thousand posts share a few kept-alive connections', async (t) => {
  let connections = 0;
  const server = createServer((request, response) => request.resume().on('end', () => response.end()));
  server.on('connection', () => {
    connections += 1;
  });
  const host = await listen(t, server);
  const sender = createSender({ allowed_hosts: [host] });
  const post = async () => {
    for (let i = 0; i < 50; i++) t.equal((await sender.post(`http://${host}/`, {}, '{}')).error_class, null);
  };
  await Promise.all(Array.from({ length: 20 }, post));
  t.ok(connections <= MAX_CONNECTIONS_PER_ORIGIN, `${connections} connections`);
  await sender.close();
});

t.test('a redirect is a failure and is not followed', async (t) => {
  const { host: forbidden, counts } = await canary(t);
  for (const status of [301, 302, 303, 307, 308]) {
    const host = await serve(t, (_request, response) => {
      response.writeHead(status, { location: `http://${forbidden}/` }).end();
    });
    const result = await senderFor(t, host, forbidden).post(`http://${host}/`, {}, '{}');
    t.match(result, { status, error_class: 'redirect', error_message: /not followed/ });
  }
  t.equal(counts.connections, 0);
});

t.test('an endless answer is cut and its status counts', async (t) => {
  let written = 0;
  let closed: () => void = () => undefined;
  const cut = new Promise<void>((resolve) => {
    closed = resolve;
  });
  const host = await serve(t, (_request, response) => {
    const chunk = `${'é'.repeat(1_023)}\0`;
    const pour = () => {
      while (!response.destroyed && response.write(chunk)) written += chunk.length;
    };
    response.on('drain', pour).on('close', closed);
    response.writeHead(200);
    response.write('a');
    pour();
  });
  const result = await senderFor(t, host).post(`http://${host}/`, {}, '{}');
  await cut;
  t.match(result, { status: 200, error_class: null });
  t.equal(result.answer_excerpt, `a${'é'.repeat(511)}`, 'at most 1 kB, cut between letters');
  t.ok(written < 20_000_000, `${written} written before the cut`);
});

t.test('an answer is neither unpacked nor trusted to be text', async (t) => {
  const bomb = gzipSync(Buffer.alloc(5_000_000));
  const host = await serve(t, (request, response) => {
    if (request.url === '/nul') response.end('a\0b');
    else response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb);
  });
  const sender = senderFor(t, host);
  const packed = await sender.post(`http://${host}/`, {}, '{}');
  t.equal(packed.error_class, null);
  t.ok(packed.answer_excerpt.length <= 1_024 && packed.answer_excerpt.charCodeAt(0) === 0x1f, 'still packed');
  t.equal(
    (await sender.post(`http://${host}/nul`, {}, '{}')).answer_excerpt,
    'ab',
    'PostgreSQL takes no NUL',
  );
});

t.test('a receiver that is slow in any phase times out', async (t) => {
  const silent = await canary(t);
  const dripping = await serve(t, (_request, response) => {
    response.writeHead(200);
    const timer = setInterval(() => response.write('.'), 20);
    response.on('close', () => clearInterval(timer));
  });
  const hung: Resolver = () => new Promise(() => undefined);
  const sender = createSender({ allowed_hosts: [silent.host, dripping], timeout_ms: 150, resolver: hung });
  for (const [url, status] of [
    [`http://${silent.host}/`, null],
    [`https://${silent.host}/`, null],
    [`http://${dripping}/`, 200],
    ['https://hooks.bank.example/', null],
  ] as const) {
    const result = await sender.post(url, {}, '{}');
    t.match(result, { error_class: 'timeout', status, error_message: /150 ?ms/ }, url);
    t.ok(result.duration_ms >= 145 && result.duration_ms < 1_000, `${result.duration_ms} ms`);
  }
  const start_ms = performance.now();
  await sender.close();
  t.ok(performance.now() - start_ms < 2_000, 'nothing is left hanging');
});

t.test('a hung receiver delays no other', async (t) => {
  const silent = await canary(t);
  const quick = await serve(t, (_request, response) => response.end());
  const sender = senderFor(t, silent.host, quick);
  const hung = Array.from({ length: 100 }, () => sender.post(`http://${silent.host}/`, {}, '{}'));
  const result = await sender.post(`http://${quick}/`, {}, '{}');
  t.equal(result.error_class, null);
  t.ok(result.duration_ms < 300, `${result.duration_ms} ms`);
  t.ok((await Promise.all(hung)).every(({ error_class }) => error_class === 'timeout'));
});

t.test('a post that waits for a connection keeps to its deadline', async (t) => {
  const silent = await canary(t);
  const sender = createSender({ allowed_hosts: [silent.host], timeout_ms: 500 });
  const post = () => sender.post(`https://${silent.host}/`, {}, '{}');
  const hung = Array.from({ length: MAX_CONNECTIONS_PER_ORIGIN }, post);
  await new Promise((resolve) => setTimeout(resolve, 50));
  const result = await post();
  t.equal(result.error_class, 'timeout');
  t.ok(result.duration_ms < 750, `${result.duration_ms} ms`);
  await Promise.all([...hung, sender.close()]);
});

t.test('each failure on the way is told apart', async (t) => {
  const answering = await serve(t, (request, response) => {
    if (request.url === '/reset') request.socket.resetAndDestroy();
    else if (request.url === '/headers') response.writeHead(200, { 'x-long': 'x'.repeat(100_000) }).end();
    else response.writeHead(Number(request.url!.slice(1)), { 'retry-after': '30' }).end('busy');
  });
  const garbled = await listen(
    t,
    createTcpServer((socket) => socket.on('error', () => undefined).end('hello\r\n\r\n')),
  );
  const gone = createTcpServer().listen(0, '127.0.0.1');
  await once(gone, 'listening');
  const closed = `127.0.0.1:${(gone.address() as AddressInfo).port}`;
  await new Promise((resolve) => gone.close(resolve));
  const unresolved = createSender({
    allowed_hosts: [],
    resolver: async () => {
      throw new Error('ENOTFOUND');
    },
  });
  const empty = createSender({ allowed_hosts: [], resolver: async () => [] });
  t.teardown(() => Promise.all([unresolved.close(), empty.close()]));
  const sender = senderFor(t, answering, garbled, closed);

  for (const failing of [unresolved, empty]) {
    const result = await failing.post('https://hooks.bank.example/', {}, '{}');
    t.match(result, { error_class: 'dns', status: null, error_message: /has no address/ });
  }
  t.match(await sender.post(`http://${closed}/`, {}, '{}'), {
    error_class: 'connect',
    error_message: /ECONNREFUSED/,
  });
  t.match(await sender.post(`https://${closed}/`, {}, '{}'), { error_class: 'connect' });
  t.match(await sender.post(`https://${answering}/`, {}, '{}'), { error_class: 'tls', status: null });
  t.match(await sender.post(`http://${garbled}/`, {}, '{}'), { error_class: 'response', status: null });
  for (const path of ['/reset', '/headers']) {
    t.match(await sender.post(`http://${answering}${path}`, {}, '{}'), {
      error_class: 'response',
      status: null,
    });
  }
  for (const status of [400, 410, 429, 500, 503]) {
    const result = await sender.post(`http://${answering}/${status}`, {}, '{}');
    t.match(result, {
      error_class: 'response',
      status,
      answer_excerpt: 'busy',
      error_message: new RegExp(`${status}`),
    });
    t.equal(retryAfterSeconds(result), 30);
  }
  await t.rejects(sender.post(`http://${answering}/200`, { 'x-a': 'b\r\nx-c: d' }, '{}'), TypeError);
});

t.test('a receiver without a trusted certificate for its name gets nothing', async (t) => {
  const { key, certificate } = selfSigned('hooks.bank.example');
  let requests = 0;
  const server = createTlsServer({ key, cert: certificate }, (_request, response) => {
    requests += 1;
    response.end();
  });
  const host = await listen(t, server as unknown as Server);
  const port = host.split(':')[1];
  const names = ['hooks.bank.example', 'other.bank.example'];
  const post = async (name: string) => {
    const sender = createSender({ allowed_hosts: names, resolver: resolverTo('127.0.0.1') });
    const result = await sender.post(`https://${name}:${port}/`, {}, '{}');
    await sender.close();
    return result;
  };
  t.match(await post(names[0]!), { error_class: 'tls', status: null, error_message: /self-signed/ });
  const trusted = getCACertificates('default');
  setDefaultCACertificates([...trusted, certificate]);
  t.teardown(() => setDefaultCACertificates(trusted));
  t.match(await post(names[1]!), { error_class: 'tls', status: null, error_message: /altname|match/i });
  t.equal(requests, 0);
  t.match(await post(names[0]!), { error_class: null, status: 200 });
});

t.test(
  'TLS 1.2 and 1.3 with ciphers of today are spoken, and nothing older, even where all else would',
  async (t) => {
    const name = 'hooks.bank.example';
    const { key, certificate } = selfSigned(name);
    const trusted = getCACertificates('default');
    const [version, ciphers] = [tls.DEFAULT_MIN_VERSION, tls.DEFAULT_CIPHERS];
    setDefaultCACertificates([...trusted, certificate]);
    tls.DEFAULT_MIN_VERSION = 'TLSv1';
    tls.DEFAULT_CIPHERS = 'DEFAULT@SECLEVEL=0';
    t.teardown(() => {
      setDefaultCACertificates(trusted);
      tls.DEFAULT_MIN_VERSION = version;
      tls.DEFAULT_CIPHERS = ciphers;
    });
    const sender = createSender({ allowed_hosts: [name], resolver: resolverTo('127.0.0.1') });
    t.teardown(() => sender.close());
    const speaking = async (only: SecureVersion, ciphers: string) => {
      const offered = { minVersion: only, maxVersion: only, ciphers };
      const server = createTlsServer({ key, cert: certificate, ...offered }, (_request, response) => {
        response.end();
      });
      const port = Number((await listen(t, server as unknown as Server)).split(':')[1]);
      const lenient = tls.connect({ port, host: '127.0.0.1', servername: name });
      await once(lenient, 'secureConnect');
      t.equal(lenient.getProtocol(), only, 'the receiver can be spoken to');
      lenient.destroy();
      const { status, error_class } = await sender.post(`https://${name}:${port}/`, {}, '{}');
      return status ?? error_class;
    };
    t.equal(await speaking('TLSv1', 'DEFAULT@SECLEVEL=0'), 'tls');
    t.equal(await speaking('TLSv1.1', 'DEFAULT@SECLEVEL=0'), 'tls');
    t.equal(await speaking('TLSv1.2', 'ECDHE-ECDSA-AES128-SHA'), 'tls');
    t.equal(await speaking('TLSv1.2', 'ECDHE-ECDSA-AES128-GCM-SHA256'), 200);
    t.equal(await speaking('TLSv1.3', 'TLS_AES_128_GCM_SHA256'), 200);
  },
);

t.test('no connection of the process goes below TLS 1.2, whatever Node was started with', async (t) => {
  const asked = `await import('./src/db/client.ts');
    const { DEFAULT_MIN_VERSION, DEFAULT_CIPHERS } = (await import('node:tls')).default;
    process.stdout.write(JSON.stringify({ DEFAULT_MIN_VERSION, DEFAULT_CIPHERS }));`;
  const flags = ['--tls-min-v1.0', '--tls-cipher-list=DEFAULT@SECLEVEL=0'];
  const { stdout } = await promisify(execFile)(process.execPath, [
    ...flags,
    '--import=tsx',
    '--input-type=module',
    '--eval',
    asked,
  ]);
  t.match(JSON.parse(stdout), { DEFAULT_MIN_VERSION: 'TLSv1.2', DEFAULT_CIPHERS: OUTWARD_TLS.ciphers });
});

t.test('a receiver closes at once under open connections', async (t) => {
  const receiver = await startReceiver({ secrets_for: () => [], on_event: () => undefined });
  const socket = connect(Number(receiver.host.split(':')[1]), '127.0.0.1');
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  socket.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\n');
  const start_ms = performance.now();
  await receiver.close();
  t.ok(performance.now() - start_ms < 500);
});

/** An X.509 certificate for one name, written in DER here so that no private key lies in the repository. */
function selfSigned(name: string): { key: string; certificate: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const der = (tag: number, ...parts: Uint8Array[]): Buffer => {
    const body = Buffer.concat(parts);
    const length = body.length < 128 ? [body.length] : [0x82, body.length >> 8, body.length & 255];
    return Buffer.concat([Buffer.from([tag, ...length]), body]);
  };
  const hex = (text: string) => Buffer.from(text, 'hex');
  const sequence = (...parts: Uint8Array[]) => der(0x30, ...parts);
  const ecdsa_with_sha256 = sequence(hex('06082a8648ce3d040302'));
  const subject = sequence(der(0x31, sequence(hex('0603550403'), der(0x0c, Buffer.from(name)))));
  const validity = sequence(der(0x17, Buffer.from('200101000000Z')), der(0x17, Buffer.from('491231235959Z')));
  const alternative_names = sequence(hex('0603551d11'), der(0x04, sequence(der(0x82, Buffer.from(name)))));
  const body = sequence(
    hex('a003020102'),
    hex('020101'),
    ecdsa_with_sha256,
    subject,
    validity,
    subject,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(alternative_names)),
  );
  const signature = der(0x03, hex('00'), signBytes('sha256', body, privateKey));
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    certificate: new X509Certificate(sequence(body, ecdsa_with_sha256, signature)).toString(),
  };
}
