/** Random spellings of random addresses that are not public. */

/** Blocks of IPv4 that are not public (IANA special-purpose registry), as first address and bits of the network. */
const BLOCKS: readonly [string, number][] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
];

type Random = () => number;

/** A host of a URL that any client would take to an address that is not public. @param random uniform in [0, 1) */
export function drawHost(random: Random): string {
  const address = drawAddress(random);
  return random() < 0.3 ? `[${embedded(address, random)}]` : dressed(numbers(address, random), random);
}

function drawAddress(random: Random): number {
  const [network, bits] = pick(BLOCKS, random);
  const first = network.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  return first + Math.floor(random() * 2 ** (32 - bits));
}

/** One to four numbers, the last of which holds the bytes that are left (WHATWG URL, IPv4 parser). */
function numbers(address: number, random: Random): string {
  const count = 1 + Math.floor(random() * 4);
  const parts: number[] = [];
  let rest = address;
  for (let index = 0; index < count - 1; index++) {
    const unit = 256 ** (3 - index);
    parts.push(Math.floor(rest / unit));
    rest %= unit;
  }
  return [...parts, rest].map((part) => numeral(part, random)).join('.');
}

function numeral(value: number, random: Random): string {
  const zeros = '0'.repeat(Math.floor(random() * 4));
  return pick(
    [
      String(value),
      `0${zeros}${value.toString(8)}`,
      `0x${zeros}${value.toString(16)}`,
      `0X${value.toString(16).toUpperCase()}`,
    ],
    random,
  );
}

/** In the letters and dots that a URL parser folds into ASCII. */
function dressed(host: string, random: Random): string {
  const dots = pick(['.', '.', '。', '．', '｡', '%2e'], random);
  const letter = (from: string) => {
    const draw = random();
    if (draw < 0.1) return String.fromCodePoint(from.codePointAt(0)! + 0xfee0);
    return draw < 0.2 ? `%${from.codePointAt(0)!.toString(16)}` : from;
  };
  const text = [...host].map((from) => (from === '.' ? dots : letter(from))).join('');
  return random() < 0.2 ? `${text}.` : text;
}

/** An IPv4 address inside an IPv6 one: mapped, compatible, translated, NAT64, 6to4, Teredo. */
function embedded(address: number, random: Random): string {
  const [high, low] = [Math.floor(address / 65_536).toString(16), (address % 65_536).toString(16)];
  const flipped = [Math.floor(address / 65_536), address % 65_536].map((part) =>
    (part ^ 0xffff).toString(16),
  );
  return pick(
    [
      `::ffff:${high}:${low}`,
      `0:0:0:0:0:FFFF:${high}:${low}`,
      `::${high}:${low}`,
      `::ffff:0:${high}:${low}`,
      `64:ff9b::${high}:${low}`,
      `64:ff9b:1::${high}:${low}`,
      `2002:${high}:${low}::1`,
      `2001:0:0808:0808:0:0:${flipped.join(':')}`,
    ],
    random,
  );
}

function pick<T>(items: readonly T[], random: Random): T {
  return items[Math.floor(random() * items.length)]!;
}
