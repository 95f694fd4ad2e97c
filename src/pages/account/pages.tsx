/** The own account. What changes it asks for a fresh proof of who is there, which the guard demands. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import Type from 'typebox';
import { Problem } from '../../errors.ts';
import { actingOf, EVERYONE, personOf } from '../../http/guard.ts';
import type { Rates } from '../../http/rates.ts';
import { Closed } from '../../http/schemas.ts';
import { setSessionCookie } from '../../http/session-cookie.ts';
import {
  beginSecondFactor,
  confirmSecondFactor,
  endOtherSessions,
  endOwnSession,
  removeOwnPasskey,
  removeSecondFactor,
  replacePassword,
} from '../../people/own-account.ts';
import { passkeysOf } from '../../people/passkeys.ts';
import { hasSecondFactor } from '../../people/second-factor.ts';
import { sessionsOf } from '../../people/sessions.ts';
import { proveAgain } from '../../people/sign-in.ts';
import { findPerson } from '../../people/store.ts';
import type { Service } from '../../service.ts';
import { formsOf, Typed } from '../forms.ts';
import type { Words } from '../language/words.ts';
import type { Faults } from '../parts/forms.tsx';
import { faultSaid } from '../parts/said.tsx';
import { pagesOf } from '../serve.ts';
import { ONWARD, onwardOf, welcome } from '../sign-in/welcome.tsx';
import { AccountPage, type AccountShown } from './account-page.tsx';
import { ProofPage } from './proof-page.tsx';
import { NewFactorPage, RecoveryCodesPage } from './second-factor-pages.tsx';

const PEOPLE = { access: EVERYONE, scope: 'read', people: true } as const;
const PROVED = { ...PEOPLE, proved: true } as const;
/** What the form brings back of a factor, short enough for a QR code. */
const FactorAddress = Type.String({ pattern: '^otpauth://totp/[!-~]{1,1000}$' });

export function accountPages(app: FastifyInstance, service: Service, rates: Rates): void {
  const { system } = service;
  const page = pagesOf(app, service);
  const form = formsOf(app, service);
  const account = async (request: FastifyRequest, words: Words, faults: Faults = {}) => ({
    title: words.say('account.title'),
    body: <AccountPage {...{ faults }} shown={await readAccount(service, request)} />,
  });

  page('/account', PEOPLE, ({ request, view }) => account(request, view.words));

  page(
    '/account/proof',
    { ...PEOPLE, query: Closed({ return_to: Type.Optional(Typed) }) },
    async ({ request, query, view }) => ({
      title: view.words.say('proof.title'),
      body: (
        <ProofPage
          faults={{}}
          onward={onwardOf(query)}
          second_factor={await hasSecondFactor(system.sql, personOf(request).person_id)}
        />
      ),
    }),
  );

  form(
    '/account/proof',
    { who: PEOPLE, fields: { password: Typed, code: Type.Optional(Typed), ...ONWARD } },
    async ({ body, request, reply, view, again }) => {
      await rates.sign_in(request, reply);
      const { password, code } = body;
      const onward = onwardOf(body);
      const session = await proveAgain(service, personOf(request), { password, code: code?.trim() });
      if (session) return welcome(service, { reply, view, session }, onward);
      const second_factor = await hasSecondFactor(system.sql, personOf(request).person_id);
      const faults = { password: view.words.say('proof.refused') };
      return again({
        title: view.words.say('proof.title'),
        body: <ProofPage {...{ faults, onward, second_factor }} />,
      });
    },
  );

  form(
    '/account/password',
    { who: PEOPLE, fields: { password: Typed, code: Type.Optional(Typed), new_password: Typed } },
    async ({ body, request, reply, view, again, goTo }) => {
      await rates.sign_in(request, reply);
      const { words } = view;
      const { new_password, password, code } = body;
      try {
        const proof = { password, code: code?.trim() };
        setSessionCookie(reply, await replacePassword(service, actingOf(request), proof, new_password));
        return goTo('/account');
      } catch (error) {
        if (!(error instanceof Problem) || !['bad_request', 'refused'].includes(error.code)) throw error;
        const faults =
          error.code === 'refused'
            ? { password: words.say('proof.refused') }
            : { new_password: faultSaid(error, words) };
        return again(await account(request, words, faults));
      }
    },
  );

  form('/account/second-factor', { who: PROVED, fields: {} }, async ({ request, view, show }) => {
    const made = await beginSecondFactor(service, actingOf(request));
    return show({ title: view.words.say('factor.title'), body: <NewFactorPage {...made} faults={{}} /> });
  });

  form(
    '/account/second-factor/confirmations',
    { who: PROVED, fields: { code: Typed, secret: Typed, uri: FactorAddress } },
    async ({ body, request, reply, view, again, show }) => {
      await rates.sign_in(request, reply);
      const { words } = view;
      const { secret, uri, code } = body;
      try {
        const codes = await confirmSecondFactor(service, actingOf(request), code.replaceAll(' ', ''));
        return await show({ title: words.say('factor.done'), body: <RecoveryCodesPage codes={codes} /> });
      } catch (error) {
        if (!(error instanceof Problem) || error.code !== 'refused') throw error;
        const faults = { code: words.say('factor.refused') };
        return again({
          title: words.say('factor.title'),
          body: <NewFactorPage {...{ secret, uri, faults }} />,
        });
      }
    },
  );

  form('/account/second-factor/removal', { who: PROVED, fields: {} }, async ({ request, goTo }) => {
    await removeSecondFactor(service, actingOf(request));
    return goTo('/account#second-factor');
  });

  form(
    '/account/passkeys/removal',
    { who: PROVED, fields: { id: Typed } },
    async ({ body, request, goTo }) => {
      await removeOwnPasskey(service, actingOf(request), body.id);
      return goTo('/account#passkeys');
    },
  );

  form(
    '/account/sessions/ends',
    { who: PEOPLE, fields: { id: Type.Optional(Typed) } },
    async ({ body, request, goTo }) => {
      if (body.id === undefined) await endOtherSessions(service, actingOf(request));
      else await endOwnSession(service, actingOf(request), body.id);
      return goTo('/account#sessions');
    },
  );
}

async function readAccount({ system, vault }: Service, request: FastifyRequest): Promise<AccountShown> {
  const { person_id, session_id } = personOf(request);
  const [person, second_factor, sessions, passkeys] = await Promise.all([
    findPerson(system.sql, vault, person_id),
    hasSecondFactor(system.sql, person_id),
    sessionsOf(system.sql, person_id),
    passkeysOf(system.sql, person_id),
  ]);
  return { person: person!, second_factor, sessions, session_id, passkeys };
}
