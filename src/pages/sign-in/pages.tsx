/** Signing in by password and second factor, and out. What is refused keeps what was typed, save the secrets. */
import type { FastifyInstance } from 'fastify';
import Type from 'typebox';
import { actingOf, EVERYONE } from '../../http/guard.ts';
import type { Rates } from '../../http/rates.ts';
import { Closed } from '../../http/schemas.ts';
import { clearSessionCookie, requireSameOrigin, sessionTokenOf } from '../../http/session-cookie.ts';
import { endOwnSession } from '../../people/own-account.ts';
import { EMAIL_PATTERN } from '../../people/schemas.ts';
import { signIn, signInWithCode } from '../../people/sign-in.ts';
import type { Service } from '../../service.ts';
import { formsOf, Typed } from '../forms.ts';
import { pagesOf } from '../serve.ts';
import { CodePage, SignInPage } from './sign-in-pages.tsx';
import { ONWARD, onwardOf, welcome } from './welcome.tsx';

const ReturnTo = Type.Optional(Typed);
const EMAIL = new RegExp(EMAIL_PATTERN);
const PUBLIC = { access: 'public' } as const;

export function signInPages(app: FastifyInstance, service: Service, rates: Rates): void {
  const form = formsOf(app, service);

  pagesOf(app, service)(
    '/sign-in',
    { access: 'public', query: Closed({ return_to: ReturnTo }) },
    async ({ query, view }) => ({
      title: view.words.say('sign_in.title'),
      body: <SignInPage email="" faults={{}} onward={onwardOf(query)} />,
    }),
  );

  form(
    '/sign-in',
    { who: PUBLIC, fields: { email: Typed, password: Typed, ...ONWARD } },
    async ({ body, request, reply, view, again }) => {
      requireSameOrigin(request);
      await rates.sign_in(request, reply);
      const { words } = view;
      const { email, password } = body;
      const onward = onwardOf(body);
      const refuse = (faults: Record<string, string>) =>
        again({ title: words.say('sign_in.title'), body: <SignInPage {...{ email, faults, onward }} /> });
      const faults = {
        ...(!EMAIL.test(email) && { email: words.say('sign_in.email_form') }),
        ...(password === '' && { password: words.say('sign_in.password_missing') }),
      };
      if (Object.keys(faults).length > 0) return refuse(faults);
      const outcome = await signIn(service, { email, password }, sessionTokenOf(request));
      if (outcome.state === 'refused') return refuse({ password: words.say('sign_in.refused') });
      if (outcome.state === 'second_factor_needed')
        return again({
          title: words.say('sign_in.code_title'),
          body: <CodePage ticket={outcome.ticket} refused={false} onward={onward} />,
        });
      return welcome(service, { reply, view, session: outcome.session }, onward);
    },
  );

  form(
    '/sign-in/code',
    { who: PUBLIC, fields: { ticket: Typed, code: Typed, ...ONWARD } },
    async ({ body, request, reply, view, again }) => {
      requireSameOrigin(request);
      await rates.sign_in(request, reply);
      const { ticket, code } = body;
      const onward = onwardOf(body);
      const outcome = await signInWithCode(service, { ticket, code: code.trim() }, sessionTokenOf(request));
      if (outcome.state !== 'signed_in')
        return again({
          title: view.words.say('sign_in.code_title'),
          body: <CodePage {...{ ticket, onward }} refused />,
        });
      return welcome(service, { reply, view, session: outcome.session }, onward);
    },
  );

  form(
    '/sign-out',
    { who: { access: EVERYONE, scope: 'read', people: true }, fields: {} },
    async ({ request, reply, goTo }) => {
      const { session_id, ...owner } = actingOf(request);
      await endOwnSession(service, owner, session_id);
      clearSessionCookie(reply);
      return goTo('/');
    },
  );
}
