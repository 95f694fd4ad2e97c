/**
 * Signing in by the provider of one's organisation: authorisation code with PKCE, state and nonce, all of them good once. Who the
 * provider names comes in only with an account or an invitation of that organisation, found by the provider's own name for the
 * person, or the first time by an address that the provider has verified.
 */
import * as oidc from 'openid-client';
import { Agent, fetch } from 'undici';
import { Problem } from '../errors.ts';
import { INSTALLATION } from '../secrets/vault.ts';
import type { Service } from '../service.ts';
import { joinByProvider } from './invitations.ts';
import { findProvider, type Provider } from './providers.ts';
import { note, type SignInOutcome, started } from './sign-in.ts';
import { findLogin, fingerprintOf, type Login } from './store.ts';
import { issueTicket, takeTicket } from './tickets.ts';

/** Where browsers come back to, under the public address. */
export const CALLBACK_PATH = '/sign-in/provider';
const TIMEOUT_SECONDS = 10;
const MAX_ANSWER_BYTES = 1_000_000;
export const TICKET_PLACE = 'ticket/provider_sign_in';

type Needed = Pick<Service, 'system' | 'vault' | 'clock' | 'guard'>;

/** What is kept from the first step to the second. */
interface Begun {
  organisation_id: string;
  issuer: string;
  code_verifier: string;
  nonce: string;
}

/** What the provider sends the browser back with. */
export interface ProviderAnswer {
  code: string;
  state: string;
  iss?: string | undefined;
}

interface Identity {
  subject: string;
  /** Null when the provider has not verified one. */
  email: string | null;
  name: string | null;
}

/**
 * @returns where to send the browser, and the state, which must be bound to it
 * @throws Problem `not_found` when the organisation has no provider, `refused` when it does not answer as one
 */
export async function beginProviderSignIn(
  service: Needed,
  organisation_id: string,
  public_url: string,
): Promise<{ authorization_url: string; state: string }> {
  const { system, vault } = service;
  const provider = await findProvider(system.sql, vault, organisation_id);
  if (!provider) throw new Problem('not_found', 'There is no such organisation with an identity provider.');
  const code_verifier = oidc.randomPKCECodeVerifier();
  const nonce = oidc.randomNonce();
  const begun: Begun = { organisation_id, issuer: provider.issuer, code_verifier, nonce };
  const detail = await vault.seal(INSTALLATION, TICKET_PLACE, JSON.stringify(begun));
  const code_challenge = await oidc.calculatePKCECodeChallenge(code_verifier);
  const state = await issueTicket(system.sql, 'provider_sign_in', { detail });
  const parameters = {
    redirect_uri: public_url + CALLBACK_PATH,
    scope: 'openid email profile',
    code_challenge,
    code_challenge_method: 'S256',
    state,
    nonce,
  };
  const url = await withClient(service, provider, async (client) =>
    oidc.buildAuthorizationUrl(client, parameters),
  ).catch((cause: unknown) => {
    throw new Problem('refused', `The identity provider does not answer as one: ${kindOf(cause)}.`);
  });
  return { authorization_url: url.href, state };
}

/**
 * @param bound state that the browser was bound to; another's answer is refused
 * @param replaced secret of the session that the browser had before, which ends
 */
export async function signInByProvider(
  service: Needed,
  answer: ProviderAnswer,
  { bound, replaced, public_url }: { bound: string | null; replaced: string | null; public_url: string },
): Promise<SignInOutcome> {
  const { system, vault } = service;
  const ticket =
    bound === answer.state ? await takeTicket(system.sql, 'provider_sign_in', answer.state) : null;
  if (!ticket) return { state: 'refused', organisation_id: null };
  const begun = JSON.parse(await vault.open(INSTALLATION, TICKET_PLACE, ticket.detail!)) as Begun;
  const { organisation_id } = begun;
  const provider = await findProvider(system.sql, vault, organisation_id);
  // One that was changed meanwhile did not begin this.
  if (provider?.issuer !== begun.issuer) return { state: 'refused', organisation_id };
  let identity: Identity;
  try {
    identity = await withClient(service, provider, (client) => identify(client, answer, begun, public_url));
  } catch (error) {
    return { state: 'refused', organisation_id, error: error as Error };
  }
  const login = await recognise(service, provider, identity);
  return login ? started(service, login, 'provider', replaced) : { state: 'refused', organisation_id };
}

/** Trades the code for an ID token of this issuer, for this client and nonce, with a signature that holds. */
async function identify(
  client: oidc.Configuration,
  { code, state, iss }: ProviderAnswer,
  { code_verifier, nonce }: Begun,
  public_url: string,
): Promise<Identity> {
  const came = new URL(public_url + CALLBACK_PATH);
  came.search = new URLSearchParams({ code, state, ...(iss !== undefined && { iss }) }).toString();
  const tokens = await oidc.authorizationCodeGrant(client, came, {
    pkceCodeVerifier: code_verifier,
    expectedState: state,
    expectedNonce: nonce,
    idTokenExpected: true,
  });
  const { sub: subject, email, email_verified, name } = tokens.claims()!;
  const text = (claim: unknown) => (typeof claim === 'string' && claim !== '' ? claim : null);
  return { subject, email: email_verified === true ? text(email) : null, name: text(name) };
}

/** Whose account it is; null when nobody of the organisation was invited under that name. */
async function recognise(
  service: Needed,
  { organisation_id, issuer }: Provider,
  { subject, email, name }: Identity,
): Promise<Login | null> {
  const { system, vault } = service;
  const [known] = await system.sql<{ person_id: string }[]>`select person_id from provider_subject
    where organisation_id = ${organisation_id} and issuer = ${issuer} and subject = ${subject}`;
  if (known) return findLogin(system.sql, known);
  if (email === null) return null;
  const email_mac = await fingerprintOf(vault, email);
  const invited = { organisation_id, email, name: name ?? email };
  const login =
    (await findLogin(system.sql, { email_mac })) ?? (await joinByProvider(service, invited, email_mac));
  if (login?.organisation_id !== organisation_id) return null;
  const { person_id } = login;
  return system.transaction(async (tx) => {
    const row = { organisation_id, issuer, subject, person_id };
    // Somebody who has another name there already keeps it.
    const linked = await tx`insert into provider_subject ${tx(row)} on conflict do nothing`;
    if (linked.count === 0) return null;
    await note(tx, service, login, 'person.provider_linked', { issuer });
    return login;
  });
}

/** A client of the provider, which talks to nobody whom the guard refuses and waits for nobody long. */
async function withClient<T>(
  { guard }: Pick<Service, 'guard'>,
  { issuer, client_id, client_secret }: Provider,
  work: (client: oidc.Configuration) => Promise<T>,
): Promise<T> {
  const agent = new Agent({
    connect: guard.connector(TIMEOUT_SECONDS * 1000),
    maxResponseSize: MAX_ANSWER_BYTES,
  });
  const guarded = async (url: string, options: object) => {
    const refusal = guard.urlRefusal(url);
    if (refusal !== null) throw new TypeError(refusal.text);
    return (await fetch(url, { ...options, redirect: 'manual', dispatcher: agent })) as unknown as Response;
  };
  // The guard lets http through for hosts of the operator's own network alone.
  const insecure = issuer.startsWith('http:') ? [oidc.allowInsecureRequests] : [];
  try {
    const client = await oidc.discovery(
      new URL(issuer),
      client_id,
      undefined,
      client_secret === null ? oidc.None() : oidc.ClientSecretBasic(client_secret),
      {
        [oidc.customFetch]: guarded,
        timeout: TIMEOUT_SECONDS,
        execute: [oidc.enableNonRepudiationChecks, ...insecure],
      },
    );
    return await work(client);
  } finally {
    await agent.close();
  }
}

function kindOf(cause: unknown): string {
  const { name, code } = cause as Error & { code?: string };
  return code ?? name;
}
