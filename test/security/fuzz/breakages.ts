/** Ways in which a request is broken. */
import fc, { type Arbitrary } from 'fast-check';
import { kindOf } from './known.ts';
import type { Parts } from './requests.ts';
import type { Start } from './values.ts';

/** Null where the request has nothing to break in that way. */
type Breakage = (parts: Parts, place: Start) => Arbitrary<Parts> | null;

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

const NUL = '\0';
const LONE_SURROGATE = '\ud800';
/** Goes into JSON as it stands: numbers that no parser keeps, and others that no column does. */
const RAW_NUMBERS = [
  '1e400',
  '-1e400',
  '1e308',
  '9007199254740993',
  '9223372036854775808',
  '-9223372036854775809',
  '2147483648',
  '4294967296',
  '-0',
  '0.1',
  '1e-400',
  '123456789012345678901234567890',
];
const ODD_TEXTS = [
  NUL,
  `a${NUL}b`,
  LONE_SURROGATE,
  `\udc00a`,
  '\u202e',
  '\ufeff',
  '\u2028',
  '',
  ' ',
  "' or 1=1 --",
  '%s%n',
  '../../etc/passwd',
  '{{7*7}}',
  '<script>',
  '\r\nx-injected: 1',
  'NaN',
  'null',
  '-1',
  '9'.repeat(400),
  'x'.repeat(100_000),
  '\u{10ffff}',
  'ﷺ'.repeat(3_000),
];
const ODD_VALUES: Json[] = [
  null,
  true,
  false,
  0,
  -1,
  1.5,
  1e308,
  Number.MAX_SAFE_INTEGER,
  -1e15,
  '',
  '1',
  [],
  {},
  [[]],
  [null],
  { a: 1 },
];
const ODD_SEGMENTS = [
  '%00',
  '%ff',
  '%E0%A4%A',
  '%',
  '%2e%2e',
  '..%2f..',
  '%2F',
  '%ed%a0%80',
  'x'.repeat(65),
  'x'.repeat(5_000),
  'null',
  '0',
  '-1',
  "'",
  '%22',
  '%F0%9F%92%A9',
  '*',
  '00000000-0000-0000-0000-000000000000',
  'pledgewatch-lapse.999',
  '__proto__',
  'constructor',
  ';',
  '%0d%0a',
  '~',
];
const ODD_QUERY = [
  'limit=0',
  'limit=201',
  'limit=1e9',
  'limit=-1',
  'limit=',
  'limit=1&limit=2',
  'limit[]=1',
  'cursor=',
  'cursor=x',
  'cursor=%00',
  'cursor=~',
  'cursor=1.x',
  'cursor=6.flg_x',
  'cursor=99999999999',
  'cursor=a~b~c',
  'cursor=%F0%9F%92%A9',
  `cursor=${'9'.repeat(200)}`,
  'as_of=now',
  'as_of=2010-01-01',
  'as_of=0000-01-01T00:00:00Z',
  'as_of=%2B275760-09-13T00:00:00Z',
  'as_of=-0001-01-01T00:00:00Z',
  'as_of=2010-02-30T00:00:00Z',
  'from=0001-01-01&to=9999-12-31',
  'from=2010-13-01&to=x',
  'from=9999-12-31&until=0001-01-01',
  'q=%00',
  'q=%26%7C!',
  'q=:*',
  "q='",
  'q=%22',
  `q=${'a%20'.repeat(400)}`,
  'sort=x',
  'sort=relevance',
  '__proto__=1',
  '__proto__[x]=1',
  'constructor=1',
  'x=1',
  '=',
  '&&&',
  '?',
  '%',
  '%zz=%zz',
  'after=-1',
  'after=1e3',
  'after=999999999999999999999',
  'fields=0',
  'fields=1,2',
  'from_year=2200&to_year=1790',
  'number=CN',
  'owner=%25',
  'owner=%5C',
  'class=%25',
  'published_from=0001-01-01',
  'state=x',
  'type=x',
];

const bodyOf = ({ body }: Parts): Json | undefined =>
  body === undefined ? undefined : (JSON.parse(body) as Json);
const withBody = (parts: Parts, value: Json): Parts => ({ ...parts, body: JSON.stringify(value) });

/** Every place in a JSON value, as the steps to it. */
function placesIn(value: Json, steps: (string | number)[] = []): (string | number)[][] {
  const inner = Array.isArray(value)
    ? [...value.entries()]
    : value !== null && typeof value === 'object'
      ? Object.entries(value)
      : [];
  return [steps, ...inner.flatMap(([step, each]) => placesIn(each, [...steps, step]))];
}

/** @param change undefined takes the place away */
function changedAt(
  value: Json,
  [step, ...rest]: (string | number)[],
  change: (old: Json) => Json | undefined,
): Json | undefined {
  if (step === undefined) return change(value);
  const copy = structuredClone(value) as Record<string | number, Json>;
  const changed = changedAt(copy[step]!, rest, change);
  if (changed !== undefined) copy[step] = changed;
  else if (Array.isArray(copy)) copy.splice(Number(step), 1);
  else delete copy[step];
  return copy as Json;
}

/** Somewhere in the body, `change` is made with something drawn. */
function inBody<T>(drawn: Arbitrary<T>, change: (old: Json, drawn: T) => Json | undefined): Breakage {
  return (parts) => {
    const body = bodyOf(parts);
    if (body === undefined) return null;
    return fc.tuple(fc.constantFrom(...placesIn(body)), drawn).map(([steps, value]) => {
      const changed = changedAt(body, steps, (old) => change(old, value));
      return changed === undefined ? { ...parts, body: '' } : withBody(parts, changed);
    });
  };
}

const wrongType = inBody(fc.constantFrom(...ODD_VALUES), (_old, value) => value);
const oddText = inBody(fc.constantFrom(...ODD_TEXTS), (_old, text) => text);
const missing = inBody(fc.constant(null), () => undefined);
const tooMany = inBody(fc.constantFrom(201, 1_001, 5_000), (old, count) =>
  Array.isArray(old)
    ? Array.from({ length: count }, (_, index) => old[index % Math.max(old.length, 1)] ?? index)
    : Array(count).fill(old),
);
const extraField = inBody(
  fc.constantFrom('extra', '__proto__', 'constructor', 'toString', '', NUL, 'a/b~c', 'id', 'demonstration'),
  (old, name) =>
    old !== null && typeof old === 'object' && !Array.isArray(old)
      ? Object.fromEntries([...Object.entries(old), [name, { polluted: true }]])
      : old,
);

/** A number that is written into the text, since no JSON.stringify would. */
const hugeNumber: Breakage = (parts, place) => {
  const marked = inBody(fc.constant(null), () => '\u0001number\u0001')(parts, place);
  return (
    marked &&
    fc
      .tuple(marked, fc.constantFrom(...RAW_NUMBERS))
      .map(([broken, text]) => ({ ...broken, body: broken.body!.replace('"\\u0001number\\u0001"', text) }))
  );
};

const brokenJson: Breakage = (parts) => {
  const { body = '{}' } = parts;
  const texts = [
    body.slice(0, -1),
    `${body}}`,
    `\ufeff${body}`,
    body.replaceAll('"', "'"),
    `${body}${body}`,
    '',
    ' ',
    'null',
    '"',
    'NaN',
    'undefined',
    '{"a":1,}',
    '{"a":1,"a":2}',
    '{"__proto__":{"x":1}}',
    '{"constructor":{"prototype":{"x":1}}}',
    '"\\ud800"',
    '{"\\u0000":1}',
    '\u0000',
    '01',
    '[',
    '{"a":"\t"}',
  ];
  return fc.constantFrom(...texts).map((text) => ({
    ...parts,
    body: text,
    headers: { ...parts.headers, 'content-type': 'application/json' },
  }));
};

const deepNesting: Breakage = (parts, place) => {
  const nests = [20, 200, 20_000].flatMap((depth) => [
    `${'['.repeat(depth)}${']'.repeat(depth)}`,
    `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`,
  ]);
  const marked = inBody(fc.constant(null), () => '\u0001nest\u0001')(parts, place);
  return (
    marked &&
    fc
      .tuple(marked, fc.constantFrom(...nests))
      .map(([broken, nest]) => ({ ...broken, body: broken.body!.replace('"\\u0001nest\\u0001"', nest) }))
  );
};

const tooLarge: Breakage = (parts) =>
  parts.body === undefined ? null : fc.constant({ ...parts, body: `${parts.body}${' '.repeat(300_000)}` });

const wrongContentType: Breakage = (parts) =>
  fc
    .constantFrom(
      'text/plain',
      'application/xml',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'application/json; charset=utf-16',
      'application/jsonx',
      'application/problem+json',
      'nonsense',
      '',
    )
    .map((type) => ({
      ...parts,
      headers: { ...parts.headers, 'content-type': type },
      body: parts.body ?? '{}',
    }));

const bodyWhereNone: Breakage = (parts) =>
  fc
    .constantFrom('{}', 'null', '[]', '{"a":1}')
    .map((body) => ({ ...parts, body, headers: { ...parts.headers, 'content-type': 'application/json' } }));

const wrongKey: Breakage = (parts, { known }) => {
  const [{ key }, ...others] = known.setting.askers as [Start['asker'], ...Start['asker'][]];
  const keys = [
    undefined,
    '',
    'Bearer',
    'Bearer ',
    `Bearer ${known.setting.revoked_key}`,
    `Bearer ${key.slice(0, -1)}`,
    `Bearer ${key}x`,
    `Bearer ${key.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'))}`,
    `Basic ${Buffer.from(`a:${key}`).toString('base64')}`,
    `Bearer pwk_${'0'.repeat(16)}_${'A'.repeat(43)}`,
    `Bearer ${'x'.repeat(8_000)}`,
    `Bearer '; select 1`,
    `bearer  ${key}`,
    ...others.map((other) => `Bearer ${other.key}`),
  ];
  return fc.constantFrom(...keys).map((authorization) => {
    const { authorization: _own, ...headers } = parts.headers;
    return { ...parts, headers: authorization === undefined ? headers : { ...headers, authorization } };
  });
};

/** In the path, something that another organisation has and this one has not. */
const foreignId: Breakage = (parts, { known, asker, operation }) => {
  const names = Object.keys(parts.params).filter(
    (name) => known.ofOthers(asker, kindOf(operation, name)).length > 0,
  );
  if (names.length === 0) return null;
  return fc
    .constantFrom(...names)
    .chain((name) =>
      fc
        .constantFrom(...known.ofOthers(asker, kindOf(operation, name)))
        .map((id) => ({ ...parts, params: { ...parts.params, [name]: id } })),
    );
};

const oddSegment: Breakage = (parts) => {
  const names = Object.keys(parts.params);
  if (names.length === 0) return null;
  return fc
    .tuple(fc.constantFrom(...names), fc.constantFrom(...ODD_SEGMENTS))
    .map(([name, segment]) => ({ ...parts, params: { ...parts.params, [name]: segment } }));
};

const oddQuery: Breakage = (parts, { operation }) => {
  const own = operation.parameters.filter((each) => each.in === 'query').map(({ name }) => name);
  const fitting = ODD_QUERY.filter((text) => own.includes(text.split('=')[0]!));
  const made = own.flatMap((name) =>
    ODD_TEXTS.filter((text) => text.isWellFormed() && text.length < 5_000).map(
      (text) => `${name}=${encodeURIComponent(text)}`,
    ),
  );
  return fc
    .oneof(
      fc.constantFrom(...ODD_QUERY),
      fc.constantFrom(...(fitting.length > 0 ? fitting : ODD_QUERY)),
      fc.constantFrom(...(made.length > 0 ? made : ODD_QUERY)),
    )
    .map((text) => ({
      ...parts,
      query: [...parts.query.filter((each) => !each.startsWith(`${text.split('=')[0]}=`)), text],
    }));
};

/** One of our own cursors and another's, with a letter changed or cut off. */
const brokenCursor: Breakage = (parts, { known, asker, operation }) => {
  const cursors = known.setting.askers.flatMap(({ name }) => known.of(name, `cursor ${operation.id}`));
  if (cursors.length === 0) return null;
  return fc
    .tuple(fc.constantFrom(...cursors), fc.nat(), fc.constantFrom('', '~', '\0', 'é', '-', '9', '.'))
    .map(([cursor, at, letter]) => {
      const place = at % cursor.length;
      const text = cursor.slice(0, place) + letter + cursor.slice(place + 1);
      return {
        ...parts,
        query: [
          ...parts.query.filter((each) => !each.startsWith('cursor=')),
          `cursor=${encodeURIComponent(text)}`,
        ],
        headers: { ...parts.headers, authorization: `Bearer ${asker.key}` },
      };
    });
};

const oddHeaders: Breakage = (parts) =>
  fc
    .constantFrom<Record<string, string>>(
      { 'if-match': '' },
      { 'if-match': '"' },
      { 'if-match': ','.repeat(5_000) },
      { 'if-match': `"${'a'.repeat(7_000)}"` },
      { 'idempotency-key': '' },
      { 'idempotency-key': 'x'.repeat(256) },
      { 'idempotency-key': '"same"' },
      { 'idempotency-key': '\u00e9' },
      { accept: 'text/html' },
      { accept: 'nonsense' },
      { 'accept-encoding': 'gzip' },
      { 'content-encoding': 'gzip' },
      { 'transfer-encoding-x': 'chunked' },
      { cookie: 'a=b' },
      { 'x-forwarded-for': '127.0.0.1' },
      { 'x-http-method-override': 'DELETE' },
      { origin: 'https://elsewhere.example' },
      { range: 'bytes=0-0' },
      { host: 'elsewhere.example' },
      { 'x-long': 'x'.repeat(15_000) },
      { 'x-longer': 'x'.repeat(20_000) },
    )
    .map((headers) => ({ ...parts, headers: { ...parts.headers, ...headers } }));

/** Mostly one that the address does not take. */
const otherMethod: Breakage = (parts) =>
  fc
    .constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS')
    .map((method) => ({ ...parts, method }));

const BREAKAGES: readonly Breakage[] = [
  wrongType,
  oddText,
  missing,
  tooMany,
  extraField,
  hugeNumber,
  brokenJson,
  deepNesting,
  tooLarge,
  wrongContentType,
  bodyWhereNone,
  wrongKey,
  foreignId,
  oddSegment,
  oddQuery,
  brokenCursor,
  oddHeaders,
  otherMethod,
];

export function broken(parts: Parts, place: Start): Arbitrary<Parts> {
  return fc.constantFrom(...BREAKAGES).chain((breakage) => breakage(parts, place) ?? wrongKey(parts, place)!);
}
