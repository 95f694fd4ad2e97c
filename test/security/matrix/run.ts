/**
 * Every operation of the OpenAPI document, asked by every role about things of every owner, held against expected.ts. What
 * is another's must look exactly like what is missing, and a refusal must leave no trace in the database.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { issueKey } from '../../../src/accounts/store.ts';
import type { Database } from '../../../src/db/client.ts';
import { PROOF_MINUTES } from '../../../src/people/sessions.ts';
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
  session_id: string | null;
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

interface Asked {
  operation: Operation;
  expectation: Expectation | undefined;
  role: Role;
  owner: Owner;
}

interface Cell extends Asked {
  /** Statuses with which it must be refused; null when it is answered. */
  refused: readonly number[] | null;
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
    await signInAgain(stage);
    const cells = cellsOf(stage, operation, expected[operation.id]);
    // What must leave no trace goes first, so that nothing changes under it: what is refused, and what only reads.
    const reads = operation.method === 'GET' && expected[operation.id]?.does !== 'write';
    const traceless = cells.filter(({ refused }) => reads || refused);
    const before = await rowCounts(stage);
    const answers = new Map<Cell, Answer>();
    const judgeAll = (some: readonly Cell[]) =>
      Promise.all(some.map(async (cell) => answers.set(cell, await judge(stage, cell, fail))));
    await judgeAll(traceless.filter(({ refused }) => refused));
    // Answers may be of the kind that is made one at a time.
    for (const own of Map.groupBy(traceless, ({ role }) => role).values())
      await judgeAll(own.filter(({ refused }) => !refused));
    const changed = changesOf(before, await rowCounts(stage));
    if (changed.length > 0)
      for (const trace of await tracesOf(stage, traceless, changed)) fail('side_effects', trace);
    for (const cell of cells) if (!answers.has(cell)) await judgeAll([cell]);
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
  /** Counts, by table, the rows of every table that holds somebody's: the patent database is written by jobs alone. */
  count_rows: string;
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
    session_id: null,
  });
  const closed = (name: string, headers: Record<string, string>): Role => ({
    name,
    headers,
    party: null,
    may: [],
    person_id: null,
    session_id: null,
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
    count_rows: await rowCounter(service.database),
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

/**
 * Whose session an operation ended, or that was begun some time ago, signs in anew; the person is another one where it was
 * forgotten.
 */
async function signInAgain({ service, roles }: Stage): Promise<void> {
  const { sql } = service.database;
  const people = roles.filter(({ person_id }) => person_id !== null);
  const begun = people.flatMap(({ session_id }) => session_id ?? []);
  const fresh = await sql<
    { id: string }[]
  >`select session.id from session join person on person.id = person_id
    where session.id = any(${begun}) and closed_at is null
      and proved_at > now() - make_interval(mins => ${PROOF_MINUTES / 2})`;
  const signed_in = new Set(fresh.map(({ id }) => id));
  for (const role of people.filter(({ session_id }) => !signed_in.has(session_id!))) {
    const open = await sql`select from person where id = ${role.person_id} and closed_at is null`;
    const [, role_name] = role.name.split(', ');
    if (open.count === 0) role.person_id = (await addPerson(service, role.party!.id, role_name!)).id;
    await sql`delete from session where person_id = ${role.person_id}`;
    const { id, headers } = await openSession(service, role.person_id!);
    Object.assign(role, { session_id: id, headers });
  }
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

function cellsOf(stage: Stage, operation: Operation, expectation: Expectation | undefined): Cell[] {
  const owners = ownersFor(expectation, stage);
  return stage.roles.flatMap((role) =>
    owners.map((owner) => {
      const asked = { operation, expectation, role, owner };
      return { ...asked, refused: refusal(stage, asked) };
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
function isForeign({ owned }: Stage, { expectation, role: { party }, owner }: Asked): boolean {
  if (!expectation?.things || !party || typeof owner === 'string') return false;
  return !Object.values(expectation.things).every((thing) => {
    if (party.kind === 'staff' && SEEN_BY_STAFF.includes(thing)) return true;
    return owned.get(party.id)![thing]?.includes(owned.get(owner.id)![thing]![0]!);
  });
}

function refusal(stage: Stage, asked: Asked): readonly number[] | null {
  const { operation, expectation, role, owner } = asked;
  if (!expectation) return [];
  const { who, things, filter, guessed, people, asks, does } = expectation;
  const absent = things && (typeof owner === 'string' || isForeign(stage, asked));
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
  const { expectation, refused } = cell;
  const answer = await ask(stage, cell);
  const explained = refused
    ? refused.includes(answer.status)
    : answer.status < 500 && ![401, 403, 404].includes(answer.status);
  if (!expectation || !explained) fail('unexplained', described(stage, cell, answer));
  if (isForeign(stage, cell) && answer.status < 300 && !expectation?.filter)
    fail('foreign_success', described(stage, cell, answer));
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
  const fresh = expectation?.ends && role.party && cell.refused === null;
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

/** @returns the statement that counts */
async function rowCounter({ sql }: Database): Promise<string> {
  const tables = await sql<{ name: string }[]>`select relname as name from pg_class
    where relnamespace = 'public'::regnamespace and relkind = 'r' and relrowsecurity order by relname`;
  return `select ${tables.map(({ name }) => `(select count(*) from ${name}) as ${name}`).join(', ')}`;
}

type RowCounts = Readonly<Record<string, number>>;

async function rowCounts({ service, count_rows }: Stage): Promise<RowCounts> {
  const [row] = await service.database.sql.unsafe<RowCounts[]>(count_rows, [], { prepare: true });
  return row!;
}

/** @returns tables */
function changesOf(before: RowCounts, after: RowCounts): string[] {
  return Object.keys(after).filter((table) => after[table] !== before[table]);
}

/** Who left something: each is asked once more on its own, and what none of them does again, they did together. */
async function tracesOf(stage: Stage, cells: readonly Cell[], changed: readonly string[]): Promise<string[]> {
  const traces: string[] = [];
  let before = await rowCounts(stage);
  for (const cell of cells) {
    const answer = await ask(stage, cell);
    const after = await rowCounts(stage);
    const own = changesOf(before, after);
    if (own.length > 0) traces.push(`${own.join(', ')} by ${described(stage, cell, answer)}`);
    before = after;
  }
  return traces.length > 0 ? traces : [`${changed.join(', ')} by ${cells[0]!.operation.id}, once`];
}

function described(stage: Stage, { operation, role, owner }: Cell, { bytes }: Answer): string {
  return `${operation.id} as ${role.name} about ${nameOf(stage, owner)}: ${bytes.slice(0, 400)}`;
}

function nameOf({ service }: Stage, owner: Owner): string {
  if (typeof owner === 'string') return `a thing that is ${owner}`;
  const [name] = Object.entries(service).find(([, party]) => party === owner) ?? [];
  return `a thing of ${name}`;
}
