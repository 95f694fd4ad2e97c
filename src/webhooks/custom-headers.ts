/** Static headers that an endpoint's owner adds to its deliveries, such as the token of a gateway: what may be one. */

export const MAX_CUSTOM_HEADERS = 10;
export const MAX_HEADER_NAME_CHARACTERS = 64;
export const MAX_HEADER_VALUE_CHARACTERS = 1_024;

const NAME = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/;
const VALUE = /^[!-~]([ -~]*[!-~])?$/;
/** Ours, or of the connection (RFC 9110, 7.6.1). */
const RESERVED_PREFIXES = ['webhook-', 'pledgewatch-', 'proxy-', 'sec-', 'content-', 'accept-'];
const RESERVED_NAMES = [
  'connection',
  'date',
  'expect',
  'host',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'via',
];

/** What is wrong with a header, without its value; null when it may be sent. */
export function headerRefusal(name: string, value: string): string | null {
  const lower = name.toLowerCase();
  if (!NAME.test(name) || name.length > MAX_HEADER_NAME_CHARACTERS)
    return `is no header name: use 1 to ${MAX_HEADER_NAME_CHARACTERS} letters, digits and "-"`;
  if (RESERVED_NAMES.includes(lower) || RESERVED_PREFIXES.some((prefix) => lower.startsWith(prefix)))
    return 'is set by the service or the connection: use another name';
  if (!VALUE.test(value) || value.length > MAX_HEADER_VALUE_CHARACTERS)
    return `must be 1 to ${MAX_HEADER_VALUE_CHARACTERS} printable ASCII characters without spaces at its ends`;
  return null;
}

/** What is wrong with one of the headers, and which; null when all may be sent together. */
export function headersRefusal(
  headers: Readonly<Record<string, string>>,
): { name: string; rule: string } | null {
  const seen = new Set<string>();
  for (const [name, value] of Object.entries(headers)) {
    const rule = seen.has(name.toLowerCase())
      ? 'is given twice: letter case does not tell headers apart'
      : headerRefusal(name, value);
    if (rule) return { name, rule };
    seen.add(name.toLowerCase());
  }
  return null;
}
