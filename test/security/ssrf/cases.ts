/** What is tried against the address guard, and what should come of it. */

/** `passes`: it reaches the receiver. `redirect`: it was told to go elsewhere and did not. */
export type Verdict = 'refused' | 'passes' | 'redirect';

export interface Case {
  url: string;
  /** Of each post in turn. */
  expected: readonly Verdict[];
  /** What the resolver answers, lookup after lookup; the last answer stays. */
  answers: readonly (readonly string[])[];
}

/** No address of a case is reached: the network of the run brings these to its own receiver. */
export const PUBLIC_ADDRESSES = ['8.8.8.8', '9.9.9.9', '2606:4700:4700::1111', '::ffff:808:808'];
const [FIRST, SECOND, SIXTH] = PUBLIC_ADDRESSES as [string, string, string, string];

/** Hosts that lead to this machine, in the ways of writing that a URL parser takes. */
const THIS_MACHINE = `
  127.0.0.1 127.1 127.0.1 2130706433 0x7f000001 0x7F000001 0x7f.1 0x7f.0.0.1 0x7f.0x0.0x0.0x1 0177.0.0.1 0177.1 017700000001
  00000177.00000000.00000000.00000001 127.0x0.0.01 0x000000007f.1 127.0.0.1. 2130706433. 0x7f.1. 127.255.255.254 127.0.0.53
  0 0. 0.0.0.0 0x0 00 0.1.2.3 127。0。0。1 127．0．0．1 127｡0｡0｡1 １２７.０.０.１ ①②⑦.⓪.⓪.① 𝟏𝟐𝟕.𝟎.𝟎.𝟏 %31%32%37.0.0.1 127%2e0%2e0%2e1
  %30x7f000001 ０ｘ７ｆ.１ 127.0.0.1%2e [::1] [0:0:0:0:0:0:0:1] [0000::0001] [::] [0::0] [::127.0.0.1] [::7f00:1]
  [::ffff:127.0.0.1] [::ffff:7f00:1] [::FFFF:7F00:1] [0:0:0:0:0:ffff:7f00:0001] [::ffff:0.0.0.0] [::ffff:0:127.0.0.1]
  [64:ff9b::7f00:1] [64:ff9b::127.0.0.1] [64:ff9b:1::127.0.0.1] [2002:7f00:1::] [2002:7f00:1::1] [2001:0:7f00:1::]
  [2001:0:808:808:0:0:80ff:fffe] localhost LOCALHOST localhost. ｌｏｃａｌｈｏｓｔ a.localhost ⓛocalhost`;

/** Hosts that lead to other places that are not public: metadata, private, shared, link-local, multicast, reserved. */
const OTHER_PLACES = `
  169.254.169.254 2852039166 0xa9fea9fe 0251.0376.0251.0376 169.254.43518 ①⑥⑨.②⑤④.①⑥⑨.②⑤④ [::ffff:169.254.169.254]
  [::ffff:a9fe:a9fe] [64:ff9b::a9fe:a9fe] [2002:a9fe:a9fe::] [fd00:ec2::254] 100.100.100.200 168.63.129.16 0xa83f8110
  192.0.0.192 metadata.google.internal metadata.internal 169.254.0.1 169.254.170.2 10.0.0.1 10.1 167772161 0xa000001 012.1
  10.255.255.255 172.16.0.1 172.31.255.255 0xac100001 192.168.1.1 192.168.257 3232235777 0300.0250.1.1 [::ffff:10.0.0.1]
  [::ffff:192.168.0.1] [2002:a00:1::1] [2002:c0a8:101::] [64:ff9b::10.0.0.1] 100.64.0.1 100.127.255.255 1684013057
  192.0.0.1 192.0.2.1 192.88.99.1 198.18.0.1 198.19.255.255 198.51.100.1 203.0.113.1 224.0.0.1 239.255.255.250 240.0.0.1
  254.1.1.1 255.255.255.255 4294967295 0xffffffff [fe80::1] [febf::1] [fec0::1] [fc00::1] [fd12:3456::1] [ff02::1] [ff05::2]
  [2001:db8::1] [2001:10::1] [2001:20::1] [3fff::1] [100::1] [5f00::1] [200::1] [4000::1] [8000::1]
  printer.local nas.home.arpa db.internal intranet router`;

/** Addresses of names. */
const INNER_ADDRESSES = `127.0.0.1 127.0.0.53 0.0.0.0 10.0.0.1 172.16.0.1 192.168.1.1 169.254.169.254 100.64.0.1 224.0.0.1
  255.255.255.255 240.0.0.1 198.18.0.1 192.0.2.1 168.63.129.16 ::1 :: ::ffff:127.0.0.1 ::ffff:10.0.0.1 64:ff9b::7f00:1
  2002:7f00:1:: 2001:0:7f00:1:: fe80::1 fe80::1%eth0 fc00::1 fd00:ec2::254 ff02::1 ::127.0.0.1`;

/** Whole addresses, of which parts mislead. */
const MISLEADING = [
  `https://${FIRST}@127.0.0.1/`,
  `https://127.0.0.1@${FIRST}/`,
  `https://user:word@${FIRST}/`,
  `https://hooks.bank.example@127.0.0.1/`,
  `https://hooks.bank.example:443@169.254.169.254/`,
  'https://%40127.0.0.1/',
  `https://${FIRST}/#@127.0.0.1/`,
  'https://127.0.0.1#.bank.example/',
  'https://127.0.0.1\\.bank.example/',
  'https:127.0.0.1/',
  'https:///127.0.0.1/',
  'https:\\\\127.0.0.1\\',
  'HTTPS://127.0.0.1/',
  ' https://127.0.0.1/ ',
  'https://127.0.\n0.1/',
  'https://127.0\t.0.1/',
  'https://127.0.0.1\0/',
  'https://127.\u00ad0.0.1/',
  'https://127.\u200b0.0.1/',
  'https://[fe80::1%25eth0]/',
  'https://[fe80::1%eth0]/',
  'https://[::1%25lo]/',
  'https://[::1%lo]:8443/',
  'https://[::ffff:127.0.0.1]:8443/',
  'https://127.0.0.1:443/',
  'https://127.0.0.1:8443/',
  `https://${FIRST}:22/`,
  `https://${FIRST}:6379/`,
  `https://${FIRST}:0/`,
  `http://${FIRST}/`,
  'http://127.0.0.1/',
  '//127.0.0.1/',
  'file:///etc/passwd',
  'gopher://127.0.0.1:6379/_x',
  'ftp://127.0.0.1/',
  'ws://127.0.0.1/',
  'data:text/plain,x',
  'jar:https://127.0.0.1/',
  '127.0.0.1',
  '',
];

/** Public, also where it does not look so. */
const PUBLIC_URLS = [
  `https://${FIRST}/`,
  `https://${FIRST}:8443/hook?x=127.0.0.1`,
  'https://134744072/',
  'https://0x08080808/',
  `https://[${SIXTH}]/`,
  `https://${FIRST}\\@127.0.0.1/`,
  `https://${FIRST}/@127.0.0.1/`,
  `https://${FIRST}?@127.0.0.1/`,
  'https://[::ffff:8.8.8.8]/',
];

/** Names whose answers are public. */
const PUBLIC_NAMES = ['hooks.bank.example', 'hooks.bank.example.', 'HOOKS.bank.example', 'bücher.example'];

const REDIRECTS = [301, 302, 303, 307, 308];

const words = (text: string) => text.trim().split(/\s+/);
const each = (
  urls: readonly string[],
  verdict: Verdict,
  answers: Case['answers'] = [['127.0.0.1']],
): Case[] => urls.map((url) => ({ url, expected: [verdict], answers }));

/** @param receiver_host allow-listed `host:port` that answers and redirects */
export function fixedCases(receiver_host: string): Case[] {
  const inner = words(INNER_ADDRESSES);
  return [
    ...each(
      [...words(THIS_MACHINE), ...words(OTHER_PLACES)].map((host) => `https://${host}/hook`),
      'refused',
    ),
    ...each(MISLEADING, 'refused', [[FIRST]]),
    ...inner.flatMap((address) => each(['https://hooks.bank.example/'], 'refused', [[address]])),
    ...each(['https://127.0.0.1.names.example/', 'https://a.localhost.names.example/'], 'refused'),
    ...[FIRST, SIXTH].flatMap((shown) => [
      ...each(['https://mixed.example/'], 'refused', [[shown, '127.0.0.1']]),
      ...each(['https://mixed.example:8443/'], 'refused', [['::1', shown]]),
      ...each(['https://mixed.example/'], 'refused', [[shown, SECOND, '169.254.169.254']]),
    ]),
    ...each(['https://odd.example/'], 'refused', [['not an address']]),
    ...each(PUBLIC_URLS, 'passes'),
    ...each(
      PUBLIC_NAMES.map((name) => `https://${name}/`),
      'passes',
      [[FIRST, SIXTH]],
    ),
    ...each([`http://${receiver_host}/`], 'passes'),
    ...rebindings(),
    ...REDIRECTS.flatMap((status) =>
      ['http://127.0.0.1/', 'https://[::1]/', 'http://169.254.169.254/latest/meta-data/'].flatMap((to) =>
        each([`http://${receiver_host}/${status}?to=${encodeURIComponent(to)}`], 'redirect'),
      ),
    ),
  ];
}

/** Public when it is first looked up, and something else at the next connection. */
function rebindings(): Case[] {
  const turns = ['127.0.0.1', '::1', '0.0.0.0', '10.0.0.1', '169.254.169.254', '::ffff:7f00:1'];
  return turns.flatMap((inner): Case[] => [
    { url: 'https://turning.example/', expected: ['passes', 'refused'], answers: [[FIRST], [inner]] },
    {
      url: 'https://turning.example/',
      expected: ['passes', 'refused', 'passes'],
      answers: [[SIXTH], [SIXTH, inner], [FIRST]],
    },
  ]);
}
