/** Listings and deals: from the enquiry to the register, who is told what, and what cannot happen twice. */
import fc from 'fast-check';
import t, { type Test } from 'tap';
import { deliverDue } from '../../jobs/deliver.ts';
import type { OrganisationKind } from '../../src/accounts/store.ts';
import { verifyChain } from '../../src/audit/verify.ts';
import { actFor } from '../../src/db/tenancy.ts';
import { MAX_OFFER_DAYS } from '../../src/listing/deals/offers.ts';
import { toOneDigit } from '../../src/listing/listings/face.ts';
import { listing as listing_module } from '../../src/listing/module.ts';
import { openLog } from '../../src/log.ts';
import { MODULE_DERIVATIONS, MODULE_LISTENERS } from '../../src/modules.ts';
import { hearEvents } from '../../src/outbox/hear.ts';
import { DERIVATIONS, deriveChanged } from '../../src/patents/derived.ts';
import { rolesOf } from '../../src/people/roles.ts';
import { createAddressGuard } from '../../src/webhooks/address-guard.ts';
import { createSender } from '../../src/webhooks/send.ts';
import {
  accepted,
  acquaint,
  type ConsentBody,
  consent,
  type DealBody,
  dayAfter,
  enquire,
  instantAfter,
  type ListingBody,
  listPatents,
  offer,
  offered,
  publish,
  readDeal,
  sign,
  step,
} from '../listing.ts';
import { addPerson, openSession } from '../people.ts';
import { openReceiver } from '../receiver.ts';
import { everythingSeenBy, leaksIn, type Seen } from '../security/leaks.ts';
import { contract } from '../security/world.ts';
import { buildService, type Party, type ProblemAnswer } from '../service.ts';

const NAME = 'Zephyrine Batteries Ltd';
const received: string[] = [];
const HOST = await openReceiver(t, ({ path, headers, body }, answer) => {
  received.push(`${path} ${JSON.stringify(headers)} ${body}`);
  answer.writeHead(204).end();
});
const allowed = { allowed_hosts: [HOST] };
const lines: string[] = [];
const log = openLog('trace', { write: (line: string) => void lines.push(line) });
const built = await buildService(t, { guard: createAddressGuard(allowed) }, log);
/** Every answer that was given, by whose key. */
const answered: { key: string | null; place: string; text: string }[] = [];
const call: typeof built.call = async (key, method, url, body, headers) => {
  const answer = await built.call(key, method, url, body, headers);
  answered.push({ key, place: `${method} ${url}`, text: answer.text });
  return answer as never;
};
const service = { ...built, call };
const { database, clock, vault, staff, bank_a, bank_b, firm_a, firm_b, agency, expert, buyer } = service;
const { sql } = database;
const sender = createSender(allowed);
t.teardown(() => sender.close());

const post = (party: Party, url: string, body: object = {}) => call(party.key, 'POST', url, body);
const stepped = (party: Party, id: string, body: object) =>
  post(party, `/v1/listing-deals/${id}/steps`, body);

async function isRefused(
  t: Pick<Test, 'match'>,
  asked: Promise<{ status: number; body: ProblemAnswer }>,
  status: number,
  code: string,
): Promise<void> {
  const { status: told, body } = await asked;
  t.match([told, body.code], [status, code], body.detail);
}

async function organisation(kind: string, name: string): Promise<Party> {
  const made = await call<{ id: string }>(staff.key, 'POST', '/v1/organisations', { kind, name });
  const issued = await call<{ key: string }>(staff.key, 'POST', `/v1/organisations/${made.body.id}/keys`, {
    label: 'test',
    scopes: ['read', 'write'],
  });
  return { id: made.body.id, key: issued.body.key };
}

t.test('a listing shows what its patents are worth and burdened with, and not which they are', async (t) => {
  const patent_ids = [service.takePatent(), service.takePatent()];
  const made = await listPatents(service, firm_a, patent_ids, { know_how: 'drawings', contact: 'desk 4' });
  t.match(made, { own: true, state: 'open', kept: { contact: 'desk 4', pledge_id: null } });
  t.same(made.patents.map(({ patent }) => patent!.patent_id).sort(), [...patent_ids].sort());
  const { body: seen, text } = await call<ListingBody>(buyer.key, 'GET', `/v1/listings/${made.id}`);
  t.match(seen, { own: false, kept: null, seller: { organisation: null }, asking_minor: 40_000_000 });
  t.match(seen.patents, [
    { legal_state: 'in_force', patent: null },
    { office: 'CN', patent: null },
  ]);
  for (const id of [...patent_ids, firm_a.id, 'Firm A', 'desk 4']) t.notMatch(text, id);
  t.ok(seen.value!.low_minor <= seen.value!.high_minor);
  for (const minor of Object.values(seen.value!)) t.match(String(minor), /^\d0*$/, 'one digit alone');
  for (const { years_left } of seen.patents) t.ok([0, 1, 2, 5, 10, 15].includes(years_left!));
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2 ** 50 }), (minor) => {
      const [low, high] = [toOneDigit(minor, Math.floor), toOneDigit(minor, Math.ceil)];
      return low <= minor && minor <= high && high <= low * 2 && /^\d0*$/.test(String(low));
    }),
  );
});

t.test('listings are browsed page by page, by field, office and kind', async (t) => {
  const ids = new Set<string>();
  for (let n = 0; n < 5; n++)
    ids.add((await listPatents(service, firm_b, [service.takePatent()], { kinds: ['licence'] })).id);
  const found: ListingBody[] = [];
  for (let cursor = ''; ; ) {
    const url = `/v1/listings?kind=licence&office=CN&limit=2${cursor && `&cursor=${cursor}`}`;
    const { body } = await call<{ data: ListingBody[]; next_cursor: string | null }>(buyer.key, 'GET', url);
    found.push(...body.data);
    if (body.next_cursor === null) break;
    cursor = body.next_cursor;
  }
  t.equal(new Set(found.map(({ id }) => id)).size, found.length, 'each once');
  for (const id of ids) t.ok(found.some((each) => each.id === id));
  const { body: elsewhere } = await call<{ data: unknown[] }>(buyer.key, 'GET', '/v1/listings?office=JP');
  t.same(elsewhere.data, []);
  const field = found.find(({ patents }) => patents[0]!.field !== null)!.patents[0]!.field!;
  const { body: same } = await call<{ data: ListingBody[] }>(
    buyer.key,
    'GET',
    `/v1/listings?field=${field}&limit=50`,
  );
  t.ok(
    same.data.length > 0 && same.data.every(({ patents }) => patents.some((each) => each.field === field)),
  );
  const { body: own } = await call<{ data: ListingBody[] }>(
    firm_b.key,
    'GET',
    '/v1/listings?own=true&limit=50',
  );
  t.same(new Set(own.data.map(({ id }) => id)), ids);
});

t.test('a deal goes from the enquiry to the register, and counts as closed only then', async (t) => {
  const patent_ids = [service.takePatent()];
  const listing = await listPatents(service, firm_a, patent_ids);
  const { deal, offer_id } = await offered(service, firm_a, buyer, listing);
  await isRefused(t, stepped(buyer, deal.id, { step: 'accept', offer_id }), 409, 'conflict');
  const counter = await offer(service, firm_a, deal.id, { price_minor: 45_000_000 });
  await isRefused(t, stepped(firm_a, deal.id, { step: 'accept', offer_id }), 409, 'conflict');
  const agreed = await step(service, buyer, deal.id, { step: 'accept', offer_id: counter.id });
  t.match(agreed, { stage: 'accepted', kind: 'sale', price_minor: 45_000_000 });
  const { body: reserved } = await call<ListingBody>(agency.key, 'GET', `/v1/listings/${listing.id}`);
  t.equal(reserved.state, 'reserved');
  const filing = { step: 'file', filing_number: 'T2009-77', filed_on: dayAfter(service, 0) };
  t.equal((await step(service, firm_a, deal.id, filing)).stage, 'filed');
  await isRefused(t, stepped(firm_a, deal.id, { step: 'record' }), 409, 'not_recorded');
  await isRefused(t, stepped(firm_a, deal.id, { step: 'close' }), 409, 'conflict');
  await publish(service, patent_ids, { kind: 'transferred', detail: { change_after: 'Somebody Else' } });
  await isRefused(t, stepped(firm_a, deal.id, { step: 'record' }), 409, 'not_recorded');
  clock.set(new Date(instantAfter(service, 1)));
  await publish(service, patent_ids, { kind: 'transferred', detail: { change_after: 'BUYER' } });
  await deriveChanged(database, clock.now(), [...DERIVATIONS, ...MODULE_DERIVATIONS]);
  const recorded = await readDeal(service, buyer, deal.id);
  t.match(recorded, { stage: 'recorded', recorded_on: dayAfter(service, 0) }, 'by the service itself');
  const closed = await step(service, firm_a, deal.id, { step: 'close', costs_minor: 100 });
  t.equal(closed.stage, 'closed');
  const { body: sold } = await call<ListingBody>(agency.key, 'GET', `/v1/listings/${listing.id}`);
  t.equal(sold.state, 'sold');
  t.same(
    closed.steps.map((each) => `${each.step} ${each.side} ${each.stage}`),
    [
      'enquire buyer enquired',
      'sign buyer enquired',
      'sign seller confidential',
      'offer buyer offered',
      'offer seller offered',
      'accept buyer accepted',
      'file seller filed',
      'record service recorded',
      'close seller closed',
    ],
  );
  for (const { id } of [firm_a, buyer]) {
    const told = await sql<{ action: string }[]>`select action from audit_entry
      where organisation_id = ${id} and subject = ${deal.id} order by seq`;
    for (const name of ['enquire', 'sign', 'offer', 'accept', 'file', 'record', 'close'])
      t.ok(
        told.some(({ action }) => action === `listing.deal.${name}`),
        name,
      );
    t.equal((await verifyChain(sql, id)).broken_at, null);
  }
  const again = { title: 'x', summary: 'x', kinds: ['sale'], channels: ['talk'], territories: ['CN'] };
  await isRefused(
    t,
    post(firm_a, '/v1/listings', { ...again, patent_ids, expires_on: dayAfter(service, 9) }),
    409,
    'already_sold',
  );
});

t.test('messages, the team, and who may read them', async (t) => {
  const listing = await listPatents(service, firm_a, [service.takePatent()]);
  const deal = await enquire(service, buyer, listing.id);
  const messages = `/v1/listing-deals/${deal.id}/messages`;
  t.equal((await call(staff.key, 'GET', messages)).status, 404);
  t.equal((await call(agency.key, 'GET', `/v1/listing-deals/${deal.id}`)).status, 404);
  t.equal((await post(firm_a, messages, { text: 'What for?' })).status, 201);
  await step(service, firm_a, deal.id, { step: 'delegate' });
  t.equal((await post(staff, messages, { text: 'We can help.' })).status, 201);
  const { body } = await call<{ data: { side: string; text: string }[] }>(buyer.key, 'GET', messages);
  t.same(
    body.data.map(({ side, text }) => [side, text]),
    [
      ['buyer', 'We would buy it.'],
      ['seller', 'What for?'],
      ['team', 'We can help.'],
    ],
  );
  await isRefused(t, stepped(staff, deal.id, { step: 'withdraw', reason: 'x' }), 409, 'conflict');
  const { text } = await call(staff.key, 'GET', `/v1/listing-deals/${deal.id}`);
  t.notMatch(text, new RegExp(`${firm_a.id}|${buyer.id}`), 'the team too learns no name');
  const sent = { intermediary_id: agency.id };
  t.equal((await post(firm_a, `/v1/listings/${listing.id}/referrals`, sent)).status, 201);
  await isRefused(t, post(firm_a, `/v1/listings/${listing.id}/referrals`, sent), 409, 'conflict');
  await isRefused(
    t,
    post(firm_a, `/v1/listings/${listing.id}/referrals`, { intermediary_id: bank_a.id }),
    422,
    'refused',
  );
  const { body: referred } = await call<{ data: { listing_id: string }[] }>(
    agency.key,
    'GET',
    '/v1/listing-referrals',
  );
  t.ok(referred.data.some(({ listing_id }) => listing_id === listing.id));
});

t.test('wants are shown under a name, and answered by a listing', async (t) => {
  const want = {
    title: 'Dry pumps',
    summary: 'For a mine.',
    kinds: ['licence'],
    expires_on: dayAfter(service, 30),
  };
  const { body: made } = await call<{ id: string; buyer: object }>(buyer.key, 'POST', '/v1/wants', want);
  const seen = await call<{ buyer: { organisation: null } }>(firm_a.key, 'GET', `/v1/wants/${made.id}`);
  t.match([seen.status, seen.body.buyer.organisation], [200, null]);
  t.notMatch(seen.text, buyer.id);
  const listing = await listPatents(service, firm_a, [service.takePatent()]);
  const url = `/v1/wants/${made.id}/answers`;
  t.equal((await post(firm_a, url, { listing_id: listing.id })).status, 201);
  await isRefused(t, post(firm_a, url, { listing_id: listing.id }), 409, 'conflict');
  t.equal((await post(firm_b, url, { listing_id: listing.id })).status, 404);
  const { body: told } = await call<{ answers: { listing_id: string }[] }>(
    buyer.key,
    'GET',
    `/v1/wants/${made.id}`,
  );
  t.match(told.answers, [{ listing_id: listing.id }]);
  t.equal((await post(buyer, `/v1/wants/${made.id}/withdrawal`)).status, 201);
  const other = await listPatents(service, firm_a, [service.takePatent()]);
  await isRefused(t, post(firm_a, url, { listing_id: other.id }), 409, 'listing_withdrawn');
});

t.test('a data room shows each document to whom its seller lets see it, and tells who looked', async (t) => {
  const listing = await listPatents(service, firm_a, [service.takePatent()]);
  const add = (body: object) =>
    call<{ id: string }>(firm_a.key, 'POST', `/v1/listings/${listing.id}/documents`, body);
  const content = Buffer.from('%PDF-1.7 drawings of the pump');
  const file = {
    name: 'drawings.pdf',
    media_type: 'application/pdf',
    content_base64: content.toString('base64'),
  };
  const { body: document } = await add(file);
  for (const [given, detail] of [
    [{ media_type: 'image/png' }, /is no image\/png/],
    [{ content_base64: '@@' }, /no base64/],
    [{ content_base64: Buffer.alloc(2_097_153, '%PDF-').toString('base64') }, /may be of 2097152 at most/],
  ] as const) {
    const refused = await add({ ...file, ...given });
    t.match([refused.status, (refused.body as never as ProblemAnswer).detail], [422, detail]);
  }
  const [{ content: sealed }] =
    (await sql`select content from listing_document where id = ${document.id}`) as never as [
      { content: string },
    ];
  t.match(sealed, /^pw1\./);
  const deal = await enquire(service, buyer, listing.id);
  const rights = `/v1/listing-deals/${deal.id}/documents/${document.id}/rights`;
  const views = `/v1/listing-deals/${deal.id}/documents/${document.id}/views`;
  await isRefused(t, post(firm_a, rights, { may_see: true }), 409, 'conflict');
  await sign(service, firm_a, buyer, deal);
  await isRefused(t, stepped(firm_a, deal.id, { step: 'open_data_room' }), 409, 'unacquainted');
  await acquaint(service, firm_a, buyer, listing);
  await step(service, firm_a, deal.id, { step: 'open_data_room' });
  t.equal((await post(buyer, views)).status, 404, 'open, and not for this document');
  await isRefused(t, post(buyer, rights, { may_see: true }), 404, 'not_found');
  t.equal((await post(firm_a, rights, { may_see: true })).status, 201);
  const opened = await call<{ content_base64: string }>(buyer.key, 'POST', views, {});
  t.same(Buffer.from(opened.body.content_base64, 'base64'), content);
  const { body: room } = await call<{ views: { deal_id: string }[] }>(
    firm_a.key,
    'GET',
    `/v1/listings/${listing.id}/data-room`,
  );
  t.match(room.views, [{ deal_id: deal.id }]);
  t.equal((await call(buyer.key, 'GET', `/v1/listings/${listing.id}/data-room`)).status, 404);
  await post(firm_a, rights, { may_see: false });
  t.equal((await post(buyer, views)).status, 404);
});

t.test(
  'a file of a data room comes as a file to be kept, its name as text, whatever it is called or holds',
  async (t) => {
    const listing = await listPatents(service, firm_a, [service.takePatent()]);
    const deal = await enquire(service, buyer, listing.id);
    await sign(service, firm_a, buyer, deal);
    await acquaint(service, firm_a, buyer, listing);
    await step(service, firm_a, deal.id, { step: 'open_data_room' });
    const { headers } = await openSession(
      service,
      (await addPerson(service, buyer.id, rolesOf('buyer')[0]!)).id,
    );
    const content = Buffer.from('%PDF-1.7 <script>alert(1)</script>');
    for (const name of [
      '../../etc/passwd.pdf',
      'a";filename=b.exe;".pdf',
      'чертёж 图 ‮fdp.pdf',
      'a\r\nx: y.pdf',
    ]) {
      const file = { name, media_type: 'application/pdf', content_base64: content.toString('base64') };
      const added = await call<{ id: string }>(
        firm_a.key,
        'POST',
        `/v1/listings/${listing.id}/documents`,
        file,
      );
      t.equal(added.status, 201, name);
      const place = `/listing-deals/${deal.id}/documents/${added.body.id}`;
      t.equal((await post(firm_a, `/v1${place}/rights`, { may_see: true })).status, 201);
      const answer = await service.app.inject({
        method: 'POST',
        url: `/market/deals/${deal.id}/documents/${added.body.id}/views`,
        payload: new URLSearchParams({ csrf_token: headers['x-csrf-token']! }).toString(),
        headers: { cookie: headers.cookie!, 'content-type': 'application/x-www-form-urlencoded' },
      });
      t.match([answer.statusCode, answer.headers['content-type']], [200, 'application/pdf']);
      t.equal(
        answer.headers['content-disposition'],
        `attachment; filename*=UTF-8''${encodeURIComponent(name)}`,
      );
      t.equal(answer.headers['x-content-type-options'], 'nosniff');
      t.match(answer.headers['content-security-policy'], "default-src 'none'");
      t.notOk(answer.headers.x);
      t.same(answer.rawPayload, content);
    }
  },
);

t.test(
  'a seller brings a file on the page, and is told beside its field what is wrong with it',
  async (t) => {
    const listing = await listPatents(service, firm_a, [service.takePatent()]);
    const deal = await enquire(service, buyer, listing.id);
    const send = async (party: Party, url: string, name: string, bytes: Buffer) => {
      const { id } = await addPerson(service, party.id, rolesOf(party === buyer ? 'buyer' : 'firm')[0]!);
      const { headers } = await openSession(service, id);
      const token = `--part\r\ncontent-disposition: form-data; name="csrf_token"\r\n\r\n${headers['x-csrf-token']}\r\n`;
      const file = `--part\r\ncontent-disposition: form-data; name="file"; filename="${name}"\r\ncontent-type: application/octet-stream\r\n\r\n`;
      return service.app.inject({
        method: 'POST',
        url,
        payload: Buffer.concat([Buffer.from(token + file), bytes, Buffer.from('\r\n--part--\r\n')]),
        headers: { cookie: headers.cookie!, 'content-type': 'multipart/form-data; boundary=part' },
      });
    };
    const pdf = Buffer.from('%PDF-1.7 drawings of the pump');
    const of_deal = `/market/deals/${deal.id}/documents`;
    const of_listing = `/market/listings/${listing.id}/documents`;
    for (const [name, bytes] of [
      ['drawings.exe', pdf],
      ['drawings.png', pdf],
      ['', Buffer.alloc(0)],
      ['drawings.pdf', Buffer.alloc(2_097_153, '%PDF-')],
    ] as const)
      for (const url of [of_deal, of_listing]) {
        const { statusCode, body } = await send(firm_a, url, name, bytes);
        t.equal(statusCode, 400, name);
        t.match(body, /id="file-fault"/, name);
      }
    t.equal((await send(buyer, of_deal, 'drawings.pdf', pdf)).statusCode, 404, 'the buyer brings nothing');
    t.equal((await send(firm_a, of_deal, 'drawings.PDF', pdf)).statusCode, 303);
    t.equal((await send(firm_a, of_listing, '图纸.txt', Buffer.from('图纸'))).statusCode, 303);
    const { body: room } = await call<{
      documents: { name: string; media_type: string; size_bytes: number }[];
    }>(firm_a.key, 'GET', `/v1/listings/${listing.id}/data-room`);
    t.same(room.documents.map(({ name, media_type, size_bytes }) => [name, media_type, size_bytes]).sort(), [
      ['drawings.PDF', 'application/pdf', pdf.length],
      ['图纸.txt', 'text/plain', 6],
    ]);
  },
);

t.test('an offer ends within its days, and what is signed is the agreement of its deal', async (t) => {
  const listing = await listPatents(service, firm_a, [service.takePatent()]);
  const enquired = await enquire(service, buyer, listing.id);
  const other = 'a'.repeat(64);
  const { body } = await stepped(buyer, enquired.id, { step: 'sign', agreement_sha256: other });
  t.match(body, { code: 'refused', detail: /not that of the agreement of this deal/ });
  await sign(service, firm_a, buyer, enquired);
  await acquaint(service, firm_a, buyer, listing);
  const given = { kind: 'sale', price_minor: 1, expires_at: instantAfter(service, MAX_OFFER_DAYS) };
  for (const [wrong, detail] of [
    [{ expires_at: instantAfter(service, 0) }, /must be after now and within 180 days/],
    [{ expires_at: instantAfter(service, MAX_OFFER_DAYS + 1) }, /must be after now and within 180 days/],
    [{ kind: 'exclusive_licence' }, /The listing is for sale/],
  ] as const) {
    const refused = await post(buyer, `/v1/listing-deals/${enquired.id}/offers`, { ...given, ...wrong });
    t.match([refused.status, refused.body], [422, { code: 'refused', detail }]);
  }
  t.equal((await post(buyer, `/v1/listing-deals/${enquired.id}/offers`, given)).status, 201);
});

t.test('what is wrong is refused each in its own way', async (t) => {
  const day = dayAfter(service, 30);
  const patent_id = service.takePatent();
  const listing = await listPatents(service, firm_a, [patent_id]);
  const enquiry = (party: Party, id: string) =>
    post(party, `/v1/listings/${id}/enquiries`, { channel: 'talk', message: 'x' });
  const given = {
    title: 'x',
    summary: 'x',
    kinds: ['sale'],
    channels: ['talk'],
    territories: ['CN'],
    expires_on: day,
  };
  await isRefused(
    t,
    post(firm_a, '/v1/listings', { ...given, patent_ids: [patent_id] }),
    409,
    'already_sold',
  );
  const [lapsed] = await sql<
    { patent_id: string }[]
  >`select patent_id from signal where kind = 'lapsed' limit 1`;
  await isRefused(
    t,
    post(firm_a, '/v1/listings', { ...given, patent_ids: [lapsed!.patent_id] }),
    422,
    'not_in_force',
  );
  await isRefused(
    t,
    post(firm_a, '/v1/listings', { ...given, patent_ids: [service.takePatent()], expires_on: '2009-06-01' }),
    422,
    'refused',
  );
  await isRefused(t, enquiry(firm_a, listing.id), 422, 'own_listing');
  const { deal, offer_id } = await offered(service, firm_a, buyer, listing);
  await isRefused(t, enquiry(buyer, listing.id), 409, 'conflict');

  const second = await listPatents(service, firm_b, [patent_id]);
  const other = await offered(service, firm_b, expert, second);
  await step(service, firm_b, other.deal.id, { step: 'accept', offer_id: other.offer_id });
  await isRefused(t, stepped(firm_a, deal.id, { step: 'accept', offer_id }), 409, 'already_sold');
  await isRefused(t, post(firm_b, `/v1/listings/${second.id}/withdrawal`), 409, 'conflict');
  await step(service, firm_b, other.deal.id, { step: 'withdraw', reason: 'no money came' });
  t.equal((await stepped(firm_a, deal.id, { step: 'accept', offer_id })).status, 201, 'free again');
  await isRefused(t, enquiry(agency, listing.id), 409, 'already_sold');

  await post(firm_b, `/v1/listings/${second.id}/withdrawal`);
  await isRefused(t, enquiry(agency, second.id), 409, 'listing_withdrawn');

  const brief = await listPatents(service, firm_b, [service.takePatent()]);
  const late = await offered(service, firm_b, buyer, brief, { expires_at: instantAfter(service, 1) });
  const before = clock.now();
  clock.set(new Date(instantAfter(service, 2)));
  await isRefused(
    t,
    stepped(firm_b, late.deal.id, { step: 'accept', offer_id: late.offer_id }),
    409,
    'offer_expired',
  );
  await publish(
    service,
    [
      (await call<ListingBody>(firm_b.key, 'GET', `/v1/listings/${brief.id}`)).body.patents[0]!.patent!
        .patent_id,
    ],
    {
      kind: 'lapsed',
    },
  );
  const next = { kind: 'sale', price_minor: 1, expires_at: instantAfter(service, 3) };
  await isRefused(t, post(buyer, `/v1/listing-deals/${late.deal.id}/offers`, next), 422, 'not_in_force');
  clock.set(new Date(instantAfter(service, 300)));
  await isRefused(t, post(buyer, `/v1/listing-deals/${late.deal.id}/offers`, next), 409, 'listing_expired');
  clock.set(before);
});

t.test('a listing ends on its day, and the deals over it with it', async (t) => {
  const listing = await listPatents(service, firm_b, [service.takePatent()], {
    expires_on: dayAfter(service, 3),
  });
  const deal = await enquire(service, buyer, listing.id);
  const slot = new Date(instantAfter(service, 3));
  t.match(await listing_module.tend({ database, vault, log }, slot), { listings_expired: 1 });
  t.equal((await readDeal(service, buyer, deal.id)).stage, 'withdrawn');
  await isRefused(
    t,
    post(agency, `/v1/listings/${listing.id}/enquiries`, { channel: 'talk', message: 'x' }),
    409,
    'listing_expired',
  );
});

t.test('a pledged patent passes to nobody without its pledgee, whatever is tried', async (t) => {
  const patent_id = service.takePatent();
  const pledge_id = await contract(service, bank_a, firm_a, [patent_id], 'watched');
  const listing = await listPatents(service, firm_a, [patent_id]);
  t.match((await call<ListingBody>(buyer.key, 'GET', `/v1/listings/${listing.id}`)).body.patents, [
    { pledged: true },
  ]);
  const { deal, offer_id } = await offered(service, firm_a, buyer, listing);
  await isRefused(t, stepped(firm_a, deal.id, { step: 'accept', offer_id }), 409, 'consent_missing');
  const forced = sql`update listing_deal set stage = 'accepted', kind = 'sale', price_minor = 1, accepted_at = now()
    where id = ${deal.id}`;
  await t.rejects(forced, { code: 'PWC01' }, 'nor by the owner of the tables');
  await step(service, firm_a, deal.id, { step: 'ask_consent' });
  const { body } = await call<{ data: ConsentBody[] }>(bank_a.key, 'GET', '/v1/listing-consents');
  const asked = body.data.find((each) => each.deal_id === deal.id)!;
  t.match(asked, { pledge_id, price_minor: 40_000_000, answer: null });
  const answers = `/v1/listing-consents/${asked.id}/answers`;
  const given = { answer: 'given', proceeds_to: 'debt' };
  await isRefused(t, post(firm_a, answers, given), 422, 'consent_forged');
  for (const stranger of [buyer, bank_b, firm_b])
    await isRefused(t, post(stranger, answers, given), 404, 'not_found');
  for (const [forger, bank] of [
    [firm_a, bank_a],
    [firm_a, firm_a],
    [buyer, bank_a],
    [bank_b, bank_b],
  ] as const) {
    const forged = actFor({ organisation_id: forger.id, kind: 'firm' }, () =>
      service.requests
        .sql`insert into listing_consent_answer (consent_id, bank_id, answer, proceeds_to, answered_at)
        values (${asked.id}, ${bank.id}, 'given', 'debt', now())`.then(
        () => 'written',
        ({ code }: { code: string }) => code,
      ),
    );
    t.match(await forged, /42501|23503/, 'the database takes it from the pledgee alone');
  }
  const counter = await offer(service, buyer, deal.id, { price_minor: 50_000_000 });
  await isRefused(t, post(bank_a, answers, given), 409, 'conflict');
  await consent(service, firm_a, bank_a, deal.id);
  t.equal((await step(service, firm_a, deal.id, { step: 'accept', offer_id: counter.id })).stage, 'accepted');
  const { steps } = await readDeal(service, buyer, deal.id);
  t.match(steps.at(-2), { step: 'consent_given', side: 'pledgee' });
  const { text } = await call(buyer.key, 'GET', `/v1/listing-deals/${deal.id}`);
  t.notMatch(text, new RegExp(`${bank_a.id}|${pledge_id}`), 'the buyer is not told who the pledgee is');
});

t.test('a patent that is pledged between acceptance and closing needs the consent to close', async (t) => {
  const patent_id = service.takePatent();
  const listing = await listPatents(service, firm_a, [patent_id]);
  const deal = await accepted(service, firm_a, buyer, listing);
  await step(service, firm_a, deal.id, { step: 'file', filing_number: 'T1', filed_on: dayAfter(service, 0) });
  await contract(service, bank_a, firm_a, [patent_id], 'watched');
  await publish(service, [patent_id], { kind: 'transferred', detail: { owner: 'Buyer' } });
  await step(service, buyer, deal.id, { step: 'record' });
  await isRefused(t, stepped(firm_a, deal.id, { step: 'close' }), 409, 'consent_missing');
});

t.test('of fifty acceptances at once one stands, and of fifty closings one closes', async (t) => {
  const { app } = service;
  if (!app.server.listening) await app.listen({ port: 0, host: '127.0.0.1' });
  const { port } = app.server.address() as { port: number };
  const send = async (party: Party, id: string, body: object) => {
    const answer = await fetch(`http://127.0.0.1:${port}/v1/listing-deals/${id}/steps`, {
      method: 'POST',
      headers: { authorization: `Bearer ${party.key}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return { status: answer.status, code: ((await answer.json()) as { code?: string }).code };
  };
  const patent_ids = [service.takePatent()];
  const listing = await listPatents(service, firm_a, patent_ids);
  const others = [buyer, agency, expert, bank_b, firm_b];
  const deals: { deal: DealBody; offer_id: string }[] = [];
  for (const each of others) deals.push(await offered(service, firm_a, each, listing));
  const tries = Array.from({ length: 50 }, (_, index) => deals[index % deals.length]!);
  const answers = await Promise.all(
    tries.map(({ deal, offer_id }) => send(firm_a, deal.id, { step: 'accept', offer_id })),
  );
  t.equal(answers.filter(({ status }) => status === 201).length, 1);
  t.same([...new Set(answers.map(({ status }) => status))].sort(), [201, 409]);
  const [won] = await sql<{ id: string; buyer: string }[]>`select listing_deal.id, organisation_id as buyer
    from listing_deal join listing_deal_party on deal_id = listing_deal.id and side = 'buyer'
    where listing_id = ${listing.id} and stage = 'accepted'`;
  await step(service, firm_a, won!.id, { step: 'file', filing_number: 'T9', filed_on: dayAfter(service, 0) });
  const [winner] = await sql<{ name: string }[]>`select name from organisation where id = ${won!.buyer}`;
  await publish(service, patent_ids, { kind: 'transferred', detail: { owner: winner!.name } });
  await step(service, firm_a, won!.id, { step: 'record' });
  const closings = await Promise.all(
    Array.from({ length: 50 }, () => send(firm_a, won!.id, { step: 'close' })),
  );
  t.equal(closings.filter(({ status }) => status === 201).length, 1);
  const closed = await sql`select from listing_deal_step where deal_id = ${won!.id} and step = 'close'`;
  t.equal(closed.count, 1);
  const stages = await sql<
    { stage: string }[]
  >`select stage from listing_deal where listing_id = ${listing.id}`;
  t.same(stages.map(({ stage }) => stage).sort(), ['closed', ...Array(4).fill('withdrawn')].sort());
  const twice = sql`update listing_deal set stage = 'closed', kind = 'sale', price_minor = 1, accepted_at = now(),
    filing_number = 'x', recorded_on = now(), costs_minor = 0, seller_signed = true, buyer_signed = true,
    offer_id = (select id from listing_offer where deal_id = listing_deal.id limit 1)
    where listing_id = ${listing.id} and stage = 'withdrawn'`;
  await t.rejects(twice, { code: '23505' }, 'the database itself holds it');
});

t.test(
  'from a default to a listing in one step, and the consent to its end, by the plan of the loan',
  async (t) => {
    const patent_ids = [service.takePatent(), service.takePatent()];
    const asked = await call<{ id: string }>(firm_b.key, 'POST', '/v1/pledges', {
      bank_id: bank_b.id,
      firm_id: firm_b.id,
      patents: patent_ids.map((patent_id) => ({ patent_id, annual_revenue_minor: 500_000_000 })),
      currency: 'CNY',
      principal_minor: 1_000_000,
      matures_on: dayAfter(service, 700),
    });
    const moves = `/v1/pledges/${asked.body.id}/moves`;
    const move = (body: object) => call<{ approved_value_minor: number }>(bank_b.key, 'POST', moves, body);
    const { body: appraised } = await move({ to: 'appraised' });
    const disposal_plan = { route: 'listing', expected_days: 90, text: 'Two makers of pumps would buy.' };
    await move({
      to: 'proposed',
      principal_minor: Math.floor(appraised.approved_value_minor / 5),
      disposal_plan,
    });
    const today = dayAfter(service, 0);
    await move({ to: 'registered', registration_number: 'Y2009-5', registered_on: today });
    await move({ to: 'active', disbursed_on: today });
    const listing_of = `/v1/pledges/${asked.body.id}/listing`;
    await isRefused(t, post(bank_b, listing_of), 409, 'conflict');
    await move({ to: 'defaulted', reason: 'no interest was paid' });
    t.equal((await post(bank_a, listing_of)).status, 404);
    const listed = await call<ListingBody>(bank_b.key, 'POST', listing_of, { asking_minor: 30_000_000 });
    t.match(listed, { status: 201, body: { expires_on: dayAfter(service, 90) } }, listed.text);
    t.match(listed.body.kept, { pledge_id: asked.body.id, plan: disposal_plan.text, plan_days: 90 });
    const { body: pledge } = await call<{ state: string }>(bank_b.key, 'GET', `/v1/pledges/${asked.body.id}`);
    t.equal(pledge.state, 'in_disposal');
    await isRefused(t, post(bank_b, listing_of), 409, 'conflict');
    const { text } = await call(buyer.key, 'GET', `/v1/listings/${listed.body.id}`);
    t.notMatch(text, /makers of pumps|Y2009/);
    t.notMatch(text, new RegExp(`${asked.body.id}|${bank_b.id}`));
    const { deal, offer_id } = await offered(service, bank_b, buyer, listed.body);
    await isRefused(t, stepped(bank_b, deal.id, { step: 'accept', offer_id }), 409, 'consent_missing');
    await consent(service, bank_b, bank_b, deal.id);
    await step(service, bank_b, deal.id, { step: 'accept', offer_id });
    await step(service, bank_b, deal.id, { step: 'file', filing_number: 'T5', filed_on: today });
    await publish(service, patent_ids, { kind: 'transferred', detail: { owner: 'Buyer' } });
    await step(service, bank_b, deal.id, { step: 'record' });
    t.equal((await step(service, bank_b, deal.id, { step: 'close', costs_minor: 1_000 })).stage, 'closed');
  },
);

t.test('a pledge that is over otherwise takes its listing with it', async (t) => {
  const pledge_id = await contract(service, bank_a, firm_a, [service.takePatent()], 'watched');
  const moves = `/v1/pledges/${pledge_id}/moves`;
  await post(bank_a, moves, { to: 'defaulted', reason: 'x' });
  const { body: listing } = await call<ListingBody>(
    bank_a.key,
    'POST',
    `/v1/pledges/${pledge_id}/listing`,
    {},
  );
  await post(bank_a, moves, { to: 'disposed', recovered_minor: 5 });
  await hearEvents(database, MODULE_LISTENERS, clock.now());
  const { body } = await call<ListingBody>(buyer.key, 'GET', `/v1/listings/${listing.id}`);
  t.equal(body.state, 'withdrawn');
});

const PAGES = [
  ...[
    '/',
    '/market',
    '/market/own',
    '/market/wants',
    '/market/consents',
    '/experts',
    '/haircuts',
    '/portfolio',
  ],
  ...['/pledges', '/reviews', '/alerts', '/patents', '/knowledge-map', '/calendar', '/webhooks', '/audit'],
  ...['/sources', '/models', '/jobs', '/rules', '/consents', '/organisation', '/account'],
];

/** As its first person sees them. */
async function pagesSeenBy(
  { id, kind }: Party & { kind: OrganisationKind },
  more: readonly string[],
): Promise<Seen[]> {
  const person = await addPerson(service, id, rolesOf(kind)[0]!);
  const { headers } = await openSession(service, person.id);
  const seen: Seen[] = [];
  for (const place of [...PAGES, ...more]) {
    const answer = await service.app.inject({
      method: 'GET',
      url: place,
      headers: { ...headers, accept: 'text/html' },
    });
    seen.push({ place, text: answer.body });
  }
  return seen;
}

t.test('before its consent is used who sells is told nowhere; after it, to the buyer alone', async (t) => {
  const owner = await organisation('firm', NAME);
  const askers = [
    { ...buyer, kind: 'buyer' as const },
    { ...bank_a, kind: 'bank' as const },
    { ...agency, kind: 'agency' as const },
    { ...firm_b, kind: 'firm' as const },
    { ...staff, kind: 'staff' as const },
  ];
  for (const asker of [...askers, owner])
    await call(asker.key, 'POST', '/v1/webhooks/endpoints', { url: `http://${HOST}/${asker.id}` });
  await deliverDue({ database, vault, sender, log });
  received.length = 0;
  answered.length = 0;
  const patent_ids = [service.takePatent()];
  for (const told of ['by zephyrine', 'ZEPHYRINE BATTERIES', 'from Zephyrine Batteries Ltd.']) {
    const given = { title: told, kinds: ['sale'], channels: ['talk'], territories: ['CN'], summary: 'x' };
    const refused = await post(owner, '/v1/listings', {
      ...given,
      patent_ids,
      expires_on: dayAfter(service, 9),
    });
    t.match([refused.status, refused.body.errors?.[0]?.pointer], [422, '/body/title'], told);
  }
  const title = 'Batteries that take the cold';
  const listing = await listPatents(service, owner, patent_ids, { title, contact: 'zephyrine@mail.example' });
  const want = {
    title: 'Cold cells',
    summary: 'For trams.',
    kinds: ['sale'],
    expires_on: dayAfter(service, 30),
  };
  const wanted = await call<{ id: string }>(owner.key, 'POST', '/v1/wants', want);
  const deal = await enquire(service, buyer, listing.id, { channel: 'direct' });
  const team = await enquire(service, agency, listing.id, { channel: 'team' });
  const own_name = await post(owner, `/v1/listing-deals/${deal.id}/messages`, { text: 'Zephyrine here.' });
  t.equal(own_name.status, 422, 'nor does it tell by its own words what it has not consented to');
  await post(owner, `/v1/listing-deals/${deal.id}/messages`, { text: 'What for?' });
  await sign(service, owner, buyer, deal);
  await offer(service, buyer, deal.id);
  await offer(service, owner, deal.id, { price_minor: 41_000_000 });
  const numbers = await sql<{ application_number: string }[]>`select application_number from patent
    where patent_id = any(${patent_ids}::uuid[])`;
  const keys = await sql<{ id: string }[]>`select id from api_key where organisation_id = ${owner.id}`;
  const words = [owner.id, 'Zephyrine', ...keys.map(({ id }) => id)];
  const patents = [...patent_ids, ...numbers.map(({ application_number }) => application_number)];
  const shown = [listing.id, listing.seller.pseudonym_id, listing.seller.display_name, wanted.body.id];
  const about = (place: string) => /listing|want|pseudonym|identity|event|audit/.test(place);
  await deliverDue({ database, vault, sender, log });
  for (const asker of askers) {
    const seen = [
      ...(await everythingSeenBy(service, asker)),
      ...(await pagesSeenBy(asker, [`/market/listings/${listing.id}`, `/market/deals/${deal.id}`])),
      ...answered.filter(({ key }) => key === asker.key),
      ...received
        .filter((text) => text.startsWith(`/${asker.id} `))
        .map((text) => ({ place: 'webhook', text })),
    ];
    for (const place of [
      `/v1/listings/${listing.id}`,
      `/v1/wants/${wanted.body.id}`,
      'table listing',
      `/market/listings/${listing.id}`,
    ])
      t.ok(
        seen.some((each) => each.place === place),
        `${place} was looked at`,
      );
    // Staff know every organisation, and not what it shows under another name.
    const linked = seen.filter(
      ({ text }) => asker.kind !== 'staff' || shown.some((each) => text.includes(each)),
    );
    t.same(leaksIn(linked, words), [], `${asker.kind}: who it is`);
    const of_listings = seen.filter(({ place }) => about(place));
    t.same(leaksIn(of_listings, patents), [], `${asker.kind}: by its patents`);
  }
  const logged = lines.map((text) => ({ place: 'log', text }));
  t.same(leaksIn(logged, ['Zephyrine']), []);
  t.equal((await call(staff.key, 'GET', `/v1/listing-deals/${team.id}`)).status, 200, 'the team looked');
  const asked = await call<{ data: { id: string }[] }>(owner.key, 'GET', '/v1/identity-requests');
  const steps = `/v1/identity-requests/${asked.body.data[0]!.id}/steps`;
  await post(owner, steps, { step: 'consented' });
  await post(buyer, steps, { step: 'revealed' });
  const [first, ...others] = askers;
  const seen = await everythingSeenBy(service, first!);
  t.ok(leaksIn(seen, words).includes(`/v1/listing-deals/${deal.id}`), 'the search would have found it');
  t.ok(leaksIn(seen, patents).includes(`/v1/listings/${listing.id}`));
  t.ok(leaksIn(await pagesSeenBy(first!, [`/market/deals/${deal.id}`]), words).length > 0, 'on the page too');
  t.match((await readDeal(service, buyer, deal.id)).seller, { contact: 'zephyrine@mail.example' });
  for (const other of others.filter(({ kind }) => kind !== 'staff'))
    t.same(leaksIn(await everythingSeenBy(service, other), words), [], `${other.kind} learns nothing by it`);
});
