/** A value that fits a JSON Schema of the OpenAPI document, with a given text wherever free text may stand. */
export interface JsonSchema {
  type?: string;
  const?: unknown;
  enum?: unknown[];
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  allOf?: JsonSchema[];
  properties?: Record<string, JsonSchema>;
  additionalProperties?: JsonSchema | boolean;
  items?: JsonSchema;
  format?: string;
  pattern?: string;
  minimum?: number;
  exclusiveMinimum?: number;
  minLength?: number;
  maxLength?: number;
}

const FORMATS: Record<string, string> = {
  date: '2010-01-04',
  'date-time': '2010-01-04T00:00:00Z',
  uuid: '00000000-0000-8000-8000-000000000000',
};
/** What the patterns of the document take. */
const PATTERNS: Record<string, string> = {
  '^[0-9]{4}-(0[1-9]|1[0-2])$': '2010-01',
  '^[A-Z]{2}$': 'CN',
  '^[A-Z]{3}$': 'CNY',
  '^[0-9a-fA-F]{64}$': '0'.repeat(64),
  '^[^\\s@]{1,64}@[^\\s@]{1,189}$': 'sample@mail.example',
  '^[A-Za-z0-9_-]{43}$': 'A'.repeat(43),
  '^[A-Z0-9][A-Z0-9-]{0,19}$': 'LOT-X',
  '^[0-9A-HJKMNP-TV-Z]{16}$': '0'.repeat(16),
  '^[0-9A-Za-z -]{6,40}$': '000000',
  '^(0|[1-9][0-9]{0,14}|evt_[0-9a-z]{26})$': '0',
};

/** @param named values for fields of these names, whose schemas do not say all that they must be */
export function sampleOf(schema: JsonSchema, text: string, named: Record<string, unknown> = {}): unknown {
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return schema.enum[0];
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return sampleOf(choices[0]!, text, named);
  if (schema.allOf) return Object.assign({}, ...schema.allOf.map((each) => sampleOf(each, text, named)));
  switch (schema.type) {
    case 'object':
      return sampleObject(schema, text, named);
    case 'array':
      return [sampleOf(schema.items ?? {}, text, named)];
    case 'integer':
    case 'number':
      return Math.max(schema.minimum ?? 1, (schema.exclusiveMinimum ?? -1) + 1);
    case 'boolean':
      return true;
    case 'null':
      return null;
    default:
      return sampleText(schema, text);
  }
}

function sampleObject(schema: JsonSchema, text: string, named: Record<string, unknown>): object {
  const { properties = {}, additionalProperties } = schema;
  const sample = Object.fromEntries(
    Object.entries(properties).map(([name, each]) => [name, named[name] ?? sampleOf(each, text, named)]),
  );
  if (typeof additionalProperties === 'object') sample[text] = sampleOf(additionalProperties, text, named);
  return sample;
}

function sampleText(
  { format, pattern, maxLength = Number.POSITIVE_INFINITY }: JsonSchema,
  text: string,
): string {
  if (format) return FORMATS[format]!;
  if (pattern) return PATTERNS[pattern] ?? text;
  return text.slice(0, maxLength);
}
