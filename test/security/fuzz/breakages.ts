/** Ways in which a request is broken. */
import fc, { type Arbitrary } from 'fast-check';
import { kindOf } from './known.ts';
import {
  type Json,
  NESTS,
  NUL,
  ODD_JSON,
  ODD_QUERY,
  ODD_SEGMENTS,
  ODD_TEXTS,
  ODD_VALUES,
  RAW_NUMBERS,
} from './oddities.ts';
import type { Parts } from './requests.ts';
import type { Start } from './values.ts';

/** Null where the request has nothing to break in that way. */
type Breakage = (parts: Parts, place: Start) => Arbitrary<Parts> | null;

const ID = /\b(org|plg|flg|mcl|whe|dlv)_[0-9a-z]{26}\b/;

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
/** Of a text as long as a set of claims may be, a few are too many already. */
const MAX_REPEATED_characters = 4_000_000;
const tooMany = inBody(fc.constantFrom(201, 1_001, 5_000), (old, most) => {
  const count = Math.max(2, Math.min(most, Math.floor(MAX_REPEATED_characters / JSON.stringify(old).length)));
  return Array.isArray(old)
    ? Array.from({ length: count }, (_, index) => old[index % Math.max(old.length, 1)] ?? index)
    : Array(count).fill(old);
});
const extraField = inBody(
  fc.constantFrom('extra', '__proto__', 'constructor', 'toString', '', NUL, 'a/b~c', 'id', 'demonstration'),
  (old, name) =>
    old !== null && typeof old === 'object' && !Array.isArray(old)
      ? Object.fromEntries([...Object.entries(old), [name, { polluted: true }]])
      : old,
);

const MARK = '\u0001mark\u0001';

/** A text stands in the JSON in place of a value, as no JSON.stringify would write it. */
function rawInBody(texts: readonly string[]): Breakage {
  const marking = inBody(fc.constant(MARK), (_old, mark) => mark);
  return (parts, place) =>
    marking(parts, place)?.chain((marked) =>
      fc
        .constantFrom(...texts)
        .map((text) => ({ ...marked, body: marked.body!.replace(JSON.stringify(MARK), text) })),
    ) ?? null;
}

const hugeNumber = rawInBody(RAW_NUMBERS);
const deepNesting = rawInBody(NESTS);

const brokenJson: Breakage = (parts) => {
  const { body = '{}' } = parts;
  const cut = [body.slice(0, -1), `${body}}`, `\ufeff${body}`, body.replaceAll('"', "'"), `${body}${body}`];
  return fc.constantFrom(...cut, ...ODD_JSON).map((text) => ({
    ...parts,
    body: text,
    headers: { ...parts.headers, 'content-type': 'application/json' },
  }));
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

/** In the body, the same. */
const foreignIdInBody: Breakage = (parts, { known, asker }) => {
  const [id, prefix] = ID.exec(parts.body ?? '') ?? [];
  const others = prefix ? known.ofOthers(asker, prefix) : [];
  if (others.length === 0) return null;
  return fc.constantFrom(...others).map((other) => ({ ...parts, body: parts.body!.replaceAll(id!, other) }));
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
        headers: { ...parts.headers, ...asker.credentials },
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
  foreignIdInBody,
  oddSegment,
  oddQuery,
  brokenCursor,
  oddHeaders,
  otherMethod,
];

export function broken(parts: Parts, place: Start): Arbitrary<Parts> {
  return fc.constantFrom(...BREAKAGES).chain((breakage) => breakage(parts, place) ?? wrongKey(parts, place)!);
}
