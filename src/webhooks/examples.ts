/** An example of each event of the catalogue, true to its schema, for receivers to be tried with. */
import type { TSchema } from 'typebox';
import { RULES } from '../../models/risk/rules.ts';
import { EVENTS, type EventType } from './events.ts';

/** What a schema alone does not tell; by the name of the field. */
const KNOWN: Readonly<Record<string, unknown>> = {
  as_of: '2026-01-15',
  office: 'CN',
  application_number: '01801029.6',
  patent_id: '00000000-0000-8000-8000-000000000000',
  flag_id: 'flg_simulated',
  rule: RULES[0]!.id,
  title: RULES[0]!.title,
  decision: 'dismissed',
  sha256: '0'.repeat(64),
  note: 'An example.',
  content_sha256: '0'.repeat(64),
  until_on: '2026-02-01',
  from_on: '2026-01-01',
  month: '2026-01-01',
};

/** @returns the event's data without its context, marked `simulated` */
export function exampleData(type: EventType): Record<string, unknown> {
  const data = exampleOf(EVENTS[type]!.data) as Record<string, unknown>;
  const rule = RULES.find(({ event_type }) => event_type === type);
  const facts = {
    ...(rule && { rule: rule.id, rule_version: rule.version, severity: rule.severity, title: rule.title }),
    ...('detail' in data && { from: null, to: type.replace('pledge.', '') }),
  };
  const pledge = type.startsWith('endpoint.') ? {} : { pledge_id: 'plg_simulated', pledge_seq: 1 };
  return { ...pledge, ...data, ...facts, simulated: true };
}

/** The first thing that fits; of a union its first member. */
function exampleOf(schema: TSchema, name = ''): unknown {
  const { type, format, properties, anyOf, allOf, items, minimum = 1, ...rest } = schema as TSchema & Shape;
  if ('const' in rest) return rest.const;
  if (rest.enum) return rest.enum[0];
  if (anyOf) return exampleOf(anyOf[0]!, name);
  if (allOf) return Object.assign({}, ...allOf.map((part) => exampleOf(part, name)));
  if (properties)
    return Object.fromEntries(Object.entries(properties).map(([key, each]) => [key, exampleOf(each, key)]));
  if (type === 'object') return {};
  if (type === 'array') return items ? [exampleOf(items)] : [];
  if (type === 'boolean') return true;
  if (type === 'integer' || type === 'number') return minimum;
  return KNOWN[name] ?? (format ? OF_FORMAT[format] : 'example');
}

/** The parts of JSON Schema that the catalogue is written in. */
interface Shape {
  type?: string;
  format?: string;
  const?: unknown;
  enum?: unknown[];
  properties?: Record<string, TSchema>;
  anyOf?: TSchema[];
  allOf?: TSchema[];
  items?: TSchema;
  minimum?: number;
}

const OF_FORMAT: Readonly<Record<string, string>> = {
  date: '2026-01-15',
  'date-time': '2026-01-15T00:00:00.000Z',
  uuid: '00000000-0000-8000-8000-000000000000',
};
