/** People, roles and keys of the own organisation, for who administers it. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { eyesOf } from '../../accounts/eyes.ts';
import {
  findOrganisation,
  issueKey,
  keysOf,
  requireCovered,
  revokeKey,
  rotateKey,
} from '../../accounts/store.ts';
import { Problem } from '../../errors.ts';
import { callerOfGuarded, EVERYONE, recognisedOf } from '../../http/guard.ts';
import { OneOf } from '../../http/schemas.ts';
import { LOST, offerRecovery } from '../../people/account-recovery.ts';
import { invitationsOf, invite, withdrawInvitation } from '../../people/invitations.ts';
import { changeRole, closePerson, endSessionsOf } from '../../people/manage.ts';
import { CALLBACK_PATH } from '../../people/provider-sign-in.ts';
import { changeProvider, findProvider } from '../../people/providers.ts';
import { rolesOf, SCOPES } from '../../people/roles.ts';
import { EMAIL_PATTERN, MAX_CLIENT_ID_LENGTH, MAX_CLIENT_SECRET_LENGTH } from '../../people/schemas.ts';
import { peopleOf } from '../../people/store.ts';
import type { Service } from '../../service.ts';
import { formsOf, Typed } from '../forms.ts';
import type { Words } from '../language/words.ts';
import type { Faults } from '../parts/forms.tsx';
import { pagesOf } from '../serve.ts';
import { type Given, OrganisationPage, type OrganisationShown } from './organisation-page.tsx';

const ADMINISTER = { access: EVERYONE, scope: 'administer', people: true } as const;
const PROVED = { ...ADMINISTER, proved: true } as const;
const EMAIL = new RegExp(EMAIL_PATTERN);
const MAX_LABEL_LENGTH = 200;
const BACK = '/organisation';

export function organisationPages(app: FastifyInstance, service: Service, public_url: string): void {
  const { database, vault, clock } = service;
  const form = formsOf(app, service);
  const organisation = async (request: FastifyRequest, words: Words, given: Given = {}) => ({
    title: words.say('organisation.title'),
    body: <OrganisationPage shown={await readOrganisation(service, request, public_url)} given={given} />,
  });

  pagesOf(app, service)(BACK, ADMINISTER, ({ request, view }) => organisation(request, view.words));

  form(
    '/organisation/invitations',
    { who: PROVED, fields: { email: Typed, role: Typed } },
    async ({ body, request, view, again, show }) => {
      const { words } = view;
      const { kind, key_id: invited_by, organisation_id: id } = callerOfGuarded(request);
      const email = body.email.trim();
      if (!EMAIL.test(email)) {
        const faults = { email: words.say('sign_in.email_form') };
        return again(await organisation(request, words, { faults, typed: body }));
      }
      const given = { email, role: body.role, invited_by };
      const { token } = await database.transaction((tx) =>
        invite(tx, vault, { id, kind }, given, clock.now()),
      );
      const invitation = `${public_url}/invitation?token=${token}`;
      return show(await organisation(request, words, { invitation }));
    },
  );

  form('/organisation/invitations/withdrawals', { who: ADMINISTER, fields: { id: Typed } }, async (sent) => {
    const caller = callerOfGuarded(sent.request);
    const { id } = sent.body;
    if (!(await database.transaction((tx) => withdrawInvitation(tx, caller, id, clock.now()))))
      throw new Problem('not_found', 'There is no such invitation.');
    return sent.goTo(BACK);
  });

  form(
    '/organisation/roles',
    { who: PROVED, fields: { id: Typed, role: Typed } },
    async ({ body: { id, role }, request, goTo }) => {
      await changeRole(service, callerOfGuarded(request), id, role);
      return goTo(BACK);
    },
  );

  form(
    '/organisation/recoveries',
    {
      who: PROVED,
      fields: { id: Typed, lost: OneOf(LOST, 'what a new password alone does not bring back') },
    },
    async ({ body: { id: person_id, lost }, request, view, show }) => {
      const token = await database.transaction((tx) =>
        offerRecovery(tx, callerOfGuarded(request), { person_id, lost }, clock.now()),
      );
      const recovery = `${public_url}/recovery?token=${token}`;
      return show(await organisation(request, view.words, { recovery }));
    },
  );

  form('/organisation/sessions', { who: ADMINISTER, fields: { id: Typed } }, async (sent) => {
    await endSessionsOf(service, callerOfGuarded(sent.request), sent.body.id);
    return sent.show(
      await organisation(sent.request, sent.view.words, { done: 'organisation.sessions_ended' }),
    );
  });

  form('/organisation/closures', { who: PROVED, fields: { id: Typed } }, async ({ body, request, goTo }) => {
    await closePerson(service, callerOfGuarded(request), body.id);
    return goTo(BACK);
  });

  form(
    '/organisation/keys',
    { who: PROVED, fields: { label: Typed, scopes: Typed } },
    async ({ body, request, view, again, show }) => {
      const { words } = view;
      const { caller, actions } = recognisedOf(request);
      const label = body.label.trim();
      if (label === '' || label.length > MAX_LABEL_LENGTH) {
        const faults = { label: words.say('key.label_missing') };
        return again(await organisation(request, words, { faults, typed: body }));
      }
      const scopes = SCOPES.filter((scope) => scope === 'read' || body.scopes === 'write');
      requireCovered(actions, scopes);
      const { key } = await database.transaction((tx) =>
        issueKey(tx, caller.organisation_id, label, clock.now(), { scopes, issued_by: eyesOf(caller) }),
      );
      return show(await organisation(request, words, { key }));
    },
  );

  form('/organisation/keys/rotations', { who: PROVED, fields: { id: Typed } }, async (sent) => {
    const { body, request, view, show } = sent;
    const made = await database.transaction((tx) =>
      rotateKey(tx, recognisedOf(request), body.id, clock.now()),
    );
    if (!made) throw new Problem('not_found', 'There is no such key.');
    return show(await organisation(request, view.words, { key: made.key }));
  });

  form(
    '/organisation/keys/revocations',
    { who: ADMINISTER, fields: { id: Typed } },
    async ({ body, request, goTo }) => {
      const { organisation_id } = callerOfGuarded(request);
      if (!(await revokeKey(database.sql, organisation_id, body.id, clock.now())))
        throw new Problem('not_found', 'There is no such key.');
      return goTo(BACK);
    },
  );

  form(
    '/organisation/provider',
    { who: PROVED, fields: { issuer: Typed, client_id: Typed, client_secret: Typed } },
    async ({ body, request, view, again, goTo }) => {
      const { words } = view;
      const typed = { issuer: body.issuer.trim(), client_id: body.client_id.trim() };
      const refused = async (faults: Faults) => again(await organisation(request, words, { faults, typed }));
      if (typed.client_id === '' || typed.client_id.length > MAX_CLIENT_ID_LENGTH)
        return refused({ client_id: words.say('idp.client_id_missing') });
      if (body.client_secret.length > MAX_CLIENT_SECRET_LENGTH)
        return refused({ client_secret: words.say('idp.secret_long') });
      const client_secret = body.client_secret === '' ? null : body.client_secret;
      try {
        await changeProvider(service, callerOfGuarded(request), { ...typed, client_secret });
      } catch (error) {
        if (!(error instanceof Problem) || error.code !== 'refused') throw error;
        return refused({ issuer: words.say('idp.issuer_refused') });
      }
      return goTo(`${BACK}#provider`);
    },
  );

  form('/organisation/provider/removal', { who: PROVED, fields: {} }, async ({ request, goTo }) => {
    await changeProvider(service, callerOfGuarded(request), null);
    return goTo(`${BACK}#provider`);
  });
}

async function readOrganisation(
  { database: { sql }, system, vault }: Service,
  request: FastifyRequest,
  public_url: string,
): Promise<OrganisationShown> {
  const { organisation_id, kind, key_id } = callerOfGuarded(request);
  const [organisation, people, invitations, keys, provider] = await Promise.all([
    findOrganisation(sql, organisation_id),
    peopleOf(sql, vault, organisation_id),
    invitationsOf(sql, vault, organisation_id),
    keysOf(sql, organisation_id),
    findProvider(system.sql, vault, organisation_id),
  ]);
  return {
    organisation: organisation!,
    own_id: key_id,
    roles: rolesOf(kind),
    people,
    waiting: invitations.filter(({ ended_at }) => ended_at === null),
    keys: keys.filter(({ revoked_at }) => revoked_at === null),
    provider: { provider, redirect_uri: public_url + CALLBACK_PATH },
  };
}
