/** How a sign-in is answered, by whatever it was shown who is there. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import Type from 'typebox';
import { Problem } from '../errors.ts';
import { Id, Instant } from '../http/schemas.ts';
import { CSRF_HEADER, setSessionCookie } from '../http/session-cookie.ts';
import { csrfTokenOf, type StartedSession } from './sessions.ts';
import type { SignInOutcome } from './sign-in.ts';

export const CsrfToken = Type.String({
  description: `to be sent in the header ${CSRF_HEADER} with whatever the session changes`,
});
export const SignedIn = Type.Object({
  state: Type.Literal('signed_in'),
  session_id: Id,
  csrf_token: CsrfToken,
  ends_at: Instant,
});

/** The same words and headers for whatever was wrong. */
export function answer(request: FastifyRequest, reply: FastifyReply, outcome: SignInOutcome, wrong: string) {
  const { log, ip: address } = request;
  switch (outcome.state) {
    case 'refused': {
      const { organisation_id, error } = outcome;
      const known = { ...(organisation_id && { organisation_id }), ...(error && { error }) };
      log.info({ address, ...known }, 'a sign-in was refused');
      throw new Problem('unauthenticated', wrong);
    }
    case 'second_factor_needed':
      return reply.code(200).send(outcome);
    case 'signed_in': {
      const { session, organisation_id } = outcome;
      log.info({ address, organisation_id, person_id: session.person_id }, 'a person signed in');
      return hand(reply, session);
    }
  }
}

/** Hands a session over, by cookie. */
export function hand(reply: FastifyReply, session: StartedSession) {
  setSessionCookie(reply, session);
  const { id: session_id, token, ends_at } = session;
  return reply.code(201).send({ state: 'signed_in', session_id, csrf_token: csrfTokenOf(token), ends_at });
}
