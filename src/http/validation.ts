import buildSerializers, { type SerializerCompiler } from '@fastify/fast-json-stringify-compiler';
import { Ajv, type ValidateFunction } from 'ajv';
import type { FastifyInstance, FastifySchemaValidationError } from 'fastify';
import { isCalendarDate } from '../../models/calendar.ts';
import { faultyField } from './faulty-field.ts';
import { say } from './sentences.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/i;

/** Only what a Date and the database can hold: days that exist, of the years 0001 to 9999, without leap seconds. */
const FORMATS = { date: isCalendarDate, 'date-time': isInstant, uuid: UUID };

/** What ajv would take out of a validator takes it as long as the rest of the making, and the engine leaves it out anyway. */
const CODE = { optimize: false };

/**
 * Two validators: a body is taken as it is or refused, since coercing turns null into 0 and stripping hides a
 * misspelt field; a query or path is text and is read as the type its schema names.
 */
export function setValidators(app: FastifyInstance): void {
  const shared = { useDefaults: true, discriminator: true, formats: FORMATS, code: CODE };
  const strict = new Ajv({ ...shared, coerceTypes: false });
  // 1e400 is read as Infinity, which strict numbers would exempt from its bounds.
  const reading = new Ajv({ ...shared, coerceTypes: 'array', strictNumbers: false });
  app.setValidatorCompiler(({ schema, httpPart }) =>
    validatedBy(() => (httpPart === 'body' ? strict : reading).compile(schema)),
  );
  app.removeContentTypeParser('text/plain');
  app.addHook('preHandler', async ({ params, query: querystring, body }) =>
    refuseUnkeepableText({ params, querystring, body }),
  );
}

/**
 * Serializers of answers, each made at the first answer that needs it: made for all routes at the start, they and the
 * validators would take longer than all else that the program does before it serves.
 */
export function buildSerializer(
  ...[schemas, options]: Parameters<ReturnType<typeof buildSerializers>>
): SerializerCompiler {
  const compile = buildSerializers()(schemas, { ...options, ajv: { code: CODE } });
  return (route) => {
    let serialize: ReturnType<SerializerCompiler> | undefined;
    return (answer) => {
      serialize ??= compile(route);
      return serialize(answer);
    };
  };
}

/** A validator made at its first use. */
function validatedBy(compile: () => ValidateFunction) {
  let made: ValidateFunction | undefined;
  const validate = (part: unknown): boolean => {
    made ??= compile();
    const passes = made(part);
    validate.errors = made.errors ?? null;
    return passes;
  };
  validate.errors = null as FastifySchemaValidationError[] | null;
  return validate;
}

/** RFC 3339, section 5.6. */
function isInstant(text: string): boolean {
  const instant = new Date(text);
  if (!INSTANT.test(text) || !isCalendarDate(text.slice(0, 10)) || Number.isNaN(instant.getTime()))
    return false;
  return isCalendarDate(instant.toISOString().slice(0, 10)) && instant.toISOString().length === 24;
}

/** PostgreSQL keeps neither a NUL nor half of a surrogate pair, and would change or refuse the text. */
function refuseUnkeepableText(parts: Record<string, unknown>): void {
  const open = Object.entries(parts).map(([name, value]) => [`/${name}`, value] as const);
  for (let next = open.pop(); next; next = open.pop()) {
    const [pointer, value] = next;
    if (typeof value === 'string' && (value.includes('\0') || !value.isWellFormed()))
      throw faultyField(pointer, say('fault_unkeepable'));
    if (value !== null && typeof value === 'object')
      for (const [name, inner] of Object.entries(value)) open.push([`${pointer}/${name}`, inner]);
  }
}
