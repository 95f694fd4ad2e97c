/**
 * Entity tags of answers that are asked for again and again: whoever sends the tag of the last answer back is told in 304
 * that nothing has changed, which costs less than the answer.
 */
import type { FastifyReply, FastifyRequest } from 'fastify';
import Type from 'typebox';
import { sha256 } from '../canonical.ts';
import { callerOfGuarded } from './guard.ts';

/** Answer of a route that takes If-None-Match. */
export const Unchanged = Type.Null({
  description: 'what is shown is what the answer with the tag of If-None-Match showed',
});

/**
 * Tells the tag with the answer; 304 is set when the caller sent it.
 * @param shown all that the answer is made of, as this caller sees it, and what decides how it is made; without the
 *   instant of asking, so that the tag is a weak one
 * @returns the tag, and whether nothing more need be answered
 */
export function tagAnswer(request: FastifyRequest, reply: FastifyReply, shown: unknown) {
  const view = JSON.stringify([callerOfGuarded(request).organisation_id, request.url, shown]);
  const opaque = `"${sha256(view).toString('base64url')}"`;
  const tag = `W/${opaque}`;
  reply.header('etag', tag);
  const sent = (request.headers['if-none-match'] ?? '')
    .split(',')
    .map((tag) => tag.trim().replace(/^W\//, ''));
  const unchanged = sent.includes(opaque);
  if (unchanged) reply.code(304);
  return { tag, unchanged };
}
