/** The two cookies of taste, which hold no secret. */
import type { FastifyReply, FastifyRequest } from 'fastify';

const YEAR_SECONDS = 31_536_000;

export function cookiesOf({ headers }: FastifyRequest): Record<string, string> {
  const pairs = (headers.cookie ?? '').split(';').map((pair) => pair.trim().split('=') as [string, string?]);
  return Object.fromEntries(pairs.map(([name, value = '']) => [name, value]));
}

/** @param value a name of our own, which needs no quoting */
export function setTaste(reply: FastifyReply, name: string, value: string): void {
  reply.header('set-cookie', `${name}=${value}; Path=/; Max-Age=${YEAR_SECONDS}; SameSite=Lax; HttpOnly`);
}
