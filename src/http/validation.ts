import { Ajv } from 'ajv';
import formats from 'ajv-formats';
import type { FastifyInstance } from 'fastify';

/**
 * Two validators: a body is taken as it is or refused, since coercing turns null into 0 and stripping hides a
 * misspelt field; a query or path is text and is read as the type its schema names.
 */
export function setValidators(app: FastifyInstance): void {
  const shared = { allErrors: false, useDefaults: true, removeAdditional: false as const };
  const strict = formats.default(new Ajv({ ...shared, coerceTypes: false }));
  const reading = formats.default(new Ajv({ ...shared, coerceTypes: 'array' }));
  app.setValidatorCompiler(({ schema, httpPart }) =>
    (httpPart === 'body' ? strict : reading).compile(schema),
  );
}
