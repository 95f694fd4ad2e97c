/** Other ways in: by the provider of an organisation, by an invitation, and what a passkey goes on with. */
import type { FastifyInstance } from 'fastify';
import Type from 'typebox';
import { Problem } from '../../errors.ts';
import type { Rates } from '../../http/rates.ts';
import { Closed } from '../../http/schemas.ts';
import { requireSameOrigin, sessionTokenOf, setStateCookie, stateOf } from '../../http/session-cookie.ts';
import { recoverAccount } from '../../people/account-recovery.ts';
import { acceptInvitation } from '../../people/invitations.ts';
import { beginProviderSignIn, CALLBACK_PATH, signInByProvider } from '../../people/provider-sign-in.ts';
import { signIn } from '../../people/sign-in.ts';
import { TOKEN_PATTERN } from '../../people/tokens.ts';
import type { Service } from '../../service.ts';
import { formsOf, Typed } from '../forms.ts';
import type { Faults } from '../parts/forms.tsx';
import { faultSaid } from '../parts/said.tsx';
import { pagesOf } from '../serve.ts';
import {
  FromProviderPage,
  InvitationPage,
  OrganisationPage,
  RecoveryPage,
  SignInPage,
  ToProviderPage,
} from './sign-in-pages.tsx';
import { goOn, ONWARD, onwardOf, welcome } from './welcome.tsx';

const PUBLIC = { access: 'public' } as const;
const TOKEN = new RegExp(TOKEN_PATTERN);
const MAX_CODE_LENGTH = 4_000;
const Code = Type.String({ maxLength: MAX_CODE_LENGTH });
/** Providers add fields of their own. */
const Answer = Type.Object({
  code: Type.Optional(Code),
  state: Type.Optional(Typed),
  iss: Type.Optional(Typed),
});

export function otherWaysIn(app: FastifyInstance, service: Service, rates: Rates, public_url: string): void {
  const page = pagesOf(app, service);
  const form = formsOf(app, service);

  page('/sign-in/organisation', PUBLIC, async ({ view }) => ({
    title: view.words.say('provider.title'),
    body: <OrganisationPage organisation_id="" faults={{}} />,
  }));

  form(
    '/sign-in/organisation',
    { who: PUBLIC, fields: { organisation_id: Typed } },
    async ({ body, request, reply, view, again, show }) => {
      requireSameOrigin(request);
      await rates.sign_in_address(request, reply);
      const { words } = view;
      const title = words.say('provider.title');
      const organisation_id = body.organisation_id.trim();
      try {
        const begun = await beginProviderSignIn(service, organisation_id, public_url);
        setStateCookie(reply, begun.state);
        return show({ title, body: <ToProviderPage url={begun.authorization_url} /> });
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        const key = error.code === 'not_found' ? 'provider.unknown' : 'provider.silent';
        const faults = { organisation_id: words.say(key) };
        return again({ title, body: <OrganisationPage {...{ organisation_id, faults }} /> });
      }
    },
  );

  page(CALLBACK_PATH, { access: 'public', query: Answer }, async ({ query, view }) => {
    const { code, state, iss } = query;
    const answer = code && state ? { code, state, ...(iss !== undefined && { iss }) } : null;
    return { title: view.words.say('provider.title'), body: <FromProviderPage answer={answer} /> };
  });

  form(
    CALLBACK_PATH,
    { who: PUBLIC, fields: { code: Code, state: Typed, iss: Type.Optional(Typed) } },
    async ({ body, request, reply, view, again }) => {
      requireSameOrigin(request);
      await rates.sign_in_address(request, reply);
      const from = { bound: stateOf(request), replaced: sessionTokenOf(request), public_url };
      const outcome = await signInByProvider(service, body, from);
      if (outcome.state !== 'signed_in')
        return again({ title: view.words.say('provider.title'), body: <FromProviderPage answer={null} /> });
      return welcome(service, { reply, view, session: outcome.session }, {});
    },
  );

  page('/invitation', { access: 'public', query: Closed({ token: Typed }) }, async ({ query, view }) => ({
    title: view.words.say('invitation.title'),
    body: <InvitationPage token={query.token} name="" faults={{}} />,
  }));

  form(
    '/invitation',
    { who: PUBLIC, fields: { token: Typed, name: Typed, password: Typed } },
    async ({ body, request, reply, view, again }) => {
      requireSameOrigin(request);
      await rates.sign_in_address(request, reply);
      const { words } = view;
      const { token, password } = body;
      const name = body.name.trim();
      const refuse = (faults: Faults) =>
        again({
          title: words.say('invitation.title'),
          body: <InvitationPage {...{ token, name, faults }} />,
        });
      if (name === '') return refuse({ name: words.say('account.name_missing') });
      if (!TOKEN.test(token)) return refuse({ name: words.say('invitation.gone') });
      try {
        const { email } = await acceptInvitation(service, { token, name, password });
        const outcome = await signIn(service, { email, password }, sessionTokenOf(request));
        if (outcome.state !== 'signed_in') throw new Error('an account that was just made does not open');
        return await welcome(service, { reply, view, session: outcome.session }, {});
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        if (error.code === 'bad_request') return refuse({ password: faultSaid(error, words) });
        return refuse({
          name: words.say(error.code === 'conflict' ? 'invitation.has_account' : 'invitation.gone'),
        });
      }
    },
  );

  page('/recovery', { access: 'public', query: Closed({ token: Typed }) }, async ({ query, view }) => ({
    title: view.words.say('recovery.title'),
    body: <RecoveryPage token={query.token} />,
  }));

  form(
    '/recovery',
    { who: PUBLIC, fields: { token: Typed, password: Typed } },
    async ({ body, request, reply, view, again, show }) => {
      requireSameOrigin(request);
      await rates.sign_in_address(request, reply);
      const { words } = view;
      const { token, password } = body;
      const refuse = (fault: string) =>
        again({ title: words.say('recovery.title'), body: <RecoveryPage {...{ token, fault }} /> });
      if (!TOKEN.test(token)) return refuse(words.say('said.account_recovery_over'));
      try {
        await recoverAccount(service, { token, password });
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        return refuse(
          error.code === 'bad_request' ? faultSaid(error, words) : words.say('said.account_recovery_over'),
        );
      }
      return show({
        title: words.say('sign_in.title'),
        body: <SignInPage email="" recovered faults={{}} onward={{}} />,
      });
    },
  );

  /** After a sign-in that a script made. */
  form('/kept-form', { who: PUBLIC, fields: ONWARD }, async ({ body, request, reply, view }) => {
    requireSameOrigin(request);
    if (!view.caller) throw new Problem('unauthenticated', 'Sign in first.');
    return goOn(service, reply, view, onwardOf(body));
  });
}
