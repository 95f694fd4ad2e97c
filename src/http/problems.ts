/** Every error becomes RFC 9457 problem details from the one table of `src/errors.ts`. */
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { OutsideCalendar } from '../../models/calendar.ts';
import { type Sentence, textOf } from '../../models/sentences.ts';
import { isDatabaseAway } from '../db/client.ts';
import { type FieldProblem, PROBLEMS, Problem, type ProblemCode } from '../errors.ts';
import { refusalOf } from './refusals.ts';
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

/** Answers any error with its problem, which the log tells. */
export function answerError(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  const problem = toProblem(error);
  noteProblem(problem, error, request);
  send(request, reply, problem);
}

/** One that is ours alone is logged, any other kept for the line of what is refused. */
export function noteProblem(problem: Problem, error: FastifyError, request: FastifyRequest): void {
  request.refusal = refusalOf(problem, error);
  if (problem.code !== 'internal') return;
  const { method, routeOptions } = request;
  request.log.error({ error, method, route: routeOptions.url }, 'request failed');
}

export function toProblem(error: FastifyError): Problem {
  if (error instanceof Problem) return error;
  if (error.validation) return unfit(error as Invalid);
  if (error instanceof OutsideCalendar)
    return new Problem('refused', say('date_out_of_calendar', { date: error.message.replace(/:.*/, '') }));
  const code = FROM_FASTIFY[error.statusCode ?? 500];
  if (code === 'body_too_large') return new Problem(code, say('request_too_large'));
  if (code) return new Problem(code, error.message);
  if (isDatabaseAway(error)) return new Problem('database_unavailable', say('database_silent'));
  return new Problem('internal', say('failed'));
}

type Fault = NonNullable<FastifyError['validation']>[number];
type Invalid = FastifyError & { validation: Fault[] };

function unfit({ validation, validationContext }: Invalid): Problem {
  const fields = validation.map((fault): FieldProblem => {
    const said = faultOf(fault);
    const pointer = `/${validationContext}${fault.instancePath}${fieldOf(fault)}`;
    return { pointer, detail: textOf(said), ...(typeof said === 'object' && { sentence: said }) };
  });
  // Of a field that may be left blank the first fault is that it is not.
  const told = validation.findIndex(({ params }) => params.allowedValue !== '');
  const { pointer, detail, sentence } = fields[Math.max(0, told)]!;
  const whole = sentence ? say('field_faulty', { pointer, fault: sentence }) : `${pointer} ${detail}.`;
  return new Problem('bad_request', whole, fields);
}

/** The field that is missing, or one too many, as a step of a JSON pointer; ajv points at the object around it. */
function fieldOf({ params }: Fault): string {
  const name = params.additionalProperty ?? params.missingProperty;
  return name === undefined ? '' : `/${String(name).replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

/** What ajv says, with the names and values that it leaves in `params`; its own words where no page asks for such a thing. */
function faultOf({ keyword, params, message }: Fault): Sentence | string {
  const limit = Number(params.limit);
  switch (keyword) {
    case 'additionalProperties':
      return say('fault_unknown');
    case 'required':
      return say('fault_missing');
    case 'enum':
      return say('fault_none_of', { allowed: (params.allowedValues as unknown[]).join(', ') });
    case 'const':
      return say('fault_another', { wanted: JSON.stringify(params.allowedValue) });
    case 'maxLength':
      return say('fault_long', { limit });
    case 'minLength':
      return say('fault_short', { limit });
    case 'maximum':
      return say('fault_over', { limit });
    case 'minimum':
      return say('fault_under', { limit });
    case 'format':
      return say('fault_format', { format: String(params.format) });
    case 'pattern':
      return say('fault_pattern', { pattern: String(params.pattern) });
    case 'type':
      return say('fault_type', { type: String(params.type) });
    default:
      return message ?? 'does not fit';
  }
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
