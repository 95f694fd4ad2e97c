/** Values that fit a JSON Schema, and mostly also the rules that no schema says. */
import fc, { type Arbitrary } from 'fast-check';
import type { Known } from './known.ts';
import type { Operation, Schema } from './operations.ts';
import { type Asker, SHOWN } from './setting.ts';

export interface Place {
  known: Known;
  asker: Asker;
  operation: Operation;
  /** Of the path. */
  params: Readonly<Record<string, string>>;
}

/** What a request is about before anything of it is drawn. */
export type Start = Omit<Place, 'params'>;

const MAX_TEXT_CHARACTERS = 40;
const MAX_ITEMS = 4;
const DAY_ms = 86_400_000;

/** The least and greatest distance from today of days and instants that a rule of the contract bounds. */
const DAYS: Record<string, [number, number]> = {
  matures_on: [100, 700],
  dealt_on: [-200, 0],
  filed_on: [-3_000, -400],
  paid_on: [-60, 0],
  registered_on: [-10, 0],
  disbursed_on: [-10, 0],
  from: [-230, -100],
  to: [-99, 0],
  until_at: [1, 90],
  since: [-300, 0],
};

/** A scoring table that may be loaded: two branches, two leaves. */
const TABLE_ROWS = [
  ['A', '', '.5'],
  ['A1', 'A', '1'],
  ['B', '', '.5'],
  ['B1', 'B', '1'],
].map(([indicator_code, parent, weight]) => ({
  ...{ indicator_code, parent, weight, scenario: 'pledge', standard_version: 'Fuzz 1' },
  ...{ name: indicator_code, verified: 'true', source: 'page 1' },
}));

/** Of the fields whose schema does not say what fits; null where nothing is known yet. */
const FIELDS: Record<string, (place: Place) => Arbitrary<unknown> | null> = {
  patent_id: ({ known, params }) => fc.constantFrom(...known.of(params.id ?? '', 'patent_id')),
  patent_ids: ({ known }) => fc.constantFrom(...known.setting.free_patents),
  bank_id: (place) => organisation(place, 'bank'),
  firm_id: (place) => organisation(place, 'firm'),
  pledge_id: (place) => seen(place, 'plg'),
  table_id: (place) => seen(place, 'tables'),
  comparison_id: (place) => seen(place, 'val'),
  claimed_by: staffKey,
  to: staffKey,
  cursor: (place) => seen(place, `cursor ${place.operation.id}`),
  after: (place) => {
    const events = seen(place, 'evt');
    return events && fc.oneof(fc.constantFrom('0', '1', '999999999999999'), events);
  },
  url: () => fc.nat({ max: 99_999 }).map((n) => `https://hooks.bank.example/${n}`),
  secret: () =>
    fc
      .uint8Array({ minLength: 24, maxLength: 64 })
      .map((bytes) => `whsec_${Buffer.from(bytes).toString('base64')}`),
  headers: () => fc.constantFrom({}, { 'x-gateway': 'a' }, { authorization: 'Bearer b' }),
  settings: () =>
    fc.constantFrom({}, { ltv_warning: { enabled: false } }, { value_drop: { severity: 'critical' } }),
  context: () => fc.constant(SHOWN),
  scenario: () => fc.constantFrom('pledge', 'transfer'),
  scale: () => fc.constant({ least: 0, most: 10 }),
  scores: () =>
    fc.record({ A1: fc.integer({ min: 0, max: 10 }), B1: fc.double({ min: 0, max: 10, noNaN: true }) }),
  version: ({ known, asker, params }) =>
    fc.constant(Number(known.of(params.flag_id ?? asker.name, 'version').at(-1) ?? 0)),
  draws: () => fc.integer({ min: 1, max: 100 }),
  office: () => fc.constantFrom('CN', 'US', 'EP', 'JP'),
  classes: () => fc.constantFrom('A01B1/00', 'H04L9/32', 'G06F'),
  cited: () => fc.constantFrom('CN1234567A', 'US7654321B2'),
  class: () => fc.constantFrom('A', 'H04', 'G06F', 'H01L21/00', 'Y02'),
  'if-match': ({ known, params }) => fc.constant(known.of(params.id ?? '', 'etag').at(-1) ?? '*'),
};

function staffKey({ known }: Place): Arbitrary<string> {
  return fc.constantFrom(
    ...known.setting.askers.filter(({ kind }) => kind === 'staff').map(({ key_id }) => key_id),
  );
}

/** The own one where the asker is of the kind, else that of the same letter or another. */
function organisation({ known, asker }: Place, kind: Asker['kind']): Arbitrary<string> {
  if (asker.kind === kind) return fc.constant(asker.organisation_id);
  return fc.constantFrom(...known.of('*', kind));
}

function seen({ known, asker }: Place, kind: string): Arbitrary<string> | null {
  const ids = known.of(asker.name, kind);
  return ids.length > 0 ? fc.constantFrom(...ids) : null;
}

/** @param name of the field or parameter, or of the array that it is in */
export function fitting(schema: Schema, name: string, place: Place): Arbitrary<unknown> {
  const { enum: texts, allOf, anyOf, oneOf, const: only } = schema;
  if (only !== undefined) return fc.constant(only);
  if (texts) return fc.constantFrom(...texts);
  if (allOf) return fitting(allOf.at(-1)!, name, place);
  const choices = anyOf ?? oneOf;
  if (choices) return fc.oneof(...choices.map((each) => fitting(each, name, place)));
  if (schema.type === 'null') return fc.constant(null);
  if (name === 'rows') return fc.constantFrom(TABLE_ROWS, TABLE_ROWS.slice(1));
  if (schema.type === 'array') return arrayOf(schema, name, place);
  if (schema.format === 'date' || schema.format === 'date-time') return timeOf(schema.format, name, place);
  return FIELDS[name]?.(place) ?? byType(schema, place);
}

function byType(schema: Schema, place: Place): Arbitrary<unknown> {
  switch (schema.type) {
    case 'object':
      return objectOf(schema, place);
    case 'string':
      return textOf(schema);
    case 'integer':
      return integerOf(schema);
    case 'number':
      return fc.double({
        min: schema.minimum ?? -1e6,
        max: schema.maximum ?? 1e6,
        noNaN: true,
      });
    case 'boolean':
      return fc.boolean();
    default:
      return fc.constant(null);
  }
}

/** As often near zero, where rules of the contract let more pass, as anywhere. */
function integerOf({ minimum = 0, maximum = Number.MAX_SAFE_INTEGER }: Schema): Arbitrary<number> {
  return fc.oneof(
    fc.integer({ min: minimum, max: Math.min(maximum, minimum + 100) }),
    fc.integer({ min: minimum, max: maximum }),
  );
}

function arrayOf(schema: Schema, name: string, place: Place): Arbitrary<unknown> {
  const { items = {}, minItems = 0, maxItems = MAX_ITEMS, uniqueItems } = schema;
  const item = fitting(items, name, place);
  const limits = { minLength: minItems, maxLength: Math.max(minItems, Math.min(maxItems, MAX_ITEMS)) };
  return uniqueItems ? fc.uniqueArray(item, limits) : fc.array(item, limits);
}

function objectOf(schema: Schema, place: Place): Arbitrary<unknown> {
  const { properties = {}, required = [], additionalProperties } = schema;
  const fields = Object.entries(properties).map(
    ([name, each]) => [name, fitting(each, name, place)] as const,
  );
  if (fields.length === 0 && typeof additionalProperties === 'object')
    return fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), fitting(additionalProperties, '', place), {
      maxKeys: 3,
    });
  return fc.record(Object.fromEntries(fields), { requiredKeys: required });
}

function timeOf(format: string, name: string, { known }: Place): Arbitrary<string> {
  const [min, max] = DAYS[name] ?? [-300, 80];
  const now = new Date(known.setting.now);
  const near = fc.integer({ min, max }).map((days) => new Date(now.getTime() + days * DAY_ms).toISOString());
  const far = fc.constantFrom(
    '0001-01-01T00:00:00Z',
    '9999-12-31T23:59:59.999Z',
    '2009-06-30T12:00:00.123456789+05:30',
  );
  const instant = fc.oneof({ weight: 9, arbitrary: near }, { weight: 1, arbitrary: far });
  return format === 'date' ? instant.map((text) => text.slice(0, 10)) : instant;
}

function textOf({
  pattern,
  format,
  minLength = 0,
  maxLength = MAX_TEXT_CHARACTERS,
}: Schema): Arbitrary<string> {
  if (format === 'uuid') return fc.uuid();
  if (pattern) return fc.stringMatching(new RegExp(pattern));
  const most = Math.min(maxLength, MAX_TEXT_CHARACTERS);
  return fc.oneof(
    { weight: 5, arbitrary: fc.string({ unit: 'grapheme-ascii', minLength, maxLength: most }) },
    { weight: 3, arbitrary: fc.string({ unit: 'grapheme', minLength, maxLength: Math.max(minLength, 5) }) },
    { weight: 1, arbitrary: fc.constantFrom('x', '𝔘', '"', '\\').map((letter) => letter.repeat(maxLength)) },
  );
}
