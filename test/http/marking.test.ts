/** Marks on products: what is genuine is told, what is not learns nothing, and a page claims no patent that is dead. */
import { createPublicKey, randomUUID, verify as verifySignature } from 'node:crypto';
import t from 'tap';
import { mulberry32 } from '../../models/random.ts';
import { backtestScans } from '../../models/scans/backtest.ts';
import { apart } from '../../models/scans/places.ts';
import { assess } from '../../models/scans/score.ts';
import { canonicalJson, sha256 } from '../../src/canonical.ts';
import { PROBES_ALARM, SCAN_DAYS } from '../../src/marking/scans/store.ts';
import { tendMarks } from '../../src/marking/tend.ts';
import { MODULE_DERIVATIONS } from '../../src/modules.ts';
import { wordsIn } from '../../src/pages/language/words.ts';
import { deriveChanged } from '../../src/patents/derived.ts';
import { codesOnPdf, codesOnPicture } from '../codes.ts';
import { certifiedProduct, forgeries, lotOf, type Printed, printedMarks } from '../marks.ts';
import { buildService, lapsingPatents, type Party, type ProblemAnswer } from '../service.ts';

/** `MARKS_FORGED=100000` for as many as are promised. */
const FORGED = Number(process.env.MARKS_FORGED ?? 2_000);
const SEED = Number(process.env.SEED ?? 1);
const GTIN = '09506000134352';

const service = await buildService(t);
const { app, call, clock, database, firm_a, firm_b, staff, bank_a, takePatent } = service;
const { sql } = database;

interface Product {
  id: string;
  state: string;
}
interface Shown {
  result: string;
  reason: string | null;
  mark: {
    product: string;
    serial: string;
    patents: { number: string }[];
    ended: { legal_state: string }[];
    claimed_at: string | null;
  } | null;
}
async function submit(owner: Party, patent_ids: string[], more: object = {}): Promise<Product> {
  const body = { name: 'Pump', territory: ['CN'], patent_ids, ...more };
  const { status, body: made, text } = await call<Product>(owner.key, 'POST', '/v1/marking/products', body);
  if (status !== 201) throw new Error(text);
  return made;
}

const certified = (owner: Party, patent_ids: string[], more: object = {}) =>
  certifiedProduct(service, owner, patent_ids, more);
const lot = (owner: Party, product_id: string, code: string, marks = 100) =>
  lotOf(service, owner, product_id, code, marks);
const printed = (owner: Party, lot_id: string, count = 100) => printedMarks(service, owner, lot_id, count);

const asked = (mark: string, place?: string) =>
  `/v1/marks/verification?${new URLSearchParams({ mark, ...(place && { place }) })}`;
const verify = async (mark: string, place?: string) =>
  (await call<Shown>(null, 'GET', asked(mark, place))).body;
const written = () => new Promise((resolve) => setTimeout(resolve, 700));

async function events(type: string): Promise<Record<string, unknown>[]> {
  const rows = await sql<{ body: string }[]>`select body from event where type = ${type} order by id`;
  return rows.map(({ body }) => JSON.parse(body).data);
}

t.test('a product is certified by staff before a mark of it is issued', async (t) => {
  const { id, state } = await submit(firm_a, [takePatent()]);
  t.equal(state, 'submitted');
  const lots = `/v1/marking/products/${id}/lots`;
  const early = await call(firm_a.key, 'POST', lots, { code: 'L1', marks: 5 });
  t.equal(early.body.code, 'refused');
  t.match(early.body.detail, /submitted.*certified/);
  const seen = await call<{ data: { legal_state: string; owner_match: string }[] }>(
    staff.key,
    'GET',
    `/v1/marking/products/${id}/patents`,
  );
  t.match(seen.body.data, [{ legal_state: 'in_force', owner_match: 'not_told' }]);
  const decided = await call<Product>(staff.key, 'POST', `/v1/marking/products/${id}/certification`, {
    decision: 'certified',
    note: 'the deed of the patent was shown',
  });
  t.equal(decided.body.state, 'certified');
  const twice = await call(staff.key, 'POST', `/v1/marking/products/${id}/certification`, {
    decision: 'refused',
    note: 'again',
  });
  t.equal(twice.body.code, 'conflict');
  t.equal((await call(firm_a.key, 'POST', lots, { code: 'L1', marks: 5 })).status, 201);
  t.equal((await call(firm_a.key, 'POST', lots, { code: 'L1', marks: 5 })).body.code, 'conflict');
  t.match(await events('mark.product.certified'), [{ product_id: id }]);

  const refused = await submit(firm_a, [takePatent()]);
  await call(staff.key, 'POST', `/v1/marking/products/${refused.id}/certification`, {
    decision: 'refused',
    note: 'no',
  });
  const never = await call(firm_a.key, 'POST', `/v1/marking/products/${refused.id}/lots`, {
    code: 'L1',
    marks: 5,
  });
  t.equal(never.body.code, 'refused');
});

t.test('patents that are unknown, dead or somebody else’s are refused in one way', async (t) => {
  const foreign = takePatent();
  await sql`insert into patent_party (patent_id, entry_id, role, sequence, name, source, published_on, known_at)
    values (${foreign}, ${randomUUID()}, 'owner', 1, 'Somebody Else Inc', 'test', '2009-01-01', '2009-01-02')`;
  const [dead] = await sql<{ patent_id: string }[]>`
    select patent_id from signal where kind = 'withdrawn' and published_on < '2009-01-01' limit 1`;
  const answers: ProblemAnswer[] = [];
  for (const id of [foreign, dead!.patent_id, randomUUID()]) {
    const body = { name: 'Pump', territory: [], patent_ids: [takePatent(), id] };
    const answer = await call(firm_a.key, 'POST', '/v1/marking/products', body);
    t.equal(answer.status, 422);
    answers.push(answer.body);
    t.ok(answer.body.detail.includes(id));
    t.equal(answer.body.detail.replace(id, ''), answers[0]!.detail.replace(foreign, ''));
  }
  const gtin = await call(firm_a.key, 'POST', '/v1/marking/products', {
    name: 'Pump',
    territory: [],
    patent_ids: [takePatent()],
    gtin: '09506000134353',
  });
  t.equal(gtin.body.code, 'bad_request');
  t.match(gtin.body.errors, [{ pointer: '/body/gtin' }]);
});

t.test('a mark is verified by the service, and by whoever has the published keys', async (t) => {
  const gs1_product = await certified(firm_a, [takePatent()], { gtin: GTIN });
  const short = await printed(firm_a, await lot(firm_a, await certified(firm_a, [takePatent()]), 'A-1'));
  const gs1 = await printed(firm_a, await lot(firm_a, gs1_product, 'A-2'));
  t.same(await printed(firm_a, await lot(firm_a, gs1_product, 'A-3', 3)).then((each) => each.length), 3);
  t.match(short[0]!.uri, /^http:\/\/localhost:8080\/m\/[\w-]{111}$/);
  t.match(
    gs1[0]!.uri,
    new RegExp(`^http://localhost:8080/01/${GTIN}/10/A-2/21/${gs1[0]!.serial}\\?m=[\\w-]{98}$`),
  );
  t.equal(new Set([...short, ...gs1].map(({ serial }) => serial)).size, 200);

  const { body } = await call<{ keys: { kid: string; x: string }[] }>(null, 'GET', '/v1/marks/keys');
  const keys = new Map(
    body.keys.map(({ kid, x }) => [
      Number(kid),
      createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' }),
    ]),
  );
  for (const { uri, serial } of [short[7]!, gs1[7]!]) {
    const shown = await verify(uri, 'CN-GD');
    t.equal(shown.result, 'genuine');
    t.equal(shown.mark?.serial, serial);
    t.match(shown.mark?.patents, [{ number: /^ZL/ }]);
    t.ok(offline(uri, keys), 'offline');
    t.notOk(offline(uri.replace(/.{3}$/, 'AAA'), keys));
  }
  t.equal((await verify(new URL(short[0]!.uri).pathname)).result, 'genuine', 'by its path alone');
});

/** Written from the documents alone: signed bytes are "pledgewatch mark" 0, head, and in a Digital Link 0 and what it names. */
function offline(uri: string, keys: ReadonlyMap<number, ReturnType<typeof createPublicKey>>): boolean {
  const { pathname, searchParams } = new URL(uri);
  const told = Buffer.from(searchParams.get('m') ?? pathname.slice('/m/'.length), 'base64url');
  const [, gtin, code, serial] = /^\/01\/(\d+)\/10\/([^/]+)\/21\/(\w+)$/.exec(pathname) ?? [];
  const head = gtin ? Buffer.concat([told.subarray(0, 9), crockford(serial!)]) : told.subarray(0, 19);
  const bound = gtin ? Buffer.from(`\x0001/${gtin}/10/${code}`) : Buffer.alloc(0);
  const bytes = Buffer.concat([Buffer.from('pledgewatch mark\x00'), head, bound]);
  return verifySignature(null, bytes, keys.get(told.readUInt16BE(1))!, told.subarray(-64));
}

function crockford(text: string): Buffer {
  const letters = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
  const bits = [...text].map((letter) => letters.indexOf(letter).toString(2).padStart(5, '0')).join('');
  return Buffer.from(bits.match(/.{8}/g)!.map((byte) => Number.parseInt(byte, 2)));
}

t.test(`of ${FORGED} forged marks none is accepted, and all get one answer`, async (t) => {
  const lot_id = await lot(firm_a, await certified(firm_a, [takePatent()], { gtin: GTIN }), 'F-1');
  const short_lot = await lot(firm_a, await certified(firm_a, [takePatent()]), 'F-2');
  const real = [...(await printed(firm_a, lot_id)), ...(await printed(firm_a, short_lot))].map(
    ({ uri }) => uri,
  );
  const one = (await call(null, 'GET', asked('nothing'))).text;
  t.same(JSON.parse(one), { result: 'unknown', reason: null, mark: null });
  const samples = forgeries(real, FORGED, SEED);
  let accepted = 0;
  let told_apart = 0;
  for (const text of samples) {
    const response = await app.inject({ url: asked(text) });
    if (response.json().result !== 'unknown') accepted++;
    if (response.statusCode !== 200 || response.body !== one) told_apart++;
  }
  t.equal(accepted, 0, `seed ${SEED}`);
  t.equal(told_apart, 0, `seed ${SEED}`);
});

t.test('whoever tries marks of a lot out is told of to its owner', async (t) => {
  const lot_id = await lot(firm_a, await certified(firm_a, [takePatent()]), 'P-1');
  const [{ uri }] = (await printed(firm_a, lot_id, 1)) as [Printed];
  for (let n = 0; n < PROBES_ALARM; n++)
    await verify(`${uri.slice(0, -9)}${String(n).padStart(8, 'A')}${uri.at(-1)}`);
  await written();
  t.equal((await events('mark.enumerated')).filter((each) => each.lot_id === lot_id).length, 1);
  const { body } = await call<{ data: { lot_id: string }[] }>(firm_a.key, 'GET', '/v1/marking/probes');
  t.ok(body.data.some((each) => each.lot_id === lot_id));
  t.same((await call<{ data: [] }>(firm_b.key, 'GET', '/v1/marking/probes')).body.data, []);
});

t.test('a thing is claimed once, however many try at once, against a receipt', async (t) => {
  const lot_id = await lot(firm_a, await certified(firm_a, [takePatent()]), 'C-1');
  const [first, second, third] = (await printed(firm_a, lot_id, 3)) as [Printed, Printed, Printed];
  const claim = (mark: string, code: string) =>
    call<{ receipt: string; code?: string }>(null, 'POST', '/v1/marks/claims', {
      mark,
      code,
      holder: 'buyer 7',
    });
  const all = await Promise.all(Array.from({ length: 50 }, () => claim(first.uri, first.claim_code)));
  t.equal(all.filter(({ status }) => status === 201).length, 1);
  t.equal(all.filter(({ status }) => status === 409).length, 49);
  const { receipt } = all.find(({ status }) => status === 201)!.body;
  const [header, claims, signature] = receipt.split('.') as [string, string, string];
  const { kid, alg } = JSON.parse(Buffer.from(header, 'base64url').toString());
  const { body } = await call<{ keys: { kid: string; x: string }[] }>(null, 'GET', '/v1/marks/keys');
  const key = body.keys.find((each) => each.kid === kid)!;
  const public_key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: key.x }, format: 'jwk' });
  t.equal(alg, 'EdDSA');
  t.ok(
    verifySignature(
      null,
      Buffer.from(`${header}.${claims}`),
      public_key,
      Buffer.from(signature, 'base64url'),
    ),
  );
  t.match(JSON.parse(Buffer.from(claims, 'base64url').toString()), {
    serial: first.serial,
    holder_sha256: sha256('buyer 7').toString('hex'),
  });
  t.ok((await verify(first.uri)).mark?.claimed_at);

  const wrong = await claim(second.uri, first.claim_code);
  const forged = await claim(second.uri.slice(0, -3), second.claim_code);
  t.equal(wrong.status, 422);
  t.equal(wrong.text.replace(/"request_id":"[^"]*"/, ''), forged.text.replace(/"request_id":"[^"]*"/, ''));
  t.equal(
    (await claim(second.uri, second.claim_code.toLowerCase().replace('-', ' '))).status,
    201,
    'as it is typed',
  );
  await call(firm_a.key, 'POST', `/v1/marking/lots/${lot_id}/revocations`, {
    serial: third.serial,
    reason: 'stolen',
  });
  t.equal((await claim(third.uri, third.claim_code)).status, 409);
});

t.test(
  'a mark in two places at once is doubted, one that is everywhere is alarmed, and may be cleared',
  async (t) => {
    const lot_id = await lot(firm_a, await certified(firm_a, [takePatent()]), 'S-1');
    const [first, second, third] = (await printed(firm_a, lot_id, 3)) as [Printed, Printed, Printed];
    const start = clock.now();
    t.equal((await verify(first.uri, 'CN-GD')).result, 'genuine');
    clock.set(new Date(start.getTime() + 600_000));
    const elsewhere = await verify(first.uri, 'RU-MOW');
    t.match(elsewhere, { result: 'suspicious', reason: 'scans_far_apart' });
    t.equal((await verify(second.uri, 'RU-MOW')).result, 'genuine', 'another mark is not');
    await verify(second.uri, 'CN-GD');
    for (const place of ['US-CA', 'DE']) await verify(third.uri, place);
    const places = ['CN-ZJ', 'CN-GD', 'US-CA', 'CN-SC', 'RU-SPE', 'CN-JS', 'DE', 'CN-LN'];
    const results: string[] = [];
    for (const [n, place] of places.entries()) {
      clock.set(new Date(start.getTime() + (n + 1) * 5 * 86_400_000));
      results.push((await verify(first.uri, place)).result);
    }
    t.equal(results.at(-1), 'suspicious');
    await written();
    t.match(await events('mark.suspicious'), [{ lot_id, serial: first.serial }], 'once');
    type Anomalies = { data: { serial: string; scans: number; signs: { moves: number } }[] };
    const listed = await call<Anomalies>(firm_a.key, 'GET', '/v1/marking/anomalies');
    t.match(listed.body.data, [{ serial: first.serial, scans: 10 }]);
    t.ok(listed.body.data[0]!.signs.moves > 5);
    const pages: string[] = [];
    const warned = '/v1/marking/anomalies?level=warned&limit=1';
    for (let cursor: string | null = ''; cursor !== null; ) {
      const { body }: { body: Anomalies & { next_cursor: string | null } } = await call<
        Anomalies & { next_cursor: string | null }
      >(firm_a.key, 'GET', cursor === '' ? warned : `${warned}&${new URLSearchParams({ cursor })}`);
      pages.push(...body.data.map(({ serial }) => serial));
      cursor = body.next_cursor;
    }
    t.same(pages.sort(), [second.serial, third.serial].sort(), 'page by page');
    t.equal((await call(firm_a.key, 'GET', `${warned}&cursor=2009-01-01/x`)).status, 400);
    t.same((await call<Anomalies>(firm_b.key, 'GET', '/v1/marking/anomalies')).body.data, []);

    const clearance = { serial: first.serial };
    t.equal((await call(firm_b.key, 'POST', `/v1/marking/lots/${lot_id}/clearances`, clearance)).status, 404);
    t.equal((await call(firm_a.key, 'POST', `/v1/marking/lots/${lot_id}/clearances`, clearance)).status, 201);
    t.equal((await verify(first.uri, 'CN-LN')).result, 'genuine');
    clock.set(start);
  },
);

t.test('a mark, a lot and a product are revoked, at once and for good', async (t) => {
  const product_id = await certified(firm_a, [takePatent()]);
  const lot_id = await lot(firm_a, product_id, 'R-1');
  const other_lot = await lot(firm_a, product_id, 'R-2');
  const [one, two] = (await printed(firm_a, lot_id, 2)) as [Printed, Printed];
  const [other] = (await printed(firm_a, other_lot, 1)) as [Printed];
  const revoke = (party: Party, id: string, body: object) =>
    call(party.key, 'POST', `/v1/marking/lots/${id}/revocations`, { reason: 'recalled', ...body });
  t.equal((await revoke(firm_b, lot_id, { serial: one.serial })).status, 404);
  t.equal((await revoke(firm_a, lot_id, { serial: one.serial })).status, 201);
  t.equal((await revoke(firm_a, lot_id, { serial: one.serial })).status, 409);
  t.equal((await verify(one.uri)).result, 'revoked');
  t.equal((await verify(two.uri)).result, 'genuine');
  await revoke(firm_a, lot_id, {});
  t.equal((await verify(two.uri)).result, 'revoked');
  t.equal((await call(firm_a.key, 'GET', `/v1/marking/lots/${lot_id}/marks`)).status, 422);
  t.equal((await verify(other.uri)).result, 'genuine');
  await call(staff.key, 'POST', `/v1/marking/products/${product_id}/revocation`, {
    reason: 'counterfeit patents',
  });
  t.equal((await verify(other.uri)).result, 'revoked');
});

t.test('labels are read back from the rendered sheet by a reader of another make', async (t) => {
  const product_id = await certified(firm_a, [takePatent()], {
    gtin: GTIN,
    name: '液压泵 Гидронасос X200 <b>',
  });
  const lot_id = await lot(firm_a, product_id, 'L-1', 30);
  const uris = (await printed(firm_a, lot_id, 30)).map(({ uri }) => uri);
  const get = (query: string) =>
    app.inject({
      url: `/v1/marking/lots/${lot_id}/labels?${query}`,
      headers: { authorization: `Bearer ${firm_a.key}` },
    });
  const pdf = await get('count=30');
  t.equal(pdf.headers['content-type'], 'application/pdf');
  t.same((await codesOnPdf(pdf.rawPayload)).sort(), [...uris].sort());
  const svg = await get('form=svg&first=25&count=24');
  t.same((await codesOnPicture(svg.rawPayload)).sort(), uris.slice(24).sort());
  t.equal((await get('form=svg&count=25')).statusCode, 422);
  t.equal((await get('first=31')).statusCode, 422);
  const noted = await sql`select actor, detail::jsonb as detail from audit_entry
    where action = 'mark_lot.downloaded' and subject = ${product_id} order by seq`;
  t.same(
    noted.map(({ detail }) => [detail.lot_id, detail.form, detail.first, detail.count]),
    [
      [lot_id, 'csv', 1, 30],
      [lot_id, 'pdf', 1, 30],
      [lot_id, 'svg', 25, 6],
    ],
    'each download once, and none that was refused',
  );
});

t.test(
  'a page stops claiming a patent that lapsed, says so to its owner, and what it said can be proved',
  async (t) => {
    const [lapsing] = await lapsingPatents('2009-06-01');
    const product_id = await certified(firm_a, [lapsing!.patent_id, takePatent()], { name: 'Valve' });
    const [{ uri }] = (await printed(firm_a, await lot(firm_a, product_id, 'V-1'), 1)) as [Printed];
    t.equal((await verify(uri)).mark?.patents.length, 2);
    const start = clock.now();
    await service.passTo('2010-01-10T02:00:00Z');
    await deriveChanged(database, clock.now(), MODULE_DERIVATIONS);
    const shown = await verify(uri);
    t.equal(shown.result, 'genuine', 'the thing is, though the patent is not alive');
    t.equal(shown.mark?.patents.length, 1);
    t.match(shown.mark?.ended, [{ legal_state: 'lapsed' }]);
    const told = (await events('mark.false_marking')).filter((each) => each.product_id === product_id);
    t.match(told, [{ patent_id: lapsing!.patent_id, legal_state: 'lapsed', patents_left: 1 }]);
    t.equal((await tendMarks(database, clock.now())).statements_changed >= 0, true);
    t.equal(
      (await events('mark.false_marking')).filter((each) => each.product_id === product_id).length,
      1,
      'once',
    );

    type Said = { seq: number; at: string; said: { patents: unknown[] }; sha256: string };
    const { body } = await call<{ data: Said[] }>(null, 'GET', `/v1/marks/products/${product_id}/statements`);
    t.same(
      body.data.map(({ said }) => said.patents.length),
      [1, 2],
    );
    let previous: Buffer = Buffer.alloc(32);
    for (const { seq, at, said, sha256: told_hash } of body.data.toReversed()) {
      const text = canonicalJson({
        product_id,
        seq,
        at: new Date(at).toISOString(),
        body: canonicalJson(said),
      });
      previous = sha256(Buffer.concat([previous, Buffer.from(text)]));
      t.equal(previous.toString('hex'), told_hash);
    }
    await t.rejects(
      sql`update product_statement set body = '{}' where product_id = ${product_id}`,
      /append-only|never/i,
    );
    const none = await call(
      firm_a.key,
      'POST',
      `/v1/marking/products/${await onlyDead(lapsing!.patent_id)}/lots`,
      {
        code: 'D-1',
        marks: 1,
      },
    );
    t.equal(none.body.code, 'refused');
    clock.set(start);
  },
);

/** A product whose patent died after it was certified. */
async function onlyDead(patent_id: string): Promise<string> {
  const [row] = await sql<{ id: string }[]>`
    insert into marked_product (id, organisation_id, name, territory, state, submitted_at)
    values ('mpr_dead', ${firm_a.id}, 'Dead', '{}', 'certified', now()) returning id`;
  await sql`insert into marked_product_patent values (${row!.id}, ${patent_id})`;
  return row!.id;
}

t.test('what is learnt of use is evidence for who may see it, and scans are forgotten', async (t) => {
  const patent_id = takePatent();
  const lot_id = await lot(firm_a, await certified(firm_a, [patent_id]), 'U-1');
  const [mark, other] = (await printed(firm_a, lot_id, 2)) as [Printed, Printed];
  await verify(mark.uri, 'CN-GD');
  await verify(other.uri, 'CN-GD');
  await call(null, 'POST', '/v1/marks/claims', { mark: mark.uri, code: mark.claim_code });
  await written();
  await tendMarks(database, clock.now());
  const use = (party: Party) =>
    call<{ data: { class: string; count: number }[] }>(party.key, 'GET', `/v1/patents/${patent_id}/use`);
  t.match((await use(firm_a)).body.data, [
    { class: 'mark_scanned', count: 2 },
    { class: 'sale_verified', count: 1 },
  ]);
  t.same((await use(firm_b)).body.data, []);
  t.same((await use(bank_a)).body.data, [], 'a bank without a pledge of it');
  const later = new Date(clock.now().getTime() + (SCAN_DAYS + 1) * 86_400_000);
  t.ok((await tendMarks(database, later)).scans_forgotten >= 2);
  t.same(await sql`select from mark_scan where lot_id = ${lot_id}`, []);
});

t.test('the public page is small, needs no script, and speaks three languages', async (t) => {
  const product_id = await certified(firm_a, [takePatent()], { gtin: GTIN, name: 'A <i>pump</i>' });
  const [gs1] = (await printed(firm_a, await lot(firm_a, product_id, 'W-1'), 1)) as [Printed];
  const [short] = (await printed(
    firm_a,
    await lot(firm_a, await certified(firm_a, [takePatent()]), 'W-2'),
    1,
  )) as [Printed];
  const style = await app.inject({ url: '/m.css' });
  const look = async (uri: string, headers = {}) => {
    const response = await app.inject({ url: uri.replace('http://localhost:8080', ''), headers });
    t.equal(response.statusCode, 200);
    t.notMatch(response.body, /<script/);
    t.ok(
      Buffer.byteLength(response.body) + Buffer.byteLength(style.body) < 30_000,
      'under 30 kB with its style',
    );
    return response.body;
  };
  for (const { uri, serial } of [gs1, short]) {
    const page = await look(uri);
    t.match(page, />Genuine</);
    t.match(page, serial);
    t.match(page, /ZL\d/);
    t.match(await look(`${uri}${uri.includes('?') ? '&' : '?'}lang=zh`), />真品</);
    t.match(await look(uri, { 'accept-language': 'ru' }), />Подлинный</);
  }
  t.match(await look(gs1.uri), /A &lt;i>pump&lt;\/i>/);
  const unknown = await look('/m/nothing');
  for (const uri of [
    short.uri.slice(0, -1),
    `${short.uri}AAAA`,
    gs1.uri.replace('W-1', 'W-2'),
    `/m/${'A'.repeat(9_000)}`,
  ])
    t.equal(await look(uri), unknown);

  const claim = (mark: string, code: string, language = 'en') =>
    app.inject({
      method: 'POST',
      url: '/claims',
      headers: { 'content-type': 'application/x-www-form-urlencoded', 'accept-language': language },
      payload: new URLSearchParams({ mark, code }).toString(),
    });
  const path = gs1.uri.replace('http://localhost:8080', '');
  t.equal((await claim(path, 'ABCDE-12345')).statusCode, 422);
  const claimed = await claim(path, gs1.claim_code);
  t.equal(claimed.statusCode, 201);
  t.match(claimed.body, /eyJ[\w-]+\.[\w-]+\.[\w-]+/);
  t.equal((await claim(path, gs1.claim_code)).statusCode, 409);
  for (const language of ['zh', 'ru'] as const)
    for (const [code, said] of [
      ['ABCDE-12345', 'said.claim_wrong'],
      [gs1.claim_code, 'said.claim_again'],
    ] as const) {
      const { body } = await claim(path, code, language);
      t.match(body, `<p role="alert">${wordsIn(language).say(said)}</p>`, `${said} in ${language}`);
    }
  t.match(await look(gs1.uri), /Claimed by a holder on/);
  const notice = await app.inject({ url: `/p/${product_id}` });
  t.match(notice.body, /ZL\d/);
  t.equal((await app.inject({ url: '/p/mpr_none' })).statusCode, 404);
});

t.test('copies are told from what sellers, travellers and shared links do', async (t) => {
  const kilometres = apart('CN-GD', 'RU-MOW')!;
  t.ok(kilometres > 6_500 && kilometres < 6_700);
  t.equal(apart('CN-GD', 'CN'), 0);
  t.equal(apart('CN-GD', 'XX'), null);
  const goods = { shipped_ms: null, territory: ['CN'] };
  const day = 86_400_000;
  const at = (days: number, place: string | null) => ({ at_ms: days * day, place });
  const quiet = assess([at(100, 'CN-GD')], goods);
  t.equal(quiet.level, 'quiet');
  t.ok(Math.abs(quiet.score + 9.2) < 0.05);
  const doubted = assess([at(100, 'CN-GD'), at(100.01, 'RU-MOW')], goods);
  t.match(doubted, {
    level: 'warned',
    signs: { visits: 2, stays: 1, impossible_pairs: 1, outside_territory: 1 },
  });
  const shared = Array.from({ length: 30 }, (_, n) =>
    at(100 + n / 40, ['CN-GD', 'CN-ZJ', 'CN-BJ', 'DE-BE'][n % 4]!),
  );
  t.not(assess(shared, goods).level, 'alarmed', 'a link that was shared for a day');
  const collected = Array.from({ length: 30 }, (_, n) => at(60 + n * 2, 'CN-GD'));
  t.equal(assess(collected, goods).level, 'quiet', 'one holder who scans again and again');
  const copied = ['CN-ZJ', 'US-CA', 'CN-SC', 'RU-SPE', 'CN-JS', 'DE', 'CN-LN'].map((place, n) =>
    at(60 + n * 5, place),
  );
  t.equal(assess(copied, goods).level, 'alarmed');
  t.equal(
    assess([at(100, null), at(100.001, 'CN-GD')], goods).signs.visits,
    1,
    'who tells the place a moment later',
  );
  const early = [at(80, 'CN-GD'), at(98, 'CN-GD')];
  t.equal(assess(early, { ...goods, shipped_ms: 100 * day }).signs.before_shipping, 1, 'but packing');

  const told = backtestScans(50_000, mulberry32(SEED));
  t.ok(told.precision! > 0.93, `seed ${SEED}: precision ${told.precision}`);
  t.ok(told.recall! > 0.87, `seed ${SEED}: recall ${told.recall}`);
  t.same(
    backtestScans(5_000, mulberry32(3)),
    backtestScans(5_000, mulberry32(3)),
    'a seed gives the same figures',
  );
});
