/** Organisations under pseudonyms: who is behind one is nowhere to be found before its owner consents and the consent is used. */
import fc from 'fast-check';
import t from 'tap';
import { deliverDue } from '../../jobs/deliver.ts';
import { drawName, MAX_DISPLAY_NAME_LENGTH, toldBy } from '../../src/anonymity/names.ts';
import { hideUnder, MAX_PSEUDONYMS, showUnder } from '../../src/anonymity/service.ts';
import { verifyChain } from '../../src/audit/verify.ts';
import { actFor } from '../../src/db/tenancy.ts';
import { openLog } from '../../src/log.ts';
import { createAddressGuard } from '../../src/webhooks/address-guard.ts';
import { createSender } from '../../src/webhooks/send.ts';
import { openReceiver } from '../receiver.ts';
import { everythingSeenBy, leaksIn } from '../security/leaks.ts';
import { buildService, type Party } from '../service.ts';

const NAME = 'Zephyrine Batteries Ltd';

const received: string[] = [];
const HOST = await openReceiver(t, ({ headers, body }, answer) => {
  received.push(`${JSON.stringify(headers)} ${body}`);
  answer.writeHead(204).end();
});
const allowed = { allowed_hosts: [HOST] };
const lines: string[] = [];
const log = openLog('trace', { write: (line: string) => void lines.push(line) });
const service = await buildService(t, { guard: createAddressGuard(allowed) }, log);
const { database, vault, clock, call, staff, bank_a, agency, expert, buyer } = service;
const { sql } = database;
const sender = createSender(allowed);
t.teardown(() => sender.close());

interface Named {
  id: string;
  display_name: string;
}
interface Request {
  id: string;
  state: string;
  asker: { organisation_id: string; name: string };
  owner: { organisation_id: string; name: string } | null;
}

const made = await call<{ id: string }>(staff.key, 'POST', '/v1/organisations', { kind: 'firm', name: NAME });
const issued = await call<{ key: string }>(staff.key, 'POST', `/v1/organisations/${made.body.id}/keys`, {
  label: 'test',
  scopes: ['read', 'write'],
});
/** Who stays private. */
const owner: Party = { id: made.body.id, key: issued.body.key };
const owner_caller = { organisation_id: owner.id, kind: 'firm' as const, key_id: 'key' };
let listings = 0;

/** A pseudonym of the owner's under which a listing is shown. */
async function shown(): Promise<{ named: Named; context: { kind: 'listing'; id: string } }> {
  const { body: named } = await call<Named>(owner.key, 'POST', '/v1/pseudonyms', {});
  const context = { kind: 'listing' as const, id: `lst_${++listings}` };
  await database.transaction((tx) => showUnder(tx, named.id, context, owner_caller, clock.now()));
  return { named, context };
}

async function ask(asker: Party): Promise<{ named: Named; request: Request }> {
  const { named, context } = await shown();
  const asked = { context, reason: 'we would buy it' };
  const url = `/v1/pseudonyms/${named.id}/identity-requests`;
  const answer = await call<Request>(asker.key, 'POST', url, asked);
  t.equal(answer.status, 201, answer.text);
  return { named, request: answer.body };
}

const take = (party: Party, { id }: { id: string }, step: string) =>
  call<Request & { detail: string }>(party.key, 'POST', `/v1/identity-requests/${id}/steps`, { step });

t.test('a name tells nothing of whose it is, chosen or drawn', async (t) => {
  for (const display_name of [
    'Zephyrine',
    'ZEPHYRINE batteries',
    'Ｚｅｐｈｙｒｉｎｅ 12',
    'zéphyrine',
    'The Batteries Seller',
    'zephyrinebatteriesltd',
  ]) {
    const refused = await call(owner.key, 'POST', '/v1/pseudonyms', { display_name });
    t.match([refused.status, refused.body.detail], [422, /The field display_name holds/], display_name);
  }
  t.equal(toldBy('深圳市的卖家', '深圳市远景电池有限公司'), '深圳市');
  t.equal(toldBy('电池卖家', '深圳市远景电池有限公司'), null);
  const chosen = await call<Named>(owner.key, 'POST', '/v1/pseudonyms', { display_name: 'Quiet Ltd' });
  t.match([chosen.status, chosen.body.display_name], [201, 'Quiet Ltd']);
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 200 }), (name) => {
      const drawn = drawName(name === 'Amber Anchor' ? 'x' : name);
      return drawn.length <= MAX_DISPLAY_NAME_LENGTH && toldBy(drawn, name) === null;
    }),
  );
});

t.test('ids of pseudonyms made one after the other have nothing in common', async (t) => {
  const ids = await Promise.all(
    Array.from(
      { length: 8 },
      async () => (await call<Named>(agency.key, 'POST', '/v1/pseudonyms', {})).body.id,
    ),
  );
  for (let at = 4; at < 10; at++) t.ok(new Set(ids.map((id) => id[at])).size > 1, `character ${at}`);
});

t.test('one that is shown nowhere is to others as one that is missing', async (t) => {
  const { body: hidden } = await call<Named>(owner.key, 'POST', '/v1/pseudonyms', {});
  const bytes = async (url: string, body?: object) => {
    const { status, text } = await call(buyer.key, body ? 'POST' : 'GET', url, body);
    return `${status} ${text.replace(/"request_id":"[^"]+"/, '')}`;
  };
  const asked = { context: { kind: 'listing', id: 'lst_1' }, reason: 'x' };
  const missing = `pse_${'0'.repeat(26)}`;
  for (const id of [hidden.id, missing]) {
    t.equal(await bytes(`/v1/pseudonyms/${id}`), await bytes(`/v1/pseudonyms/${missing}`));
    t.equal(
      await bytes(`/v1/pseudonyms/${id}/identity-requests`, asked),
      await bytes(`/v1/pseudonyms/${missing}/identity-requests`, asked),
    );
  }
  t.match(await call(owner.key, 'GET', `/v1/pseudonyms/${hidden.id}`), {
    body: { owner: { organisation_id: owner.id, name: NAME, kind: 'firm' } },
  });
});

t.test(
  'before the consent is used the other side finds the owner nowhere; after it, both know',
  async (t) => {
    const askers = [
      { ...buyer, kind: 'buyer' as const },
      { ...bank_a, kind: 'bank' as const },
    ];
    for (const asker of [...askers, owner])
      await call(asker.key, 'POST', '/v1/webhooks/endpoints', { url: `http://${HOST}/${asker.id}` });
    for (const asker of askers) {
      const hooks: string[] = [];
      const deliver = async () => {
        received.length = 0;
        await deliverDue({ database, vault, sender, log });
        hooks.push(...received);
      };
      const { named, request } = await ask(asker);
      t.same([request.owner, request.state], [null, 'asked']);
      await deliver();
      t.match(hooks, [/identity\.asked/], 'the owner alone is told, and who asks');
      t.match(hooks[0], asker.id);
      hooks.length = 0;
      t.equal((await take(owner, request, 'consented')).body.state, 'consented');
      await deliver();
      t.match(hooks, [/identity\.consented/]);
      const key_ids = await sql<{ id: string }[]>`select id from api_key where organisation_id = ${owner.id}`;
      const words = [owner.id, NAME, 'Zephyrine', ...key_ids.map(({ id }) => id)];
      const search = async () => {
        const seen = await everythingSeenBy(service, asker);
        t.ok(seen.length > 60, `${seen.length} answers and rows`);
        for (const place of [
          `/v1/pseudonyms/${named.id}`,
          `/v1/identity-requests/${request.id}`,
          '/v1/events',
          '/v1/audit/export',
          'table identity_step',
          'table event',
        ])
          t.ok(
            seen.some((each) => each.place === place),
            `${place} was looked at`,
          );
        const logged = lines.map((text) => ({ place: 'log', text }));
        const hooked = hooks.map((text) => ({ place: 'webhook', text }));
        return {
          found: leaksIn(seen, words),
          hooked: leaksIn(hooked, words),
          logged: leaksIn(logged, [NAME, 'Zephyrine']),
        };
      };
      t.same(await search(), { found: [], hooked: [], logged: [] });
      const revealed = await take(asker, request, 'revealed');
      t.match(revealed, {
        status: 201,
        body: { state: 'revealed', owner: { organisation_id: owner.id, name: NAME } },
      });
      await deliver();
      const { found, hooked, logged } = await search();
      for (const place of [`/v1/pseudonyms/${named.id}`, '/v1/audit', '/v1/events', 'table identity_reveal'])
        t.ok(found.includes(place), `${place} tells it now: the search would have found it`);
      t.equal(hooked.length, 2, 'both are told of the reveal');
      t.same(logged, []);
      t.equal((await verifyChain(sql, asker.id)).broken_at, null);
    }
    const others = await everythingSeenBy(service, { ...expert, kind: 'expert' });
    t.same(leaksIn(others, [owner.id, NAME, 'Zephyrine']), [], 'a third party learns nothing');
    const stream = await call(staff.key, 'GET', '/v1/events?limit=200');
    t.notMatch(stream.text, /identity\.|Zephyrine/, 'nor do staff, in what they hear');
  },
);

t.test('steps are taken in order, each by whose they are, and once', async (t) => {
  const { named, request } = await ask(buyer);
  const refused = async (party: Party, step: string, detail: RegExp) => {
    const { status, body } = await take(party, request, step);
    t.match([status, body.detail], [409, detail], step);
  };
  await refused(buyer, 'revealed', /is asked cannot become revealed/);
  await refused(buyer, 'consented', /is for the owner; you are the asker/);
  await refused(owner, 'withdrawn', /is for the asker; you are the owner/);
  t.equal((await take(expert, request, 'consented')).status, 404, 'to a third party it is not there');
  await take(owner, request, 'consented');
  t.equal((await take(owner, request, 'revoked')).body.state, 'revoked');
  await refused(buyer, 'revealed', /is revoked cannot become revealed/);
  await refused(owner, 'consented', /is revoked cannot become consented/);
  const again = { context: { kind: 'listing', id: `lst_${listings}` }, reason: 'x' };
  const url = `/v1/pseudonyms/${named.id}/identity-requests`;
  t.equal((await call(buyer.key, 'POST', url, again)).status, 409, 'a refusal stands');
  t.equal((await call(owner.key, 'POST', url, again)).status, 422, 'it is the own');
  const { body: seen } = await call<{ owner: null }>(buyer.key, 'GET', `/v1/pseudonyms/${named.id}`);
  t.equal(seen.owner, null);
});

t.test('of a reveal and a revocation at once one happens, and a consent is used once', async (t) => {
  for (let round = 0; round < 6; round++) {
    const { request } = await ask(expert);
    await take(owner, request, 'consented');
    const answers = await Promise.all([
      take(expert, request, 'revealed'),
      take(owner, request, 'revoked'),
      take(expert, request, 'revealed'),
    ]);
    t.same(answers.map(({ status }) => status).sort(), [201, 409, 409]);
    const steps = await sql`select step from identity_step where request_id = ${request.id} order by seq`;
    t.equal(steps.length, 2);
    const reveals = await sql`select from identity_reveal where request_id = ${request.id}`;
    t.equal(reveals.count, steps[1]!.step === 'revealed' ? 1 : 0);
  }
});

t.test('what is no longer shown cannot be asked over; who asked before still sees the name', async (t) => {
  const { named, request } = await ask(buyer);
  const context = { kind: 'listing' as const, id: `lst_${listings}` };
  await database.transaction((tx) => hideUnder(tx, named.id, context, owner_caller, clock.now()));
  const url = `/v1/pseudonyms/${named.id}/identity-requests`;
  t.equal((await call(expert.key, 'POST', url, { context, reason: 'x' })).status, 404);
  t.equal((await call(expert.key, 'GET', `/v1/pseudonyms/${named.id}`)).status, 404);
  t.equal((await call(buyer.key, 'GET', `/v1/pseudonyms/${named.id}`)).status, 200);
  t.equal((await take(buyer, request, 'withdrawn')).body.state, 'withdrawn');
  const listed = await call<{ data: Request[] }>(buyer.key, 'GET', '/v1/identity-requests?limit=200');
  t.ok(listed.body.data.some(({ id, state }) => id === request.id && state === 'withdrawn'));
  const stranger = { ...owner_caller, organisation_id: buyer.id };
  const theft = database.transaction((tx) => showUnder(tx, named.id, context, stranger, clock.now()));
  await t.rejects(theft, { message: 'There is no such pseudonym shown there.' });
});

t.test('the database itself takes a consent from the owner alone, and a reveal from nobody', async (t) => {
  const { request } = await ask(buyer);
  const { requests } = service;
  const write = (party: Party, step: string) =>
    actFor({ organisation_id: party.id, kind: 'buyer' }, () =>
      requests.sql`insert into identity_step (request_id, seq, step, at)
        values (${request.id}, 1, ${step}, now())`.then(
        () => 'written',
        ({ code }: { code: string }) => code,
      ),
    );
  t.equal(await write(buyer, 'consented'), '42501');
  t.equal(await write(buyer, 'revealed'), '42501');
  t.equal(await write(owner, 'revealed'), '42501');
  const reveal = actFor({ organisation_id: buyer.id, kind: 'buyer' }, () =>
    requests.sql`insert into identity_reveal (request_id, pseudonym_id, asker_id, owner_id, revealed_at)
      select id, pseudonym_id, asker_id, asker_id, now() from identity_request where id = ${request.id}`.then(
      () => 'written',
      ({ code }: { code: string }) => code,
    ),
  );
  t.equal(await reveal, '42501');
  t.equal(await write(owner, 'consented'), 'written');
});

t.test('an organisation has no more pseudonyms than it may', async (t) => {
  const { body } = await call<{ data: Named[] }>(expert.key, 'GET', '/v1/pseudonyms');
  for (let n = body.data.length; n < MAX_PSEUDONYMS; n++)
    await call(expert.key, 'POST', '/v1/pseudonyms', {});
  const over = await call(expert.key, 'POST', '/v1/pseudonyms', {});
  t.match(
    [over.status, over.body.detail],
    [422, `An organisation has at most ${MAX_PSEUDONYMS} pseudonyms.`],
  );
});
