/** Every error becomes RFC 9457 problem details from the one table of `src/errors.ts`. */
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { OutsideCalendar } from '../../models/calendar.ts';
import { isDatabaseAway } from '../db/client.ts';
import { type FieldProblem, PROBLEMS, Problem, type ProblemCode } from '../errors.ts';
import type { ProblemBody } from './schemas.ts';
import { say } from './sentences.ts';

/** Errors of Fastify and its JSON parser, by their status, in our terms. */
const FROM_FASTIFY: Record<number, ProblemCode> = {
  400: 'bad_request',
  413: 'body_too_large',
  414: 'bad_request',
  415: 'media_type_unsupported',
};

export function setProblemHandlers(app: FastifyInstance): void {
  app.setErrorHandler(answerError);
}

export function missingRoute({ method, url }: FastifyRequest): Problem {
  const [address] = url.split('?');
  return new Problem('not_found', `There is no ${method} ${address}; see /docs.`);
}

/** Answers any error with its problem; one that is ours alone is logged. */
export function answerError(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  const problem = toProblem(error);
  logFailure(problem, error, request);
  send(request, reply, problem);
}

export function logFailure({ code }: Problem, error: FastifyError, request: FastifyRequest): void {
  if (code !== 'internal') return;
  const { method, routeOptions } = request;
  request.log.error({ error, method, route: routeOptions.url }, 'request failed');
}

export function toProblem(error: FastifyError): Problem {
  if (error instanceof Problem) return error;
  if (error.validation) return new Problem('bad_request', detailOf(error), fieldsOf(error));
  if (error instanceof OutsideCalendar)
    return new Problem('refused', say('date_out_of_calendar', { date: error.message.replace(/:.*/, '') }));
  const code = FROM_FASTIFY[error.statusCode ?? 500];
  if (code) return new Problem(code, error.message);
  if (isDatabaseAway(error)) return new Problem('database_unavailable', say('database_silent'));
  return new Problem('internal', say('failed'));
}

function fieldsOf(error: FastifyError): FieldProblem[] {
  return error.validation!.map((fault) => ({
    pointer: `/${error.validationContext}${fault.instancePath}${fieldOf(fault)}`,
    detail: faultText(fault),
  }));
}

type Fault = NonNullable<FastifyError['validation']>[number];

/** The field that is missing, or one too many, as a step of a JSON pointer; ajv points at the object around it. */
function fieldOf({ params }: Fault): string {
  const name = params.additionalProperty ?? params.missingProperty;
  return name === undefined ? '' : `/${String(name).replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

/** What ajv says, with the names and values that it leaves in `params`. */
function faultText({ params, message }: Fault): string {
  const { additionalProperty, missingProperty, allowedValue, allowedValues } = params;
  if (additionalProperty !== undefined) return 'is no field of this request';
  if (missingProperty !== undefined) return 'is missing';
  if (Array.isArray(allowedValues)) return `must be one of ${allowedValues.join(', ')}`;
  if (allowedValue !== undefined) return `must be ${JSON.stringify(allowedValue)}`;
  return message ?? 'does not fit';
}

function detailOf(error: FastifyError): string {
  const [first] = fieldsOf(error);
  return `${first!.pointer} ${first!.detail}.`;
}

function send(request: FastifyRequest, reply: FastifyReply, problem: Problem): void {
  const { status } = PROBLEMS[problem.code];
  if (status === 401) reply.header('www-authenticate', 'Bearer realm="pledgewatch"');
  if (status === 503) reply.header('retry-after', '5');
  reply
    .code(status)
    .type('application/problem+json')
    .serializer(JSON.stringify)
    .send(problemBody(problem, request.id));
}

export function problemBody(problem: Problem, request_id: string): ProblemBody {
  const { status, title } = PROBLEMS[problem.code];
  return {
    type: `/docs/problems#${problem.code}`,
    title,
    status,
    code: problem.code,
    detail: problem.message,
    request_id,
    ...(problem.fields.length > 0
      ? { errors: problem.fields.map(({ pointer, detail }) => ({ pointer, detail })) }
      : {}),
  };
}
