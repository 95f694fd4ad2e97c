/**
 * Requests a minute, counted by each process for itself: a budget for each key or person; one for each address (each /64 of
 * IPv6) for what needs no key; a smaller one for each address for keys that are refused, and one of the same size for signing
 * in, which each account counts besides. A valid key is never held up by its neighbours at the same address. Told in the fields RateLimit and RateLimit-Policy of
 * draft-ietf-httpapi-ratelimit-headers-10.
 */
import rateLimit, { type RateLimitOptions } from '@fastify/rate-limit';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { HttpConfig } from '../config.ts';
import { Problem } from '../errors.ts';
import { MAX_COUNTED, RATE_WINDOW_SECONDS, SIGN_IN_WINDOW_SECONDS, SIGN_INS_PER_ACCOUNT } from './limits.ts';
import { say } from './sentences.ts';

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
  /** Before a password or a code is looked at: by address, and by account. */
  sign_in: Spend;
  /** Where no account is named. */
  sign_in_address: Spend;
}

/** What a request to sign in names: an address, or the ticket of the step before. */
type SignInBody = { email?: string; ticket?: string } | null;

export async function countRates(app: FastifyInstance, http: HttpConfig): Promise<Rates> {
  await app.register(rateLimit, { global: false, ipv6Subnet: 64 });
  const budget = (
    name: string,
    max: number,
    by: RateLimitOptions = {},
    seconds = RATE_WINDOW_SECONDS,
  ): Spend => {
    const window: RateLimitOptions = { max, timeWindow: seconds * 1000, cache: MAX_COUNTED };
    const count = app.createRateLimit({ ...window, ...by });
    return async (request, reply) => {
      const spent = await count(request);
      // There is no allow list.
      if (spent.isAllowed) throw new Error(`nothing is exempt from the rate ${name}`);
      const { isExceeded, remaining, ttlInSeconds } = spent;
      reply.header('ratelimit-policy', `"${name}";q=${max};w=${seconds}`);
      reply.header('ratelimit', `"${name}";r=${remaining};t=${ttlInSeconds}`);
      if (!isExceeded) return remaining;
      reply.header('retry-after', ttlInSeconds);
      throw new Problem('rate_limited', say('too_often', { max, seconds, limit: name, count: ttlInSeconds }));
    };
  };
  const by_account: RateLimitOptions = {
    keyGenerator: ({ caller, body }: FastifyRequest) => {
      const { email, ticket = '' } = (body as SignInBody) ?? {};
      return caller?.key_id ?? email?.toLowerCase() ?? ticket;
    },
  };
  const of_address = budget('sign_in_address', http.refused_keys_per_minute);
  const of_account = budget('sign_in_account', SIGN_INS_PER_ACCOUNT, by_account, SIGN_IN_WINDOW_SECONDS);
  return {
    key: budget('key', http.key_requests_per_minute, {
      keyGenerator: ({ caller }: FastifyRequest) => caller!.key_id,
    }),
    address: budget('address', http.address_requests_per_minute),
    refused_key: budget('refused_key', http.refused_keys_per_minute),
    sign_in: async (request, reply) => {
      await of_address(request, reply);
      return of_account(request, reply);
    },
    sign_in_address: of_address,
  };
}
