/** Every error becomes RFC 9457 problem details from the one table of `src/errors.ts`. */
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isDatabaseAway } from '../db/client.ts';
import { type FieldProblem, PROBLEMS, Problem, type ProblemCode } from '../errors.ts';

/** Fastify's own errors in our terms. */
const FROM_FASTIFY: Record<string, ProblemCode> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'body_too_large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'media_type_unsupported',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'bad_request',
  FST_ERR_CTP_INVALID_JSON_BODY: 'bad_request',
};

export function setProblemHandlers(app: FastifyInstance): void {
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const problem = toProblem(error);
    if (problem.code === 'internal') request.log.error({ error }, 'request failed');
    send(request, reply, problem);
  });
  app.setNotFoundHandler((request, reply) => {
    const [address] = request.url.split('?');
    send(request, reply, new Problem('not_found', `There is no ${request.method} ${address}; see /docs.`));
  });
}

function toProblem(error: FastifyError): Problem {
  if (error instanceof Problem) return error;
  if (error.validation) return new Problem('bad_request', detailOf(error), fieldsOf(error));
  const code = FROM_FASTIFY[error.code];
  if (code) return new Problem(code, error.message);
  if (isDatabaseAway(error))
    return new Problem(
      'database_unavailable',
      'The database did not answer; nothing was changed. Try again shortly.',
    );
  if (error instanceof SyntaxError && error.statusCode === 400)
    return new Problem('bad_request', error.message);
  return new Problem(
    'internal',
    'The service failed on this request; its log has the reason under the request id.',
  );
}

function fieldsOf(error: FastifyError): FieldProblem[] {
  return error.validation!.map((fault) => ({
    pointer: `/${error.validationContext}${fault.instancePath}`,
    detail: faultText(fault),
  }));
}

/** What ajv says, with the names and values that it leaves in `params`. */
function faultText(fault: NonNullable<FastifyError['validation']>[number]): string {
  const { additionalProperty, allowedValues } = fault.params as Record<string, unknown>;
  if (additionalProperty) return `there is no field "${String(additionalProperty)}"`;
  if (Array.isArray(allowedValues)) return `must be one of ${allowedValues.join(', ')}`;
  return fault.message ?? 'does not fit';
}

function detailOf(error: FastifyError): string {
  const [first] = fieldsOf(error);
  return `${first!.pointer} ${first!.detail}.`;
}

function send(request: FastifyRequest, reply: FastifyReply, problem: Problem): void {
  const { status, title } = PROBLEMS[problem.code];
  if (status === 401) reply.header('www-authenticate', 'Bearer realm="pledgewatch"');
  if (status === 503) reply.header('retry-after', '5');
  reply
    .code(status)
    .type('application/problem+json')
    .serializer(JSON.stringify)
    .send({
      type: `/docs/problems#${problem.code}`,
      title,
      status,
      code: problem.code,
      detail: problem.message,
      request_id: request.id,
      ...(problem.fields.length > 0 ? { errors: problem.fields } : {}),
    });
}
