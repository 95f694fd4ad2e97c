/**
 * What is refused is told in the log: input that does not fit, moves against a rule, exceeded rates. By whom, where and by
 * which rule of ours, and nothing of what was sent. A flood of refusals is no flood of lines: beyond a few a minute of
 * one caller, and beyond many of all, they are told at the level debug alone.
 */
import type { FastifyError, FastifyInstance, FastifyRequest } from 'fastify';
import type { Problem, ProblemCode } from '../errors.ts';
import { MAX_COUNTED, RATE_WINDOW_SECONDS, REFUSALS_TOLD_OF_ALL, REFUSALS_TOLD_OF_ONE } from './limits.ts';

declare module 'fastify' {
  interface FastifyRequest {
    refusal: Refusal | null;
  }
}

interface Refusal {
  code: ProblemCode;
  /** The place in our schema, the code of the sentence or the name of the budget; null where it has no name. */
  rule: string | null;
}

/** After the rates and before the routes. */
export function tellRefusals(app: FastifyInstance): void {
  const window = { timeWindow: RATE_WINDOW_SECONDS * 1000, cache: MAX_COUNTED };
  const of_caller = { keyGenerator: ({ caller }: FastifyRequest) => caller!.key_id };
  const by_caller = app.createRateLimit({ ...window, ...of_caller, max: REFUSALS_TOLD_OF_ONE });
  const by_address = app.createRateLimit({ ...window, max: REFUSALS_TOLD_OF_ONE });
  const of_all = app.createRateLimit({ ...window, keyGenerator: () => 'all', max: REFUSALS_TOLD_OF_ALL });
  const leftOf = async (count: typeof of_all, request: FastifyRequest): Promise<number> => {
    const spent = await count(request);
    return spent.isAllowed || spent.isExceeded ? -1 : spent.remaining;
  };
  app.decorateRequest('refusal', null);
  app.addHook('onSend', async (request, reply) => {
    const status = reply.statusCode;
    // Keys that are refused have a line and a budget of their own.
    if (status < 400 || status > 499 || status === 401) return;
    const { caller, ip, log, method, refusal, routeOptions } = request;
    const left = await leftOf(caller ? by_caller : by_address, request);
    const is_told = left >= 0 && (await leftOf(of_all, request)) >= 0;
    log[is_told ? 'info' : 'debug'](
      {
        address: ip,
        ...(caller && {
          organisation_id: caller.organisation_id,
          [caller.session ? 'person_id' : 'key_id']: caller.key_id,
        }),
        method,
        route: routeOptions.url,
        status,
        ...refusal,
        ...(is_told && { left }),
      },
      'a request was refused',
    );
  });
}

/** What a request was refused for. */
export function refusalOf(
  { code, sentence }: Problem,
  { validation = [], validationContext }: Pick<FastifyError, 'validation' | 'validationContext'> = {},
): Refusal {
  const [fault] = validation;
  if (!fault) return { code, rule: String(sentence?.values.limit ?? sentence?.code ?? '') || null };
  const missing = fault.params.missingProperty;
  return {
    code,
    rule: `${validationContext}${fault.schemaPath}${missing === undefined ? '' : `/${String(missing)}`}`,
  };
}
