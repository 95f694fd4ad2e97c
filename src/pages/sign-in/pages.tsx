/** Signing in by password and second factor, and out. What is refused keeps what was typed, save the secrets. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import Type from 'typebox';
import { callerOfGuarded, EVERYONE, personOf } from '../../http/guard.ts';
import type { Rates } from '../../http/rates.ts';
import { Closed } from '../../http/schemas.ts';
import {
  CSRF_FIELD,
  clearSessionCookie,
  requireSameOrigin,
  sessionTokenOf,
  setSessionCookie,
} from '../../http/session-cookie.ts';
import { EMAIL_PATTERN } from '../../people/schemas.ts';
import { endSession, findSession } from '../../people/sessions.ts';
import { note, type SignInOutcome, signIn, signInWithCode } from '../../people/sign-in.ts';
import type { Service } from '../../service.ts';
import type { Key } from '../language/catalogue.ts';
import { ownAddress } from '../preferences.ts';
import { type Page, send } from '../render.tsx';
import { pagesOf } from '../serve.ts';
import { HOMES, viewOf } from '../view.ts';
import { CodePage, type Faults, SignInPage } from './sign-in-pages.tsx';

const MAX_TYPED_LENGTH = 1_000;
const Typed = Type.String({ maxLength: MAX_TYPED_LENGTH });
const ReturnTo = Type.Optional(Type.String({ maxLength: 2_000 }));
const Password = Closed({ email: Typed, password: Typed, return_to: ReturnTo });
const Code = Closed({ ticket: Typed, code: Typed, return_to: ReturnTo });
const EMAIL = new RegExp(EMAIL_PATTERN);
const UNPROCESSABLE = 422;

export function signInPages(app: FastifyInstance, service: Service, rates: Rates): void {
  pagesOf(app, service)(
    '/sign-in',
    { access: 'public', query: Closed({ return_to: ReturnTo }) },
    async ({ query, view }) => ({
      title: view.words.say('sign_in.title'),
      body: <SignInPage email="" faults={{}} return_to={query.return_to ?? null} />,
    }),
  );

  app.post(
    '/sign-in',
    { config: { access: 'public' }, schema: { hide: true, body: Password } },
    async (request, reply) => {
      requireSameOrigin(request);
      await rates.sign_in(request, reply);
      const { email, password, return_to } = request.body as Type.Static<typeof Password>;
      const again = (faults: Faults) =>
        answer(
          request,
          reply,
          'sign_in.title',
          <SignInPage {...{ email, faults }} return_to={return_to ?? null} />,
        );
      const faults: Faults = {
        ...(!EMAIL.test(email) && { email: 'sign_in.email_form' }),
        ...(password === '' && { password: 'sign_in.password_missing' }),
      };
      if (Object.keys(faults).length > 0) return again(faults);
      const outcome = await signIn(service, { email, password }, sessionTokenOf(request));
      if (outcome.state === 'refused') return again({ password: 'sign_in.refused' });
      if (outcome.state === 'second_factor_needed')
        return answer(
          request,
          reply,
          'sign_in.code_title',
          <CodePage ticket={outcome.ticket} refused={false} return_to={return_to ?? null} />,
        );
      return welcome(reply, outcome, return_to);
    },
  );

  app.post(
    '/sign-in/code',
    { config: { access: 'public' }, schema: { hide: true, body: Code } },
    async (request, reply) => {
      requireSameOrigin(request);
      await rates.sign_in(request, reply);
      const { ticket, code, return_to } = request.body as Type.Static<typeof Code>;
      const outcome = await signInWithCode(service, { ticket, code: code.trim() }, sessionTokenOf(request));
      if (outcome.state !== 'signed_in')
        return answer(
          request,
          reply,
          'sign_in.code_title',
          <CodePage ticket={ticket} refused return_to={return_to ?? null} />,
        );
      return welcome(reply, outcome, return_to);
    },
  );

  app.post(
    '/sign-out',
    {
      config: { access: EVERYONE, scope: 'read', people: true },
      schema: { hide: true, body: Closed({ [CSRF_FIELD]: Typed }) },
    },
    async (request, reply) => {
      const { person_id, session_id } = personOf(request);
      const { organisation_id } = callerOfGuarded(request);
      await endSession(service.system.sql, person_id, session_id);
      await service.system.transaction((tx) =>
        note(tx, service, { person_id, organisation_id }, 'person.sessions_ended', {
          sessions: [session_id],
        }),
      );
      clearSessionCookie(reply);
      return reply.redirect('/', 303);
    },
  );

  /** Where the person was, or else where the role begins. */
  async function welcome(
    reply: FastifyReply,
    { session }: Extract<SignInOutcome, { state: 'signed_in' }>,
    return_to: string | undefined,
  ): Promise<FastifyReply> {
    setSessionCookie(reply, session);
    const found = await findSession(service.system.sql, session.token);
    return reply.redirect(return_to ? ownAddress(return_to) : HOMES[found!.caller.kind], 303);
  }

  async function answer(request: FastifyRequest, reply: FastifyReply, title: Key, body: Page['body']) {
    const view = await viewOf(request, service);
    return send(
      reply.code(UNPROCESSABLE),
      { title: view.words.say(title), body },
      { ...view, address: '/sign-in' },
    );
  }
}
