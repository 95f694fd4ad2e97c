/** Two banks with a firm each, staff, an agency, an expert and a buyer, who have used everything that the service has for them. */
import { showUnder } from '../../src/anonymity/service.ts';
import { engagedDraft } from '../engaged.ts';
import { acquaint, type ConsentBody, enquire, listPatents, offer, offered, sign, step } from '../listing.ts';
import { certifiedProduct, lotOf } from '../marks.ts';
import { addPasskey, addPerson, openSession } from '../people.ts';
import { lapsingPatents, type Party, type TestService } from '../service.ts';
import { sitAtDesks } from './desks-world.ts';

const HOOK = { url: 'https://receiver.example/hooks' };
const LAST_DAY = '2009-12-10T02:00:00Z';
const DEAL = {
  patent_id: null,
  right_type: 'invention',
  claims: 7,
  filed_on: '1998-02-03',
  dealt_on: '2009-06-09',
  price_minor: 75_000_000,
  currency: 'CNY',
};
const SCALE = { least: 0, most: 10 };
const INDICATORS = [
  ['A', '', '1'],
  ['A1', 'A', '0.4'],
  ['A2', 'A', '0.6'],
];

/** As what an organisation of a kind takes part in the network. */
const PROFILE_OF: Readonly<Record<string, string>> = { buyer: 'university' };

export function needOf(kind: string, title: string) {
  const term = { starts_on: '2009-07-01', ends_on: '2011-06-30' };
  return { title, body: 'A battery that charges in the cold', profile: PROFILE_OF[kind] ?? kind, ...term };
}

export function offerOf(kind: string, title: string) {
  const body = 'Batteries that charge in the cold';
  return { kind: 'technology', title, body, profile: PROFILE_OF[kind] ?? kind };
}

/** Ids of what belongs to one organisation or one pair of bank and firm, by kind of thing. */
export type Owned = Record<string, string[]>;

export interface World {
  /** By the id of the organisation. */
  owned: Map<string, Owned>;
  /** Of what was somebody's and is over. */
  ended: Owned;
}

/** @throws Error with the answer when the service refuses a step */
export async function peopleTheService(service: TestService): Promise<World> {
  const { call, bank_a, bank_b, firm_a, firm_b, staff, agency, expert, buyer } = service;
  const pledging = [bank_a, bank_b, firm_a, firm_b, staff];
  const everyone = [...pledging, agency, expert, buyer];
  const owned = new Map<string, Owned>(everyone.map(({ id }) => [id, {}]));
  const made = async (party: Party, method: 'POST' | 'PUT', url: string, body?: object) => {
    const answer = await call<Record<string, string>>(party.key, method, url, body);
    if (answer.status >= 300) throw new Error(`${method} ${url}: ${answer.status} ${answer.text}`);
    return answer.body;
  };
  const note = (party: Party, kind: string, id: string) => {
    const own = owned.get(party.id)!;
    own[kind] = [...(own[kind] ?? []), id];
  };

  const lapsing = (await lapsingPatents('2009-06-01')).map(({ patent_id }) => patent_id);
  for (const party of everyone) {
    const { id } = await made(party, 'POST', '/v1/webhooks/endpoints', HOOK);
    note(party, 'endpoint', id!);
    const tested = await made(party, 'POST', `/v1/webhooks/endpoints/${id}/test`);
    note(party, 'delivery', tested.delivery_id!);
    await made(party, 'POST', `/v1/webhooks/endpoints/${id}/simulate`, { type: 'patent.lapsed' });
    const list = { name: 'watched', patent_ids: [lapsing[0]!] };
    note(party, 'watch_list', (await made(party, 'POST', '/v1/watch-lists', list)).id!);
    if (pledging.includes(party))
      note(party, 'covenant_feed', (await made(party, 'POST', '/v1/covenants/feeds')).id!);
    const { body: keys } = await call<{ data: { id: string }[] }>(party.key, 'GET', '/v1/keys');
    note(party, 'key', keys.data[0]!.id);
    note(party, 'organisation', party.id);
    const role = party === firm_a || party === firm_b ? 'owner' : 'admin';
    const { id: person_id } = await addPerson(service, party.id, role);
    note(party, 'person', person_id);
    note(party, 'passkey', await addPasskey(service, person_id));
    note(party, 'session', (await openSession(service, person_id)).id);
    const invited = { email: `invited@${party.id}.example`, role };
    const invitation = await made(party, 'POST', `/v1/organisations/${party.id}/invitations`, invited);
    note(party, 'invitation', invitation.id!);
  }
  for (const party of everyone.filter((each) => each !== staff)) {
    note(party, 'pseudonym', (await made(party, 'POST', '/v1/pseudonyms', {})).id!);
  }
  await askOverPseudonyms(service, made, note);
  await meetInNetwork(service, made, note, everyone);
  const bulletin_id = await sitAtDesks(service, note);
  await engageExperts(service, made, note);
  for (const [bank, firm] of [
    [bank_a, firm_a],
    [bank_b, firm_b],
  ] as const) {
    for (const party of [bank, firm]) {
      await made(party, 'POST', '/v1/deals', { ...DEAL, reference: `deal of ${party.id}` });
    }
    const rows = INDICATORS.map(([indicator_code, parent, weight]) => ({
      standard_version: `of ${bank.id}`,
      indicator_code,
      name: indicator_code,
      parent,
      scenario: 'pledge',
      weight,
      verified: 'true',
      source: 'page 1',
    }));
    note(bank, 'scoring_table', (await made(bank, 'POST', '/v1/scoring/tables', { scale: SCALE, rows })).id!);
    for (const fate of ['watched', 'disposed', 'requested'] as const) {
      const patents = fate === 'watched' ? [lapsing.pop()!] : [service.takePatent()];
      const id = await contract(service, bank, firm, patents, fate);
      note(bank, 'pledge', id);
      note(firm, 'pledge', id);
      const [table_id] = owned.get(bank.id)!.scoring_table!;
      const score = { table_id, scenario: 'pledge', patent_id: patents[0], scores: { A1: 5, A2: 5 } };
      await made(bank, 'POST', `/v1/pledges/${id}/scores`, score);
    }
    const consent = { bank_id: bank.id, kinds: ['revenue', 'tax_arrears', 'rating'] };
    const { id: consent_id } = await made(firm, 'POST', `/v1/borrowers/${firm.id}/consents`, consent);
    note(firm, 'consent', consent_id!);
    for (const party of [bank, firm]) note(party, 'firm', firm.id);
    const pledge = `/v1/pledges/${owned.get(bank.id)!.pledge![0]}`;
    const later = { matures_on: '2011-07-10', reason: 'a longer loan' };
    const { id: amendment_id } = await made(bank, 'POST', `${pledge}/amendments`, later);
    for (const party of [bank, firm]) note(party, 'amendment', amendment_id!);
    const silence = { rule: 'ltv_warning', until_at: '2009-08-01T00:00:00Z', reason: 'quiet' };
    await made(bank, 'POST', '/v1/silences', silence);
  }
  for (const firm of [firm_a, firm_b]) await file(service, firm, made, note);
  const { draft_id, engagement_id, package_id } = await engagedDraft(service);
  for (const party of [firm_a, agency]) {
    note(party, 'filing_draft', draft_id);
    note(party, 'engagement', engagement_id);
    note(party, 'package', package_id);
  }
  for (const firm of [firm_a, firm_b]) {
    const product_id = await certifiedProduct(service, firm, [service.takePatent()]);
    note(firm, 'marked_product', product_id);
    note(firm, 'mark_lot', await lotOf(service, firm, product_id, 'LOT-1', 5));
  }
  await trade(service, note);
  await service.passTo(LAST_DAY);
  for (const bank of [bank_a, bank_b]) await noteWatch(service, bank, owned);
  await indicateValues(service);
  return { owned, ended: { ...(await endSome(service)), bulletin: [bulletin_id] } };
}

type Made = (
  party: Party,
  method: 'POST' | 'PUT',
  url: string,
  body?: object,
) => Promise<Record<string, string>>;

/** A draft with all that hangs on one, and an application with all that hangs on that. */
async function file(
  { call }: TestService,
  firm: Party,
  made: Made,
  note: (party: Party, kind: string, id: string) => void,
): Promise<void> {
  const kind = { reference: 'pump', form: 'CN', right_type: 'invention', language: 'en' };
  const text = { title: 'Pump', claims: '1. A pump with a rotor.', classes: ['A01J5/017'] };
  const begun = await call<{ draft: { id: string } }>(firm.key, 'POST', '/v1/filing/drafts', {
    ...kind,
    ...text,
  });
  const { id: draft_id } = begun.body.draft;
  const draft = `/v1/filing/drafts/${draft_id}`;
  note(firm, 'filing_draft', draft_id);
  await made(firm, 'POST', `${draft}/versions/1/checks`);
  const comment = { version: 1, part: 'claims', claim: 1, body: 'of what?' };
  note(firm, 'filing_comment', (await made(firm, 'POST', `${draft}/comments`, comment)).id!);
  const { id: search_id } = await made(firm, 'POST', `${draft}/searches`, {});
  note(firm, 'filing_search', search_id!);
  await made(firm, 'POST', `${draft}/searches/${search_id}/score`);
  const { id } = await made(firm, 'POST', `${draft}/applications`, { office: 'CN' });
  const url = `/v1/filing/applications/${id}`;
  note(firm, 'filing_application', id!);
  const filed = { to: 'filed', happened_on: '2009-06-01', application_number: '200910100001' };
  await made(firm, 'POST', `${url}/steps`, filed);
  const letter = { kind: 'first', issued_on: '2009-06-02', content: 'Not new.' };
  note(firm, 'office_action', (await made(firm, 'POST', `${url}/office-actions`, letter)).id!);
  type Standing = Record<'deadlines' | 'fees', { id: string }[]>;
  const { body } = await call<Standing>(firm.key, 'GET', url);
  note(firm, 'filing_deadline', body.deadlines[0]!.id);
  note(firm, 'filing_fee', body.fees[0]!.id);
}

/** As the last valuation of all patents leaves it: which is nobody's own. */
async function indicateValues({ database }: TestService): Promise<void> {
  await database.sql`insert into corpus_value (patent_id, number, as_of, status, currency, low_minor, mid_minor, high_minor,
      collateral_minor, recorded_on, recorded_mid_minor)
    select patent_id, row_number() over (order by patent_id), '2009-01-01', 'valued', 'CNY', 1, 2, 3, 1, '2009-01-01', 2
    from patent`;
}

/** Who sells is asked who it is by who buys: once revealed, once not answered. What is shown is everybody's to see. */
async function askOverPseudonyms(
  { database, clock, ...parties }: TestService,
  made: (party: Party, method: 'POST', url: string, body: object) => Promise<Record<string, string>>,
  note: (party: Party, kind: string, id: string) => void,
) {
  const { firm_b, agency, buyer, bank_b } = parties;
  for (const [owner, kind, asker, revealed] of [
    [agency, 'agency', buyer, true],
    [firm_b, 'firm', bank_b, false],
  ] as const) {
    const { id } = await made(owner, 'POST', '/v1/pseudonyms', {});
    const context = { kind: 'listing', id: `of ${owner.id}` } as const;
    const caller = { organisation_id: owner.id, kind, key_id: 'key' };
    await database.transaction((tx) => showUnder(tx, id!, context, caller, clock.now()));
    const asked = { context, reason: 'to deal' };
    const request = await made(asker, 'POST', `/v1/pseudonyms/${id}/identity-requests`, asked);
    for (const party of [owner, asker]) note(party, 'identity_request', request.id!);
    const steps = `/v1/identity-requests/${request.id}/steps`;
    if (!revealed) continue;
    await made(owner, 'POST', steps, { step: 'consented' });
    await made(asker, 'POST', steps, { step: 'revealed' });
  }
}

/**
 * Everybody but staff has a need and an offer, one of them under a pseudonym; a firm and an agency were introduced, a bank and
 * an expert not yet. What nobody here posted is asked about by all.
 */
async function meetInNetwork(
  { call, staff, ...parties }: TestService,
  made: (party: Party, method: 'POST', url: string, body: object) => Promise<Record<string, string>>,
  note: (party: Party, kind: string, id: string) => void,
  everyone: readonly Party[],
) {
  const { bank_a, bank_b, firm_a, firm_b, agency, expert, buyer } = parties;
  const stranger = await made(staff, 'POST', '/v1/organisations', { kind: 'firm', name: 'Stranger' });
  const key = await made(staff, 'POST', `/v1/organisations/${stranger.id}/keys`, {
    label: 'network',
    scopes: ['read', 'write'],
  });
  const other = { id: stranger.id!, key: key.key! };
  const { id: need_id } = await made(other, 'POST', '/v1/network/needs', needOf('firm', 'of a stranger'));
  const { id: offer_id } = await made(other, 'POST', '/v1/network/offers', offerOf('firm', 'of a stranger'));
  for (const party of everyone) {
    note(party, 'posted_need', need_id!);
    note(party, 'posted_offer', offer_id!);
  }
  const offers = new Map<Party, string>();
  const needs = new Map<Party, string>();
  for (const [party, kind] of [
    [bank_a, 'bank'],
    [bank_b, 'bank'],
    [firm_a, 'firm'],
    [firm_b, 'firm'],
    [agency, 'agency'],
    [expert, 'expert'],
    [buyer, 'buyer'],
  ] as const) {
    const { id: pseudonym_id } = await made(party, 'POST', '/v1/pseudonyms', {});
    const need = { ...needOf(kind, 'Wanted in winter'), pseudonym_id };
    needs.set(party, (await made(party, 'POST', '/v1/network/needs', need)).id!);
    offers.set(party, (await made(party, 'POST', '/v1/network/offers', offerOf(kind, 'For the winter'))).id!);
    note(party, 'need', needs.get(party)!);
    note(party, 'offer', offers.get(party)!);
  }
  for (const [asker, owner, consents] of [
    [firm_a, agency, true],
    [bank_b, expert, false],
  ] as const) {
    const asked = { need_id: needs.get(asker), offer_id: offers.get(owner), message: 'shall we meet?' };
    const { id } = await made(asker, 'POST', '/v1/network/introductions', asked);
    for (const party of [asker, owner]) note(party, 'introduction', id!);
    if (consents) await made(owner, 'POST', `/v1/network/introductions/${id}/steps`, { step: 'consented' });
  }
}

/** A bank has an expert, a firm an agency. */
async function engageExperts(
  service: TestService,
  made: (party: Party, method: 'POST' | 'PUT', url: string, body: object) => Promise<Record<string, string>>,
  note: (party: Party, kind: string, id: string) => void,
) {
  const { bank_a, firm_b, agency, expert } = service;
  const profile = { summary: 'Values.', fields: [1], regions: ['CN'], intermediary: false, open: true };
  for (const [engager, engaged] of [
    [bank_a, expert],
    [firm_b, agency],
  ] as const) {
    await made(engaged, 'PUT', '/v1/experts/profile', profile);
    const asked = { expert_id: engaged.id, patent_id: service.takePatent(), brief: 'What is it worth?' };
    const { id } = await made(engager, 'POST', '/v1/experts/engagements', asked);
    await made(engaged, 'POST', `/v1/experts/engagements/${id}/steps`, { step: 'accepted' });
    for (const party of [engager, engaged]) note(party, 'expert_engagement', id!);
  }
}

/** A seller that showed itself and opened its data room; one whose bank is asked for its consent; and what a buyer wants. */
async function trade(service: TestService, note: (party: Party, kind: string, id: string) => void) {
  const { call, bank_b, firm_a, firm_b, agency, expert, buyer } = service;
  const shown = await listPatents(service, firm_a, [service.takePatent()], { contact: 'desk 4' });
  const deal = await enquire(service, buyer, shown.id, { contact: 'desk 5' });
  await sign(service, firm_a, buyer, deal);
  await acquaint(service, firm_a, buyer, shown);
  await step(service, firm_a, deal.id, { step: 'open_data_room' });
  const file = {
    name: 'note',
    media_type: 'text/plain',
    content_base64: Buffer.from('note').toString('base64'),
  };
  const added = await call<{ id: string }>(firm_a.key, 'POST', `/v1/listings/${shown.id}/documents`, file);
  const document = `/v1/listing-deals/${deal.id}/documents/${added.body.id}`;
  await call(firm_a.key, 'POST', `${document}/rights`, { may_see: true });
  await call(buyer.key, 'POST', `${document}/views`);
  await offer(service, buyer, deal.id);
  await call(firm_a.key, 'POST', `/v1/listings/${shown.id}/referrals`, { intermediary_id: agency.id });

  const patent_id = service.takePatent();
  await contract(service, bank_b, firm_b, [patent_id], 'watched');
  const pledged = await listPatents(service, firm_b, [patent_id]);
  const other = await offered(service, firm_b, expert, pledged);
  await step(service, firm_b, other.deal.id, { step: 'ask_consent' });
  const { body } = await call<{ data: ConsentBody[] }>(bank_b.key, 'GET', '/v1/listing-consents');
  const [{ id: consent_id }] = body.data as [ConsentBody];
  await call(bank_b.key, 'POST', `/v1/listing-consents/${consent_id}/answers`, {
    answer: 'refused',
    reason: 'too little',
  });

  const wanted = { title: 'pumps', summary: 'dry ones', kinds: ['sale'], expires_on: '2011-01-01' };
  const { body: want } = await call<{ id: string }>(buyer.key, 'POST', '/v1/wants', wanted);
  await call(firm_a.key, 'POST', `/v1/wants/${want.id}/answers`, { listing_id: shown.id });

  note(firm_a, 'listing', shown.id);
  note(firm_b, 'listing', pledged.id);
  note(buyer, 'want', want.id);
  for (const party of [firm_a, buyer]) {
    note(party, 'listing_deal', deal.id);
    note(party, 'document', added.body.id);
  }
  for (const [party, id] of [
    [firm_a, deal.id],
    [expert, other.deal.id],
  ] as const)
    await call(party.key, 'POST', `/v1/listing-deals/${id}/expectations`, {
      low_minor: 100,
      high_minor: 200,
    });
  for (const party of [firm_b, expert]) note(party, 'listing_deal', other.deal.id);
  for (const party of [firm_b, bank_b]) note(party, 'pledgee_consent', consent_id);
}

/** What the watching of a pledge brought: valuations, flags, and a margin call on them. */
async function noteWatch(
  { call, staff, firm_a, firm_b, bank_a }: TestService,
  bank: Party,
  owned: World['owned'],
) {
  const own = owned.get(bank.id)!;
  const [pledge_id] = own.pledge!;
  const url = `/v1/pledges/${pledge_id}`;
  type Point = { patents: { valuation_id: string }[] };
  const { body: flow } = await call<{ points: Point[] }>(bank.key, 'GET', `${url}/value-flow`);
  const { body: flags } = await call<{ data: { id: string }[] }>(
    staff.key,
    'GET',
    `/v1/flags?pledge_id=${pledge_id}`,
  );
  const called = await call<{ id: string }>(bank.key, 'POST', `${url}/margin-calls`, {});
  const noted = {
    valuation: [flow.points[0]!.patents[0]!.valuation_id],
    flag: [flags.data[0]!.id],
    margin_call: [called.body.id],
  };
  Object.assign(own, noted);
  Object.assign(owned.get((bank === bank_a ? firm_a : firm_b).id)!, noted);
}

async function endSome({ call, bank_a, staff }: TestService): Promise<Owned> {
  const ended: Owned = {};
  const made = async (url: string, body?: object) =>
    (await call<{ id: string }>(bank_a.key, 'POST', url, body)).body.id;
  for (const [kind, url, body] of [
    ['endpoint', '/v1/webhooks/endpoints', HOOK],
    ['watch_list', '/v1/watch-lists', { name: 'ended', patent_ids: [] }],
    ['covenant_feed', '/v1/covenants/feeds', undefined],
  ] as const) {
    const id = await made(url, body);
    await call(bank_a.key, 'DELETE', `${url}/${id}`);
    ended[kind] = [id];
  }
  const fetch = { name: 'feed', url: 'https://register.example/file.csv', cadence_hours: 24 };
  ended.fetch = [(await call<{ id: string }>(staff.key, 'POST', '/v1/fetches', fetch)).body.id];
  return ended;
}

export async function contract(
  { call, clock }: TestService,
  bank: Party,
  firm: Party,
  patents: readonly string[],
  fate: 'watched' | 'disposed' | 'requested',
): Promise<string> {
  const today = clock.now().toISOString().slice(0, 10);
  const { body: pledge } = await call<{ id: string }>(firm.key, 'POST', '/v1/pledges', {
    bank_id: bank.id,
    firm_id: firm.id,
    patents: patents.map((patent_id) => ({ patent_id, annual_revenue_minor: 500_000_000 })),
    currency: 'CNY',
    principal_minor: 1_000_000,
    matures_on: '2011-06-10',
  });
  if (fate === 'requested') return pledge.id;
  const move = async (body: object) => {
    const moved = await call<{ approved_value_minor: number }>(
      bank.key,
      'POST',
      `/v1/pledges/${pledge.id}/moves`,
      body,
    );
    if (moved.status !== 201) throw new Error(moved.text);
    return moved.body;
  };
  const { approved_value_minor } = await move({ to: 'appraised' });
  await move({ to: 'proposed', principal_minor: Math.floor(approved_value_minor * 0.25) });
  await move({ to: 'registered', registration_number: `Y${pledge.id.slice(-6)}`, registered_on: today });
  await move({ to: 'active', disbursed_on: today });
  if (fate === 'watched') return pledge.id;
  await move({ to: 'defaulted', reason: 'no interest was paid' });
  await move({ to: 'in_disposal', route: 'auction' });
  await move({ to: 'disposed', recovered_minor: 1_000, costs_minor: 10 });
  return pledge.id;
}
