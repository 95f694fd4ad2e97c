/** A request to one operation, valid as far as its schemas and what is known say. */
import fc, { type Arbitrary } from 'fast-check';
import { type Known, kindOf } from './known.ts';
import type { Asker } from './setting.ts';
import { fitting, type Place, type Start } from './values.ts';

/** What a request is made of, before it is put into bytes. */
export interface Parts {
  method: string;
  /** With {names} in it. */
  path: string;
  /** As text; encoded when they are put into the address. */
  params: Record<string, string>;
  /** Names and texts, already encoded. */
  query: string[];
  headers: Record<string, string>;
  /** Absent when there is none. */
  body?: string;
}

/** Where nothing is known yet, something that nobody has. */
const NOBODY = 'plg_00000000000000000000000000';

export function validParts(start: Start): Arbitrary<Parts> {
  return paramsOf(start).chain((params) => partsWith({ ...start, params }));
}

function partsWith(place: Place): Arbitrary<Parts> {
  const { operation, asker, params } = place;
  return fc
    .record({
      query: parametersOf(place, 'query'),
      headers: parametersOf(place, 'header'),
      body: operation.body ? fitting(operation.body, '', place) : fc.constant(undefined),
    })
    .map(({ query, headers, body }) => ({
      method: operation.method,
      path: operation.path,
      params,
      query: Object.entries(query).flatMap(([name, value]) => encoded(name, value)),
      headers: {
        ...(!operation.is_public && asker.credentials),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(headers as Record<string, string>),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    }));
}

/** All optional ones together rarely leave anything to find: mostly one or two are kept. */
function parametersOf(place: Place, where: 'query' | 'header'): Arbitrary<Record<string, unknown>> {
  const parameters = place.operation.parameters.filter((each) => each.in === where);
  const requiredKeys = parameters.filter(({ required }) => required).map(({ name }) => name);
  const all = fc.record(
    Object.fromEntries(parameters.map(({ name, schema }) => [name, fitting(schema, name, place)])),
    { requiredKeys },
  ) as Arbitrary<Record<string, unknown>>;
  return fc.tuple(all, fc.nat({ max: 4 }), fc.nat()).map(([given, kept, from]) => {
    const names = Object.keys(given).filter((name) => !requiredKeys.includes(name));
    const chosen = names.map((_, index) => names[(from + index) % names.length]!).slice(0, kept);
    return Object.fromEntries([...requiredKeys, ...chosen].map((name) => [name, given[name]]));
  });
}

function encoded(name: string, value: unknown): string[] {
  const values = Array.isArray(value) ? value : [value];
  return values.map((each) => `${name}=${encodeURIComponent(String(each))}`);
}

/** The first names something that the asker may know, the second something that stands under it. */
function paramsOf({ operation, asker, known }: Start): Arbitrary<Record<string, string>> {
  const [first, second] = operation.path.match(/(?<=\{)\w+/g) ?? [];
  if (!first) return fc.constant({});
  const id = idOf(kindOf(operation, first), second ? kindOf(operation, second) : null, asker, known);
  if (!second) return id.map((id) => ({ [first]: id }));
  const kind = kindOf(operation, second);
  return id.chain((id) => {
    const under = known.of(id, kind);
    const ids = under.length > 0 ? under : known.of(asker.name, kind);
    return oneOf(ids).map((inner) => ({ [first]: id, [second]: inner }));
  });
}

/** As often what was changed lately, whose next change may follow, as anything else. @param under of what stands under it */
function idOf(kind: string, under: string | null, asker: Asker, known: Known): Arbitrary<string> {
  const seen = known.of(asker.name, kind);
  const parents = under === null ? [] : seen.filter((id) => known.of(id, under).length > 0);
  if (parents.length > 0) return oneOf(parents);
  if (kind === 'org') return oneOf([asker.organisation_id, ...seen.slice(-2)]);
  const changed = known.changed(asker, kind);
  return changed.length > 0 ? fc.oneof(oneOf(changed), oneOf(seen)) : oneOf(seen);
}

function oneOf(ids: readonly string[]): Arbitrary<string> {
  return fc.constantFrom(...(ids.length > 0 ? ids : [NOBODY]));
}

/** The address with its parameters and query. */
export function addressOf({ path, params, query }: Parts): string {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => params[name]!);
  return query.length > 0 ? `${filled}?${query.join('&')}` : filled;
}
