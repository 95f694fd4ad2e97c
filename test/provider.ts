/** A provider of OpenID Connect on loopback: discovery, tokens and keys, for whoever is named. What it says can be bent. */
import { createHash, createSign, generateKeyPairSync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Whom the provider names, and how its answers differ from honest ones. */
export interface Named {
  claims: Record<string, unknown>;
  bent?: {
    claims?: Record<string, unknown>;
    metadata?: Record<string, unknown>;
    signature?: 'other key' | 'none';
    token?: 'redirected';
  };
}

export interface TestProvider {
  issuer: string;
  host: string;
  client_id: string;
  client_secret: string;
  /** Every code and token that it has given out. */
  issued: string[];
  /** What the browser is sent back with, once the person has consented there. */
  consent(authorization_url: string, named: Named): { code: string; state: string; iss: string };
  stop(): Promise<void>;
}

const LIFETIME_SECONDS = 60;

const keyPair = () => generateKeyPairSync('rsa', { modulusLength: 2048 });
const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

export async function startProvider(): Promise<TestProvider> {
  const [own, other] = [keyPair(), keyPair()];
  const client = { client_id: 'pledgewatch', client_secret: randomBytes(16).toString('hex') };
  const issued: string[] = [];
  const codes = new Map<string, Named & { asked: URLSearchParams }>();
  let named: Named = { claims: {} };

  const signed = (claims: object, signature?: 'other key' | 'none') => {
    const head = encoded({ alg: signature === 'none' ? 'none' : 'RS256', kid: 'one' });
    const text = `${head}.${encoded(claims)}`;
    if (signature === 'none') return `${text}.`;
    const { privateKey } = signature ? other : own;
    return `${text}.${createSign('RSA-SHA256').update(text).sign(privateKey).toString('base64url')}`;
  };

  const tokenFor = (body: URLSearchParams, authorization: string) => {
    const found = codes.get(body.get('code') ?? '');
    codes.delete(body.get('code') ?? '');
    const { client_id, client_secret } = client;
    const basic = `Basic ${Buffer.from(`${client_id}:${client_secret}`).toString('base64')}`;
    const challenge = createHash('sha256')
      .update(body.get('code_verifier') ?? '')
      .digest('base64url');
    const fits =
      found?.asked.get('code_challenge') === challenge &&
      found.asked.get('redirect_uri') === body.get('redirect_uri') &&
      authorization === basic;
    if (!fits) return { status: 400, body: { error: 'invalid_grant' } };
    const now = Math.floor(Date.now() / 1000);
    const claims = {
      iss: issuer,
      aud: client_id,
      iat: now,
      exp: now + LIFETIME_SECONDS,
      nonce: found.asked.get('nonce'),
      ...found.claims,
      ...found.bent?.claims,
    };
    const id_token = signed(claims, found.bent?.signature);
    const [access_token, refresh_token] = [randomBytes(24).toString('hex'), randomBytes(24).toString('hex')];
    issued.push(id_token, access_token, refresh_token);
    return { status: 200, body: { access_token, refresh_token, token_type: 'Bearer', id_token } };
  };

  const server = createServer(async (request, response) => {
    const say = (status: number, body: object, headers = {}) =>
      response
        .writeHead(status, { 'content-type': 'application/json', ...headers })
        .end(JSON.stringify(body));
    switch (request.url) {
      case '/.well-known/openid-configuration':
        return say(200, {
          issuer,
          authorization_endpoint: `${issuer}/authorize`,
          token_endpoint: `${issuer}/token`,
          jwks_uri: `${issuer}/jwks`,
          response_types_supported: ['code'],
          subject_types_supported: ['public'],
          id_token_signing_alg_values_supported: ['RS256'],
          ...named.bent?.metadata,
        });
      case '/jwks':
        return say(200, {
          keys: [{ ...own.publicKey.export({ format: 'jwk' }), kid: 'one', alg: 'RS256', use: 'sig' }],
        });
      case '/token': {
        if (named.bent?.token) return say(307, {}, { location: `${issuer}/elsewhere` });
        const { status, body } = tokenFor(
          new URLSearchParams(await textOf(request)),
          request.headers.authorization ?? '',
        );
        return say(status, body);
      }
      default:
        return say(404, {});
    }
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const issuer = `http://${host}`;
  return {
    ...client,
    issued,
    issuer,
    host,
    consent(authorization_url, given) {
      const code = randomBytes(16).toString('hex');
      issued.push(code);
      const asked = new URL(authorization_url).searchParams;
      named = given;
      codes.set(code, { ...given, asked });
      return { code, state: asked.get('state')!, iss: issuer };
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const part of request.setEncoding('utf8')) text += part;
  return text;
}
