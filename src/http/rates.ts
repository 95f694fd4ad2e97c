/**
 * Requests a minute, counted by each process for itself: a budget for each key; one for each address (each /64 of IPv6)
 * for what needs no key; and a smaller one for each address for keys that are refused. A valid key is never held
 * up by its neighbours at the same address. Told in the fields RateLimit and RateLimit-Policy of
 * draft-ietf-httpapi-ratelimit-headers-10.
 */
import rateLimit, { type RateLimitOptions } from '@fastify/rate-limit';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { HttpConfig } from '../config.ts';
import { Problem } from '../errors.ts';
import { MAX_COUNTED, RATE_WINDOW_SECONDS } from './limits.ts';

/**
 * Takes one request from a budget and tells in the answer's headers what is left.
 * @returns what is left
 * @throws Problem `rate_limited` when nothing was left
 */
export type Spend = (request: FastifyRequest, reply: FastifyReply) => Promise<number>;

/** Budgets by what a request is counted under. */
export interface Rates {
  key: Spend;
  address: Spend;
  refused_key: Spend;
}

export async function countRates(app: FastifyInstance, http: HttpConfig): Promise<Rates> {
  await app.register(rateLimit, { global: false, ipv6Subnet: 64 });
  const budget = (name: string, max: number, by: RateLimitOptions = {}): Spend => {
    const window: RateLimitOptions = { max, timeWindow: RATE_WINDOW_SECONDS * 1000, cache: MAX_COUNTED };
    const count = app.createRateLimit({ ...window, ...by });
    return async (request, reply) => {
      const spent = await count(request);
      // There is no allow list.
      if (spent.isAllowed) throw new Error(`nothing is exempt from the rate ${name}`);
      const { isExceeded, remaining, ttlInSeconds } = spent;
      reply.header('ratelimit-policy', `"${name}";q=${max};w=${RATE_WINDOW_SECONDS}`);
      reply.header('ratelimit', `"${name}";r=${remaining};t=${ttlInSeconds}`);
      if (!isExceeded) return remaining;
      reply.header('retry-after', ttlInSeconds);
      throw new Problem(
        'rate_limited',
        `More than ${max} requests in ${RATE_WINDOW_SECONDS} seconds (${name}): try again in ${ttlInSeconds} seconds.`,
      );
    };
  };
  return {
    key: budget('key', http.key_requests_per_minute, {
      keyGenerator: ({ caller }: FastifyRequest) => caller!.key_id,
    }),
    address: budget('address', http.address_requests_per_minute),
    refused_key: budget('refused_key', http.refused_keys_per_minute),
  };
}
