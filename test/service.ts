/**
 * The whole service in a test: a database of its own, a calendar set by hand, two banks, two firms, staff and one
 * organisation of each other kind, and the real Chinese patents as the gazette had told of them by June 2009.
 */
import { createReadStream } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { FastifyInstance, InjectOptions } from 'fastify';
import pino, { type Logger } from 'pino';
import { calibrate } from '../jobs/calibrate.ts';
import type { JobContext } from '../jobs/context.ts';
import { gazetteFeed } from '../jobs/feeds.ts';
import { ingest } from '../jobs/ingest.ts';
import { revalue } from '../jobs/revalue.ts';
import { createOrganisation, issueKey, type OrganisationKind } from '../src/accounts/store.ts';
import { buildApp } from '../src/app.ts';
import { type SettableClock, settableClock } from '../src/clock.ts';
import { type HttpConfig, loadConfig } from '../src/config.ts';
import type { Database } from '../src/db/client.ts';
import { knownPatents } from '../src/patents/facts.ts';
import { patentId } from '../src/patents/identity.ts';
import { cnSample } from '../src/patents/sources/cnipa/sample.ts';
import { assessPledges } from '../src/risk/assess.ts';
import { createVault, type Vault } from '../src/secrets/vault.ts';
import type { Service } from '../src/service.ts';
import { createAddressGuard } from '../src/webhooks/address-guard.ts';
import { createSender } from '../src/webhooks/send.ts';
import { createTestDatabase, MASTER_KEY } from './database.ts';
import { contractOf } from './http/contract.ts';

export const CN_PATENTS = fileURLToPath(new URL('../data/cn_patents.csv', import.meta.url));

/** When the patents were read, and when the tests begin. */
export const LEARNT_AT = new Date('2009-06-01T01:00:00Z');
export const STARTS_AT = new Date('2009-06-10T02:00:00Z');

/** Rates that no test reaches which does not mean to. */
export const UNHURRIED = loadConfig({
  KEY_REQUESTS_PER_MINUTE: '1000000000',
  ADDRESS_REQUESTS_PER_MINUTE: '1000000000',
  REFUSED_KEYS_PER_MINUTE: '1000000000',
});

export interface Party {
  id: string;
  key: string;
}

export interface Answer<Body> {
  status: number;
  headers: Record<string, unknown>;
  text: string;
  body: Body;
}

export interface ProblemAnswer {
  status: number;
  code: string;
  detail: string;
  request_id: string;
  errors?: { pointer: string; detail: string }[];
}

type Method = NonNullable<InjectOptions['method']>;

export interface TestService {
  app: FastifyInstance;
  /** For other processes: as the login that serves, and as the owner. */
  url: string;
  owner_url: string;
  /** As the owner, who sees everything, and as requests see it. */
  database: Database;
  requests: Database;
  vault: Vault;
  clock: SettableClock;
  bank_a: Party;
  bank_b: Party;
  firm_a: Party;
  firm_b: Party;
  staff: Party;
  agency: Party;
  expert: Party;
  buyer: Party;
  /** Sends a request and holds the answer against the OpenAPI document. A string is sent as it is. */
  call<Body = ProblemAnswer>(
    key: string | null,
    method: Method,
    url: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Answer<Body>>;
  /** A patent in force that no test was handed before. */
  takePatent(): string;
  /** Puts the calendar there and does the jobs of that day: gazette, valuation, assessment. */
  passTo(instant: string): Promise<void>;
}

export async function buildService(
  t: { teardown(done: () => Promise<void>): unknown },
  overrides: Partial<Service> = {},
  log: Logger = pino({ level: 'silent' }),
  http: HttpConfig = UNHURRIED,
): Promise<TestService> {
  const { url, owner_url, database, requests } = await createTestDatabase(t);
  const vault = createVault(database, MASTER_KEY);
  const clock = settableClock(LEARNT_AT);
  const guard = createAddressGuard({ allowed_hosts: [] });
  const service: Service = {
    database: requests,
    system: database,
    vault,
    clock,
    guard,
    calendar: null,
    onNews: () => {},
    ...overrides,
  };
  const app = await buildApp({ service, log, version: '0.0.0', http });
  const sender = createSender({ allowed_hosts: [] });
  t.teardown(async () => {
    await app.close();
    await sender.close();
  });
  const context: JobContext = { database, vault, clock, log, feeds: [await gazetteFeed(CN_PATENTS)], sender };
  await ingest(context, LEARNT_AT);
  await calibrate(context, LEARNT_AT);
  clock.set(STARTS_AT);
  let free = await patentsInForce(database, STARTS_AT);
  return {
    app,
    url,
    owner_url,
    database,
    requests,
    vault,
    clock,
    ...(await foundParties(database, LEARNT_AT)),
    call: callerOf(app),
    takePatent: () => free.pop()!,
    async passTo(instant) {
      clock.set(new Date(instant));
      await ingest(context, clock.now());
      await revalue(context, clock.now());
      await assessPledges(database, clock.now());
      const left = new Set(await patentsInForce(database, clock.now()));
      free = free.filter((patent_id) => left.has(patent_id));
    },
  };
}

async function foundParties(database: Database, now: Date) {
  const found = (kind: OrganisationKind, name: string): Promise<Party> =>
    database.transaction(async (tx) => {
      const { id } = await createOrganisation(tx, { kind, name, demonstration: false }, now);
      return { id, key: (await issueKey(tx, id, 'test', now)).key };
    });
  return {
    bank_a: await found('bank', 'Bank A'),
    bank_b: await found('bank', 'Bank B'),
    firm_a: await found('firm', 'Firm A'),
    firm_b: await found('firm', 'Firm B'),
    staff: await found('staff', 'Staff'),
    agency: await found('agency', 'Agency'),
    expert: await found('expert', 'Expert'),
    buyer: await found('buyer', 'Buyer'),
  };
}

async function patentsInForce({ sql }: Database, at: Date): Promise<string[]> {
  const granted = await sql<{ patent_id: string }[]>`
    select distinct patent_id from signal where kind = 'granted' order by patent_id`;
  const known = await knownPatents(
    sql,
    granted.map((row) => row.patent_id),
    at,
  );
  return [...known.values()]
    .filter(({ facts }) => facts.legal_state === 'in_force')
    .map(({ patent_id }) => patent_id);
}

function callerOf(app: FastifyInstance): TestService['call'] {
  const contract = contractOf(app.swagger() as object);
  return async <Body>(
    key: string | null,
    method: Method,
    url: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ) => {
    const response = await app.inject({
      method,
      url,
      headers: {
        ...(key !== null && { authorization: `Bearer ${key}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { payload: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = response.body;
    const isJson = text !== '' && /\bjson\b/.test(String(response.headers['content-type']));
    const answer = {
      status: response.statusCode,
      headers: response.headers,
      text,
      body: (isJson ? JSON.parse(text) : null) as Body,
    };
    contract(method, url, isJson ? answer : { ...answer, body: text });
    return answer;
  };
}

/** Patents in force when the tests begin whose termination the gazette really published in the months after. */
export async function lapsingPatents(
  granted_by: string,
): Promise<{ patent_id: string; published_on: string }[]> {
  const lapsing = [];
  for await (const record of cnSample.read(createReadStream(CN_PATENTS))) {
    if (!record.ok) continue;
    const { office, application_number } = record.patent;
    const lapse = record.signals.find(({ kind }) => kind === 'lapsed');
    const granted = record.signals.some(
      ({ kind, published_on }) => kind === 'granted' && published_on < granted_by,
    );
    if (granted && lapse && lapse.published_on > '2009-10-01' && lapse.published_on < '2010-01-01')
      lapsing.push({ patent_id: patentId(office, application_number), published_on: lapse.published_on });
  }
  return lapsing;
}
