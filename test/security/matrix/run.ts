/**
 * Every operation of the OpenAPI document, asked by every role about things of every owner, held against expected.ts. What
 * is another's must look exactly like what is missing, and a refusal must leave no trace in the database.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { issueKey } from '../../../src/accounts/store.ts';
import type { Database } from '../../../src/db/client.ts';
import { type JsonSchema, sampleOf } from '../../http/sample.ts';
import { addPasskey, addPerson, openSession } from '../../people.ts';
import type { Party, TestService } from '../../service.ts';
import { bulletinOf, deskOf } from '../desks-world.ts';
import { needOf, type Owned, offerOf, peopleTheService } from '../world.ts';
import {
  type Action,
  EXPECTED,
  type Expectation,
  type Kind,
  MAY,
  SEEN_BY_STAFF,
  type Thing,
} from './expected.ts';

export interface MatrixReport {
  operations: number;
  roles: number;
  cells: number;
  /** A 2xx for what is another's. */
  foreign_success: number;
  /** Answers otherwise than the table says, or of operations that it does not have. */
  unexplained: number;
  /** Foreign and missing were answered with other bytes. */
  distinguishable: number;
  /** Rows that came or went with a refusal, or with a GET. */
  side_effects: number;
  seconds: number;
  failures: string[];
}

interface Role {
  name: string;
  headers: Record<string, string>;
  /** Null for a key or session that opens nothing. */
  party: (Party & { kind: Kind }) | null;
  may: readonly Action[];
  /** Who is signed in; null for a key. */
  person_id: string | null;
}

/** Whose things a request names. */
type Owner = Party | 'missing' | 'ended' | 'malformed';

interface Operation {
  id: string;
  method: string;
  path: string;
  parameters: { name: string; in: string; required?: boolean; schema: JsonSchema }[];
  body: JsonSchema | null;
}

interface Cell {
  operation: Operation;
  expectation: Expectation | undefined;
  role: Role;
  owner: Owner;
}

interface Answer {
  status: number;
  /** Without what differs from request to request. */
  bytes: string;
}

/** Of each operation, so that one that is all wrong does not hide the others. */
const SHOWN_FAILURES = 20;
/** Each of another field, for of one there is one at a time. */
let made_subscriptions = 0;
const MALFORMED = '..%2f..%00;drop';
/** Fields that must name something that is there, for a request to come as far as the question whose it is. */
const KNOWN: Record<string, unknown> = {
  region: 'CN-GD',
  rule: 'ltv_warning',
  until_at: '2009-12-31T00:00:00Z',
  until: '2010-12-31T00:00:00Z',
};
/** Bodies whose fields do not go together as a sample has them. */
const BODIES: Record<string, object> = {
  askAmendment: { matures_on: '2011-08-10', reason: 'x' },
  createFilingDraft: { reference: 'valve', form: 'EP', right_type: 'invention', language: 'en' },
  writeFilingDraft: { after: 1, claims: '1. A valve.' },
};

export async function runMatrix(
  service: TestService,
  on_progress: (done: number, all: number) => void,
  expected: Readonly<Record<string, Expectation>> = EXPECTED,
  only: readonly string[] | null = null,
): Promise<MatrixReport> {
  const started_ms = performance.now();
  const stage = await setStage(service);
  const all = operationsOf(service.app.swagger() as never);
  const operations = only ? all.filter(({ id }) => only.includes(id)) : all;
  const shown: string[] = [];
  let failures: string[] = [];
  const counts = { cells: 0, foreign_success: 0, unexplained: 0, distinguishable: 0, side_effects: 0 };
  const fail = (kind: Exclude<keyof typeof counts, 'cells'>, text: string) => {
    counts[kind] += 1;
    failures.push(`${kind}: ${text}`);
  };
  for (const [place, operation] of operations.entries()) {
    failures = [];
    const expectation = expected[operation.id];
    const roles = [];
    for (const role of stage.roles) roles.push(await signedInAnew(stage, role));
    const cells = roles.flatMap((role) =>
      ownersFor(expectation, stage).map((owner): Cell => ({ operation, expectation, role, owner })),
    );
    // What must leave no trace goes first, so that nothing changes under it: what is refused, and what only reads.
    const traceless = cells.filter((cell) => operation.method === 'GET' || refusal(stage, cell));
    const before = await rowCounts(service.database);
    const answers = new Map<Cell, Answer>();
    for (const own of Map.groupBy(traceless, ({ role }) => role).values())
      await Promise.all(own.map(async (cell) => answers.set(cell, await judge(stage, cell, fail))));
    const after = await rowCounts(service.database);
    for (const [table, rows] of after)
      if (rows !== before.get(table)) fail('side_effects', `${operation.id}: ${table}`);
    for (const cell of cells) if (!answers.has(cell)) answers.set(cell, await judge(stage, cell, fail));
    for (const cell of cells.filter((each) => isForeign(stage, each))) {
      const missing = cells.find(({ role, owner }) => role === cell.role && owner === 'missing')!;
      if (answers.get(cell)!.bytes !== answers.get(missing)!.bytes)
        fail('distinguishable', described(stage, cell, answers.get(cell)!));
    }
    counts.cells += cells.length;
    shown.push(...failures.slice(0, SHOWN_FAILURES));
    on_progress(place + 1, operations.length);
  }
  const seconds = Math.round((performance.now() - started_ms) / 100) / 10;
  return {
    operations: operations.length,
    roles: stage.roles.length,
    ...counts,
    seconds,
    failures: shown,
  };
}

export function holds(report: MatrixReport): boolean {
  const { foreign_success, unexplained, distinguishable, side_effects } = report;
  return foreign_success + unexplained + distinguishable + side_effects === 0;
}

interface Stage {
  service: TestService;
  roles: Role[];
  owners: Party[];
  owned: Map<string, Owned>;
  patent_id: string;
  /** Of the program's own scoring table, which is everybody's. */
  table_id: string;
  /** An id of each kind that was somebody's and is over. */
  ended: Owned;
}

async function setStage(service: TestService): Promise<Stage> {
  const { owned, ended } = await peopleTheService(service);
  const { bank_a, bank_b, firm_a, firm_b, staff, agency, expert, buyer } = service;
  const withKey = (key: string) => ({ authorization: `Bearer ${key}` });
  const role = (name: string, party: Party, kind: Kind, may: readonly Action[] = MAY.key): Role => ({
    name,
    headers: withKey(party.key),
    party: { ...party, kind },
    may,
    person_id: null,
  });
  const closed = (name: string, headers: Record<string, string>): Role => ({
    name,
    headers,
    party: null,
    may: [],
    person_id: null,
  });
  const made = async (party: Party, scopes: ('read' | 'write')[]) =>
    service.database.transaction((tx) => issueKey(tx, party.id, 'matrix', service.clock.now(), { scopes }));
  const reading = async (name: string, party: Party, kind: Kind): Promise<Role> =>
    role(name, { ...party, key: (await made(party, ['read'])).key }, kind, MAY.reading_key);
  const person = async (name: keyof typeof MAY, party: Party, kind: Kind): Promise<Role> => ({
    ...role(`${kind}, ${name}`, party, kind, MAY[name]),
    person_id: (await addPerson(service, party.id, name)).id,
  });
  const over = await openSession(service, (await addPerson(service, bank_a.id, 'admin')).id);
  await service.database
    .sql`update session set used_at = now() - interval '31 minutes' where id = ${over.id}`;
  const [revoked, expired] = [await made(bank_a, ['read', 'write']), await made(bank_a, ['read', 'write'])];
  await service.database.sql`update api_key set revoked_at = now() where id = ${revoked.id}`;
  await service.database.sql`update api_key set expires_at = now() where id = ${expired.id}`;
  return {
    service,
    owned,
    ended,
    owners: [bank_a, firm_a, bank_b, firm_b, staff, agency, expert, buyer],
    patent_id: service.takePatent(),
    table_id: await shippedTable(service),
    roles: [
      closed('nobody', {}),
      closed('a key of nobody', withKey(`pwk_${'0'.repeat(16)}_${'A'.repeat(43)}`)),
      closed('a revoked key', withKey(revoked.key)),
      closed('an expired key', withKey(expired.key)),
      closed('a session that was idle', over.headers),
      role('bank A', bank_a, 'bank'),
      await reading('bank A, reading', bank_a, 'bank'),
      role('firm A', firm_a, 'firm'),
      role('bank B', bank_b, 'bank'),
      role('firm B', firm_b, 'firm'),
      role('staff', staff, 'staff'),
      await reading('staff, reading', staff, 'staff'),
      role('agency', agency, 'agency'),
      role('expert', expert, 'expert'),
      role('buyer', buyer, 'buyer'),
      await person('admin', bank_a, 'bank'),
      await person('officer', bank_a, 'bank'),
      await person('viewer', bank_a, 'bank'),
      await person('member', firm_a, 'firm'),
      await person('operator', staff, 'staff'),
      await person('reviewer', staff, 'staff'),
      await person('admin', expert, 'expert'),
    ],
  };
}

/** A person's session is a new one for each operation, for some end it; and the person, for one forgets it. */
async function signedInAnew({ service }: Stage, role: Role): Promise<Role> {
  if (role.person_id === null) return role;
  const open = await service.database
    .sql`select from person where id = ${role.person_id} and closed_at is null`;
  const [, role_name] = role.name.split(', ');
  if (open.count === 0) role.person_id = (await addPerson(service, role.party!.id, role_name!)).id;
  await service.database.sql`delete from session where person_id = ${role.person_id}`;
  return { ...role, headers: (await openSession(service, role.person_id)).headers };
}

async function shippedTable({ call, firm_a }: TestService): Promise<string> {
  const { body } = await call<{ data: { id: string }[] }>(firm_a.key, 'GET', '/v1/scoring/tables');
  return body.data[0]!.id;
}

function operationsOf({
  paths,
}: {
  paths: Record<string, Record<string, Record<string, never>>>;
}): Operation[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, described]) => {
      const {
        operationId,
        parameters = [],
        requestBody,
      } = described as unknown as {
        operationId: string;
        parameters?: Operation['parameters'];
        requestBody?: { content: Record<string, { schema: JsonSchema }> };
      };
      const body = requestBody?.content['application/json']?.schema ?? null;
      return { id: operationId, method: method.toUpperCase(), path, parameters, body };
    }),
  );
}

/** Nobody's for what names no thing. */
function ownersFor(expectation: Expectation | undefined, { owners, owned }: Stage): Owner[] {
  if (!expectation?.things) return ['missing'];
  const things = Object.values(expectation.things);
  const owning = owners.filter(({ id }) => things.every((thing) => owned.get(id)![thing]));
  return [...owning, 'missing', 'ended', 'malformed'];
}

/** Whether it is there, and neither the caller's own nor shared with it. */
function isForeign({ owned }: Stage, { expectation, role: { party }, owner }: Cell): boolean {
  if (!expectation?.things || !party || typeof owner === 'string') return false;
  return !Object.values(expectation.things).every((thing) => {
    if (party.kind === 'staff' && SEEN_BY_STAFF.includes(thing)) return true;
    return owned.get(party.id)![thing]?.includes(owned.get(owner.id)![thing]![0]!);
  });
}

/** Statuses with which a cell must be refused; null when it is answered. */
function refusal(stage: Stage, { operation, expectation, role, owner }: Cell): readonly number[] | null {
  if (!expectation) return [];
  const { who, things, filter, guessed, people, asks, does } = expectation;
  const absent =
    things && (typeof owner === 'string' || isForeign(stage, { operation, expectation, role, owner }));
  const notThere = owner === 'malformed' ? [400, 404] : [404];
  if (guessed) return [guessed];
  if (who === 'anyone') return things ? notThere : null;
  if (!role.party) return [401];
  if (!who.includes(role.party.kind) || (people && role.person_id === null)) return [403];
  const action = does ?? (operation.method === 'GET' || asks ? 'read' : 'write');
  if (!role.may.includes(action)) return [403];
  if (!absent || filter) return null;
  return notThere;
}

async function judge(
  stage: Stage,
  cell: Cell,
  fail: (kind: 'foreign_success' | 'unexplained', text: string) => void,
): Promise<Answer> {
  const { expectation } = cell;
  const answer = await ask(stage, cell);
  const about = described(stage, cell, answer);
  const wanted = refusal(stage, cell);
  const explained = wanted
    ? wanted.includes(answer.status)
    : answer.status < 500 && ![401, 403, 404].includes(answer.status);
  if (!expectation || !explained) fail('unexplained', about);
  if (isForeign(stage, cell) && answer.status < 300 && !expectation?.filter) fail('foreign_success', about);
  return answer;
}

async function ask(stage: Stage, cell: Cell): Promise<Answer> {
  const { operation, role } = cell;
  const named = await namesOf(stage, cell);
  const valueFor = (name: string, schema: JsonSchema) =>
    named[name] ?? KNOWN[name] ?? sampleOf(schema, 'x', named);
  const path = operation.parameters
    .filter((parameter) => parameter.in === 'path')
    .reduce(
      (text, { name, schema }) => text.replace(`{${name}}`, String(valueFor(name, schema))),
      operation.path,
    );
  const query = new URLSearchParams();
  for (const { name, in: place, required, schema } of operation.parameters)
    if (place === 'query' && (required || name in named)) query.append(name, String(valueFor(name, schema)));
  const body =
    BODIES[operation.id] ?? (operation.body && sampleOf(operation.body, 'x', { ...KNOWN, ...named }));
  const response = await stage.service.app.inject({
    method: operation.method as 'GET',
    url: query.size > 0 ? `${path}?${query}` : path,
    headers: {
      ...role.headers,
      ...(body !== null && { 'content-type': 'application/json' }),
    },
    ...(body !== null && { payload: JSON.stringify(body) }),
  });
  const { date: _date, ratelimit: _counted, 'content-length': _withItsId, ...headers } = response.headers;
  const bytes = [response.statusCode, response.body, JSON.stringify(headers)].join('\n');
  return { status: response.statusCode, bytes: bytes.replace(/"request_id":"[^"]+"/, '') };
}

/** The one that the role's firm deals with, or itself. */
function bankOf({ service: { bank_a, bank_b, firm_b } }: Stage, { party }: Role): Party {
  return party && [bank_b.id, firm_b.id].includes(party.id) ? bank_b : bank_a;
}

/** Values by the name of parameter or field: the things, and what else must be there. */
async function namesOf(stage: Stage, cell: Cell): Promise<Record<string, unknown>> {
  const { operation, expectation, role, owner } = cell;
  const names: Record<string, unknown> = {
    patent_id: stage.patent_id,
    table_id: stage.table_id,
    bank_id: bankOf(stage, role).id,
    agency_id: stage.service.agency.id,
    // Each of its own, for attempts are counted.
    email: `${randomUUID()}@mail.example`,
    ticket: randomBytes(32).toString('base64url'),
  };
  if (operation.path.startsWith('/v1/models/')) names.id = 'pledgewatch-lapse.1';
  if (operation.path.startsWith('/v1/sources/')) names.id = 'cn-sample';
  if (operation.path.startsWith('/v1/fetches/')) names.id = stage.ended.fetch![0];
  if (operation.path.startsWith('/v1/filing/packages/')) names.name = 'manifest.json';
  if (operation.path.startsWith('/v1/bulletins/')) names.id = stage.ended.bulletin![0];
  if (operation.path.startsWith('/v1/listings/')) names.id = thingOf(stage, stage.service.firm_a, 'listing');
  if (operation.path.startsWith('/v1/wants/')) names.id = thingOf(stage, stage.service.buyer, 'want');
  if (operation.path.startsWith('/v1/organisations/')) names.id = stage.service.firm_b.id;
  if (operation.path.startsWith('/v1/marks/products/'))
    names.id = stage.owned.get(stage.service.firm_a.id)!.marked_product![0];
  const fresh = expectation?.ends && role.party && refusal(stage, cell) === null;
  for (const [name, thing] of Object.entries(expectation?.things ?? {}))
    names[name] = fresh ? await makeThing(stage, role, thing) : thingOf(stage, owner, thing);
  return names;
}

function thingOf({ owned, ended }: Stage, owner: Owner, thing: Thing): string {
  if (owner === 'malformed') return MALFORMED;
  const ids =
    owner === 'missing' ? undefined : owner === 'ended' ? ended[thing] : owned.get(owner.id)?.[thing];
  return ids?.[0] ?? `${thing.slice(0, 3)}_${randomUUID().replaceAll('-', '').slice(0, 26)}`;
}

/** One that may end. */
async function makeThing(stage: Stage, role: Role, thing: Thing): Promise<string> {
  const { service, patent_id } = stage;
  const party = role.party!;
  const bank_id = bankOf(stage, role).id;
  const post = async (url: string, body?: object) =>
    (await service.call<{ id: string }>(party.key, 'POST', url, body)).body.id;
  switch (thing) {
    case 'endpoint':
      return post('/v1/webhooks/endpoints', { url: 'https://receiver.example/hooks' });
    case 'watch_list':
      return post('/v1/watch-lists', { name: 'brief', patent_ids: [patent_id] });
    case 'covenant_feed':
      return post('/v1/covenants/feeds');
    case 'firm':
      return party.id;
    case 'consent':
      return post(`/v1/borrowers/${party.id}/consents`, { bank_id, kinds: ['rating'] });
    case 'need':
      return post('/v1/network/needs', needOf(party.kind, randomUUID()));
    case 'offer':
      return post('/v1/network/offers', offerOf(party.kind, randomUUID()));
    case 'desk':
      return deskOf(service, party);
    case 'desk_seat':
      return party.id;
    case 'bulletin_subscription':
      return post('/v1/bulletin-subscriptions', bulletinOf(1 + (++made_subscriptions % 35)));
    case 'person':
      return (await addPerson(service, party.id, 'admin')).id;
    case 'passkey':
      return addPasskey(service, role.person_id!);
    case 'session':
      return (await openSession(service, role.person_id!)).id;
    case 'invitation': {
      const invited = { email: 'brief@mail.example', role: party.kind === 'firm' ? 'owner' : 'admin' };
      return post(`/v1/organisations/${party.id}/invitations`, invited);
    }
    case 'key': {
      const made = service.database.transaction((tx) => issueKey(tx, party.id, 'brief', service.clock.now()));
      return (await made).id;
    }
    default:
      throw new Error(`no ${thing} ends in a call`);
  }
}

/** Of every table that holds somebody's rows: the patent database is written by jobs alone. */
async function rowCounts({ sql }: Database): Promise<Map<string, number>> {
  const tables = await sql<{ name: string }[]>`select relname as name from pg_class
    where relnamespace = 'public'::regnamespace and relkind = 'r' and relrowsecurity order by relname`;
  const [row] = await sql.unsafe<Record<string, number>[]>(
    `select ${tables.map(({ name }) => `(select count(*) from ${name}) as ${name}`).join(', ')}`,
  );
  return new Map(Object.entries(row!));
}

function described(stage: Stage, { operation, role, owner }: Cell, { bytes }: Answer): string {
  return `${operation.id} as ${role.name} about ${nameOf(stage, owner)}: ${bytes.slice(0, 400)}`;
}

function nameOf({ service }: Stage, owner: Owner): string {
  if (typeof owner === 'string') return `a thing that is ${owner}`;
  const [name] = Object.entries(service).find(([, party]) => party === owner) ?? [];
  return `a thing of ${name}`;
}
